//! Basis, edition, term and measures (R123 to R128; DOMAIN rules 1 to 3 and 11).

use super::book::*;
use crate::body::{EntryBody, List, Severity, Source};
use crate::digest::Digest;
use crate::edition::{BasisItem, Edition};
use crate::fold::BodyState;
use crate::header::Disclosure;
use crate::ruling::{EntryRuling, ReasonCode, State};
use crate::subject::{SubjectClass, SubjectId};
use crate::time::Millis;

fn judged(edit: impl FnOnce(&mut EntryBody)) -> EntryRuling {
    let mut book = Book::recognising();
    let mut body = black();
    edit(&mut body);
    book.subject = body.subject.id.clone();
    let about = book.list(zhoushan(), "g", body);
    book.entry(about)
}

fn imported(body: &mut EntryBody) {
    body.source = Some(Source { publisher: "示例公示网".to_owned(), retrieved_on: None, row: Some(3) });
}

#[test]
fn a_missing_basis_item() {
    let spoils: [(fn(&mut EntryBody), BasisItem); 5] = [
        (|body| body.basis.law = None, BasisItem::Law),
        (|body| body.basis.document_number = Some(" ".to_owned()), BasisItem::DocumentNumber),
        (|body| body.basis.authority = String::new(), BasisItem::Authority),
        (|body| body.basis.decided_on = None, BasisItem::DecidedOn),
        (|body| body.measures.clear(), BasisItem::Measures),
    ];
    for (spoil, item) in spoils {
        let entry = judged(spoil);
        assert_eq!((entry.state, codes(&entry)), (State::Void, vec![ReasonCode::BasisMissing]));
        assert!(entry.reasons[0].text_zh.contains(item.text().1));
        // An imported official record is kept, named as incomplete, and carries nothing.
        let entry = judged(|body| {
            spoil(body);
            imported(body);
        });
        assert_eq!((entry.state, entry.counts, entry.basis_lacks.clone()), (State::Listed, true, vec![item]));
        assert_eq!(codes(&entry), [ReasonCode::BasisIncomplete]);
        assert!(entry.measures.iter().all(|measure| !measure.holds));
    }
}

#[test]
fn an_unknown_edition_leaves_the_effect_unknown() {
    let entry = judged(|body| body.edition = Digest([5; 32]));
    assert_eq!((entry.state, codes(&entry)), (State::Unknown, vec![ReasonCode::EditionUnknown]));
    // Held, as the program brings it along, and not accepted here.
    let mut book = Book::recognising();
    book.editions.remove(&demo());
    let about = book.list(zhoushan(), "g", black());
    let entry = book.entry(about);
    assert_eq!((entry.state, codes(&entry)), (State::Unknown, vec![ReasonCode::EditionNotAccepted]));
}

/// DOMAIN rule 2: the entry stands, the measure does not.
#[test]
fn a_measure_needs_the_catalogue() {
    let entry = judged(|body| body.measures = ["D-B-01", "X-1", "D-B-02"].map(str::to_owned).to_vec());
    assert!(entry.counts);
    let holds: Vec<bool> = entry.measures.iter().map(|measure| measure.holds).collect();
    assert_eq!(holds, [true, false, true]);
    assert_eq!(entry.measures[1].reason.as_ref().unwrap().code, ReasonCode::MeasureUnknown);

    let entry = judged(|body| {
        body.subject.class = SubjectClass::PublicInstitution;
        body.measures = ["D-B-02", "D-B-03"].map(str::to_owned).to_vec();
    });
    assert_eq!(entry.measures[0].reason.as_ref().unwrap().code, ReasonCode::MeasureNotForClass);
    assert!(entry.counts && entry.measures[1].holds);
}

