//! The sentence at the head of a ruling: how much counts, in both languages.

use super::book::*;
use crate::body::{EntryBody, List};

fn decision(number: u32, list: List) -> EntryBody {
    let mut body = if list == List::Red { red() } else { black() };
    body.list = list;
    body.basis.document_number = Some(format!("示例〔2026〕{number}号"));
    if list == List::Watch {
        body.measures.clear();
    }
    body
}

fn both() -> Book {
    let mut book = Book::recognising();
    book.recognise(ningbo(), hezhou(), |rule| rule.derived = true);
    book
}

#[test]
fn each_list_is_told_with_its_number_the_gravest_first() {
    let mut book = both();
    let summary = book.ask(ningbo()).summary;
    assert_eq!((summary.text_en.as_str(), summary.text_zh.as_str()), ("nothing counts here", "没有有效条目"));
    book.list(zhoushan(), "r", decision(1, List::Red));
    let summary = book.ask(ningbo()).summary;
    assert_eq!((summary.text_en.as_str(), summary.text_zh.as_str()), ("1 on red lists", "红名单 1 条"));
    assert!(!summary.red_and_black);
    book.list(zhoushan(), "w", decision(2, List::Watch));
    book.list(zhoushan(), "w2", decision(3, List::Watch));
    let summary = book.ask(ningbo()).summary;
    assert_eq!((summary.watch, summary.red_and_black), (2, false));
    book.list(zhoushan(), "b", decision(4, List::Black));
    book.list(hezhou(), "b2", decision(5, List::Black));
    book.list(hezhou(), "b3", decision(6, List::Black));
    let summary = book.ask(ningbo()).summary;
    assert_eq!((summary.black, summary.watch, summary.red, summary.red_and_black), (3, 2, 1, true));
    assert_eq!(summary.text_en, "3 on black lists, 2 on watch lists, 1 on red lists");
    assert_eq!(summary.text_zh, "黑名单 3 条，重点关注名单 2 条，红名单 1 条");
}

#[test]
fn black_alone_is_not_red_and_black() {
    let mut book = both();
    book.list(zhoushan(), "b", black());
    let summary = book.ask(ningbo()).summary;
    assert_eq!((summary.black, summary.red, summary.red_and_black), (1, 0, false));
}

#[test]
fn what_does_not_count_and_what_is_to_be_confirmed_is_told_after_it() {
    let mut book = Book::recognising();
    book.list(zhoushan(), "b", black());
    book.list(hezhou(), "h", decision(9, List::Black));
    book.source(zhoushan()).freshness = None;
    let summary = book.ask(ningbo()).summary;
    assert_eq!(
        summary.text_en,
        "1 on black lists; 1 standing elsewhere but not counting here; confirm with the issuer before acting"
    );
    assert_eq!(summary.text_zh, "黑名单 1 条；1 条在列但在此不作数；使用前请与签发城市核实");
}

/// A group counts once, under the gravest list of its counting entries, whichever was listed first (R137).
#[test]
fn a_group_counts_under_its_gravest_list() {
    for (origin, copy, gravest) in [
        (List::Black, List::Watch, List::Black),
        (List::Watch, List::Black, List::Black),
        (List::Watch, List::Red, List::Watch),
    ] {
        let mut book = both();
        let about = book.list(zhoushan(), "g", decision(1, origin));
        let mut body = decision(2, copy);
        body.derived_from = Some(about);
        book.list(hezhou(), "h", body);
        let ruling = book.ask(ningbo());
        assert_eq!(ruling.groups.len(), 1, "{origin:?} {copy:?}");
        let summary = ruling.summary;
        let told = [List::Red, List::Watch, List::Black].map(|list| u32::from(list == gravest));
        assert_eq!([summary.red, summary.watch, summary.black], told, "{origin:?} {copy:?}");
    }
}
