//! Joint action by the fold: what rests, what is answered, what is filed, and what was taken over (R131, R132, R146 to R149, R172).

use crate::words::{act, amendment, city, date, end, entry_of, publish, state, three};
use huxin_engine::Refusal;
use huxin_engine::input::Draft;
use huxin_protocol::body::{
    Answer, Body, FiledBy, List, MeasureAnswer, ObjectionBody, ObjectionTo, RecognitionBody, RepairApplicationBody,
    RepairConditions, ResponseBody, RulingBody, RulingResult,
};
use huxin_protocol::header::{About, Disclosure};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::ruling::{EntryRuling, FilingKind, ReasonCode, State};
use huxin_protocol::time::Millis;
use huxin_tests::world::{World, draft, entry_body, subject};

const MEASURES: [&str; 3] = ["D-B-01", "D-B-02", "D-B-03"];

fn say(world: &World, by: CityCode, kind: Kind, about: StatementId, body: Body) -> Draft {
    draft(&world.city(by).secrets, &world.genesis.id(), kind, Some(about), body, Disclosure::Public)
}

fn seen(world: &World, by: CityCode, number: u64, id: StatementId) -> EntryRuling {
    world.ruling(by, by, &subject(number)).entry(id).unwrap().clone()
}

fn codes(entry: &EntryRuling) -> Vec<ReasonCode> {
    entry.reasons.iter().map(|reason| reason.code).collect()
}

/// Which measures hold, and why the others do not.
fn measures(entry: &EntryRuling) -> Vec<Option<ReasonCode>> {
    entry.measures.iter().map(|measure| measure.reason.as_ref().map(|reason| reason.code)).collect()
}

fn objection(world: &World, by: CityCode, about: StatementId, reason: &str) -> Draft {
    let body = ObjectionBody {
        reason: reason.to_owned(),
        filed_on: date("2026-01-02"),
        by: FiledBy::Subject,
        to: ObjectionTo::Content,
        evidence: Vec::new(),
        record_ref: None,
    };
    say(world, by, Kind::Objection, about, Body::Objection(body))
}

fn application(world: &World, by: CityCode, about: StatementId) -> Draft {
    let body = RepairApplicationBody {
        reason: "synthetic".to_owned(),
        filed_on: date("2026-01-02"),
        by: FiledBy::Agent,
        conditions: RepairConditions { rectified: true, ..RepairConditions::default() },
        evidence: Vec::new(),
        record_ref: None,
    };
    say(world, by, Kind::RepairApplication, about, Body::RepairApplication(body))
}

fn decided(world: &World, by: CityCode, about: StatementId, decision: RulingResult) -> Draft {
    let body = RulingBody {
        decision,
        reason: "synthetic".to_owned(),
        decided_on: date("2026-01-03"),
        document_number: None,
        authority: None,
    };
    say(world, by, Kind::Ruling, about, Body::Ruling(body))
}

fn response(world: &World, by: CityCode, about: StatementId, answers: &[(&str, Answer, Option<&str>)]) -> Draft {
    let answer = |(measure, answer, from): &(&str, Answer, Option<&str>)| MeasureAnswer {
        measure: (*measure).to_owned(),
        answer: *answer,
        reason: (*answer == Answer::Declined).then(|| "synthetic reason".to_owned()),
        from: from.map(date),
    };
    let body = ResponseBody { answers: answers.iter().map(answer).collect(), note: None };
    say(world, by, Kind::Response, about, Body::Response(body))
}

/// A world of three in which city 2 suspends what is disputed, and city 1 has listed the first company with three measures.
fn listed(seed: u64) -> (World, StatementId) {
    let mut world = three(seed);
    let rule = RecognitionBody::without_limits(city(1), vec![List::Black], date("1990-01-01"));
    let body = Body::Recognition(RecognitionBody { suspend_while_disputed: true, ..rule });
    let rule =
        draft(&world.city(city(2)).secrets, &world.genesis.id(), Kind::Recognition, None, body, Disclosure::Public);
    publish(&mut world, city(2), rule).unwrap();
    let mut body = entry_body(1, "Decision 1");
    body.measures = MEASURES.map(str::to_owned).to_vec();
    let body = Body::Listing(Box::new(body));
    let entry = draft(&world.city(city(1)).secrets, &world.genesis.id(), Kind::Entry, None, body, Disclosure::Public);
    let id = publish(&mut world, city(1), entry).unwrap();
    agree(&mut world);
    (world, id)
}

