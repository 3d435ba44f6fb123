//! What headers alone make void or not yet (R101 to R104).

use super::book::*;
use crate::digest::Digest;
use crate::fold::{BodyState, Fact};
use crate::header::About;
use crate::ids::{Epoch, Seq};
use crate::kind::Kind;
use crate::ruling::{ReasonCode, State};
use crate::time::Millis;

/// Spoils one good entry and answers its state and first reason.
fn spoiled(spoil: impl FnOnce(&mut Fact)) -> (State, ReasonCode) {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", black());
    spoil(book.last());
    let entry = book.entry(about);
    assert!(!entry.counts);
    assert!(entry.measures.iter().all(|measure| !measure.holds));
    (entry.state, entry.reasons[0].code)
}

#[test]
fn a_good_entry_counts() {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", black());
    let entry = book.entry(about);
    assert_eq!((entry.state, entry.counts, entry.reasons.len()), (State::Listed, true, 0));
    let ruling = book.ask(ningbo());
    assert_eq!((ruling.summary.black, ruling.summary.red, ruling.measures.len()), (1, 0, 1));
    assert_eq!(ruling.measures[0].content.zh, "依法限制参加政府采购活动");
    assert!(ruling.relied_on.contains(&about.id) && ruling.relied_on.is_sorted());
}

/// R101: the order of the reasons is the order of the rule.
#[test]
fn listings_void_by_header() {
    assert_eq!(spoiled(|fact| fact.header.epoch = Epoch(2)), (State::Void, ReasonCode::Misplaced));
    assert_eq!(spoiled(|fact| fact.header.seq = Seq(50)), (State::Void, ReasonCode::Misplaced));
    assert_eq!(spoiled(|fact| fact.header.city = hezhou()), (State::Void, ReasonCode::Misplaced));
    assert_eq!(spoiled(|fact| fact.voided = true), (State::Void, ReasonCode::VoidedByRecord));
    assert_eq!(spoiled(|fact| fact.abandoned = true), (State::Void, ReasonCode::Abandoned));
    assert_eq!(spoiled(|fact| fact.header.ground = None), (State::Void, ReasonCode::NoGround));
    let both = |fact: &mut Fact| {
        fact.voided = true;
        fact.header.ground = None;
    };
    assert_eq!(spoiled(both), (State::Void, ReasonCode::VoidedByRecord));
}

/// Adds an act about a good entry, spoils it, and answers the reason why it has no effect. The entry must still count.
fn idle_act(kind: Kind, spoil: impl FnOnce(&mut Fact, About)) -> ReasonCode {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", black());
    book.act(kind, about);
    spoil(book.last(), about);
    let ruling = book.ask(ningbo());
    assert!(entry_of(&ruling, about).counts, "a void act must change nothing");
    assert_eq!(ruling.without_effect.len(), 1);
    ruling.without_effect[0].reason.code
}

/// R102 and R103 for each ending.
#[test]
fn endings_void_by_header_change_nothing() {
    for kind in [Kind::Annulment, Kind::Removal, Kind::Repair, Kind::Erasure] {
        assert_eq!(idle_act(kind, |fact, _| fact.header.about = None), ReasonCode::NoAbout);
        assert_eq!(
            idle_act(kind, |fact, about| fact.header.about = Some(About { digest: Digest([3; 32]), ..about })),
            ReasonCode::AboutMismatch
        );
        let absent = |fact: &mut Fact, about: About| {
            let mut id = about.id;
            id.seq = Seq(0);
            fact.id.seq = Seq(9);
            fact.header.seq = Seq(9);
            id.seq = Seq(8);
            fact.header.about = Some(About { id, ..about });
        };
        assert_eq!(idle_act(kind, absent), ReasonCode::NotYet);
        let own = |fact: &mut Fact, _: About| fact.header.about = Some(About { id: fact.id, digest: fact.digest });
        assert_eq!(idle_act(kind, own), ReasonCode::AboutNotEarlier);
        let later = |fact: &mut Fact, about: About| {
            let mut id = fact.id;
            id.seq = Seq(77);
            fact.header.about = Some(About { id, ..about });
        };
        assert_eq!(idle_act(kind, later), ReasonCode::AboutNotEarlier);
        assert_eq!(idle_act(kind, |fact, _| fact.voided = true), ReasonCode::VoidedByRecord);
        assert_eq!(idle_act(kind, |fact, _| fact.header.seq = Seq(50)), ReasonCode::Misplaced);
    }
    assert_eq!(idle_act(Kind::Unknown(999), |_, _| {}), ReasonCode::NeedsNewerNode);
}

