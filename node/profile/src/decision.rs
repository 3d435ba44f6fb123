//! What is to be done about one record, from what a file says of it and what the desk knows of it.
//!
//! A record only ever climbs: unknown, then live with some content, then ended; and ended is final for imports, because
//! whoever lists it again needs a new decision. From this it follows that a file can be run again, and run again after it
//! was cut off anywhere: what was done before is found done, and nothing is signed twice.
//!
//! A file of events may speak of one record many times. Its rows are read as one: the last listing before the first
//! delisting gives the content; a delisting after a listing ends the record; whatever comes after that is about something
//! that has ended. A delisting in front of the first listing speaks of an earlier life of the record and is superseded.

use crate::desk::KnownRecord;
use crate::outcome::Outcome;
use crate::plan::{Operation, Record};
use huxin_api::model::{EntryRequest, ListingView};
use huxin_protocol::ids::StatementId;
use huxin_protocol::subject::SubjectId;
use std::collections::BTreeSet;

/// What the officer and the profile say about decisions.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Whether a changed record is amended although the row does not ask for it.
    pub amend: bool,
    /// Fields that the profile gives as constants: facts about the list, no changes of a record.
    pub constants: BTreeSet<&'static str>,
}

/// What the desk knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    Unknown,
    Live {
        id: StatementId,
        listing: Option<Box<ListingView>>,
    },
    /// With whom it was about, where its text is still there.
    Ended {
        subject: Option<SubjectId>,
    },
}

impl Known {
    /// From everything that the desk said about one reference: as long as one of its statements is live, the record is.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a KnownRecord>) -> Self {
        let mut known = Self::Unknown;
        for item in items {
            if item.is_live {
                known = Self::Live { id: item.id, listing: item.listing.clone() };
            } else if known == Self::Unknown {
                known = Self::Ended { subject: item.listing.as_ref().map(|listing| listing.subject.id.clone()) };
            }
        }
        known
    }
}

/// A row that needs nothing signed, or whose fate another row's step decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub row: u64,
    pub outcome: Outcome,
    pub sentence: Option<String>,
}

/// What is asked for the record itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<'a> {
    List(&'a EntryRequest),
    Amend(StatementId, &'a EntryRequest),
    Remove(StatementId),
}

/// At most two steps: what the record becomes, and its removal where the file ends what it has just listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision<'a> {
    pub settled: Vec<Settled>,
    /// With the row whose outcome it is.
    pub step: Option<(u64, Step<'a>)>,
    /// The row that removes what `step` lists.
    pub then_remove: Option<u64>,
}

impl Decision<'_> {
    fn settle(&mut self, row: u64, outcome: Outcome, sentence: Option<String>) {
        self.settled.push(Settled { row, outcome, sentence });
    }
}

/// Decides about one record. `records` are its rows in the order of the file.
#[must_use]
pub fn decide<'a>(records: &[&'a Record], known: &Known, rules: &Rules) -> Decision<'a> {
    let mut decision = Decision::default();
    let records = same_subject(records, known, &mut decision);
    let reduced = reduce(&records, &mut decision);
    for record in &reduced.repeats {
        let (outcome, sentence) = match known {
            Known::Unknown => (Outcome::UnknownToRemove, not_here()),
            _ => (Outcome::AlreadyEnded, "the record has ended before this row".to_owned()),
        };
        decision.settle(record.row, outcome, Some(sentence));
    }
    match known {
        Known::Ended { .. } => {
            for record in reduced.listing.iter().chain(&reduced.removal) {
                let sentence = "the record has ended here; a new listing needs a new decision";
                decision.settle(record.row, Outcome::AlreadyEnded, Some(sentence.to_owned()));
            }
        }
        Known::Unknown => unknown(&reduced, &mut decision),
        Known::Live { id, listing } => live(&reduced, *id, listing.as_deref(), rules, &mut decision),
    }
    decision
}

/// Rows about another subject than the record's are taken out: the one that is known here, else that of its first listing.
fn same_subject<'a>(records: &[&'a Record], known: &Known, decision: &mut Decision<'_>) -> Vec<&'a Record> {
    let listed = records.iter().filter(|record| record.operation != Operation::Remove);
    let here = match known {
        Known::Live { listing: Some(listing), .. } => Some(listing.subject.id.clone()),
        // Whoever stands under a number that was used before must be seen by somebody, and not pass as ended.
        Known::Ended { subject: Some(subject) } => Some(subject.clone()),
        _ => listed.clone().find_map(|record| record.subject.clone()),
    };
    let Some(here) = here else { return records.to_vec() };
    let mut kept = Vec::with_capacity(records.len());
    for record in records {
        match &record.subject {
            Some(other) if *other != here => {
                decision.settle(record.row, Outcome::SubjectChanged, Some(another_subject(&here, other)));
            }
            _ => kept.push(*record),
        }
    }
    kept
}

fn another_subject(here: &SubjectId, other: &SubjectId) -> String {
    format!("the key stands for {here} and the row is about {other}; a key that is used again is never followed")
}

/// The rows that decide; all others are settled.
struct Reduced<'a> {
    listing: Option<&'a Record>,
    removal: Option<&'a Record>,
    /// Further delistings where the file does not list the record at all.
    repeats: Vec<&'a Record>,
}

