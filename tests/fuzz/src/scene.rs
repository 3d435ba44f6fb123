//! The prepared federation that targets read and prove against: three simulated cities whose logs hold every kind of act,
//! named bodies, a second epoch and a cut tail; and another history of the same keys, as a thief or a fork would make.
//!
//! A target that only asks "does it crash" learns little. With everything that the keys ever signed at hand it can ask
//! more: whatever is *accepted* must be one of these, because nobody else has the keys.

use huxin_engine::input::{Consent, Draft, Input, Ticket};
use huxin_engine::ledger::{Family, HeadRow, LedgerRead, LedgerTree, last_place, scan_prefix};
use huxin_engine::{Outcome, serve};
use huxin_protocol::body::{ActBody, Body, DeclineBody, List, NodeAnnouncementBody, RecognitionBody};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::{Edition, builtin};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::Segment;
use huxin_protocol::tree::{leaf_hash, root_at};
use huxin_store::Content;
use huxin_tests::world::{Secrets, World, draft, entry_body};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Seed of the world in which the first history happens; the second has the next one.
const SEED: u64 = 20_260_101;

/// The `number`th city, from 1 on.
#[must_use]
pub fn city(number: u8) -> CityCode {
    CityCode::new(&format!("c{number:02}")).expect("a good code")
}

/// What one city's disk held at one moment.
pub type Disks = BTreeMap<CityCode, Content>;

pub struct Scene {
    pub genesis: Genesis,
    pub federation: Digest,
    pub secrets: BTreeMap<CityCode, Secrets>,
    /// All disks of the first history, early and late.
    pub stages: Vec<Disks>,
    /// All disks at the end of the second history.
    pub other: Disks,
    /// With every key record of the first history.
    pub roster: Roster,
    /// Key records that a root signed, in either history.
    pub records: Vec<Vec<u8>>,
    pub editions: BTreeMap<Digest, Edition>,
    /// Hashes of all leaves that were ever signed, by place.
    leaves: BTreeMap<(CityCode, Seq), BTreeSet<TreeHash>>,
}

/// The scene, made at the first use: some hundred milliseconds.
pub fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(Scene::make)
}

/// What `read` knows of key records.
pub fn roster_of(genesis: &Genesis, read: &dyn LedgerRead) -> Roster {
    let mut roster = Roster::new(genesis);
    for record in records_of(read) {
        roster.add(&record).expect("a stored record was checked");
    }
    roster
}

fn records_of(read: &dyn LedgerRead) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    scan_prefix(read, Family::Record, &[], &mut |_, record| {
        records.push(record.to_vec());
        true
    })
    .expect("memory reads");
    records
}

impl Scene {
    fn make() -> Self {
        let mut first = World::started(3, SEED);
        let stages = play(&mut first);
        let mut second = World::started(3, SEED + 1);
        play_otherwise(&mut second);
        let other = disks(&second);
        let genesis = first.genesis.clone();
        assert_eq!(genesis.bytes(), second.genesis.bytes(), "both histories are of one federation");
        let newest = &stages[stages.len() - 1];
        let mut secrets = BTreeMap::new();
        for number in 1..=3 {
            let mut own = Secrets::new(city(number));
            own.add_epoch(Epoch(2));
            secrets.insert(city(number), own);
        }
        let roster = roster_of(&genesis, &newest[&city(1)]);
        let mut records: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut leaves: BTreeMap<(CityCode, Seq), BTreeSet<TreeHash>> = BTreeMap::new();
        for content in stages.iter().chain([&other]).flat_map(BTreeMap::values) {
            records.extend(records_of(content));
            for family in [Family::Log, Family::Abandoned] {
                scan_prefix(content, family, &[], &mut |key, leaf| {
                    if let Some(place) = place_of(family, key) {
                        leaves.entry(place).or_default().insert(leaf_hash(leaf));
                    }
                    true
                })
                .expect("memory reads");
            }
        }
        Self {
            federation: genesis.id(),
            genesis,
            secrets,
            stages,
            other,
            roster,
            records: records.into_iter().collect(),
            editions: builtin(),
            leaves,
        }
    }

    /// The newest disk of a city in the first history.
    #[must_use]
    pub fn newest(&self, city: CityCode) -> &Content {
        &self.stages[self.stages.len() - 1][&city]
    }

