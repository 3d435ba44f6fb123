//! Key records taken up: a new epoch begins, and leaves of the closed one beyond its end leave the log. They are kept aside,
//! because a cut is shown and, where the record says so, their endings keep their effect (R84 to R88).

use crate::effect::{Event, Outcome, Refusal};
use crate::engine::{Engine, EngineFault, Signer};
use crate::index::read_leaf;
use crate::input::Ticket;
use crate::ledger::{
    CosignatureRow, Family, LedgerRead, LedgerTree, ReadFault, STORED_LEVELS, Txn, about_key, body_key, city_key,
    cosignature_key, evidence_key, ground_key, place_key, record_key, reference_key, scan_prefix, subject_key,
    tree_key, trust_key,
};
use crate::signing::{ClosedReason, SigningState};
use huxin_protocol::body::Body;
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::evidence::Evidence;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key_record::{RecordFault, SignedRecord, Tail};
use huxin_protocol::roster::{Added, CityRoster, Roster};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{NodePlace, frontier_at};

/// Marks the actor's position in an About row whose actor is an abandoned ending, so that it never meets the leaf that took the
/// position in the next epoch.
pub const ABANDONED_ACTOR: u64 = 1 << 63;
/// Position of the row that keeps the digests of abandoned heads and whether a member had cosigned one.
pub(crate) const HEADS_ROW: Seq = Seq(u64::MAX);

/// Takes up all stored records, in the order of epochs.
pub(crate) fn take_up_stored(read: &(impl LedgerRead + ?Sized), roster: &mut Roster) -> Result<(), EngineFault> {
    let mut rows = Vec::new();
    scan_prefix(read, Family::Record, &[], &mut |_, value| {
        rows.push(value.to_vec());
        true
    })?;
    for bytes in rows {
        roster.add(&bytes).map_err(|fault| EngineFault::Record { code: fault.code() })?;
    }
    Ok(())
}

/// Digests of the abandoned heads of a closed epoch that are held, and whether a member other than the city had cosigned one.
pub(crate) fn abandoned(
    read: &(impl LedgerRead + ?Sized),
    member: &CityRoster,
    epoch: Epoch,
) -> Result<(Vec<Digest>, bool), ReadFault> {
    // Only a closed epoch has any; most cities never left their first one.
    if member.closed_at(epoch).is_none() {
        return Ok((Vec::new(), false));
    }
    let Some(row) = read.get(Family::Abandoned, &body_key(member.code, epoch, HEADS_ROW))? else {
        return Ok((Vec::new(), false));
    };
    let (cut, heads) = row.split_first().ok_or_else(|| ReadFault::row(Family::Abandoned))?;
    let heads = heads.chunks_exact(32).filter_map(|head| head.try_into().ok().map(Digest)).collect();
    Ok((heads, *cut == 1))
}

impl Engine {
    /// Stops signing for a while; what waits is signed first, so that the answer is the place where the log stays.
    pub(crate) fn hold(
        &mut self,
        now: Millis,
        ticket: Ticket,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        self.sign_pending(txn, signer)?;
        let me = self.me();
        if matches!(
            self.signing.state,
            SigningState::Ready | SigningState::Held | SigningState::Doubted | SigningState::Asking { .. }
        ) {
            self.signing.held_until = Some(Millis(now.0 + self.settings.hold_ms));
            self.set_signing(SigningState::Held);
        }
        let head = self.head(me).frontier;
        let Some(member) = self.roster.city(me) else {
            self.reply(Some(ticket), Err(Refusal::NoSuchCity(me)));
            return Ok(());
        };
        let outcome = Outcome::Held {
            city: me,
            epoch: member.current().epoch,
            last_record: member.last_record(),
            size: head.size(),
            root: head.root(),
        };
        self.reply(Some(ticket), Ok(outcome));
        Ok(())
    }

    /// A hold that ran out lets the node sign again under its old epoch.
    pub(crate) fn end_hold(&mut self, now: Millis) {
        if self.signing.state == SigningState::Held && self.signing.held_until.is_some_and(|until| now >= until) {
            self.signing.held_until = None;
            let needed = self.settings.partners_before_signing;
            let heard = self.signing.confirmed.len();
            let state = if heard >= needed { SigningState::Ready } else { SigningState::Asking { heard, needed } };
            self.set_signing(state);
        }
    }