/// R103: anything but the listing city's act has no effect, and each kind has its targets.
#[test]
fn who_may_act_on_what() {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", black());
    for kind in [Kind::Annulment, Kind::Removal, Kind::Repair, Kind::Erasure, Kind::Reinstatement] {
        book.act_of(hezhou(), kind, about);
    }
    book.put(hezhou(), Kind::Amendment, listing(red()), |fact| {
        fact.header.about = Some(about);
        fact.header.ground = Some(tag("h"));
    });
    let reinstated = book.act(Kind::Reinstatement, about);
    let declined = book.decline(zhoushan(), about);
    let of_ending = book.act(Kind::Repair, reinstated);
    let ruling = book.ask(ningbo());
    assert!(entry_of(&ruling, about).counts);
    let foreign = ruling.without_effect.iter().filter(|act| act.reason.code == ReasonCode::NotTheListingCity).count();
    assert_eq!(foreign, 5);
    let foreign_amendment = ruling.entries.iter().find(|entry| entry.issuer == hezhou()).unwrap();
    assert_eq!(codes(foreign_amendment), [ReasonCode::NotTheListingCity]);
    // What another city declines is its own affair, also where it has no effect (R146).
    assert!(ruling.without_effect.iter().all(|act| act.id != declined.id));
    let at_home = book.ask(zhoushan());
    let act = at_home.without_effect.iter().find(|act| act.id == declined.id).unwrap();
    assert_eq!(act.reason.code, ReasonCode::WrongTarget);
    for wrong in [reinstated, of_ending] {
        let act = ruling.without_effect.iter().find(|act| act.id == wrong.id).unwrap();
        assert_eq!(act.reason.code, ReasonCode::WrongTarget);
    }
}

/// R122: at an earlier instant an annulment has its effect, and a repair has none until the millisecond of its issue.
#[test]
fn without_effect_tells_of_endings_what_they_do() {
    let mut book = Book::recognising();
    let annulled = book.list(zhoushan(), "g", black());
    let repaired = book.list(zhoushan(), "h", red());
    book.act(Kind::Annulment, annulled);
    let repair = book.act(Kind::Repair, repaired);
    let issued = Millis(today().0 + 60_000);
    book.last().header.issued_at = issued;
    let before = book.ask_at(ningbo(), Millis(issued.0 - 1));
    assert!(entry_of(&before, repaired).counts);
    let idle: Vec<_> = before.without_effect.iter().map(|act| (act.id, act.reason.code)).collect();
    assert_eq!(idle, [(repair.id, ReasonCode::NotYetIssued)]);
    let long_before = book.ask_at(ningbo(), day("2026-03-01").start());
    assert_eq!(entry_of(&long_before, annulled).state, State::Annulled);
    let idle: Vec<_> = long_before.without_effect.iter().map(|act| act.id).collect();
    assert!(idle.contains(&repair.id) && idle.iter().all(|id| id.city == ningbo() || *id == repair.id), "{idle:?}");
    assert_eq!(entry_of(&book.ask_at(ningbo(), issued), repaired).state, State::Repaired);
    assert!(book.ask_at(ningbo(), issued).without_effect.is_empty());
}

/// R129: a rule of a later body version is none here, and the reason is the right one.
#[test]
fn a_recognition_that_cannot_be_read_says_why() {
    for (body, code) in [("body_version", ReasonCode::NeedsNewerNode), ("body_keys", ReasonCode::BodyMalformed)] {
        let mut book = Book::new();
        let rule = book.recognise(ningbo(), zhoushan(), |_| {});
        book.last().body = BodyState::Malformed(body);
        let ruling = book.ask(ningbo());
        let idle: Vec<_> = ruling.without_effect.iter().map(|act| (act.id, act.reason.code)).collect();
        assert_eq!(idle, [(rule.id, code)]);
    }
}

