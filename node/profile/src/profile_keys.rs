//! Every key of a profile: what it may hold and what it means. [`crate::form`] checks a profile by this table, and
//! `huxin profile explain` reads it out.

use crate::form::{Holds, Key};

/// The keys of a rule, the same under every field.
pub const RULE: &[Key] = &[
    Key::optional("column", Holds::Name, "取自哪一列", "the column that gives the value"),
    Key::optional(
        "constant",
        Holds::Text,
        "固定值：只可用于关于名单本身的事实，绝不用于个案",
        "a fixed value: a fact about the list, never about a case",
    ),
    Key::optional(
        "because",
        Holds::Name,
        "固定值的出处；用 constant 或 otherwise 时必填",
        "where the fixed value comes from; required beside constant and otherwise",
    ),
    Key::optional(
        "absent",
        Holds::Texts,
        "除空值外，哪些写法表示没有值",
        "spellings that mean \"no value\", besides the empty one",
    ),
    Key::optional(
        "after",
        Holds::Texts,
        "只取这些开头之后的文字；没有这样的开头就没有值",
        "only the text after one of these beginnings counts; without one there is no value",
    ),
    Key::optional(
        "map",
        Holds::Map,
        "文件中的值对应条目中的值",
        "which value of the file means which value of the entry",
    ),
    Key::optional(
        "map_only",
        Holds::Bool,
        "map 中没有的值是否不予通过",
        "whether a value that the map does not name rejects the row",
    ),
    Key::optional("template", Holds::Name, "把值放入一句话：{} 代表该值", "the value in a sentence: {} stands for it"),
    Key::optional(
        "otherwise",
        Holds::Text,
        "该行没有值时，名单自己的值",
        "the list's own value where the row gives none",
    ),
    Key::optional(
        "date",
        Holds::TextOrTexts,
        "日期的写法，一种或几种，如 %d/%m/%Y；不写则只认没有歧义的写法",
        "the form of dates, one or several, such as %d/%m/%Y; left out: those that leave no doubt",
    ),
    Key::optional("split", Holds::Text, "把一个值分成几个的分隔符", "the mark at which a value is split into several"),
    Key::optional("required", Holds::Bool, "没有值的行是否不予通过", "whether a row without a value is rejected"),
];

const FILE: &[Key] = &[
    Key::required("format", Holds::Word(&["csv", "jsonl", "xlsx"]), "文件格式", "the format of the file"),
    Key::optional(
        "encoding",
        Holds::Word(&["utf-8", "gb18030", "auto"]),
        "文字编码；auto 只在能确定时才采用",
        "the encoding of its text; auto decides only where it is certain",
    ),
    Key::optional(
        "sheet",
        Holds::Name,
        "工作表名称；不写则取第一张",
        "the sheet of a workbook; left out: the first one",
    ),
    Key::optional(
        "header_row",
        Holds::Number(1, 1_048_576),
        "列名所在的行，从 1 数起",
        "the row of the column names, from 1",
    ),
    Key::optional(
        "separator",
        Holds::Character,
        "CSV 的分隔符；不写则为逗号",
        "what separates the cells of a CSV; left out: a comma",
    ),
    Key::optional(
        "hidden",
        Holds::Word(&["refuse", "read"]),
        "隐藏的行和工作表：拒绝文件，还是照读",
        "hidden rows and sheets: refuse the file, or read them",
    ),
];

const SOURCE: &[Key] = &[
    Key::required("publisher", Holds::Name, "名单的发布者", "who published the list"),
    Key::optional("retrieved_on", Holds::Day, "取得文件的日期", "the day on which the file was fetched"),
    Key::required("because", Holds::Name, "以上两项的出处", "where these two facts stand"),
];

const KEY: &[Key] = &[
    Key::optional(
        "columns",
        Holds::Texts,
        "合起来能认出同一条记录的列；不写则凭文号和认定日期，且无法跟踪变化",
        "the columns that together name a record; left out: document number and day of decision name it, and changes of \
         other facts of the case cannot be followed",
    ),
    Key::optional("may_be_empty", Holds::Texts, "上述各列中允许为空的列", "those of the columns that may be empty"),
    Key::required(
        "prefix",
        Holds::Name,
        "记录键的开头，使不同来源的记录互不相混",
        "what every key begins with, so that two sources never meet",
    ),
];

