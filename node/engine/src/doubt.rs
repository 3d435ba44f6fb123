//! What a partner says about our own log, before it has proved it.
//!
//! A node that was restored from a backup hears from its partners that its log went on, and must not sign then. But what
//! partners compare are bare numbers and digests, and one member whose node lies about them must not silence a city for good.
//! So a claim alone only halts signing, and the partner is asked for what proves it: a checkpoint under our own key, or our own
//! key record. If that comes, the door closes signing as it does for everything that is proved. If it does not come in time,
//! signing goes on, the peer is blamed, and that city's claims about our log count no more until the next start.
//!
//! The time is long enough for a partner that is itself still fetching the log of which it tells.

use crate::effect::{Effect, Event};
use crate::engine::{Engine, Signer};
use crate::input::{Answer, Peer, Road};
use crate::ledger::{ReadFault, Txn};
use crate::signing::SigningState;
use crate::sync::Purpose;
use crate::wire::Request;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::roster::CityRoster;
use huxin_protocol::time::Millis;
use std::collections::{BTreeMap, BTreeSet};

/// How long a claim halts signing without a proof.
const PATIENCE_MS: i64 = 120_000;
/// Time between two questions for the proof.
const ASK_EVERY_MS: i64 = 5_000;
/// Statements asked for with it: the first page of what we would lack.
const COUNT: u32 = 512;

/// One city's claim.
#[derive(Debug)]
struct Doubt {
    peer: Peer,
    until: Millis,
    ask_at: Millis,
}

/// Claims about our own log, by the city that makes them.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    open: BTreeMap<CityCode, Doubt>,
    /// Cities that did not prove what they claimed.
    disbelieved: BTreeSet<CityCode>,
}

impl Doubts {
    pub(crate) fn any(&self) -> bool {
        !self.open.is_empty()
    }

    /// Signing was closed for a reason that is proved; no claim matters any more.
    pub(crate) fn clear(&mut self) {
        self.open.clear();
    }
}

impl Engine {
    /// A partner claims that our log goes further, or otherwise, than we hold it.
    pub(crate) fn doubt(&mut self, now: Millis, peer: &Peer, partner: CityCode) {
        if self.doubts.disbelieved.contains(&partner) || matches!(self.signing.state, SigningState::Closed(_)) {
            return;
        }
        let fresh = Doubt { peer: peer.clone(), until: Millis(now.0 + PATIENCE_MS), ask_at: now };
        let doubt = self.doubts.open.entry(partner).or_insert(fresh);
        // It may have come back on another connection.
        doubt.peer = peer.clone();
        if self.signing.state == SigningState::Ready {
            self.set_signing(SigningState::Doubted);
        }
        self.ask_for_proofs(now);
    }

    /// What this partner holds of our log is a part of ours after all.
    pub(crate) fn no_doubt(&mut self, partner: CityCode) {
        if self.doubts.open.remove(&partner).is_some() {
            self.end_doubt();
        }
    }

    fn ask_for_proofs(&mut self, now: Millis) {
        let me = self.me();
        let epoch = self.roster.city(me).map_or(Epoch::FIRST, |member: &CityRoster| member.current().epoch);
        let request = Request::Segment { city: me, from: Seq(self.size(me).0), count: COUNT, epoch };
        let mut due = Vec::new();
        for doubt in self.doubts.open.values_mut().filter(|doubt| doubt.ask_at <= now) {
            doubt.ask_at = Millis(now.0 + ASK_EVERY_MS);
            due.push(doubt.peer.clone());
        }
        for peer in due {
            self.ask(&peer, Purpose::Proof, request.clone());
        }
    }

    /// An answer to the question for a proof. If it is one, the door closes signing.
    pub(crate) fn proof(
        &mut self,
        peer: &Peer,
        answer: Answer,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let road = Road::Sync { from: peer.clone() };
        match answer {
            Answer::Segment(segment) if segment.city == self.me() => {
                if let Err(fault) = self.admit(&road, *segment, txn, signer)? {
                    self.refused(&road, fault);
                }
            }
            Answer::Failed { code } => self.event(Event::Refused { road: "sync", code }),
            Answer::Segment(_) | Answer::Heads(_) | Answer::Bodies(_) | Answer::Same => {
                self.event(Event::Refused { road: "sync", code: "other_answer" });
            }
            Answer::Nothing | Answer::Busy { .. } => {}
        }
        Ok(())
    }

    /// Asks again for what is still to be proved, and gives up what was not proved in time.
    pub(crate) fn end_doubts(&mut self, now: Millis) {
        let late: Vec<CityCode> =
            self.doubts.open.iter().filter(|(_, doubt)| doubt.until <= now).map(|(city, _)| *city).collect();
        for city in late {
            if let Some(doubt) = self.doubts.open.remove(&city) {
                self.doubts.disbelieved.insert(city);
                self.event(Event::Refused { road: "sync", code: "own_log_unproved" });
                self.effects.push(Effect::Blame { peer: doubt.peer, code: "own_log_unproved" });
                self.end_doubt();
            }
        }
        self.ask_for_proofs(now);
    }

    fn end_doubt(&mut self) {
        if self.signing.state == SigningState::Doubted {
            // Halted again at once where another claim is open.
            self.set_signing(SigningState::Ready);
        }
    }
}
