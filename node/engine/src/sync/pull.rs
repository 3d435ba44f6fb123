//! One log pulled from one peer at a time, in windows that overlap with their own admission.
//!
//! A peer's word about how far a log goes is free; only what it serves counts. So whoever else offers more of a log waits
//! in line ([`Pull::others`]) and gets its turn as soon as the pull ends, or stalls, whatever the first peer claims. A
//! peer whose pages do not continue what is held is looked into ([`crate::fork`]) and not pulled from again before it, or
//! we, hold something else.

use super::{Partner, Purpose, Stuck, Sync};
use crate::effect::Event;
use crate::engine::{Engine, Signer};
use crate::input::{Answer, Peer, Road};
use crate::ledger::{ReadFault, Txn};
use crate::room::SLOW_WINDOW;
use crate::signing::SigningState;
use crate::wire::Request;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::segment::{ReadSegment, SegmentFault};
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

/// Windows of one pull on their way at once: one is served, one travels, one is read, one is written.
pub(super) const WINDOWS: usize = 4;
/// Statements asked for in one window. At 1.2 KiB with body it stays below a page.
const WINDOW: u32 = 512;
/// Milliseconds in which a pull has to bring a window's worth of statements while others offer the same log.
const PATIENCE_MS: i64 = 10_000;
/// Milliseconds between two rounds with one partner when another partner gave nothing.
const AGAIN_MS: i64 = 5_000;

/// How often a start waits in vain for an answer of one member that says to hold more of our log.
const IDLE_CLAIMS: u32 = 3;

/// One log being pulled from one peer.
#[derive(Debug)]
pub(super) struct Pull {
    peer: Peer,
    /// Size to reach, as the peer told.
    pub(super) target: Size,
    /// Where the next window begins.
    next: Seq,
    /// Statements of one window: fewer where the peer's pages hold fewer.
    window: u32,
    under_way: usize,
    /// Windows that came before their turn, by their beginning; at most [`WINDOWS`].
    early: BTreeMap<Seq, Box<ReadSegment>>,
    /// Size when these windows were first asked for; a pull that does not move is given up.
    began_at: Size,
    /// Since when this peer has its turn, or last showed a window's worth, and the size then.
    since: (Millis, Size),
    /// Who else offered more than we hold, and how much: at most one offer a connected partner.
    others: BTreeMap<Peer, Size>,
}

impl Pull {
    pub(super) fn early(&self) -> usize {
        self.early.len()
    }
    pub(super) fn offers(&self) -> usize {
        self.others.len()
    }
}

impl Engine {
    /// Begins to pull a log from a peer, or lets the pull under way reach further. A log that is over its quota is asked for a
    /// little at a time; with the next comparison of heads it is offered again.
    pub(crate) fn pull(&mut self, now: Millis, peer: &Peer, city: CityCode, target: Size) {
        if target > self.size(city) && !self.sync.pulls.contains_key(&city) && !self.may_fetch(now, city) {
            return;
        }
        let target = self.within_quota(now, city, target);
        match self.sync.pulls.get_mut(&city) {
            Some(pull) if pull.peer == *peer => pull.target = pull.target.max(target),
            Some(pull) => {
                pull.others.insert(peer.clone(), target);
                return;
            }
            None => self.begin_pull(now, peer, city, target, BTreeMap::new()),
        }
        self.fill(now, city);
    }

    fn begin_pull(&mut self, now: Millis, peer: &Peer, city: CityCode, target: Size, others: BTreeMap<Peer, Size>) {
        let held = self.size(city);
        let window = if self.is_over_quota(now, city) { SLOW_WINDOW } else { WINDOW };
        let pull = Pull {
            peer: peer.clone(),
            target,
            next: Seq(held.0),
            window,
            under_way: 0,
            early: BTreeMap::new(),
            began_at: held,
            since: (now, held),
            others,
        };
        self.sync.pulls.insert(city, pull);
        // Asked even where nothing is lacking: records and cosignatures come with it.
        self.ask_window(city);
    }

    /// Ends the pull of a log. The next in line that offers more than we hold has its turn.
    fn end_pull(&mut self, now: Millis, city: CityCode) {
        let Some(pull) = self.sync.pulls.remove(&city) else { return };
        let held = self.size(city);
        let own = city == self.me();
        let mut others = pull.others;
        others.retain(|peer, target| *target > held && self.sync.partners.contains_key(peer));
        if self.takes_fresh(now, city)
            && let Some((peer, target)) = others.pop_first()
        {
            self.begin_pull(now, &peer, city, target, others);
            self.fill(now, city);
        }
        if own {
            self.own_log_looked_into();
        }
    }