fn agree(world: &mut World) {
    assert!(world.run_until(120_000, World::agree), "the cities did not agree");
}

#[test]
fn a_suspension_rests_the_whole_matter_until_it_is_resumed_and_an_ending_wins() {
    let (mut world, id) = listed(3_001);
    let link = amendment(&world, city(1), id, 1, "corrected");
    let link = publish(&mut world, city(1), link).unwrap();
    agree(&mut world);
    let before = world.city(city(3)).store.clone();
    drop(before);
    let suspension = end(&mut world, city(1), Kind::Suspension, id);
    let twice = act(&world, city(1), Kind::Suspension, link);
    assert_eq!(publish(&mut world, city(1), twice), Err(Refusal::AlreadySuspended(link, suspension)));
    let others = act(&world, city(2), Kind::Suspension, id);
    assert_eq!(publish(&mut world, city(2), others), Err(Refusal::NotOurs(id)));
    agree(&mut world);
    for by in 1..=3 {
        let entry = seen(&world, city(by), 1, id);
        assert_eq!(
            (entry.state, entry.counts, entry.suspended_by),
            (State::Suspended, false, Some(suspension)),
            "{by}"
        );
        assert!(codes(&entry).contains(&ReasonCode::SuspendedByOrder));
        assert!(measures(&entry).iter().all(|reason| *reason == Some(ReasonCode::SuspendedByOrder)));
        let ruling = world.ruling(city(by), city(by), &subject(1));
        assert!(ruling.measures.is_empty() && ruling.for_public().entries.is_empty(), "{by} shows it");
        assert!(ruling.relied_on.contains(&suspension));
        // As it stood before.
        let earlier = Millis(entry.issued_at.0 + 1);
        let then = world.ruling_at(city(by), city(by), &subject(1), earlier, false);
        assert!(then.entry(id).unwrap().counts, "{by} before the suspension");
    }
    let resumption = end(&mut world, city(1), Kind::Resumption, suspension);
    let again = act(&world, city(1), Kind::Resumption, suspension);
    assert_eq!(publish(&mut world, city(1), again), Err(Refusal::WithoutEffect(suspension)));
    let wrong = act(&world, city(1), Kind::Resumption, id);
    assert_eq!(publish(&mut world, city(1), wrong), Err(Refusal::WrongTarget(id)));
    agree(&mut world);
    assert!((1..=3).all(|by| seen(&world, city(by), 1, id).counts), "resumed by {resumption}");
    // A second one rests it again, and an ending wins over it.
    let second = end(&mut world, city(1), Kind::Suspension, link);
    let repair = end(&mut world, city(1), Kind::Repair, id);
    let late = act(&world, city(1), Kind::Resumption, second);
    assert_eq!(publish(&mut world, city(1), late), Err(Refusal::AlreadyEnded(second, repair)));
    agree(&mut world);
    assert!((1..=3).all(|by| state(&world, city(by), 1, id) == Some(State::Repaired)));
}

#[test]
fn a_response_narrows_what_is_recognised_and_the_last_one_stands() {
    let (mut world, id) = listed(3_002);
    let answers: [(&[(&str, Answer, Option<&str>)], [Option<ReasonCode>; 3]); 4] = [
        (&[("D-B-01", Answer::Declined, None)], [Some(ReasonCode::MeasureDeclined), None, None]),
        (
            &[("D-B-02", Answer::NotApplicable, None), ("D-B-03", Answer::Applies, Some("2090-01-01"))],
            [None, Some(ReasonCode::MeasureNotApplicable), Some(ReasonCode::MeasureFromLaterDay)],
        ),
        (&[("D-B-03", Answer::Applies, Some("2020-01-01"))], [None, None, None]),
        // What the entry does not carry changes nothing.
        (&[("D-B-99", Answer::Declined, None)], [None, None, None]),
    ];
    for (answers, due) in answers {
        let draft = response(&world, city(2), id, answers);
        let said = publish(&mut world, city(2), draft).unwrap();
        agree(&mut world);
        let entry = seen(&world, city(2), 1, id);
        assert_eq!((measures(&entry), entry.answered_by, entry.counts), (due.to_vec(), Some(said), true));
        // It binds nobody else.
        assert!(seen(&world, city(3), 1, id).measures.iter().all(|measure| measure.holds));
        assert!(seen(&world, city(3), 1, id).answered_by.is_none());
    }
    // A text that is gone is not held against the subject.
    let draft = response(&world, city(2), id, &[("D-B-01", Answer::Declined, None)]);
    let said = publish(&mut world, city(2), draft).unwrap();
    end(&mut world, city(2), Kind::Erasure, said);
    agree(&mut world);
    assert_eq!(measures(&seen(&world, city(2), 1, id)), [Some(ReasonCode::ResponseUnreadable); 3]);
    let own = response(&world, city(1), id, &[("D-B-01", Answer::Declined, None)]);
    assert_eq!(publish(&mut world, city(1), own), Err(Refusal::OwnEntry(id)));
}

