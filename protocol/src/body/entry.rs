//! The body of an Entry or Amendment (R43). CBOR keys: 0 salt, 1 subject (see [`crate::subject::Subject`]), 2 list
//! (0 red, 1 black, 2 watch), 3 list name, 4 field, 5 ground text, 6 severity? (1 minor, 2 general, 3 serious),
//! 7 basis map {1 law?, 2 document number?, 3 authority, 4 decided_on?, 5 effective_on?}, 8 measures, 9 from?, 10 until?,
//! 11 linked persons? (keyed digests, sorted), 12 edition digest, 13 record_ref?, 14 source map? {1 publisher,
//! 2 retrieved_on?, 3 row?}, 15 derived_from? `[city, epoch, seq, digest]`, 16 summary, 17 evidence hashes?, 18
//! observed_on?. Optional arrays are absent when empty.

use crate::digest::Digest;
use crate::header::About;
use crate::subject::Subject;
use crate::time::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Red,
    Black,
    Watch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Minor,
    General,
    Serious,
}

/// What the listing rests on (认定依据). Which items a list requires is edition data; a fact that the source does not
/// give is absent, never invented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub law: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_number: Option<String>,
    pub authority: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub effective_on: Option<Date>,
}

/// Where an imported official record was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub publisher: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retrieved_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryBody {
    pub subject: Subject,
    pub list: List,
    pub list_name: String,
    pub field: String,
    pub ground_text: String,
    pub severity: Option<Severity>,
    pub basis: Basis,
    /// Codes of the edition's measures, in the order given, without repeats.
    pub measures: Vec<String>,
    pub from: Option<Date>,
    /// The last day on which the entry counts.
    pub until: Option<Date>,
    /// Keyed digests of linked persons, sorted (rule 11: never in clear).
    pub linked_persons: Vec<Digest>,
    pub edition: Digest,
    /// The source's own name of the record, or a digest of its row: what makes a second import of it the same record.
    pub record_ref: Option<String>,
    pub source: Option<Source>,
    pub derived_from: Option<About>,
    pub summary: String,
    pub evidence: Vec<Digest>,
    /// When a daily copy first showed it: not a decision date.
    pub observed_on: Option<Date>,
}
