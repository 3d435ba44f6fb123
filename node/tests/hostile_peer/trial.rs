//! One attack: calm first, then the attack while the honest city goes on publishing, then calm again. What is asked of the
//! victim is the same every time.

use super::federation::until;
use super::table::TABLE;
use super::world::{Scene, shared};
use std::future::Future;
use std::time::{Duration, Instant};

/// Most resident memory of the victim, whatever is done to it. At rest it has less than 100 MiB; each limit that an attack
/// can exhaust (pages on their way to peers that do not read, gossip that waits, ids that are not wanted) has its share.
const PEAK_BYTES: u64 = 320 << 20;
/// Most file handles. At rest there are about 40; pending connections, established ones and the store's files come above.
const HANDLES: usize = 128;
/// Bytes of log that one attack may bring forth.
const LOG_BYTES: u64 = 128 << 10;
/// How many times longer than in calm an entry may take, in the middle of all measured. A noisy machine of two cores, on
/// which the attacker computes too, needs room; what it may not do is wait for the next round of anti-entropy.
const SLOWER: u32 = 40;
/// No passage is called quicker than this: below, the clock of the test matters more than the road.
const QUICKEST: Duration = Duration::from_millis(5);
const CALM_PASSAGES: usize = 11;
const ATTACK_PASSAGES: usize = 11;
/// The shortest time that an attack lasts.
const ATTACK: Duration = Duration::from_secs(2);

fn middle(mut passages: Vec<Duration>) -> Duration {
    passages.sort_unstable();
    passages[passages.len() / 2]
}

fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

/// Runs the attack of this title until everything was seen.
pub fn endured<F>(title: &str, attack: impl FnOnce(Scene) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let place = TABLE.iter().position(|row| row.title == title).expect("a row of the table");
    let samples = TABLE[place].samples;
    let world = shared();
    let turn = world.turn.lock();
    let scene = world.scene(place);
    let calm = middle((0..CALM_PASSAGES).map(|_| world.passage(|_| ())).collect());
    let counted: Vec<f64> = samples.iter().map(|(sample, _)| world.victim.lock().metric(sample)).collect();
    let (handles_before, resident_before, log_before) = {
        let victim = world.victim.lock();
        victim.forget_peak();
        (victim.handles(), victim.resident(), victim.log_bytes())
    };

    let attack = world.runtime.spawn(attack(scene));
    let begun = Instant::now();
    let (mut passages, mut handles) = (Vec::new(), 0);
    while passages.len() < ATTACK_PASSAGES || begun.elapsed() < ATTACK {
        passages.push(world.passage(|victim| handles = handles.max(victim.handles())));
    }
    let (worst, slow) = (passages.iter().max().copied().unwrap_or_default(), middle(passages.clone()));
    let (peak, log) = {
        let victim = world.victim.lock();
        (victim.peak(), victim.log_bytes() - log_before)
    };
    println!(
        "{title}: {} passages in {:.1?}, middle {slow:.1?} (calm {calm:.1?}, {:.1} times), worst {worst:.1?}; \
         memory {} MiB before, {} MiB at most; handles {handles_before} before, {handles} at most; {log} bytes of log",
        passages.len(),
        begun.elapsed(),
        slow.as_secs_f64() / calm.max(QUICKEST).as_secs_f64(),
        mib(resident_before),
        mib(peak),
    );
    drop(turn);

    // What ends by a limit of half a minute is waited for while others have their turn.
    for ((sample, least), before) in samples.iter().zip(&counted) {
        let risen = until(&format!("{title}: {sample} rises by {least}"), || {
            Some(world.victim.lock().metric(sample) - before).filter(|risen| risen >= least)
        });
        println!("{title}: {sample} rose by {risen}");
    }
    attack.abort();
    world.until_equal();
    assert!(world.victim.lock().is_running(), "the node ended");
    world.until_heard();
    assert!(peak < PEAK_BYTES, "{title}: {} MiB of memory", mib(peak));
    assert!(handles < HANDLES, "{title}: {handles} handles");
    assert!(log < LOG_BYTES, "{title}: {log} bytes of log: {}", world.victim.lock().log_end());
    assert!(slow <= calm.max(QUICKEST) * SLOWER, "{title}: {slow:?} where calm has {calm:?}: {passages:?}");
}
