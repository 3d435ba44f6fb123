//! Two lists, one decision (R137; DOMAIN rule 14).

use super::book::*;
use crate::body::{Body, DeclineBody, EntryBody, Source};
use crate::fold::{BodyState, OwnLog, explain};
use crate::ids::CityCode;
use crate::kind::Kind;
use crate::ruling::State;
use crate::text::check_text;

fn both() -> Book {
    let mut book = Book::recognising();
    book.recognise(ningbo(), hezhou(), |_| {});
    book
}

/// Lists one body in Zhoushan and another in Hezhou, and answers how many black entries count.
fn counted(edit: impl FnOnce(&mut EntryBody)) -> u32 {
    let mut book = both();
    book.list(zhoushan(), "g", black());
    let mut other = black();
    edit(&mut other);
    book.list(hezhou(), "h", other);
    let ruling = book.ask(ningbo());
    assert_eq!(ruling.entries.iter().filter(|entry| entry.counts).count(), 2, "both are shown and count");
    assert_eq!(ruling.groups.len(), usize::from(ruling.summary.black == 1));
    ruling.summary.black
}

#[test]
fn one_decision_counts_once() {
    assert_eq!(counted(|_| {}), 1);
    assert_eq!(counted(|body| body.basis.authority = "  示例市海事局 ".to_owned()), 1);
    assert_eq!(counted(|body| body.basis.decided_on = Some(day("2026-02-01"))), 1, "the number names the decision");
    assert_eq!(counted(|body| body.basis.document_number = Some("示例罚〔2026〕2号".to_owned())), 2);
    assert_eq!(counted(|body| body.basis.authority = "另一机关".to_owned()), 2);
}

fn imported(edit: impl FnOnce(&mut EntryBody)) -> EntryBody {
    let mut body = black();
    body.basis.document_number = None;
    body.source = Some(Source { publisher: "示例公示网".to_owned(), retrieved_on: None, row: None });
    edit(&mut body);
    body
}

#[test]
fn without_a_number_the_day_names_the_decision() {
    assert_eq!(counted(|body| *body = imported(|_| {})), 1);
    assert_eq!(counted(|body| *body = imported(|body| body.basis.decided_on = Some(day("2026-03-02")))), 2);
    // Two numbered decisions of one day are two, and a record without a number belongs to neither for certain.
    let mut book = both();
    book.list(zhoushan(), "g", black());
    let mut other = black();
    other.basis.document_number = Some("示例罚〔2026〕2号".to_owned());
    book.list(zhoushan(), "g2", other);
    book.list(hezhou(), "h", imported(|_| {}));
    let ruling = book.ask(ningbo());
    assert_eq!((ruling.summary.black, ruling.groups.len()), (3, 0));
}

#[test]
fn an_origin_holds_its_copies() {
    let mut book = both();
    let origin = book.list(zhoushan(), "g", black());
    let mut copy = black();
    copy.basis.authority = "写法不同的机关".to_owned();
    copy.basis.document_number = Some("9".to_owned());
    copy.derived_from = Some(origin);
    let copy = book.list(hezhou(), "h", copy);
    let ruling = book.ask(ningbo());
    assert_eq!(ruling.summary.black, 1);
    assert_eq!(ruling.groups[0].entries, [origin.id, copy.id]);
    assert!(ruling.entries.iter().all(|entry| entry.group == Some(1)));
}

/// A group counts where one of its entries does; one that ended is no part of it.
#[test]
fn a_group_counts_with_its_members() {
    let mut book = Book::recognising();
    let first = book.list(zhoushan(), "g", black());
    book.list(hezhou(), "h", black());
    let ruling = book.ask(ningbo());
    assert_eq!((ruling.summary.black, ruling.summary.not_counting, ruling.groups[0].counts), (1, 1, true));
    book.act(crate::kind::Kind::Repair, first);
    let ruling = book.ask(ningbo());
    assert_eq!((ruling.summary.black, ruling.groups.len()), (0, 0));
}

/// Deciding authority and publisher stand before the city that signed.
#[test]
fn the_authority_is_named_first() {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", imported(|_| {}));
    let zh = book.entry(about).attribution.zh;
    let at = |text: &str| zh.find(text).unwrap_or_else(|| panic!("{text} in {zh}"));
    assert!(at("示例市海事局") < at("示例公示网") && at("示例公示网") < at("舟山市"));
    let code: CityCode = zhoushan();
    assert!(zh.contains(code.as_str()));
}

/// R7: a partner's words are shown harmlessly in every sentence, and its entry stands (R6).
#[test]
fn a_partners_words_are_shown_harmlessly() {
    let mut book = Book::recognising();
    let mut body = black();
    body.basis.authority = "示例\u{202E}局".to_owned();
    body.source = Some(Source { publisher: "公示\u{1B}[31m网".to_owned(), retrieved_on: None, row: None });
    let about = book.list(zhoushan(), "g", body);
    book.source(zhoushan()).name = "舟山\u{200B}市".to_owned();
    let decline = BodyState::Held(Body::Decline(DeclineBody { reason: "依据\n不足".to_owned() }));
    book.put(ningbo(), Kind::Decline, decline, |fact| fact.header.about = Some(about));
    let entry = book.entry(about);
    assert_eq!(entry.state, State::Listed);
    let mut sentences = vec![entry.attribution.en.clone(), entry.attribution.zh.clone()];
    sentences.extend(entry.reasons.iter().flat_map(|reason| [reason.text_en.to_string(), reason.text_zh.to_string()]));
    let steps = explain(&book.case(ningbo(), today(), true), OwnLog::Known);
    sentences.extend(steps.into_iter().flat_map(|step| [step.text_en, step.text_zh]));
    assert!(sentences.iter().all(|sentence| check_text(sentence).is_ok()), "{sentences:?}");
    for shown in ["示例<U+202E>局", "公示<U+001B>[31m网", "舟山<U+200B>市", "依据<U+000A>不足"] {
        assert!(sentences.iter().any(|sentence| sentence.contains(shown)), "{shown}");
    }
}
