//! Endings win (R105, R108 to R122).

use super::book::*;
use crate::fold::BodyState;
use crate::header::About;
use crate::ids::{Epoch, Seq};
use crate::kind::Kind;
use crate::ruling::{ReasonCode, State};
use crate::time::Millis;

const ENDINGS: [(Kind, State); 4] = [
    (Kind::Annulment, State::Annulled),
    (Kind::Removal, State::Removed),
    (Kind::Repair, State::Repaired),
    (Kind::Erasure, State::Erased),
];

#[test]
fn each_ending_ends_by_its_header() {
    for (kind, state) in ENDINGS {
        let mut book = Book::recognising();
        let entry = book.list(zhoushan(), "g", black());
        let ending = book.act(kind, entry);
        for body in [BodyState::Lacking, BodyState::Malformed("body_keys"), BodyState::NotReader, BodyState::Erased] {
            book.last().body = body;
            let ruling = book.ask(ningbo());
            let ended = entry_of(&ruling, entry);
            assert_eq!((ended.state, ended.ended, ended.counts), (state, true, false));
            assert_eq!(ended.ended_by, Some(ending.id));
            assert_eq!((ruling.summary.black, ruling.summary.ended), (0, 1));
            assert!(ruling.measures.is_empty() && ended.measures.iter().all(|measure| !measure.holds));
            assert!(ruling.for_public().entries.is_empty());
            assert_eq!(ended.content.is_none(), kind == Kind::Erasure);
        }
    }
}

/// The same record imported again after a repair has no effect, from whatever road it comes (R109).
#[test]
fn reimport_after_repair() {
    for (kind, _) in ENDINGS {
        let mut book = Book::recognising();
        let entry = book.list(zhoushan(), "g", black());
        let ending = book.act(kind, entry);
        let again = book.list(zhoushan(), "g", black());
        // Also under another tag, by amending the import.
        book.amend(again, "other", black());
        let ruling = book.entry(again);
        assert_eq!((ruling.state, ruling.counts), (State::Void, false));
        assert_eq!(codes(&ruling), [ReasonCode::GroundEnded]);
        assert_eq!(ruling.ended_by, Some(ending.id));
        assert_eq!(book.ask(ningbo()).summary.black, 0);
        // Another ground is another matter.
        let fresh = book.list(zhoushan(), "fresh", black());
        assert!(book.entry(fresh).counts);
        // And another city's tag of the same bytes is another matter, too.
        book.recognise(ningbo(), hezhou(), |_| {});
        let elsewhere = book.list(hezhou(), "g", black());
        assert!(book.entry(elsewhere).counts);
    }
}

#[test]
fn amend_after_annulment() {
    for (kind, state) in ENDINGS {
        let mut book = Book::recognising();
        let entry = book.list(zhoushan(), "g", black());
        book.act(kind, entry);
        let amendment = book.amend(entry, "other", black());
        let ruling = book.entry(entry);
        assert_eq!((ruling.state, ruling.counts), (state, false));
        let late = ruling.links.iter().find(|link| link.id == amendment.id).unwrap();
        assert_eq!(late.reason.as_ref().unwrap().code, ReasonCode::EndedBefore);
        assert_ne!(ruling.current, Some(amendment.id));
    }
}

/// The ending arrives first, waits, and ends the entry the moment it comes (R102).
#[test]
fn repair_before_entry_arrives() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let repair = book.act(Kind::Repair, entry);
    let held_back = book.facts.remove(1);
    let ruling = book.ask(ningbo());
    assert!(ruling.entries.is_empty());
    assert_eq!(ruling.without_effect[0].reason.code, ReasonCode::NotYet);
    book.facts.push(held_back);
    let ruling = book.ask(ningbo());
    assert_eq!(entry_of(&ruling, entry).state, State::Repaired);
    assert_eq!(entry_of(&ruling, entry).ended_by, Some(repair.id));
    assert!(ruling.without_effect.is_empty());
}