#[test]
fn the_first_objection_of_a_city_suspends_and_waits_for_its_answer() {
    let (mut world, id) = listed(3_003);
    let first = objection(&world, city(3), id, "first");
    let first = publish(&mut world, city(3), first).unwrap();
    let twice = objection(&world, city(3), id, "second");
    assert_eq!(publish(&mut world, city(3), twice.clone()), Err(Refusal::AlreadyFiled(id, first)));
    let own = objection(&world, city(1), id, "own");
    assert_eq!(publish(&mut world, city(1), own), Err(Refusal::OwnEntry(id)));
    agree(&mut world);
    // (state, counts) at the three cities: only city 2's rule suspends.
    let shown =
        |world: &World| [1, 2, 3].map(|by| (seen(world, city(by), 1, id).state, seen(world, city(by), 1, id).counts));
    let disputed = [(State::Disputed, true), (State::Suspended, false), (State::Disputed, true)];
    assert_eq!(shown(&world), disputed);
    let filing = seen(&world, city(2), 1, id).filings[0].clone();
    assert_eq!((filing.id, filing.kind, filing.overdue, filing.suspends), (first, FilingKind::Objection, false, true));
    // Fifteen working days later silence has an end: it counts again, and is shown as overdue.
    let after = filing.until.unwrap().end();
    for (at, counts) in [(Millis(after.0 - 1), false), (after, true)] {
        let entry = world.ruling_at(city(2), city(2), &subject(1), at, true).entry(id).unwrap().clone();
        assert_eq!((entry.counts, codes(&entry).contains(&ReasonCode::ObjectionOverdue)), (counts, counts), "{at:?}");
    }
    // Who may answer it, and how.
    let by_another = decided(&world, city(2), first, RulingResult::Rejected);
    assert_eq!(publish(&mut world, city(2), by_another), Err(Refusal::NotOurs(first)));
    let of_the_entry = decided(&world, city(1), id, RulingResult::Rejected);
    assert_eq!(publish(&mut world, city(1), of_the_entry), Err(Refusal::WrongTarget(id)));
    let uncarried = decided(&world, city(1), first, RulingResult::Upheld);
    assert_eq!(publish(&mut world, city(1), uncarried.clone()), Err(Refusal::NotCarriedOut(first)));
    let link = amendment(&world, city(1), id, 1, "corrected upon objection");
    let ids = world.publish(city(1), vec![link, uncarried]).unwrap();
    agree(&mut world);
    assert_eq!(shown(&world), [(State::Listed, true); 3]);
    let again = decided(&world, city(1), first, RulingResult::Rejected);
    assert_eq!(publish(&mut world, city(1), again), Err(Refusal::AlreadyAnswered(first, ids[1])));
    // A second objection of that city disputes and suspends nothing; withdrawn, it is over.
    let second = publish(&mut world, city(3), twice).unwrap();
    agree(&mut world);
    assert_eq!(shown(&world), [(State::Disputed, true); 3]);
    let others = act(&world, city(1), Kind::Withdrawal, second);
    assert_eq!(publish(&mut world, city(1), others), Err(Refusal::NotOurs(second)));
    end(&mut world, city(3), Kind::Withdrawal, second);
    agree(&mut world);
    assert_eq!(shown(&world), [(State::Listed, true); 3]);
    let late = act(&world, city(3), Kind::Withdrawal, second);
    assert!(matches!(publish(&mut world, city(3), late), Err(Refusal::AlreadyAnswered(..))));
}

