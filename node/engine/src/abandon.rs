//! Leaves that leave a log: the branch that a key record closed is kept aside (R86), and leaves beyond the last checkpoint that
//! we reached may be dropped and fetched again. Every row that was derived from them goes with them.

use crate::effect::Event;
use crate::engine::Engine;
use crate::index::{erased_with, first_link, is_gone, is_listed_by_kind, miss, read_body, read_leaf};
use crate::ledger::{
    CosignatureRow, Family, HeadRow, LedgerRead, LedgerTree, ReadFault, STORED_LEVELS, Txn, about_key, body_key,
    cosignature_key, erased_key, ground_key, last_seq, place_key, reference_key, scan_prefix, subject_key, tree_key,
    trust_key,
};
use crate::record::{ABANDONED_ACTOR, HEADS_ROW};
use huxin_protocol::body::Body;
use huxin_protocol::digest::Context;
use huxin_protocol::header::Header;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::statement::Statement;
use huxin_protocol::tree::{NodePlace, frontier_at};

impl Engine {
    /// Moves the leaves from `to` on, which a closed epoch signed, out of the log. Whether a member had cosigned one of the heads
    /// that go is kept: it is shown as a history cut (R87).
    pub(crate) fn abandon(
        &mut self,
        city: CityCode,
        to: Size,
        closed: Epoch,
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        let head = self.head(city);
        let cut = CosignatureRow::read_all(&*txn, city)?.iter().any(|(by, row)| row.size > to && *by != city);
        let mut heads_row = vec![u8::from(cut)];
        if let Some(checkpoint) = head.checkpoint()?.filter(|stored| stored.checkpoint.size > to) {
            heads_row.extend_from_slice(&Context::View.digest(checkpoint.checkpoint.text().as_bytes()).0);
        }
        txn.put(Family::Abandoned, body_key(city, closed, HEADS_ROW), heads_row);
        self.rewind(city, to, Some(closed), txn)?;
        self.event(Event::Abandoned { city, count: head.frontier.size().0.saturating_sub(to.0) });
        Ok(())
    }

    /// Takes the leaves from `to` on out of the log; those of a closed epoch are kept aside.
    pub(crate) fn rewind(
        &mut self,
        city: CityCode,
        to: Size,
        closed: Option<Epoch>,
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        let federation = self.roster.federation();
        let tail = closed.and_then(|epoch| self.roster.city(city)?.epoch(epoch)).map_or(Tail::Void, |keys| keys.tail);
        let head = self.head(city);
        let size = head.frontier.size();
        let frontier = frontier_at(&LedgerTree { read: &*txn, city }, to).map_err(|_| ReadFault::row(Family::Tree))?;
        let mut undone = Vec::new();
        // The last one first: whoever acts on a link goes before it.
        for seq in (to.0..size.0).rev().map(Seq) {
            let Some(leaf) = txn.get(Family::Log, &place_key(city, seq))? else {
                return Err(ReadFault::row(Family::Log));
            };
            if let Some(statement) = read_leaf(&*txn, &federation, city, seq)? {
                let erasure = statement.header.kind == Kind::Erasure;
                if let Some(about) = statement.header.about.filter(|about| erasure && about.id.city == city) {
                    undone.push(first_link(&*txn, city, about.id.seq)?);
                }
                let key = body_key(city, statement.header.epoch, seq);
                let held = txn.get(Family::Body, &key)?.is_some();
                unindex(city, seq, &statement.header, (to, tail), txn)?;
                if city == self.me() && statement.header.kind.is_listing() && !held {
                    forget_reference(seq, txn)?;
                }
            }
            txn.delete(Family::Log, place_key(city, seq));
            if let Some(epoch) = closed {
                txn.put(Family::Abandoned, body_key(city, epoch, seq), leaf);
            }
        }
        for first in undone {
            self.miss_again(city, first, txn)?;
        }
        let mut level = STORED_LEVELS;
        while size.0 >> level > 0 {
            for index in (to.0 >> level)..(size.0 >> level) {
                txn.delete(Family::Tree, tree_key(city, NodePlace { level, index }));
            }
            level += STORED_LEVELS;
        }
        for (cosigner, row) in CosignatureRow::read_all(&*txn, city)? {
            if row.size > to {
                txn.delete(Family::Cosignature, cosignature_key(city, cosigner));
            }
        }
        let kept = head.checkpoint()?.filter(|stored| stored.checkpoint.size <= to).and(head.checkpoint.clone());
        let head = HeadRow { frontier, checkpoint: kept };
        self.put_head(city, head, txn);
        Ok(())
    }

