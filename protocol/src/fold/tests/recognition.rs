//! What counts for whom (R129 to R132; DOMAIN rules 7 and 8).

use super::book::*;
use crate::body::{List, RecognitionBody, Severity};
use crate::digest::Digest;
use crate::fold::BodyState;
use crate::kind::Kind;
use crate::ruling::{EntryRuling, ReasonCode, State};
use crate::time::Millis;

/// Ningbo's view of Zhoushan's black entry under one rule.
fn under(edit: impl FnOnce(&mut RecognitionBody)) -> EntryRuling {
    let mut book = Book::new();
    book.recognise(ningbo(), zhoushan(), edit);
    let about = book.list(zhoushan(), "g", black());
    book.entry(about)
}

fn refused(edit: impl FnOnce(&mut RecognitionBody)) -> Vec<ReasonCode> {
    let entry = under(edit);
    assert_eq!((entry.state, entry.counts), (State::Listed, false), "the entry stands, and does not count here");
    assert_eq!(entry.measures[0].reason.as_ref().unwrap().code, ReasonCode::EntryNotCounting);
    codes(&entry)
}

#[test]
fn nothing_counts_without_a_rule() {
    let mut book = Book::new();
    let about = book.list(zhoushan(), "g", black());
    let ruling = book.ask(ningbo());
    assert_eq!(codes(&entry_of(&ruling, about)), [ReasonCode::NotRecognised]);
    assert_eq!((ruling.summary.black, ruling.summary.not_counting), (0, 1));
    assert!(ruling.measures.is_empty());
    // The city's own counts by itself.
    let own = book.ask(zhoushan());
    assert!(entry_of(&own, about).counts && entry_of(&own, about).recognised_by.is_none());
    // Another city's rule is not ours, and a rule about another partner is none.
    book.recognise(hezhou(), zhoushan(), |_| {});
    book.recognise(ningbo(), hezhou(), |_| {});
    assert!(!book.entry(about).counts);
    assert!(entry_of(&book.ask(hezhou()), about).counts);
}

#[test]
fn each_term_of_a_rule() {
    assert!(under(|_| {}).counts);
    assert_eq!(refused(|rule| rule.lists = vec![List::Red]), [ReasonCode::ListNotRecognised]);
    assert_eq!(refused(|rule| rule.lists.clear()), [ReasonCode::NotRecognised]);
    assert_eq!(refused(|rule| rule.fields = Some(vec!["食品".to_owned()])), [ReasonCode::FieldNotRecognised]);
    assert!(under(|rule| rule.fields = Some(vec!["海运".to_owned()])).counts);
    assert_eq!(refused(|rule| rule.minimum_severity = Some(Severity::Serious)), [ReasonCode::BelowMinimumSeverity]);
    assert!(under(|rule| rule.minimum_severity = Some(Severity::General)).counts);
    assert_eq!(refused(|rule| rule.decided_within_months = Some(2)), [ReasonCode::DecidedTooLongAgo]);
    assert!(under(|rule| rule.decided_within_months = Some(3)).counts);
    assert_eq!(refused(|rule| rule.decided_since = Some(day("2026-03-02"))), [ReasonCode::DecidedBeforeRecognition]);
    assert!(under(|rule| rule.decided_since = Some(day("2026-03-01"))).counts);
    assert_eq!(refused(|rule| rule.valid_from = day("2026-06-02")), [ReasonCode::NotRecognised]);
    assert_eq!(refused(|rule| rule.valid_until = Some(day("2026-05-31"))), [ReasonCode::RecognitionExpired]);
    assert!(under(|rule| rule.valid_until = Some(day("2026-06-01"))).counts);
    assert_eq!(refused(|rule| rule.editions = Some(vec![Digest([7; 32])])), [ReasonCode::EditionNotRecognised]);
    assert!(under(|rule| rule.editions = Some(vec![demo()])).counts);
    let two = refused(|rule| {
        rule.fields = Some(vec![]);
        rule.minimum_severity = Some(Severity::Serious);
    });
    assert_eq!(two, [ReasonCode::FieldNotRecognised, ReasonCode::BelowMinimumSeverity], "every reason is given");
}

