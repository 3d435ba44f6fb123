//! Whose words are whose: what an erasure takes and leaves (R145), what a decline shows to whom (R46), which lost texts make a city
//! incomplete (R134), and what is said of the own log before it is known to be whole (R144).

use crate::hand::{Hand, bring};
use crate::restart::rotate;
use crate::words::{act, amendment, city, end, entry, list, publish, recognise, state, three};
use huxin_engine::gather::{sources, statement};
use huxin_engine::input::{Draft, Road};
use huxin_engine::ledger::{Family, LedgerRead, place_key};
use huxin_engine::{Refusal, SigningState};
use huxin_protocol::body::{Body, DeclineBody};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Epoch, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::{EntryRuling, ReasonCode, State};
use huxin_tests::world::{World, draft, peer_of, subject};

fn decline(world: &World, by: CityCode, about: StatementId, disclosure: Disclosure) -> Draft {
    let body = Body::Decline(DeclineBody { reason: "synthetic".to_owned() });
    draft(&world.city(by).secrets, &world.genesis.id(), Kind::Decline, Some(about), body, disclosure)
}

/// Whether a city holds the text of a statement.
fn holds(world: &World, node: CityCode, id: StatementId) -> bool {
    let node = world.city(node);
    statement(&*node.store, &node.roster(), id).unwrap().is_some_and(|(_, body)| body.is_some())
}

/// Who of the three holds the text.
fn holders(world: &World, id: StatementId) -> Vec<usize> {
    (1..=3).filter(|number| holds(world, city(*number), id)).collect()
}

fn clean(world: &World) {
    for code in world.codes() {
        let report =
            huxin_engine::fsck::check(&*world.city(code).store, Roster::new(&world.genesis), code, false, &mut |_| {});
        assert!(report.is_clean(), "{code}: {:?}", report.findings);
    }
}

#[test]
fn an_erasure_takes_the_texts_of_its_own_citys_acts_and_no_others() {
    let mut world = three(2_001);
    let id = list(&mut world, city(1), 1);
    let link = amendment(&world, city(1), id, 1, "corrected");
    let link = publish(&mut world, city(1), link).unwrap();
    let annulment = end(&mut world, city(1), Kind::Annulment, id);
    let back = end(&mut world, city(1), Kind::Reinstatement, annulment);
    let removal = end(&mut world, city(1), Kind::Removal, link);
    let feedback = act(&world, city(1), Kind::Feedback, link);
    let feedback = publish(&mut world, city(1), feedback).unwrap();
    let beside = list(&mut world, city(1), 2);
    let rest = end(&mut world, city(1), Kind::Suspension, beside);
    let resumed = end(&mut world, city(1), Kind::Resumption, rest);
    let repair = end(&mut world, city(1), Kind::Repair, beside);
    assert!(world.run_until(60_000, World::agree));
    // What others said about it is theirs.
    let declined = decline(&world, city(2), id, Disclosure::Public);
    let declined = publish(&mut world, city(2), declined).unwrap();
    let objection = act(&world, city(3), Kind::Objection, link);
    let objection = publish(&mut world, city(3), objection).unwrap();
    assert!(world.run_until(60_000, World::agree));
    for held in [id, link, annulment, back, removal, feedback, beside, rest, resumed, repair, declined, objection] {
        assert_eq!(holders(&world, held), [1, 2, 3], "{held}");
    }
    let erasure = end(&mut world, city(1), Kind::Erasure, link);
    assert!(world.run_until(60_000, World::agree));
    for gone in [id, link, annulment, back, removal, feedback] {
        assert_eq!(holders(&world, gone), [] as [usize; 0], "{gone}");
    }
    for kept in [erasure, beside, rest, resumed, repair, declined, objection] {
        assert_eq!(holders(&world, kept), [1, 2, 3], "{kept}");
    }
    for number in 1..=3 {
        let ruling = world.ruling(city(number), city(number), &subject(1));
        assert!(ruling.entries.is_empty(), "nothing here says any more whose it was");
        assert_eq!(state(&world, city(number), 2, beside), Some(State::Repaired));
        // Nothing is asked for that is gone, and nothing is said to be missing.
        let store = &world.city(city(number)).store;
        for gone in [id, link, annulment, back, removal, feedback] {
            assert_eq!(store.get(Family::Lacking, &place_key(city(1), gone.seq)).unwrap(), None, "{gone}");
        }
    }
    // Whatever is said on it later keeps no text either, and its effect all the same.
    let again = end(&mut world, city(1), Kind::Reinstatement, erasure);
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(holders(&world, again), [] as [usize; 0]);
    clean(&world);
}