    /// An erasure has gone, and what it took away with this chain or act is missed from now on and asked for wherever it is still held;
    /// unless it keeps its effect, or another one has it.
    fn miss_again(&self, city: CityCode, first: Seq, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let federation = self.roster.federation();
        for Statement { header, .. } in erased_with(&*txn, &federation, city, first)? {
            let seq = header.seq;
            let due = header.city == city && header.seq == seq && header.disclosure.allows(city, self.me());
            if due && read_body(&*txn, city, header.epoch, seq)?.is_none() && !is_gone(&*txn, &federation, &header)? {
                miss(txn, &header);
                if city == self.me() && header.kind.is_listing() {
                    // It is read from the body again, when that is back.
                    forget_reference(seq, txn)?;
                }
            }
        }
        Ok(())
    }
}

/// An own erased record is known by a digest of its reference; where its listing leaves the log, that goes as well. This
/// reads the whole family, and own leaves leave the log by a key record only.
fn forget_reference(seq: Seq, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
    let mut kept = Vec::new();
    scan_prefix(&*txn, Family::Reference, &[], &mut |key, digest| {
        if last_seq(key) == Some(seq) && !digest.is_empty() {
            kept.push(key.to_vec());
        }
        true
    })?;
    for key in kept {
        txn.delete(Family::Reference, key);
    }
    Ok(())
}

/// Takes away every row that was derived from a leaf which leaves the log, as all from `to` on do. What an ending among them
/// keeps its effect on is what stays.
fn unindex(
    city: CityCode,
    seq: Seq,
    header: &Header,
    (to, tail): (Size, Tail),
    txn: &mut Txn<'_>,
) -> Result<(), ReadFault> {
    if let Some(about) = header.about.filter(|about| header.kind == Kind::Erasure && about.id.city == city) {
        let first = first_link(&*txn, city, about.id.seq)?;
        let key = erased_key(city, first, seq);
        if tail == Tail::Endings && about.id.seq.0 < to.0 && txn.get(Family::Erased, &key)?.is_some() {
            txn.put(Family::Erased, erased_key(city, first, Seq(seq.0 | ABANDONED_ACTOR)), Vec::new());
        }
        txn.delete(Family::Erased, key);
    }
    txn.delete(Family::Chain, place_key(city, seq));
    if let Some(about) = &header.about {
        let target = (about.id.city, about.id.seq);
        txn.delete(Family::About, about_key(target, header.kind, (city, seq)));
        if tail == Tail::Endings && header.kind.is_relief() {
            let key = about_key(target, header.kind, (city, Seq(seq.0 | ABANDONED_ACTOR)));
            txn.put(Family::About, key, Vec::new());
        }
    }
    if let Some(ground) = &header.ground {
        txn.delete(Family::Ground, ground_key(city, ground, seq));
    }
    if is_listed_by_kind(header.kind) {
        txn.delete(Family::Trust, trust_key(city, header.kind, seq));
    }
    txn.delete(Family::Lacking, place_key(city, seq));
    let key = body_key(city, header.epoch, seq);
    if let Some(body) = txn.get(Family::Body, &key)? {
        if let Ok(Body::Listing(entry)) = Body::decode(header.kind, header.body_version, &body) {
            txn.delete(Family::Subject, subject_key(&entry.subject.id, city, seq));
            if let Some(reference) = &entry.record_ref {
                txn.delete(Family::Reference, reference_key(reference, seq));
            }
        }
        txn.delete(Family::Body, key);
    }
    Ok(())
}
