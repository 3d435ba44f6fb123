//! Two histories of one log. A page that does not continue what we hold has one of three makers: a peer that invents, a
//! city that signed two histories, or a key record that cut our branch off. The peer that served it is asked how the log
//! at a size that we hold leads to its checkpoint ([`Request::History`]); a proof under the city's own signature tells
//! the three apart, and nobody is blamed for what the city did.
//!
//! - No valid proof, or one that begins at our own root: the peer invented. It is blamed.
//! - Another root under a checkpoint of the epoch in force: evidence (R97). It is kept, passed on by anti-entropy, and
//!   freezes the city until a key record closes that epoch (R99). Nothing is deleted.
//! - Another root on the way to where a record closed our head's epoch: our branch was closed at a place that it never
//!   reached. Where the branches part is found by halving, and what lies beyond leaves the log as abandoned (R86).

use crate::effect::{Effect, Event};
use crate::engine::{Engine, Signer};
use crate::input::{Answer, Peer};
use crate::ledger::{Family, LedgerRead, LedgerTree, ReadFault, Txn, evidence_key};
use crate::record::{Bringer, keep_evidence};
use crate::signing::ClosedReason;
use crate::sync::Purpose;
use crate::wire::Request;
use huxin_protocol::checkpoint::{Checkpoint, SignedCheckpoint, UnverifiedCheckpoint};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::evidence::{Evidence, EvidenceFault, Form};
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::segment::{AuthenticSegment, SegmentFault, authenticate_checkpoint};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{consistency_proof, root_at, verify_consistency};

/// One log being looked into with one peer.
#[derive(Debug)]
pub(crate) struct Inquiry {
    pub(crate) peer: Peer,
    asked: Size,
    /// The checkpoint under which the peer's own pages did not lead anywhere; `None` where it passed on somebody's message,
    /// or while halving.
    pages: Option<Checkpoint>,
    /// While halving: both branches are the same up to the first, and differ at the second.
    between: Option<(Size, Size)>,
}

impl Engine {
    /// Pages that `peer` served under `told` do not continue ours: it is not pulled from again before something changes, and
    /// looked into. From an empty log on, honest pages lead to any checkpoint.
    pub(crate) fn suspect_pages(&mut self, peer: &Peer, told: Checkpoint, fault: SegmentFault) {
        let city = told.origin.city;
        if self.size(city).0 == 0 && fault == SegmentFault::Proof {
            self.invented(peer, city, "pages_do_not_lead");
            self.stuck_with(peer, city);
        } else if self.suspect(peer, city, told.size, Some(told)) {
            self.stuck_with(peer, city);
        }
    }

    /// What came from `peer` of a log does not fit ours: asks it how they are related, at a size that both hold. Whether it is
    /// asked now: one log is looked into with one peer at a time.
    pub(crate) fn suspect(&mut self, peer: &Peer, city: CityCode, told: Size, pages: Option<Checkpoint>) -> bool {
        let asked = self.size(city).min(told);
        let free = self.sync.knows(peer) && !self.sync.inquiries.contains_key(&city);
        let begins = free && asked.0 > 0 && self.settings.anti_entropy;
        if begins {
            self.inquire(Inquiry { peer: peer.clone(), asked, pages, between: None }, city);
        }
        begins
    }

    fn inquire(&mut self, inquiry: Inquiry, city: CityCode) {
        let size = inquiry.asked;
        self.ask(&inquiry.peer, Purpose::History { city, size }, Request::History { city, size });
        self.sync.inquiries.insert(city, inquiry);
    }

    /// The answer of a peer under suspicion.
    pub(crate) fn history(
        &mut self,
        now: Millis,
        peer: &Peer,
        (city, size): (CityCode, Size),
        answer: Answer,
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        let asked = |inquiry: &Inquiry| inquiry.peer == *peer && inquiry.asked == size;
        if !self.sync.inquiries.get(&city).is_some_and(asked) {
            return Ok(());
        }
        let Some(inquiry) = self.sync.inquiries.remove(&city) else { return Ok(()) };
        match answer {
            Answer::History { root, proof, checkpoint } => {
                match self.read_history(city, size, &root, &proof, &checkpoint) {
                    Ok(told) => self.related(now, inquiry, (city, root, &proof), &told, txn)?,
                    Err(code) => self.invented(peer, city, code),
                }
            }
            // Nothing was found out: its pages are looked at again in the next round.
            Answer::Failed { code } => {
                self.event(Event::Refused { road: "sync", code });
                self.not_stuck_with(peer, city);
            }
            _ => self.not_stuck_with(peer, city),
        }
        if city == self.me() {
            self.own_log_looked_into();
        }
        Ok(())
    }

