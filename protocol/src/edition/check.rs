//! What is refused when an entry is issued (R152). Strictness belongs to the moment of signing: at receipt the same
//! faults leave the entry standing, void or unknown with a reason, because a log cannot skip a leaf.
//!
//! One function finds everything at once, so that a dry run says what the signing would say, and an officer corrects a
//! row once and not five times. Whatever [`Edition::check_listing`] lets pass, [`crate::body::Body::seal`] takes.

mod disclosure;
mod fault;
mod person;
mod repair;
mod size;

pub use fault::IssueFault;
pub(crate) use person::names_persons;

use super::{Edition, Sure, bears_serious_name, belongs_elsewhere, governing};
use crate::body::EntryBody;
use crate::digest::Digest;
use crate::header::Disclosure;
use crate::ids::CityCode;
use crate::subject::{SubjectFault, SubjectId, personal_number};
use crate::text::{check_text, folded};
use crate::time::Date;
use std::collections::BTreeMap;

/// What is known at the moment of issue besides the entry.
#[derive(Clone, Copy, Debug)]
pub struct Issue<'a> {
    /// The civil day of the signature.
    pub day: Date,
    /// The city that lists: layers are for the cities that they name (R155). `None`: one that no layer names.
    pub city: Option<CityCode>,
    pub disclosure: &'a Disclosure,
    /// Whether the node takes entries about natural persons at all (DOMAIN rule 11).
    pub allow_natural_persons: bool,
    /// An officer has confirmed this very code, whose check character fails (DOMAIN rule 15).
    pub confirmed_code: bool,
    /// Names that mean this city itself: a `source` whose publisher is one of them is no foreign source (R152).
    pub own_names: &'a [String],
    /// The editions that the node has loaded: they say to which edition a list belongs (R154).
    pub editions: &'a BTreeMap<Digest, Edition>,
}

impl Issue<'_> {
    /// Whether the entry is a record of another publisher. A city does not become one by naming itself.
    #[must_use]
    pub fn is_foreign(&self, entry: &EntryBody) -> bool {
        entry.source.as_ref().is_some_and(|source| {
            let publisher = folded(&source.publisher);
            !self.own_names.iter().any(|own| folded(own) == publisher)
        })
    }
}

impl Edition {
    /// Everything that speaks against issuing `entry`; empty where nothing does.
    #[must_use]
    pub fn check_listing(&self, entry: &EntryBody, issue: &Issue<'_>) -> Vec<IssueFault> {
        let mut faults = Vec::new();
        if entry.edition != self.digest() {
            faults.push(IssueFault::OtherEdition(self.name().to_owned()));
        }
        if !self.binds_on(issue.day) {
            faults.push(IssueFault::EditionNotBinding(self.name().to_owned(), issue.day));
        }
        if !self.is_for(issue.city) {
            faults.push(IssueFault::EditionNotForCity(self.name().to_owned()));
        }
        self.check_registration(entry, issue, &mut faults);
        check_texts(entry, &mut faults);
        check_names(entry, &mut faults);
        size::check(entry, &mut faults);
        person::check(entry, issue, &mut faults);
        let foreign = issue.is_foreign(entry);
        if !foreign
            && !issue.confirmed_code
            && let Err(fault) = entry.subject.id.check_code()
        {
            faults.push(IssueFault::CodeCheck(fault));
        }
        check_decision_codes(entry, foreign, &mut faults);
        self.check_basis(entry, foreign, &mut faults);
        self.check_field(entry, foreign, &mut faults);
        self.check_measures(entry, &mut faults);
        self.check_disclosure(entry, issue, &mut faults);
        check_dates(entry, issue.day, &mut faults);
        faults
    }

    /// R154: a registered list is listed under the edition that it belongs to, and the name that is kept for lists of
    /// seriously untrustworthy subjects is borne by those alone.
    fn check_registration(&self, entry: &EntryBody, issue: &Issue<'_>, faults: &mut Vec<IssueFault>) {
        if let Some(id) = entry.list_id.as_ref().filter(|_| !self.registers(entry)) {
            faults.push(IssueFault::ListId(id.clone()));
        } else if belongs_elsewhere(issue.editions, entry, issue.city, issue.day) {
            let due = governing(issue.editions, &entry.list_name, issue.city, issue.day);
            let names: Vec<&str> = due.into_iter().map(Self::name).collect();
            faults.push(IssueFault::ListRegisteredElsewhere(names.join(", ")));
        } else if bears_serious_name(&entry.list_name) && !self.registers_as_serious(&entry.list_name) {
            faults.push(IssueFault::ListNotSerious);
        }
        let row = self.rules_for(entry).row();
        if let Some(row) = row.filter(|row| row.sure == Sure::Reported) {
            faults.push(IssueFault::ListUnconfirmed(row.id.clone()));
        }
    }

