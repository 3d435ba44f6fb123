//! The one door. Whatever road a segment took, it is admitted here or refused with a reason: records are taken up, the
//! checkpoint is checked, the run must continue the frontier that we hold, and then its leaves are written.

use crate::effect::{Effect, Event, Outcome, Refusal};
use crate::engine::{Engine, Signer};
use crate::index::{HeldBody, write_leaf};
use crate::input::{Peer, Road, Ticket};
use crate::ledger::{CosignatureRow, Family, LedgerTree, ReadFault, STORED_LEVELS, Txn, tree_key};
use crate::news;
use crate::record::Bringer;
use crate::signing::{ClosedReason, SigningState};
use crate::spread::put_cosignature;
use huxin_protocol::ids::{CityCode, Seq, Size, StatementId};
use huxin_protocol::roster::CityRoster;
use huxin_protocol::segment::{AuthenticSegment, Blame, ProvedSegment, ReadSegment, SegmentFault};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::root_at;

/// What the door did with a segment.
pub(crate) struct Admission {
    pub new: u64,
    pub size: Size,
}

impl Engine {
    /// A segment by gossip or from a file.
    pub(crate) fn segment(
        &mut self,
        now: Millis,
        ticket: Option<Ticket>,
        road: Road,
        segment: ReadSegment,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let city = segment.city;
        let checkpoint_size = segment.checkpoint.checkpoint.size;
        if matches!(road, Road::Gossip { .. }) && !segment.leaves.is_empty() && !self.takes_fresh(now, city) {
            // Nothing is refused (R90): it is fetched later, with what came before it.
            self.event(Event::Postponed { city });
            return Ok(());
        }
        if road == Road::Disk && !segment.leaves.is_empty() && self.rooms.disk.only_endings {
            self.reply(ticket, Err(Refusal::OnlyEndings));
            return Ok(());
        }
        let outcome = self.admit(now, &road, segment, txn, signer)?;
        match (&road, &outcome) {
            // Something came before its turn: pull what lies between.
            (Road::Gossip { from }, Err(SegmentFault::Gap | SegmentFault::UnknownEpoch)) => {
                self.want(now, from, city, checkpoint_size, txn)?;
            }
            (Road::Gossip { from }, Err(SegmentFault::Proof | SegmentFault::Border)) => {
                let _ = self.suspect(from, city, checkpoint_size, None);
            }
            _ => {}
        }
        let reply = match &outcome {
            Ok(admission) => Ok(Outcome::Admitted { city, new: admission.new, size: admission.size }),
            // A contradiction that was found here is no defect of the file.
            Err(SegmentFault::Proof) if self.is_accused(city, &*txn)? => Err(Refusal::OtherHistory(city)),
            Err(fault) => Err(Refusal::Segment { code: fault.code() }),
        };
        self.reply(ticket, reply);
        if let Err(fault) = outcome {
            self.refused(&road, city, fault);
        }
        Ok(())
    }

    /// Counts a refusal and blames the sender where only a broken or hostile one would have sent it.
    /// Where a city's root signed two records, its checkpoints hold under the keys of one and not of the other, and who has
    /// heard the other one is no liar.
    pub(crate) fn refused(&mut self, road: &Road, city: CityCode, fault: SegmentFault) {
        self.event(Event::Refused { road: road.name(), code: fault.code() });
        let blame = match fault {
            SegmentFault::Checkpoint(_) if self.may_have_rival_records(city) => Blame::Unclear,
            fault => fault.blame(),
        };
        if let (Blame::Sender, Road::Gossip { from } | Road::Sync { from }) = (blame, road) {
            let peer: Peer = from.clone();
            self.effects.push(Effect::Blame { peer, code: fault.code() });
        }
    }