/// What it means to take an erasure back: the text stays gone, a correction of it would be erased too and is refused, and the same case is
/// published anew, which counts.
#[test]
fn an_erased_entry_that_is_reinstated_is_published_anew_and_not_corrected() {
    let mut world = three(2_010);
    let me = city(1);
    recognise(&mut world, city(2), me);
    let id = list(&mut world, me, 1);
    let erasure = end(&mut world, me, Kind::Erasure, id);
    let again = entry(&world, me, 1);
    assert_eq!(publish(&mut world, me, again), Err(Refusal::GroundEnded(erasure)));
    end(&mut world, me, Kind::Reinstatement, erasure);
    let correction = amendment(&world, me, id, 1, "corrected");
    assert_eq!(publish(&mut world, me, correction), Err(Refusal::TextErased(id)));
    let again = entry(&world, me, 1);
    let anew = publish(&mut world, me, again).unwrap();
    let twice = entry(&world, me, 1);
    assert_eq!(publish(&mut world, me, twice), Err(Refusal::AlreadyListed(anew)));
    assert!(world.run_until(60_000, World::agree));
    for viewer in [me, city(2)] {
        let ruling = world.ruling(viewer, viewer, &subject(1));
        assert!(ruling.entry(anew).is_some_and(|entry| entry.counts), "{viewer}: {ruling:?}");
        assert!(ruling.entry(id).is_none_or(|entry| !entry.counts), "{viewer}: what was erased says nothing");
    }
    clean(&world);
}

#[test]
fn what_was_erased_is_not_taken_up_by_any_road() {
    let mut world = three(2_002);
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    world.kill(city(1));
    let begin = hand.size().0;
    let listed = hand.add(&entry(&world, city(1), 1));
    let annulment = hand.add(&act(&world, city(1), Kind::Annulment, listed));
    let erasure = hand.add(&act(&world, city(1), Kind::Erasure, listed));
    let back = hand.add(&act(&world, city(1), Kind::Reinstatement, annulment));
    let peer = peer_of(city(1));
    // In one page, and leaf by leaf.
    bring(&mut world, city(2), Road::Sync { from: peer.clone() }, hand.run(begin)).unwrap();
    for size in begin + 1..=hand.size().0 {
        bring(&mut world, city(3), Road::Gossip { from: peer.clone() }, hand.run_to(begin, size)).unwrap();
    }
    for reader in [2, 3] {
        for gone in [listed, annulment, back] {
            assert!(!holds(&world, city(reader), gone), "{reader} {gone}");
        }
        assert!(holds(&world, city(reader), erasure));
    }
    clean(&world);
}

