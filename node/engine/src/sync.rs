//! Anti-entropy: on connect, every half minute and on a gap, nodes compare how far they hold each log and pull what they
//! lack ([`pull`]), bodies that no road carried ([`bodies`]), and evidence ([`crate::fork`]).
//!
//! What a partner tells of a log is a claim until it serves what is signed: it decides what is asked for and never what
//! is believed (R165).

mod bodies;
mod compare;
mod pull;

use crate::effect::{Effect, Event};
use crate::engine::{Engine, Signer};
use crate::fork::Inquiry;
use crate::input::{Answer, Asked, Peer};
use crate::ledger::{ReadFault, Txn};
use crate::signing::{ClosedReason, SigningState};
use crate::wire::Request;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Seq, Size};
use huxin_protocol::time::Millis;
use pull::Pull;
use std::collections::{BTreeMap, BTreeSet};

/// What a request was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Heads,
    Window {
        city: CityCode,
        from: Seq,
    },
    Bodies,
    History {
        city: CityCode,
        size: Size,
    },
    Evidence {
        city: CityCode,
    },
    /// Asked when our own clock said this.
    Time {
        sent: Millis,
    },
}

#[derive(Debug)]
struct Partner {
    city: CityCode,
    next_round: Millis,
    last_round: Millis,
    /// When its clock is asked for next.
    next_time: Millis,
    asked: BTreeMap<Asked, Purpose>,
    /// Of logs that we pulled after its last answer: how far it said to hold them.
    told: BTreeMap<CityCode, (Size, TreeHash)>,
    /// Logs whose pages from this peer did not continue ours.
    stuck: BTreeMap<CityCode, Stuck>,
    /// Logs that we asked it for because it holds other cosignatures of them: which ones, and when.
    lines: BTreeMap<CityCode, Lines>,
}

/// Two histories that do not fit: not asked for again while both sides hold just this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stuck {
    theirs: (Size, TreeHash),
    ours: (Size, Digest),
}

/// The cosignatures of a quiet log that a partner holds, and those that we hold, when we asked for them. Whatever did not come then
/// was left out (R92): it is ahead of our clock, or of a key that is over, or does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lines {
    theirs: Digest,
    ours: Digest,
    asked_at: Millis,
}

/// Milliseconds before the same cosignatures are asked for again of a partner that did not have them for us: many rounds, and soon
/// enough for those that only were a little ahead.
const LINES_AGAIN_MS: i64 = 600_000;

/// Something that is held in memory, how much of it, and how much at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub name: &'static str,
    pub held: usize,
    pub limit: usize,
}

pub(crate) struct Sync {
    partners: BTreeMap<Peer, Partner>,
    /// By city; at most one a member.
    pulls: BTreeMap<CityCode, Pull>,
    /// Forks being looked into, by city; at most one a member.
    pub(crate) inquiries: BTreeMap<CityCode, Inquiry>,
    next_asked: u64,
    /// When all partners were last asked before their time, because one gave nothing.
    hastened: Option<Millis>,
    bodies: bodies::Search,
    /// How often a member that says to hold more of our own log did not answer when asked for it, while the start waits.
    idle_claims: BTreeMap<CityCode, u32>,
}

impl Sync {
    pub(crate) const fn new() -> Self {
        Self {
            partners: BTreeMap::new(),
            pulls: BTreeMap::new(),
            inquiries: BTreeMap::new(),
            next_asked: 0,
            hastened: None,
            bodies: bodies::Search::new(),
            idle_claims: BTreeMap::new(),
        }
    }
    pub(crate) fn knows(&self, peer: &Peer) -> bool {
        self.partners.contains_key(peer)
    }
    pub(crate) fn peers(&self) -> Vec<Peer> {
        self.partners.keys().cloned().collect()
    }
    /// What was left out before may count now: this node's clock was set.
    pub(crate) fn forget_lines(&mut self) {
        self.partners.values_mut().for_each(|partner| partner.lines.clear());
    }
    /// Questions to a peer whose answers are of no use any more.
    pub(crate) fn drop_questions(&mut self, peer: &Peer, useless: impl Fn(&Purpose) -> bool) {
        if let Some(partner) = self.partners.get_mut(peer) {
            partner.asked.retain(|_, purpose| !useless(purpose));
        }
    }
    /// Whether one of these peers was asked for its time and has not answered.
    pub(crate) fn waits_for_time(&self, of: impl Fn(&Peer) -> bool) -> bool {
        let waits = |partner: &Partner| partner.asked.values().any(|purpose| matches!(purpose, Purpose::Time { .. }));
        self.partners.iter().any(|(peer, partner)| of(peer) && waits(partner))
    }
}

impl Engine {
    pub(crate) fn connected(
        &mut self,
        now: Millis,
        peer: Peer,
        city: CityCode,
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        let partner = Partner {
            city,
            next_round: now,
            last_round: now,
            next_time: now,
            asked: BTreeMap::new(),
            told: BTreeMap::new(),
            stuck: BTreeMap::new(),
            lines: BTreeMap::new(),
        };
        self.sync.partners.insert(peer, partner);
        self.compare_clocks(now);
        self.rounds(now, txn)
    }

