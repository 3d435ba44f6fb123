//! The faults of issue: each with a stable code, the field it lies in, and a sentence that says what to try next.

use crate::edition::BasisItem;
use crate::subject::SubjectFault;
use crate::text::TextFault;
use crate::time::Date;

/// Why an entry may not be signed as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueFault {
    #[error("the entry names another edition than {0}; issue it under the one in force")]
    OtherEdition(String),
    #[error("edition {0} does not bind on {1}; choose the edition in force on that day")]
    EditionNotBinding(String, Date),
    #[error(
        "the list is registered in edition {0}, and perhaps as another kind of list; issue the entry as it is registered there"
    )]
    ListRegisteredElsewhere(String),
    #[error(
        "only a list that the edition registers as one may be called 严重失信主体名单; write the list's own name, or load the edition that registers it"
    )]
    ListNotSerious,
    #[error("{field}: {fault}")]
    TextUnsafe { field: &'static str, fault: TextFault },
    #[error(
        "{field}: character {place} begins what could be a resident's identity number; take it out, it is never signed in clear"
    )]
    PersonalNumber { field: &'static str, place: usize },
    #[error("{0} is empty; fill it in, or leave it out where it may be absent")]
    TextMissing(&'static str),
    #[error("{field} has {bytes} bytes where {most} are the most; shorten it")]
    TooLong { field: &'static str, bytes: usize, most: usize },
    #[error("{field} has {count} items where {most} are the most; leave some out")]
    TooMany { field: &'static str, count: usize, most: usize },
    #[error(
        "the entry as a whole has {bytes} bytes where {most} are the most; shorten the summary or leave out aliases"
    )]
    EntryTooLong { bytes: usize, most: usize },
    #[error("{0}; compare it with the certificate, and confirm it where the certificate shows it like this")]
    CodeCheck(SubjectFault),
    #[error("the list requires {}, which the entry does not give", .0.text().0)]
    BasisMissing(BasisItem),
    #[error(
        "the list requires a severity; state minor, general or serious (an imported record may lack it where it carries no measure)"
    )]
    SeverityMissing,
    #[error("measure {0} does not stand in the edition; its text lists those that do")]
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
    #[error("an entry about a natural person is disclosed to named cities only; name its readers")]
    PersonDisclosure,
    #[error(
        "a natural person is named by a keyed digest: scheme `person` and 64 lower-case hexadecimal digits, never a number"
    )]
    PersonId,
    #[error("{0} shows a natural person's name in full; mask it, as in 张*")]
    PersonName(&'static str),
    #[error("the scheme {0} names people, or names; use uscc, lei, or the scheme of a list with codes of its own")]
    SubjectScheme(String),
    #[error("{0} says nothing: it has no letter, or stands for a name that is not known; give the name")]
    NamePlaceholder(&'static str),
    #[error("linked persons are not signed yet; leave them out")]
    LinkedPersons,
    #[error("the entry would end on {until}, before it begins or is decided on {from}")]
    EndsBeforeStart { from: Date, until: Date },
    #[error("the decision date {0} lies in the future")]
    DecidedInFuture(Date),
    #[error("the day of observation {0} lies in the future")]
    ObservedInFuture(Date),
    #[error("the day of retrieval {0} lies in the future")]
    RetrievedInFuture(Date),
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
            Self::ListRegisteredElsewhere(_) => "list_registered_elsewhere",
            Self::ListNotSerious => "list_not_serious",
            Self::TextUnsafe { fault, .. } => fault.code(),
            Self::PersonalNumber { .. } => "personal_number",
            Self::TextMissing(_) => "text_missing",
            Self::TooLong { .. } => "text_too_long",
            Self::TooMany { .. } => "too_many_items",
            Self::EntryTooLong { .. } => "body_too_long",
            Self::CodeCheck(_) => "code_check",
            Self::BasisMissing(_) => "basis_missing",
            Self::SeverityMissing => "severity_missing",
            Self::MeasureUnknown(_) => "measure_unknown",
            Self::MeasureClass(_) => "measure_not_for_class",
            Self::MeasureList(_) => "measure_not_for_list",
            Self::MeasureRepeated(_) => "measure_repeated",
            Self::MeasureWithoutBasis => "measure_without_basis",
            Self::NaturalPerson => "natural_person",
            Self::PersonDisclosure => "person_disclosure",
            Self::PersonId => "person_id",
            Self::PersonName(_) => "person_name",
            Self::SubjectScheme(_) => "subject_scheme",
            Self::NamePlaceholder(_) => "name_placeholder",
            Self::LinkedPersons => "linked_persons",
            Self::EndsBeforeStart { .. } => "ends_before_start",
            Self::DecidedInFuture(_) => "decided_in_future",
            Self::ObservedInFuture(_) => "observed_in_future",
            Self::RetrievedInFuture(_) => "retrieved_in_future",
            Self::NotRepairable => "not_repairable",
            Self::RepairTooEarly(_) => "repair_too_early",
        }
    }

    /// The field that the fault lies in, as requests and files write it; `None` where it lies in several or in none.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::TextUnsafe { field, .. }
            | Self::PersonalNumber { field, .. }
            | Self::TextMissing(field)
            | Self::TooLong { field, .. }
            | Self::TooMany { field, .. }
            | Self::PersonName(field) => Some(field),
            Self::OtherEdition(_) | Self::EditionNotBinding(..) | Self::ListRegisteredElsewhere(_) => Some("edition"),
            Self::ListNotSerious => Some("list_name"),
            Self::CodeCheck(_) | Self::PersonId | Self::SubjectScheme(_) => Some("subject.id"),
            Self::NamePlaceholder(field) => Some(field),
            Self::SeverityMissing => Some("severity"),
            Self::MeasureUnknown(_)
            | Self::MeasureClass(_)
            | Self::MeasureList(_)
            | Self::MeasureRepeated(_)
            | Self::MeasureWithoutBasis => Some("measures"),
            Self::NaturalPerson => Some("subject.class"),
            Self::PersonDisclosure => Some("disclosure"),
            Self::LinkedPersons => Some("linked_persons"),
            Self::EndsBeforeStart { .. } => Some("until"),
            Self::DecidedInFuture(_) => Some("basis.decided_on"),
            Self::ObservedInFuture(_) => Some("observed_on"),
            Self::RetrievedInFuture(_) => Some("source.retrieved_on"),
            Self::NotRepairable => Some("ground_text"),
            Self::BasisMissing(_) | Self::EntryTooLong { .. } | Self::RepairTooEarly(_) => None,
        }
    }
}
