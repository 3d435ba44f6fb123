//! One rule broken on purpose, for the judge of it to find: a judge that never objects would pass every country.

use super::Country;
use super::fault::Weather;
use super::lie::Lie;
use crate::world::Trace;
use huxin_engine::gather;
use huxin_engine::ledger::{
    Batch, CosignatureRow, Family, HeadRow, body_key, city_key, cosignature_key, place_key, read_about_key, scan_prefix,
};
use huxin_protocol::checkpoint::Origin;
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::kind::Kind;
use huxin_protocol::tree::{Frontier, leaf_hash};
use huxin_store::{MemoryStore, Store};
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
    /// A record that was left in the key folder takes statements away at a start, and nobody is asked (line 1).
    Consent,
    /// A text is kept by a node that its header does not name (line 2).
    Readers,
    /// A line of a key that is over counts (line 3).
    Retired,
    /// A node forgets what rests by order.
    Rights,
    /// A city is heard from the future.
    Fresh,
    /// Something that is not in the seed has a say.
    Repeatability,
}

impl Canary {
    pub const ALL: [Self; 15] = [
        Self::Prefix,
        Self::Acknowledged,
        Self::Agreement,
        Self::Model,
        Self::Resurrection,
        Self::Reach,
        Self::Contradiction,
        Self::Bounds,
        Self::Blame,
        Self::Consent,
        Self::Readers,
        Self::Retired,
        Self::Rights,
        Self::Fresh,
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
            Self::Consent => "consent",
            Self::Readers => "readers",
            Self::Retired => "retired",
            Self::Rights => "rights",
            Self::Fresh => "fresh",
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
        if Self::Blame.sings(country) {
            // A node fetches everything anew, and one of those that it asks changes what it serves.
            let (liar, other) = (country.honest()[0], country.honest()[1]);
            country.diary.liars.insert(liar);
            country.world.liars.insert(liar, Box::new(|_, _, response| Lie::Garbage.tell(response)));
            country.world.kill(other);
            country.world.city(other).store.restore(MemoryStore::new().content());
            country.diary.disk_lost(&country.world);
            country.world.start(other);
            country.world.run_for(600_000);
            country.world.liars.remove(&liar);
        }
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
            Some(Self::Agreement) => forget(country, members[1], Family::Subject, &|_| true),
            Some(Self::Model) => {
                for node in members {
                    forget(country, node, Family::About, &|_| true);
                }
            }
            Some(Self::Consent) => {
                let city = members[0];
                country.make_record(city);
                // The hold runs out, and the node signs on.
                country.world.run_for(10 * country.world.city(city).settings.hold_ms);
                country.list(city, 2);
                country.world.run_for(5_000);
                country.world.kill(city);
                country.world.consent_at_start = huxin_engine::Consent::ANYTHING;
                country.world.start(city);
            }
            Some(Self::Readers) => {
                let named = country.diary.said.iter().find(|said| said.named && !said.excused).map(|said| said.id);
                let Some(id) = named else { return };
                let allowed = |node: &CityCode| {
                    let city = country.world.city(*node);
                    let held = gather::statement(&*city.store, &city.roster(), id).ok().flatten();
                    held.is_none_or(|(statement, _)| statement.header.disclosure.allows(id.city, *node))
                };
                let Some(node) = members.iter().copied().find(|node| !allowed(node)) else { return };
                let key = body_key(id.city, id.epoch, id.seq);
                change(country, node, |batch| batch.put(Family::Body, key, b"a text for others".to_vec()));
            }
            Some(Self::Retired) => {
                let (log, node, by) = (members[0], members[1], members[2]);
                let epoch = country.world.city(by).roster().city(by).map_or(Epoch::FIRST, |keys| keys.current().epoch);
                country.rotate(by);
                country.world.run_for(60_000);
                let time_s = country.world.now.0.unsigned_abs() / 1000;
                let Some((checkpoint, _, mut line)) = country.line(by, epoch, (log, node), time_s) else { return };
                // It bears the name of the key in force.
                let cosigner = Origin { federation: country.federation, city: by, epoch: epoch.next() };
                line.name = cosigner.cosigner_name();
                let (epoch, size, root) = (checkpoint.origin.epoch, checkpoint.size, checkpoint.root);
                let row = CosignatureRow { epoch, size, root, time_s, line };
                change(country, node, |batch| batch.put(Family::Cosignature, cosignature_key(log, by), row.encode()));
            }
            Some(Self::Fresh) => {
                let (log, node) = (members[0], members[1]);
                let Ok(Some(mut row)) = CosignatureRow::read(&*country.world.city(node).store, log, log) else {
                    return;
                };
                row.time_s += 86_400;
                change(country, node, |batch| batch.put(Family::Cosignature, cosignature_key(log, log), row.encode()));
            }
            Some(Self::Resurrection) => forget(country, members[0], Family::About, &|_| true),
            Some(Self::Rights) => {
                let city = members[0];
                country.rest_one(city);
                let rests = |key: &[u8]| read_about_key(key).is_some_and(|(kind, ..)| kind == Kind::Suspension);
                forget(country, city, Family::About, &rests);
            }
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

fn forget(country: &Country, node: CityCode, family: Family, is_meant: &dyn Fn(&[u8]) -> bool) {
    let mut keys = Vec::new();
    scan_prefix(&*country.world.city(node).store, family, &[], &mut |key, _| {
        keys.extend(is_meant(key).then(|| key.to_vec()));
        true
    })
    .expect("a ledger that can be read");
    change(country, node, |batch| keys.into_iter().for_each(|key| batch.delete(family, key)));
}
