//! The faults of issue: each with a stable code, the field it lies in, and a sentence that says what to try next.

use crate::edition::{BasisItem, RepairCondition};
use crate::ruling::DisclosureLevel;
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
    #[error("edition {0} is a layer of other cities; issue the entry under the one in force for this city")]
    EditionNotForCity(String),
    #[error(
        "{0:?} is not the id of this list in the edition; leave the id out, or name list and kind as they are registered"
    )]
    ListId(String),
    #[error(
        "the list {0} is only reported, and not to be used before an office has read its basis; load a layer that confirms it"
    )]
    ListUnconfirmed(String),
    #[error("the field {0:?} does not stand in the edition; its text lists those that do")]
    FieldUnknown(String),
    #[error("the list is one of the field {0:?}; write that field")]
    FieldOfList(String),
    #[error(
        "such an entry is disclosed {} where nobody says otherwise; say why it is disclosed wider, or disclose it so", due_words(*.0)
    )]
    DisclosureReason(DisclosureLevel),
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
    #[error("{field}: {fault}; write the code as the unit's certificate shows it")]
    DecisionCode { field: &'static str, fault: SubjectFault },
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
    #[error("measure {0} is meant for other lists or grounds than the entry's")]
    MeasureCase(String),
    #[error(
        "measure {0} is only reported, and not to be used before an office has read its basis; load a layer that confirms it"
    )]
    MeasureUnconfirmed(String),
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
    #[error("linked persons stand beside an organisation on a black list, and nowhere else")]
    LinkedPersons,
    #[error("the entry names persons by digests and not the person key that these were made with")]
    PersonKey,
    #[error("the entry would end on {until}, before it begins or is decided on {from}")]
    EndsBeforeStart { from: Date, until: Date },
    #[error("the decision date {0} lies in the future")]
    DecidedInFuture(Date),
    #[error("the day of observation {0} lies in the future")]
    ObservedInFuture(Date),
    #[error("the day {0}, on which the subject is said to have been told, lies in the future")]
    ToldInFuture(Date),
    #[error("the day of retrieval {0} lies in the future")]
    RetrievedInFuture(Date),
    #[error("the ground cannot be repaired under this edition")]
    NotRepairable,
    #[error("a repair can be granted from {0} on")]
    RepairTooEarly(Date),
    #[error("a repair of this list and severity needs what is missing here: {}", named(.0))]
    RepairConditions(Vec<RepairCondition>),
}

fn named(conditions: &[RepairCondition]) -> String {
    conditions.iter().map(|one| one.text().0).collect::<Vec<_>>().join(", ")
}

const fn due_words(level: DisclosureLevel) -> &'static str {
    match level {
        DisclosureLevel::Public => "to everybody",
        DisclosureLevel::Federation => "to members only",
        DisclosureLevel::Named => "to named cities only",
    }
}

impl IssueFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherEdition(_) => "other_edition",
            Self::EditionNotBinding(..) => "edition_not_binding",
            Self::ListRegisteredElsewhere(_) => "list_registered_elsewhere",
            Self::ListNotSerious => "list_not_serious",
            Self::EditionNotForCity(_) => "edition_not_for_city",
            Self::ListId(_) => "list_id",
            Self::ListUnconfirmed(_) => "list_unconfirmed",
            Self::FieldUnknown(_) => "field_unknown",
            Self::FieldOfList(_) => "field_not_of_list",
            Self::DisclosureReason(_) => "disclosure_reason",
            Self::TextUnsafe { fault, .. } => fault.code(),
            Self::PersonalNumber { .. } => "personal_number",
            Self::TextMissing(_) => "text_missing",
            Self::TooLong { .. } => "text_too_long",
            Self::TooMany { .. } => "too_many_items",
            Self::EntryTooLong { .. } => "body_too_long",
            Self::CodeCheck(_) => "code_check",
            Self::DecisionCode { .. } => "decision_code",
            Self::BasisMissing(_) => "basis_missing",
            Self::SeverityMissing => "severity_missing",
            Self::MeasureUnknown(_) => "measure_unknown",
            Self::MeasureClass(_) => "measure_not_for_class",
            Self::MeasureList(_) => "measure_not_for_list",
            Self::MeasureCase(_) => "measure_not_for_case",
            Self::MeasureUnconfirmed(_) => "measure_unconfirmed",
            Self::MeasureRepeated(_) => "measure_repeated",
            Self::MeasureWithoutBasis => "measure_without_basis",
            Self::NaturalPerson => "natural_person",
            Self::PersonDisclosure => "person_disclosure",
            Self::PersonId => "person_id",
            Self::PersonName(_) => "person_name",
            Self::SubjectScheme(_) => "subject_scheme",
            Self::NamePlaceholder(_) => "name_placeholder",
            Self::LinkedPersons => "linked_persons",
            Self::PersonKey => "person_key",
            Self::EndsBeforeStart { .. } => "ends_before_start",
            Self::DecidedInFuture(_) => "decided_in_future",
            Self::ObservedInFuture(_) => "observed_in_future",
            Self::ToldInFuture(_) => "told_in_future",
            Self::RetrievedInFuture(_) => "retrieved_in_future",
            Self::NotRepairable => "not_repairable",
            Self::RepairTooEarly(_) => "repair_too_early",
            Self::RepairConditions(_) => "repair_conditions",
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
            | Self::DecisionCode { field, .. }
            | Self::PersonName(field) => Some(field),
            Self::OtherEdition(_)
            | Self::EditionNotBinding(..)
            | Self::EditionNotForCity(_)
            | Self::ListRegisteredElsewhere(_) => Some("edition"),
            Self::ListNotSerious => Some("list_name"),
            Self::ListId(_) | Self::ListUnconfirmed(_) => Some("list_id"),
            Self::FieldUnknown(_) | Self::FieldOfList(_) => Some("field"),
            Self::DisclosureReason(_) => Some("disclosure_reason"),
            Self::CodeCheck(_) | Self::PersonId | Self::SubjectScheme(_) => Some("subject.id"),
            Self::NamePlaceholder(field) => Some(field),
            Self::SeverityMissing => Some("severity"),
            Self::MeasureUnknown(_)
            | Self::MeasureClass(_)
            | Self::MeasureList(_)
            | Self::MeasureCase(_)
            | Self::MeasureUnconfirmed(_)
            | Self::MeasureRepeated(_)
            | Self::MeasureWithoutBasis => Some("measures"),
            Self::NaturalPerson => Some("subject.class"),
            Self::PersonDisclosure => Some("disclosure"),
            Self::LinkedPersons => Some("linked_persons"),
            Self::PersonKey => Some("person_key"),
            Self::EndsBeforeStart { .. } => Some("until"),
            Self::DecidedInFuture(_) => Some("basis.decided_on"),
            Self::ObservedInFuture(_) => Some("observed_on"),
            Self::ToldInFuture(_) => Some("decision.notice_on"),
            Self::RetrievedInFuture(_) => Some("source.retrieved_on"),
            Self::NotRepairable => Some("ground_text"),
            Self::RepairConditions(_) => Some("conditions"),
            Self::BasisMissing(_) | Self::EntryTooLong { .. } | Self::RepairTooEarly(_) => None,
        }
    }
}
