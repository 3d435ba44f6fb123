//! What cities were told is done: every statement that a node acknowledged, and what became of the disks that it stood on.
//! Judges hold the end of a run against it.

use crate::world::World;
use huxin_protocol::ids::{CityCode, Epoch, Size, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::{Date, Millis};
use std::collections::{BTreeMap, BTreeSet};

/// An acknowledged statement.
#[derive(Clone, Debug)]
pub struct Said {
    pub id: StatementId,
    pub kind: Kind,
    pub about: Option<StatementId>,
    /// Number of the company, for listings.
    pub subject: Option<u64>,
    /// Its last day, where it has one of its own.
    pub until: Option<Date>,
    pub at: Millis,
    /// Its text is for named readers.
    pub named: bool,
    /// It stood on no disk any more after one was lost, or on a branch that was cut: nobody can be held to it.
    pub excused: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Diary {
    pub said: Vec<Said>,
    /// Companies that any listing is about.
    pub subjects: BTreeSet<u64>,
    /// Endings and Suspensions of which a reinstatement or a resumption was begun and never answered: it may stand or not.
    pub perhaps_cancelled: BTreeSet<StatementId>,
    /// Cities whose node lied at some time.
    pub liars: BTreeSet<CityCode>,
    /// Cities whose machine went back as a whole, disk and marker: where no partner that can be asked has heard what was signed
    /// since, nothing on earth can tell.
    pub rolled_back: BTreeSet<CityCode>,
    /// Cities that signed two histories: from which size on, and in which epoch.
    pub forked: BTreeMap<CityCode, (Size, Epoch)>,
}

impl Diary {
    pub fn add(&mut self, mut said: Said) {
        // What a forked city says before a record closes its epoch may stand on the branch that is left.
        said.excused |= self.forked.get(&said.id.city).is_some_and(|(_, epoch)| *epoch == said.id.epoch);
        self.subjects.extend(said.subject);
        self.said.push(said);
    }

    /// Listings of a city that nothing in the diary has ended.
    #[must_use]
    pub fn standing(&self, city: CityCode) -> Vec<&Said> {
        let ended: BTreeSet<StatementId> = self.ended().keys().copied().collect();
        let own = self.said.iter().filter(|said| said.id.city == city && said.kind == Kind::Entry);
        own.filter(|said| !ended.contains(&said.id) && !said.excused).collect()
    }

    /// Listings by the ending that stands: ended, and that ending not cancelled by a reinstatement that was acknowledged
    /// or may have been.
    #[must_use]
    pub fn ended(&self) -> BTreeMap<StatementId, &Said> {
        let cancelled = self.said.iter().filter(|said| said.kind == Kind::Reinstatement).filter_map(|said| said.about);
        let cancelled: BTreeSet<StatementId> = cancelled.chain(self.perhaps_cancelled.iter().copied()).collect();
        let endings = self.said.iter().filter(|said| said.kind.is_ending() && !said.excused);
        let mut ended = BTreeMap::new();
        for ending in endings.filter(|ending| !cancelled.contains(&ending.id)) {
            if let Some(about) = ending.about {
                ended.entry(about).or_insert(ending);
            }
        }
        ended
    }

    /// Listings that were ended or rest by order, each with every relief of it that nothing may have taken back.
    #[must_use]
    pub fn relieved(&self) -> Vec<(Said, Said)> {
        let back = |said: &&Said| matches!(said.kind, Kind::Reinstatement | Kind::Resumption);
        let cancelled = self.said.iter().filter(back).filter_map(|said| said.about);
        let cancelled: BTreeSet<StatementId> = cancelled.chain(self.perhaps_cancelled.iter().copied()).collect();
        let by_id: BTreeMap<StatementId, &Said> =
            self.said.iter().filter(|said| said.subject.is_some()).map(|said| (said.id, said)).collect();
        self.said
            .iter()
            .filter(|said| said.kind.is_relief() && !said.excused && !cancelled.contains(&said.id))
            .filter_map(|relief| Some(((*by_id.get(&relief.about?)?).clone(), relief.clone())))
            .collect()
    }

    #[must_use]
    pub fn said_at(&self, id: StatementId) -> Option<&Said> {
        self.said.iter().find(|said| said.id == id)
    }

    /// After a disk was lost: what now stands on none is nobody's promise any more.
    pub fn disk_lost(&mut self, world: &World) {
        let mut held: BTreeMap<CityCode, Size> = BTreeMap::new();
        for name in world.codes() {
            for (city, size) in world.sizes(name) {
                let most = held.entry(city).or_insert(Size(0));
                *most = (*most).max(size);
            }
        }
        for said in &mut self.said {
            let size = held.get(&said.id.city).copied().unwrap_or(Size(0));
            said.excused |= said.id.seq.0 >= size.0;
        }
    }

    /// A city signed two histories from this size on: one of them will not stand.
    pub fn forked(&mut self, city: CityCode, from: Size, epoch: Epoch) {
        self.forked.insert(city, (from, epoch));
        for said in self.said.iter_mut().filter(|said| said.id.city == city) {
            said.excused |= said.id.seq.0 >= from.0;
        }
    }
}
