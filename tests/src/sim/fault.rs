//! What happens to cities. Each fault is drawn from the seed, has its time, and is over when the calm begins.

use super::country::{Country, Happening};
use super::lie::Lie;
use huxin_engine::ledger::Batch;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::time::Millis;
use huxin_store::{CommitHook, Decision, MemoryStore};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// One message in a hundred is lost, and nothing else.
    Calm,
    Storm,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What is to be undone.
#[derive(Clone, Debug)]
pub enum Undo {
    Line,
    Heal(Vec<(CityCode, CityCode)>),
    Start(CityCode),
    Clock(CityCode),
    Disk(CityCode),
    Slow(CityCode),
    Liar(CityCode),
    Discreet(CityCode),
    /// A second machine goes away.
    Twin {
        city: CityCode,
        twin: CityCode,
    },
}

/// Breaks the writes of one disk.
#[derive(Default)]
pub struct Breaker {
    mode: AtomicU8,
}

impl Breaker {
    const GO_ON: u8 = 0;
    const GONE_ONCE: u8 = 1;
    const KEPT_ONCE: u8 = 2;
    const FULL: u8 = 3;

    fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }
}

impl CommitHook for Breaker {
    fn decide(&self, _: u64, _: &Batch) -> Decision {
        match self.mode.load(Ordering::SeqCst) {
            Self::GONE_ONCE => {
                self.set(Self::GO_ON);
                Decision::FailGone
            }
            Self::KEPT_ONCE => {
                self.set(Self::GO_ON);
                Decision::FailKept
            }
            Self::FULL => Decision::FailGone,
            _ => Decision::GoOn,
        }
    }
}

impl Country {
    /// One fault by chance.
    pub fn fault(&mut self) {
        let honest = self.honest();
        let city = honest[self.chance.below(honest.len() as u64) as usize];
        self.struck = Some(city);
        match self.chance.below(119) {
            0..8 => self.bad_line(),
            8..16 => self.one_way_cut(),
            16..21 => self.partition(),
            21..26 => self.isolate(city),
            26..30 => self.clog(),
            30..34 => self.slow(city),
            34..46 => self.power_cut(city),
            46..58 => self.broken_write(city),
            58..62 => self.full_disk(city),
            62..67 => self.old_backup(city),
            67..70 => self.empty_disk(city),
            70..74 => self.snapshot_of_the_machine(city),
            74..79 => self.silent_twin(city),
            79..81 => self.fork(city),
            81..88 => self.clock(city),
            88..92 => self.rotation(city),
            92..97 => self.liar(city),
            97..100 => self.take_backup(city),
            100..106 => self.interrupted_rotation(city),
            106..110 => self.retired_keys(city),
            110..112 => self.flooding_member(city),
            112..116 => self.clock_years_off(city),
            _ => self.indiscreet_member(city),
        }
    }

    fn noted(&mut self, fault: &'static str) {
        self.tell(fault);
        *self.figures.faults.entry(fault).or_default() += 1;
    }
    fn duration(&mut self, least: i64, most: i64) -> i64 {
        least + self.chance.below((most - least).unsigned_abs() + 1) as i64
    }
    fn undo_after(&mut self, ms: i64, undo: Undo) {
        self.plan(Millis(self.world.now.0 + ms), Happening::Undo(undo));
    }

    fn bad_line(&mut self) {
        self.noted("bad line");
        self.world.line.loss = self.chance.below(300);
        self.world.line.double = self.chance.below(200);
        self.world.line.jitter_ms = 10 + self.chance.below(5_000);
        let ms = self.duration(MINUTE, 12 * HOUR);
        self.undo_after(ms, Undo::Line);
    }

    /// Nothing goes from the first to the second of each pair.
    fn cut(&mut self, pairs: Vec<(CityCode, CityCode)>, ms: i64) {
        for pair in &pairs {
            self.world.line.cut.insert(*pair);
            // Both ends notice after a while that nothing comes back.
            let notice = self.duration(5_000, 30_000);
            if ms > notice {
                self.plan(Millis(self.world.now.0 + notice), Happening::Part(pair.0, pair.1));
            }
        }
        self.undo_after(ms, Undo::Heal(pairs));
    }

