//! The plan of an import: what every row would become, before the first one is signed.
//!
//! A row becomes a record or a reject; a row that repeats another one exactly is a duplicate. Everything that the node would
//! refuse about a row by itself is found here too, by the same checks, and all of it at once. What depends on what the city
//! has signed before is decided later ([`crate::decision`]).

use crate::confirmed::ConfirmedCodes;
use crate::profile::{Over, Profile};
use crate::reason::Reason;
use crate::record_key;
use crate::row_request::{Asked, asked};
use crate::table::{Row, Table};
use crate::table_fault::TableFault;
use huxin_api::model::EntryRequest;
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::edition::Edition;
use huxin_protocol::ids::CityCode;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Date;
use std::collections::BTreeMap;

/// What a row asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    List,
    Amend,
    Remove,
}

/// What a plan depends on besides profile and table.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// The day of the import; tests fix it.
    pub day: Date,
    /// The city that lists, where it is known: layers of editions are for the cities that they name (R155).
    pub city: Option<CityCode>,
    /// The catalogue edition that the profile names; without it the edition's rules are left to the node.
    pub edition: Option<&'a Edition>,
    /// All editions at hand: they say to which of them a list belongs (R154).
    pub editions: &'a BTreeMap<Digest, Edition>,
    pub allow_natural_persons: bool,
    /// Names of this city and its agencies: a list whose publisher is one of them is the city's own.
    pub own_names: &'a [String],
    pub confirmed: &'a ConfirmedCodes,
}

/// A row that became a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub row: u64,
    pub line: u64,
    pub operation: Operation,
    pub record_ref: String,
    /// The subject that the row names; none where a removal does not say.
    pub subject: Option<SubjectId>,
    /// What would be signed; none for a removal, which needs the key only.
    pub request: Option<EntryRequest>,
    /// Whether the listing was over before the day of the import, and the profile says to tell it only.
    pub is_over: bool,
    /// Its last day, by the row or by the edition.
    pub ends_on: Option<Date>,
}

/// A row that did not, with every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    pub row: Row,
    /// Where the key could be read all the same: the record is in the file and has not vanished.
    pub record_ref: Option<String>,
    /// At least one; the first is the one that is counted.
    pub reasons: Vec<Reason>,
}

impl Reject {
    /// Stable: the first reason's.
    #[must_use]
    pub fn code(&self) -> &str {
        self.reasons.first().map(|reason| reason.code.as_str()).unwrap_or_default()
    }
    /// All reasons as one text.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.reasons.iter().map(|reason| reason.sentence.as_str()).collect::<Vec<_>>().join("; ")
    }
}

/// The code of a reject whose key stands in two different rows.
pub const SAME_KEY_TWICE: &str = "same_key_twice";

/// Something about a row that was set right or let pass, and is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    pub row: u64,
    pub line: u64,
    /// Stable.
    pub code: String,
    pub sentence: String,
}

/// The rows of a table: each is in exactly one of the first three.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of the file.
    pub records: Vec<Record>,
    /// Rows that say exactly what an earlier row said: (row, the earlier row).
    pub duplicates: Vec<(u64, u64)>,
    /// In the order of the file.
    pub rejects: Vec<Reject>,
    /// Codes whose check characters fail: a warning on an imported official record (DOMAIN rule 15), and on a code that was
    /// confirmed.
    pub code_warnings: Vec<Remark>,
    /// Cells that were read as something else than they are, because it is certain what was meant.
    pub cleanings: Vec<Remark>,
    /// Whether the rules of the catalogue edition were looked at.
    pub has_edition: bool,
}

/// Applies a profile to a table.
///
/// # Errors
/// The table lacks a column that the profile names. What is wrong with single rows is in the plan.
pub fn plan(profile: &Profile, table: &Table, setting: &Setting<'_>) -> Result<Plan, TableFault> {
    for (column, needed) in profile.named_columns() {
        table.require(column, needed)?;
    }
    let mut plan = Plan { has_edition: setting.edition.is_some(), ..Plan::default() };
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for row in &table.rows {
        if profile.operation.is_none() {
            // Files of events may say the same twice at different times; a list that repeats a row repeats itself.
            let digest = row_digest(row);
            if let Some(earlier) = seen.get(&digest) {
                plan.duplicates.push((row.number, *earlier));
                continue;
            }
            seen.insert(digest, row.number);
        }
        plan.take(profile, row, setting);
    }
    if profile.operation.is_none() {
        plan.reject_shared_keys(table);
    }
    plan.rejects.sort_by_key(|reject| reject.row.number);
    Ok(plan)
}

