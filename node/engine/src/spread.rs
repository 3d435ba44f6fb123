//! What goes out to everybody: the checkpoint over what was signed, fresh statements by gossip, heartbeats and witness
//! cosignatures. Gossip is for speed only; truth is anti-entropy.

use crate::effect::Effect;
use crate::effect::Event;
use crate::engine::{Engine, Signer};
use crate::ledger::{CosignatureRow, Family, LedgerTree, ReadFault, Txn, cosignature_key};
use crate::signing::SigningState;
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::ids::{CityCode, Seq, Size};
use huxin_protocol::limits::{CLOCK_TOLERANCE_MS, GOSSIP_BYTES};
use huxin_protocol::note::SignatureLine;
use huxin_protocol::segment::{Item, Segment};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::consistency_proof;

/// Above this many messages a group is not gossiped statement by statement: the checkpoint alone goes out and partners pull
/// pages, which costs them less than a burst that their queues would drop.
const MESSAGES_PER_GROUP: usize = 16;
/// Room in a message for the envelope, the proof and the checkpoint with our cosignature.
const ENVELOPE_BYTES: usize = 6 * 1024;

/// An own leaf of the group under construction.
pub(crate) struct FreshLeaf {
    pub seq: Seq,
    pub leaf: Vec<u8>,
    /// Only where gossip may carry it.
    pub body: Option<Vec<u8>>,
}

fn seconds(now: Millis) -> u64 {
    u64::try_from(now.0 / 1000).unwrap_or(0)
}

impl Engine {
    /// One checkpoint over everything that the group signed, and the messages that announce it. The checkpoint, our cosignature
    /// and the leaves are all in the batch before anything leaves.
    pub(crate) fn sign_checkpoint(
        &mut self,
        now: Millis,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        if !std::mem::take(&mut self.own_head_moved) {
            self.fresh.clear();
            return Ok(());
        }
        let me = self.me();
        let Some(member) = self.roster.city(me) else { return Ok(()) };
        let epoch = member.current().epoch;
        let Some(log_key) = signer.log_key(epoch) else { return Ok(()) };
        let mut head = self.head(me);
        let origin = Origin { federation: self.roster.federation(), city: me, epoch };
        let checkpoint = Checkpoint { origin, size: head.frontier.size(), root: head.frontier.root() };
        let signed = SignedCheckpoint::sign(checkpoint, log_key);
        head.checkpoint = Some(signed.encode(&[]));
        self.put_head(me, head, txn);
        let line = if self.lines_wait(now) { None } else { self.cosign(now, &checkpoint, txn, signer)? };
        if line.is_some() {
            self.signing.last_heartbeat = Some(now);
        } else {
            self.to_cosign.insert(me);
        }
        let note = signed.encode(line.as_slice());
        let fresh = std::mem::take(&mut self.fresh);
        self.event(Event::Logged { count: fresh.len() as u64 });
        self.event(Event::HeadChanged { city: me, size: checkpoint.size });
        if self.settings.gossip {
            self.announce(fresh, &checkpoint, &note, txn)?;
        }
        Ok(())
    }