const SUBJECT: &[Key] = &[
    Key::required(
        "scheme",
        Holds::Name,
        "主体代码的种类，如 uscc（统一社会信用代码）、lei，或名单自己的种类",
        "the kind of code: uscc, lei, or a scheme of the list's own",
    ),
    Key::optional("column", Holds::Name, "代码所在的列", "the column of the code"),
    Key::optional(
        "digest_of",
        Holds::Texts,
        "名单没有代码时：由这些列算出名单内的代码",
        "where the list has no codes: the columns from which a code within the list is made",
    ),
];

const REJECT: &[Key] = &[
    Key::required("column", Holds::Name, "看哪一列", "the column that is looked at"),
    Key::optional("contains", Holds::Texts, "含有其中之一的行不予通过", "a row with one of these in it is rejected"),
    Key::optional("empty", Holds::Bool, "该列为空的行不予通过", "a row where it is empty is rejected"),
    Key::required("code", Holds::Name, "原因代码", "the reason's code"),
    Key::required("sentence", Holds::Name, "说明原因的一句话", "the reason in a sentence"),
];

const OPERATION: &[Key] = &[
    Key::required("column", Holds::Name, "写明事件种类的列", "the column that says what happened"),
    Key::required("list", Holds::Texts, "表示列入的值", "values that mean: listed"),
    Key::optional("amend", Holds::Texts, "表示更正的值", "values that mean: corrected"),
    Key::optional("remove", Holds::Texts, "表示移出的值", "values that mean: taken off the list"),
];

macro_rules! field {
    ($name:literal, $zh:literal, $en:literal) => {
        Key::optional($name, Holds::Group(RULE), $zh, $en)
    };
}

/// The fields of an entry, each with a rule.
pub const FIELDS: &[Key] = &[
    field!("name", "主体名称", "the subject's name"),
    field!("class", "主体类别", "the subject's class"),
    field!("aliases", "别名", "other names of the subject"),
    field!("list", "红名单 red、黑名单 black 或重点关注 watch", "red, black or watch"),
    field!("list_name", "名单名称", "the list's name"),
    field!("field", "领域", "the field of work"),
    field!("ground_text", "列入事由", "why the subject is listed"),
    field!("severity", "严重程度：minor、general 或 serious", "minor, general or serious"),
    field!("law", "法律依据", "the law"),
    field!("document_number", "文号", "the number of the decision"),
    field!("authority", "认定机关", "who decided"),
    field!("decided_on", "认定日期", "the day of the decision"),
    field!("effective_on", "生效日期", "the day from which the decision holds"),
    field!("measures", "措施代码", "codes of the measures"),
    field!("from", "列入起日", "the first day"),
    field!("until", "列入止日", "the last day"),
    field!("summary", "摘要或备注", "a summary or remark"),
    field!("observed_on", "见到的日期，不是认定日期", "the day on which it was seen, which is not when it was decided"),
];

/// The whole profile.
pub const PROFILE: &[Key] = &[
    Key::required("name", Holds::Name, "配置的短名", "a short name of the profile"),
    Key::required("title", Holds::Name, "名单的全称", "the list's title"),
    Key::required(
        "edition",
        Holds::Name,
        "条目所依据的措施清单版本",
        "the catalogue edition that the entries are under",
    ),
    Key::optional(
        "complete",
        Holds::Bool,
        "文件就是整份名单：不在其中的记录即已消失，会逐一列出",
        "the file is the whole list: records that are not in it have vanished, and are named",
    ),
    Key::optional(
        "over",
        Holds::Word(&["report", "list"]),
        "已期满的行：只提示（report），或照样列入（list）",
        "rows whose time is over: told only (report), or listed all the same (list)",
    ),
    Key::required("file", Holds::Group(FILE), "文件怎样读取", "how the file is read"),
    Key::optional(
        "source",
        Holds::Group(SOURCE),
        "别的发布者的名单才写；不写即本市自己的名单，按本市名单的严格规则办理",
        "only for another publisher's list; left out, it is the city's own list under the strict rules",
    ),
    Key::required("key", Holds::Group(KEY), "怎样再次认出同一条记录", "how a record is recognised when it comes again"),
    Key::required("subject", Holds::Group(SUBJECT), "主体的代码", "the subject's code"),
    Key::required("fields", Holds::Group(FIELDS), "条目各项的取值规则", "a rule for every field of an entry"),
    Key::optional("reject", Holds::Groups(REJECT), "不能成为条目的行", "rows that cannot be entries"),
    Key::optional(
        "operation",
        Holds::Group(OPERATION),
        "文件是逐条事件时：哪一列的什么值表示列入、更正、移出",
        "for a file of events: which value of which column means listed, corrected, removed",
    ),
];