fn reduce<'a>(records: &[&'a Record], decision: &mut Decision<'_>) -> Reduced<'a> {
    let is_removal = |record: &&Record| record.operation == Operation::Remove;
    let first_listing = records.iter().position(|record| !is_removal(record));
    let Some(first_listing) = first_listing else {
        let repeats = records.iter().skip(1).copied().collect();
        return Reduced { listing: None, removal: records.first().copied(), repeats };
    };
    for record in &records[..first_listing] {
        let sentence = "a later row of this file lists the record again";
        decision.settle(record.row, Outcome::Superseded, Some(sentence.to_owned()));
    }
    let rest = &records[first_listing..];
    let end = rest.iter().position(is_removal).unwrap_or(rest.len());
    for record in &rest[..end - 1] {
        let sentence = format!("row {} of this file says what the record has become", rest[end - 1].row);
        decision.settle(record.row, Outcome::Superseded, Some(sentence));
    }
    let removal = rest.get(end).copied();
    if let Some(removal) = removal {
        for record in &rest[end + 1..] {
            let sentence = format!("row {} of this file ended the record", removal.row);
            decision.settle(record.row, Outcome::AlreadyEnded, Some(sentence));
        }
    }
    Reduced { listing: Some(rest[end - 1]), removal, repeats: Vec::new() }
}

fn unknown<'a>(reduced: &Reduced<'a>, decision: &mut Decision<'a>) {
    let listing = reduced.listing.and_then(|record| Some((record, record.request.as_ref()?)));
    match (listing, reduced.removal) {
        (Some((record, _)), removal) if record.is_over => {
            decision.settle(record.row, Outcome::Over, Some(over(record)));
            if let Some(removal) = removal {
                decision.settle(removal.row, Outcome::UnknownToRemove, Some(not_here()));
            }
        }
        (Some((record, request)), removal) => {
            decision.step = Some((record.row, Step::List(request)));
            decision.then_remove = removal.map(|removal| removal.row);
        }
        (None, Some(removal)) => decision.settle(removal.row, Outcome::UnknownToRemove, Some(not_here())),
        (None, None) => {}
    }
}

fn over(record: &Record) -> String {
    match record.ends_on {
        Some(day) => format!("its last day was {day}; over = \"list\" in the profile would sign it all the same"),
        None => "it was over before this day".to_owned(),
    }
}

fn not_here() -> String {
    "no record of this key was listed here, so there is nothing to remove".to_owned()
}

fn live<'a>(
    reduced: &Reduced<'a>,
    id: StatementId,
    listing: Option<&ListingView>,
    rules: &Rules,
    decision: &mut Decision<'a>,
) {
    if let Some(removal) = reduced.removal {
        if let Some(record) = reduced.listing {
            let sentence = format!("row {} of this file takes the record off the list", removal.row);
            decision.settle(record.row, Outcome::Superseded, Some(sentence));
        }
        decision.step = Some((removal.row, Step::Remove(id)));
        return;
    }
    let Some((record, request)) = reduced.listing.and_then(|record| Some((record, record.request.as_ref()?))) else {
        return;
    };
    let Some(listing) = listing else {
        let sentence = "what stands here cannot be read, so it was not compared and nothing was signed";
        return decision.settle(record.row, Outcome::Changed, Some(sentence.to_owned()));
    };
    let differing = differing(request, listing, &rules.constants);
    if differing.is_empty() && record.is_over {
        decision.settle(record.row, Outcome::Over, Some(over(record)));
    } else if differing.is_empty() {
        decision.settle(record.row, Outcome::Unchanged, None);
    } else if rules.amend || record.operation == Operation::Amend {
        decision.step = Some((record.row, Step::Amend(id, request)));
    } else {
        let sentence = format!("{} differs from what stands here; --amend signs the correction", differing.join(", "));
        decision.settle(record.row, Outcome::Changed, Some(sentence));
    }
}

/// Fields in which a request differs from what stands here, leaving out the source, the reference and the profile's constants.
#[must_use]
pub fn differing(
    request: &EntryRequest,
    listing: &ListingView,
    constants: &BTreeSet<&'static str>,
) -> Vec<&'static str> {
    // A body keeps no order of its own for names and measures.
    let sorted = |values: &[String]| -> BTreeSet<String> { values.iter().cloned().collect() };
    let (asked, stands) = (&request.basis, &listing.basis);
    let fields = [
        ("name", request.subject.name != listing.subject.name),
        ("class", request.subject.class != listing.subject.class),
        ("aliases", sorted(&request.subject.aliases) != sorted(&listing.subject.aliases)),
        ("list", request.list != listing.list),
        ("list_name", request.list_name != listing.list_name),
        ("field", request.field != listing.field),
        ("ground_text", request.ground_text != listing.ground_text),
        ("severity", request.severity != listing.severity),
        ("law", asked.law != stands.law),
        ("document_number", asked.document_number != stands.document_number),
        ("authority", asked.authority != stands.authority),
        ("decided_on", asked.decided_on != stands.decided_on),
        ("effective_on", asked.effective_on != stands.effective_on),
        ("measures", sorted(&request.measures) != sorted(&listing.measures)),
        ("from", request.from != listing.from),
        ("until", request.until != listing.until),
        ("summary", request.summary != listing.summary),
        ("observed_on", request.observed_on != listing.observed_on),
    ];
    let differs = fields.into_iter().filter(|(name, differs)| *differs && !constants.contains(name));
    differs.map(|(name, _)| name).collect()
}