#[test]
fn an_application_marks_the_entry_and_changes_nothing_else() {
    let (mut world, id) = listed(3_004);
    let filed = application(&world, city(3), id);
    let filed = publish(&mut world, city(3), filed).unwrap();
    agree(&mut world);
    for by in 1..=3 {
        let entry = seen(&world, city(by), 1, id);
        assert_eq!((entry.state, entry.counts), (State::Listed, true), "{by}");
        assert_eq!(
            entry.filings.iter().map(|one| (one.id, one.kind)).collect::<Vec<_>>(),
            [(filed, FilingKind::RepairApplication)]
        );
        assert!(world.ruling(city(by), city(by), &subject(1)).for_public().entries[0].filings.is_empty());
    }
    let repair = act(&world, city(1), Kind::Repair, id);
    let ruling = decided(&world, city(1), filed, RulingResult::Upheld);
    world.publish(city(1), vec![repair, ruling]).unwrap();
    agree(&mut world);
    assert!((1..=3).all(|by| seen(&world, city(by), 1, id).filings.is_empty()));
    let late = application(&world, city(2), id);
    assert!(matches!(publish(&mut world, city(2), late), Err(Refusal::AlreadyEnded(..))));
}

#[test]
fn a_decline_that_is_withdrawn_counts_no_more_and_may_be_said_again() {
    let (mut world, id) = listed(3_005);
    for _ in 0..2 {
        let body = Body::Decline(huxin_protocol::body::DeclineBody { reason: "synthetic".to_owned() });
        let decline = say(&world, city(2), Kind::Decline, id, body);
        let declined = publish(&mut world, city(2), decline).unwrap();
        assert_eq!(seen(&world, city(2), 1, id).declined_by, Some(declined));
        end(&mut world, city(2), Kind::Withdrawal, declined);
        let entry = seen(&world, city(2), 1, id);
        assert_eq!((entry.declined_by, entry.counts), (None, true));
    }
}

#[test]
fn what_was_taken_over_rests_on_its_origin_until_the_city_stands_by_it() {
    let (mut world, origin) = listed(3_006);
    let digest = |world: &World, id: StatementId| {
        let node = world.city(city(2));
        huxin_engine::gather::statement(&*node.store, &node.roster(), id).unwrap().unwrap().0.digest
    };
    // City 2 lists under another code what city 1 has found, so that nothing but `derived_from` leads there.
    let mut body = entry_body(2, "Decision 2");
    body.derived_from = Some(About { id: origin, digest: digest(&world, origin) });
    let taken = Body::Listing(Box::new(body));
    let draft_of = |world: &World, kind, about, body| {
        draft(&world.city(city(2)).secrets, &world.genesis.id(), kind, about, body, Disclosure::Public)
    };
    let entry = draft_of(&world, Kind::Entry, None, taken);
    let copy = publish(&mut world, city(2), entry).unwrap();
    agree(&mut world);
    assert!(seen(&world, city(2), 2, copy).counts, "its own city's");
    assert_eq!(codes(&seen(&world, city(3), 2, copy)), [ReasonCode::DerivedNotRecognised]);
    let rule = RecognitionBody::without_limits(city(2), vec![List::Black], date("1990-01-01"));
    let body = Body::Recognition(RecognitionBody { derived: true, ..rule });
    let rule =
        draft(&world.city(city(3)).secrets, &world.genesis.id(), Kind::Recognition, None, body, Disclosure::Public);
    publish(&mut world, city(3), rule).unwrap();
    assert!(seen(&world, city(3), 2, copy).counts);
    // What rests or is over there rests here, its own city's too.
    let suspension = end(&mut world, city(1), Kind::Suspension, origin);
    agree(&mut world);
    for by in [2, 3] {
        assert_eq!(codes(&seen(&world, city(by), 2, copy)), [ReasonCode::OriginEnded], "{by}");
    }
    end(&mut world, city(1), Kind::Resumption, suspension);
    agree(&mut world);
    assert!([2, 3].iter().all(|by| seen(&world, city(*by), 2, copy).counts));
    end(&mut world, city(1), Kind::Annulment, origin);
    agree(&mut world);
    assert!([2, 3].iter().all(|by| !seen(&world, city(*by), 2, copy).counts));
    // The city signs that it stands by itself.
    let own = Body::Listing(Box::new(entry_body(2, "Decision 2")));
    let own = draft_of(&world, Kind::Amendment, Some(copy), own);
    publish(&mut world, city(2), own).unwrap();
    agree(&mut world);
    assert!([2, 3].iter().all(|by| seen(&world, city(*by), 2, copy).counts));
    // Two decisions of one city about it stay two.
    let other = entry_of(&world, city(2), 2, "Decision 3");
    publish(&mut world, city(2), other).unwrap();
}
