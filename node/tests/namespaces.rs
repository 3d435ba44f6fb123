//! Five nodes as five hosts: real processes in network namespaces of their own, joined by lines that are cut, made deaf, lossy,
//! narrow or long; nodes that die at any time, move, run out of disk, or are wrong about the time. Each test is a storm
//! and then a calm, and in the calm all five must hold the same logs, with everything in them that was ever answered, and
//! `fsck` must find every book in order.
//!
//! Needs root and `ip`, `nft` and `tc`. Where a machine does not permit it the tests say so and are skipped; with `CI=true` that is a
//! failure. The storm lasts a minute; ten minutes:
//! `HUXIN_STORM_SECONDS=600 cargo test -p huxin --test namespaces killed -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "namespaces/chance.rs"]
mod chance;
#[path = "namespaces/country.rs"]
mod country;
#[path = "namespaces/desk.rs"]
mod desk;
mod federation;
#[path = "namespaces/host.rs"]
mod host;
#[path = "namespaces/line.rs"]
mod line;
mod lone;
#[path = "namespaces/relay.rs"]
mod relay;
#[path = "namespaces/small_disk.rs"]
mod small_disk;
#[path = "namespaces/storm.rs"]
mod storm;

use chance::Chance;
use country::{Country, HEZHOU, LANZHOU, NINGBO, ZHOUSHAN};
use desk::Desk;
use federation::until;
use huxin::client::Client;
use line::Fault;
use small_disk::{MIB, SmallDisk};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Five nodes are enough for a machine of two cores: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The right to run, where the machine permits it at all.
fn admitted(test: &str) -> Option<MutexGuard<'static, ()>> {
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    host::permitted(test).then_some(turn)
}

/// Entries that are published at once where the length of a line is to be seen.
const MANY: usize = 300;
const FAR: Duration = Duration::from_millis(200);

#[test]
fn lines_break_and_heal() {
    let Some(_turn) = admitted("lines_break_and_heal") else { return };
    let mut country = Country::started(5);
    let mut numbers = 0..;
    let mut publish = |country: &Country, code: &str| {
        let number = numbers.next().unwrap();
        country.publish(code, number).ids[0].seq.0 + 1
    };

    // Cut: the four agree without the fifth, which goes on signing by itself.
    line::impose(&country.host(LANZHOU), Fault::Cut);
    let (of_ningbo, of_lanzhou) = (publish(&country, NINGBO), publish(&country, LANZHOU));
    country.federation.until_equal_among(&country.others(&[LANZHOU]));
    assert!(country.holds(ZHOUSHAN, NINGBO) == of_ningbo && country.holds(LANZHOU, NINGBO) < of_ningbo);
    assert!(country.holds(LANZHOU, LANZHOU) == of_lanzhou && country.holds(ZHOUSHAN, LANZHOU) < of_lanzhou);
    assert!(line::heal(&country.host(LANZHOU)) > 0, "the cut met nothing");
    country.federation.until_equal();

    // One way: a deaf city hears nothing, a mute one is not heard.
    line::impose(&country.host(HEZHOU), Fault::Deaf);
    line::impose(&country.host(NINGBO), Fault::Mute);
    let (of_zhoushan, of_ningbo) = (publish(&country, ZHOUSHAN), publish(&country, NINGBO));
    country.federation.until_equal_among(&country.others(&[HEZHOU, NINGBO]));
    assert!(country.holds(HEZHOU, ZHOUSHAN) < of_zhoushan, "the deaf city heard");
    assert!(country.holds(LANZHOU, NINGBO) < of_ningbo, "the mute city was heard");
    for code in [HEZHOU, NINGBO] {
        assert!(line::heal(&country.host(code)) > 0, "{code}: the fault met nothing");
    }
    country.federation.until_equal();

    // Loss: everything arrives all the same, while it lasts.
    country.cities().iter().for_each(|code| line::impose(&country.host(code), Fault::Loss(5)));
    for code in country.cities() {
        (0..MANY / 10).for_each(|_| {
            publish(&country, code);
        });
    }
    country.federation.until_equal();
    let lost: u64 = country.cities().iter().map(|code| line::heal(&country.host(code))).sum();
    assert!(lost > 0, "no packet was lost");

    // Narrow: a body of entries takes the time that the line needs for it, and arrives.
    country.narrow(ZHOUSHAN);
    let begun = Instant::now();
    (0..MANY).for_each(|_| {
        publish(&country, ZHOUSHAN);
    });
    country.federation.until_equal();
    let narrow = begun.elapsed();
    country.widen(ZHOUSHAN);
    assert!(narrow > Duration::from_secs(2), "{MANY} entries to four cities by one megabit within {narrow:?}");

    // Long: 200 ms either way.
    let means = country.lengthen(LANZHOU, FAR);
    until("the far city is connected again", || {
        let peers = country.federation.ask(LANZHOU, |client| client.peers()).ok()?.peers;
        peers.iter().all(|peer| peer.up).then_some(())
    });
    // By gossip when its mesh stands again, by the next comparison until then.
    let arrival = |_| {
        let (begun, due) = (Instant::now(), publish(&country, ZHOUSHAN));
        until("the far city has it", || (country.holds(LANZHOU, ZHOUSHAN) == due).then_some(()));
        begun.elapsed()
    };
    let far = (0..5).map(arrival).min().unwrap();
    assert!(far >= FAR, "it was there after {far:?}");
    (0..MANY / 10).for_each(|_| {
        publish(&country, LANZHOU);
    });
    country.federation.until_equal();
    country.shorten(LANZHOU);
    publish(&country, LANZHOU);
    country.federation.until_equal();
    println!("5 % loss dropped {lost} packets; 1 Mbit/s took {narrow:?}; by {means} an entry took {far:?}");
    country.federation.end_and_check();
}

