//! Fields of work that a partner's entries name. A rule of recognition that names another field recognises nothing, and nobody would notice:
//! so whoever signs one is told.

use huxin_api::model::Warning;
use huxin_engine::gather;
use huxin_engine::ledger::{HeadRow, LedgerRead, ReadFault};
use huxin_protocol::body::{Body, RecognitionBody};
use huxin_protocol::ids::{Seq, StatementId};
use huxin_protocol::roster::Roster;
use huxin_protocol::text::harmless;
use std::collections::BTreeSet;

/// How many of a partner's newest statements are looked at: some tenths of a second.
const LOOKED_AT: u64 = 10_000;
/// How many of its fields are named.
const NAMED: usize = 12;

/// What to tell whoever signs a rule that names fields of which no entry of the partner is.
pub fn unknown(rule: &RecognitionBody, read: &dyn LedgerRead, roster: &Roster) -> Result<Option<Warning>, ReadFault> {
    let (Some(fields), Some(member)) = (&rule.fields, roster.city(rule.partner)) else { return Ok(None) };
    let mut missing: BTreeSet<&str> = fields.iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let size = HeadRow::read(read, member.code)?.frontier.size().0;
    for seq in (0..size).rev().take(usize::try_from(LOOKED_AT).unwrap_or(usize::MAX)) {
        if missing.is_empty() {
            return Ok(None);
        }
        let id = StatementId { city: member.code, epoch: member.epoch_at(Seq(seq)), seq: Seq(seq) };
        let Some((statement, Some(bytes))) = gather::statement(read, roster, id)? else { continue };
        let header = statement.header;
        if let Ok(Body::Listing(entry)) = Body::decode(header.kind, header.body_version, &bytes) {
            missing.remove(entry.field.as_str());
            seen.insert(entry.field.clone());
        }
    }
    if missing.is_empty() {
        return Ok(None);
    }
    let list =
        |fields: Vec<&str>| fields.iter().map(|field| format!("{:?}", harmless(field))).collect::<Vec<_>>().join(", ");
    let (partner, missing) = (rule.partner, list(missing.into_iter().collect()));
    let sentence = if seen.is_empty() {
        format!("no entry of {partner} can be read here yet, so nobody can say whether any is of the field {missing}")
    } else {
        let more = if seen.len() > NAMED { ", …" } else { "" };
        let seen = list(seen.iter().map(String::as_str).take(NAMED).collect());
        format!("no entry of {partner} that is held here is of the field {missing}; its entries are of {seen}{more}")
    };
    Ok(Some(Warning { index: 0, code: "field_unknown".to_owned(), sentence }))
}