#[test]
fn an_edition_binds_on_the_day_of_issue() {
    let file = Edition::named("demo").unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(file.canonical()).unwrap();
    json["binds_from"] = "2026-03-03".into();
    let late = Edition::parse(json.to_string().as_bytes()).unwrap();
    json["binds_from"] = "2026-03-02".into();
    json["binds_until"] = "2026-03-02".into();
    let exact = Edition::parse(json.to_string().as_bytes()).unwrap();
    for (edition, binds) in [(late, false), (exact, true)] {
        let mut book = Book::recognising();
        let mut body = black();
        body.edition = edition.digest();
        book.editions.insert(edition.digest(), edition);
        let about = book.list(zhoushan(), "g", body);
        let entry = book.entry(about);
        assert!(entry.counts);
        assert_eq!(entry.measures[0].holds, binds);
        assert_eq!(entry.measures[0].reason.is_none(), binds);
    }
}

/// R123: from 00:00+08:00 of the effective day until 00:00+08:00 after the last, the same instant on every node.
#[test]
fn a_term_begins_and_ends_by_itself() {
    let mut book = Book::new();
    let mut body = black();
    body.basis.effective_on = Some(day("2026-03-10"));
    body.until = Some(day("2026-05-31"));
    let about = book.list(zhoushan(), "g", body);
    let state = |at: Millis| entry_of(&book.ask_at(zhoushan(), at), about).state;
    let start = Millis(day("2026-03-10").start().0);
    assert_eq!(state(Millis(start.0 - 1)), State::NotYet);
    assert_eq!(state(start), State::Listed);
    let end = day("2026-06-01").start();
    assert_eq!(state(Millis(end.0 - 1)), State::Listed);
    assert_eq!(state(end), State::Expired);
    let ruling = entry_of(&book.ask_at(zhoushan(), start), about);
    assert_eq!((ruling.starts_at, ruling.ends_at), (Some(start), Some(end)));
    assert_eq!(ruling.listed_here_on, None);
    assert_eq!(start.text(), "2026-03-10T00:00:00.000+08:00");
}

/// R124: the earlier of the entry's own end and the edition's maximum, counted from the decision, months clamped.
#[test]
fn the_edition_bounds_the_term() {
    let ends = |edit: &dyn Fn(&mut EntryBody)| judged(|body| edit(body)).ends_at.map(|end| end.text()[..10].to_owned());
    let decided = |body: &mut EntryBody, severity, on: &str| {
        body.severity = severity;
        body.basis.decided_on = Some(day(on));
    };
    assert_eq!(ends(&|body| decided(body, Some(Severity::Minor), "2026-03-01")).unwrap(), "2026-06-02");
    assert_eq!(ends(&|body| decided(body, Some(Severity::General), "2026-03-01")).unwrap(), "2027-03-02");
    assert_eq!(ends(&|body| decided(body, Some(Severity::Serious), "2026-03-01")).unwrap(), "2029-03-02");
    assert_eq!(ends(&|body| decided(body, Some(Severity::Minor), "2025-11-30")).unwrap(), "2026-03-01");
    assert_eq!(ends(&|body| decided(body, None, "2026-03-01")).unwrap(), "2029-03-02");
    assert_eq!(ends(&|body| body.until = Some(day("2026-12-31"))).unwrap(), "2027-01-01");
    assert_eq!(ends(&|body| body.until = Some(day("2036-12-31"))).unwrap(), "2027-03-02");
    // An edition may set no maximum.
    let open = |body: &mut EntryBody| {
        body.edition = Edition::named("mdb").unwrap().digest();
        body.measures = vec!["M-MDB-01".to_owned()];
    };
    assert_eq!(ends(&open), None);
}

