//! One entry as an officer writes it in a file, TOML or JSON: its keys, its faults all at once, and a template to fill in.

use crate::form::{self, Holds, Key};
use crate::written::{FileFault, Shape, Written};
use huxin_api::model::EntryRequest;
use huxin_protocol::body::List;
use huxin_protocol::edition::{BasisItem, Edition, Measure};
use huxin_protocol::subject::enter_code;
use huxin_protocol::text::harmless;

const SUBJECT: &[Key] = &[
    Key::required(
        "id",
        Holds::Name,
        "主体代码，如 uscc:91990099MA00000156",
        "the subject's code, for instance uscc:91990099MA00000156",
    ),
    Key::required(
        "class",
        Holds::Word(&[
            "enterprise",
            "natural_person",
            "social_organisation",
            "public_institution",
            "government_agency",
        ]),
        "主体类别：企业 enterprise、社会组织 social_organisation、事业单位 public_institution、政府机关 government_agency",
        "the subject's class",
    ),
    Key::required("name", Holds::Name, "主体名称，按证照书写", "the subject's name, as its certificate shows it"),
    Key::optional("aliases", Holds::Texts, "别名", "other names"),
];

const BASIS: &[Key] = &[
    Key::optional("law", Holds::Text, "法律依据", "the law"),
    Key::optional("document_number", Holds::Text, "决定文书的文号", "the number of the decision"),
    Key::required("authority", Holds::Name, "认定机关", "who decided"),
    Key::optional("decided_on", Holds::Day, "认定日期", "the day of the decision"),
    Key::optional("effective_on", Holds::Day, "生效日期", "the day from which the decision holds"),
];

const SOURCE: &[Key] = &[
    Key::required("publisher", Holds::Name, "发布者", "who published the record"),
    Key::optional("retrieved_on", Holds::Day, "取得日期", "the day on which it was fetched"),
    Key::optional("row", Holds::Any, "在来源文件中的行", "the row in the publisher's file"),
];

const DECISION: &[Key] = &[
    Key::optional("authority_uscc", Holds::Name, "认定机关的统一社会信用代码", "the authority's code"),
    Key::optional(
        "data_source_uscc",
        Holds::Name,
        "数据来源单位的统一社会信用代码",
        "code of the unit that reported it",
    ),
    Key::optional("penalty_type", Holds::Name, "处罚类别", "the type of penalty"),
    Key::optional("amount_fen", Holds::Number(0, i64::MAX), "金额，以分计", "the amount, in hundredths of a yuan"),
    Key::optional("published_until", Holds::Day, "公示截止日期", "the last day of its publication"),
    Key::optional("notice_on", Holds::Day, "告知当事人的日期", "the day on which the subject was told"),
    Key::optional("remedy", Holds::Text, "救济途径", "how the subject can appeal"),
    Key::optional(
        "repair_notice_served_on",
        Holds::Day,
        "修复告知书送达日期",
        "the day on which the repair notice was served",
    ),
];

