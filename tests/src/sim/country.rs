//! The country: cities at work, faults, and the two acts.

use super::canary::Canary;
use super::diary::Diary;
use super::fault::{Breaker, Undo, Weather};
use super::judge::{self, Watch};
use super::map::cities;
use super::{Figures, Gravity, Objection, Plan, Report};
use crate::world::{Chance, Line, Marker, Spread, World, found_by};
use huxin_engine::wire::HeadSummary;
use huxin_engine::{Settings, SigningState};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Millis;
use huxin_store::Content;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Milliseconds between ticks of a node that has nothing to do.
const QUIET_TICK_MS: i64 = 2 * MINUTE;
/// The real node compares heads every 30 s; here once an hour, since a connection that comes back compares at once.
const SYNC_EVERY_MS: i64 = HOUR;
/// The real node says every minute that it lives.
const HEARTBEAT_EVERY_MS: i64 = 12 * HOUR;
/// The real log has sixteen.
const WITNESSES: usize = 3;
/// Longest calm that the cities get to agree.
const CALM_MS: i64 = 12 * HOUR;

/// What is planned for an instant.
#[derive(Clone, Debug)]
pub enum Happening {
    Act,
    Fault,
    Undo(Undo),
    /// Two cities notice that their connection is gone.
    Part(CityCode, CityCode),
    /// Two cities connect.
    Meet(CityCode, CityCode),
    /// Operators look after their nodes.
    Rounds,
    /// Judges look.
    Look,
}

pub struct Country {
    pub plan: Plan,
    pub world: World,
    pub federation: Digest,
    /// Draws acts and faults; the world's own draws losses and delays.
    pub chance: Chance,
    pub diary: Diary,
    pub figures: Figures,
    pub watch: Watch,
    pub backups: BTreeMap<CityCode, (Content, Option<Marker>)>,
    pub breakers: BTreeMap<CityCode, Arc<Breaker>>,
    /// Cities with a second machine.
    pub twins: BTreeSet<CityCode>,
    pub twin_number: u64,
    /// Whom the newest fault struck, where it struck one.
    pub struck: Option<CityCode>,
    pub decisions: u64,
    pub objections: Vec<Objection>,
    members: Vec<CityCode>,
    settings: Settings,
    planned: BTreeMap<(Millis, u64), Happening>,
    plans: u64,
}

impl Country {
    /// Cities on the map, all started, some of which recognise others.
    #[must_use]
    pub fn found(plan: &Plan) -> Self {
        let places = cities(plan.cities);
        let members: Vec<CityCode> = places.iter().map(|(code, _)| *code).collect();
        let mut world = World::founded(found_by(&members), plan.seed);
        world.tell = plan.tell;
        world.spread = Spread::over_mesh(&world);
        world.pace.quiet_ms = QUIET_TICK_MS;
        world.line = Line { delay_ms: 2, jitter_ms: 10, map: places.into_iter().collect(), ..Line::default() };
        let mut settings = world.city(members[0]).settings.clone();
        settings.sync_every_ms = SYNC_EVERY_MS;
        settings.heartbeat_every_ms = HEARTBEAT_EVERY_MS;
        settings.witnesses = WITNESSES;
        let federation = world.genesis.id();
        let mut country = Self {
            plan: plan.clone(),
            world,
            federation,
            chance: Chance::new(plan.seed ^ 0x0bad_5eed),
            diary: Diary::default(),
            figures: Figures::default(),
            watch: Watch::default(),
            backups: BTreeMap::new(),
            breakers: BTreeMap::new(),
            twins: BTreeSet::new(),
            twin_number: 0,
            struck: None,
            decisions: 0,
            objections: Vec::new(),
            members: members.clone(),
            settings,
            planned: BTreeMap::new(),
            plans: 0,
        };
        for code in &members {
            let settings = country.settings_of(*code);
            if let Some(city) = country.world.cities.get_mut(code) {
                city.settings = settings;
            }
            country.world.start(*code);
        }
        country.world.run_for(10_000);
        // Everybody in a small country; a dozen in a large one.
        let speakers: Vec<CityCode> = members.iter().copied().take(12.max(240 / plan.cities)).collect();
        for code in speakers {
            country.recognise_some(code, 6.min(plan.cities - 1));
            country.world.run_for(2_000);
        }
        country
    }

    #[must_use]
    pub fn settings_of(&self, city: CityCode) -> Settings {
        Settings { city, ..self.settings.clone() }
    }

    /// The members' first machines.
    #[must_use]
    pub fn honest(&self) -> Vec<CityCode> {
        self.members.clone()
    }

    pub fn plan(&mut self, at: Millis, happening: Happening) {
        self.plans += 1;
        self.planned.insert((at, self.plans), happening);
    }

