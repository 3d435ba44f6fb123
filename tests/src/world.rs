//! A simulated federation: the production engine over a fake disk, network and clock. One thread, one seed, one queue
//! ordered by (time, number); two runs of one seed are the same run.
//!
//! The world delivers what engines send, delays, loses, doubles and cuts as it is told, kills nodes with and without their
//! last write, and restores old disks. It judges nothing: tests ask it what every node holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a fault of the test itself ends it")]

mod chance;
mod city;
mod founding;
mod traffic;

pub use chance::Chance;
pub use city::{City, Crash};
pub use founding::{Secrets, TestKey, at, draft, entry_body, found, ground_of, subject};
pub use traffic::{Liar, Line};

use huxin_engine::input::{Answer, Draft, Input, Peer, Road, Ticket};
use huxin_engine::{Effect, Outcome, Refusal};
use huxin_protocol::digest::Digest;
use huxin_protocol::fold::{Viewpoint, rule};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{CityCode, Size, StatementId};
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::Ruling;
use huxin_protocol::segment::Segment;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;
use traffic::Delivery;

/// Milliseconds between ticks of a node.
const TICK_MS: i64 = 1000;

/// Milliseconds after which the real road gives an unanswered request up.
const REQUEST_TIMEOUT_MS: i64 = 30_000;

pub struct World {
    pub now: Millis,
    pub genesis: Genesis,
    /// By their names on the network: a city's code, or a twin's other name.
    pub cities: BTreeMap<CityCode, City>,
    /// What the network does to messages.
    pub line: Line,
    /// Cities that answer questions otherwise than they should.
    pub liars: BTreeMap<CityCode, Liar>,
    pub chance: Chance,
    queue: BTreeMap<(Millis, u64), Delivery>,
    sent: u64,
    tickets: u64,
    replies: BTreeMap<Ticket, Result<Outcome, Refusal>>,
}

impl World {
    /// `count` cities `c01`, `c02`, …, all connected, none started.
    #[must_use]
    pub fn new(count: usize, seed: u64) -> Self {
        let (genesis, secrets) = found(count);
        // The first second of 2026 in UTC.
        let now = Millis(1_767_225_600_000);
        let cities = secrets.into_iter().map(|(code, secrets)| (code, City::new(code, secrets, &genesis))).collect();
        Self {
            now,
            genesis,
            cities,
            line: Line::default(),
            liars: BTreeMap::new(),
            chance: Chance::new(seed),
            queue: BTreeMap::new(),
            sent: 0,
            tickets: 0,
            replies: BTreeMap::new(),
        }
    }

    /// A second machine with the keys of `code`, under another name on the network; not started.
    pub fn add_twin(&mut self, code: CityCode, name: CityCode) {
        let secrets = self.cities[&code].secrets.clone();
        self.cities.insert(name, City::new(code, secrets, &self.genesis));
    }

    /// A world whose cities have all started and compared their empty logs.
    #[must_use]
    pub fn started(count: usize, seed: u64) -> Self {
        let mut world = Self::new(count, seed);
        for code in world.codes() {
            world.start(code);
        }
        world.run_for(3_000);
        world
    }

    #[must_use]
    pub fn codes(&self) -> Vec<CityCode> {
        self.cities.keys().copied().collect()
    }
    #[must_use]
    pub fn city(&self, code: CityCode) -> &City {
        &self.cities[&code]
    }

    /// Starts a node on what its disk holds, and connects it to all that run.
    pub fn start(&mut self, code: CityCode) {
        let now = self.now;
        if self.cities.get(&code).is_none_or(City::runs) {
            return;
        }
        if let Some(city) = self.cities.get_mut(&code) {
            city.start(now);
        }
        for other in self.codes() {
            if other != code && self.cities[&other].runs() {
                let (mine, theirs) = (self.cities[&code].code, self.cities[&other].code);
                self.give(code, Input::Connected { peer: peer_of(other), city: theirs });
                self.give(other, Input::Connected { peer: peer_of(code), city: mine });
            }
        }
        self.send(now, Delivery::Tick { to: code });
    }

    /// Kills a node. Partners see the connection go.
    pub fn kill(&mut self, code: CityCode) {
        if let Some(city) = self.cities.get_mut(&code) {
            city.stop();
        }
        for other in self.codes() {
            if other != code && self.cities[&other].runs() {
                self.give(other, Input::Disconnected { peer: peer_of(code) });
            }
        }
        self.queue.retain(|_, delivery| delivery.to() != code);
    }

    /// One input as a group of its own: handled, sealed, committed, and its effects on their way.
    pub fn give(&mut self, to: CityCode, input: Input) {
        self.give_group(to, vec![input]);
    }

    /// Several inputs as one group commit.
    pub fn give_group(&mut self, to: CityCode, inputs: Vec<Input>) {
        let now = self.now;
        let Some(city) = self.cities.get_mut(&to) else { return };
        match city.step(now, inputs) {
            Ok(effects) => self.perform(to, effects),
            Err(Crash) => self.kill(to),
        }
    }