/// The keys of one entry.
pub const ENTRY: &[Key] = &[
    Key::required("subject", Holds::Group(SUBJECT), "主体", "whom the entry is about"),
    Key::required(
        "list",
        Holds::Word(&["red", "black", "watch"]),
        "红名单 red、黑名单 black、重点关注 watch",
        "red, black or watch",
    ),
    Key::required("list_name", Holds::Name, "名单名称", "the list's name"),
    Key::required("field", Holds::Name, "领域", "the field of work"),
    Key::required("ground_text", Holds::Text, "列入事由", "why the subject is listed"),
    Key::optional(
        "severity",
        Holds::Word(&["minor", "general", "serious"]),
        "严重程度：轻微 minor、一般 general、严重 serious",
        "minor, general or serious",
    ),
    Key::required("basis", Holds::Group(BASIS), "认定依据", "what the entry rests on"),
    Key::optional("measures", Holds::Texts, "措施代码", "codes of the measures"),
    Key::optional("from", Holds::Day, "列入起日", "the first day"),
    Key::optional("until", Holds::Day, "列入止日", "the last day"),
    Key::optional(
        "linked_persons",
        Holds::Any,
        "关联人员：摘要、掩码姓名、身份，由 huxin person name 给出，绝不写明文",
        "linked persons as `huxin person name` prints them, never in clear",
    ),
    Key::optional("person_key", Holds::Name, "人员密钥的标识", "the id of the person key"),
    Key::optional("edition", Holds::Name, "措施清单版本", "the catalogue edition"),
    Key::optional("record_ref", Holds::Name, "来源的记录键", "the record's key at its source"),
    Key::optional("source", Holds::Group(SOURCE), "别的发布者的记录才写", "only for another publisher's record"),
    Key::optional(
        "derived_from",
        Holds::Name,
        "所依据的外市条目编号",
        "the other city's statement that this one rests on",
    ),
    Key::optional("summary", Holds::Text, "摘要", "a summary"),
    Key::optional("evidence", Holds::Texts, "证据文件的摘要值", "digests of evidence"),
    Key::optional(
        "observed_on",
        Holds::Day,
        "见到的日期，不是认定日期",
        "the day on which it was seen, which is not when it was decided",
    ),
    Key::optional("agency", Holds::Name, "代为签发的部门", "the agency on whose behalf it is signed"),
    Key::optional(
        "disclosure",
        Holds::Any,
        "披露范围：public、federation 或指定城市；不写则按措施清单版本",
        "public, federation or named cities; without it as the catalogue edition says",
    ),
    Key::optional(
        "disclosure_reason",
        Holds::Text,
        "披露范围大于措施清单版本所定的理由",
        "why it is disclosed wider than the catalogue edition says",
    ),
    Key::optional("list_id", Holds::Name, "名单在措施清单版本中的编号", "the list's id in the catalogue edition"),
    Key::optional(
        "decision",
        Holds::Group(DECISION),
        "决定文书所载其他事项",
        "what the published decision says besides",
    ),
    Key::optional(
        "confirm_code",
        Holds::Bool,
        "代码校验位不符但证照确是如此",
        "the code fails its check and the certificate shows it like this",
    ),
];

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Toml,
    Json,
}