    fn one_way_cut(&mut self) {
        self.noted("one-way cut");
        let honest = self.honest();
        let pick = |country: &mut Self| honest[country.chance.below(honest.len() as u64) as usize];
        let (from, to) = (pick(self), pick(self));
        if from != to {
            let ms = self.duration(10_000, DAY);
            self.cut(vec![(from, to)], ms);
        }
    }

    fn partition(&mut self) {
        self.noted("partition");
        let mut names = self.world.codes();
        self.chance.shuffle(&mut names);
        let (one, other) = names.split_at(names.len() / 2);
        let pairs = one.iter().flat_map(|a| other.iter().flat_map(|b| [(*a, *b), (*b, *a)])).collect();
        let ms = self.duration(MINUTE, 4 * DAY);
        self.cut(pairs, ms);
    }

    fn isolate(&mut self, city: CityCode) {
        self.noted("isolation");
        let pairs = self
            .world
            .codes()
            .into_iter()
            .filter(|other| *other != city)
            .flat_map(|o| [(city, o), (o, city)])
            .collect();
        let ms = self.duration(MINUTE, 2 * DAY);
        self.cut(pairs, ms);
    }

    /// Lines clog one after the other and open again in another order.
    fn clog(&mut self) {
        self.noted("clog");
        let names = self.world.codes();
        for _ in 0..6 {
            let pick = |country: &mut Self| names[country.chance.below(names.len() as u64) as usize];
            let (from, to) = (pick(self), pick(self));
            if from != to {
                let ms = self.duration(MINUTE, 6 * HOUR);
                self.cut(vec![(from, to), (to, from)], ms);
            }
        }
    }

    fn slow(&mut self, city: CityCode) {
        self.noted("slow city");
        let delay = self.duration(500, 20_000);
        self.world.line.slow.insert(city, delay);
        let ms = self.duration(MINUTE, 6 * HOUR);
        self.undo_after(ms, Undo::Slow(city));
    }

    fn power_cut(&mut self, city: CityCode) {
        self.noted("power cut");
        self.world.kill(city);
        let ms = self.duration(1_000, 12 * HOUR);
        self.undo_after(ms, Undo::Start(city));
    }

    fn breaker(&mut self, city: CityCode) -> Arc<Breaker> {
        let breaker = self.breakers.entry(city).or_default();
        self.world.city(city).store.set_hook(Arc::<Breaker>::clone(breaker));
        Arc::clone(breaker)
    }

    fn broken_write(&mut self, city: CityCode) {
        self.noted("broken write");
        let mode = if self.chance.hits(500) { Breaker::GONE_ONCE } else { Breaker::KEPT_ONCE };
        self.breaker(city).set(mode);
        let ms = self.duration(MINUTE, 6 * HOUR);
        self.undo_after(ms, Undo::Start(city));
    }

    fn full_disk(&mut self, city: CityCode) {
        self.noted("full disk");
        self.breaker(city).set(Breaker::FULL);
        let ms = self.duration(MINUTE, 12 * HOUR);
        self.undo_after(ms, Undo::Disk(city));
    }

    fn take_backup(&mut self, city: CityCode) {
        self.noted("backup taken");
        let node = self.world.city(city);
        self.backups.insert(city, (node.store.content(), node.marker.clone()));
    }

    fn old_backup(&mut self, city: CityCode) {
        let Some((content, _)) = self.backups.get(&city).cloned() else { return self.take_backup(city) };
        self.noted("old backup");
        self.world.kill(city);
        self.world.city(city).store.restore(content);
        self.diary.disk_lost(&self.world);
        let ms = self.duration(1_000, 2 * HOUR);
        self.undo_after(ms, Undo::Start(city));
    }

    fn empty_disk(&mut self, city: CityCode) {
        self.noted("empty disk");
        self.world.kill(city);
        self.world.city(city).store.restore(MemoryStore::new().content());
        self.diary.disk_lost(&self.world);
        let ms = self.duration(1_000, 2 * HOUR);
        self.undo_after(ms, Undo::Start(city));
    }

    /// Disk and marker go back together: nothing on the machine itself can tell.
    fn snapshot_of_the_machine(&mut self, city: CityCode) {
        let Some((content, marker)) = self.backups.get(&city).cloned() else { return self.take_backup(city) };
        self.noted("machine snapshot");
        self.world.kill(city);
        self.world.city(city).store.restore(content);
        if let Some(node) = self.world.cities.get_mut(&city) {
            node.marker = marker;
            // The key folder goes back with it, and a record in it is of a later day.
            node.left_record = None;
        }
        self.diary.rolled_back.insert(city);
        self.diary.disk_lost(&self.world);
        let ms = self.duration(1_000, 2 * HOUR);
        self.undo_after(ms, Undo::Start(city));
    }