/// R124: an amended date never renews a term, in whatever order the dates come; what cannot be read is told.
#[test]
fn an_amended_date_renews_no_term() {
    let decided = |on: &str| {
        let mut body = black();
        body.basis.decided_on = Some(day(on));
        body
    };
    let ends = |entry: &EntryRuling| entry.ends_at.unwrap().text()[..10].to_owned();
    for (first, then) in [("2026-03-01", "2026-05-01"), ("2026-05-01", "2026-03-01")] {
        let mut book = Book::recognising();
        let about = book.list(zhoushan(), "g", decided(first));
        let second = book.amend(about, "h", decided(then));
        assert_eq!(ends(&book.entry(about)), "2027-03-02");
        assert!(!book.entry(about).confirm_with_issuer);
        // A third link does not forget the first.
        book.amend(second, "i", decided("2026-06-01"));
        assert_eq!(ends(&book.entry(about)), "2027-03-02");
    }
    // A day that a link does not give is not invented: an amendment without dates counts by the entry's.
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", decided("2026-03-01"));
    let mut undated = black();
    (undated.basis.decided_on, undated.basis.effective_on) = (None, None);
    imported(&mut undated);
    book.amend(about, "h", undated);
    assert_eq!(ends(&book.entry(about)), "2027-03-02");
    // What is over does not come back by an amendment.
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", decided("2025-03-01"));
    book.amend(about, "h", decided("2026-03-01"));
    assert_eq!(book.entry(about).state, State::Expired);
    // A link that cannot be read may hold an earlier day.
    let mut book = Book::recognising();
    let about = book.list(zhoushan(), "g", decided("2026-03-01"));
    book.last().body = BodyState::NotReader;
    book.amend(about, "h", decided("2026-05-01"));
    let entry = book.entry(about);
    assert!(entry.counts && entry.confirm_with_issuer);
    assert_eq!((ends(&entry).as_str(), codes(&entry)), ("2027-05-02", vec![ReasonCode::LinkUnreadable]));
}

/// Listed later than it took effect: it counts from the effective day, but not for instants before it was said.
#[test]
fn listed_here_on() {
    let mut book = Book::new();
    let mut body = black();
    body.basis.effective_on = Some(day("2026-02-01"));
    let about = book.list(zhoushan(), "g", body);
    let ruling = entry_of(&book.ask_at(zhoushan(), today()), about);
    assert_eq!(ruling.listed_here_on, Some(day("2026-03-02")));
    assert_eq!(entry_of(&book.ask_at(zhoushan(), day("2026-02-15").start()), about).state, State::NotYet);
}

#[test]
fn a_start_that_nobody_gave() {
    let entry = judged(|body| body.basis.effective_on = None);
    assert_eq!(entry.starts_at, Some(issue_time()));
    assert_eq!(codes(&entry), [ReasonCode::StartUnknown]);
    let entry = judged(|body| {
        body.basis.effective_on = None;
        body.from = Some(day("2026-03-05"));
    });
    assert_eq!((entry.starts_at, codes(&entry)), (Some(day("2026-03-05").start()), vec![]));
}

/// DOMAIN rule 11.
#[test]
fn natural_persons_only_by_name_of_reader() {
    let person = |body: &mut EntryBody| body.subject.class = SubjectClass::NaturalPerson;
    assert_eq!(codes(&judged(person)), [ReasonCode::PersonNotNamedDisclosure]);
    let linked = |body: &mut EntryBody| {
        let digest = crate::digest::Digest([1; 32]);
        let (name, role) = ("示*".to_owned(), crate::body::PersonRole::Principal);
        body.linked_persons = vec![crate::body::LinkedPerson { digest, name, role }];
    };
    assert_eq!(codes(&judged(linked)), [ReasonCode::PersonNotNamedDisclosure]);
    let scheme = |body: &mut EntryBody| body.subject.id = SubjectId::new("person", "k0f3").unwrap();
    assert_eq!(judged(scheme).state, State::Void);
    let mut book = Book::recognising();
    let mut body = black();
    person(&mut body);
    let about = book.list(zhoushan(), "g", body);
    book.last().header.disclosure = Disclosure::Named(vec![ningbo()]);
    assert!(book.entry(about).counts);
    assert!(book.ask(ningbo()).for_public().entries.is_empty());
}