    /// Whether some key of the city really signed this leaf for this place.
    #[must_use]
    pub fn signed_leaf(&self, city: CityCode, seq: Seq, hash: &TreeHash) -> bool {
        self.leaves.get(&(city, seq)).is_some_and(|hashes| hashes.contains(hash))
    }

    /// Whether the city's log ever had this root at this size, in either history.
    #[must_use]
    pub fn had_root(&self, city: CityCode, size: Size, root: &TreeHash) -> bool {
        self.stages.iter().chain([&self.other]).flat_map(BTreeMap::values).any(|content| {
            let held = HeadRow::read(content, city).expect("memory reads").frontier.size();
            size <= held && root_at(&LedgerTree { read: content, city }, size).is_ok_and(|had| had == *root)
        })
    }

    /// A segment as a partner that holds `content` would serve it.
    #[must_use]
    pub fn segment(&self, content: &Content, log: CityCode, from: Seq, count: u32, after: Epoch) -> Option<Segment> {
        let roster = roster_of(&self.genesis, content);
        serve::segment(content, &roster, Some(city(1)), log, from, count, after).expect("memory reads")
    }
}

fn place_of(family: Family, key: &[u8]) -> Option<(CityCode, Seq)> {
    if family == Family::Log {
        return last_place(key);
    }
    // Kept aside under city, epoch and position.
    let city = CityCode::from_key_bytes(key.first_chunk()?).ok()?;
    huxin_engine::ledger::last_seq(key).map(|seq| (city, seq))
}

fn disks(world: &World) -> Disks {
    world.cities.iter().map(|(code, city)| (*code, city.store.content())).collect()
}

fn publish(world: &mut World, by: CityCode, kind: Kind, about: Option<StatementId>, body: Body) -> StatementId {
    publish_to(world, by, kind, about, body, Disclosure::Public)
}

fn publish_to(
    world: &mut World,
    by: CityCode,
    kind: Kind,
    about: Option<StatementId>,
    body: Body,
    disclosure: Disclosure,
) -> StatementId {
    let made: Draft = draft(&world.city(by).secrets, &world.genesis.id(), kind, about, body, disclosure);
    world.publish(by, vec![made]).unwrap_or_else(|refusal| panic!("{by} refused {kind:?}: {refusal}"))[0]
}

fn list(world: &mut World, by: CityCode, number: u64, disclosure: Disclosure) -> StatementId {
    let mut body = entry_body(number, &format!("Decision {number}"));
    body.record_ref = number.is_multiple_of(3).then(|| format!("row {number}"));
    publish_to(world, by, Kind::Entry, None, Body::Listing(Box::new(body)), disclosure)
}

/// A body without anything but a reason.
#[must_use]
pub fn reason(kind: Kind) -> Body {
    Body::Act(ActBody { reason: format!("synthetic {}", kind.name()), ..ActBody::default() })
}

/// A rule that recognises everything of a partner.
#[must_use]
pub fn recognition(partner: CityCode) -> RecognitionBody {
    RecognitionBody::without_limits(
        partner,
        vec![List::Red, List::Black, List::Watch],
        "2020-01-01".parse().expect("a date"),
    )
}

/// Stops signing, makes the next key record at the place where the log stands, and takes it up.
fn rotate(world: &mut World, code: CityCode) {
    let held = world.command(code, |ticket| Input::Hold { ticket }).expect("it holds");
    let Outcome::Held { epoch, last_record, size, root, .. } = held else { panic!("{held:?}") };
    let federation = world.genesis.id();
    let city = world.cities.get_mut(&code).expect("it is there");
    let record = city.secrets.record(&federation, epoch.next(), last_record, (size, root), Tail::Endings);
    world
        .command(code, |ticket: Ticket| Input::Record {
            ticket,
            bytes: record.bytes().to_vec(),
            consent: Consent::ANYTHING,
        })
        .expect("it follows");
}

fn settle(world: &mut World) {
    assert!(world.run_until(240_000, World::agree), "the prepared cities do not agree");
    // Witnesses and heartbeats.
    world.run_for(5_000);
}