#[test]
fn the_texts_of_a_rest_and_of_its_end_go_with_the_entry() {
    let mut world = three(2_011);
    let id = list(&mut world, city(1), 1);
    let link = amendment(&world, city(1), id, 1, "corrected");
    let link = publish(&mut world, city(1), link).unwrap();
    let first = end(&mut world, city(1), Kind::Suspension, link);
    let back = end(&mut world, city(1), Kind::Resumption, first);
    let second = end(&mut world, city(1), Kind::Suspension, id);
    let feedback = act(&world, city(1), Kind::Feedback, id);
    let feedback = publish(&mut world, city(1), feedback).unwrap();
    let filed = act(&world, city(2), Kind::RepairApplication, id);
    assert!(world.run_until(60_000, World::agree));
    let filed = publish(&mut world, city(2), filed).unwrap();
    assert!(world.run_until(60_000, World::agree));
    let ruled = act(&world, city(1), Kind::Ruling, filed);
    let ruled = publish(&mut world, city(1), ruled).unwrap();
    end(&mut world, city(1), Kind::Erasure, id);
    assert!(world.run_until(60_000, World::agree));
    for gone in [id, link, first, back, second, feedback] {
        assert_eq!(holders(&world, gone), [] as [usize; 0], "{gone}");
    }
    // What another city filed is its own, and so is the answer to it, which names the filing and not the entry (R145).
    for kept in [filed, ruled] {
        assert_eq!(holders(&world, kept), [1, 2, 3], "{kept}");
    }
    end(&mut world, city(1), Kind::Erasure, ruled);
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(holders(&world, ruled), [] as [usize; 0]);
    clean(&world);
}

/// Whatever a city says of another one's entry, its text is its own to erase, and its effect stands in the header.
#[test]
fn each_city_erases_what_it_answered_reported_filed_and_rested() {
    let rows = [
        (2, Kind::Response),
        (2, Kind::Feedback),
        (2, Kind::RepairApplication),
        (2, Kind::Objection),
        (1, Kind::Suspension),
        (1, Kind::Feedback),
    ];
    for (seed, (by, kind)) in (2_020..).zip(rows) {
        let mut world = three(seed);
        let id = list(&mut world, city(1), 1);
        assert!(world.run_until(60_000, World::agree));
        let said = act(&world, city(by), kind, id);
        let said = publish(&mut world, city(by), said).unwrap();
        assert!(world.run_until(60_000, World::agree));
        assert_eq!(holders(&world, said), [1, 2, 3], "{kind:?}");
        let shown = |world: &World| {
            (1..=3)
                .map(|node| world.ruling(city(node), city(node), &subject(1)).entries)
                .map(effects)
                .collect::<Vec<_>>()
        };
        let before = shown(&world);
        let others = act(&world, city(3), Kind::Erasure, said);
        assert_eq!(publish(&mut world, city(3), others), Err(Refusal::NotOurs(said)), "{kind:?}");
        end(&mut world, city(by), Kind::Erasure, said);
        assert!(world.run_until(60_000, World::agree));
        assert_eq!(holders(&world, said), [] as [usize; 0], "{kind:?}");
        assert_eq!(holders(&world, id), [1, 2, 3], "{kind:?}");
        assert_eq!(shown(&world), before, "{kind:?}: what its header does stays");
        clean(&world);
    }
}

/// What a ruling says of its entries, as far as acts decide it.
fn effects(entries: Vec<EntryRuling>) -> Vec<(State, bool, Option<StatementId>, Option<StatementId>, usize)> {
    let of =
        |entry: EntryRuling| (entry.state, entry.counts, entry.answered_by, entry.suspended_by, entry.filings.len());
    entries.into_iter().map(of).collect()
}