/// DOMAIN rule 10: both are shown; black suspends incentives only where the edition says so.
#[test]
fn red_and_black_at_once() {
    let mut book = Book::recognising();
    let good = book.list(zhoushan(), "r", red());
    let alone = book.ask(ningbo());
    assert!(alone.incentives[0].suspended.is_none() && entry_of(&alone, good).measures[0].holds);
    book.list(zhoushan(), "b", black());
    let ruling = book.ask(ningbo());
    assert!(ruling.summary.red_and_black && ruling.summary.red == 1 && ruling.summary.black == 1);
    assert!(entry_of(&ruling, good).counts, "the red entry is shown and counts");
    assert_eq!(ruling.incentives[0].suspended.as_ref().unwrap().code, ReasonCode::BlackSuspendsIncentives);
    assert!(!entry_of(&ruling, good).measures[0].holds);
    assert_eq!(ruling.measures.len(), 1);

    let mut json: serde_json::Value = serde_json::from_slice(Edition::named("demo").unwrap().canonical()).unwrap();
    json["black_suspends_incentives"] = false.into();
    let lenient = Edition::parse(json.to_string().as_bytes()).unwrap();
    let mut book = Book::recognising();
    let mut body = red();
    body.edition = lenient.digest();
    book.editions.insert(lenient.digest(), lenient);
    book.list(zhoushan(), "r", body);
    book.list(zhoushan(), "b", black());
    assert!(book.ask(ningbo()).incentives[0].suspended.is_none());
    // A black record that carries no measure takes no incentive away.
    let mut book = Book::recognising();
    book.list(zhoushan(), "r", red());
    let mut incomplete = black();
    incomplete.basis.law = None;
    imported(&mut incomplete);
    book.list(zhoushan(), "b", incomplete);
    let ruling = book.ask(ningbo());
    assert!(ruling.summary.red_and_black && ruling.incentives[0].suspended.is_none());
}

/// A watch entry calls for attention only.
#[test]
fn a_watch_entry_carries_attention() {
    let entry = judged(|body| {
        body.list = List::Watch;
        body.measures = vec!["D-W-01".to_owned()];
    });
    assert!(entry.counts && entry.measures[0].holds);
}

/// R154: a list that an edition in force registers is listed under that one; elsewhere it has no effect, and the ruling's digest
/// says by which editions it was judged.
#[test]
fn a_registered_list_has_no_effect_under_another_edition() {
    let mdb = crate::edition::Edition::named("mdb").unwrap().digest();
    let rows: [(&str, List, crate::digest::Digest, Option<ReasonCode>); 5] = [
        ("安全生产严重失信主体名单", List::Black, demo(), None),
        ("安全生产严重失信主体名单", List::Black, mdb, Some(ReasonCode::ListRegisteredElsewhere)),
        ("安全生产严重失信主体名单", List::Watch, demo(), Some(ReasonCode::ListRegisteredElsewhere)),
        ("安全生产严重失信主体名单", List::Black, crate::digest::Digest([9; 32]), Some(ReasonCode::EditionUnknown)),
        ("样例名单", List::Black, mdb, None),
    ];
    for (name, list, edition, why) in rows {
        let mut book = Book::recognising();
        let mut body = black();
        (body.list_name, body.list, body.edition) = (name.to_owned(), list, edition);
        let about = book.list(zhoushan(), "g", body);
        let ruling = book.ask(ningbo());
        let entry = entry_of(&ruling, about);
        assert_eq!(entry.counts, why.is_none(), "{name} {list:?}");
        assert_eq!(codes(&entry).first().copied(), why, "{name} {list:?}");
        let judged: Vec<_> = ruling.editions.iter().map(|edition| edition.digest).collect();
        assert!(judged.contains(&edition));
        assert_eq!(judged.contains(&demo()), edition == demo() || name != "样例名单", "{name}");
    }
    // An amendment can't take an entry of a registered list under another edition either.
    let mut book = Book::recognising();
    let mut body = black();
    body.list_name = "安全生产严重失信主体名单".to_owned();
    let about = book.list(zhoushan(), "g", body.clone());
    body.edition = mdb;
    book.amend(about, "g", body);
    assert_eq!(codes(&book.entry(about)), [ReasonCode::ListRegisteredElsewhere]);
}