    fn after(&mut self, mean_ms: i64, happening: Happening) {
        // Twice an even draw: as often soon as late.
        let ms = 1 + self.chance.below(2 * mean_ms.unsigned_abs()) as i64;
        self.plan(Millis(self.world.now.0 + ms), happening);
    }

    /// The first act.
    pub fn storm(&mut self) {
        let end = Millis(self.world.now.0 + i64::from(self.plan.days) * DAY);
        let storm = self.plan.weather == Weather::Storm;
        let acts = self.act_every();
        if !storm {
            self.world.line.loss = 10;
        }
        self.after(acts, Happening::Act);
        self.after(HOUR, Happening::Look);
        if storm {
            self.after(HOUR, Happening::Fault);
            self.after(HOUR, Happening::Rounds);
        }
        while let Some(entry) = self.planned.first_entry() {
            if entry.key().0 > end {
                break;
            }
            let ((at, _), happening) = entry.remove_entry();
            self.world.run_for(at.0 - self.world.now.0);
            self.happen(happening);
        }
        self.world.run_for(end.0 - self.world.now.0);
    }

    /// Milliseconds between acts: six a day in a storm; a few dozen in all in a calm, where each ending is followed on its way.
    const fn act_every(&self) -> i64 {
        match self.plan.weather {
            Weather::Storm => 4 * HOUR,
            Weather::Calm => 2 * HOUR,
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Act => {
                if self.plan.weather == Weather::Calm {
                    self.calm_act();
                } else {
                    self.act();
                }
                let every = self.act_every();
                self.after(every, Happening::Act);
            }
            Happening::Fault => {
                self.fault();
                self.after(3 * HOUR, Happening::Fault);
            }
            Happening::Undo(undo) => self.undo(undo),
            Happening::Part(one, other) => self.world.disconnect(one, other),
            Happening::Meet(one, other) => {
                let cut = &self.world.line.cut;
                if !cut.contains(&(one, other)) && !cut.contains(&(other, one)) {
                    self.world.connect(one, other);
                }
            }
            Happening::Rounds => {
                self.rounds();
                self.after(2 * HOUR, Happening::Rounds);
            }
            Happening::Look => {
                judge::look(self);
                self.after(2 * HOUR, Happening::Look);
            }
        }
    }

    /// Lists a company and repairs another; the repair is followed to every city.
    fn calm_act(&mut self) {
        let city = self.members[self.chance.below(self.members.len() as u64) as usize];
        self.list(city, 1);
        self.world.run_for(3_000);
        let Some(ending) = self.end_one(city, Kind::Repair) else { return };
        let from = self.world.now;
        Canary::Reach.spoil(self);
        let reached = self.follow(ending, from);
        self.figures.reach_ms.extend(reached);
    }

    /// Milliseconds until each other city had a statement; those that had it not within a minute count as a minute.
    fn follow(&mut self, id: StatementId, from: Millis) -> Vec<i64> {
        let mut waiting: BTreeSet<CityCode> = self.members.iter().copied().filter(|city| *city != id.city).collect();
        let mut reached = Vec::new();
        while !waiting.is_empty() && self.world.now.0 - from.0 < MINUTE {
            self.world.run_for(5);
            let ms = self.world.now.0 - from.0;
            let world = &self.world;
            waiting.retain(|city| {
                let has = world.city(*city).heads().get(id.city).is_some_and(|head| head.proved.0 > id.seq.0);
                if has {
                    reached.push(ms);
                }
                !has
            });
        }
        reached.extend(waiting.iter().map(|_| MINUTE));
        reached
    }

    /// Operators restart what is down without a fault, and mend what is closed where everybody can be asked.
    fn rounds(&mut self) {
        for city in self.honest() {
            let waits = self
                .planned
                .values()
                .any(|planned| matches!(planned, Happening::Undo(Undo::Start(at) | Undo::Disk(at)) if *at == city));
            if !self.world.city(city).runs() && !waits {
                self.world.start(city);
            }
        }
        let whole = self.world.line.cut.is_empty() && self.honest().iter().all(|city| self.world.city(*city).runs());
        if whole {
            for city in self.honest() {
                if !self.twins.contains(&city) {
                    self.mend_signing(city);
                    self.tidy(city);
                }
            }
        }
    }

