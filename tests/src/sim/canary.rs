//! One rule broken on purpose, for the judge of it to find: a judge that never objects would pass every country.

use super::Country;
use super::fault::Weather;
use crate::world::Trace;
use huxin_engine::ledger::{Batch, Family, HeadRow, city_key, place_key, scan_prefix};
use huxin_protocol::ids::CityCode;
use huxin_protocol::tree::{Frontier, leaf_hash};
use huxin_store::Store;
use std::sync::atomic::{AtomicU64, Ordering};

/// By the judge that has to object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Canary {
    /// A node takes up another history.
    Prefix,
    /// A node loses a statement that it acknowledged.
    Acknowledged,
    /// A node forgets who acts on what.
    Agreement,
    /// All nodes forget it alike.
    Model,
    /// A node forgets endings.
    Resurrection,
    /// A city hears nothing after a repair.
    Reach,
    /// Two machines sign, and nobody says so.
    Contradiction,
    /// What is held for partners may not be held at all.
    Bounds,
    /// Who lied is forgotten, so that whoever is blamed seems honest.
    Blame,
    /// Something that is not in the seed has a say.
    Repeatability,
}

impl Canary {
    pub const ALL: [Self; 10] = [
        Self::Prefix,
        Self::Acknowledged,
        Self::Agreement,
        Self::Model,
        Self::Resurrection,
        Self::Reach,
        Self::Contradiction,
        Self::Bounds,
        Self::Blame,
        Self::Repeatability,
    ];

    /// The judge that has to object.
    #[must_use]
    pub const fn judge(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Acknowledged => "acknowledged",
            Self::Agreement => "agreement",
            Self::Model => "model",
            Self::Resurrection => "resurrection",
            Self::Reach => "reach",
            Self::Contradiction => "contradiction",
            Self::Bounds => "bounds",
            Self::Blame => "blame",
            Self::Repeatability => "repeatability",
        }
    }

    /// The weather in which its judge has something to look at.
    #[must_use]
    pub const fn weather(self) -> Weather {
        match self {
            Self::Reach => Weather::Calm,
            _ => Weather::Storm,
        }
    }

    fn sings(self, country: &Country) -> bool {
        country.plan.canary == Some(self)
    }

    /// After a repair in a calm.
    pub(super) fn spoil(self, country: &mut Country) {
        if self == Self::Reach && self.sings(country) {
            let members = country.honest();
            for other in &members[1..] {
                country.world.line.cut_between(members[0], *other);
            }
        }
    }

    /// Before the cities get their calm.
    pub(super) fn spoil_calm(country: &mut Country) {
        if Self::Contradiction.sings(country) {
            let city = country.honest()[0];
            country.diary.forked.clear();
            country.fork(city);
            country.diary.forked.clear();
        }
    }

    /// After they agreed.
    pub(super) fn spoil_end(country: &mut Country) {
        let members = country.honest();
        match country.plan.canary {
            Some(Self::Prefix) => {
                let mut frontier = Frontier::default();
                for _ in 0..3 {
                    frontier.push(leaf_hash(b"another history"), &mut |_, _| ());
                }
                let head = HeadRow { frontier, checkpoint: None };
                change(country, members[1], |batch| batch.put(Family::Head, city_key(members[0]), head.encode()));
            }
            Some(Self::Acknowledged) => {
                let Some(id) = country.diary.said.iter().find(|said| !said.excused).map(|said| said.id) else { return };
                change(country, id.city, |batch| {
                    batch.put(Family::Log, place_key(id.city, id.seq), b"another leaf".to_vec())
                });
            }
            Some(Self::Agreement) => forget(country, members[1], Family::Subject),
            Some(Self::Model) => {
                for node in members {
                    forget(country, node, Family::About);
                }
            }
            Some(Self::Resurrection) => forget(country, members[0], Family::About),
            _ => {}
        }
    }

    pub(super) fn spoil_trace(self, canary: Option<Self>, trace: &mut Trace) {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        if self == Self::Repeatability && canary == Some(self) {
            trace.add(&RUNS.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        }
    }
}

fn change(country: &Country, node: CityCode, make: impl FnOnce(&mut Batch)) {
    let mut batch = Batch::default();
    make(&mut batch);
    country.world.city(node).store.commit(&batch).expect("the fake disk takes what a canary writes");
}

fn forget(country: &Country, node: CityCode, family: Family) {
    let mut keys = Vec::new();
    scan_prefix(&*country.world.city(node).store, family, &[], &mut |key, _| {
        keys.push(key.to_vec());
        true
    })
    .expect("a ledger that can be read");
    change(country, node, |batch| keys.into_iter().for_each(|key| batch.delete(family, key)));
}
