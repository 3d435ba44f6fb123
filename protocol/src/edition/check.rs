//! What is refused when an entry is issued (R152). Strictness belongs to the moment of signing: at receipt the same
//! faults leave the entry standing, void or unknown with a reason, because a log cannot skip a leaf.

use super::{BasisItem, Edition};
use crate::body::EntryBody;
use crate::subject::{SubjectClass, SubjectId};
use crate::time::Date;

/// Why an entry may not be signed as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueFault {
    #[error("the entry names another edition than {0}; issue it under the one in force")]
    OtherEdition(String),
    #[error("edition {0} does not bind on {1}; choose the edition in force on that day")]
    EditionNotBinding(String, Date),
    #[error("the list requires {}, which the entry does not give", .0.text().0)]
    BasisMissing(BasisItem),
    #[error("the list requires a severity; state minor, general or serious")]
    SeverityMissing,
    #[error("measure {0} does not stand in the edition; see `huxin codes` for those that do")]
    MeasureUnknown(String),
    #[error("measure {0} is not meant for this class of subject")]
    MeasureClass(String),
    #[error("measure {0} does not belong on this kind of list")]
    MeasureList(String),
    #[error("measure {0} is named twice")]
    MeasureRepeated(String),
    #[error("an imported record with an incomplete basis carries no measure; leave the measures out")]
    MeasureWithoutBasis,
    #[error("natural persons are not listed unless the node allows it, and then only with named disclosure")]
    NaturalPerson,
    #[error("the entry would end on {until}, before it begins on {from}")]
    EndsBeforeStart { from: Date, until: Date },
    #[error("the decision date {0} lies in the future")]
    DecidedInFuture(Date),
    #[error("the list's name, the field and the ground must not be empty")]
    TextMissing,
    #[error("the ground cannot be repaired under this edition")]
    NotRepairable,
    #[error("a repair can be granted from {0} on")]
    RepairTooEarly(Date),
}

impl IssueFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherEdition(_) => "other_edition",
            Self::EditionNotBinding(..) => "edition_not_binding",
            Self::BasisMissing(_) => "basis_missing",
            Self::SeverityMissing => "severity_missing",
            Self::MeasureUnknown(_) => "measure_unknown",
            Self::MeasureClass(_) => "measure_not_for_class",
            Self::MeasureList(_) => "measure_not_for_list",
            Self::MeasureRepeated(_) => "measure_repeated",
            Self::MeasureWithoutBasis => "measure_without_basis",
            Self::NaturalPerson => "natural_person",
            Self::EndsBeforeStart { .. } => "ends_before_start",
            Self::DecidedInFuture(_) => "decided_in_future",
            Self::TextMissing => "text_missing",
            Self::NotRepairable => "not_repairable",
            Self::RepairTooEarly(_) => "repair_too_early",
        }
    }
}

/// Whether a subject is a natural person, by class or by scheme (DOMAIN rule 11).
#[must_use]
pub(crate) fn is_person(entry: &EntryBody) -> bool {
    entry.subject.class == SubjectClass::NaturalPerson || entry.subject.id.scheme() == SubjectId::PERSON
}

impl Edition {
    /// Everything that speaks against issuing `entry` on `day`; empty where nothing does. A node that allows natural
    /// persons lets [`IssueFault::NaturalPerson`] pass after it has made sure of named disclosure.
    #[must_use]
    pub fn check_listing(&self, entry: &EntryBody, day: Date) -> Vec<IssueFault> {
        let mut faults = Vec::new();
        if entry.edition != self.digest() {
            faults.push(IssueFault::OtherEdition(self.name().to_owned()));
        }
        if !self.binds_on(day) {
            faults.push(IssueFault::EditionNotBinding(self.name().to_owned(), day));
        }
        // A published list may give no ground for a row (DOMAIN section 5): unknown stays unknown.
        let ground_given = entry.source.is_some() || !entry.ground_text.trim().is_empty();
        if !ground_given || [&entry.list_name, &entry.field].iter().any(|text| text.trim().is_empty()) {
            faults.push(IssueFault::TextMissing);
        }
        let lacking = self.lacking(entry);
        if entry.source.is_none() {
            faults.extend(lacking.iter().copied().map(IssueFault::BasisMissing));
            if self.list(entry.list).severity_required && entry.severity.is_none() {
                faults.push(IssueFault::SeverityMissing);
            }
        } else if !lacking.is_empty() && !entry.measures.is_empty() {
            faults.push(IssueFault::MeasureWithoutBasis);
        }
        self.check_measures(entry, &mut faults);
        if is_person(entry) {
            faults.push(IssueFault::NaturalPerson);
        }
        if let Some(decided_on) = entry.basis.decided_on.filter(|decided_on| *decided_on > day) {
            faults.push(IssueFault::DecidedInFuture(decided_on));
        }
        if let (Some(from), Some(until)) = (entry.basis.effective_on.or(entry.from), entry.until)
            && until < from
        {
            faults.push(IssueFault::EndsBeforeStart { from, until });
        }
        faults
    }

    fn check_measures(&self, entry: &EntryBody, faults: &mut Vec<IssueFault>) {
        for (at, code) in entry.measures.iter().enumerate() {
            if entry.measures[..at].contains(code) {
                faults.push(IssueFault::MeasureRepeated(code.clone()));
                continue;
            }
            match self.measure(code) {
                None => faults.push(IssueFault::MeasureUnknown(code.clone())),
                Some(measure) => {
                    if !measure.targets.contains(&entry.subject.class) {
                        faults.push(IssueFault::MeasureClass(code.clone()));
                    }
                    if !measure.kind.fits(entry.list) {
                        faults.push(IssueFault::MeasureList(code.clone()));
                    }
                }
            }
        }
    }

    /// Everything that speaks against repairing `entry` on `day` (DOMAIN rules 3 and 4). It binds the moment of issue
    /// only: a repair that was signed all the same ends the entry (R105).
    #[must_use]
    pub fn check_repair(&self, entry: &EntryBody, day: Date) -> Vec<IssueFault> {
        let mut faults = Vec::new();
        if !self.is_repairable(&entry.ground_text) {
            faults.push(IssueFault::NotRepairable);
        }
        let months = self.list(entry.list).repairable_after_months.of(entry.severity).unwrap_or(0);
        if let Some(decided) = entry.basis.decided_on.or(entry.basis.effective_on) {
            let first = decided.add_months(i32::from(months));
            if day < first {
                faults.push(IssueFault::RepairTooEarly(first));
            }
        }
        faults
    }
}