impl Plan {
    fn take(&mut self, profile: &Profile, row: &Row, setting: &Setting<'_>) {
        let Asked { operation, record_ref, subject, request, reasons, cleanings, code_warning } =
            asked(profile, row, setting);
        let remark =
            |reason: Reason| Remark { row: row.number, line: row.line, code: reason.code, sentence: reason.sentence };
        self.cleanings.extend(cleanings.into_iter().map(remark));
        let (Some(reference), [], true) =
            (record_ref.clone(), reasons.as_slice(), request.is_some() || operation == Operation::Remove)
        else {
            return self.rejects.push(Reject { row: row.clone(), record_ref, reasons });
        };
        self.code_warnings.extend(code_warning.map(remark));
        let ends_on = request.as_ref().and_then(|request| last_day(request, setting));
        self.records.push(Record {
            row: row.number,
            line: row.line,
            operation,
            record_ref: reference,
            subject,
            is_over: profile.over() == Over::Report && ends_on.is_some_and(|day| day < setting.day),
            ends_on,
            request,
        });
    }

    /// Two different rows with one key: nobody can say which of them the record is.
    fn reject_shared_keys(&mut self, table: &Table) {
        let mut rows: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for record in &self.records {
            rows.entry(&record.record_ref).or_default().push(record.row);
        }
        for reject in &self.rejects {
            if let Some(reference) = &reject.record_ref {
                rows.entry(reference).or_default().push(reject.row.number);
            }
        }
        rows.retain(|_, rows| rows.len() > 1);
        let shared: BTreeMap<String, Vec<u64>> =
            rows.into_iter().map(|(reference, rows)| (reference.to_owned(), rows)).collect();
        if shared.is_empty() {
            return;
        }
        let originals: BTreeMap<u64, &Row> = table.rows.iter().map(|row| (row.number, row)).collect();
        let mut kept = Vec::with_capacity(self.records.len());
        for record in std::mem::take(&mut self.records) {
            match (shared.get(&record.record_ref), originals.get(&record.row)) {
                (Some(rows), Some(original)) => {
                    let others: Vec<String> =
                        rows.iter().filter(|row| **row != record.row).map(ToString::to_string).collect();
                    let sentence = format!(
                        "the key {:?} also stands in row {}, which says something else; two records never share a key",
                        record.record_ref,
                        others.join(", ")
                    );
                    self.rejects.push(Reject {
                        row: (*original).clone(),
                        record_ref: Some(record.record_ref),
                        reasons: vec![Reason::of(SAME_KEY_TWICE, sentence)],
                    });
                }
                _ => kept.push(record),
            }
        }
        self.records = kept;
        let is_kept = |remark: &Remark| self.records.iter().any(|record| record.row == remark.row);
        self.code_warnings.retain(is_kept);
    }

    /// Every key that stands in the file, also in rows that were rejected.
    #[must_use]
    pub fn references(&self) -> std::collections::BTreeSet<&str> {
        let records = self.records.iter().map(|record| record.record_ref.as_str());
        records.chain(self.rejects.iter().filter_map(|reject| reject.record_ref.as_deref())).collect()
    }
}

/// The last day on which a listing counts: its own, or the edition's bound where that is earlier (R124).
fn last_day(request: &EntryRequest, setting: &Setting<'_>) -> Option<Date> {
    let counted_from = request.basis.decided_on.or(request.basis.effective_on).or(request.from).unwrap_or(setting.day);
    let bound = setting
        .edition
        .and_then(|edition| edition.rules(&request.list_name, request.list).last_day(request.severity, counted_from));
    match (request.until, bound) {
        (Some(until), Some(bound)) => Some(until.min(bound)),
        (until, bound) => until.or(bound),
    }
}

/// 32 hexadecimal digits that stand for the row's whole content.
#[must_use]
pub fn row_digest(row: &Row) -> String {
    let mut words = Vec::new();
    for (name, cell) in &row.cells {
        let value = cell.shown();
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        for part in [name.as_str(), value] {
            words.extend_from_slice(&(part.len() as u64).to_be_bytes());
            words.extend_from_slice(part.as_bytes());
        }
    }
    short_digest(&words)
}

pub(crate) fn short_digest(bytes: &[u8]) -> String {
    Context::Gossip.digest(bytes).to_string()[..32].to_owned()
}

/// The key of a row, by its columns or by the facts of its case.
pub(crate) fn reference(
    profile: &Profile,
    row: &Row,
    request: Option<&EntryRequest>,
) -> Result<Option<String>, Reason> {
    match (record_key::of_columns(&profile.key, row)?, request) {
        (Some(reference), _) => Ok(Some(reference)),
        (None, Some(request)) => record_key::of_case(&profile.key, request).map(Some),
        (None, None) => Ok(None),
    }
}