    pub(crate) fn admit(
        &mut self,
        now: Millis,
        road: &Road,
        mut segment: ReadSegment,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<Result<Admission, SegmentFault>, ReadFault> {
        let city = segment.city;
        if self.roster.city(city).is_none() {
            return Ok(Err(SegmentFault::ForeignCity));
        }
        if city == self.me() {
            self.sign_pending(txn, signer)?;
        }
        for record in std::mem::take(&mut segment.records) {
            if let Err(fault) = self.take_record(&record, Bringer::Partner, txn, signer)? {
                self.event(Event::Refused { road: road.name(), code: fault.code() });
            }
        }
        // Lines that can't count, or are no news, cost no check of a signature and refuse nothing (R92).
        let lines = std::mem::take(&mut segment.checkpoint.other_lines);
        let countable = news::countable(&self.roster, &lines, now);
        let uncountable = lines.len().saturating_sub(countable.len());
        let place = (city, segment.checkpoint.checkpoint.size);
        let newer = news::newer(&*txn, &self.roster, place, &lines, countable)?;
        let cosigned = newer.len();
        segment.checkpoint.other_lines = newer.into_iter().filter_map(|at| lines.get(at).cloned()).collect();
        let segment = match segment.authenticate_with(&mut self.verified, &self.roster) {
            Ok(segment) => segment,
            Err(fault) => return Ok(Err(fault)),
        };
        let left_out = uncountable + cosigned.saturating_sub(segment.cosignatures.len());
        if left_out > 0 {
            self.event(Event::CosignaturesLeftOut { count: left_out as u64 });
        }
        let held = self.size(city);
        let told = *segment.checkpoint.checkpoint();
        if city == self.me() && told.size > held && *road != Road::Own {
            self.close(ClosedReason::HeardFurther(told.size));
            // Somebody signed under the epoch that waits for its beginning.
            let begins = self.roster.city(city).map_or(Size(0), |member| member.current().from);
            if self.signing.opening == Some(told.origin.epoch) && told.size > begins {
                self.signing.opening = None;
            }
        }
        if told.size <= held {
            return self.older(road, segment, txn);
        }
        let frontier = self.head(city).frontier;
        let proved = match segment.prove(&frontier) {
            Ok(proved) => proved,
            Err(fault) => return Ok(Err(fault)),
        };
        let admission = self.write(road, proved, txn)?;
        if city == self.me() {
            self.reconsider_signing(txn, signer)?;
        }
        Ok(Ok(admission))
    }

    /// A checkpoint that is no newer than what we hold: it must be about the same history. Its cosignatures are welcome.
    fn older(
        &mut self,
        road: &Road,
        segment: AuthenticSegment,
        txn: &mut Txn<'_>,
    ) -> Result<Result<Admission, SegmentFault>, ReadFault> {
        let city = segment.city;
        let told = *segment.checkpoint.checkpoint();
        let held = self.size(city);
        let ours = root_at(&LedgerTree { read: &*txn, city }, told.size).map_err(|_| ReadFault::row(Family::Tree))?;
        if ours != told.root {
            // Our own log in another history: whoever signed it has our key. One that a record retired speaks against itself
            // alone (R99): an old note would close signing again and again.
            let retired = self.roster.city(city).is_some_and(|member| member.closed_at(told.origin.epoch).is_some());
            if city == self.me() && !retired {
                self.close(ClosedReason::HeardOther);
            }
            self.contradiction(&segment, txn)?;
            return Ok(Err(SegmentFault::Proof));
        }
        let mut head = self.head(city);
        // A restored or rewound head may lack a checkpoint for what it holds.
        let proved = head.checkpoint()?.map_or(Size(0), |stored| stored.checkpoint.size);
        let newer_epoch = head.checkpoint()?.is_none_or(|stored| stored.checkpoint.origin.epoch < told.origin.epoch);
        let newer = told.size > proved || (told.size == proved && newer_epoch && told.size == held);
        if newer {
            head.checkpoint = Some(segment.checkpoint.encode(&[]));
            self.put_head(city, head, txn);
            self.note_new_head(city, held);
        }
        let cosignatures = self.take_cosignatures(&segment, txn)?;
        if !newer && cosignatures == 0 {
            self.event(Event::Repeated { road: road.name() });
        }
        Ok(Ok(Admission { new: 0, size: held }))
    }

    fn write(&mut self, road: &Road, proved: ProvedSegment, txn: &mut Txn<'_>) -> Result<Admission, ReadFault> {
        let ProvedSegment { mut segment, frontier, completed } = proved;
        let city = segment.city;
        let me = self.me();
        let federation = self.roster.federation();
        let before = self.size(city);
        for (place, hash) in completed {
            if place.level.is_multiple_of(STORED_LEVELS) {
                txn.put(Family::Tree, tree_key(city, place), hash.0.to_vec());
            }
        }
        let new = segment.leaves.len() as u64;
        let epoch = self.roster.city(city).map(|member| member.epoch_at(Seq(before.0)));
        for (offset, leaf) in std::mem::take(&mut segment.leaves).into_iter().enumerate() {
            let Some(epoch) = epoch else { break };
            // A run stays within one epoch, so the first leaf's is everybody's.
            let place = StatementId { city, epoch, seq: Seq(before.0 + offset as u64) };
            let body = leaf.body.map(|bytes| HeldBody { bytes, lookup: leaf.lookup });
            write_leaf(txn, &federation, me, place, leaf.bytes, leaf.reading.as_ref().ok(), body)?;
        }
        let size = frontier.size();
        let mut head = self.head(city);
        head.frontier = frontier;
        let told = *segment.checkpoint.checkpoint();
        if told.size == size {
            head.checkpoint = Some(segment.checkpoint.encode(&[]));
        }
        self.put_head(city, head, txn);
        if told.size == size {
            self.note_new_head(city, size);
            self.take_cosignatures(&segment, txn)?;
        }
        if new > 0 {
            self.event(Event::Admitted { city, road: road.name(), count: new });
        }
        Ok(Admission { new, size })
    }

    fn note_new_head(&mut self, city: CityCode, size: Size) {
        self.event(Event::HeadChanged { city, size });
        if self.witnessed.contains(&city) {
            self.to_cosign.insert(city);
        }
    }

    /// Keeps the newest cosignature of each cosigner; the checkpoint that they are on is known to fit our tree.
    /// How many were newer.
    fn take_cosignatures(&mut self, segment: &AuthenticSegment, txn: &mut Txn<'_>) -> Result<u64, ReadFault> {
        let log = segment.city;
        let mut taken = 0;
        for cosignature in &segment.cosignatures {
            let cosigner = cosignature.cosigner.city;
            let held = CosignatureRow::read_in_force(&*txn, &self.roster, log, cosigner)?;
            let newer =
                held.is_none_or(|held| (held.size, held.time_s) < (cosignature.checkpoint.size, cosignature.time_s));
            // What our own cosigner said last is only ever written by our own signing.
            if newer && cosigner != self.me() {
                put_cosignature(txn, log, cosigner, cosignature);
                self.note_changed(log);
                taken += 1;
                if cosigner != log {
                    self.event(Event::Witnessed { log, cosigner, size: cosignature.checkpoint.size });
                }
            }
        }
        Ok(taken)
    }

    /// Our own log was heard from elsewhere: nothing is signed under this epoch any more.
    pub(crate) fn close(&mut self, reason: ClosedReason) {
        let deeper = match (&self.signing.state, reason) {
            (SigningState::Closed(ClosedReason::HeardOther), _) => false,
            (SigningState::Closed(ClosedReason::HeardFurther(known)), ClosedReason::HeardFurther(size)) => {
                size > *known
            }
            _ => true,
        };
        if deeper {
            self.set_signing(SigningState::Closed(reason));
        }
    }

    /// Whether a city has left the keys of the genesis, so that its root may have named others elsewhere (R89).
    pub(crate) fn may_have_rival_records(&self, city: CityCode) -> bool {
        self.roster.city(city).is_some_and(|member| !member.records.is_empty())
    }

    /// Whether a member's roster knows the epoch that somebody speaks of.
    pub(crate) fn knows_epoch(&self, city: CityCode, epoch: huxin_protocol::ids::Epoch) -> bool {
        self.roster.city(city).map(CityRoster::current).is_some_and(|keys| keys.epoch >= epoch)
    }
}
