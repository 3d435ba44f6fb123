//! How a record is recognised when it comes again: its key, as one text that is signed with the entry.
//!
//! With key columns the key is their values. Without them it stands for the stable facts of the case (list, subject,
//! authority, document number, day of the decision): whatever else is edited, it stays the same. It is never made of the
//! whole row, for then a mended footnote would make a second record of one case.

use crate::profile::Key;
use crate::reason::Reason;
use crate::table::Row;
use huxin_api::model::EntryRequest;
use huxin_keys::GroundInput;
use huxin_protocol::body::REFERENCE_BYTES;
use huxin_protocol::digest::Context;
use unicode_normalization::UnicodeNormalization;

/// The key from the key columns; none where the profile names no columns.
///
/// # Errors
/// A key column is empty, holds no text, or the key is longer than an entry may carry.
pub fn of_columns(key: &Key, row: &Row) -> Result<Option<String>, Reason> {
    if key.columns.is_empty() {
        return Ok(None);
    }
    let mut reference = key.prefix.clone();
    for column in &key.columns {
        let value = row.text(column).map_err(|fault| Reason::of(fault.code(), &fault))?;
        let value = value.map(|value| part(&value)).unwrap_or_default();
        if value.is_empty() && !key.may_be_empty.contains(column) {
            let sentence = format!("the key column {column} is empty, so the record could not be recognised again");
            return Err(Reason::of("record_key", sentence));
        }
        reference.push(':');
        reference.push_str(&value);
    }
    if reference.len() > REFERENCE_BYTES {
        let sentence = format!(
            "the record's key is {} bytes long and may have {REFERENCE_BYTES}; name fewer or shorter key columns",
            reference.len()
        );
        return Err(Reason::of("record_key", sentence));
    }
    Ok(Some(reference))
}

/// One part of a key: NFKC, trimmed, and with the mark between parts written so that two keys never look alike.
fn part(value: &str) -> String {
    value.nfkc().collect::<String>().trim().replace('%', "%25").replace(':', "%3A")
}

/// The key of a row without key columns, from the stable facts of its case.
///
/// # Errors
/// The row lacks the document number or the day of the decision: there is nothing by which to recognise its case.
pub fn of_case(key: &Key, request: &EntryRequest) -> Result<String, Reason> {
    let basis = &request.basis;
    if basis.document_number.is_none() || basis.decided_on.is_none() {
        let sentence = "the row has no document number or no day of decision, and the profile names no key columns, so \
                        its case could not be recognised again; name columns in [key] of the profile";
        return Err(Reason::of("no_case_key", sentence));
    }
    let facts = GroundInput {
        list: request.list,
        subject: &request.subject.id,
        authority: &basis.authority,
        document_number: basis.document_number.as_deref(),
        decided_on: basis.decided_on,
        record_ref: None,
    };
    Ok(format!("{}:{}", key.prefix, &Context::Gossip.digest(&facts.encode()).to_string()[..32]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::cell::Cell;

    fn row(cells: &[(&str, &str)]) -> Row {
        let cells = cells.iter().map(|(name, value)| ((*name).to_owned(), Cell::from(*value))).collect();
        Row { number: 1, line: 2, cells }
    }
    fn key(columns: &[&str], may_be_empty: &[&str]) -> Key {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Key { columns: owned(columns), may_be_empty: owned(may_be_empty), prefix: "t".to_owned() }
    }

    #[test]
    fn values_are_trimmed_and_normalised_and_never_run_together() {
        let key = key(&["a", "b"], &["b"]);
        let of = |a: &str, b: &str| of_columns(&key, &row(&[("a", a), ("b", b)])).unwrap().unwrap();
        assert_eq!(of(" １２ ", "x"), "t:12:x");
        assert_eq!(of("1", ""), "t:1:");
        assert_ne!(of("1:2", "3"), of("1", "2:3"));
        assert_ne!(of("1:2", "3"), of("1%3A2", "3"));
        assert_eq!(of("1：2", "3"), of("1:2", "3"), "a full-width colon is the same key");
    }

    #[test]
    fn an_empty_key_column_is_refused_unless_it_may_be_empty() {
        assert_eq!(of_columns(&key(&["a"], &[]), &row(&[("a", " ")])).unwrap_err().code, "record_key");
        let long = "长".repeat(100);
        assert_eq!(of_columns(&key(&["a"], &[]), &row(&[("a", &long)])).unwrap_err().code, "record_key");
        assert_eq!(of_columns(&key(&[], &[]), &row(&[])), Ok(None));
    }
}
