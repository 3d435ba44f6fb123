//! What a list asks for and how long its entries last: basis items, terms by severity, conditions of a repair (R150, R156).
//!
//! An entry has two terms. While it is *listed* it counts, for members; while it is *published* the public sees it. Each has its
//! longest time by list and severity, counted from the earliest decision day, so that amending a date renews neither.

use super::file::{is_default, is_true, yes};
use super::{Edition, RegisteredList, Sure};
use crate::body::{Basis, EntryBody, List, Severity};
use crate::ruling::DisclosureLevel;
use crate::time::Date;
use serde::{Deserialize, Serialize};

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
    NoticeOn,
    Remedy,
    AuthorityUscc,
    DataSourceUscc,
    PenaltyType,
    RepairNoticeServedOn,
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
            Self::NoticeOn => "notice_on",
            Self::Remedy => "remedy",
            Self::AuthorityUscc => "authority_uscc",
            Self::DataSourceUscc => "data_source_uscc",
            Self::PenaltyType => "penalty_type",
            Self::RepairNoticeServedOn => "repair_notice_served_on",
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
            Self::NoticeOn => ("day on which the subject was told", "告知日期"),
            Self::Remedy => ("how to appeal", "救济途径"),
            Self::AuthorityUscc => ("the authority's code", "认定机关代码"),
            Self::DataSourceUscc => ("code of the data's source", "数据来源单位代码"),
            Self::PenaltyType => ("type of penalty", "处罚类别"),
            Self::RepairNoticeServedOn => ("day on which the repair notice was served", "修复告知书送达日期"),
        }
    }
}

/// A condition of a repair; the officer who signs it says which were met (DOMAIN rule 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairCondition {
    Rectified,
    DutiesPerformed,
    Commitment,
    Training,
    CreditReport,
}

impl RepairCondition {
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Rectified => ("rectified", "完成整改"),
            Self::DutiesPerformed => ("duties performed", "履行义务"),
            Self::Commitment => ("public commitment", "公开信用承诺"),
            Self::Training => ("training", "接受培训"),
            Self::CreditReport => ("credit report", "提交信用报告"),
        }
    }
}

/// What happens when the longest term of an entry is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtMax {
    /// The entry ends by itself.
    #[default]
    Ends,
    /// Only its publication ends; whether the listing goes on the authority decides.
    Authority,
}

/// What holds for entries of one severity. An absent bound bounds nothing (DOMAIN rule 3, R156).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityTerms {
    /// Most months that an entry lasts, counted from the decision.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub listing_months: Option<u16>,
    #[serde(skip_serializing_if = "is_default", default)]
    pub at_max: AtMax,
    /// Most months that the public sees it, counted from the decision.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub publication_months: Option<u16>,
    #[serde(skip_serializing_if = "is_true", default = "yes")]
    pub repairable: bool,
    /// Months after the decision before a repair may be granted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repair_after_months: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub repair_requires: Vec<RepairCondition>,
    /// Who sees such an entry where nobody says otherwise; whoever discloses it wider gives a reason.
    #[serde(skip_serializing_if = "is_public", default = "public")]
    pub disclosure: DisclosureLevel,
    pub source: String,
    pub sure: Sure,
}

/// Terms by severity; `unstated` is for entries that state none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor: Option<SeverityTerms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub general: Option<SeverityTerms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serious: Option<SeverityTerms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unstated: Option<SeverityTerms>,
}

impl Terms {
    #[must_use]
    pub const fn of(&self, severity: Option<Severity>) -> Option<&SeverityTerms> {
        match severity {
            Some(Severity::Minor) => self.minor.as_ref(),
            Some(Severity::General) => self.general.as_ref(),
            Some(Severity::Serious) => self.serious.as_ref(),
            None => self.unstated.as_ref(),
        }
    }
    pub(super) const fn place(&mut self, severity: Option<Severity>) -> &mut Option<SeverityTerms> {
        match severity {
            Some(Severity::Minor) => &mut self.minor,
            Some(Severity::General) => &mut self.general,
            Some(Severity::Serious) => &mut self.serious,
            None => &mut self.unstated,
        }
    }
}

/// What the edition says of one kind of list, for every list of that kind that says nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRules {
    pub requires: Vec<BasisItem>,
    /// Whether a new entry must state its severity. Receipt does not ask for it: an imported record may have none.
    pub severity_required: bool,
    pub terms: Terms,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    pub red: KindRules,
    pub black: KindRules,
    pub watch: KindRules,
}

impl Kinds {
    #[must_use]
    pub const fn of(&self, list: List) -> &KindRules {
        match list {
            List::Red => &self.red,
            List::Black => &self.black,
            List::Watch => &self.watch,
        }
    }
    pub(super) const fn of_mut(&mut self, list: List) -> &mut KindRules {
        match list {
            List::Red => &mut self.red,
            List::Black => &mut self.black,
            List::Watch => &mut self.watch,
        }
    }
}

