//! What anyone may see (R139): what is left is told rightly, and nothing tells of what was left out.

use super::book::*;
use crate::header::Disclosure;
use crate::kind::Kind;
use crate::ruling::{ReasonCode, Ruling};

fn other_decision() -> crate::body::EntryBody {
    let mut body = black();
    body.basis.document_number = Some("示例罚〔2026〕2号".to_owned());
    body
}

#[test]
fn a_group_is_shown_as_far_as_its_entries_are() {
    let mut book = Book::recognising();
    let first = book.list(zhoushan(), "g", black());
    let hidden = book.list(hezhou(), "h", black());
    book.last().header.disclosure = Disclosure::Federation;
    assert_eq!(book.ask(ningbo()).groups[0].entries, [first.id, hidden.id]);
    let public = book.ask(ningbo()).for_public();
    assert!(public.groups.is_empty(), "one alone is no group, and two would tell of the other");
    assert_eq!(public.entries.iter().map(|entry| entry.group).collect::<Vec<_>>(), [None]);

    let second = book.list(hezhou(), "i", black());
    let public = book.ask(ningbo()).for_public();
    assert_eq!(public.groups.len(), 1);
    assert_eq!(public.groups[0].entries, [first.id, second.id]);
    assert!(public.groups[0].counts, "the first one counts");
    assert!(public.entries.iter().all(|entry| entry.group == Some(public.groups[0].number)));
}

#[test]
fn a_group_counts_by_its_own_entries_only() {
    let mut book = Book::recognising();
    book.list(zhoushan(), "g", other_decision());
    book.list(hezhou(), "h", black());
    book.list(hezhou(), "i", black());
    let ruling = book.ask(ningbo());
    assert!(ruling.entries.iter().any(|entry| entry.counts), "the one beside it does");
    for ruling in [ruling.for_public(), ruling] {
        assert_eq!((ruling.groups.len(), ruling.groups[0].counts), (1, false), "nobody recognises that city here");
    }
}

#[test]
fn a_measure_is_to_be_confirmed_for_its_own_entries_only() {
    let mut book = Book::recognising();
    book.list(zhoushan(), "g", black());
    let mut own = other_decision();
    own.measures = vec!["D-B-02".to_owned()];
    book.list(ningbo(), "h", own);
    book.source(zhoushan()).freshness = None;
    let public = book.ask(ningbo()).for_public();
    let told: Vec<_> = public.measures.iter().map(|held| (held.code.as_str(), held.confirm_with_issuer)).collect();
    assert_eq!(told, [("D-B-01", true), ("D-B-02", false)]);
}

#[test]
fn an_incentive_is_shown_unless_something_hidden_suspends_it() {
    let mut book = Book::recognising();
    let good = book.list(zhoushan(), "r", red());
    assert_eq!(book.ask(ningbo()).for_public().incentives.len(), 1);
    let hidden = book.list(zhoushan(), "b", black());
    book.last().header.disclosure = Disclosure::Federation;
    let ruling = book.ask(ningbo());
    assert_eq!(ruling.incentives[0].suspended.as_ref().unwrap().code, ReasonCode::BlackSuspendsIncentives);
    let public = ruling.for_public();
    assert!(public.incentives.is_empty());
    assert!(entry_of(&public, good).measures.is_empty(), "that it rests would tell why");
    // Where the black entry may be seen, so may what it does.
    book.act(Kind::Removal, hidden);
    book.list(zhoushan(), "c", black());
    let public = book.ask(ningbo()).for_public();
    assert_eq!(public.incentives[0].suspended.as_ref().unwrap().code, ReasonCode::BlackSuspendsIncentives);
    assert!(!entry_of(&public, good).measures.is_empty());
}

#[test]
fn what_only_something_hidden_brought_in_is_not_named() {
    let mut book = Book::new();
    let rule = book.recognise(ningbo(), zhoushan(), |_| {});
    let shown = book.list(zhoushan(), "g", black());
    let corrected = book.amend(shown, "g", black());
    let hidden = book.list(hezhou(), "h", other_decision());
    book.last().header.disclosure = Disclosure::Federation;
    let sources = |ruling: &Ruling| ruling.sources.iter().map(|source| source.city).collect::<Vec<_>>();
    let ruling = book.ask(ningbo());
    assert_eq!(sources(&ruling), [ningbo(), zhoushan(), hezhou()]);
    assert!(ruling.relied_on.contains(&hidden.id));
    let public = ruling.for_public();
    let mut told = [rule.id, shown.id, corrected.id];
    told.sort_unstable();
    assert_eq!(public.relied_on, told);
    assert_eq!(sources(&public), [ningbo(), zhoushan()]);
    // Whom the viewer recognises is no secret, and neither is who issued what anybody may see.
    let open = book.list(hezhou(), "i", other_decision());
    let public = book.ask(ningbo()).for_public();
    assert_eq!(sources(&public), [ningbo(), zhoushan(), hezhou()]);
    assert!(public.relied_on.contains(&open.id) && !public.relied_on.contains(&hidden.id));
    book.act(Kind::Removal, shown);
    let public = book.ask(ningbo()).for_public();
    assert_eq!(public.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [open.id]);
    assert_eq!(sources(&public), [ningbo(), zhoushan(), hezhou()]);
    assert_eq!(public.relied_on, {
        let mut told = [rule.id, open.id];
        told.sort_unstable();
        told
    });
}