    /// Pulls from a peer that has gone end.
    pub(super) fn end_pulls_of(&mut self, now: Millis, peer: &Peer) {
        let ended: Vec<CityCode> =
            self.sync.pulls.iter().filter(|(_, pull)| pull.peer == *peer).map(|(city, _)| *city).collect();
        for city in ended {
            self.end_pull(now, city);
        }
    }

    /// A peer that brings next to nothing while others wait with the same log gives its place to one of them.
    pub(super) fn pass_slow_pulls(&mut self, now: Millis) {
        let mut slow = Vec::new();
        for (city, pull) in &mut self.sync.pulls {
            let held = self.heads.get(city).map_or(Size(0), |head| head.frontier.size());
            if held.0.saturating_sub(pull.since.1.0) >= u64::from(WINDOW) || now < pull.since.0 {
                pull.since = (now, held);
            } else if !pull.others.is_empty() && now.0 - pull.since.0.0 >= PATIENCE_MS {
                slow.push(*city);
            }
        }
        for city in slow {
            self.end_pull(now, city);
        }
    }

    fn ask_window(&mut self, city: CityCode) {
        let epoch = self.roster.city(city).map_or(Epoch::FIRST, |member| member.current().epoch);
        let Some(pull) = self.sync.pulls.get_mut(&city) else { return };
        let from = pull.next;
        let count = pull.window;
        pull.next = Seq(from.0.saturating_add(u64::from(count)));
        pull.under_way += 1;
        let peer = pull.peer.clone();
        self.ask(&peer, Purpose::Window { city, from }, Request::Segment { city, from, count, epoch });
    }

    fn fill(&mut self, now: Millis, city: CityCode) {
        if !self.takes_fresh(now, city) {
            return;
        }
        let room = |pull: &Pull| pull.under_way + pull.early.len() < WINDOWS && pull.next.0 < pull.target.0;
        while self.sync.pulls.get(&city).is_some_and(room) {
            self.ask_window(city);
        }
    }

    pub(super) fn window(
        &mut self,
        now: Millis,
        peer: &Peer,
        (city, asked_from): (CityCode, Seq),
        answer: Answer,
        txn: &mut Txn<'_>,
        signer: &dyn Signer,
    ) -> Result<(), ReadFault> {
        let held = self.size(city);
        // Without room on the disk what was asked for before is left where it is.
        let answer = if self.rooms.disk.only_endings && city != self.me() {
            Answer::Busy { retry_after_ms: crate::room::RETRY_MS }
        } else {
            answer
        };
        let refused = match &answer {
            Answer::Segment(segment) if segment.city != city => Some("other_city"),
            // A run is asked for at its place; one from elsewhere is no answer. Without leaves it speaks of the checkpoint.
            Answer::Segment(segment) if !segment.leaves.is_empty() && segment.from != asked_from => Some("other_place"),
            Answer::Failed { code } => Some(*code),
            Answer::Segment(_) | Answer::Nothing | Answer::Busy { .. } => None,
            _ => Some("other_answer"),
        };
        if let Some(code) = refused {
            self.event(Event::Refused { road: "sync", code });
        }
        // How far the peer's own checkpoint goes: it serves no more than that, whatever it claimed.
        let mut shown = matches!(answer, Answer::Nothing).then_some(Size(0));
        let mut segment = match answer {
            Answer::Segment(segment) if refused.is_none() => Some(segment),
            Answer::Nothing => None,
            other => {
                if city == self.me() && !matches!(other, Answer::Busy { .. }) {
                    self.claim_unanswered(peer);
                }
                self.give_up(now, peer, city);
                return Ok(());
            }
        };
        if let Some(pull) = self.sync.pulls.get_mut(&city).filter(|pull| pull.peer == *peer) {
            pull.under_way = pull.under_way.saturating_sub(1);
            if let Some(early) = segment.take_if(|segment| segment.from.0 > held.0 && pull.under_way > 0) {
                pull.early.insert(early.from, early);
            }
        }
        let road = Road::Sync { from: peer.clone() };
        while let Some(next) = segment.take() {
            let count = next.leaves.len() as u32;
            let checkpoint = next.checkpoint.checkpoint;
            let told = checkpoint.size;
            match self.admit(now, &road, *next, txn, signer)? {
                Ok(_) => shown = shown.max(Some(told)),
                // A window before this one was cut short by the page limit; it is asked for again below.
                Err(SegmentFault::Gap) => shown = shown.max(Some(told)),
                Err(fault) => {
                    self.refused(&road, city, fault);
                    if matches!(fault, SegmentFault::Proof | SegmentFault::Border) {
                        self.suspect_pages(peer, checkpoint, fault);
                    } else {
                        self.stuck_with(peer, city);
                    }
                    self.give_up(now, peer, city);
                    return Ok(());
                }
            }
            let held = self.size(city);
            let at_border = self.roster.city(city).is_some_and(|member| member.is_border(held));
            let Some(pull) = self.sync.pulls.get_mut(&city).filter(|pull| pull.peer == *peer) else { return Ok(()) };
            if count > 0 && count < pull.window && held < pull.target && !at_border {
                // The peer's page ended. Windows of this length come whole.
                pull.window = count;
            }
            segment = pull.early.remove(&Seq(held.0));
        }
        let held = self.size(city);
        let Some(pull) = self.sync.pulls.get_mut(&city).filter(|pull| pull.peer == *peer) else { return Ok(()) };
        if let Some(shown) = shown {
            pull.target = pull.target.min(shown.max(held));
        }
        if city == self.settings.city && pull.target <= held {
            // Whatever else this peer leaves unanswered: it has shown that it holds no more of our own log.
            self.end_pull(now, city);
            return Ok(());
        }
        if pull.under_way == 0 && !self.takes_fresh(now, city) {
            // A window of a log that is over its quota. The next one has to wait, whoever offers it.
            self.sync.pulls.remove(&city);
            return Ok(());
        }
        let Some(pull) = self.sync.pulls.get_mut(&city) else { return Ok(()) };
        if pull.under_way == 0 {
            // All windows are in. A peer that told of more than it gives is left until its next round.
            if held >= pull.target || held == pull.began_at {
                self.end_pull(now, city);
                return Ok(());
            }
            pull.began_at = held;
            pull.next = Seq(held.0);
            pull.early.clear();
        }
        self.fill(now, city);
        Ok(())
    }