const fn public() -> DisclosureLevel {
    DisclosureLevel::Public
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_public(value: &DisclosureLevel) -> bool {
    matches!(value, DisclosureLevel::Public)
}

/// What an edition says of one list: of its own where it is registered, else of its kind.
#[derive(Clone, Copy, Debug)]
pub struct ListRules<'a> {
    row: Option<&'a RegisteredList>,
    kind: &'a KindRules,
}

impl<'a> ListRules<'a> {
    /// The list's registration.
    #[must_use]
    pub const fn row(&self) -> Option<&'a RegisteredList> {
        self.row
    }
    #[must_use]
    pub fn requires(&self) -> &'a [BasisItem] {
        self.row.and_then(|row| row.requires.as_ref()).unwrap_or(&self.kind.requires)
    }
    #[must_use]
    pub const fn severity_required(&self) -> bool {
        self.kind.severity_required
    }
    /// The terms of entries of that severity; `None` where nothing bounds them.
    #[must_use]
    pub fn terms(&self, severity: Option<Severity>) -> Option<&'a SeverityTerms> {
        self.row.and_then(|row| row.terms.of(severity)).or_else(|| self.kind.terms.of(severity))
    }
    /// Who sees such an entry where nobody says otherwise.
    #[must_use]
    pub fn disclosure(&self, severity: Option<Severity>) -> DisclosureLevel {
        self.terms(severity).map_or(DisclosureLevel::Public, |terms| terms.disclosure)
    }
    /// The last day that the edition lets such an entry count, counted from `day`: the corresponding day of the last month is
    /// still within the term (R124). `None` where the edition sets no bound.
    #[must_use]
    pub fn last_day(&self, severity: Option<Severity>, day: Date) -> Option<Date> {
        let terms = self.terms(severity).filter(|terms| terms.at_max == AtMax::Ends)?;
        terms.listing_months.map(|months| day.add_months(i32::from(months)))
    }
    /// The last day of the longest term of an entry that does not end there by itself (R156).
    #[must_use]
    pub fn last_day_before_the_authority_decides(&self, severity: Option<Severity>, day: Date) -> Option<Date> {
        let terms = self.terms(severity).filter(|terms| terms.at_max == AtMax::Authority)?;
        terms.listing_months.map(|months| day.add_months(i32::from(months)))
    }
    /// The last day on which the public sees it, counted from `day`: never beyond the longest term (R156).
    #[must_use]
    pub fn last_public_day(&self, severity: Option<Severity>, day: Date) -> Option<Date> {
        let terms = self.terms(severity)?;
        let months = [terms.publication_months, terms.listing_months].into_iter().flatten().min();
        months.map(|months| day.add_months(i32::from(months)))
    }
    /// The required items that a listing lacks, in the edition's order (DOMAIN rule 1, R125).
    #[must_use]
    pub fn lacking(&self, entry: &EntryBody) -> Vec<BasisItem> {
        self.requires().iter().copied().filter(|item| !item.stands_in(entry)).collect()
    }
}

impl BasisItem {
    /// Whether a listing gives the item; blank text is absence.
    fn stands_in(self, entry: &EntryBody) -> bool {
        let Basis { law, document_number, authority, decided_on, effective_on } = &entry.basis;
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let decision = &entry.decision;
        match self {
            Self::Law => said(law),
            Self::DocumentNumber => said(document_number),
            Self::Authority => !authority.trim().is_empty(),
            Self::DecidedOn => decided_on.is_some(),
            Self::EffectiveOn => effective_on.is_some(),
            Self::Measures => !entry.measures.is_empty(),
            Self::NoticeOn => decision.notice_on.is_some(),
            Self::Remedy => said(&decision.remedy),
            Self::AuthorityUscc => said(&decision.authority_uscc),
            Self::DataSourceUscc => said(&decision.data_source_uscc),
            Self::PenaltyType => said(&decision.penalty_type),
            Self::RepairNoticeServedOn => decision.repair_notice_served_on.is_some(),
        }
    }
}

impl Edition {
    /// What holds for a list, named by its id or by a name. A list that is registered as another kind has no row here: an
    /// entry of it is without effect anyway (R154).
    #[must_use]
    pub fn rules(&self, list_name: &str, list: List) -> ListRules<'_> {
        let row = self.registered(list_name).filter(|row| row.kind == list);
        ListRules { row, kind: self.kinds().of(list) }
    }
    /// What holds for the list of an entry.
    #[must_use]
    pub fn rules_for(&self, entry: &EntryBody) -> ListRules<'_> {
        self.rules(entry.list_id.as_deref().unwrap_or(&entry.list_name), entry.list)
    }
}
