//! Lengths and numbers of items at issue, so that a checked entry can always be sealed (R22, R43). Bytes are counted in
//! normal form C, because that is how they are signed (R3).

use super::IssueFault;
use crate::body::{
    ALIASES, Body, CODE_BYTES, DIGESTS, EntryBody, LAW_BYTES, MEASURES, NAME_BYTES, REFERENCE_BYTES, SUMMARY_BYTES,
};
use crate::limits::BODY_BYTES;
use unicode_normalization::UnicodeNormalization;

/// Most characters of a subject's id (R50), and most bytes that they can take.
const ID_CHARACTERS: usize = 64;
const USCC_BYTES: usize = 18;
/// Keys, dates, digests and heads of an entry take less than this beside its texts.
const ROOM: usize = 8 * 1024;

pub(super) fn check(entry: &EntryBody, faults: &mut Vec<IssueFault>) {
    let mut total = 0;
    let mut missing: Vec<&'static str> = Vec::new();
    for (field, text) in entry.texts() {
        let bytes = signed_bytes(text);
        total += bytes;
        let most = most_bytes(field);
        if bytes > most {
            faults.push(IssueFault::TooLong { field, bytes, most });
        }
        // Ground and summary may be empty: some publishers give none. A ground that a city itself owes is asked for apart.
        let may_be_empty = matches!(field, "ground_text" | "summary");
        if text.trim().is_empty() && !may_be_empty && !missing.contains(&field) && is_owed(field, text) {
            missing.push(field);
        }
    }
    faults.extend(missing.into_iter().map(IssueFault::TextMissing));
    if entry.subject.id.id().nfc().count() > ID_CHARACTERS {
        let bytes = signed_bytes(entry.subject.id.id());
        faults.push(IssueFault::TooLong { field: "subject.id", bytes, most: ID_CHARACTERS });
    }
    let counts = [
        ("subject.aliases", entry.subject.aliases.len(), ALIASES),
        ("measures", entry.measures.len(), MEASURES),
        ("linked_persons", entry.linked_persons.len(), DIGESTS),
        ("evidence", entry.evidence.len(), DIGESTS),
    ];
    let many = counts.into_iter().filter(|(_, count, most)| count > most);
    faults.extend(many.map(|(field, count, most)| IssueFault::TooMany { field, count, most }));
    if total + ROOM > BODY_BYTES {
        let bytes = Body::Listing(Box::new(entry.clone())).encode(&[0; 16]).len();
        if bytes > BODY_BYTES {
            faults.push(IssueFault::EntryTooLong { bytes, most: BODY_BYTES });
        }
    }
}

/// Blank text where the basis may lack it is absence, which the edition judges; an empty one cannot be signed at all.
fn is_owed(field: &str, text: &str) -> bool {
    let basis = matches!(field, "basis.law" | "basis.document_number" | "basis.authority");
    !basis || text.is_empty()
}

fn signed_bytes(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.nfc().map(char::len_utf8).sum() }
}

fn most_bytes(field: &str) -> usize {
    match field {
        "subject.id" => 4 * ID_CHARACTERS,
        "field" | "measures" | "list_id" | "decision.penalty_type" => CODE_BYTES,
        "decision.authority_uscc" | "decision.data_source_uscc" => USCC_BYTES,
        "ground_text" | "basis.law" => LAW_BYTES,
        "basis.document_number" | "record_ref" => REFERENCE_BYTES,
        "summary" | "decision.remedy" | "disclosure_reason" => SUMMARY_BYTES,
        _ => NAME_BYTES,
    }
}
