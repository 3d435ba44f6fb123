//! A catalogue edition: which measures there are, what a listing must rest on, how long it may last (R150 to R154).
//!
//! Numbers of days and months, required items and measures differ by province and change over the years, so they are
//! data in an edition and never constants in code (DOMAIN section 4). An edition is one JSON file; its name among cities
//! is the digest of its RFC 8785 form, which every entry carries. Whoever holds the edition judges an entry by it; an
//! edition that is not held makes the entry's effect unknown.
//!
//! Two editions are built in: `demo`, a demonstration catalogue of no legal force with the numbers of the current
//! national rule, and `mdb`, for imported lists of development banks and of OFAC.

mod built_in;
mod calendar;
mod check;
mod clock;
mod registry;
#[cfg(test)]
mod tests;

pub use built_in::builtin;
pub(crate) use check::is_person;
pub use check::{Issue, IssueFault};
pub use clock::{Clock, Silence};
pub use registry::{RegisteredList, bears_serious_name, belongs_elsewhere, contradiction, governing, shown_name};

use crate::body::{Basis, EntryBody, List, Severity};
use crate::digest::{Context, Digest};
use crate::subject::SubjectClass;
use crate::text::{check_text, harmless};
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// The same words in both languages of the screens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

/// The format string that an edition file of this version begins with (R150).
pub const EDITION_FORMAT: &str = "huxin-edition/1";
/// Longest edition file in bytes: some thousands of measures.
pub const EDITION_BYTES: usize = 4 * 1024 * 1024;

/// What a listing may have to name. Which of them a list requires is edition data (DOMAIN rule 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisItem {
    Law,
    DocumentNumber,
    Authority,
    DecidedOn,
    EffectiveOn,
    Measures,
}

impl BasisItem {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Law => "law",
            Self::DocumentNumber => "document_number",
            Self::Authority => "authority",
            Self::DecidedOn => "decided_on",
            Self::EffectiveOn => "effective_on",
            Self::Measures => "measures",
        }
    }
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Law => ("law", "法律依据"),
            Self::DocumentNumber => ("document number", "文号"),
            Self::Authority => ("deciding authority", "认定机关"),
            Self::DecidedOn => ("decision date", "认定日期"),
            Self::EffectiveOn => ("effective date", "生效日期"),
            Self::Measures => ("measures", "措施"),
        }
    }
}

/// A number of months per severity; an absent one sets no bound (DOMAIN rule 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MonthsBySeverity {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub general: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serious: Option<u16>,
    /// For entries that state no severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unstated: Option<u16>,
}

impl MonthsBySeverity {
    #[must_use]
    pub const fn of(&self, severity: Option<Severity>) -> Option<u16> {
        match severity {
            Some(Severity::Minor) => self.minor,
            Some(Severity::General) => self.general,
            Some(Severity::Serious) => self.serious,
            None => self.unstated,
        }
    }
}

/// What the edition says of one kind of list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListTerms {
    pub requires: Vec<BasisItem>,
    /// Whether a new entry must state its severity. Receipt does not ask for it: an imported record may have none.
    #[serde(default)]
    pub severity_required: bool,
    /// Most months that an entry lasts, counted from the decision.
    #[serde(default)]
    pub max_months: MonthsBySeverity,
    /// Months after the decision before a repair may be granted.
    #[serde(default)]
    pub repairable_after_months: MonthsBySeverity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListsTerms {
    pub red: ListTerms,
    pub black: ListTerms,
    pub watch: ListTerms,
}

/// Four kinds of measures by who applies them (Hezhou document, DOMAIN section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Administrative,
    Market,
    Industry,
    Social,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureKind {
    Incentive,
    Punishment,
    Attention,
}

impl MeasureKind {
    /// The lists whose entries may carry such a measure when they are issued.
    #[must_use]
    pub const fn fits(self, list: List) -> bool {
        matches!(
            (self, list),
            (Self::Incentive, List::Red)
                | (Self::Punishment, List::Black)
                | (Self::Attention, List::Black | List::Watch)
        )
    }
}

/// One line of the catalogue (奖惩措施清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub code: String,
    pub category: Category,
    pub kind: MeasureKind,
    pub content: Text,
    pub targets: Vec<SubjectClass>,
    pub legal_basis: String,
    pub agency: String,
}

