//! Five nodes as five hosts: real processes in network namespaces of their own, joined by lines that are cut, made deaf, lossy,
//! narrow or long; nodes that die at any time, move, run out of disk, or are wrong about the time. Each test is a storm
//! and then a calm, and in the calm all five must hold the same logs, with everything in them that was ever answered, and
//! `fsck` must find every book in order.
//!
//! Needs root and `ip`, `nft` and `tc`. Where a machine does not permit it the tests say so and are skipped; with `CI=true` that is a
//! failure. The storm lasts a minute. Ten minutes, and what takes long besides:
//! `HUXIN_STORM_SECONDS=600 scripts/setup cargo test --locked -p huxin --test namespaces -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "namespaces/chance.rs"]
mod chance;
#[path = "namespaces/clock.rs"]
mod clock;
#[path = "namespaces/country.rs"]
mod country;
#[path = "namespaces/desk.rs"]
mod desk;
mod federation;
#[path = "namespaces/full_disk.rs"]
mod full_disk;
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
#[path = "namespaces/wrong_clocks.rs"]
mod wrong_clocks;

use chance::Chance;
use country::{Country, HEZHOU, LANZHOU, NINGBO, ZHOUSHAN};
use desk::Desk;
use federation::until;
use huxin::client::Client;
use line::Fault;
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
        let peers = country.federation.ask(LANZHOU, Client::peers).ok()?.peers;
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
    // The judge sees a loss: nobody was ever answered this.
    let (code, answers) = &answers[0];
    let never = desk::Answers { taken: vec![(usize::MAX, answers.taken[0].1)], ..desk::Answers::default() };
    assert_eq!(never.lost(&country, code).len(), 1);
    // A storm of a few seconds may draw no blow at all; a minute does not.
    assert!(damage.kills > 0 || storm::length() < Duration::from_secs(30), "nothing was killed");
    println!("{damage:?}; {taken} answered and all there; all heads equal {calm:?} after the storm");
    country.federation.end_and_check();
}

/// A node moves while it is stopped; in the long run also while it runs. It dials its partners, so everything flows again; it
/// announces where it is, and from then on partners dial it there, also one that has just started and cannot be dialled from
/// there.
#[test]
fn moved_to_another_address() {
    let Some(_turn) = admitted("moved_to_another_address") else { return };
    let mut country = Country::started(5);
    country.publish(HEZHOU, 0);
    country.federation.until_equal();

    if storm::length() > storm::MINUTE {
        // Its connections break under it, and nobody is told: silence has to be noticed first, which takes a minute and a half.
        let begun = Instant::now();
        country.move_away(HEZHOU);
        for code in country.cities() {
            country.publish(code, 1);
        }
        country.federation.until_equal();
        println!("all heads equal {:?} after it moved while it ran", begun.elapsed());
    }

    country.federation.stop(HEZHOU);
    let there = vec![country.move_away(HEZHOU)];
    for code in country.others(&[HEZHOU]) {
        country.publish(code, 2);
    }
    country.federation.start_with(HEZHOU, |_| {});
    country.publish(HEZHOU, 2);
    country.federation.until_equal();

    for code in country.others(&[HEZHOU]) {
        assert_ne!(country.known(code, HEZHOU).unwrap().addresses, there, "nobody told {code}");
    }
    country.federation.json(HEZHOU, &["announce".to_owned(), there[0].clone()]);
    until("all know where it is", || {
        let knows = |code: &&str| country.known(code, HEZHOU).is_some_and(|peer| peer.addresses == there);
        country.others(&[HEZHOU]).iter().all(knows).then_some(())
    });

    // One that lost its connection has to dial by itself, and has only what stands in its store.
    country.federation.kill(ZHOUSHAN);
    line::impose(&country.host(HEZHOU), Fault::Shy);
    country.federation.start_with(ZHOUSHAN, |_| {});
    until("it was found", || country.known(ZHOUSHAN, HEZHOU).is_some_and(|peer| peer.up).then_some(()));
    country.publish(ZHOUSHAN, 3);
    country.federation.until_equal();
    country.federation.end_and_check();
}