/// Ending any link ends the chain and all its grounds (R108).
#[test]
fn ending_one_link_ends_the_matter() {
    for at_link in 0..3 {
        let mut book = Book::recognising();
        let entry = book.list(zhoushan(), "a", black());
        let second = book.amend(entry, "b", black());
        let third = book.amend(second, "c", black());
        let twin = book.list(zhoushan(), "b", black());
        book.act(Kind::Repair, [entry, second, third][at_link]);
        assert_eq!(book.entry(entry).state, State::Repaired);
        assert_eq!(book.entry(twin).state, State::Repaired, "the other chain on ground b ends with it");
        for ground in ["a", "b", "c"] {
            let again = book.list(zhoushan(), ground, black());
            assert_eq!(codes(&book.entry(again)), [ReasonCode::GroundEnded], "ground {ground}");
        }
        assert_eq!(book.ask(ningbo()).summary.black, 0);
    }
}

/// An Entry that came too late adds nothing to the matter that it came after (R109), so what an ending of one of its own
/// links ends besides has that ending's state, and not the older one's.
#[test]
fn a_late_entry_ties_nothing_to_what_had_ended() {
    let mut book = Book::recognising();
    let erased = book.list(zhoushan(), "g", black());
    let healthy = book.list(zhoushan(), "h", red());
    book.act(Kind::Erasure, erased);
    let late = book.list(zhoushan(), "g", black());
    let amendment = book.amend(late, "h", black());
    assert!(book.entry(healthy).counts);
    let removal = book.act(Kind::Removal, amendment);
    let ended = book.entry(healthy);
    assert_eq!((ended.state, ended.ended_by), (State::Removed, Some(removal.id)));
    assert!(ended.content.is_some());
    assert_eq!(codes(&book.entry(late)), [ReasonCode::GroundEnded]);
}

/// A late amendment cannot pull a healthy entry into an ended matter (R109).
#[test]
fn a_link_without_effect_ties_nothing() {
    let mut book = Book::recognising();
    let healthy = book.list(zhoushan(), "healthy", black());
    let ended = book.list(zhoushan(), "ended", black());
    book.act(Kind::Annulment, ended);
    let late = book.amend(healthy, "ended", black());
    let ruling = book.entry(healthy);
    assert!(ruling.counts && ruling.current == Some(healthy.id));
    assert_eq!(ruling.links[1].reason.as_ref().unwrap().code, ReasonCode::GroundEnded);
    // Nor can a void one.
    let mut book = Book::recognising();
    let one = book.list(zhoushan(), "one", black());
    let two = book.list(zhoushan(), "two", black());
    book.amend(one, "two", black());
    book.last().voided = true;
    book.act(Kind::Repair, two);
    assert!(book.entry(one).counts);
    // But naming the link in an ending ends its chain.
    let mut book = Book::recognising();
    let one = book.list(zhoushan(), "one", black());
    let stolen = book.amend(one, "two", black());
    book.last().voided = true;
    book.act(Kind::Repair, stolen);
    assert_eq!(book.entry(one).state, State::Repaired);
    let _ = late;
}

/// Same city, same ground: the first speaks, the others repeat it (R120).
#[test]
fn the_same_ground_counts_once() {
    let mut book = Book::recognising();
    let first = book.list(zhoushan(), "g", black());
    let second = book.list(zhoushan(), "g", black());
    let ruling = book.ask(ningbo());
    assert!(entry_of(&ruling, first).counts);
    let repeat = entry_of(&ruling, second);
    assert_eq!((repeat.state, repeat.same_as), (State::Void, Some(first.id)));
    assert_eq!(codes(&repeat), [ReasonCode::SameGround]);
    assert_eq!(ruling.summary.black, 1);
    // A first one that is void repeats nothing.
    book.facts.iter_mut().find(|fact| fact.id == first.id).unwrap().voided = true;
    assert!(book.entry(second).counts);
    // One that is expired still does: a longer term needs an amendment, not another import.
    let mut book = Book::recognising();
    let mut short = black();
    short.until = Some(day("2026-04-01"));
    let first = book.list(zhoushan(), "g", short);
    let second = book.list(zhoushan(), "g", black());
    assert_eq!(book.entry(first).state, State::Expired);
    assert_eq!(codes(&book.entry(second)), [ReasonCode::SameGround]);
}

