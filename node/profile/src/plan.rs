//! The plan of an import: what every row would become, before the first one is signed.

use crate::profile::Profile;
use crate::rule::RuleFault;
use crate::table::{Row, Table};
use crate::table_fault::TableFault;
use huxin_api::model::{DisclosureChoice, EntryRequest};
use huxin_protocol::body::{Basis, List, REFERENCE_BYTES, Severity, Source};
use huxin_protocol::digest::Context;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use std::collections::BTreeMap;

/// What a row asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    List,
    Amend,
    Remove,
}

/// A row that became a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub row: u64,
    pub operation: Operation,
    pub record_ref: String,
    pub request: EntryRequest,
}

/// A row that did not, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    pub row: Row,
    /// Stable.
    pub code: String,
    pub sentence: String,
}

#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of the file.
    pub records: Vec<Record>,
    /// Rows that say exactly what an earlier row said: (row, the earlier row).
    pub duplicates: Vec<(u64, u64)>,
    pub rejects: Vec<Reject>,
    /// Codes whose check characters fail: a warning on an imported official record (DOMAIN rule 15).
    pub code_warnings: Vec<(u64, String)>,
}

/// Applies a profile to a table.
///
/// # Errors
/// The table lacks a column that the profile names. What is wrong with single rows is in the plan.
pub fn plan(profile: &Profile, table: &Table) -> Result<Plan, TableFault> {
    for (column, needed) in profile.columns() {
        table.require(column, needed)?;
    }
    let mut plan = Plan::default();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for row in &table.rows {
        if profile.operation.is_none() {
            // Files of events may say the same twice at different times; a list that repeats a row repeats itself.
            if let Some(earlier) = seen.get(&row_digest(row)) {
                plan.duplicates.push((row.number, *earlier));
                continue;
            }
            seen.insert(row_digest(row), row.number);
        }
        match record(profile, row) {
            Ok(record) => {
                if let Err(fault) = record.request.subject.id.check_code() {
                    plan.code_warnings.push((row.number, fault.to_string()));
                }
                plan.records.push(record);
            }
            Err((code, sentence)) => plan.rejects.push(Reject { row: row.clone(), code, sentence }),
        }
    }
    Ok(plan)
}

/// 32 hexadecimal digits that stand for the row's whole content.
fn row_digest(row: &Row) -> String {
    let mut words = Vec::new();
    for (name, value) in &row.cells {
        for part in [name.as_str(), value.shown().trim()] {
            words.extend_from_slice(&(part.len() as u64).to_be_bytes());
            words.extend_from_slice(part.as_bytes());
        }
    }
    short_digest(&words)
}

fn short_digest(bytes: &[u8]) -> String {
    Context::Gossip.digest(bytes).to_string()[..32].to_owned()
}

type Reason = (String, String);

fn reason(fault: &RuleFault) -> Reason {
    (fault.code().to_owned(), fault.to_string())
}

fn record(profile: &Profile, row: &Row) -> Result<Record, Reason> {
    for rule in &profile.reject {
        let value = row.text(&rule.column).map_err(|fault| reason(&fault))?.unwrap_or_default();
        let upper = value.to_uppercase();
        if (rule.empty && value.is_empty()) || rule.contains.iter().any(|part| upper.contains(&part.to_uppercase())) {
            return Err((rule.code.clone(), rule.sentence.clone()));
        }
    }
    let operation = operation(profile, row)?;
    let record_ref = record_ref(profile, row)?;
    let request = request(profile, row, &record_ref)?;
    Ok(Record { row: row.number, operation, record_ref, request })
}

fn operation(profile: &Profile, row: &Row) -> Result<Operation, Reason> {
    let Some(rule) = &profile.operation else { return Ok(Operation::List) };
    let value = row.text(&rule.column).map_err(|fault| reason(&fault))?.unwrap_or_default();
    let among = |values: &[String]| values.iter().any(|known| *known == value);
    if among(&rule.list) {
        Ok(Operation::List)
    } else if among(&rule.amend) {
        Ok(Operation::Amend)
    } else if among(&rule.remove) {
        Ok(Operation::Remove)
    } else {
        Err(("operation".to_owned(), format!("the operation {value:?} is none that the profile knows")))
    }
}