    fn add_twin(&mut self, city: CityCode) -> Option<CityCode> {
        if self.twins.contains(&city) || !self.world.city(city).runs() {
            return None;
        }
        self.twins.insert(city);
        self.twin_number += 1;
        let twin = CityCode::new(&format!("t{}", self.twin_number)).ok()?;
        self.world.add_twin(city, twin);
        let node = self.world.city(city);
        let (content, marker) = (node.store.content(), node.marker.clone());
        self.world.city(twin).store.restore(content);
        let settings = self.settings_of(city);
        let copy = self.world.cities.get_mut(&twin)?;
        copy.marker = marker;
        copy.settings = settings;
        Some(twin)
    }

    /// A second machine with the same disk and keys is started, and asked for nothing.
    fn silent_twin(&mut self, city: CityCode) {
        let Some(twin) = self.add_twin(city) else { return };
        self.noted("second machine");
        self.world.start(twin);
        let ms = self.duration(MINUTE, 6 * HOUR);
        self.undo_after(ms, Undo::Twin { city, twin });
    }

    /// Both machines publish while they cannot see each other: the city signs two histories, and partners hear both.
    pub(super) fn fork(&mut self, city: CityCode) {
        let Some(twin) = self.add_twin(city) else { return };
        self.noted("fork");
        self.world.line.cut_between(city, twin);
        self.world.start(twin);
        self.world.run_for(5_000);
        let epoch = self.world.city(city).heads().get(city).map_or(Epoch::FIRST, |head| head.epoch);
        let before = self.world.sizes(city).get(&city).copied().unwrap_or(Size(0));
        let parted: Vec<CityCode> = self.world.codes().into_iter().filter(|other| *other != twin).collect();
        for other in &parted {
            self.world.line.cut_between(twin, *other);
        }
        let excused = self.diary.said.len();
        self.list(city, 1);
        self.list(twin, 1);
        let own = self.world.sizes(city).get(&city).copied().unwrap_or(Size(0));
        let others = self.world.sizes(twin).get(&city).copied().unwrap_or(Size(0));
        if own > before && others > before {
            self.diary.forked(city, before, epoch);
        } else {
            // One of them was not signing: no harm done, but what the twin said alone is nobody's promise.
            for said in self.diary.said.iter_mut().skip(excused) {
                said.excused = true;
            }
            if others > before {
                self.diary.forked(city, before, epoch);
            }
        }
        for other in parted {
            self.world.line.cut.remove(&(twin, other));
            self.world.line.cut.remove(&(other, twin));
        }
        let ms = self.duration(10 * MINUTE, 2 * HOUR);
        self.undo_after(ms, Undo::Twin { city, twin });
    }

    /// A node answers with lies for a while.
    fn liar(&mut self, city: CityCode) {
        self.noted("liar");
        self.diary.liars.insert(city);
        let honest = self.honest();
        let log = honest[self.chance.below(honest.len() as u64) as usize];
        let lie = Lie::by(self.chance.below(Lie::KINDS), log);
        self.world.liars.insert(city, Box::new(move |_, _, response| lie.tell(response)));
        let ms = self.duration(MINUTE, DAY);
        self.undo_after(ms, Undo::Liar(city));
    }

    fn clock(&mut self, city: CityCode) {
        self.noted("clock");
        let ahead = [5_000, -5_000, HOUR, -HOUR, DAY, -DAY, 3 * MINUTE, -3 * MINUTE];
        let ahead = ahead[self.chance.below(ahead.len() as u64) as usize];
        if let Some(node) = self.world.cities.get_mut(&city) {
            node.clock_ahead_ms = ahead;
        }
        let ms = self.duration(MINUTE, DAY);
        self.undo_after(ms, Undo::Clock(city));
    }

    /// An ordinary change of keys while everything goes on.
    fn rotation(&mut self, city: CityCode) {
        if self.world.city(city).signing() == Some(huxin_engine::SigningState::Ready) {
            self.noted("rotation");
            self.rotate(city);
        }
    }