    /// Signs with our cosigner that this is the newest checkpoint of a log that we have seen: one that continues what it signed
    /// last for that log, and never at an earlier time, whatever the clock says now (R76). Where that is in the future by the partners'
    /// clocks it signs nothing, for it would be left out (R92); a rotation opens the way.
    fn cosign(
        &mut self,
        now: Millis,
        checkpoint: &Checkpoint,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<Option<SignatureLine>, ReadFault> {
        let (me, log) = (self.me(), checkpoint.origin.city);
        let Some(epoch) = self.roster.city(me).map(|member| member.current().epoch) else { return Ok(None) };
        let Some(key) = signer.cosigner_key(epoch) else { return Ok(None) };
        // What a retired key of ours said binds that key; the one in force begins anew.
        let last = CosignatureRow::read_in_force(&*txn, &self.roster, log, me)?;
        if last.as_ref().is_some_and(|last| last.epoch == checkpoint.origin.epoch && last.size > checkpoint.size) {
            return Ok(None);
        }
        let last = last.map_or(0, |last| last.time_s);
        let until = Millis(i64::try_from(last).unwrap_or(i64::MAX).saturating_mul(1000));
        let partners = self.clock();
        if partners.partners > 0 && until.0 > partners.by_partners(now).0.saturating_add(CLOCK_TOLERANCE_MS) {
            if self.clocks.told_signed_ahead.replace(epoch) != Some(epoch) {
                self.event(Event::SignedAhead { until });
            }
            return Ok(None);
        }
        let cosigner = Origin { federation: self.roster.federation(), city: me, epoch };
        let cosignature = Cosignature::sign(checkpoint, &cosigner, seconds(now).max(last), key);
        put_cosignature(txn, log, me, &cosignature);
        self.note_changed(log);
        Ok(Some(cosignature.line))
    }

    fn announce(
        &mut self,
        fresh: Vec<FreshLeaf>,
        checkpoint: &Checkpoint,
        note: &[u8],
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        let city = checkpoint.origin.city;
        let mut runs: Vec<(Seq, Vec<Item>, usize)> = Vec::new();
        for FreshLeaf { seq, leaf, body } in fresh {
            let bytes = leaf.len() + body.as_ref().map_or(0, Vec::len) + 16;
            let item = Item { statement: leaf, body };
            match runs.last_mut() {
                Some((_, items, used)) if *used + bytes <= GOSSIP_BYTES - ENVELOPE_BYTES => {
                    items.push(item);
                    *used += bytes;
                }
                _ => runs.push((seq, vec![item], bytes)),
            }
        }
        if runs.is_empty() || runs.len() > MESSAGES_PER_GROUP {
            self.gossip_checkpoint(city, checkpoint.size, note.to_vec());
            return Ok(());
        }
        let tree = LedgerTree { read: txn, city };
        for (from, items, _) in runs {
            let end = Size(from.0 + items.len() as u64);
            let consistency = if end == checkpoint.size {
                Vec::new()
            } else {
                consistency_proof(&tree, end, checkpoint.size).map_err(|_| ReadFault::row(Family::Tree))?
            };
            let segment = Segment { city, records: Vec::new(), from, items, consistency, checkpoint: note.to_vec() };
            self.gossip(&segment);
        }
        Ok(())
    }

    /// A segment without statements: a heartbeat or a witness.
    fn gossip_checkpoint(&mut self, city: CityCode, size: Size, note: Vec<u8>) {
        let segment = Segment {
            city,
            records: Vec::new(),
            from: Seq(size.0),
            items: Vec::new(),
            consistency: Vec::new(),
            checkpoint: note,
        };
        self.gossip(&segment);
    }

    fn gossip(&mut self, segment: &Segment) {
        let bytes = segment.encode();
        // A single statement with a long body may be too long for gossip; partners pull it.
        if bytes.len() <= GOSSIP_BYTES {
            self.effects.push(Effect::Gossip(bytes));
        }
    }

    /// Cosigns the newest checkpoints of other logs, once a tick however many came, and says again that our own log is
    /// fresh (R77).
    pub(crate) fn cosign_heads(
        &mut self,
        now: Millis,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let me = self.me();
        // A store from before may hold less than our cosigner has signed, and partners have not yet been heard.
        if matches!(self.signing.state, SigningState::Closed(_) | SigningState::Asking { .. }) {
            return Ok(());
        }
        // They stay due, and are made as soon as the clock is right.
        if self.lines_wait(now) {
            return Ok(());
        }
        // A heartbeat in the future was made before the clock went back.
        let every = self.settings.heartbeat_every_ms;
        let due = self.signing.last_heartbeat.is_none_or(|last| now.0 - last.0 >= every || last > now);
        if due && self.signing.state == SigningState::Ready && self.head(me).checkpoint.is_some() {
            self.to_cosign.insert(me);
            self.signing.last_heartbeat = Some(now);
        }
        for city in std::mem::take(&mut self.to_cosign) {
            let Some(stored) = self.head(city).checkpoint()? else { continue };
            // What was signed last of a closed epoch may have been cut off, so nothing of it is signed again.
            let current =
                self.roster.city(city).is_some_and(|member| member.current().epoch == stored.checkpoint.origin.epoch);
            if !current {
                continue;
            }
            let Some(line) = self.cosign(now, &stored.checkpoint, txn, signer)? else { continue };
            if self.settings.gossip {
                let note = huxin_protocol::note::Note {
                    text: stored.checkpoint.text(),
                    signatures: vec![stored.log_line, line],
                };
                self.gossip_checkpoint(city, stored.checkpoint.size, note.encode());
            }
        }
        Ok(())
    }
}

/// Stores a cosignature that holds.
pub(crate) fn put_cosignature(txn: &mut Txn<'_>, log: CityCode, cosigner: CityCode, cosignature: &Cosignature) {
    let row = CosignatureRow {
        epoch: cosignature.checkpoint.origin.epoch,
        size: cosignature.checkpoint.size,
        root: cosignature.checkpoint.root,
        time_s: cosignature.time_s,
        line: cosignature.line.clone(),
    };
    txn.put(Family::Cosignature, cosignature_key(log, cosigner), row.encode());
}