/// The first history: recognitions, then listings and their ends, then a rotation, then a tail that is cut off.
fn play(world: &mut World) -> Vec<Disks> {
    let (one, two, three) = (city(1), city(2), city(3));
    let mut stages = Vec::new();
    for by in [one, two, three] {
        for partner in [one, two, three].into_iter().filter(|partner| *partner != by) {
            publish(world, by, Kind::Recognition, None, Body::Recognition(recognition(partner)));
        }
    }
    settle(world);
    stages.push(disks(world));

    let mut ids = Vec::new();
    for number in 0..8 {
        let disclosure = match number % 4 {
            0 => Disclosure::Named(vec![one]),
            1 => Disclosure::Federation,
            2 => Disclosure::Named(vec![three]),
            _ => Disclosure::Public,
        };
        ids.push(list(world, two, number, disclosure));
        list(world, three, 100 + number, Disclosure::Public);
    }
    settle(world);
    stages.push(disks(world));

    let mut corrected = entry_body(3, "Decision 3");
    corrected.summary = "corrected".to_owned();
    publish(world, two, Kind::Amendment, Some(ids[3]), Body::Listing(Box::new(corrected)));
    let repair = publish(world, two, Kind::Repair, Some(ids[4]), reason(Kind::Repair));
    publish(world, two, Kind::Reinstatement, Some(repair), reason(Kind::Reinstatement));
    publish(world, two, Kind::Annulment, Some(ids[5]), reason(Kind::Annulment));
    publish(world, two, Kind::Erasure, Some(ids[6]), reason(Kind::Erasure));
    let decline = Body::Decline(DeclineBody { reason: "synthetic".to_owned() });
    publish(world, three, Kind::Decline, Some(ids[7]), decline);
    let announced = NodeAnnouncementBody {
        peer_id: b"peer".to_vec(),
        addresses: vec!["/dns4/c03.example/tcp/4001".to_owned()],
        valid_until: None,
    };
    publish(world, three, Kind::NodeAnnouncement, None, Body::NodeAnnouncement(announced));
    settle(world);
    stages.push(disks(world));

    rotate(world, two);
    list(world, two, 20, Disclosure::Public);
    settle(world);
    stages.push(disks(world));

    // A thief of the third city's key lists and repairs; its root cuts that off and lets endings stand.
    let size = world.sizes(three)[&three];
    let root = HeadRow::read(&*world.city(three).store, three).expect("memory reads").frontier.root();
    let listed = list(world, three, 130, Disclosure::Public);
    publish(world, three, Kind::Removal, Some(listed), reason(Kind::Removal));
    settle(world);
    stages.push(disks(world));
    let federation = world.genesis.id();
    let node = world.cities.get_mut(&three).expect("it is there");
    let record = node.secrets.record(&federation, Epoch(2), federation, (size, root), Tail::Endings);
    world
        .command(three, |ticket| Input::Record { ticket, bytes: record.bytes().to_vec(), consent: Consent::ANYTHING })
        .expect("it follows");
    list(world, three, 131, Disclosure::Public);
    settle(world);
    stages.push(disks(world));
    stages
}

/// The second history of the same cities and keys: other entries at the same places, and another rotation.
fn play_otherwise(world: &mut World) {
    let (two, three) = (city(2), city(3));
    for number in 0..18 {
        list(world, two, 40 + number, Disclosure::Public);
        list(world, three, 60 + number, Disclosure::Public);
    }
    settle(world);
    rotate(world, two);
    list(world, two, 90, Disclosure::Public);
    settle(world);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scene_is_the_same_each_time_and_both_histories_are_different() {
        let (one, again) = (scene(), Scene::make());
        assert_eq!(one.stages, again.stages);
        assert_eq!(one.other, again.other);
        let head = |disks: &Disks, of| HeadRow::read(&disks[&city(1)], of).expect("memory reads").frontier;
        for log in [city(2), city(3)] {
            let (first, second) = (head(&one.stages[5], log), head(&one.other, log));
            assert!(first.size() > Size(8) && second.size() > Size(8));
            assert!(one.had_root(log, first.size(), &first.root()) && one.had_root(log, second.size(), &second.root()));
            assert!(!one.had_root(log, first.size(), &TreeHash([7; 32])));
        }
        assert!(one.records.len() >= 3, "{}", one.records.len());
    }
}
