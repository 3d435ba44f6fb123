//! Half the country cut off for thirty days, and healed.
//!
//! What is simplified: the idle hours of each day are not simulated (nobody ticks, no heartbeats); each day has its
//! statements and two minutes of ordinary life on both sides. After healing every second is simulated.

use crate::words::{city, counts, end, entry, list, recognise};
use huxin_protocol::ids::{CityCode, Size, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Millis;
use huxin_tests::world::{Meter, World};

const CITIES: usize = 20;
const DAYS: u64 = 30;
/// Statements of each city on each day.
const PER_DAY: u64 = 40;

/// Bytes of the statements and bodies of `log` from `from` on, as `holder` has them.
fn bytes_from(world: &World, holder: CityCode, log: CityCode, from: Size) -> u64 {
    use huxin_engine::ledger::{Family, LedgerRead, body_key, place_key};
    use huxin_protocol::ids::{Epoch, Seq};
    let store = &world.city(holder).store;
    (from.0..world.sizes(holder)[&log].0)
        .map(|seq| {
            let leaf = store.get(Family::Log, &place_key(log, Seq(seq))).unwrap().unwrap();
            let body = store.get(Family::Body, &body_key(log, Epoch::FIRST, Seq(seq))).unwrap();
            (leaf.len() + body.map_or(0, |body| body.len())) as u64
        })
        .sum()
}

#[test]
fn partition_30_days_then_converge() {
    let seed = 1000;
    let mut world = World::started(CITIES, seed);
    recognise(&mut world, city(CITIES), city(1));
    let early: StatementId = list(&mut world, city(1), 1);
    let north: Vec<CityCode> = (1..=CITIES / 2).map(city).collect();
    let south: Vec<CityCode> = (CITIES / 2 + 1..=CITIES).map(city).collect();
    assert!(world.run_until(60_000, World::agree), "seed {seed}");
    for one in &north {
        for other in &south {
            world.line.cut_between(*one, *other);
        }
    }
    let before = world.sizes(city(1));
    for day in 0..DAYS {
        for (number, by) in world.codes().into_iter().enumerate() {
            let first = 1_000 + (day * CITIES as u64 + number as u64) * PER_DAY;
            let drafts = (first..first + PER_DAY).map(|number| entry(&world, by, number)).collect();
            world.publish(by, drafts).unwrap();
        }
        world.run_for(120_000);
        world.now = Millis(world.now.0 + 86_400_000 - 120_000);
    }
    end(&mut world, city(1), Kind::Repair, early);
    world.run_for(120_000);
    assert!(counts(&world, city(CITIES), 1), "seed {seed}: the repair has not crossed");
    let missing: u64 = [(&north, &south), (&south, &north)]
        .into_iter()
        .map(|(here, there)| {
            let logs: u64 = there.iter().map(|log| bytes_from(&world, *log, *log, before[log])).sum();
            logs * here.len() as u64
        })
        .sum();
    world.line.heal();
    world.meter = Meter::default();
    let healed = world.now;
    let equal = |w: &World| w.same_heads();
    let mut until = None;
    for _ in 0..120 {
        world.run_for(5_000);
        if until.is_none() && equal(&world) {
            until = Some(world.now.0 - healed.0);
            let moved = world.meter.bytes();
            println!("equal heads after {:?} ms, {moved} bytes moved for {missing} missing", until);
            println!("{:?}", world.meter);
        }
    }
    let moved = world.meter.bytes();
    println!(
        "ten minutes after healing: {moved} bytes moved for {missing} missing, {:.3}",
        moved as f64 / missing as f64
    );
    println!("{:?}", world.meter);
    assert!(until.is_some(), "seed {seed}: heads differ ten minutes after healing");
    assert!(!counts(&world, city(CITIES), 1), "seed {seed}: the repair arrived");
    assert!(moved * 10 <= missing * 12, "seed {seed}: {moved} bytes moved for {missing} missing");
    assert_eq!(world.blames, []);
}