#[test]
fn each_city_erases_its_own_acts_and_their_effect_stays() {
    let mut world = three(2_003);
    let id = list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    let declined = decline(&world, city(2), id, Disclosure::Public);
    let declined = publish(&mut world, city(2), declined).unwrap();
    let objection = act(&world, city(3), Kind::Objection, id);
    let objection = publish(&mut world, city(3), objection).unwrap();
    assert!(world.run_until(60_000, World::agree));
    // Nobody erases what another city said, and no rule of recognition.
    let others = act(&world, city(1), Kind::Erasure, declined);
    assert_eq!(publish(&mut world, city(1), others), Err(Refusal::NotOurs(declined)));
    let rule = recognise(&mut world, city(2), city(1));
    let trust = act(&world, city(2), Kind::Erasure, rule);
    assert_eq!(publish(&mut world, city(2), trust), Err(Refusal::WrongTarget(rule)));
    let without = end(&mut world, city(2), Kind::Erasure, declined);
    end(&mut world, city(3), Kind::Erasure, objection);
    assert!(world.run_until(60_000, World::agree));
    for gone in [declined, objection] {
        assert_eq!(holders(&world, gone), [] as [usize; 0], "{gone}");
    }
    assert_eq!(holders(&world, without), [1, 2, 3], "its reason stays");
    assert_eq!(holders(&world, id), [1, 2, 3]);
    // The effects stand in the headers: it is declined there, without a reason, and disputed everywhere.
    let ruling = world.ruling(city(2), city(2), &subject(1));
    let there = ruling.entry(id).unwrap();
    assert_eq!((there.counts, there.declined_by, there.state), (false, Some(declined), State::Disputed));
    let reason = there.reasons.iter().find(|reason| reason.code == ReasonCode::Declined).unwrap();
    assert_eq!(reason.text_en, ReasonCode::Declined.text_en(), "without its words");
    assert_eq!(state(&world, city(1), 1, id), Some(State::Disputed), "the objection is still owed an answer");
    clean(&world);
    // The text of an erasure's own reason can be erased in its turn.
    end(&mut world, city(2), Kind::Erasure, without);
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(holders(&world, without), [] as [usize; 0]);
    assert!(world.ruling(city(2), city(2), &subject(1)).entry(id).unwrap().declined_by.is_some());
    clean(&world);
}

#[test]
fn an_erasure_by_hand_of_what_others_said_has_no_effect() {
    let mut world = three(2_004);
    let id = list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    let declined = decline(&world, city(2), id, Disclosure::Public);
    let declined = publish(&mut world, city(2), declined).unwrap();
    let rule = recognise(&mut world, city(1), city(2));
    assert!(world.run_until(60_000, World::agree));
    let digest = |world: &World, id: StatementId| {
        let node = world.city(city(3));
        statement(&*node.store, &node.roster(), id).unwrap().unwrap().0.digest
    };
    let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
    let (begin, draft) = (hand.size().0, act(&world, city(1), Kind::Erasure, id));
    for target in [declined, rule] {
        let mut header = hand.header(&draft);
        header.about = Some(huxin_protocol::header::About { id: target, digest: digest(&world, target) });
        hand.add_signed(header, draft.body_bytes.clone());
    }
    world.kill(city(1));
    bring(&mut world, city(3), Road::Disk, hand.run(begin)).unwrap();
    assert!(holds(&world, city(3), declined) && holds(&world, city(3), rule));
    clean(&world);
}

/// R46: who may not read an entry may not read why it was declined.
#[test]
fn a_decline_of_a_named_entry_is_read_by_its_readers_alone() {
    let mut world = three(2_005);
    let mut named = entry(&world, city(1), 1);
    named.disclosure = Disclosure::Named(vec![city(2)]);
    let id = publish(&mut world, city(1), named).unwrap();
    assert!(world.run_until(60_000, World::agree));
    let declined = decline(&world, city(2), id, Disclosure::Named(vec![city(1)]));
    let declined = publish(&mut world, city(2), declined).unwrap();
    assert!(world.run_until(60_000, |world| holds(world, city(1), declined)));
    world.run_for(30_000);
    assert_eq!(holders(&world, declined), [1, 2]);
    assert!(world.agree(), "and nobody lacks it");
    assert_eq!(world.ruling(city(2), city(2), &subject(1)).entry(id).unwrap().declined_by, Some(declined));
    clean(&world);
}

