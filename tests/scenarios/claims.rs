//! What partners say of a city's own log. A true claim closes signing, because the city's key has signed more than this machine
//! knows (R74); a claim with nothing behind it closes nothing and delays a start only until it was looked into.

use crate::liars::{boaster, pretender, three_without_lies};
use crate::words::{city, counts, entry, list, publish};
use huxin_engine::input::{Consent, Input};
use huxin_engine::ledger::{Family, HeadRow, LedgerRead};
use huxin_engine::wire::Response;
use huxin_engine::{ClosedReason, Refusal, SigningState};
use huxin_protocol::ids::{Epoch, Size};
use huxin_protocol::key_record::Tail;
use huxin_tests::world::World;

#[test]
fn a_claim_about_our_own_log_closes_nothing_without_proof() {
    let mut world = three_without_lies(550);
    let liar = boaster(&world, city(2), city(1), |_, honest| Some(honest));
    world.liars.insert(city(2), liar);
    world.run_for(120_000);
    assert_eq!(world.city(city(1)).signing(), Some(SigningState::Ready));
    list(&mut world, city(1), 2);
    assert!(world.run_until(60_000, |w| counts(w, city(3), 2)));
    // At a start it delays until shown empty, and no longer.
    for name in ["empty", "silent", "one window never comes", "another root", "another epoch"] {
        let liar = match name {
            "empty" => boaster(&world, city(2), city(1), |_, honest| Some(honest)),
            "silent" => boaster(&world, city(2), city(1), |_, _| None),
            "one window never comes" => {
                let mut windows = 0;
                boaster(&world, city(2), city(1), move |_, honest| {
                    windows += 1;
                    (windows % 4 != 0).then_some(honest)
                })
            }
            "another root" => pretender(&world, city(2), city(1), None),
            _ => pretender(&world, city(2), city(1), Some(Epoch(9))),
        };
        world.liars.insert(city(2), liar);
        world.kill(city(1));
        world.start(city(1));
        let draft = entry(&world, city(1), 3);
        let asking = publish(&mut world, city(1), draft);
        assert!(matches!(asking, Err(Refusal::NotSigning(SigningState::Asking { .. }))), "{name}: {asking:?}");
        let ready = |w: &World| w.city(city(1)).signing() == Some(SigningState::Ready);
        assert!(world.run_until(90_000, ready), "{name}: {:?}", world.city(city(1)).signing());
    }
}

#[test]
fn a_true_claim_about_our_own_log_closes_signing_also_beside_a_liar() {
    let mut world = three_without_lies(551);
    let snapshot = (world.city(city(1)).store.content(), world.city(city(1)).marker.clone());
    list(&mut world, city(1), 2);
    list(&mut world, city(1), 3);
    assert!(world.run_until(10_000, World::agree));
    world.kill(city(1));
    world.city(city(1)).store.restore(snapshot.0);
    world.cities.get_mut(&city(1)).unwrap().marker = snapshot.1;
    let liar = boaster(&world, city(2), city(1), |_, _| Some(Response::Nothing));
    world.liars.insert(city(2), liar);
    world.start(city(1));
    world.run_for(90_000);
    let state = world.city(city(1)).signing();
    assert!(matches!(state, Some(SigningState::Closed(ClosedReason::HeardFurther(_)))), "{state:?}");
}

#[test]
fn a_partner_that_missed_a_key_record_with_a_cut_tail_closes_nothing() {
    let mut world = three_without_lies(552);
    let at = HeadRow::read(&*world.city(city(1)).store, city(1)).unwrap().frontier;
    list(&mut world, city(1), 2);
    list(&mut world, city(1), 3);
    assert!(world.run_until(10_000, World::agree));
    // The third city is away while the tail is cut, and then alone with the first.
    world.kill(city(3));
    let federation = world.genesis.id();
    let secrets = &mut world.cities.get_mut(&city(1)).unwrap().secrets;
    let record = secrets.record(&federation, Epoch(2), federation, (at.size(), at.root()), Tail::Void);
    world
        .command(city(1), |ticket| Input::Record { ticket, bytes: record.bytes().to_vec(), consent: Consent::ANYTHING })
        .unwrap();
    world.run_for(5_000);
    world.kill(city(1));
    world.kill(city(2));
    world.start(city(3));
    world.start(city(1));
    let ready = |w: &World| w.city(city(1)).signing() == Some(SigningState::Ready);
    assert!(world.run_until(2_000, ready), "{:?}: its first word is enough", world.city(city(1)).signing());
    let id = list(&mut world, city(1), 4);
    assert_eq!((id.epoch, Size(id.seq.0)), (Epoch(2), at.size()));
    assert!(world.run_until(120_000, World::same_heads), "it follows the record and drops its tail");
    assert!(!counts(&world, city(3), 2) && counts(&world, city(3), 4));
    assert_eq!(world.blames, []);
    let any = world
        .city(city(3))
        .store
        .get(Family::Evidence, &huxin_engine::ledger::evidence_key(city(1), Epoch::FIRST))
        .unwrap();
    assert_eq!(any, None);
}

#[test]
fn signing_waits_for_a_claim_that_is_being_looked_into() {
    let mut world = World::started(5, 553);
    list(&mut world, city(1), 1);
    assert!(world.run_until(10_000, World::agree));
    let snapshot = (world.city(city(1)).store.content(), world.city(city(1)).marker.clone());
    // The fourth and the fifth city miss what comes now, and stay cut off from those that do not.
    for old in [4, 5] {
        for other in 1..=3 {
            world.line.cut_between(city(old), city(other));
        }
    }
    list(&mut world, city(1), 2);
    world.run_for(5_000);
    world.kill(city(1));
    world.kill(city(3));
    world.city(city(1)).store.restore(snapshot.0);
    world.cities.get_mut(&city(1)).unwrap().marker = snapshot.1;
    for old in [4, 5] {
        world.line.cut.remove(&(city(1), city(old)));
        world.line.cut.remove(&(city(old), city(1)));
    }
    // The second city's claim comes before the fifth confirms, its page after.
    world.slow.insert(city(2), 100);
    world.slow.insert(city(5), 150);
    world.start(city(1));
    for _ in 0..400 {
        world.run_for(5);
        assert_ne!(
            world.city(city(1)).signing(),
            Some(SigningState::Ready),
            "R74: two confirmed, one had not shown yet"
        );
    }
    let state = world.city(city(1)).signing();
    assert!(matches!(state, Some(SigningState::Closed(ClosedReason::HeardFurther(_)))), "{state:?}");
}