/// Reads one entry.
///
/// # Errors
/// Everything that is wrong with the file, in its order.
pub fn read(text: &str, language: Language) -> Result<EntryRequest, Vec<FileFault>> {
    let written = match language {
        Language::Toml => Written::toml(text),
        Language::Json => Written::json(text),
    };
    let written = written.map_err(|fault| vec![fault])?;
    let mut faults = form::check(ENTRY, &written);
    faults.extend(code_fault(&written));
    faults.extend(disclosure_fault(&written));
    faults.sort();
    if !faults.is_empty() {
        return Err(faults);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unread = |line: usize, cause: &str| {
        vec![FileFault::new(
            line.max(1),
            "",
            format!("this is no entry: {cause}"),
            "compare it with `huxin publish --template black`",
        )]
    };
    match language {
        Language::Toml => toml::from_str(text).map_err(|fault| {
            let line =
                fault.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
            unread(line, fault.message())
        }),
        Language::Json => serde_json::from_str(text).map_err(|fault| unread(fault.line(), &fault.to_string())),
    }
}

fn code_fault(entry: &Written) -> Option<FileFault> {
    let subject = entry.get("subject")?;
    let (id, line) = (subject.text("id")?, subject.get("id")?.line);
    if id.trim().is_empty() {
        return None;
    }
    let fault = |sentence: String, next: &str| Some(FileFault::new(line, "subject.id", sentence, next));
    let Some((scheme, code)) = id.split_once(':') else {
        let sentence = "the subject's code does not say which kind of code it is".to_owned();
        return fault(sentence, "write the kind in front, for instance uscc:91990099MA00000156");
    };
    match enter_code(scheme, code) {
        Err(problem) => fault(
            format!("the subject's code cannot be read [{}]: {problem}", problem.code()),
            "correct it from the certificate",
        ),
        Ok(entered) => {
            let cleaning = entered.cleaning?;
            let next = format!("write \"{}\"", entered.id);
            fault(format!("the subject's code needs cleaning: {}", cleaning.text().0), &next)
        }
    }
}

fn disclosure_fault(entry: &Written) -> Option<FileFault> {
    let given = entry.get("disclosure")?;
    let is_known = match &given.shape {
        Shape::Text(text) => text == "public" || text == "federation",
        Shape::Table(_) => matches!(given.get("named").map(|named| &named.shape), Some(Shape::List(_))),
        _ => false,
    };
    let next = "write \"public\", \"federation\" or { named = [\"330900\"] }";
    (!is_known).then(|| FileFault::new(given.line, "disclosure", "this says to nobody who may read the entry", next))
}

/// Most measures that a template names.
const MEASURES_SHOWN: usize = 5;

/// An entry of this list to fill in, with comments in Chinese, under an edition that the node has loaded. `unstated` says that the entry
/// may leave the edition out. None where there is no such list.
#[must_use]
pub fn template(list: &str, edition: &Edition, unstated: bool) -> Option<String> {
    let (zh, kind) = match list {
        "red" => ("红名单", List::Red),
        "black" => ("黑名单", List::Black),
        "watch" => ("重点关注名单", List::Watch),
        _ => return None,
    };
    let (terms, name) = (edition.kinds().of(kind), edition.name());
    let severity = if terms.severity_required {
        "# 严重程度，必填：轻微 minor、一般 general、严重 serious\nseverity = \"\"\n"
    } else {
        "# 严重程度，可不写：轻微 minor、一般 general、严重 serious\n# severity = \"general\"\n"
    };
    let measures = measures(edition, kind, terms.requires.contains(&BasisItem::Measures));
    let decision = decision(&terms.requires);
    let edition = if unstated {
        format!("# 措施清单版本；不写即 {name}\n# edition = \"{name}\"\n")
    } else {
        format!("# 措施清单版本，必填\nedition = \"{name}\"\n")
    };
    // The list's name is filled in by the officer: not every black list is the one of seriously dishonest subjects, and to be
    // named on it without having been listed there defames.
    Some(format!(
        "# {zh}条目。填好引号内各项后运行：huxin publish entry.toml\n\
         # An entry of the {list} list: fill in what stands between the quotation marks,\n\
         # then run huxin publish entry.toml\n\
         # 以 # 开头的行是说明，不会签发。\n\
         # 签发后任何人都能验证，也不能收回，请按文书核对。\n\n\
         # 名单：red 红名单、black 黑名单、watch 重点关注\n\
         list = \"{list}\"\n\
         # 名单名称，按设立该名单的文件书写；\n\
         # 只有依法列入严重失信主体名单的，才能写那个名称\n\
         list_name = \"\"\n\
         # 领域，如：税务、市场监管、工程建设\n\
         field = \"\"\n\
         # 列入事由，按决定文书书写；不得含身份证号码\n\
         ground_text = \"\"\n\
         {severity}\
         {measures}\
         # 列入起止日期，可不写；年-月-日，加引号\n\
         # from = \"2026-01-05\"\n\
         # until = \"2027-01-04\"\n\
         {edition}\
         # 摘要，可不写\n\
         # summary = \"\"\n\
         # 披露范围：public 公开、federation 成员城市；\n\
         # 不写即按措施清单版本，披露更广须写理由\n\
         # disclosure = \"public\"\n\
         # disclosure_reason = \"\"\n\
         # 代为签发的部门，可不写\n\
         # agency = \"\"\n\n\
         [subject]\n\
         # 统一社会信用代码，前面写 uscc:\n\
         id = \"\"\n\
         # 主体类别：企业 enterprise、社会组织 social_organisation、\n\
         # 事业单位 public_institution、政府机关 government_agency\n\
         class = \"enterprise\"\n\
         # 主体名称，按证照书写\n\
         name = \"\"\n\
         # 别名，可不写\n\
         # aliases = [\"\"]\n\n\
         [basis]\n\
         # 法律依据\n\
         law = \"\"\n\
         # 决定文书的文号\n\
         document_number = \"\"\n\
         # 认定机关\n\
         authority = \"\"\n\
         # 认定日期：年-月-日，加引号\n\
         decided_on = \"\"\n\
         # 生效日期，可不写\n\
         # effective_on = \"2026-01-05\"\n\
         {decision}"
    ))
}

/// What the decision says besides: to fill in where the edition requires it, else to uncomment.
fn decision(required: &[BasisItem]) -> String {
    let rows = [
        (BasisItem::NoticeOn, "告知当事人的日期：年-月-日，加引号", "notice_on"),
        (BasisItem::Remedy, "救济途径，如：六十日内申请行政复议", "remedy"),
        (BasisItem::AuthorityUscc, "认定机关的统一社会信用代码", "authority_uscc"),
        (BasisItem::DataSourceUscc, "数据来源单位的统一社会信用代码", "data_source_uscc"),
        (BasisItem::PenaltyType, "处罚类别，如：警告、罚款", "penalty_type"),
        (BasisItem::RepairNoticeServedOn, "修复告知书送达日期", "repair_notice_served_on"),
    ];
    let mut out = "\n# 决定文书所载其他事项\n[decision]\n".to_owned();
    for (item, words, key) in rows {
        let (note, mark) = if required.contains(&item) { ("必填", "") } else { ("可不写", "# ") };
        out.push_str(&format!("# {words}；{note}\n{mark}{key} = \"\"\n"));
    }
    out
}

/// The line of the measures, under those of the edition that such a list may carry, a line each.
fn measures(edition: &Edition, list: List, required: bool) -> String {
    let name = edition.name();
    let fitting: Vec<&Measure> = edition.measures().iter().filter(|measure| measure.kind.fits(list)).collect();
    let must = if required { "至少一项" } else { "没有就留空：[]" };
    let mut text = match fitting.len() {
        0 => format!("# 措施代码；措施清单版本 {name} 没有用于此类名单的措施，留空\n"),
        count => format!("# 措施代码，{must}；措施清单版本 {name} 中用于此类名单的有 {count} 项，如：\n"),
    };
    for measure in fitting.iter().take(MEASURES_SHOWN) {
        text.push_str(&format!("# {} {}\n", harmless(&measure.code), harmless(&measure.content.zh)));
    }
    text.push_str("measures = []\n");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn demo() -> Edition {
        Edition::named("demo").unwrap()
    }

    fn filled(list: &str) -> String {
        template(list, &demo(), true)
            .unwrap()
            .replace("list_name = \"\"", "list_name = \"样例名单\"")
            .replace("field = \"\"", "field = \"样例\"")
            .replace("ground_text = \"\"", "ground_text = \"样例事由\"")
            .replace("severity = \"\"", "severity = \"serious\"")
            .replace("id = \"\"", "id = \"uscc:91990099MA00000156\"")
            .replace("\nname = \"\"", "\nname = \"示例甲\"")
            .replace("authority = \"\"", "authority = \"样例局\"")
            .replace("decided_on = \"\"", "decided_on = \"2026-01-05\"")
    }

    #[test]
    fn each_template_is_an_entry_once_it_is_filled_in() {
        for list in ["red", "black", "watch"] {
            let entry = read(&filled(list), Language::Toml).unwrap();
            assert_eq!(serde_json::to_value(entry.list).unwrap(), list);
            assert_eq!(entry.subject.name, "示例甲");
        }
        assert_eq!(template("blak", &demo(), true), None);
    }

    /// What the edition requires stands there to be filled in, and what it does not require as a remark.
    #[test]
    fn a_template_asks_for_what_the_edition_requires_of_the_decision() {
        let mut value: serde_json::Value = serde_json::from_slice(demo().canonical()).unwrap();
        value["kinds"]["black"]["requires"].as_array_mut().unwrap().extend(["notice_on".into(), "remedy".into()]);
        let edition = Edition::parse(value.to_string().as_bytes()).unwrap();
        let text = template("black", &edition, true).unwrap();
        assert!(text.contains("\nnotice_on = \"\"\n") && text.contains("\nremedy = \"\"\n"), "{text}");
        assert!(text.contains("\n# penalty_type = \"\"\n"), "{text}");
        let filled = text
            .replace("notice_on = \"\"", "notice_on = \"2026-01-04\"")
            .replace("remedy = \"\"", "remedy = \"复议\"");
        let faults = read(&filled, Language::Toml).unwrap_err();
        assert!(faults.iter().all(|fault| !fault.key.starts_with("decision")), "{faults:?}");
    }

    /// Whatever edition a node has loaded, the template names it, and no measure that is not in it.
    #[test]
    fn a_template_names_the_edition_that_is_loaded() {
        for (name, unstated) in [("demo", true), ("demo", false), ("mdb", false)] {
            let edition = Edition::named(name).unwrap();
            for (list, kind) in [("red", List::Red), ("black", List::Black), ("watch", List::Watch)] {
                let text = template(list, &edition, unstated).unwrap();
                let said = text.contains(&format!("\nedition = \"{name}\"\n"));
                assert_eq!(said, !unstated, "{text}");
                for other in huxin_protocol::edition::builtin().values() {
                    let is_this = other.name() == name;
                    assert_eq!(text.contains(&format!("edition = \"{}\"", other.name())), is_this, "{text}");
                    for measure in other.measures() {
                        let shown = text.contains(&format!("# {} ", measure.code));
                        assert!(!shown || (is_this && measure.kind.fits(kind)), "{name}, {list}: {}", measure.code);
                    }
                }
                let fitting = edition.measures().iter().filter(|measure| measure.kind.fits(kind)).count();
                assert_eq!(text.contains("留空\n"), fitting == 0, "{text}");
            }
        }
    }

    #[test]
    fn an_empty_template_names_what_is_to_be_filled_in() {
        let faults = read(&template("black", &demo(), true).unwrap(), Language::Toml).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        let due =
            ["list_name", "field", "severity", "subject.id", "subject.name", "basis.authority", "basis.decided_on"];
        assert_eq!(keys, due);
        assert!(faults.iter().all(|fault| fault.line > 1 && !fault.next_step.is_empty()));
    }

    #[test]
    fn all_faults_at_once_in_both_languages_and_in_plain_words() {
        let json = "{\n\"subject\": \"uscc:91990099MA00000156\",\n\"list\": \"blak\",\n\"list_name\": \"x\",\n\"field\": 7,\n\
                    \"ground_text\": \"x\",\n\"basis\": {\"authority\": \"样例局\", \"decided_on\": \"5.1.2026\"},\n\"measure\": []\n}";
        let faults = read(json, Language::Json).unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [2, 3, 5, 7, 8]);
        let told = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(!told.contains("struct") && !told.contains("expected"), "{told}");
        assert!(told.contains("did you mean \"measures\"?"), "{told}");

        let toml = filled("black")
            .replace("uscc:91990099MA00000156", "91990099MA00000156")
            .replace("\"2026-01-05\"", "2026-01-05");
        let faults = read(&toml, Language::Toml).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["subject.id", "basis.decided_on"]);
    }

    #[test]
    fn a_code_is_told_what_is_wrong_with_it() {
        for code in ["uscc:9.1E+17", "uscc:123", "uscc:990099199001010019", "uscc:'91990099MA00000156"] {
            let toml = filled("black").replace("uscc:91990099MA00000156", code);
            let faults = read(&toml, Language::Toml).unwrap_err();
            assert_eq!(faults[0].key, "subject.id", "{code}");
        }
    }
}
