//! What a bundle that holds says, in words for somebody who has only the file: who said what about whom, on which list and why; whether the
//! file shows an end; and what no file can show.
//!
//! A log shows what is there, never what is absent. So a bundle of an entry does not say that the entry *still* stands: the exporter's
//! dated word says so as of then, and only a node can say it as of now.

use huxin_api::model::BodyView;
use huxin_config::Language;
use huxin_protocol::body::{Body, EntryBody, List};
use huxin_protocol::bundle::VerifiedBundle;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::{builtin, shown_name};
use huxin_protocol::ids::{CityCode, Epoch, Size, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::State;
use serde::Serialize;

/// In a form to print.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub id: StatementId,
    pub kind: String,
    pub federation: Digest,
    pub issuer: String,
    pub issued_at: String,
    pub checkpoint_size: Size,
    pub root: TreeHash,
    /// "key state as of record N"
    pub key_state: Epoch,
    pub voided: bool,
    pub body_held: bool,
    /// Of an entry or an amendment whose text is in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
    /// Of any other statement: the one that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<StatementId>,
    /// What a statement about another one says, in short, where its text is in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says_en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says_zh: Option<String>,
    /// What the file shows of an end: `ends` (it is an ending itself), `ended`, `stood` (by the exporter's word, as of then), `not_shown`.
    pub end: &'static str,
    pub witnesses: Vec<CityCode>,
    pub invalid_cosignatures: Vec<String>,
    /// Lines that hold under a key whose epoch its city has closed since: they count for nothing (R117).
    pub retired_cosignatures: Vec<String>,
    pub standing: String,
    #[serde(skip)]
    kind_of: Kind,
    #[serde(skip)]
    noted: Option<Noted>,
}

/// About whom, and on which list.
#[derive(Debug, Serialize)]
pub struct Listing {
    pub subject: String,
    pub name: String,
    pub list: List,
    pub list_name: String,
    /// With a word beside it where it bears a name that it may not bear, as far as this program knows the edition (R154).
    pub list_shown: String,
    pub authority: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The exporter's dated word.
#[derive(Debug)]
struct Noted {
    state: String,
    exporter: CityCode,
    time: String,
    closed_epoch: bool,
}

impl Shown {
    #[must_use]
    pub fn of(bundle: &VerifiedBundle) -> Self {
        let header = &bundle.statement.header;
        let checkpoint = bundle.checkpoint.checkpoint();
        let issuer = bundle.roster.city(header.city).map(|city| city.name.clone()).unwrap_or_default();
        let noted = bundle.standing.as_ref().map(|verified| {
            let note = verified.standing();
            Noted {
                state: note.state.clone(),
                exporter: note.exporter,
                time: note.time.text(),
                closed_epoch: verified.signed_in_closed_epoch(),
            }
        });
        let end = match &noted {
            _ if header.kind.is_ending() => "ends",
            Some(noted) if state(&noted.state).is_some_and(State::is_ended) => "ended",
            Some(_) if header.kind.is_listing() => "stood",
            _ => "not_shown",
        };
        let says = bundle.body.clone().and_then(|body| BodyView::from(body).in_short()).unzip();
        Self {
            id: header.id(),
            kind: header.kind.name().to_owned(),
            federation: bundle.genesis.id(),
            issuer: harmless(&format!("{} {issuer}", header.city)),
            issued_at: header.issued_at.text(),
            checkpoint_size: checkpoint.size,
            root: checkpoint.root,
            key_state: bundle.key_state,
            voided: bundle.voided,
            body_held: bundle.body.is_some(),
            listing: match &bundle.body {
                Some(Body::Listing(entry)) => Some(Listing::of(entry)),
                _ => None,
            },
            about: header.about.as_ref().map(|about| about.id),
            says_en: says.0.map(|text| harmless(&text)),
            says_zh: says.1.map(|text| harmless(&text)),
            end,
            witnesses: bundle.witnesses().into_iter().collect(),
            invalid_cosignatures: bundle.invalid_lines.iter().map(|name| harmless(name)).collect(),
            retired_cosignatures: bundle.retired_lines().into_iter().map(harmless).collect(),
            standing: noted.as_ref().map_or_else(
                || "not shown by this file".to_owned(),
                |noted| format!("{} according to {} at {}", noted.state, noted.exporter, noted.time),
            ),
            kind_of: header.kind,
            noted,
        }
    }