fn record_ref(profile: &Profile, row: &Row) -> Result<String, Reason> {
    let key = &profile.key;
    if key.columns.is_empty() {
        return Ok(format!("{}:{}", key.prefix, row_digest(row)));
    }
    let mut reference = key.prefix.clone();
    for column in &key.columns {
        let value = row.text(column).map_err(|fault| reason(&fault))?.unwrap_or_default();
        if value.is_empty() {
            return Err(("record_key".to_owned(), format!("the key column {column} is empty")));
        }
        reference.push(':');
        reference.push_str(&value);
    }
    if reference.len() > REFERENCE_BYTES {
        return Err(("record_key".to_owned(), format!("the record's key is longer than {REFERENCE_BYTES} bytes")));
    }
    Ok(reference)
}

fn subject_id(profile: &Profile, row: &Row) -> Result<SubjectId, Reason> {
    let rule = &profile.subject;
    if let Some(column) = &rule.column {
        if row.cell(column).is_blank() {
            let sentence = format!("the row names no code in column {column}; a name is not a key");
            return Err(("no_subject_id".to_owned(), sentence));
        }
        return row.code(&rule.scheme, column).map(|entered| entered.id).map_err(|fault| reason(&fault));
    }
    let mut words = Vec::new();
    for column in &rule.digest_of {
        words.push(row.text(column).map_err(|fault| reason(&fault))?.unwrap_or_default());
    }
    let id = short_digest(words.join("\u{1f}").as_bytes())[..16].to_owned();
    SubjectId::new(&rule.scheme, &id).map_err(|fault| ("subject_shape".to_owned(), fault.to_string()))
}

/// A value of a closed list of words, as the entry's JSON spells them.
fn word<T: serde::de::DeserializeOwned>(field: &'static str, value: Option<String>) -> Result<Option<T>, Reason> {
    let Some(value) = value else { return Ok(None) };
    serde_json::from_value(serde_json::Value::String(value.clone()))
        .map(Some)
        .map_err(|_| reason(&RuleFault::Unmapped { field, value }))
}

fn required<T>(field: &'static str, value: Option<T>) -> Result<T, Reason> {
    value.ok_or_else(|| reason(&RuleFault::Missing { field }))
}

fn request(profile: &Profile, row: &Row, record_ref: &str) -> Result<EntryRequest, Reason> {
    let fields = &profile.fields;
    let text = |field, rule: &crate::rule::Rule| rule.text(field, row).map_err(|fault| reason(&fault));
    let date = |field, rule: &crate::rule::Rule| rule.date(field, row).map_err(|fault| reason(&fault));
    let list = |field, rule: &crate::rule::Rule| rule.list(field, row).map_err(|fault| reason(&fault));
    let class: Option<SubjectClass> = word("class", text("class", &fields.class)?)?;
    let severity: Option<Severity> = word("severity", text("severity", &fields.severity)?)?;
    let kind: Option<List> = word("list", text("list", &fields.list)?)?;
    let name = required("name", text("name", &fields.name)?)?;
    let aliases = list("aliases", &fields.aliases)?.into_iter().filter(|alias| *alias != name).collect();
    Ok(EntryRequest {
        subject: Subject {
            id: subject_id(profile, row)?,
            class: class.unwrap_or(SubjectClass::Enterprise),
            name,
            aliases,
        },
        list: required("list", kind)?,
        list_name: required("list_name", text("list_name", &fields.list_name)?)?,
        field: required("field", text("field", &fields.field)?)?,
        ground_text: text("ground_text", &fields.ground_text)?.unwrap_or_default(),
        severity,
        basis: Basis {
            law: text("law", &fields.law)?,
            document_number: text("document_number", &fields.document_number)?,
            authority: required("authority", text("authority", &fields.authority)?)?,
            decided_on: date("decided_on", &fields.decided_on)?,
            effective_on: date("effective_on", &fields.effective_on)?,
        },
        measures: list("measures", &fields.measures)?,
        from: date("from", &fields.from)?,
        until: date("until", &fields.until)?,
        linked_persons: Vec::new(),
        edition: Some(profile.edition.clone()),
        record_ref: Some(record_ref.to_owned()),
        source: Some(Source {
            publisher: profile.source.publisher.clone(),
            retrieved_on: profile.source.retrieved_on,
            // The row's number moves when the publisher adds a line; it would make every later record look changed.
            row: None,
        }),
        derived_from: None,
        summary: text("summary", &fields.summary)?.unwrap_or_default(),
        evidence: Vec::new(),
        observed_on: date("observed_on", &fields.observed_on)?,
        agency: None,
        disclosure: DisclosureChoice::Public,
        confirm_code: false,
    })
}