    /// A partner was asked for our own log, of which it says to hold more, and did not answer: a start waits so often and no more.
    fn claim_unanswered(&mut self, peer: &Peer) {
        let asking = matches!(self.signing.state, SigningState::Asking { .. });
        if let Some(partner) = self.sync.partners.get(peer).filter(|_| asking) {
            *self.sync.idle_claims.entry(partner.city).or_default() += 1;
        }
    }

    /// This peer gives nothing more of this log for now. The next in line has its turn; where nobody is, the others are
    /// asked soon how far they are.
    fn give_up(&mut self, now: Millis, peer: &Peer, city: CityCode) {
        // Whatever it holds of this log was not shown.
        if let Some(partner) = self.sync.partners.get_mut(peer) {
            partner.lines.remove(&city);
        }
        if self.sync.pulls.get(&city).is_none_or(|pull| pull.peer != *peer) {
            return;
        }
        self.end_pull(now, city);
        // Once in the time of a round: or two peers that give nothing in turn would have everybody asked without pause.
        let every = self.settings.sync_every_ms;
        let lately = self.sync.hastened.is_some_and(|last| last <= now && now.0 - last.0 < every);
        if !self.sync.pulls.contains_key(&city) && !lately {
            self.sync.hastened = Some(now);
            for (other, partner) in &mut self.sync.partners {
                if other != peer {
                    partner.next_round = partner.next_round.min(Millis(now.0.max(partner.last_round.0 + AGAIN_MS)));
                }
            }
        }
    }

    /// What this peer serves of a log does not continue what is held, or stands under another key.
    pub(crate) fn stuck_with(&mut self, peer: &Peer, city: CityCode) {
        let ours = self.place_of(city);
        if let Some(partner) = self.sync.partners.get_mut(peer)
            && let Some(theirs) = partner.told.get(&city).copied()
        {
            partner.stuck.insert(city, Stuck { theirs, ours });
        }
    }

    /// Whether that is so could not be found out.
    pub(crate) fn not_stuck_with(&mut self, peer: &Peer, city: CityCode) {
        if let Some(partner) = self.sync.partners.get_mut(peer) {
            partner.stuck.remove(&city);
        }
    }
}

impl Sync {
    /// Whether somebody who said to hold more of our own log may still show it. Whoever has not answered time and again is
    /// asked like anybody else, and nothing waits for it.
    pub(super) fn waits_for_log_of(&self, me: CityCode) -> bool {
        let idle = |partner: &Partner| self.idle_claims.get(&partner.city).copied().unwrap_or_default();
        let patient = |peer: &Peer| self.partners.get(peer).is_some_and(|partner| idle(partner) < IDLE_CLAIMS);
        self.pulls.get(&me).is_some_and(|pull| patient(&pull.peer) || pull.others.keys().any(patient))
    }

    /// Whether a log is being pulled from just this peer.
    pub(super) fn pulls_from(&self, peer: &Peer, city: CityCode) -> bool {
        self.pulls.get(&city).is_some_and(|pull| pull.peer == *peer)
    }

    /// Whether a log is being pulled.
    pub(super) fn pulls_log_of(&self, city: CityCode) -> bool {
        self.pulls.contains_key(&city)
    }
}