    /// For a person.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        match language {
            Language::English => self.english(),
            Language::Chinese => self.chinese(),
        }
    }

    fn english(&self) -> Vec<String> {
        let mut lines = vec![format!("{} {} was signed by {} on {}", self.kind, self.id, self.issuer, self.issued_at)];
        if let Some(listing) = &self.listing {
            lines.push(format!("about      {} ({})", listing.name, listing.subject));
            lines.push(format!("list       {} ({})", listing.list_shown, list(listing.list).0));
            lines.push(format!("decided    {}", listing.decision("by", "document", "on")));
            if let Some(until) = &listing.until {
                lines.push(format!("until      {until}"));
            }
        } else if let Some(about) = self.about {
            lines.push(format!("about      statement {about}"));
        } else if !self.body_held {
            lines.push("its text is not in this file: about whom it is cannot be seen here".to_owned());
        }
        lines.extend(self.says_en.iter().map(|says| format!("says       {says}")));
        lines.push(format!(
            "log        it stands in the log of {} statements with root {}",
            self.checkpoint_size, self.root
        ));
        lines.push(format!("keys       as of record {} of the issuer", self.key_state));
        if self.voided {
            lines.push(
                "void       a later key record voids this stretch of the log: the statement has no effect".to_owned(),
            );
        }
        lines.push(format!("witnesses  {}", self.seen_by("none", "", "")));
        lines.extend(self.invalid_cosignatures.iter().map(|name| format!("invalid cosignature: {name}")));
        let retired = self.retired_cosignatures.iter();
        lines.extend(
            retired.map(|name| format!("cosignature of a key that its city has closed since, not counted: {name}")),
        );
        lines.push(match &self.noted {
            _ if self.end == "ends" => {
                "end        this statement is itself an ending, and endings are final".to_owned()
            }
            Some(noted) => {
                let words = state(&noted.state).map_or(noted.state.as_str(), |state| state.text().0);
                let ended = if self.end == "ended" { "ended" } else { "not ended" };
                format!("end        {ended} according to {} at {} ({words})", noted.exporter, noted.time)
            }
            None => "end        this file does not say whether it has ended".to_owned(),
        });
        if self.noted.as_ref().is_some_and(|noted| noted.closed_epoch) {
            lines.push("           the exporter has closed the key that says so; ask it for a new bundle".to_owned());
        }
        lines.push(
            "no file can show that nothing came after it; whether it counts today is what a node says (huxin status)"
                .to_owned(),
        );
        lines
    }

    fn chinese(&self) -> Vec<String> {
        let mut lines =
            vec![format!("{} 于 {} 签署了{} {}", self.issuer, self.issued_at, kind_zh(self.kind_of), self.id)];
        if let Some(listing) = &self.listing {
            lines.push(format!("对象  {}({})", listing.name, listing.subject));
            lines.push(format!("名单  {}({})", listing.list_shown, list(listing.list).1));
            lines.push(format!("认定  {}", listing.decision("机关", "文号", "日期")));
            if let Some(until) = &listing.until {
                lines.push(format!("截至  {until}"));
            }
        } else if let Some(about) = self.about {
            lines.push(format!("针对  声明 {about}"));
        } else if !self.body_held {
            lines.push("本文件不含正文:无法看出所涉对象".to_owned());
        }
        lines.extend(self.says_zh.iter().map(|says| format!("内容  {says}")));
        lines.push(format!("日志  收录于共 {} 条声明的日志,根为 {}", self.checkpoint_size, self.root));
        lines.push(format!("密钥  以签发城市第 {} 号密钥记录为准", self.key_state));
        if self.voided {
            lines.push("作废  其后的密钥记录使该段日志作废:本声明无效力".to_owned());
        }
        lines.push(format!("见证  {}", self.seen_by("无", "", "")));
        lines.extend(self.invalid_cosignatures.iter().map(|name| format!("见证签名无效:{name}")));
        let retired = self.retired_cosignatures.iter();
        lines.extend(retired.map(|name| format!("签名所用密钥已由其城市停用,不计入见证:{name}")));
        lines.push(match &self.noted {
            _ if self.end == "ends" => "终止  本声明自身即为终止,终止不可逆".to_owned(),
            Some(noted) => {
                let words = state(&noted.state).map_or(noted.state.as_str(), |state| state.text().1);
                let ended = if self.end == "ended" { "已终止" } else { "未终止" };
                format!("终止  据 {} 于 {} 所述:{ended}({words})", noted.exporter, noted.time)
            }
            None => "终止  本文件未说明是否已终止".to_owned(),
        });
        if self.noted.as_ref().is_some_and(|noted| noted.closed_epoch) {
            lines.push("      出具方已停用作此说明的密钥;请其重新出具".to_owned());
        }
        lines.push("任何文件都不能证明其后再无声明;今日是否适用,由节点判定(huxin status)".to_owned());
        lines
    }

    fn seen_by(&self, none: &str, before: &str, after: &str) -> String {
        if self.witnesses.is_empty() {
            return none.to_owned();
        }
        let cities: Vec<String> = self.witnesses.iter().map(ToString::to_string).collect();
        format!("{before}{}{after}", cities.join(", "))
    }
}