    /// The second act: everything is mended, and the cities must agree.
    pub fn calm(&mut self) {
        let open: Vec<Happening> = std::mem::take(&mut self.planned).into_values().collect();
        for happening in open {
            if let Happening::Undo(undo) = happening {
                self.undo(undo);
            }
        }
        self.planned.clear();
        self.world.line.heal();
        self.world.line.slow.clear();
        self.world.line.loss = 0;
        self.world.line.double = 0;
        self.world.line.jitter_ms = 10;
        for city in self.honest() {
            self.undo(Undo::Disk(city));
            self.undo(Undo::Clock(city));
        }
        self.planned.clear();
        let members = self.honest();
        for (at, one) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                self.world.connect(*one, *other);
            }
        }
        Canary::spoil_calm(self);
        let agreed = self.until_settled();
        if !agreed {
            self.object("agreement", Gravity::Liveness, self.unsettled());
        }
        if agreed {
            // Signs of life of the last rotations reach everybody.
            self.world.run_for(5 * MINUTE);
            Canary::spoil_end(self);
        }
        judge::last(self, agreed);
    }

    fn until_settled(&mut self) -> bool {
        let end = self.world.now.0 + CALM_MS;
        while self.world.now.0 < end {
            self.world.run_for(5 * MINUTE);
            for city in self.honest() {
                self.mend_signing(city);
                self.mend_clock(city);
            }
            if self.settled() {
                return true;
            }
        }
        false
    }

    /// Every node signs, and all hold the same logs and the same evidence.
    fn settled(&self) -> bool {
        let cities = || self.members.iter().map(|city| self.world.city(*city));
        let signs = cities().all(|city| city.signing() == Some(SigningState::Ready));
        let views: BTreeSet<(Digest, Vec<Digest>)> =
            cities().map(|city| (city.log_digest(), city.heads().all().iter().map(|h| h.evidence).collect())).collect();
        // What is abandoned differs by what each node had heard of it, and is part of its view (R88).
        let heads: BTreeSet<Vec<_>> = cities()
            .map(|city| {
                city.heads().all().iter().map(|h| (h.city, h.epoch, h.size, h.root, h.record, h.evidence)).collect()
            })
            .collect();
        signs && heads.len() == 1 && (views.len() == 1 || self.abandoned_differs())
    }

    fn abandoned_differs(&self) -> bool {
        self.members.iter().any(|city| {
            let roster = self.world.city(*city).roster();
            roster.cities().any(|member| member.epochs.len() > 1)
        })
    }

    fn unsettled(&self) -> String {
        let mut lines = Vec::new();
        let first = self.world.city(self.members[0]).heads();
        for city in &self.members {
            let node = self.world.city(*city);
            let signing = node.signing().map(|state| state.code());
            let heads = node.heads();
            let differs: Vec<String> = heads
                .all()
                .iter()
                .zip(first.all())
                .filter(|(one, other)| {
                    (one.size, one.root, one.epoch, one.evidence)
                        != (other.size, other.root, other.epoch, other.evidence)
                })
                .map(|(one, other)| {
                    let told = |head: &HeadSummary| {
                        let accused = if head.evidence == Digest([0; 32]) { "" } else { ", accused" };
                        format!("{}/{} {:.8}{accused}", head.epoch, head.size, head.root.to_string())
                    };
                    format!("{} {} not {}", one.city, told(one), told(other))
                })
                .collect();
            if signing != Some("ready") || !differs.is_empty() {
                lines.push(format!("{city} is {signing:?}, holds {}", differs.join(", ")));
            }
        }
        format!("the calm did not bring agreement: {}", lines.join("; "))
    }

    /// Says what happens, where somebody wants to know.
    pub fn tell(&self, what: &str) {
        if self.world.tell.is_some() {
            let struck = self.struck.map(|city| format!(" ({city})")).unwrap_or_default();
            eprintln!("{} {what}{struck}", self.world.now.0);
        }
    }

    pub fn object(&mut self, judge: &'static str, gravity: Gravity, text: String) {
        // A broken promise is told once, and a few examples are enough.
        if self.objections.iter().filter(|known| known.judge == judge).count() < 5 {
            self.objections.push(Objection { judge, gravity, text });
        }
    }

    #[must_use]
    pub fn report(mut self) -> Report {
        let counters = self.world.spread.counters();
        let figures = &mut self.figures;
        figures.deliveries = self.world.trace.deliveries();
        figures.acknowledged = self.diary.said.len() as u64;
        figures.excused = self.diary.said.iter().filter(|said| said.excused).count() as u64;
        figures.reach_ms.sort_unstable();
        figures.copies = counters.copies_received;
        figures.needed = counters.copies_received - counters.duplicates;
        figures.gossip_bytes = counters.message_bytes_received + counters.control_bytes_received;
        for objection in &self.objections {
            self.world.trace.add(objection.text.as_bytes());
        }
        for city in &self.members {
            self.world.trace.add(&self.world.city(*city).log_digest().0);
        }
        Canary::Repeatability.spoil_trace(self.plan.canary, &mut self.world.trace);
        Report { plan: self.plan, objections: self.objections, trace: self.world.trace.digest(), figures: self.figures }
    }
}