/// R121: a reinstatement cancels the one ending that it names; a later ending wins again.
#[test]
fn reinstatement_cancels_one_ending() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let repair = book.act(Kind::Repair, entry);
    let removal = book.act(Kind::Removal, entry);
    book.act(Kind::Reinstatement, repair);
    let ruling = book.entry(entry);
    assert_eq!((ruling.state, ruling.ended_by), (State::Removed, Some(removal.id)));
    let second = book.act(Kind::Reinstatement, removal);
    let ruling = book.ask(ningbo());
    assert!(entry_of(&ruling, entry).counts, "both endings are cancelled");
    assert!(ruling.relied_on.contains(&repair.id) && ruling.relied_on.contains(&second.id));
    let again = book.act(Kind::Annulment, entry);
    let ruling = book.entry(entry);
    assert_eq!((ruling.state, ruling.ended_by), (State::Annulled, Some(again.id)));
    // A reinstatement by another city cancels nothing.
    book.act_of(hezhou(), Kind::Reinstatement, again);
    assert_eq!(book.entry(entry).state, State::Annulled);
    // Nor does one from the future.
    book.act(Kind::Reinstatement, again);
    book.last().header.issued_at = Millis(today().0 + 3_600_000);
    assert_eq!(book.entry(entry).state, State::Annulled);
}

/// R122: repair and removal from their issue, annulment and erasure at every instant.
#[test]
fn endings_in_time() {
    let before = Millis(issue_time().0 + 1_000);
    let ended_at = Millis(issue_time().0 + 86_400_000);
    for (kind, state) in ENDINGS {
        let mut book = Book::recognising();
        let entry = book.list(zhoushan(), "g", black());
        book.act(kind, entry);
        book.last().header.issued_at = ended_at;
        let earlier = entry_of(&book.ask_at(ningbo(), before), entry);
        let always = matches!(kind, Kind::Annulment | Kind::Erasure);
        assert_eq!(earlier.counts, !always, "{kind:?}");
        let just_before = entry_of(&book.ask_at(ningbo(), Millis(ended_at.0 - 1)), entry);
        assert_eq!(just_before.counts, !always, "{kind:?}");
        assert_eq!(entry_of(&book.ask_at(ningbo(), ended_at), entry).state, state);
    }
}

/// Of several endings erasure shows, then annulment, then the first of the others.
#[test]
fn the_gravest_ending_gives_the_state() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let removal = book.act(Kind::Removal, entry);
    book.act(Kind::Repair, entry);
    assert_eq!((book.entry(entry).state, book.entry(entry).ended_by), (State::Removed, Some(removal.id)));
    book.act(Kind::Annulment, entry);
    assert_eq!(book.entry(entry).state, State::Annulled);
    book.act(Kind::Erasure, entry);
    let ruling = book.ask(ningbo());
    assert_eq!(entry_of(&ruling, entry).state, State::Erased);
    assert!(!serde_json::to_string(&ruling).unwrap().contains("示例"), "nothing of an erased body is shown");
}

/// R105: an ending among abandoned leaves keeps its effect, and the record does not come back in the next epoch.
#[test]
fn an_abandoned_ending_keeps_its_effect() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let repair = book.act(Kind::Repair, entry);
    book.last().abandoned = true;
    book.last().voided = true;
    assert_eq!(book.entry(entry).state, State::Repaired);
    // The log went on at the place of the abandoned leaf, under epoch 2.
    let again = book.list(zhoushan(), "g", black());
    let fact = book.last();
    (fact.id.epoch, fact.id.seq) = (Epoch(2), Seq(1));
    (fact.header.epoch, fact.header.seq) = (Epoch(2), Seq(1));
    let again = About { id: fact.id, ..again };
    assert_eq!(codes(&book.entry(again)), [ReasonCode::GroundEnded]);
    // Without the mark it is only a voided leaf.
    book.facts.iter_mut().find(|fact| fact.id == repair.id).unwrap().abandoned = false;
    assert!(book.entry(entry).counts);
}

/// R106: an ending works by its header alone, also on a chain whose Entry is not held; and nothing of its content is shown, for
/// no rule puts its links before or after the ending.
#[test]
fn a_chain_without_its_entry_that_was_ended_shows_no_content() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let amendment = book.amend(entry, "g", black());
    book.act(Kind::Removal, amendment);
    let mut later = black();
    later.summary = "later".to_owned();
    book.amend(amendment, "g", later);
    book.facts.retain(|fact| fact.id != entry.id);
    let ruling = book.ask(ningbo());
    let shown = entry_of(&ruling, amendment);
    assert_eq!((shown.state, shown.ended, shown.counts), (State::Removed, true, false));
    assert!(shown.content.is_none(), "what was said after the ending would be shown as if it had been ended");
}
