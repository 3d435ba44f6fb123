//! A simulated federation: the production engine over a fake disk, network and clock. One thread, one seed, one queue
//! ordered by (time, number); two runs of one seed are the same run.
//!
//! The world delivers what engines send, delays, loses, doubles and cuts as it is told, kills nodes with and without their
//! last write, and restores old disks. It judges nothing: tests ask it what every node holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a fault of the test itself ends it")]

pub mod catalogue;
mod chance;
mod city;
mod founding;
mod gossip;
mod liar;
mod meter;
mod pace;
mod trace;
mod traffic;

pub use chance::Chance;
pub use city::{City, Crash, Marker};
pub use founding::{Secrets, TestKey, at, draft, entry_body, found, found_by, ground_of, subject};
pub use gossip::Spread;
pub use liar::{Blame, Liar};
pub use meter::{Count, Meter};
pub use pace::Pace;
pub use trace::Trace;
pub use traffic::{Line, Place};

use huxin_engine::input::{Answer, Consent, Draft, Input, Peer, Ticket};
use huxin_engine::wire::HeadSummary;
use huxin_engine::{Effect, Outcome, Refusal};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::Edition;
use huxin_protocol::fold::{Viewpoint, rule};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{CityCode, Epoch, Size, StatementId};
use huxin_protocol::ruling::Ruling;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use std::collections::{BTreeMap, BTreeSet};
use traffic::Delivery;

/// Milliseconds after which the real road gives an unanswered request up.
const REQUEST_TIMEOUT_MS: i64 = 30_000;

pub struct World {
    pub now: Millis,
    pub genesis: Genesis,
    /// By their names on the network: a city's code, or a twin's other name.
    pub cities: BTreeMap<CityCode, City>,
    /// What the network does to messages.
    pub line: Line,
    pub chance: Chance,
    /// How gossip goes from city to city.
    pub spread: Spread,
    /// How often nodes tick.
    pub pace: Pace,
    /// What happened, as one digest.
    pub trace: Trace,
    /// Connections that stand, the lesser name first.
    pub links: BTreeSet<(CityCode, CityCode)>,
    /// Every checkpoint that a city's nodes committed as their own, by city.
    signed: BTreeMap<CityCode, BTreeMap<(Epoch, Size), TreeHash>>,
    signed_twice: Vec<(CityCode, Epoch, Size)>,
    /// Nodes that went down over anything but a write that failed.
    pub crashes: Vec<(CityCode, String)>,
    /// Whose heads are told of on standard error as they change.
    pub tell: Option<CityCode>,
    /// Who lies, by name on the network.
    pub liars: BTreeMap<CityCode, Liar>,
    /// Milliseconds that a slow partner takes before it answers, by name on the network.
    pub slow: BTreeMap<CityCode, i64>,
    /// Who gives everybody what it may read itself, by name on the network.
    pub indiscreet: BTreeSet<CityCode>,
    /// What a record that lay in the key folder may take away at a start: nothing, but for a canary.
    pub consent_at_start: Consent,
    pub blames: Vec<Blame>,
    /// What arrived since a test last set it back.
    pub meter: Meter,
    queue: BTreeMap<(Millis, u64), Delivery>,
    sent: u64,
    tickets: u64,
    replies: BTreeMap<Ticket, Result<Outcome, Refusal>>,
}

impl World {
    /// `count` cities `c01`, `c02`, …, all connected, none started.
    #[must_use]
    pub fn new(count: usize, seed: u64) -> Self {
        Self::founded(found(count), seed)
    }