    pub(crate) fn disconnected(&mut self, now: Millis, peer: &Peer) {
        self.sync.partners.remove(peer);
        self.sync.inquiries.retain(|_, inquiry| inquiry.peer != *peer);
        self.end_pulls_of(now, peer);
    }

    pub(crate) fn tick(&mut self, now: Millis, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<(), ReadFault> {
        self.end_hold(now);
        self.tell_over_quota(now);
        self.compare_clocks(now);
        self.cosign_heads(now, txn, signer)?;
        self.pass_slow_pulls(now);
        self.look_for_bodies(now, txn)?;
        self.rounds(now, txn)
    }

    /// Asks every partner whose turn it is for its time, also where pulling is switched off.
    fn compare_clocks(&mut self, now: Millis) {
        let every = self.settings.sync_every_ms;
        let mut due = Vec::new();
        for (peer, partner) in &mut self.sync.partners {
            if partner.next_time <= now || partner.next_time.0 > now.0 + every {
                partner.next_time = Millis(now.0 + every);
                due.push(peer.clone());
            }
        }
        for peer in due {
            self.ask_time(now, &peer);
        }
    }

    /// Asks every partner whose round is due.
    fn rounds(&mut self, now: Millis, txn: &Txn<'_>) -> Result<(), ReadFault> {
        // Signing waits for partners' answers even where pulling is switched off.
        let asking = matches!(self.signing.state, SigningState::Asking { .. });
        if !self.settings.anti_entropy && !asking {
            return Ok(());
        }
        let every = self.settings.sync_every_ms;
        let due: Vec<Peer> = self
            .sync
            .partners
            .iter()
            // A round that lies further ahead than rounds are apart was set before the clock went back.
            .filter(|(_, partner)| partner.next_round <= now || partner.next_round.0 > now.0 + every)
            .filter(|(_, partner)| !partner.asked.values().any(|purpose| matches!(purpose, Purpose::Heads)))
            .map(|(peer, _)| peer.clone())
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let digest = self.renew_heads(txn)?.digest();
        for peer in due {
            if let Some(partner) = self.sync.partners.get_mut(&peer) {
                partner.next_round = Millis(now.0 + every);
                partner.last_round = now;
            }
            self.ask(&peer, Purpose::Heads, Request::Heads { digest });
        }
        Ok(())
    }

    pub(crate) fn ask(&mut self, peer: &Peer, purpose: Purpose, request: Request) {
        let Some(partner) = self.sync.partners.get_mut(peer) else { return };
        let asked = Asked(self.sync.next_asked);
        self.sync.next_asked += 1;
        partner.asked.insert(asked, purpose);
        self.effects.push(Effect::Ask { peer: peer.clone(), asked, request });
    }

    /// Whether such a question to a peer is still open.
    fn waits_for(&self, peer: &Peer, what: impl Fn(&Purpose) -> bool) -> bool {
        self.sync.partners.get(peer).is_some_and(|partner| partner.asked.values().any(what))
    }

    pub(crate) fn answered(
        &mut self,
        now: Millis,
        peer: &Peer,
        asked: Asked,
        answer: Answer,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let Some(partner) = self.sync.partners.get_mut(peer) else { return Ok(()) };
        let city = partner.city;
        // An answer that was not asked for, or comes twice, is nothing to us.
        let Some(purpose) = partner.asked.remove(&asked) else { return Ok(()) };
        if let Answer::Busy { retry_after_ms } = &answer {
            partner.next_round = partner.next_round.min(Millis(now.0 + i64::from(*retry_after_ms)));
        }
        let about_time = matches!(purpose, Purpose::Time { .. });
        match (purpose, answer) {
            (Purpose::Heads, Answer::Same) => {
                self.told_over_quota(city, false);
                self.confirm(city);
            }
            (Purpose::Heads, Answer::Heads(told)) => self.compare(now, peer, city, &told, txn)?,
            (Purpose::Window { city, from }, answer) => self.window(now, peer, (city, from), answer, txn, signer)?,
            (Purpose::Bodies, Answer::Bodies(bodies)) => self.bodies(bodies, txn)?,
            (Purpose::History { city, size }, answer) => self.history(now, peer, (city, size), answer, txn)?,
            (Purpose::Evidence { city }, Answer::Evidence(objects)) => {
                self.evidence_told(peer, city, objects, txn, signer)?;
            }
            (Purpose::Time { sent }, Answer::Time(theirs)) => self.time_told(now, city, sent, theirs),
            (Purpose::Bodies | Purpose::Evidence { .. }, Answer::Nothing) | (_, Answer::Busy { .. }) => {}
            (_, Answer::Failed { code }) => self.event(Event::Refused { road: "sync", code }),
            _ => self.event(Event::Refused { road: "sync", code: "other_answer" }),
        }
        if about_time {
            self.own_log_looked_into();
        }
        Ok(())
    }

    /// A partner holds nothing of our log that we do not hold.
    fn confirm(&mut self, partner: CityCode) {
        self.signing.confirmed.insert(partner);
        self.own_log_looked_into();
    }

    /// Signing waits while somebody says to hold more of our own log and has not yet shown it, and while somebody who was heard has not
    /// yet said what time it is.
    pub(crate) fn own_log_looked_into(&mut self) {
        let SigningState::Asking { needed, .. } = self.signing.state else { return };
        let heard = self.signing.confirmed.len();
        let timeless = |peer: &Peer| {
            self.sync.partners.get(peer).is_some_and(|partner| self.signing.confirmed.contains(&partner.city))
        };
        let open = self.sync.waits_for_log_of(self.me())
            || self.sync.inquiries.contains_key(&self.me())
            || self.sync.waits_for_time(timeless);
        let state = if heard >= needed && !open { SigningState::Ready } else { SigningState::Asking { heard, needed } };
        if state == SigningState::Ready {
            self.sync.idle_claims.clear();
            self.announce_own_epoch();
        }
        self.set_signing(state);
    }

    /// Whether this node knows that it holds all of its own log: it signs, or partners have said since the start that they hold
    /// nothing more of it, and what somebody said to hold more has been fetched. Until then an own ending may be missing (R144).
    #[must_use]
    pub fn own_log_known(&self) -> bool {
        let me = self.me();
        let needed = self.settings.partners_before_signing;
        let needed = match self.signing.state {
            SigningState::Ready => return true,
            SigningState::Closed(ClosedReason::HeardOther) => return false,
            SigningState::Closed(ClosedReason::HeardFurther(size)) if self.size(me) < size => return false,
            // A store that is not the one of the last signature lacks something until somebody says otherwise.
            SigningState::Closed(ClosedReason::NotContinued) => needed.max(1),
            _ => needed,
        };
        let open = self.sync.waits_for_log_of(me) || self.sync.inquiries.contains_key(&me);
        let confirmed = &self.signing.confirmed;
        confirmed.len() >= needed && self.connected_cities().is_subset(confirmed) && !open
    }

    /// How far a log is held here: changes whenever a peer's pages may fit that did not fit before.
    pub(crate) fn place_of(&self, city: CityCode) -> (Size, Digest) {
        (self.size(city), self.roster.city(city).map_or(Digest([0; 32]), |member| member.last_record()))
    }

    /// Something of this city came before its turn: pull what lies between, now.
    pub(crate) fn want(
        &mut self,
        now: Millis,
        peer: &Peer,
        city: CityCode,
        target: Size,
        txn: &Txn<'_>,
    ) -> Result<(), ReadFault> {
        if !self.settings.anti_entropy {
            return Ok(());
        }
        if self.sync.knows(peer) {
            self.pull(now, peer, city, target);
            return Ok(());
        }
        // The message was forwarded by somebody who has gone since; any other partner may have it too.
        for partner in self.sync.partners.values_mut() {
            partner.next_round = now;
        }
        self.rounds(now, txn)
    }

    /// Cities whose logs are being pulled, with how many statements are still missing: for metrics.
    #[must_use]
    pub fn missing(&self) -> BTreeMap<CityCode, u64> {
        self.sync.pulls.iter().map(|(city, pull)| (*city, pull.target.0.saturating_sub(self.size(*city).0))).collect()
    }

    /// What is held in memory for partners, against its limit: for a judge of bounds.
    #[must_use]
    pub fn bounds(&self) -> Vec<Bound> {
        let members = self.heads.len();
        let most = |counts: &mut dyn Iterator<Item = usize>| counts.max().unwrap_or(0);
        let sync = &self.sync;
        vec![
            Bound { name: "pulls", held: sync.pulls.len(), limit: members },
            Bound { name: "inquiries", held: sync.inquiries.len(), limit: members },
            Bound {
                name: "early windows",
                held: most(&mut sync.pulls.values().map(Pull::early)),
                limit: pull::WINDOWS,
            },
            Bound {
                name: "offers of one log",
                held: most(&mut sync.pulls.values().map(Pull::offers)),
                limit: sync.partners.len(),
            },
            Bound {
                name: "questions to one partner",
                held: most(&mut sync.partners.values().map(|partner| partner.asked.len())),
                // Windows, history and evidence of each log; heads, bodies and time.
                limit: members * (pull::WINDOWS + 2) + 3,
            },
            Bound { name: "searches for bodies", held: sync.bodies.places(), limit: members },
            Bound { name: "clocks", held: self.clocks.compared(), limit: members },
            Bound { name: "idle claims", held: sync.idle_claims.len(), limit: members },
            Bound {
                name: "logs that do not fit",
                held: most(
                    &mut sync
                        .partners
                        .values()
                        .map(|partner| partner.stuck.len().max(partner.told.len()).max(partner.lines.len())),
                ),
                limit: members,
            },
        ]
    }

    /// Member cities with a connection.
    #[must_use]
    pub fn connected_cities(&self) -> BTreeSet<CityCode> {
        self.sync.partners.values().map(|partner| partner.city).collect()
    }
}