/// Clocks in working days (DOMAIN rule 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    pub repair_feedback: u16,
    pub repair_decision: u16,
    pub objection_ruling: u16,
    pub response: u16,
    pub lifted_feedback: u16,
    pub publication: u16,
}

/// Days off that are no weekend, and weekend days that are worked (R153).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    pub holidays: Vec<Date>,
    pub make_up_days: Vec<Date>,
}

/// The file as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionFile {
    format: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    line: Option<String>,
    title: Text,
    notice: Text,
    binds_from: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    binds_until: Option<Date>,
    lists: ListsTerms,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    registry: Option<Vec<RegisteredList>>,
    measures: Vec<Measure>,
    clocks: Clocks,
    black_suspends_incentives: bool,
    #[serde(default)]
    not_repairable: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    calendar: Option<Calendar>,
}

impl EditionFile {
    /// An edition is read on every screen beside every measure, so its texts are such as may be signed (R6).
    fn check_texts(&self) -> Result<(), EditionFault> {
        let mut texts = vec![
            ("title".to_owned(), &self.title.zh),
            ("title".to_owned(), &self.title.en),
            ("notice".to_owned(), &self.notice.zh),
            ("notice".to_owned(), &self.notice.en),
        ];
        for Measure { code, content, legal_basis, agency, .. } in &self.measures {
            let of = [code, &content.zh, &content.en, legal_basis, agency];
            texts.extend(of.into_iter().map(|text| (format!("measure {}", harmless(code)), text)));
        }
        texts.extend(self.not_repairable.iter().map(|text| ("not_repairable".to_owned(), text)));
        texts
            .into_iter()
            .try_for_each(|(field, text)| check_text(text).map_err(|fault| EditionFault::Text { field, fault }))
    }
}

/// An edition that was read and found in order. The only maker is [`Edition::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    digest: Digest,
    file: EditionFile,
    registry: registry::Registry,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditionFault {
    #[error("the edition file is not JSON of the expected form (line {line}, column {column}): {what}")]
    Shape { line: usize, column: usize, what: String },
    #[error("the edition's format is not {EDITION_FORMAT}; it may need a newer node")]
    Format,
    #[error("the edition file is longer than 4 MiB")]
    TooLong,
    #[error("measure {0} stands twice in the edition")]
    RepeatedMeasure(String),
    #[error("measure {0} names no class of subjects, has an empty code or lacks its text")]
    EmptyMeasure(String),
    #[error("the edition ends before it begins to bind")]
    Period,
    #[error("{field}: {fault}")]
    Text { field: String, fault: crate::text::TextFault },
    #[error("name and line of an edition are 1 to 64 lower-case letters, digits, dots or hyphens")]
    Name,
    #[error("the registry names the list {0:?} twice")]
    RepeatedList(String),
    #[error("the registry's list {0:?} has no name, or is called serious and is no black list")]
    Registration(String),
}

impl EditionFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "edition_shape",
            Self::Format => "edition_format",
            Self::TooLong => "edition_too_long",
            Self::RepeatedMeasure(_) => "edition_repeated_measure",
            Self::EmptyMeasure(_) => "edition_empty_measure",
            Self::Period => "edition_period",
            Self::Text { fault, .. } => fault.code(),
            Self::Name => "edition_name",
            Self::RepeatedList(_) => "edition_repeated_list",
            Self::Registration(_) => "edition_registration",
        }
    }
}

/// The form of an edition's name and of its line's.
fn is_name(text: &str) -> bool {
    let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    letters && (1..=64).contains(&text.len())
}

impl Edition {
    /// Reads an edition file: JSON with exactly the members of [`EDITION_FORMAT`], measures without repeats (R150).
    ///
    /// # Errors
    /// The first fault found; no edition is taken in part.
    pub fn parse(bytes: &[u8]) -> Result<Self, EditionFault> {
        if bytes.len() > EDITION_BYTES {
            return Err(EditionFault::TooLong);
        }
        let shape = |fault: serde_json::Error| EditionFault::Shape {
            line: fault.line(),
            column: fault.column(),
            what: fault.to_string(),
        };
        let file: EditionFile = serde_json::from_slice(bytes).map_err(shape)?;
        if file.format != EDITION_FORMAT {
            return Err(EditionFault::Format);
        }
        if !is_name(&file.name) || file.line.as_ref().is_some_and(|line| !is_name(line)) {
            return Err(EditionFault::Name);
        }
        if file.binds_until.is_some_and(|until| until < file.binds_from) {
            return Err(EditionFault::Period);
        }
        for (at, measure) in file.measures.iter().enumerate() {
            let blank =
                [&measure.code, &measure.content.zh, &measure.content.en].iter().any(|text| text.trim().is_empty());
            if blank || measure.targets.is_empty() {
                return Err(EditionFault::EmptyMeasure(measure.code.clone()));
            }
            if file.measures[..at].iter().any(|other| other.code == measure.code) {
                return Err(EditionFault::RepeatedMeasure(measure.code.clone()));
            }
        }
        file.check_texts()?;
        let registry = registry::Registry::of(file.registry.as_deref().unwrap_or_default())?;
        // The digest is taken over what was read, so that white space and the order of members do not matter, and
        // nothing that was not understood can hide behind it: unknown members are refused above (R151).
        let canonical = serde_json_canonicalizer::to_vec(&file).map_err(shape)?;
        Ok(Self { digest: Context::Edition.digest(&canonical), file, registry })
    }

