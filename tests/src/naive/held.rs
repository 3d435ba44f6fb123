//! What a node holds, as plain bytes taken from its disk: the families that are facts, none of those that are indexes.

#![allow(clippy::expect_used, reason = "a simulated disk whose keys have another length is a fault of the test itself")]

use crate::world::World;
use crate::world::catalogue::catalogue;
use huxin_engine::ledger::{CosignatureRow, Family, HeadRow, LedgerRead, scan_prefix};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::ids::{CityCode, Epoch, Seq, StatementId};
use std::collections::BTreeMap;

/// Everything that a ruling may rest on, and nothing derived from it.
#[derive(Clone, Debug)]
pub struct Held {
    pub genesis: Genesis,
    /// The city whose node this is: the reader of R134.
    pub reader: CityCode,
    /// Key records of all cities, in no order.
    pub records: Vec<Vec<u8>>,
    /// Leaves by seq, as far as a checkpoint proves them.
    pub logs: BTreeMap<CityCode, Vec<Vec<u8>>>,
    /// Leaves that a key record left outside the log (R86), by the place that they were held at.
    pub abandoned: BTreeMap<StatementId, Vec<u8>>,
    pub bodies: BTreeMap<StatementId, Vec<u8>>,
    /// The newest own cosignature of each city.
    pub heartbeats: BTreeMap<CityCode, Heartbeat>,
    pub editions: BTreeMap<Digest, Edition>,
    /// Epochs against which evidence is held (R99).
    pub accused: Vec<(CityCode, Epoch)>,
}

/// A city's own cosignature of its log (R77).
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    pub size: u64,
    pub time_s: u64,
    /// The epoch whose cosigner key signed.
    pub epoch: Epoch,
}

/// What the node called `node` holds in the simulated world.
#[must_use]
pub fn held(world: &World, node: CityCode) -> Held {
    let city = world.city(node);
    from_disk(&*city.store, &world.genesis, city.code)
}

/// What any ledger holds, read family by family from its first row to its last.
#[must_use]
pub fn from_disk(read: &dyn LedgerRead, genesis: &Genesis, reader: CityCode) -> Held {
    let mut held = Held {
        genesis: genesis.clone(),
        reader,
        records: Vec::new(),
        logs: BTreeMap::new(),
        abandoned: BTreeMap::new(),
        bodies: BTreeMap::new(),
        heartbeats: BTreeMap::new(),
        editions: catalogue(),
        accused: Vec::new(),
    };
    each(read, Family::Record, &mut |_, value| held.records.push(value.to_vec()));
    each(read, Family::Log, &mut |key, value| {
        let log = held.logs.entry(city_of(key)).or_default();
        assert_eq!(log.len() as u64, number_at(key, 16), "a log without gaps");
        log.push(value.to_vec());
    });
    each(read, Family::Abandoned, &mut |key, value| {
        let place = place_of(key);
        // The last row of an epoch is no leaf: it marks the head that was left.
        if place.seq.0 != u64::MAX {
            held.abandoned.insert(place, value.to_vec());
        }
    });
    each(read, Family::Evidence, &mut |key, _| {
        let epoch = u32::from_be_bytes(key[16..20].try_into().expect("4 bytes of an epoch"));
        held.accused.push((city_of(key), Epoch(epoch)));
    });
    each(read, Family::Body, &mut |key, value| {
        held.bodies.insert(place_of(key), value.to_vec());
    });
    for member in &genesis.manifest().members {
        // What no checkpoint proves yet is on its way and not of the view (R100): a page of a longer run.
        let head = HeadRow::read(read, member.code).expect("a head that can be read");
        let proved = head.checkpoint().expect("a checkpoint that can be read").map_or(0, |note| note.checkpoint.size.0);
        if let Some(log) = held.logs.get_mut(&member.code) {
            log.truncate(usize::try_from(proved).unwrap_or(usize::MAX));
        }
        if let Ok(Some(row)) = CosignatureRow::read(read, member.code, member.code) {
            // `<origin>/cosigner`, and the origin ends with the cosigner's epoch (R71, R75).
            let epoch =
                row.line.name.rsplit('/').nth(1).and_then(|epoch| epoch.parse().ok()).expect("a cosigner's name");
            held.heartbeats
                .insert(member.code, Heartbeat { size: row.size.0, time_s: row.time_s, epoch: Epoch(epoch) });
        }
    }
    held
}

fn each(read: &dyn LedgerRead, family: Family, visit: &mut dyn FnMut(&[u8], &[u8])) {
    let walked = scan_prefix(read, family, &[], &mut |key, value| {
        visit(key, value);
        true
    });
    assert!(walked.is_ok(), "the {} rows of a simulated disk can be read", family.name());
}

/// City ‖ …
fn city_of(key: &[u8]) -> CityCode {
    let bytes: &[u8; 16] = key[..16].try_into().expect("a key begins with a city");
    CityCode::from_key_bytes(bytes).expect("a city's code")
}
fn number_at(key: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(key[at..at + 8].try_into().expect("8 bytes of a number"))
}
/// City ‖ epoch ‖ seq.
fn place_of(key: &[u8]) -> StatementId {
    let epoch = u32::from_be_bytes(key[16..20].try_into().expect("4 bytes of an epoch"));
    StatementId { city: city_of(key), epoch: Epoch(epoch), seq: Seq(number_at(key, 20)) }
}
