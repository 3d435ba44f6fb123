//! Answers to partners' questions, from the ledger alone. Pure reads: worker threads serve while the writer writes.

use crate::heads::Heads;
use crate::index::read_leaf;
use crate::ledger::{
    CosignatureRow, Family, HeadRow, LedgerRead, LedgerTree, ReadFault, body_key, place_key, scan_prefix,
};
use crate::wire::{BODIES_PER_REQUEST, EVIDENCE_PER_RESPONSE, Request, Response, STATEMENTS_PER_REQUEST};
use huxin_protocol::checkpoint::{Checkpoint, UnverifiedCheckpoint};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::limits::PAGE_BYTES;
use huxin_protocol::note::{Note, SignatureLine};
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::{Item, Segment};
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{consistency_proof, root_at};
use std::collections::{BTreeMap, VecDeque};

/// Answers one request by `asker`, the member city that the connection belongs to. `heads` are of this ledger, or of it a
/// moment ago. `now` is what this node's clock says.
pub fn serve(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    heads: &Heads,
    asker: CityCode,
    request: &Request,
    now: Millis,
) -> Result<Response, ReadFault> {
    match request {
        Request::Time => Ok(Response::Time(now)),
        Request::Heads { digest } => {
            let same = heads.digest() == *digest;
            Ok(if same { Response::Same } else { Response::Heads(heads.all().to_vec()) })
        }
        Request::Segment { city, from, count, epoch } => {
            Ok(segment(read, roster, Some(asker), *city, *from, *count, *epoch)?
                .map_or(Response::Nothing, |segment| Response::Segment(segment.encode())))
        }
        Request::Bodies { ids } => bodies(read, roster, asker, ids),
        Request::History { city, size } => history(read, roster, *city, *size),
        Request::Evidence { city } => {
            let mut objects = evidence(read, *city)?;
            objects.truncate(EVIDENCE_PER_RESPONSE);
            Ok(if objects.is_empty() { Response::Nothing } else { Response::Evidence(objects) })
        }
    }
}

/// How the log of one size leads to the newest checkpoint held.
fn history(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    city: CityCode,
    size: Size,
) -> Result<Response, ReadFault> {
    let Some((stored, checkpoint)) = checkpoint_note(read, roster, city)? else { return Ok(Response::Nothing) };
    if size.0 == 0 || size > stored.checkpoint.size {
        return Ok(Response::Nothing);
    }
    let tree = LedgerTree { read, city };
    let fault = |_| ReadFault::row(Family::Tree);
    let root = root_at(&tree, size).map_err(fault)?;
    let proof = consistency_proof(&tree, size, stored.checkpoint.size).map_err(fault)?;
    Ok(Response::History { root, proof, checkpoint })
}

/// All evidence held about a city, the newest epoch first.
pub(crate) fn evidence(read: &(impl LedgerRead + ?Sized), city: CityCode) -> Result<Vec<Vec<u8>>, ReadFault> {
    Ok(evidence_by_epoch(read, city)?.into_values().rev().collect())
}

/// All evidence held about a city, by epoch.
pub(crate) fn evidence_by_epoch(
    read: &(impl LedgerRead + ?Sized),
    city: CityCode,
) -> Result<BTreeMap<Epoch, Vec<u8>>, ReadFault> {
    let mut objects = BTreeMap::new();
    let mut epoch_read = true;
    scan_prefix(read, Family::Evidence, city.key_bytes(), &mut |key, value| {
        match key.get(16..20).and_then(|epoch| epoch.try_into().ok()) {
            Some(epoch) => drop(objects.insert(Epoch(u32::from_be_bytes(epoch)), value.to_vec())),
            None => epoch_read = false,
        }
        true
    })?;
    if epoch_read { Ok(objects) } else { Err(ReadFault::row(Family::Evidence)) }
}

/// Cosignatures held on exactly this checkpoint, by keys in force.
pub(crate) fn cosignatures_on(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    city: CityCode,
    checkpoint: Option<&Checkpoint>,
) -> Result<Vec<(CityCode, CosignatureRow)>, ReadFault> {
    let Some(checkpoint) = checkpoint else { return Ok(Vec::new()) };
    let mut rows = CosignatureRow::read_all_in_force(read, roster, city)?;
    rows.retain(|(_, row)| {
        row.size == checkpoint.size && row.epoch == checkpoint.origin.epoch && row.root == checkpoint.root
    });
    Ok(rows)
}

/// The newest checkpoint of a log that can be served, with the cosignatures held on it, the city's own first.
pub fn checkpoint_note(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    city: CityCode,
) -> Result<Option<(UnverifiedCheckpoint, Vec<u8>)>, ReadFault> {
    let Some(stored) = HeadRow::read(read, city)?.checkpoint()? else { return Ok(None) };
    let rows = cosignatures_on(read, roster, city, Some(&stored.checkpoint))?;
    let own = rows.iter().filter(|(cosigner, _)| *cosigner == city);
    let others = rows.iter().filter(|(cosigner, _)| *cosigner != city);
    let lines: Vec<SignatureLine> = own.chain(others).map(|(_, row)| row.line.clone()).collect();
    let mut signatures = vec![stored.log_line.clone()];
    signatures.extend(lines);
    let note = Note { text: stored.checkpoint.text(), signatures };
    Ok(Some((stored, note.encode())))
}