    fn read_history(
        &self,
        city: CityCode,
        size: Size,
        root: &TreeHash,
        proof: &[TreeHash],
        note: &[u8],
    ) -> Result<SignedCheckpoint, &'static str> {
        let unverified = UnverifiedCheckpoint::parse(note).map_err(|fault| fault.code())?;
        if unverified.checkpoint.origin.city != city || unverified.checkpoint.size < size {
            return Err("other_answer");
        }
        let told = authenticate_checkpoint(unverified, &self.roster).map_err(|fault| fault.code())?;
        let checkpoint = *told.checkpoint();
        verify_consistency(size, root, checkpoint.size, &checkpoint.root, proof).map_err(|_| "history_proof")?;
        Ok(told)
    }

    /// A peer answered with what no honest node says.
    fn invented(&mut self, peer: &Peer, city: CityCode, code: &'static str) {
        self.event(Event::Refused { road: "sync", code });
        // A record that one side lacks explains an epoch, its border and its keys; nothing explains the rest.
        let explained = match code {
            "unknown_epoch" | "closed_epoch" | "epoch_border" => true,
            "checkpoint_log_line" | "checkpoint_signature" => self.may_have_rival_records(city),
            _ => false,
        };
        if !explained {
            self.effects.push(Effect::Blame { peer: peer.clone(), code });
        }
    }

    /// `told` is signed, and `root` at the size asked for leads to it.
    fn related(
        &mut self,
        now: Millis,
        inquiry: Inquiry,
        (city, root, proof): (CityCode, TreeHash, &[TreeHash]),
        told: &SignedCheckpoint,
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        let Inquiry { peer, asked, pages, between } = inquiry;
        if asked > self.size(city) {
            // Our log was cut while the peer looked.
            return Ok(());
        }
        let ours = root_at(&LedgerTree { read: &*txn, city }, asked).map_err(|_| ReadFault::row(Family::Tree))?;
        let same = ours == root;
        if let Some((low, high)) = between {
            let between = if same { (asked, high) } else { (low, asked) };
            return self.halve(now, peer, city, between, txn);
        }
        if same {
            // The log leads from our head to this very checkpoint; only the peer's pages do not. Whoever passed on a message
            // of another branch, or has changed branches since, invented nothing.
            if pages.is_some_and(|pages| pages == *told.checkpoint()) {
                self.invented(&peer, city, "pages_do_not_lead");
            }
            return Ok(());
        }
        let Some(stored) = self.head(city).checkpoint()? else {
            // Nothing signed was reached yet: begin again with whatever is served.
            self.drop_leaves(city, Size(0), txn)?;
            self.pull_again(now, &peer, city, told);
            return Ok(());
        };
        let (epoch, size) = (stored.checkpoint.origin.epoch, stored.checkpoint.size);
        // The peer's history leads to the place where a record closed the epoch of our head, or further; ours does not.
        let closed = self.roster.city(city).and_then(|member| member.closed_at(epoch));
        if closed.is_some_and(|end| told.checkpoint().size >= end) {
            let low = self.roster.city(city).and_then(|member| member.epoch(epoch)).map_or(Size(0), |keys| keys.from);
            return self.halve(now, peer, city, (low, asked), txn);
        }
        if asked > size {
            // Leaves beyond the last checkpoint that we reached: they may go, they were shown to nobody.
            self.drop_leaves(city, size, txn)?;
            self.pull_again(now, &peer, city, told);
            return Ok(());
        }
        if asked == size {
            let held = self.roster.city(city).and_then(|member| member.epoch(epoch)).map(|keys| keys.log.clone());
            let evidence = held.and_then(|key| stored.verify(&key).ok()).and_then(|ours| {
                Evidence::two_roots(&ours, told).or_else(|| Evidence::two_histories(&ours, told, root, proof))
            });
            if let Some(evidence) = evidence {
                self.accuse(city, epoch, &evidence, txn)?;
            }
        }
        Ok(())
    }

    /// Asks at the middle until the branches part between two neighbours; then our branch leaves the log from there on.
    fn halve(
        &mut self,
        now: Millis,
        peer: Peer,
        city: CityCode,
        (low, high): (Size, Size),
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        if high.0.saturating_sub(low.0) > 1 {
            let middle = Size(low.0 + (high.0 - low.0) / 2);
            let between = Some((low, high));
            self.inquire(Inquiry { peer, asked: middle, pages: None, between }, city);
            return Ok(());
        }
        let epoch = self.head(city).checkpoint()?.map_or(Epoch::FIRST, |stored| stored.checkpoint.origin.epoch);
        self.abandon(city, low, epoch, txn)?;
        self.pull(now, &peer, city, low);
        Ok(())
    }

    fn pull_again(&mut self, now: Millis, peer: &Peer, city: CityCode, told: &SignedCheckpoint) {
        self.pull(now, peer, city, told.checkpoint().size);
    }

    /// A checkpoint that is no newer than what we hold names another root than our tree. With our own newest checkpoint
    /// that is evidence at once.
    pub(crate) fn contradiction(&mut self, segment: &AuthenticSegment, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let city = segment.city;
        let told = *segment.checkpoint.checkpoint();
        let epoch = told.origin.epoch;
        let Some(stored) = self.head(city).checkpoint()? else { return Ok(()) };
        let key = self.roster.city(city).and_then(|member| member.epoch(epoch)).map(|keys| keys.log.clone());
        let (true, Some(key)) = (stored.checkpoint.origin == told.origin, key) else { return Ok(()) };
        let Ok(ours) = stored.verify(&key) else { return Ok(()) };
        let size = ours.checkpoint().size;
        let tree = LedgerTree { read: &*txn, city };
        let fault = |_| ReadFault::row(Family::Tree);
        let evidence = if told.size == size {
            Evidence::two_roots(&ours, &segment.checkpoint)
        } else if told.size < size {
            let root = root_at(&tree, told.size).map_err(fault)?;
            let proof = consistency_proof(&tree, told.size, size).map_err(fault)?;
            Evidence::two_histories(&segment.checkpoint, &ours, root, &proof)
        } else {
            None
        };
        if let Some(evidence) = evidence {
            self.accuse(city, epoch, &evidence, txn)?;
        }
        Ok(())
    }

    /// Keeps evidence. What it says of our own city closes signing.
    fn accuse(
        &mut self,
        city: CityCode,
        epoch: Epoch,
        evidence: &Evidence,
        txn: &mut Txn<'_>,
    ) -> Result<(), ReadFault> {
        if keep_evidence(txn, city, epoch, evidence)? {
            self.note_changed(city);
            self.event(Event::EvidenceFound { city, epoch });
        }
        let current = self.roster.city(city).is_some_and(|member| member.current().epoch == epoch);
        if city == self.me() && current {
            self.close(ClosedReason::HeardOther);
        }
        Ok(())
    }

    /// Evidence that a partner holds about a city: believed for what it proves, whoever brings it.
    pub(crate) fn evidence_told(
        &mut self,
        peer: &Peer,
        city: CityCode,
        objects: Vec<Vec<u8>>,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        for bytes in objects {
            let checked = Evidence::decode(&bytes).and_then(|evidence| evidence.check(&self.roster));
            let held = match checked {
                Ok(held) if held.city() == city => held,
                Ok(_) => {
                    self.invented(peer, city, "other_city");
                    return Ok(());
                }
                // The record of that epoch is still on its way.
                Err(EvidenceFault::UnknownEpoch) => continue,
                Err(fault) => {
                    self.invented(peer, city, fault.code());
                    return Ok(());
                }
            };
            if let (Form::TwoRecords, Evidence::TwoRecords { first, second }) = (held.form(), held.evidence()) {
                for record in [first, second] {
                    if let Err(fault) = self.take_record(record, Bringer::Partner, txn, signer)? {
                        self.event(Event::Refused { road: "sync", code: fault.code() });
                    }
                }
            }
            self.accuse(city, held.epoch(), held.evidence(), txn)?;
        }
        Ok(())
    }

    /// Whether evidence is held against a city's epoch in force.
    pub(crate) fn is_accused(&self, city: CityCode, read: &(impl LedgerRead + ?Sized)) -> Result<bool, ReadFault> {
        let Some(member) = self.roster.city(city) else { return Ok(false) };
        Ok(read.get(Family::Evidence, &evidence_key(city, member.current().epoch))?.is_some())
    }

    /// Takes leaves from `to` on out of a log as if they had not come yet.
    fn drop_leaves(&mut self, city: CityCode, to: Size, txn: &mut Txn<'_>) -> Result<(), ReadFault> {
        let from = self.size(city);
        self.rewind(city, to, None, txn)?;
        self.event(Event::Abandoned { city, count: from.0.saturating_sub(to.0) });
        Ok(())
    }
}
