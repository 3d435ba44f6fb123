//! The storm: nodes die by SIGKILL and start again, lines break and heal, by a timetable drawn from the seed. It ends when its
//! time is over; what is broken then stays broken until somebody calms it.

use super::chance::Chance;
use super::country::Country;
use super::line::{self, Fault};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Milliseconds between two acts: shorter and longer than a node needs to start.
const PAUSE: (u64, u64) = (50, 900);
/// Nodes that are left standing: with a single one nobody can confirm its log.
const STANDING: usize = 2;
const FAULTS: [Fault; 4] = [Fault::Cut, Fault::Deaf, Fault::Mute, Fault::Loss(5)];

pub const MINUTE: Duration = Duration::from_secs(60);

/// How long the storm lasts: a minute, or as `HUXIN_STORM_SECONDS` says.
pub fn length() -> Duration {
    let given = std::env::var("HUXIN_STORM_SECONDS").ok().and_then(|text| text.parse().ok());
    given.map_or(MINUTE, Duration::from_secs)
}

/// What it did.
#[derive(Debug, Default)]
pub struct Damage {
    pub kills: usize,
    pub starts: usize,
    pub faults: usize,
    pub dropped: u64,
}

/// Rages for `length`. Panics if a node ends by itself.
pub fn rage(country: &mut Country, chance: &mut Chance, length: Duration) -> Damage {
    let (begun, mut damage) = (Instant::now(), Damage::default());
    let mut broken: BTreeMap<&str, Fault> = BTreeMap::new();
    while begun.elapsed() < length {
        for code in running(country) {
            assert!(country.federation.is_alive(code), "{code} ended by itself");
        }
        let (up, down) = (running(country), stopped(country));
        match chance.within(0, 10) {
            0..4 if up.len() > STANDING => {
                let code = chance.pick(&up).unwrap();
                country.federation.kill(code);
                damage.kills += 1;
            }
            0..8 => {
                if let Some(code) = chance.pick(&down) {
                    // Nobody waits for it: the next blow may fall while it starts.
                    country.federation.spawn(code, |_| {});
                    damage.starts += 1;
                }
            }
            8 => {
                let (code, fault) = (chance.pick(&country.cities()).unwrap(), chance.pick(&FAULTS).unwrap());
                damage.dropped += line::heal(&country.host(code));
                line::impose(&country.host(code), fault);
                broken.insert(code, fault);
                damage.faults += 1;
            }
            _ => {
                if let Some(code) = chance.pick(&broken.keys().copied().collect::<Vec<_>>()) {
                    damage.dropped += line::heal(&country.host(code));
                    broken.remove(code);
                }
            }
        }
        std::thread::park_timeout(Duration::from_millis(chance.within(PAUSE.0, PAUSE.1)));
    }
    for code in broken.keys() {
        damage.dropped += line::heal(&country.host(code));
    }
    damage
}

/// All that is down is started, and everybody can do their work again.
pub fn calm(country: &mut Country) {
    for code in stopped(country) {
        country.federation.spawn(code, |_| {});
    }
    for code in country.cities() {
        country.federation.until_ready(code);
    }
}

fn running(country: &Country) -> Vec<&'static str> {
    country.cities().into_iter().filter(|code| country.federation.is_running(code)).collect()
}

fn stopped(country: &Country) -> Vec<&'static str> {
    country.cities().into_iter().filter(|code| !country.federation.is_running(code)).collect()
}