impl Listing {
    fn of(entry: &EntryBody) -> Self {
        Self {
            subject: harmless(&entry.subject.id.to_string()),
            name: harmless(&entry.subject.name),
            list: entry.list,
            list_name: harmless(&entry.list_name),
            list_shown: shown_name(&entry.list_name, builtin().get(&entry.edition)),
            authority: harmless(&entry.basis.authority),
            document_number: entry.basis.document_number.as_deref().map(harmless),
            decided_on: entry.basis.decided_on.map(|day| day.to_string()),
            until: entry.until.map(|day| day.to_string()),
        }
    }

    fn decision(&self, by: &str, document: &str, on: &str) -> String {
        let mut text = format!("{by} {}", self.authority);
        if let Some(number) = &self.document_number {
            text.push_str(&format!(", {document} {number}"));
        }
        if let Some(day) = &self.decided_on {
            text.push_str(&format!(", {on} {day}"));
        }
        text
    }
}

/// A stranger's words: nothing of them may move the cursor or turn the line round.
fn harmless(text: &str) -> String {
    huxin_protocol::text::harmless(text).into_owned()
}

fn list(list: List) -> (&'static str, &'static str) {
    match list {
        List::Red => ("red list", "红名单"),
        List::Black => ("black list", "黑名单"),
        List::Watch => ("watch list", "重点关注名单"),
    }
}

fn state(name: &str) -> Option<State> {
    use State as S;
    [
        S::Listed,
        S::Disputed,
        S::Repaired,
        S::Removed,
        S::Annulled,
        S::Expired,
        S::Erased,
        S::NotYet,
        S::Suspended,
        S::Void,
        S::Unknown,
    ]
    .into_iter()
    .find(|state| state.name() == name)
}

const fn kind_zh(kind: Kind) -> &'static str {
    match kind {
        Kind::Entry => "列入声明",
        Kind::Amendment => "更正声明",
        Kind::Annulment => "撤销声明",
        Kind::Removal => "移出声明",
        Kind::Repair => "信用修复声明",
        Kind::Erasure => "删除声明",
        Kind::Reinstatement => "恢复声明",
        Kind::Recognition => "互认声明",
        Kind::Decline => "不予适用声明",
        _ => kind.chinese(),
    }
}