/// R130: a rule that does not say from which decisions on it holds means those from its first day on.
#[test]
fn recognition_is_not_retroactive_unless_said() {
    let from = |valid_from: &str, since: Option<&str>| {
        under(|rule| {
            rule.valid_from = day(valid_from);
            rule.decided_since = since.map(day);
        })
    };
    // The entry was decided on 2026-03-01.
    for (valid_from, since, counts) in [
        ("2026-03-01", None, true),
        ("2026-03-02", None, false),
        ("2026-03-02", Some("2026-03-01"), true),
        ("2026-02-01", Some("2026-03-02"), false),
    ] {
        let entry = from(valid_from, since);
        assert_eq!(entry.counts, counts, "{valid_from} {since:?}");
        let before = codes(&entry).contains(&ReasonCode::DecidedBeforeRecognition);
        assert_eq!(before, !counts, "{valid_from} {since:?}");
    }
    // Without a date it is of the day on which it was listed, and a term that is said asks for a date all the same.
    let mut book = Book::new();
    let mut body = red();
    body.edition = crate::edition::Edition::named("mdb").unwrap().digest();
    (body.basis.decided_on, body.basis.effective_on) = (None, None);
    let dateless = book.list(zhoushan(), "d", body);
    let listed = book.last().header.issued_at.date();
    for (valid_from, since, reason) in [
        (listed, None, None),
        (listed.add_days(1), None, Some(ReasonCode::DecidedBeforeRecognition)),
        (listed, Some(listed), Some(ReasonCode::DecisionDateUnknown)),
    ] {
        book.recognise(ningbo(), zhoushan(), |rule| (rule.valid_from, rule.decided_since) = (valid_from, since));
        // The rule has begun by then.
        let entry = entry_of(&book.ask_at(ningbo(), listed.add_days(2).start()), dateless);
        let told = [ReasonCode::DecidedBeforeRecognition, ReasonCode::DecisionDateUnknown];
        let against: Vec<_> = codes(&entry).into_iter().filter(|code| told.contains(code)).collect();
        assert_eq!(against, reason.into_iter().collect::<Vec<_>>(), "{valid_from} {since:?}");
    }
}

#[test]
fn a_rule_may_leave_measures_out() {
    let entry = under(|rule| rule.measures = Some(vec!["D-B-04".to_owned()]));
    assert!(entry.counts && !entry.measures[0].holds);
    assert_eq!(entry.measures[0].reason.as_ref().unwrap().code, ReasonCode::MeasureNotRecognised);
    assert!(under(|rule| rule.measures = Some(vec!["D-B-01".to_owned()])).measures[0].holds);
}

/// Severity is asked of burdens only; a date is judged by decision, or effect where that is absent.
#[test]
fn terms_where_a_fact_is_absent() {
    let mut book = Book::new();
    book.recognise(ningbo(), zhoushan(), |rule| {
        rule.minimum_severity = Some(Severity::Minor);
        rule.decided_since = Some(day("2026-03-01"));
    });
    let good = book.list(zhoushan(), "r", red());
    assert!(book.entry(good).counts);
    let mut body = black();
    body.severity = None;
    let unstated = book.list(zhoushan(), "b", body);
    assert_eq!(codes(&book.entry(unstated)), [ReasonCode::BelowMinimumSeverity]);
    let mut body = red();
    body.edition = crate::edition::Edition::named("mdb").unwrap().digest();
    body.basis.decided_on = None;
    let effective = book.list(zhoushan(), "e", body.clone());
    assert!(book.entry(effective).counts);
    body.basis.effective_on = None;
    let dateless = book.list(zhoushan(), "d", body);
    assert!(codes(&book.entry(dateless)).contains(&ReasonCode::DecisionDateUnknown));
}