/// Tells the desks that it is over, also when the test has failed.
struct Over(Arc<AtomicBool>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn killed_at_random() {
    let Some(_turn) = admitted("killed_at_random") else { return };
    let mut chance = Chance::drawn();
    let mut country = Country::started(5);
    let over = Over(Arc::new(AtomicBool::new(false)));
    let desks: Vec<_> = country
        .cities()
        .into_iter()
        .map(|code| {
            let (desk, over) = (Desk::of(&country, code, chance.branch()), over.0.clone());
            (code, std::thread::spawn(move || desk.publish(&over)))
        })
        .collect();
    let damage = storm::rage(&mut country, &mut chance, storm::length());
    drop(over);
    let answers: Vec<_> = desks.into_iter().map(|(code, desk)| (code, desk.join().unwrap())).collect();

    let calm = Instant::now();
    storm::calm(&mut country);
    country.federation.until_equal();
    let calm = calm.elapsed();
    let mut taken = 0;
    for (code, answers) in &answers {
        assert_eq!(answers.lost(&country, code), [], "{code}: these were answered");
        assert!(!answers.taken.is_empty(), "{code} never published");
        taken += answers.taken.len();
        println!(
            "{code}: {} answered, {} not answered, refused {:?}",
            answers.taken.len(),
            answers.unanswered,
            answers.refused
        );
    }
    // A storm of a few seconds may draw no blow at all; a minute does not.
    assert!(damage.kills > 0 || storm::length() < Duration::from_secs(30), "nothing was killed");
    println!("{damage:?}; {taken} answered and all there; all heads equal {calm:?} after the storm");
    country.federation.end_and_check();
}

/// The disk of one node is filled below what publishing needs, then to the last byte. It stays, answers, and says what is
/// wrong; nothing is signed that could not be kept. With room it goes on by itself.
#[test]
fn disk_full_then_space() {
    let Some(_turn) = admitted("disk_full_then_space") else { return };
    let disk = SmallDisk::of_mib(128);
    let mut country = Country::founded(3);
    std::os::unix::fs::symlink(disk.path(), country.federation.folder(ZHOUSHAN).join("data")).unwrap();
    let small = |command: &mut Command| {
        command.env("HUXIN_STORAGE_LOW_MIB", "32").env("HUXIN_STORAGE_MIN_FREE_MIB", "16");
        // A node that has something to write every second, whether or not anybody publishes.
        command.env("HUXIN_NETWORK_HEARTBEAT_SECONDS", "1");
    };
    for code in country.cities() {
        country.federation.launch(code, small);
    }
    for code in country.cities() {
        country.federation.until_ready(code);
    }
    let refused = |country: &Country, number| {
        let publish = |client: &Client| client.publish(&lone::entry(number)).unwrap_err().code;
        country.federation.ask(ZHOUSHAN, publish)
    };
    let kept = country.publish(ZHOUSHAN, 0).ids[0];
    country.federation.until_equal();

    // Low: nothing of its own any more, while what partners say still fits.
    disk.leave(24 * MIB);
    assert_eq!(refused(&country, 1), "disk_full");
    country.publish(HEZHOU, 1);
    country.federation.until_equal();
    assert_eq!(country.holds(ZHOUSHAN, HEZHOU), 1);

    // Full to the last byte: it takes nothing, and is there.
    disk.leave(0);
    let missing = |country: &Country, what: &str| {
        let ready = country.federation.ask(ZHOUSHAN, Client::ready).ok();
        ready.filter(|ready| ready.missing.iter().any(|missing| missing == what)).map(drop)
    };
    until("it says that the disk is full", || missing(&country, "disk_full"));
    country.publish(HEZHOU, 2);
    country.federation.until_equal_among(&[HEZHOU, LANZHOU]);
    until("it waits for room", || missing(&country, "writer_silent"));
    assert!(country.federation.is_alive(ZHOUSHAN), "it ended by itself");
    assert_eq!(refused(&country, 2), "disk_full");
    assert_eq!(country.holds(ZHOUSHAN, HEZHOU), 1, "it took what it cannot keep");
    assert_eq!(country.federation.ask(ZHOUSHAN, |client| client.entry(kept)).unwrap().id, kept, "reads are answered");

    // Room: it goes on where it was, without a restart.
    disk.make_room();
    country.federation.until_equal();
    country.federation.until_ready(ZHOUSHAN);
    assert_eq!(country.publish(ZHOUSHAN, 3).ids[0].seq.0, 1, "what was refused has no place");
    country.federation.until_equal();

    // Full again: it can be ended in order, and started only with room.
    disk.leave(0);
    until("it waits for room again", || missing(&country, "writer_silent"));
    country.federation.stop(ZHOUSHAN);
    // What the store had set aside for itself is free again.
    disk.leave(0);
    let refused = country.federation.refused_start(ZHOUSHAN, small);
    assert!(refused.contains("error[disk_full]"), "{refused}");
    disk.make_room();
    country.federation.start_with(ZHOUSHAN, small);
    country.publish(ZHOUSHAN, 4);
    country.federation.until_equal();
    country.federation.end_and_check();
}
