//! Imports at the door of issue: many commands in one input, each by itself, and rehearsals that leave no trace.

use crate::words::{act, amendment, city, end, entry, entry_of, list, publish, three};
use huxin_engine::input::{Draft, Input};
use huxin_engine::{Outcome, Refusal};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_tests::world::World;

type Each = Vec<Result<Vec<StatementId>, Refusal>>;

fn each(world: &mut World, by: CityCode, commands: Vec<Vec<Draft>>, rehearse: bool) -> Each {
    match world.command(by, |ticket| Input::PublishEach { ticket, commands, rehearse }) {
        Ok(Outcome::Each(outcomes)) => outcomes,
        other => panic!("answered by {other:?}"),
    }
}

fn codes(each: &Each) -> Vec<&'static str> {
    each.iter().map(|outcome| outcome.as_ref().map_or_else(Refusal::code, |_| "ok")).collect()
}

/// A good entry, the same case again, a removal, one of an unknown statement, and an entry after all of them.
fn mixture(world: &World, by: CityCode, standing: StatementId) -> Vec<Vec<Draft>> {
    let nobody = StatementId { seq: huxin_protocol::ids::Seq(9_999), ..standing };
    vec![
        vec![entry(world, by, 11)],
        vec![entry_of(world, by, 11, "Decision 11")],
        vec![act(world, by, Kind::Removal, standing)],
        vec![amendment(world, by, standing, 7, "too late")],
        vec![act(world, by, Kind::Removal, nobody)],
        vec![entry(world, by, 7)],
        vec![entry(world, by, 12)],
    ]
}

const EXPECTED: [&str; 7] = ["ok", "already_listed", "ok", "already_ended", "no_such_statement", "ground_ended", "ok"];

#[test]
fn one_refused_record_hinders_no_other() {
    let mut world = three(1);
    let standing = list(&mut world, city(1), 7);
    let commands = mixture(&world, city(1), standing);
    let outcomes = each(&mut world, city(1), commands, false);
    assert_eq!(codes(&outcomes), EXPECTED);
    let ids: Vec<u64> = outcomes.iter().flatten().flatten().map(|id| id.seq.0).collect();
    assert_eq!(ids, [standing.seq.0 + 1, standing.seq.0 + 2, standing.seq.0 + 3], "no place is lost");
    assert!(world.run_until(60_000, World::agree));
}

#[test]
fn a_rehearsal_says_what_would_happen_and_leaves_nothing() {
    let mut world = three(2);
    let standing = list(&mut world, city(1), 7);
    let sizes = world.sizes(city(1));
    for _ in 0..2 {
        let commands = mixture(&world, city(1), standing);
        let outcomes = each(&mut world, city(1), commands, true);
        assert_eq!(codes(&outcomes), EXPECTED);
        assert!(outcomes.iter().flatten().all(Vec::is_empty), "nothing was signed, so there is no id");
    }
    assert_eq!(world.sizes(city(1)), sizes);
    let next = list(&mut world, city(1), 11);
    assert_eq!(next.seq.0, standing.seq.0 + 1, "what was rehearsed has taken no place");
    let commands = vec![vec![entry(&world, city(1), 11)], vec![act(&world, city(1), Kind::Removal, standing)]];
    assert_eq!(codes(&each(&mut world, city(1), commands, false)), ["already_listed", "ok"]);
}

#[test]
fn a_rehearsal_beside_waiting_statements_sees_them_and_harms_none() {
    let mut world = three(3);
    let standing = list(&mut world, city(1), 7);
    // One group: an entry that waits for its signature, a rehearsal of the same case, and another entry.
    let (first, again, last) = (entry(&world, city(1), 11), entry(&world, city(1), 11), entry(&world, city(1), 12));
    let signed = each(&mut world, city(1), vec![vec![first]], false);
    let rehearsed = each(&mut world, city(1), vec![vec![again]], true);
    let signed_last = each(&mut world, city(1), vec![vec![last]], false);
    assert_eq!(codes(&signed), ["ok"]);
    assert_eq!(codes(&rehearsed), ["already_listed"]);
    let places: Vec<u64> = [signed, signed_last].iter().flatten().flatten().flatten().map(|id| id.seq.0).collect();
    assert_eq!(places, [standing.seq.0 + 1, standing.seq.0 + 2]);
}

#[test]
fn what_is_reinstated_can_be_acted_on_and_what_ended_twice_cannot_be_taken_back_twice() {
    let mut world = three(4);
    let me = city(1);
    let id = list(&mut world, me, 7);
    let removal = end(&mut world, me, Kind::Removal, id);
    let again = entry(&world, me, 7);
    assert_eq!(publish(&mut world, me, again), Err(Refusal::GroundEnded(removal)));
    let draft = act(&world, me, Kind::Reinstatement, removal);
    publish(&mut world, me, draft).unwrap();
    // Live again: not listed twice, amended and ended like any other.
    let again = entry(&world, me, 7);
    assert_eq!(publish(&mut world, me, again), Err(Refusal::AlreadyListed(id)));
    let draft = act(&world, me, Kind::Reinstatement, removal);
    assert_eq!(publish(&mut world, me, draft), Err(Refusal::WrongTarget(removal)), "it is taken back already");
    let draft = amendment(&world, me, id, 7, "corrected");
    publish(&mut world, me, draft).unwrap();
    let repair = end(&mut world, me, Kind::Repair, id);
    let draft = act(&world, me, Kind::Removal, id);
    assert_eq!(publish(&mut world, me, draft), Err(Refusal::AlreadyEnded(id, repair)));
}
