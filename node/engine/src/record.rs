//! Key records taken up: a new epoch begins, and leaves of the closed one beyond its end leave the log. They are kept aside,
//! because a cut is shown and, where the record says so, their endings keep their effect (R84 to R88).

use crate::branch::stored_records;
use crate::effect::{Event, Outcome, Refusal};
use crate::engine::{Engine, EngineFault, Signer};
use crate::input::{Consent, Ticket};
use crate::ledger::{
    CosignatureRow, Family, LedgerRead, LedgerTree, ReadFault, Txn, body_key, evidence_key, record_key,
};
use crate::signing::{ClosedReason, SigningState};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::evidence::{Evidence, VerifiedEvidence};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key_record::{RecordFault, SignedRecord};
use huxin_protocol::roster::{Added, CityRoster, Roster};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::root_at;

/// Marks the actor's position in an About row whose actor is an abandoned ending, so that it never meets the leaf that took the
/// position in the next epoch.
pub const ABANDONED_ACTOR: u64 = 1 << 63;
/// Position of the row that keeps the digests of abandoned heads and whether a member had cosigned one.
pub(crate) const HEADS_ROW: Seq = Seq(u64::MAX);

/// Takes up all stored records, in the order of epochs, and what the logs here do not follow at the end.
pub(crate) fn take_up_stored(read: &(impl LedgerRead + ?Sized), roster: &mut Roster) -> Result<(), EngineFault> {
    for row in stored_records(read, roster)? {
        roster.add(&row.bytes).map_err(|fault| EngineFault::Record { code: fault.code() })?;
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
        if matches!(self.signing.state, SigningState::Ready | SigningState::Held | SigningState::Asking { .. }) {
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
        self.signing.held_record = Some(member.last_record());
        self.reply(Some(ticket), Ok(outcome));
        Ok(())
    }

    /// A hold that ran out lets the node sign again under its old epoch. One that would last longer than any does was begun by
    /// a clock that was ahead then.
    pub(crate) fn end_hold(&mut self, now: Millis) {
        let over = |until: Millis| now >= until || until.0 - now.0 > self.settings.hold_ms;
        if self.signing.state == SigningState::Held && self.signing.held_until.is_some_and(over) {
            self.signing.held_until = None;
            let needed = self.settings.partners_before_signing;
            let heard = self.signing.confirmed.len();
            self.set_signing(SigningState::Asking { heard, needed });
            // Somebody may have said meanwhile to hold more of our own log, and not shown it yet.
            self.own_log_looked_into();
        }
    }

    pub(crate) fn operator_record(
        &mut self,
        ticket: Ticket,
        (bytes, consent): (&[u8], Consent),
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        // Whether the log still ends here, where the record continues it, partners know.
        if consent == Consent::NotAsked && matches!(self.signing.state, SigningState::Asking { .. }) {
            self.signing.left_record = Some((ticket, bytes.to_vec()));
            return Ok(());
        }
        // What waits is signed first: it is part of what the record could take away.
        self.sign_pending(txn, signer)?;
        if let Some(refusal) = self.takes_away(bytes, consent, txn)? {
            if let Refusal::RecordElsewhere { continues_at, size } = refusal {
                self.event(Event::RecordLeft { continues_at, size });
            }
            self.reply(Some(ticket), Err(refusal));
            return Ok(());
        }
        let outcome = match self.take_record(bytes, Bringer::Operator, txn, signer)? {
            Ok((city, epoch)) => Ok(Outcome::RecordTaken { city, epoch }),
            Err(fault) => Err(Refusal::Record { code: fault.code() }),
        };
        self.reply(Some(ticket), outcome);
        Ok(())
    }

    /// A record that lay in the key folder at the start, as soon as partners were heard and before anything else is signed.
    pub(crate) fn left_record(&mut self, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<(), ReadFault> {
        if matches!(self.signing.state, SigningState::Asking { .. } | SigningState::Held) {
            return Ok(());
        }
        let Some((ticket, bytes)) = self.signing.left_record.take() else { return Ok(()) };
        self.operator_record(ticket, (&bytes, Consent::NotAsked), txn, signer)
    }

    /// Why a record of the own city is not taken up although it holds: it would take the effect from own statements and nobody
    /// agreed to that, or nobody was asked and it does not continue exactly what stands.
    fn takes_away(&self, bytes: &[u8], consent: Consent, txn: &Txn<'_>) -> Result<Option<Refusal>, ReadFault> {
        let me = self.me();
        let Some(member) = self.roster.city(me) else { return Ok(None) };
        // A record that does not hold is refused with its own code, and one that is known changes nothing.
        let Ok(signed) = SignedRecord::verify(bytes, &self.roster.federation(), &member.root) else { return Ok(None) };
        if member.records.iter().any(|known| known.digest() == signed.digest()) {
            return Ok(None);
        }
        let (record, size) = (signed.record(), self.size(me));
        let (from, root) = record.continues_at;
        // A disk that is not the last one may end where the record continues it, and partners hold what was signed since.
        let closed = matches!(self.signing.state, SigningState::Closed(_));
        let agreed = match consent {
            Consent::NotAsked if closed || size != from || self.root(me, size, txn)? != root => {
                return Ok(Some(Refusal::RecordElsewhere { continues_at: from, size }));
            }
            // Who made the record agreed to what stood then, and that is what stands now.
            Consent::NotAsked => size,
            Consent::Below(agreed) => agreed,
        };
        // Void within the closed epoch, then abandoned from the new epoch's beginning on.
        let first = record.void_after.map_or(from, |last| Size(last.0.saturating_add(1)).min(from));
        Ok((first < size && agreed < size).then_some(Refusal::RecordTakesAway { from: first, size }))
    }

    /// Verifies a record, takes it up and rewinds the city's log where the record continues it earlier than we hold it.
    pub(crate) fn take_record(
        &mut self,
        bytes: &[u8],
        bringer: Bringer,
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
        self.note_changed(city);
        txn.put(Family::Record, record_key(city, place.epoch, &place.digest), bytes.to_vec());
        match added {
            Added::Epoch { continues_at: (size, root), epoch, .. } => {
                // Where we hold another history than the record continues, a partner helps to find the place where they part
                // (`fork`): the record itself does not say.
                if self.size(city) > size && self.root(city, size, txn)? == root {
                    let closed = Epoch(epoch.0.saturating_sub(1).max(1));
                    self.abandon(city, size, closed, txn)?;
                }
                // What its cosigner of before has said counts no more, on any log.
                let logs: Vec<CityCode> = self.roster.cities().map(|member| member.code).collect();
                for log in logs {
                    if CosignatureRow::read(&*txn, log, city)?.is_some() {
                        self.note_changed(log);
                    }
                }
                self.event(Event::EpochOpened { city, epoch });
                if city == self.me() {
                    self.open_own_epoch(epoch, (size, root), bringer, txn, signer)?;
                }
            }
            Added::Frozen { .. } => {
                if let Some(verified) = self.two_records(city, bytes)
                    && keep_evidence(txn, city, verified.epoch(), verified.evidence())?
                {
                    self.event(Event::EvidenceFound { city, epoch: verified.epoch() });
                }
            }
            Added::Known => {}
        }
        Ok(Ok((city, place.epoch)))
    }

    /// A record and the one that it rivals, which the roster keeps. The two may open different epochs; which of them the
    /// evidence is about follows from the evidence alone, whichever came last.
    fn two_records(&self, city: CityCode, rival: &[u8]) -> Option<VerifiedEvidence> {
        let member = self.roster.city(city)?;
        let rival = SignedRecord::verify(rival, &self.roster.federation(), &member.root).ok()?;
        let evidence = member.records.iter().find_map(|known| Evidence::two_records(known, &rival))?;
        evidence.check(&self.roster).ok()
    }

    /// Signing goes on under a new epoch only if nothing can have been signed under it before.
    ///
    /// A rotation is safe whatever became of the disk: it makes its keys after the hold that it begins with. A record that a
    /// partner brings may be an old one, whose epoch was signed under before the disk was lost or by another machine; so may
    /// the one that lies in the key folder beside a store that is not continued. Such a record is taken up, so that a
    /// rotation can follow it, and signs nothing.
    fn open_own_epoch(
        &mut self,
        epoch: Epoch,
        begins: (Size, TreeHash),
        bringer: Bringer,
        txn: &Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let closed = self.roster.city(self.me()).and_then(|member| member.epochs.iter().rev().nth(1));
        let rotated = closed.is_some_and(|closed| self.signing.held_record == Some(closed.record));
        self.signing.held_until = None;
        self.signing.opening = None;
        if bringer == Bringer::Partner || (self.signing.broken && !rotated) {
            // What closed signing before says more than this.
            if !matches!(self.signing.state, SigningState::Closed(_)) {
                self.close(ClosedReason::HeardFurther(begins.0));
            }
            return Ok(());
        }
        self.signing.broken = false;
        // A crash came between making the record and sending it, or all of the machine goes back: partners know.
        let asks = !rotated && matches!(self.signing.state, SigningState::Asking { .. });
        self.begin_own_epoch(epoch, begins, asks, txn, signer)
    }

    /// Signs under an epoch once its keys are here and the log has been fetched up to its beginning.
    fn begin_own_epoch(
        &mut self,
        epoch: Epoch,
        (from, root): (Size, TreeHash),
        asks: bool,
        txn: &Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let me = self.me();
        // Our cosigner of before counts no more: the one of this epoch says anew what we have seen.
        let held = |city: &&CityCode| self.heads.get(city).is_some_and(|head| head.checkpoint.is_some());
        self.to_cosign = self.witnessed.iter().filter(held).copied().collect();
        let mut opening = None;
        let state = if signer.log_key(epoch).is_none() || signer.cosigner_key(epoch).is_none() {
            SigningState::Closed(ClosedReason::NoKeys)
        } else if self.size(me) < from {
            opening = Some(epoch);
            SigningState::Closed(ClosedReason::HeardFurther(from))
        } else if self.root(me, from, txn)? != root {
            opening = Some(epoch);
            SigningState::Closed(ClosedReason::HeardOther)
        } else if asks {
            self.signing.state.clone()
        } else {
            // A checkpoint of the new epoch goes out at once, so that partners learn of it.
            self.own_head_moved = true;
            SigningState::Ready
        };
        self.signing.opening = opening;
        self.set_signing(state);
        Ok(())
    }

    /// After own leaves were fetched: an epoch that waited for them may begin.
    pub(crate) fn reconsider_signing(&mut self, txn: &Txn<'_>, signer: &dyn Signer) -> Result<(), ReadFault> {
        let me = self.me();
        let Some(keys) = self.roster.city(me).map(CityRoster::current) else { return Ok(()) };
        let (epoch, from, root) = (keys.epoch, keys.from, keys.from_root);
        let waits = matches!(
            self.signing.state,
            SigningState::Closed(ClosedReason::HeardFurther(_) | ClosedReason::HeardOther)
        );
        if waits && self.signing.opening == Some(epoch) && self.size(me) == from {
            self.begin_own_epoch(epoch, (from, root), false, txn, signer)?;
        }
        Ok(())
    }

    /// After partners confirmed our log: a checkpoint of an epoch that was opened meanwhile goes out at once, so that
    /// partners learn of it.
    pub(crate) fn announce_own_epoch(&mut self) {
        let me = self.me();
        let Some((epoch, from)) = self.roster.city(me).map(|member| (member.current().epoch, member.current().from))
        else {
            return;
        };
        // The stored checkpoint was read when the engine opened; one that no longer reads is signed anew.
        let spoken = self.head(me).checkpoint().ok().flatten().map_or(Epoch::FIRST, |own| own.checkpoint.origin.epoch);
        self.own_head_moved |= epoch > spoken && self.size(me) >= from;
    }

    /// Root of a log that we hold, at a size that it has.
    pub(crate) fn root(&self, city: CityCode, size: Size, txn: &Txn<'_>) -> Result<TreeHash, ReadFault> {
        root_at(&LedgerTree { read: txn, city }, size).map_err(|_| ReadFault::row(Family::Tree))
    }
}

/// Keeps evidence against a city's epoch, and says whether it was new: one object, the one with the lowest digest, so that every node ends with the same
/// (R98).
pub(crate) fn keep_evidence(
    txn: &mut Txn<'_>,
    city: CityCode,
    epoch: Epoch,
    evidence: &Evidence,
) -> Result<bool, ReadFault> {
    let key = evidence_key(city, epoch);
    let held = txn.get(Family::Evidence, &key)?.and_then(|bytes| Evidence::decode(&bytes).ok());
    let better = held.is_none_or(|held| evidence.digest() < held.digest());
    if better {
        txn.put(Family::Evidence, key, evidence.encode());
    }
    Ok(better)
}

/// Who brings a record. A partner's word opens nothing of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bringer {
    Operator,
    Partner,
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