    /// `huxin edition v1` over the RFC 8785 form of the file; absent optional members stay absent (R151).
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
    /// The RFC 8785 form: what the digest is taken over, and the form in which editions travel.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        // Integers, texts and lists only: this serialisation has no way to fail.
        serde_json_canonicalizer::to_vec(&self.file).unwrap_or_default()
    }
    #[must_use]
    pub fn name(&self) -> &str {
        &self.file.name
    }
    #[must_use]
    pub const fn title(&self) -> &Text {
        &self.file.title
    }
    /// What a reader must be told about the edition itself, for instance that it has no legal force.
    #[must_use]
    pub const fn notice(&self) -> &Text {
        &self.file.notice
    }
    #[must_use]
    pub const fn binds_from(&self) -> Date {
        self.file.binds_from
    }
    #[must_use]
    pub const fn binds_until(&self) -> Option<Date> {
        self.file.binds_until
    }
    /// Whether the edition binds on a day, both its first and its last day included.
    #[must_use]
    pub fn binds_on(&self, day: Date) -> bool {
        self.file.binds_from <= day && self.file.binds_until.is_none_or(|until| day <= until)
    }
    #[must_use]
    pub const fn list(&self, list: List) -> &ListTerms {
        match list {
            List::Red => &self.file.lists.red,
            List::Black => &self.file.lists.black,
            List::Watch => &self.file.lists.watch,
        }
    }
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.file.measures
    }
    #[must_use]
    pub fn measure(&self, code: &str) -> Option<&Measure> {
        self.file.measures.iter().find(|measure| measure.code == code)
    }
    #[must_use]
    pub const fn clocks(&self) -> &Clocks {
        &self.file.clocks
    }
    /// Whether a counting black entry suspends this edition's incentives (DOMAIN rule 10).
    #[must_use]
    pub const fn black_suspends_incentives(&self) -> bool {
        self.file.black_suspends_incentives
    }
    /// Grounds that no repair lifts (DOMAIN rule 3), compared without surrounding white space.
    #[must_use]
    pub fn is_repairable(&self, ground_text: &str) -> bool {
        !self.file.not_repairable.iter().any(|ground| ground.trim() == ground_text.trim())
    }
    #[must_use]
    pub fn not_repairable(&self) -> &[String] {
        &self.file.not_repairable
    }

    /// The required items that a listing lacks, in the edition's order (DOMAIN rule 1, R125).
    #[must_use]
    pub fn lacking(&self, entry: &EntryBody) -> Vec<BasisItem> {
        let Basis { law, document_number, authority, decided_on, effective_on } = &entry.basis;
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let holds = |item: &BasisItem| match item {
            BasisItem::Law => said(law),
            BasisItem::DocumentNumber => said(document_number),
            BasisItem::Authority => !authority.trim().is_empty(),
            BasisItem::DecidedOn => decided_on.is_some(),
            BasisItem::EffectiveOn => effective_on.is_some(),
            BasisItem::Measures => !entry.measures.is_empty(),
        };
        self.list(entry.list).requires.iter().copied().filter(|item| !holds(item)).collect()
    }

    /// The last day that the edition lets such an entry count, counted from `day`: the corresponding day of the last
    /// month is still within the term (R124). `None` where the edition sets no bound.
    #[must_use]
    pub fn last_day(&self, list: List, severity: Option<Severity>, day: Date) -> Option<Date> {
        self.list(list).max_months.of(severity).map(|months| day.add_months(i32::from(months)))
    }
}