    pub(crate) fn operator_record(
        &mut self,
        _now: Millis,
        ticket: Ticket,
        bytes: &[u8],
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let outcome = match self.take_record(bytes, txn, signer)? {
            Ok((city, epoch)) => Ok(Outcome::RecordTaken { city, epoch }),
            Err(fault) => Err(Refusal::Record { code: fault.code() }),
        };
        self.reply(Some(ticket), outcome);
        Ok(())
    }

    /// Verifies a record, takes it up and rewinds the city's log where the record continues it earlier than we hold it.
    pub(crate) fn take_record(
        &mut self,
        bytes: &[u8],
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<Result<(CityCode, Epoch), RecordFault>, ReadFault> {
        // Own statements that wait are signed under the epoch in which they were placed.
        self.sign_pending(txn, signer)?;
        let added = match self.roster.add(bytes) {
            Ok(added) => added,
            Err(fault) => return Ok(Err(fault)),
        };
        let city = match &added {
            Added::Known => {
                return Ok(KeyPlace::of(bytes, &self.roster)
                    .map(|place| (place.city, place.epoch))
                    .ok_or(RecordFault::Shape));
            }
            Added::Epoch { city, .. } | Added::Frozen { city, .. } => *city,
        };
        let Some(place) = KeyPlace::of(bytes, &self.roster) else { return Ok(Err(RecordFault::Shape)) };
        txn.put(Family::Record, record_key(city, place.epoch, &place.digest), bytes.to_vec());
        match added {
            Added::Epoch { continues_at: (size, _), epoch, .. } => {
                if self.size(city) > size {
                    self.abandon(city, size, txn)?;
                }
                self.event(Event::EpochOpened { city, epoch });
                if city == self.me() {
                    self.open_own_epoch(epoch, size, signer);
                }
            }
            Added::Frozen { .. } => {
                if let Some(evidence) = self.two_records(city, bytes) {
                    keep_evidence(txn, city, place.epoch, &evidence)?;
                }
                self.event(Event::EvidenceFound { city, epoch: place.epoch });
            }
            Added::Known => {}
        }
        Ok(Ok((city, place.epoch)))
    }

    /// A record and the one that it rivals, which the roster keeps.
    fn two_records(&self, city: CityCode, rival: &[u8]) -> Option<Evidence> {
        let member = self.roster.city(city)?;
        let rival = SignedRecord::verify(rival, &self.roster.federation(), &member.root).ok()?;
        member.records.iter().find_map(|known| Evidence::two_records(known, &rival))
    }

    /// Signing goes on under a new epoch once its keys are here and the log has been fetched up to its beginning.
    fn open_own_epoch(&mut self, epoch: Epoch, from: Size, signer: &dyn Signer) {
        self.signing.held_until = None;
        let state = if signer.log_key(epoch).is_none() || signer.cosigner_key(epoch).is_none() {
            SigningState::Closed(ClosedReason::NoKeys)
        } else if self.size(self.me()) < from {
            SigningState::Closed(ClosedReason::HeardFurther(from))
        } else {
            // A checkpoint of the new epoch goes out at once, so that partners learn of it.
            self.own_head_moved = true;
            SigningState::Ready
        };
        self.set_signing(state);
    }

    /// After own leaves were fetched: an epoch that waited for them may begin.
    pub(crate) fn reconsider_signing(&mut self, signer: &dyn Signer) {
        let me = self.me();
        let Some(keys) = self.roster.city(me).map(CityRoster::current) else { return };
        let (epoch, from) = (keys.epoch, keys.from);
        let waits = self.signing.state == SigningState::Closed(ClosedReason::HeardFurther(from));
        if waits && epoch > Epoch::FIRST && self.size(me) == from {
            self.open_own_epoch(epoch, from, signer);
        }
    }

    /// Moves the leaves from `to` on out of the log. Whether a member had cosigned one of the heads that go is kept: it is shown
    /// as a history cut (R87).
    fn abandon(&mut self, city: CityCode, to: Size, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let Some(member) = self.roster.city(city) else { return Ok(()) };
        // The epoch that was just closed: the one before the current.
        let closed = member.epochs.iter().rev().nth(1).cloned();
        let Some(closed) = closed else { return Ok(()) };
        let federation = self.roster.federation();
        let head = self.head(city);
        let size = head.frontier.size();
        let frontier = frontier_at(&LedgerTree { read: &*txn, city }, to).map_err(|_| ReadFault::row(Family::Tree))?;
        for seq in (to.0..size.0).map(Seq) {
            let Some(leaf) = txn.get(Family::Log, &place_key(city, seq))? else {
                return Err(ReadFault::row(Family::Log));
            };
            if let Some(statement) = read_leaf(&*txn, &federation, city, seq)? {
                self.unindex(city, seq, &statement.header, closed.tail, txn)?;
            }
            txn.delete(Family::Log, place_key(city, seq));
            txn.put(Family::Abandoned, body_key(city, closed.epoch, seq), leaf);
        }
        let mut level = STORED_LEVELS;
        while size.0 >> level > 0 {
            for index in (to.0 >> level)..(size.0 >> level) {
                txn.delete(Family::Tree, tree_key(city, NodePlace { level, index }));
            }
            level += STORED_LEVELS;
        }
        let mut cut = 0;
        for (cosigner, row) in CosignatureRow::read_all(&*txn, city)? {
            if row.size > to {
                cut |= u8::from(cosigner != city);
                txn.delete(Family::Cosignature, cosignature_key(city, cosigner));
            }
        }
        let mut heads_row = vec![cut];
        if let Some(checkpoint) = head.checkpoint()?.filter(|stored| stored.checkpoint.size > to) {
            heads_row.extend_from_slice(&Context::View.digest(checkpoint.checkpoint.text().as_bytes()).0);
        }
        txn.put(Family::Abandoned, body_key(city, closed.epoch, HEADS_ROW), heads_row);
        let kept = head.checkpoint()?.filter(|stored| stored.checkpoint.size <= to).and(head.checkpoint.clone());
        let head = crate::ledger::HeadRow { frontier, checkpoint: kept };
        txn.put(Family::Head, city_key(city), head.encode());
        self.heads.insert(city, head);
        self.event(Event::Abandoned { city, count: size.0 - to.0 });
        Ok(())
    }

    /// Takes away every row that was derived from a leaf which leaves the log.
    fn unindex(
        &self,
        city: CityCode,
        seq: Seq,
        header: &huxin_protocol::header::Header,
        tail: Tail,
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        if let Some(about) = &header.about {
            let target = (about.id.city, about.id.seq);
            txn.delete(Family::About, about_key(target, (city, seq)));
            if tail == Tail::Endings && header.kind.is_ending() {
                let key = about_key(target, (city, Seq(seq.0 | ABANDONED_ACTOR)));
                txn.put(Family::About, key, header.kind.number().to_be_bytes().to_vec());
            }
        }
        if let Some(ground) = &header.ground {
            txn.delete(Family::Ground, ground_key(city, ground, seq));
        }
        if header.kind.is_trust() {
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
}

/// Keeps evidence against a city's epoch: one object, the one with the lowest digest, so that every node ends with the same
/// (R98).
pub(crate) fn keep_evidence(
    txn: &mut Txn<'_>,
    city: CityCode,
    epoch: Epoch,
    evidence: &Evidence,
) -> Result<(), ReadFault> {
    let key = evidence_key(city, epoch);
    let held = txn.get(Family::Evidence, &key)?.and_then(|bytes| Evidence::decode(&bytes).ok());
    if held.is_none_or(|held| evidence.digest() < held.digest()) {
        txn.put(Family::Evidence, key, evidence.encode());
    }
    Ok(())
}

/// Where a record stands, read again from its verified bytes.
struct KeyPlace {
    city: CityCode,
    epoch: Epoch,
    digest: Digest,
}

impl KeyPlace {
    fn of(bytes: &[u8], roster: &Roster) -> Option<Self> {
        let city = huxin_protocol::key_record::KeyRecord::city_of(bytes).ok()?;
        let signed = SignedRecord::verify(bytes, &roster.federation(), &roster.city(city)?.root).ok()?;
        Some(Self { city, epoch: signed.record().epoch, digest: signed.digest() })
    }
}
