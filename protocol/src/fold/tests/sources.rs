//! Freshness, completeness, frozen cities (R133 to R136; DOMAIN rule 9) and the public view (R139).

use super::book::*;
use crate::digest::Digest;
use crate::fold::{OwnLog, explain, rule};
use crate::header::Disclosure;
use crate::ids::Seq;
use crate::kind::Kind;
use crate::ruling::{ReasonCode, State};
use crate::time::Millis;

const HOUR: i64 = 3_600_000;

#[test]
fn a_silent_city_is_stale() {
    let mut book = Book::recognising();
    let bad = book.list(zhoushan(), "b", black());
    let good = book.list(zhoushan(), "r", red());
    let stale = |book: &Book| {
        let ruling = book.ask(ningbo());
        let (bad, good) = (entry_of(&ruling, bad), entry_of(&ruling, good));
        assert!(bad.counts && good.counts, "what is stale is still shown");
        assert_eq!(bad.confirm_with_issuer, bad.stale);
        assert!(!good.confirm_with_issuer, "a red entry burdens nobody");
        assert_eq!(codes(&bad).contains(&ReasonCode::Stale), bad.stale);
        assert_eq!(ruling.summary.confirm_with_issuer, bad.stale);
        bad.stale
    };
    assert!(!stale(&book));
    book.source(zhoushan()).freshness = Some(Millis(today().0 - 24 * HOUR));
    assert!(!stale(&book), "24 hours to the millisecond is fresh");
    book.source(zhoushan()).freshness = Some(Millis(today().0 - 24 * HOUR - 1));
    assert!(stale(&book));
    book.source(zhoushan()).freshness = None;
    assert!(stale(&book));
    book.source(zhoushan()).freshness = Some(Millis(today().0 + 300_000));
    assert!(!stale(&book));
    book.source(zhoushan()).freshness = Some(Millis(today().0 + 300_001));
    assert!(stale(&book), "a time more than five minutes ahead gives no freshness");
    // The rule's own bound, and never for the city's own log.
    book.recognise(ningbo(), zhoushan(), |rule| rule.freshness_hours = 48);
    book.source(zhoushan()).freshness = Some(Millis(today().0 - 47 * HOUR));
    assert!(!stale(&book));
    book.source(zhoushan()).freshness = None;
    assert!(!entry_of(&book.ask(zhoushan()), bad).stale);
}

/// R134: beyond the first lacking body a burden is to be confirmed.
#[test]
fn beyond_the_complete_point() {
    let mut book = Book::recognising();
    let before = book.list(zhoushan(), "a", black());
    let after = book.list(zhoushan(), "b", black());
    book.source(zhoushan()).lacking = [Seq(9), Seq(1)].into();
    let ruling = book.ask(ningbo());
    assert!(!entry_of(&ruling, before).confirm_with_issuer);
    let beyond = entry_of(&ruling, after);
    assert!(beyond.counts && beyond.confirm_with_issuer && beyond.beyond_complete);
    assert_eq!(codes(&beyond), [ReasonCode::SourceIncomplete]);
    assert_eq!(ruling.sources.iter().find(|source| source.city == zhoushan()).unwrap().lacking, 2);
    assert!(!entry_of(&book.ask(zhoushan()), after).confirm_with_issuer);
}

/// R135: freezing deletes nothing; measures and incentives rest, endings keep their effect.
#[test]
fn a_frozen_city() {
    let mut book = Book::recognising();
    let bad = book.list(zhoushan(), "b", black());
    book.list(zhoushan(), "r", red());
    let gone = book.list(zhoushan(), "x", black());
    book.act(Kind::Repair, gone);
    book.source(zhoushan()).frozen = true;
    for viewer in [ningbo(), zhoushan()] {
        let ruling = book.ask(viewer);
        let entry = entry_of(&ruling, bad);
        assert_eq!((entry.state, entry.counts), (State::Suspended, false));
        assert_eq!(codes(&entry), [ReasonCode::IssuerUnderReview]);
        assert_eq!(entry.measures[0].reason.as_ref().unwrap().code, ReasonCode::IssuerUnderReview);
        assert!(entry.content.is_some(), "the entry is still shown");
        assert!(ruling.measures.is_empty() && ruling.incentives.is_empty());
        assert_eq!(entry_of(&ruling, gone).state, State::Repaired);
    }
}

#[test]
fn a_cut_history_is_shown() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "b", black());
    book.source(zhoushan()).history_cut = true;
    let ruling = book.entry(entry);
    assert!(ruling.counts && ruling.history_cut && codes(&ruling).contains(&ReasonCode::HistoryCut));
}

/// The sources named are those that an answer rests on, also where it is "nothing".
#[test]
fn an_empty_answer_names_what_it_rests_on() {
    let book = Book::recognising();
    let ruling = book.ask(ningbo());
    let cities: Vec<_> = ruling.sources.iter().map(|source| source.city).collect();
    assert_eq!(cities, [ningbo(), zhoushan()]);
    assert_eq!(ruling.summary.text_en, "nothing counts here");
    assert_eq!(ruling.at_text, "2026-06-01T09:00:00.000+08:00");
}