/// A run of up to `count` statements from `from` on, with the key records after `epoch`. It ends at the page limit, at the
/// border of an epoch or at the newest checkpoint. `reader` says whose bodies may be carried; `None` carries public and
/// federation bodies only. `None` where there is no checkpoint yet.
pub fn segment(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    reader: Option<CityCode>,
    city: CityCode,
    from: Seq,
    count: u32,
    epoch: Epoch,
) -> Result<Option<Segment>, ReadFault> {
    let Some(member) = roster.city(city) else { return Ok(None) };
    let Some((stored, note)) = checkpoint_note(read, roster, city)? else { return Ok(None) };
    let size = stored.checkpoint.size;
    let records = member.records.iter().filter(|r| r.record().epoch > epoch).map(|r| r.bytes().to_vec()).collect();
    let from = Seq(from.0.min(size.0));
    let border = member.closed_at(member.epoch_at(from)).filter(|end| end.0 > from.0).map_or(size.0, |end| end.0);
    let end = (from.0 + u64::from(count.min(STATEMENTS_PER_REQUEST))).min(size.0).min(border);
    let items = items(read, roster, reader, city, from, Seq(end))?;
    let reached = Size(from.0 + items.len() as u64);
    let consistency = if reached == size || items.is_empty() {
        Vec::new()
    } else {
        consistency_proof(&LedgerTree { read, city }, reached, size).map_err(|_| ReadFault::row(Family::Tree))?
    };
    let from = if items.is_empty() { Seq(size.0) } else { from };
    Ok(Some(Segment { city, records, from, items, consistency, checkpoint: note }))
}

/// Leaves with the bodies that the reader may have, up to a page.
fn items(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    reader: Option<CityCode>,
    city: CityCode,
    from: Seq,
    end: Seq,
) -> Result<Vec<Item>, ReadFault> {
    let mut items = Vec::new();
    if from >= end {
        return Ok(items);
    }
    // Bodies of one epoch lie beside each other as their statements do; they are read in one pass.
    let epoch = roster.city(city).map_or(Epoch::FIRST, |member| member.epoch_at(from));
    let mut bodies = VecDeque::new();
    let mut held = 0;
    read.scan(Family::Body, &body_key(city, epoch, from), &body_key(city, epoch, end), &mut |key, value| {
        bodies.extend(crate::ledger::last_seq(key).map(|seq| (seq, value.to_vec())));
        held += value.len();
        held <= PAGE_BYTES
    })?;
    let mut used = 0;
    read.scan(Family::Log, &place_key(city, from), &place_key(city, end), &mut |key, value| {
        let seq = crate::ledger::last_seq(key);
        while bodies.pop_front_if(|(of, _)| Some(*of) < seq).is_some() {}
        let body = bodies.pop_front_if(|(of, _)| Some(*of) == seq).map(|(_, body)| body);
        let bytes = value.len() + body.as_ref().map_or(0, Vec::len) + 16;
        if !items.is_empty() && used + bytes > PAGE_BYTES {
            return false;
        }
        used += bytes;
        items.push(Item { statement: value.to_vec(), body });
        true
    })?;
    for item in &mut items {
        if item.body.is_some() && !may_read(&item.statement, reader) {
            item.body = None;
        }
    }
    Ok(items)
}

fn may_read(leaf: &[u8], reader: Option<CityCode>) -> bool {
    let Ok(header) = Statement::read_header(leaf) else { return false };
    match reader {
        Some(reader) => header.disclosure.allows(header.city, reader),
        None => header.disclosure.is_open_to_members(),
    }
}

fn bodies(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    asker: CityCode,
    ids: &[StatementId],
) -> Result<Response, ReadFault> {
    if ids.len() > BODIES_PER_REQUEST {
        return Ok(Response::Refused { code: "too_many_bodies".to_owned() });
    }
    let federation = roster.federation();
    let mut found = Vec::new();
    let mut used = 0;
    for id in ids {
        let Some(statement) = read_leaf(read, &federation, id.city, id.seq)? else { continue };
        let header = &statement.header;
        if header.id() != *id || !header.disclosure.allows(id.city, asker) {
            continue;
        }
        if let Some(body) = read.get(Family::Body, &body_key(id.city, id.epoch, id.seq))? {
            used += body.len();
            if used > PAGE_BYTES {
                break;
            }
            found.push((*id, body));
        }
    }
    Ok(if found.is_empty() { Response::Nothing } else { Response::Bodies(found) })
}