    /// An operator's `huxin keys rotate` breaks off somewhere; what it made lies in the key folder.
    fn interrupted_rotation(&mut self, city: CityCode) {
        if self.world.city(city).signing() != Some(huxin_engine::SigningState::Ready) {
            return;
        }
        self.noted("interrupted rotation");
        match self.chance.below(4) {
            // Before the record was made: the hold runs out.
            0 => drop(self.hold(city)),
            // Before the node was told: it signs on.
            1 => drop(self.make_record(city)),
            // The machine went down with it.
            2 => {
                self.make_record(city);
                self.world.kill(city);
                let ms = self.duration(1_000, 2 * HOUR);
                self.undo_after(ms, Undo::Start(city));
            }
            // The node was told, and its write failed and is gone, or was kept.
            _ => {
                let mode = if self.chance.hits(500) { Breaker::GONE_ONCE } else { Breaker::KEPT_ONCE };
                self.make_record(city);
                self.breaker(city).set(mode);
                self.resume_rotation(city);
                self.breaker(city).set(Breaker::GO_ON);
                let ms = self.duration(1_000, 2 * HOUR);
                self.undo_after(ms, Undo::Start(city));
            }
        }
    }

    /// Somebody has keys that are over, and speaks with them.
    fn retired_keys(&mut self, city: CityCode) {
        if self.speak_with_retired_keys(city) {
            self.noted("retired keys");
        }
    }

    fn flooding_member(&mut self, city: CityCode) {
        self.noted("flood");
        self.flood(city);
    }

    /// A clock is years off while nobody can be asked: what it signs then is of another age.
    fn clock_years_off(&mut self, city: CityCode) {
        self.noted("clock years off");
        let alone = self.duration(HOUR, 2 * DAY);
        let pairs = self.world.codes().into_iter().filter(|other| *other != city);
        let pairs = pairs.flat_map(|other| [(city, other), (other, city)]).collect();
        self.cut(pairs, alone);
        let years = [-3, 1, 3, 30];
        let years = years[self.chance.below(years.len() as u64) as usize];
        if let Some(node) = self.world.cities.get_mut(&city) {
            node.clock_ahead_ms = years * 365 * DAY;
        }
        // It may be set right before the lines heal, or after.
        let ms = self.duration(MINUTE, 3 * DAY);
        self.undo_after(ms, Undo::Clock(city));
    }

    /// A member's node gives everybody the texts that it may read.
    fn indiscreet_member(&mut self, city: CityCode) {
        self.noted("indiscreet member");
        self.diary.liars.insert(city);
        self.world.indiscreet.insert(city);
        let ms = self.duration(MINUTE, 4 * DAY);
        self.undo_after(ms, Undo::Discreet(city));
    }

    /// Ends a fault.
    pub fn undo(&mut self, undo: Undo) {
        if self.world.tell.is_some() {
            let what =
                if let Undo::Heal(pairs) = &undo { format!("{} lines heal", pairs.len()) } else { format!("{undo:?}") };
            self.tell(&what);
        }
        match undo {
            Undo::Line => {
                self.world.line.loss = 0;
                self.world.line.double = 0;
                self.world.line.jitter_ms = 10;
            }
            Undo::Heal(pairs) => {
                for pair in pairs {
                    self.world.line.cut.remove(&pair);
                    // The supervisor of either side tries again within a minute.
                    let again = self.duration(1_000, MINUTE);
                    self.plan(Millis(self.world.now.0 + again), Happening::Meet(pair.0, pair.1));
                }
            }
            Undo::Start(city) => self.world.start(city),
            Undo::Clock(city) => {
                if let Some(node) = self.world.cities.get_mut(&city) {
                    node.clock_ahead_ms = 0;
                }
            }
            Undo::Disk(city) => {
                if let Some(breaker) = self.breakers.get(&city) {
                    breaker.set(Breaker::GO_ON);
                }
                self.world.start(city);
            }
            Undo::Liar(city) => {
                self.world.liars.remove(&city);
            }
            Undo::Discreet(city) => {
                self.world.indiscreet.remove(&city);
            }
            Undo::Slow(city) => {
                self.world.line.slow.remove(&city);
            }
            Undo::Twin { city, twin } => {
                self.world.kill(twin);
                self.world.cities.remove(&twin);
                self.twins.remove(&city);
                self.diary.disk_lost(&self.world);
            }
        }
    }
}