    /// As [`World::new`], of these members.
    #[must_use]
    pub fn founded((genesis, secrets): (Genesis, BTreeMap<CityCode, Secrets>), seed: u64) -> Self {
        // The first second of 2026 in UTC.
        let now = Millis(1_767_225_600_000);
        let cities = secrets.into_iter().map(|(code, secrets)| (code, City::new(code, secrets, &genesis))).collect();
        Self {
            now,
            genesis,
            cities,
            line: Line::default(),
            chance: Chance::new(seed),
            spread: Spread::Direct,
            pace: Pace::default(),
            trace: Trace::default(),
            links: BTreeSet::new(),
            signed: BTreeMap::new(),
            signed_twice: Vec::new(),
            crashes: Vec::new(),
            tell: None,
            liars: BTreeMap::new(),
            slow: BTreeMap::new(),
            indiscreet: BTreeSet::new(),
            consent_at_start: Consent::NotAsked,
            blames: Vec::new(),
            meter: Meter::default(),
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
        self.spread.started(code, now, self.cities.len());
        self.take_up_left_record(code);
        if !self.cities.get(&code).is_some_and(City::runs) {
            return;
        }
        for other in self.codes() {
            if self.cities[&other].runs() {
                self.connect(code, other);
            }
        }
        self.tick_at(code, now);
    }

    /// The built-in editions that a node loads at its next start, by name.
    pub fn choose_editions(&mut self, code: CityCode, names: &[&str]) {
        let chosen = names.iter().filter_map(|name| Edition::named(name)).map(|edition| (edition.digest(), edition));
        if let Some(city) = self.cities.get_mut(&code) {
            city.settings.editions = chosen.collect();
        }
    }

    /// As the node does first of all: a key record in the key folder that the store does not know.
    fn take_up_left_record(&mut self, code: CityCode) {
        let Some(bytes) = self.cities.get(&code).and_then(|city| city.left_record.clone()) else { return };
        let consent = self.consent_at_start;
        let taken = self.try_command(code, |ticket| Input::Record { ticket, bytes, consent });
        if let (Some(Ok(_)), Some(city)) = (taken, self.cities.get_mut(&code)) {
            city.left_record = None;
        }
    }

    /// Opens a connection: `dialler` opened it.
    pub fn connect(&mut self, dialler: CityCode, other: CityCode) {
        let both_run = [dialler, other].iter().all(|name| self.cities.get(name).is_some_and(City::runs));
        if dialler == other || !both_run || !self.links.insert(link(dialler, other)) {
            return;
        }
        let (mine, theirs) = (self.cities[&dialler].code, self.cities[&other].code);
        self.spread.connected(dialler, other);
        self.give(dialler, Input::Connected { peer: peer_of(other), city: theirs });
        self.give(other, Input::Connected { peer: peer_of(dialler), city: mine });
        self.pump(dialler);
        self.pump(other);
    }

    /// A connection is gone, and both ends know.
    pub fn disconnect(&mut self, one: CityCode, other: CityCode) {
        if !self.links.remove(&link(one, other)) {
            return;
        }
        self.spread.disconnected(one, other);
        for (end, far) in [(one, other), (other, one)] {
            if self.cities.get(&end).is_some_and(City::runs) {
                self.give(end, Input::Disconnected { peer: peer_of(far) });
            }
        }
    }

    /// Kills a node. Partners see the connection go.
    pub fn kill(&mut self, code: CityCode) {
        if let Some(city) = self.cities.get_mut(&code) {
            city.stop();
        }
        for other in self.codes() {
            self.disconnect(code, other);
        }
        self.spread.stopped(code);
        self.queue.retain(|_, delivery| delivery.to() != code);
    }

    /// One input as a group of its own: handled, sealed, committed, and its effects on their way.
    pub fn give(&mut self, to: CityCode, input: Input) {
        self.give_group(to, vec![input]);
    }

    /// Several inputs as one group commit.
    pub fn give_group(&mut self, to: CityCode, inputs: Vec<Input>) {
        let now = self.now;
        let only_tick = inputs.iter().all(|input| matches!(input, Input::Tick));
        let Some(city) = self.cities.get_mut(&to) else { return };
        match city.step(now, inputs) {
            Ok((effects, wrote)) => {
                if wrote && !only_tick {
                    self.hurry(to);
                }
                if wrote {
                    self.write_down(to);
                }
                self.perform(to, effects);
            }
            Err(Crash { cause }) => {
                self.crashes.extend(cause.map(|cause| (to, cause)));
                self.kill(to);
            }
        }
    }

    /// Keeps what a node has as its own newest checkpoint.
    fn write_down(&mut self, name: CityCode) {
        let node = &self.cities[&name];
        let heads = node.heads();
        let Some(own) = heads.get(node.code).filter(|own| own.proved == own.size && own.size.0 > 0) else { return };
        let place = (own.epoch, own.size);
        if self.tell == Some(node.code)
            && self.signed.get(&node.code).and_then(|all| all.get(&place)) != Some(&own.root)
        {
            eprintln!(
                "{} {name} holds {}/{} {} and is {:?}",
                self.now.0,
                own.epoch,
                own.size,
                &own.root.to_string()[..8],
                node.signing()
            );
        }
        let known = self.signed.entry(node.code).or_default().insert(place, own.root);
        if known.is_some_and(|root| root != own.root) {
            self.signed_twice.push((node.code, own.epoch, own.size));
        }
    }

    /// Places at which a city's nodes committed two roots.
    #[must_use]
    pub fn signed_twice(&self) -> &[(CityCode, Epoch, Size)] {
        &self.signed_twice
    }
    /// The roots that a city's nodes committed as their own.
    pub fn signed_by(&self, city: CityCode) -> impl Iterator<Item = (&(Epoch, Size), &TreeHash)> {
        self.signed.get(&city).into_iter().flatten()
    }

    fn perform(&mut self, from: CityCode, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Reply { ticket, outcome } => {
                    self.replies.insert(ticket, outcome);
                }
                Effect::Gossip(bytes) => self.gossip(from, bytes),
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
                Effect::Blame { peer, code } => {
                    if let Some(of) = city_of(&peer) {
                        self.blames.push(Blame { by: from, of, code });
                    }
                }
                Effect::Event(event) => {
                    if let Some(city) = self.cities.get_mut(&from) {
                        city.events.push(event);
                    }
                }
            }
        }
    }

    fn send_over(&mut self, from: CityCode, to: CityCode, make: impl Fn(i64) -> (i64, Delivery)) {
        if !self.links.contains(&link(from, to)) {
            return;
        }
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
        self.trace.note(self.now, &delivery);
        match delivery {
            Delivery::Tick { to, number } => self.tick(to, number),
            Delivery::Gossip { from, to, bytes } => {
                self.meter.gossip(bytes.len());
                self.heard(from, to, &bytes);
            }
            Delivery::Frame { from, to, frame } => self.frame(from, to, frame),
            Delivery::Heartbeat { to } => self.mesh_heartbeat(to),
            Delivery::Asked { from, to, asked, request } => {
                // A second machine may have been taken away while its question was on the way.
                let Some(asker) = self.cities.get(&from).map(|city| city.code) else { return };
                self.meter.question(from, &request);
                let asker = if self.indiscreet.contains(&to) { self.cities[&to].code } else { asker };
                let mut response = Some(self.cities[&to].respond(self.now, asker, &request));
                if let Some(liar) = self.liars.get_mut(&to) {
                    response = response.and_then(|honest| liar(from, &request, honest));
                }
                let Some(response) = response else { return };
                self.meter.answer(&response);
                let answer = City::read_answer(response, &self.genesis.id());
                let slow = self.slow.get(&to).copied().unwrap_or(0);
                self.send_over(to, from, |delay| {
                    (delay + slow, Delivery::Answered { from: to, to: from, asked, answer: answer.clone() })
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

    /// As [`World::publish`]; `None` where the node is down, or went down over it.
    pub fn try_publish(&mut self, code: CityCode, drafts: Vec<Draft>) -> Option<Result<Vec<StatementId>, Refusal>> {
        match self.try_command(code, |ticket| Input::Publish { ticket, drafts })? {
            Ok(Outcome::Published(ids)) => Some(Ok(ids)),
            Ok(_) => None,
            Err(refusal) => Some(Err(refusal)),
        }
    }

    /// As [`World::command`]; `None` where the node is down, or went down over it.
    pub fn try_command(
        &mut self,
        code: CityCode,
        make: impl FnOnce(Ticket) -> Input,
    ) -> Option<Result<Outcome, Refusal>> {
        let ticket = self.ticket();
        self.give(code, make(ticket));
        self.replies.remove(&ticket)
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
        self.cities[&code].heads().all().iter().map(|head| (head.city, head.size)).collect()
    }

    /// How far one node holds every log, with the key records that it knows.
    #[must_use]
    pub fn heads(&self, code: CityCode) -> Vec<HeadSummary> {
        self.cities[&code].heads().all().to_vec()
    }

    /// Whether all running nodes hold the same heads, records and evidence. Unlike [`World::agree`] this does not ask for the
    /// same abandoned branches, which only those hold that had followed them (R88).
    #[must_use]
    pub fn same_heads(&self) -> bool {
        let heads: std::collections::BTreeSet<Vec<_>> = self
            .cities
            .values()
            .filter(|city| city.runs())
            .map(|city| {
                let heads = city.heads();
                heads
                    .all()
                    .iter()
                    .map(|h| (h.city, h.epoch, h.size, h.root.0, h.record, h.proved, h.evidence))
                    .collect()
            })
            .collect();
        heads.len() <= 1
    }

    /// Digest of the logs as one node holds them (R140).
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

/// One name for the line between two nodes.
fn link(one: CityCode, other: CityCode) -> (CityCode, CityCode) {
    (one.min(other), one.max(other))
}

fn city_of(peer: &Peer) -> Option<CityCode> {
    CityCode::from_key_bytes(peer.0.as_slice().try_into().ok()?).ok()
}