/// R134: an ending does what it does by its header. Its lost text is asked for, and nobody is stale for it.
#[test]
fn a_lost_text_of_an_ending_makes_nobody_incomplete() {
    for (number, kind) in
        [Kind::Annulment, Kind::Removal, Kind::Repair, Kind::Erasure, Kind::Reinstatement, Kind::Entry]
            .into_iter()
            .enumerate()
    {
        let mut world = three(2_010 + number as u64);
        let mut hand = Hand::copy(&world, city(1), city(1), Epoch::FIRST);
        world.kill(city(1));
        let begin = hand.size().0;
        let first = hand.add(&entry(&world, city(1), 1));
        let about = match kind {
            Kind::Reinstatement => hand.add(&act(&world, city(1), Kind::Annulment, first)),
            _ => first,
        };
        let lost = match kind {
            Kind::Entry => hand.add(&entry(&world, city(1), 2)),
            _ => hand.add(&act(&world, city(1), kind, about)),
        };
        let behind = hand.add(&entry(&world, city(1), 3));
        let mut run = hand.run(begin);
        run.items[(lost.seq.0 - begin) as usize].body = None;
        bring(&mut world, city(2), Road::Disk, run).unwrap();
        let node = world.city(city(2));
        let facts = sources(&*node.store, &node.roster()).unwrap();
        let counted = kind == Kind::Entry;
        assert_eq!(facts[&city(1)].lacking.to_vec(), if counted { vec![lost.seq] } else { Vec::new() }, "{kind:?}");
        let shown = world.ruling(city(2), city(2), &subject(3));
        assert_eq!(shown.entry(behind).unwrap().beyond_complete, counted, "{kind:?}");
        let asked_for = node.store.get(Family::Lacking, &place_key(city(1), lost.seq)).unwrap();
        assert!(asked_for.is_some(), "{kind:?}: it is still asked for");
    }
}

/// R144: between a restore and the moment when partners have said how far they hold the own log.
#[test]
fn after_a_restore_the_own_log_is_known_once_it_is_back() {
    let mut world = three(2_030);
    let id = list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    assert_eq!(world.city(city(1)).own_log_known(), Some(true));
    let backup = world.city(city(1)).store.content();
    end(&mut world, city(1), Kind::Removal, id);
    assert!(world.run_until(60_000, World::agree));
    world.kill(city(1));
    world.start(city(1));
    world.run_for(3_000);
    world.kill(city(1));
    world.city(city(1)).store.restore(backup);
    // Nobody is there to ask.
    world.line.cut_between(city(1), city(2));
    world.line.cut_between(city(1), city(3));
    world.start(city(1));
    world.run_for(60_000);
    assert_eq!(state(&world, city(1), 1, id), Some(State::Listed), "the backup has forgotten its end");
    assert_eq!(world.city(city(1)).own_log_known(), Some(false));
    world.line.heal();
    let known = |world: &World| world.city(city(1)).own_log_known() == Some(true);
    let mut too_early = false;
    let back = world.run_until(120_000, |world| {
        too_early |= known(world) && state(world, city(1), 1, id) != Some(State::Removed);
        known(world)
    });
    assert!(back && !too_early);
    assert_eq!(state(&world, city(1), 1, id), Some(State::Removed));
    assert!(matches!(world.city(city(1)).signing(), Some(SigningState::Closed(_))), "it signs nothing all the same");
    rotate(&mut world, city(1)).unwrap();
    assert_eq!(world.city(city(1)).own_log_known(), Some(true));
}

/// An ordinary start waits in the same way, for the moment until a partner has answered.
#[test]
fn after_a_start_the_own_log_is_known_once_partners_have_answered() {
    let mut world = three(2_031);
    list(&mut world, city(1), 1);
    assert!(world.run_until(60_000, World::agree));
    world.kill(city(1));
    world.line.cut_between(city(1), city(2));
    world.line.cut_between(city(1), city(3));
    world.start(city(1));
    world.run_for(10_000);
    assert_eq!(world.city(city(1)).own_log_known(), Some(false));
    world.line.heal();
    assert!(world.run_until(60_000, |world| world.city(city(1)).own_log_known() == Some(true)));
}