/// R139: of what is not public, or has ended, nothing is left.
#[test]
fn the_public_view() {
    let mut book = Book::recognising();
    let open = book.list(zhoushan(), "a", red());
    let mut body = black();
    body.ground_text = "不公开的事由".to_owned();
    body.basis.authority = "不公开的机关".to_owned();
    let closed = book.list(zhoushan(), "b", body);
    book.last().header.disclosure = Disclosure::Federation;
    let ended = book.list(zhoushan(), "c", black());
    book.act(Kind::Removal, ended);
    let mut expired = black();
    expired.until = Some(day("2026-04-01"));
    let over = book.list(zhoushan(), "d", expired);
    let ruling = book.ask(ningbo());
    assert_eq!(ruling.entries.len(), 4);
    let public = ruling.for_public();
    assert_eq!(public.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [open.id]);
    assert_eq!((public.summary.black, public.summary.red, public.summary.ended), (0, 1, 0));
    let text = serde_json::to_string(&public).unwrap();
    assert!(!text.contains("不公开"));
    for hidden in [closed, ended, over] {
        assert!(!text.contains(&format!("\"{}\"", hidden.id)), "{}", hidden.id);
    }
    assert!(public.measures.is_empty());
    assert!(!text.contains("black_suspends_incentives"), "a hidden black entry is not given away");
}

/// An amendment with a narrower disclosure narrows the entry.
#[test]
fn the_narrowest_disclosure_holds() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "a", red());
    book.amend(entry, "a", red());
    book.last().header.disclosure = Disclosure::Named(vec![ningbo()]);
    assert!(book.ask(ningbo()).for_public().entries.is_empty());
}

/// Every step names a rule, in both languages, and the digests close the tale.
#[test]
fn explain_tells_the_chain() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let repair = book.act(Kind::Repair, entry);
    let again = book.act(Kind::Reinstatement, repair);
    book.act_of(hezhou(), Kind::Repair, entry);
    let case = book.case(ningbo(), today(), true);
    let steps = explain(&case, OwnLog::Known);
    assert!(
        steps.iter().all(|step| !step.text_en.is_empty() && !step.text_zh.is_empty() && step.rule.starts_with('R'))
    );
    assert!(steps.iter().any(|step| step.id == Some(again.id) && step.rule == "R121"));
    assert!(steps.iter().any(|step| step.rule == "R103" && step.text_en.contains("only the city that listed")));
    let last = steps.last().unwrap();
    assert!(last.text_en.contains(&rule(&case).ruling_digest.to_string()));
    assert_ne!(rule(&case).log_digest, Digest([0; 32]));
}

/// R144: what a ruling says of an own log that may lack an ending stands among the reasons too, with its rule, and of no partner's entry.
#[test]
fn explain_says_that_the_own_log_is_unconfirmed() {
    let mut book = Book::recognising();
    let (own, partners) = (book.list(ningbo(), "g", black()), book.list(zhoushan(), "h", black()));
    let case = book.case(ningbo(), today(), true);
    for (own_log, due) in [(OwnLog::Known, 0), (OwnLog::Unconfirmed, 1)] {
        let steps = explain(&case, own_log);
        let doubts: Vec<_> = steps.iter().filter(|step| step.rule == "R144").collect();
        assert_eq!(doubts.len(), due);
        assert!(doubts.iter().all(|step| step.id == Some(own.id) && step.id != Some(partners.id)));
    }
}

/// R143: an amendment whose reference does not hold names a stranger's entry of which nothing can be read; that entry is no part
/// of the case. What shares a ground with the subject's own entries is.
#[test]
fn a_reference_that_does_not_hold_draws_no_stranger_into_the_case() {
    let mut book = Book::recognising();
    let mine = book.list(zhoushan(), "g", black());
    let stranger = book.list(zhoushan(), "h", black());
    book.last().body = crate::fold::BodyState::Lacking;
    book.amend(crate::header::About { digest: Digest([9; 32]), ..stranger }, "g", black());
    let tied = book.list(zhoushan(), "g", black());
    book.last().body = crate::fold::BodyState::Lacking;
    let ruling = book.ask(ningbo());
    assert!(ruling.entry(stranger.id).is_none());
    assert!(ruling.entry(mine.id).is_some_and(|entry| entry.counts));
    assert!(ruling.entry(tied.id).is_some());
}

/// R78: witnesses are counted for the size that covers the entry with all its links.
#[test]
fn an_entry_is_seen_by_those_whose_checkpoint_covers_it() {
    use crate::ids::{Seq, Size};
    use crate::ruling::{Seen, Witness};
    let witnesses = [(hezhou(), 3), (ningbo(), 5)].map(|(city, size)| Witness { city, size: Size(size) });
    for (seq, cities, size, en) in [
        (1, 2, 3, "seen by 2 at size 3"),
        (2, 2, 3, "seen by 2 at size 3"),
        (3, 1, 5, "seen by 1 at size 5"),
        (5, 0, 6, "seen by no other city yet"),
    ] {
        let seen = Seen::of(&witnesses, Seq(seq));
        assert_eq!(seen, Seen { cities, size: Size(size) }, "{seq}");
        assert_eq!(seen.text().0, en);
    }
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    book.source(zhoushan()).witnesses = [(hezhou(), Size(entry.id.seq.0 + 1))].into();
    assert!(
        explain(&book.case(ningbo(), today(), true), OwnLog::Known)
            .iter()
            .any(|step| step.text_en.starts_with("seen by 1 at"))
    );
    book.amend(entry, "g", black());
    assert!(
        explain(&book.case(ningbo(), today(), true), OwnLog::Known)
            .iter()
            .any(|step| step.text_zh == "尚无其他城市见证")
    );
}

/// R133: only the newest cosignature of a city is kept. Asked for an earlier instant, a later one is as good: whoever heard the
/// city since holds what it had said by then.
#[test]
fn a_city_that_was_heard_later_is_not_stale_for_an_earlier_instant() {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "b", black());
    let earlier = Millis(today().0 - 10 * 24 * HOUR);
    for (heard, stale) in [(Some(today()), false), (Some(Millis(earlier.0 - 24 * HOUR - 1)), true), (None, true)] {
        book.source(zhoushan()).freshness = heard;
        assert_eq!(entry_of(&book.ask_at(ningbo(), earlier), about).stale, stale, "{heard:?}");
    }
}
