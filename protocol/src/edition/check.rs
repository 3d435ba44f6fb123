//! What is refused when an entry is issued (R152). Strictness belongs to the moment of signing: at receipt the same
//! faults leave the entry standing, void or unknown with a reason, because a log cannot skip a leaf.
//!
//! One function finds everything at once, so that a dry run says what the signing would say, and an officer corrects a
//! row once and not five times. Whatever [`Edition::check_listing`] lets pass, [`crate::body::Body::seal`] takes.

mod fault;
mod person;
mod size;

pub use fault::IssueFault;
pub(crate) use person::is_person;

use super::{Edition, bears_serious_name, belongs_elsewhere, governing};
use crate::body::EntryBody;
use crate::digest::Digest;
use crate::header::Disclosure;
use crate::subject::personal_number;
use crate::text::{check_text, folded};
use crate::time::Date;
use std::collections::BTreeMap;

/// What is known at the moment of issue besides the entry.
#[derive(Clone, Copy, Debug)]
pub struct Issue<'a> {
    /// The civil day of the signature.
    pub day: Date,
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
        self.check_basis(entry, foreign, &mut faults);
        self.check_measures(entry, &mut faults);
        check_dates(entry, issue.day, &mut faults);
        faults
    }

    /// R154: a registered list is listed under the edition that it belongs to, and the name that is kept for lists of
    /// seriously untrustworthy subjects is borne by those alone.
    fn check_registration(&self, entry: &EntryBody, issue: &Issue<'_>, faults: &mut Vec<IssueFault>) {
        if belongs_elsewhere(issue.editions, entry, issue.day) {
            let due = governing(issue.editions, &entry.list_name, issue.day);
            let names: Vec<&str> = due.into_iter().map(Self::name).collect();
            faults.push(IssueFault::ListRegisteredElsewhere(names.join(", ")));
        } else if bears_serious_name(&entry.list_name) && !self.registers_as_serious(&entry.list_name) {
            faults.push(IssueFault::ListNotSerious);
        }
    }

    fn check_basis(&self, entry: &EntryBody, foreign: bool, faults: &mut Vec<IssueFault>) {
        // A published list may give no ground for a row (DOMAIN section 5): unknown stays unknown.
        if !foreign && entry.ground_text.trim().is_empty() {
            faults.push(IssueFault::TextMissing("ground_text"));
        }
        let lacking = self.lacking(entry);
        let severity_missing = self.list(entry.list).severity_required && entry.severity.is_none();
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

    /// Everything that speaks against repairing, on `day`, the chain whose current link is `current` (DOMAIN rules 3 and
    /// 4). `links` are its links that have effect and can be read, in any order; the current one may be among them. Ground
    /// and severity are those of the current link; the waiting time counts from the earliest decision day of any, as the
    /// term does (R124). It binds the moment of issue only: a repair that was signed all the same ends the entry (R105).
    #[must_use]
    pub fn check_repair(&self, current: &EntryBody, links: &[&EntryBody], day: Date) -> Vec<IssueFault> {
        let mut faults = Vec::new();
        if !self.is_repairable(&current.ground_text) {
            faults.push(IssueFault::NotRepairable);
        }
        let months = self.list(current.list).repairable_after_months.of(current.severity).unwrap_or(0);
        let decided = |entry: &EntryBody| entry.basis.decided_on.or(entry.basis.effective_on);
        let days = links.iter().copied().chain([current]).filter_map(decided);
        if let Some(decided) = days.min() {
            let first = decided.add_months(i32::from(months));
            if day < first {
                faults.push(IssueFault::RepairTooEarly(first));
            }
        }
        faults
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

/// An effective day may lie ahead; what somebody has decided, seen or fetched may not.
fn check_dates(entry: &EntryBody, day: Date, faults: &mut Vec<IssueFault>) {
    let ahead = |date: Option<Date>| date.filter(|date| *date > day);
    let retrieved = entry.source.as_ref().and_then(|source| source.retrieved_on);
    faults.extend(ahead(entry.basis.decided_on).map(IssueFault::DecidedInFuture));
    faults.extend(ahead(entry.observed_on).map(IssueFault::ObservedInFuture));
    faults.extend(ahead(retrieved).map(IssueFault::RetrievedInFuture));
    let Some(until) = entry.until else { return };
    let starts = [entry.basis.effective_on.or(entry.from), entry.basis.decided_on];
    if let Some(from) = starts.into_iter().flatten().filter(|from| until < *from).max() {
        faults.push(IssueFault::EndsBeforeStart { from, until });
    }
}