    /// A field is one that the edition names, and of a registered list the list's own. Another publisher's fields are its own.
    fn check_field(&self, entry: &EntryBody, foreign: bool, faults: &mut Vec<IssueFault>) {
        if foreign {
            return;
        }
        if !self.fields().is_empty() && !self.fields().iter().any(|field| field.code == entry.field) {
            faults.push(IssueFault::FieldUnknown(entry.field.clone()));
        }
        let own = self.rules_for(entry).row().and_then(|row| row.field.as_ref());
        if let Some(own) = own.filter(|own| **own != entry.field) {
            faults.push(IssueFault::FieldOfList(own.clone()));
        }
    }

    fn check_basis(&self, entry: &EntryBody, foreign: bool, faults: &mut Vec<IssueFault>) {
        // A published list may give no ground for a row (DOMAIN section 5): unknown stays unknown.
        if !foreign && entry.ground_text.trim().is_empty() {
            faults.push(IssueFault::TextMissing("ground_text"));
        }
        let rules = self.rules_for(entry);
        let lacking = rules.lacking(entry);
        let severity_missing = rules.severity_required() && entry.severity.is_none();
        if !foreign {
            faults.extend(lacking.into_iter().map(IssueFault::BasisMissing));
            if severity_missing {
                faults.push(IssueFault::SeverityMissing);
            }
        } else if !entry.measures.is_empty() {
            if !lacking.is_empty() {
                faults.push(IssueFault::MeasureWithoutBasis);
            }
            if severity_missing {
                faults.push(IssueFault::SeverityMissing);
            }
        }
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
                    if !measure.applies_to.classes.contains(&entry.subject.class) {
                        faults.push(IssueFault::MeasureClass(code.clone()));
                    }
                    if !measure.kind.fits(entry.list) {
                        faults.push(IssueFault::MeasureList(code.clone()));
                    } else if !self.is_meant_for(measure, entry) {
                        faults.push(IssueFault::MeasureCase(code.clone()));
                    }
                    if measure.sure == Sure::Reported {
                        faults.push(IssueFault::MeasureUnconfirmed(code.clone()));
                    }
                }
            }
        }
    }
}

/// Words that stand in lists where a name is not known, in folded form.
const PLACEHOLDERS: [&str; 12] =
    ["无", "空", "空白", "不详", "未知", "待补", "null", "none", "nil", "nan", "n-a", "unknown"];

/// A name without a letter or digit, or a word in the place of one, would list nobody or anybody.
fn check_names(entry: &EntryBody, faults: &mut Vec<IssueFault>) {
    let names = [("subject.name", &entry.subject.name), ("basis.authority", &entry.basis.authority)];
    for (field, name) in names {
        let silent = !name.trim().is_empty() && !name.chars().any(char::is_alphanumeric);
        if silent || PLACEHOLDERS.contains(&folded(name).as_str()) {
            faults.push(IssueFault::NamePlaceholder(field));
        }
    }
}

/// Characters that are never signed (R6), and what could be a resident's number (R51), in any text.
fn check_texts(entry: &EntryBody, faults: &mut Vec<IssueFault>) {
    for (field, text) in entry.texts() {
        if let Err(fault) = check_text(text) {
            faults.push(IssueFault::TextUnsafe { field, fault });
        }
        if let Some(found) = personal_number(text) {
            faults.push(IssueFault::PersonalNumber { field, place: found.place });
        }
    }
}

/// Codes of authorities and of sources are codes like a subject's; another publisher's may fail their check as it prints them.
fn check_decision_codes(entry: &EntryBody, foreign: bool, faults: &mut Vec<IssueFault>) {
    let codes = [
        ("decision.authority_uscc", &entry.decision.authority_uscc),
        ("decision.data_source_uscc", &entry.decision.data_source_uscc),
    ];
    for (field, code) in codes {
        let Some(code) = code else { continue };
        let checked = SubjectId::new(SubjectId::USCC, code).and_then(|id| {
            // One code has one spelling (R50).
            if id.id() != code {
                Err(SubjectFault::Shape)
            } else if foreign {
                Ok(())
            } else {
                id.check_code()
            }
        });
        if let Err(fault) = checked {
            faults.push(IssueFault::DecisionCode { field, fault });
        }
    }
}

/// An effective day may lie ahead; what somebody has decided, seen or fetched may not.
fn check_dates(entry: &EntryBody, day: Date, faults: &mut Vec<IssueFault>) {
    let ahead = |date: Option<Date>| date.filter(|date| *date > day);
    let retrieved = entry.source.as_ref().and_then(|source| source.retrieved_on);
    faults.extend(ahead(entry.basis.decided_on).map(IssueFault::DecidedInFuture));
    faults.extend(ahead(entry.observed_on).map(IssueFault::ObservedInFuture));
    let told = [entry.decision.notice_on, entry.decision.repair_notice_served_on];
    faults.extend(told.into_iter().filter_map(ahead).map(IssueFault::ToldInFuture));
    faults.extend(ahead(retrieved).map(IssueFault::RetrievedInFuture));
    let Some(until) = entry.until else { return };
    let starts = [entry.basis.effective_on.or(entry.from), entry.basis.decided_on];
    if let Some(from) = starts.into_iter().flatten().filter(|from| until < *from).max() {
        faults.push(IssueFault::EndsBeforeStart { from, until });
    }
}