/// R129: the newest rule that has begun is the rule. It is not filled up from older ones, nor do they come back.
#[test]
fn the_newest_rule_is_the_rule() {
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", black());
    let second = book.recognise(ningbo(), zhoushan(), |rule| {
        rule.lists = vec![List::Red];
        rule.valid_from = day("2026-07-01");
    });
    assert!(book.entry(about).counts, "the second rule has not begun");
    let later = entry_of(&book.ask_at(ningbo(), day("2026-07-01").start()), about);
    assert_eq!((later.counts, later.recognised_by), (false, Some(second.id)));
    book.recognise(ningbo(), zhoushan(), |rule| rule.valid_until = Some(day("2026-03-31")));
    assert_eq!(codes(&book.entry(about)), [ReasonCode::RecognitionExpired], "an older rule does not come back");
    // A void, unreadable or future rule is none.
    book.recognise(ningbo(), zhoushan(), |_| {});
    assert!(book.entry(about).counts);
    book.last().voided = true;
    assert!(!book.entry(about).counts);
    book.last().voided = false;
    book.last().header.issued_at = Millis(today().0 + 3_600_000);
    assert!(!book.entry(about).counts);
    book.last().header.issued_at = issue_time();
    book.last().body = BodyState::Malformed("body_keys");
    let ruling = book.ask(ningbo());
    assert!(!entry_of(&ruling, about).counts);
    assert_eq!(ruling.without_effect[0].reason.code, ReasonCode::BodyMalformed);
}

#[test]
fn a_decline_is_a_reasoned_opt_out() {
    let mut book = Book::recognising();
    let entry = book.list(zhoushan(), "g", black());
    let amendment = book.amend(entry, "g", black());
    let foreign = book.decline(hezhou(), entry);
    assert!(book.entry(entry).counts, "another city's decline is its own affair");
    let decline = book.decline(ningbo(), amendment);
    let ruling = book.ask(ningbo());
    let declined = entry_of(&ruling, entry);
    assert_eq!((declined.counts, declined.declined_by, declined.state), (false, Some(decline.id), State::Listed));
    assert_eq!(codes(&declined), [ReasonCode::Declined]);
    assert!(declined.reasons[0].text_zh.contains("依据不足"));
    assert!(ruling.relied_on.contains(&decline.id) && !ruling.relied_on.contains(&foreign.id));
    book.last().body = BodyState::Lacking;
    assert!(!book.entry(entry).counts, "the header alone declines");
}

/// DOMAIN rule 7: disputed wherever it is held; whether it rests is the recogniser's rule.
#[test]
fn an_objection_disputes() {
    for suspends in [false, true] {
        let mut book = Book::new();
        book.recognise(ningbo(), zhoushan(), |rule| rule.suspend_while_disputed = suspends);
        let entry = book.list(zhoushan(), "g", black());
        let objection = book.put(hezhou(), Kind::Objection, BodyState::Lacking, |fact| {
            fact.header.about = Some(entry);
            fact.header.issued_at = today();
        });
        let disputed = book.entry(entry);
        assert_eq!(disputed.counts, !suspends);
        assert_eq!(disputed.state, if suspends { State::Suspended } else { State::Disputed });
        assert_eq!(codes(&disputed).contains(&ReasonCode::SuspendedDisputed), suspends);
        assert_eq!(disputed.measures[0].holds, !suspends);
        // At its issuer it is disputed and counts.
        let own = entry_of(&book.ask(zhoushan()), entry);
        assert_eq!((own.state, own.counts), (State::Disputed, true));
        // Only the listing city's ruling ends the dispute.
        book.act_of(hezhou(), Kind::Ruling, objection);
        assert!(codes(&book.entry(entry)).contains(&ReasonCode::Disputed));
        book.act_of(zhoushan(), Kind::Ruling, objection);
        assert_eq!((book.entry(entry).state, book.entry(entry).counts), (State::Listed, true));
    }
}