    fn perform(&mut self, from: CityCode, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Reply { ticket, outcome } => {
                    self.replies.insert(ticket, outcome);
                }
                Effect::Gossip(bytes) => {
                    for to in self.codes() {
                        if to != from {
                            self.send_over(from, to, |delay| {
                                (delay, Delivery::Gossip { from, to, bytes: bytes.clone() })
                            });
                        }
                    }
                }
                Effect::Ask { peer, asked, request } => {
                    if let Some(to) = city_of(&peer) {
                        self.send_over(from, to, |delay| {
                            (delay, Delivery::Asked { from, to, asked, request: request.clone() })
                        });
                        // The engine takes the first answer; this one comes when the real road gives up.
                        let answer = Answer::Failed { code: "timeout" };
                        let timeout = Delivery::Answered { from: to, to: from, asked, answer };
                        self.send(Millis(self.now.0 + REQUEST_TIMEOUT_MS), timeout);
                    }
                }
                Effect::Blame { .. } => {}
                Effect::Event(event) => {
                    if let Some(city) = self.cities.get_mut(&from) {
                        city.events.push(event);
                    }
                }
            }
        }
    }

    fn send_over(&mut self, from: CityCode, to: CityCode, make: impl Fn(i64) -> (i64, Delivery)) {
        for delay in self.line.copies(from, to, &mut self.chance) {
            let (delay, delivery) = make(delay);
            self.send(Millis(self.now.0 + delay), delivery);
        }
    }

    fn send(&mut self, at: Millis, delivery: Delivery) {
        self.sent += 1;
        self.queue.insert((at, self.sent), delivery);
    }

    /// Delivers everything that is due within the next `ms` milliseconds.
    pub fn run_for(&mut self, ms: i64) {
        let end = Millis(self.now.0 + ms);
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > end {
                break;
            }
            let ((at, _), delivery) = entry.remove_entry();
            self.now = self.now.max(at);
            self.deliver(delivery);
        }
        self.now = end;
    }

    /// Runs until `done` holds, at most `ms` milliseconds; whether it came to hold.
    pub fn run_until(&mut self, ms: i64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = self.now.0 + ms;
        while self.now.0 < end {
            if done(self) {
                return true;
            }
            self.run_for(50);
        }
        done(self)
    }

    fn deliver(&mut self, delivery: Delivery) {
        let to = delivery.to();
        if !self.cities.get(&to).is_some_and(City::runs) {
            return;
        }
        match delivery {
            Delivery::Tick { to } => {
                self.give(to, Input::Tick);
                self.send(Millis(self.now.0 + TICK_MS), Delivery::Tick { to });
            }
            Delivery::Gossip { from, to, bytes } => {
                let read = Segment::decode(&bytes, huxin_protocol::limits::GOSSIP_BYTES)
                    .and_then(|segment| segment.read(&self.genesis.id()));
                if let Ok(segment) = read {
                    let road = Road::Gossip { from: peer_of(from) };
                    self.give(to, Input::Segment { ticket: None, road, segment: Box::new(segment) });
                }
            }
            Delivery::Asked { from, to, asked, request } => {
                let asker = self.cities[&from].code;
                let liar = self.liars.get(&to).copied().unwrap_or_default();
                let understood = (liar.understands)(&request);
                let truth = self.cities[&to].answer(asker, &understood, &self.genesis.id());
                let answer = (liar.says)(&request, truth);
                self.send_over(to, from, |delay| {
                    (delay + liar.delay_ms, Delivery::Answered { from: to, to: from, asked, answer: answer.clone() })
                });
            }
            Delivery::Answered { from, to, asked, answer } => {
                self.give(to, Input::Answered { peer: peer_of(from), asked, answer });
            }
        }
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    /// Publishes and gives back the ids, or why not.
    pub fn publish(&mut self, code: CityCode, drafts: Vec<Draft>) -> Result<Vec<StatementId>, Refusal> {
        let ticket = self.ticket();
        self.give(code, Input::Publish { ticket, drafts });
        match self.replies.remove(&ticket) {
            Some(Ok(Outcome::Published(ids))) => Ok(ids),
            Some(Err(refusal)) => Err(refusal),
            other => panic!("publish by {code} was answered by {other:?}"),
        }
    }

    /// A command whose outcome is asked for.
    pub fn command(&mut self, code: CityCode, make: impl FnOnce(Ticket) -> Input) -> Result<Outcome, Refusal> {
        let ticket = self.ticket();
        self.give(code, make(ticket));
        self.replies.remove(&ticket).unwrap_or_else(|| panic!("{code} did not answer"))
    }

    /// Sizes of all logs as one node holds them.
    #[must_use]
    pub fn sizes(&self, code: CityCode) -> BTreeMap<CityCode, Size> {
        let roster = Roster::new(&self.genesis);
        let heads = huxin_engine::serve::heads(&*self.cities[&code].store, &roster).unwrap_or_default();
        heads.into_iter().map(|head| (head.city, head.size)).collect()
    }

    /// Digest of the logs as one node holds them (R110).
    #[must_use]
    pub fn log_digest(&self, code: CityCode) -> Digest {
        self.cities[&code].log_digest()
    }

    /// Whether all running nodes hold the same logs.
    #[must_use]
    pub fn agree(&self) -> bool {
        let digests: std::collections::BTreeSet<Digest> =
            self.cities.values().filter(|city| city.runs()).map(City::log_digest).collect();
        digests.len() <= 1
    }

    /// What counts for a subject, by one node's logs, for `viewer`.
    #[must_use]
    pub fn ruling(&self, node: CityCode, viewer: CityCode, subject: &SubjectId) -> Ruling {
        self.ruling_at(node, viewer, subject, self.now, true)
    }

    #[must_use]
    pub fn ruling_at(&self, node: CityCode, viewer: CityCode, subject: &SubjectId, at: Millis, now: bool) -> Ruling {
        let view = Viewpoint { federation: self.genesis.id(), viewer, at, now, crosswalk: None };
        rule(&self.cities[&node].case_file(subject, view))
    }
}

/// The name of a city's node on the simulated network.
#[must_use]
pub fn peer_of(city: CityCode) -> Peer {
    Peer(city.key_bytes().to_vec())
}

fn city_of(peer: &Peer) -> Option<CityCode> {
    CityCode::from_key_bytes(peer.0.as_slice().try_into().ok()?).ok()
}