/// R104: a leaf from the future waits, and nothing else waits for it.
#[test]
fn future_leaf_does_not_stall() {
    let mut book = Book::recognising();
    let future = book.list(zhoushan(), "future", black());
    book.last().header.issued_at = Millis(today().0 + 5 * 60_000 + 1);
    let after = book.list(zhoushan(), "after", red());
    let ruling = book.ask(ningbo());
    let waiting = entry_of(&ruling, future);
    assert_eq!((waiting.state, codes(&waiting)), (State::NotYet, vec![ReasonCode::NotYetIssued]));
    assert!(entry_of(&ruling, after).counts, "a later leaf is judged by itself");
    let then = book.ask_at(ningbo(), Millis(today().0 + 1));
    assert!(entry_of(&then, future).counts, "within five minutes it is taken at its word");
    // An ending from the future ends at once in a ruling for now, and from its time in others.
    let ending = book.act(Kind::Repair, after);
    book.last().header.issued_at = Millis(today().0 + 3_600_000);
    let ruling = book.ask(ningbo());
    assert_eq!(entry_of(&ruling, after).state, State::Repaired);
    assert_eq!(entry_of(&ruling, after).ended_by, Some(ending.id));
    assert!(ruling.without_effect.is_empty());
    assert!(entry_of(&book.ask_at(ningbo(), today()), after).counts);
    assert!(!entry_of(&book.ask_at(ningbo(), Millis(today().0 + 3_600_000)), after).counts);
}

/// R102: an amendment whose entry is not here waits for it.
#[test]
fn an_amendment_waits_for_its_entry() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let amendment = book.amend(entry, "g", black());
    let withheld = book.facts.remove(1);
    let waiting = book.entry(amendment);
    assert_eq!((waiting.state, waiting.counts, codes(&waiting)), (State::NotYet, false, vec![ReasonCode::NotYet]));
    book.facts.push(withheld);
    assert!(book.entry(amendment).counts);
}

/// R107: the chain never falls back to older content.
#[test]
fn an_unreadable_current_link_leaves_the_effect_unknown() {
    let cases = [
        (BodyState::Lacking, ReasonCode::BodyLacking),
        (BodyState::NotReader, ReasonCode::NotReader),
        (BodyState::Erased, ReasonCode::BodyErased),
        (BodyState::Malformed("body_keys"), ReasonCode::BodyMalformed),
        (BodyState::Malformed("body_version"), ReasonCode::NeedsNewerNode),
    ];
    for (body, code) in cases {
        let mut book = Book::recognising();
        let entry = book.list(zhoushan(), "g", black());
        book.amend(entry, "g", black());
        book.last().body = body.clone();
        let ruling = book.entry(entry);
        assert_eq!((ruling.state, ruling.counts, codes(&ruling)), (State::Unknown, false, vec![code]));
        assert!(ruling.content.is_none(), "older content is not shown in its place");
        assert_eq!(book.ask(ningbo()).summary.unknown, 1);
        // An ending needs no body at all.
        book.act(Kind::Annulment, entry);
        book.last().body = body;
        assert_eq!(book.entry(entry).state, State::Annulled);
    }
    // It is of this case by the ground that it shares with an entry that can be read (R143).
    let mut book = Book::recognising();
    book.list(zhoushan(), "g", black());
    let entry = book.list(zhoushan(), "g", black());
    book.last().body = BodyState::Malformed("body_field");
    assert_eq!(book.entry(entry).state, State::Void, "a malformed entry is void by itself");
}

/// R106: the newest link speaks, whichever link it amends.
#[test]
fn the_highest_link_is_current() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let mut corrected = black();
    corrected.measures = vec!["D-B-03".to_owned()];
    let second = book.amend(entry, "g", corrected);
    let mut again = black();
    again.measures = vec!["D-B-04".to_owned()];
    let third = book.amend(entry, "g", again);
    let ruling = book.entry(entry);
    assert_eq!(ruling.current, Some(third.id));
    assert_eq!(ruling.links.iter().map(|link| link.id).collect::<Vec<_>>(), [entry.id, second.id, third.id]);
    assert_eq!(ruling.measures[0].code, "D-B-04");
    // A void one at the top does not speak.
    book.last().voided = true;
    let ruling = book.entry(entry);
    assert_eq!(ruling.current, Some(second.id));
    assert_eq!(ruling.links[2].reason.as_ref().map(|reason| reason.code), Some(ReasonCode::VoidedByRecord));
}

/// R143: an entry that is corrected to another subject leaves this one, and says nothing of the other.
#[test]
fn a_corrected_subject_leaves() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let mut other = black();
    other.subject.id = crate::subject::SubjectId::new("uscc", "919900991234560405").unwrap();
    other.subject.name = "另一家有限公司".to_owned();
    book.amend(entry, "g2", other);
    let ruling = book.entry(entry);
    assert_eq!((ruling.state, codes(&ruling)), (State::Void, vec![ReasonCode::OtherSubject]));
    assert!(!serde_json::to_string(&book.ask(ningbo())).unwrap().contains("另一家"));
    // Seen from the other subject it counts.
    book.subject = crate::subject::SubjectId::new("uscc", "919900991234560405").unwrap();
    assert!(book.entry(entry).counts);
}
