//! Heads compared: what a partner says of each log, beside what is held here. Its word decides what is asked for and never what is
//! believed (R165).

use super::{LINES_AGAIN_MS, Lines, Purpose, Stuck};
use crate::engine::Engine;
use crate::input::Peer;
use crate::ledger::{LedgerTree, ReadFault, Txn};
use crate::wire::{HeadSummary, Request};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::root_at;
use std::collections::BTreeSet;

impl Engine {
    /// Holds what a partner told of heads against what is held here, and asks for what that calls for.
    pub(super) fn compare(
        &mut self,
        now: Millis,
        peer: &Peer,
        partner: CityCode,
        told: &[HeadSummary],
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        let ours = self.renew_heads(txn)?;
        if let Some(partner) = self.sync.partners.get_mut(peer) {
            partner.told.clear();
        }
        let own_told = told.iter().find(|head| head.city == self.me());
        self.told_over_quota(partner, own_told.is_some_and(|head| head.over_quota));
        let mut own_is_fine = true;
        let mut named = BTreeSet::new();
        for theirs in told {
            let city = theirs.city;
            // Each log once: an answer is no way to have a hundred questions asked.
            if !named.insert(city) {
                continue;
            }
            let Some(held) = ours.get(city) else { continue };
            let accuses = theirs.evidence != held.evidence && theirs.evidence != Digest([0; 32]);
            if accuses && !self.waits_for(peer, |purpose| *purpose == Purpose::Evidence { city }) {
                self.ask(peer, Purpose::Evidence { city }, Request::Evidence { city });
            }
            let own = city == self.me();
            let differs = self.differs(theirs, held, txn)?;
            let more = theirs.proved > held.size || (own && theirs.size > held.size);
            let newer_record = !self.knows_epoch(city, theirs.epoch);
            if own && (differs || newer_record || (more && !self.is_behind_our_record(theirs))) {
                own_is_fine = false;
            }
            if !self.settings.anti_entropy && !own {
                continue;
            }
            let other_witnesses = theirs.proved == held.size
                && theirs.witnesses != held.witnesses
                && !self.has_no_lines_for_us(now, peer, theirs, held);
            if (more || newer_record || other_witnesses || differs) && !self.is_stuck(peer, theirs) {
                if let Some(partner) = self.sync.partners.get_mut(peer) {
                    partner.told.insert(city, (theirs.proved, theirs.root));
                }
                self.pull(now, peer, city, theirs.proved);
                if other_witnesses {
                    self.lines_asked(now, peer, theirs, held);
                }
            } else if self.may_hold_a_rival_record(theirs) && !self.sync.pulls_log_of(city) {
                // All its key records, and no statements.
                let from = Seq(held.size.0);
                let request = Request::Segment { city, from, count: 0, epoch: Epoch::FIRST };
                self.ask(peer, Purpose::Window { city, from }, request);
            }
        }
        if own_is_fine {
            self.confirm(partner);
        }
        Ok(())
    }

    /// Whether this partner was asked lately for the cosignatures by which it differs from us, and both still hold the same: what it
    /// has was left out.
    fn has_no_lines_for_us(&self, now: Millis, peer: &Peer, theirs: &HeadSummary, held: &HeadSummary) -> bool {
        let asked = self.sync.partners.get(peer).and_then(|partner| partner.lines.get(&theirs.city));
        asked.is_some_and(|asked| {
            (asked.theirs, asked.ours) == (theirs.witnesses, held.witnesses)
                && (0..LINES_AGAIN_MS).contains(&(now.0 - asked.asked_at.0))
        })
    }

    /// Notes it, where the question went to this partner and not into the line behind another.
    fn lines_asked(&mut self, now: Millis, peer: &Peer, theirs: &HeadSummary, held: &HeadSummary) {
        if self.sync.pulls_from(peer, theirs.city)
            && let Some(partner) = self.sync.partners.get_mut(peer)
        {
            let lines = Lines { theirs: theirs.witnesses, ours: held.witnesses, asked_at: now };
            partner.lines.insert(theirs.city, lines);
        }
    }

    /// Whether a partner that knows the same records holds another history of what we hold too, which no evidence here
    /// shows yet.
    fn differs(&self, theirs: &HeadSummary, held: &HeadSummary, txn: &Txn<'_>) -> Result<bool, ReadFault> {
        let comparable = theirs.size.0 > 0 && theirs.size <= held.size && theirs.record == held.record;
        if !comparable || theirs.root == held.root {
            return Ok(false);
        }
        let tree = LedgerTree { read: txn, city: theirs.city };
        let root = root_at(&tree, theirs.size).map_err(|_| ReadFault::row(crate::ledger::Family::Tree))?;
        Ok(root != theirs.root && !self.is_accused(theirs.city, txn)?)
    }

    /// Whether a partner has not heard of our newest key record: what it holds beyond the place where that record closed
    /// its epoch was abandoned, and is nothing that we lack.
    fn is_behind_our_record(&self, theirs: &HeadSummary) -> bool {
        self.roster.city(theirs.city).is_some_and(|member| member.closed_at(theirs.epoch).is_some())
    }

    /// Whether a partner's last key record of a log is none of ours, though of an epoch that we know: its root signed twice
    /// (R89), and one of us has heard the one and one the other. Once both are known there is nothing more to ask.
    fn may_hold_a_rival_record(&self, theirs: &HeadSummary) -> bool {
        self.roster.city(theirs.city).is_some_and(|member| {
            let known = member.epochs.iter().any(|keys| keys.record == theirs.record);
            !known && theirs.epoch <= member.current().epoch && member.frozen.is_none()
        })
    }

    fn is_stuck(&self, peer: &Peer, theirs: &HeadSummary) -> bool {
        let now = Stuck { theirs: (theirs.proved, theirs.root), ours: self.place_of(theirs.city) };
        self.sync.partners.get(peer).is_some_and(|partner| partner.stuck.get(&theirs.city) == Some(&now))
    }
}
