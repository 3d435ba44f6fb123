//! Whole imports at a desk in memory: random lists and random streams of events, with damage, duplicates, shared keys and
//! changed subjects, in random order, cut off between any two steps, run twice and thrice. What is live in the end is what a
//! naive model says, a second whole run signs nothing, and every row has exactly one outcome.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_api::Problem;
use huxin_api::model::{EntryRequest, ListingView};
use huxin_profile::{
    AMEND_LIMIT, Answer, Carried, Cell, Command, ConfirmedCodes, Desk, GONE_LIMIT, KnownRecord, Orders, Outcome, Plan,
    Profile, Row, Rules, Setting, Stop, Table, WHOLE, carry_out, plan, unsent,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::StatementId;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const CODES: [&str; 3] = ["91990099MA00000156", "919900991234560405", "919900991234560592"];

/// One record on the book.
#[derive(Clone, Debug)]
struct Chain {
    reference: String,
    id: StatementId,
    live: bool,
    listing: ListingView,
}

/// A book in memory that breaks off after so many steps.
#[derive(Clone, Debug, Default)]
struct Book {
    chains: Vec<Chain>,
    signed: u64,
    steps_left: Option<usize>,
}

#[derive(Debug, PartialEq, Eq)]
struct Broken;

fn view(request: &EntryRequest) -> ListingView {
    let request = request.clone();
    ListingView {
        subject: request.subject,
        list: request.list,
        list_name: request.list_name,
        field: request.field,
        ground_text: request.ground_text,
        severity: request.severity,
        basis: request.basis,
        measures: request.measures,
        from: request.from,
        until: request.until,
        linked_persons: request.linked_persons,
        person_key: request.person_key,
        edition: Digest([0; 32]),
        record_ref: request.record_ref,
        source: request.source,
        derived_from: request.derived_from,
        summary: request.summary,
        evidence: request.evidence,
        observed_on: request.observed_on,
        list_id: request.list_id,
        decision: request.decision,
        disclosure_reason: request.disclosure_reason,
    }
}

fn refused(code: &str) -> Answer {
    let problem = serde_json::json!({"type": "x", "title": "x", "status": 422, "code": code, "detail": code});
    Answer::Refused(serde_json::from_value::<Problem>(problem).unwrap())
}

impl Book {
    fn step(&mut self) -> Result<(), Broken> {
        match &mut self.steps_left {
            Some(0) => Err(Broken),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
    fn next_id(&mut self) -> StatementId {
        let id = format!("330900-{}", self.signed).parse().unwrap();
        self.signed += 1;
        id
    }
    fn known_of(chain: &Chain) -> KnownRecord {
        KnownRecord {
            record_ref: chain.reference.clone(),
            id: chain.id,
            is_live: chain.live,
            listing: chain.live.then(|| Box::new(chain.listing.clone())),
        }
    }
    fn one(&mut self, command: &Command) -> Answer {
        match command {
            Command::List(request) => {
                let listing = view(request);
                if listing.ground_text == "refuse" {
                    return refused("measure_unknown");
                }
                let id = self.next_id();
                let reference = request.record_ref.clone().unwrap();
                assert!(self.chains.iter().all(|chain| chain.reference != reference), "a record is listed once");
                self.chains.push(Chain { reference, id, live: true, listing });
                Answer::Done { id: Some(id), warnings: Vec::new() }
            }
            Command::Amend(target, request) => {
                let id = self.next_id();
                let chain = self.chains.iter_mut().find(|chain| chain.id == *target).unwrap();
                assert!(chain.live, "what has ended is never amended");
                assert_eq!(chain.listing.subject.id, request.subject.id, "a subject is never amended");
                assert_ne!(chain.listing, view(request), "an amendment changes something");
                chain.listing = view(request);
                chain.id = id;
                Answer::Done { id: Some(id), warnings: Vec::new() }
            }
            Command::Remove(target, _) => {
                let id = self.next_id();
                let chain = self.chains.iter_mut().find(|chain| chain.id == *target).unwrap();
                assert!(chain.live, "what has ended is never removed again");
                chain.live = false;
                Answer::Done { id: Some(id), warnings: Vec::new() }
            }
        }
    }
    fn live(&self) -> BTreeMap<String, (String, String)> {
        let live = self.chains.iter().filter(|chain| chain.live);
        live.map(|chain| {
            let said = (chain.listing.subject.id.to_string(), chain.listing.ground_text.clone());
            (chain.reference.clone(), said)
        })
        .collect()
    }
}

impl Desk for Book {
    type Fault = Broken;
    fn known(&mut self, refs: &[String]) -> Result<Vec<KnownRecord>, Broken> {
        self.step()?;
        Ok(self.chains.iter().filter(|chain| refs.contains(&chain.reference)).map(Self::known_of).collect())
    }
    fn live(&mut self, prefix: &str) -> Result<Vec<KnownRecord>, Broken> {
        self.step()?;
        let live = self.chains.iter().filter(|chain| chain.live && chain.reference.starts_with(prefix));
        Ok(live.map(Self::known_of).collect())
    }
    fn submit(&mut self, commands: &[Command], rehearse: bool) -> Result<Vec<Answer>, Broken> {
        self.step()?;
        if rehearse {
            let mut copy = Self { steps_left: None, ..self.clone() };
            let answers = commands.iter().map(|command| copy.one(command));
            let unnamed = answers.map(|answer| match answer {
                Answer::Done { warnings, .. } => Answer::Done { id: None, warnings },
                refused @ Answer::Refused(_) => refused,
            });
            return Ok(unnamed.collect());
        }
        let mut answers = Vec::new();
        for command in commands {
            self.step()?;
            answers.push(self.one(command));
        }
        self.step()?;
        Ok(answers)
    }
}

fn profile(more: &str) -> Profile {
    let text = format!(
        r#"
name = "t"
title = "t"
edition = "demo"
{more}
file = {{ format = "csv" }}
source = {{ publisher = "样例公告网", because = "made up" }}
key = {{ prefix = "t", columns = ["no"] }}
subject = {{ scheme = "uscc", column = "uscc" }}
[fields]
name = {{ constant = "示例甲", because = "made up" }}
ground_text = {{ column = "reason" }}
list = {{ constant = "black", because = "made up" }}
list_name = {{ constant = "样例名单", because = "made up" }}
field = {{ constant = "样例", because = "made up" }}
authority = {{ constant = "样例局", because = "made up" }}
"#
    );
    Profile::parse(&text, "t").unwrap()
}

const EVENTS: &str = "operation = { column = \"op\", list = [\"list\"], amend = [\"amend\"], remove = [\"delist\"] }";

fn table(rows: &[[String; 4]]) -> Table {
    let columns = ["op", "no", "uscc", "reason"];
    let rows = (1..).zip(rows).map(|(number, values)| Row {
        number,
        line: number + 1,
        cells: columns
            .iter()
            .map(|name| (*name).to_owned())
            .zip(values.iter().map(|value| Cell::from(value.as_str())))
            .collect(),
    });
    Table { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect(), ..Table::default() }
}

fn planned(profile: &Profile, table: &Table) -> Plan {
    let setting = Setting {
        day: "2026-11-27".parse().unwrap(),
        city: None,
        edition: None,
        editions: &std::collections::BTreeMap::new(),
        allow_natural_persons: false,
        own_names: &[],
        confirmed: &ConfirmedCodes::default(),
    };
    plan(profile, table, &setting).unwrap()
}

fn orders(profile: &Profile, amend: bool) -> Orders {
    Orders {
        rules: Rules { amend, constants: profile.constants() },
        rehearse: false,
        source: profile.reference_prefix(),
        is_complete: profile.complete,
        remove_gone: false,
        remove_gone_limit: GONE_LIMIT,
        amend_limit: WHOLE,
    }
}

fn row(op: &str, no: &str, code: &str, reason: &str) -> [String; 4] {
    [op, no, code, reason].map(str::to_owned)
}

fn run(book: &mut Book, profile: &Profile, rows: &[[String; 4]], amend: bool) -> Carried<Broken> {
    let table = table(rows);
    let carried = carry_out(&table, &planned(profile, &table), &orders(profile, amend), book, &mut |_| {});
    assert_eq!(carried.answers.len(), rows.len(), "every row is answered once");
    carried
}

fn words(carried: &Carried<Broken>) -> String {
    carried.answers.iter().map(|answer| answer.outcome.word()).collect::<Vec<_>>().join(" ")
}

/// What a naive reader makes of a file of events: for each record its last content or its end.
fn model_events(
    known: &BTreeMap<String, (String, String)>,
    ended: &BTreeSet<String>,
    rows: &[[String; 4]],
) -> BTreeMap<String, (String, String)> {
    let mut live = known.clone();
    let mut over = ended.clone();
    for (at, [op, no, code, reason]) in rows.iter().enumerate() {
        let key = format!("t:{no}");
        let id = format!("uscc:{code}");
        let good = CODES.contains(&code.as_str());
        // The subject of the record: the one that is known, else that of its first listing in the file.
        let first = rows.iter().find(|row| row[1] == *no && row[0] != "delist" && CODES.contains(&row[2].as_str()));
        let subject = known.get(&key).map(|known| known.0.clone()).or(first.map(|row| format!("uscc:{}", row[2])));
        let other = good && subject.as_ref().is_some_and(|subject| *subject != id);
        if over.contains(&key) || other {
            continue;
        }
        let listed_before = rows[..at]
            .iter()
            .any(|row| row[1] == *no && row[0] != "delist" && Some(format!("uscc:{}", row[2])) == subject);
        match op.as_str() {
            "delist"
                if listed_before
                    || (!listed_later_same(rows, at, no, subject.as_deref()) && live.contains_key(&key)) =>
            {
                live.remove(&key);
                over.insert(key);
            }
            "delist" => {}
            _ if good => {
                live.insert(key, (id, reason.clone()));
            }
            _ => {}
        }
    }
    live
}

fn listed_later_same(rows: &[[String; 4]], at: usize, no: &str, subject: Option<&str>) -> bool {
    rows[at..]
        .iter()
        .any(|row| row[1] == no && row[0] != "delist" && Some(format!("uscc:{}", row[2]).as_str()) == subject)
}

fn event() -> impl Strategy<Value = [String; 4]> {
    let op = prop_oneof![3 => Just("list"), 2 => Just("amend"), 2 => Just("delist")];
    let code = prop_oneof![
        6 => Just(CODES[0]), 2 => Just(CODES[1]), 1 => Just("9.1E+17"), 1 => Just("91990099MA0000015"), 1 => Just("")
    ];
    (op, 0..4u8, code, 0..3u8).prop_map(|(op, no, code, reason)| row(op, &no.to_string(), code, &reason.to_string()))
}

fn listed() -> impl Strategy<Value = [String; 4]> {
    let code =
        prop_oneof![6 => Just(CODES[0]), 2 => Just(CODES[1]), 1 => Just("#N/A"), 1 => Just("990099199001010019")];
    let reason = prop_oneof![6 => Just("x"), 3 => Just("y"), 1 => Just("refuse")];
    (0..30u8, code, reason).prop_map(|(no, code, reason)| row("", &no.to_string(), code, reason))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn streams_of_events(rows in proptest::collection::vec(event(), 0..24), cut in 0usize..40, before in proptest::collection::vec(event(), 0..6)) {
        let profile = profile(EVENTS);
        let mut book = Book::default();
        run(&mut book, &profile, &before, true);
        let known = book.live();
        let ended = book.chains.iter().filter(|chain| !chain.live).map(|chain| chain.reference.clone()).collect();
        let model = model_events(&known, &ended, &rows);

        book.steps_left = Some(cut);
        let first = run(&mut book, &profile, &rows, true);
        if first.stop.is_none() {
            prop_assert!(first.answers.iter().all(|answer| answer.outcome != Outcome::NotReached));
        }
        book.steps_left = None;
        let second = run(&mut book, &profile, &rows, true);
        prop_assert_eq!(&second.stop, &None);
        prop_assert_eq!(book.live(), model);
        let signed = book.signed;
        for _ in 0..2 {
            let again = run(&mut book, &profile, &rows, true);
            prop_assert!(again.answers.iter().all(|answer| !answer.outcome.is_signed()), "{}", words(&again));
            prop_assert_eq!(book.signed, signed);
        }
        for chain in &book.chains {
            prop_assert!(CODES.contains(&chain.listing.subject.id.id()), "only codes with the shape of one are signed");
        }
    }

    #[test]
    fn lists(rows in proptest::collection::vec(listed(), 0..40), cut in 0usize..60, amend: bool) {
        let profile = profile("");
        let mut book = Book::default();
        run(&mut book, &profile, &rows[..rows.len() / 2], amend);
        let before = book.live();

        // The model: a key counts where exactly one different row has it; the first of equal rows stands for all.
        let different: BTreeSet<&[String; 4]> = rows.iter().collect();
        let mut model = before.clone();
        for row in &different {
            let [_, no, code, reason] = row;
            let alone = different.iter().filter(|other| other[1] == *no).count() == 1;
            let key = format!("t:{no}");
            if !alone || !CODES.contains(&code.as_str()) {
                continue;
            }
            let said = (format!("uscc:{code}"), reason.clone());
            match before.get(&key) {
                None if reason != "refuse" => {
                    model.insert(key, said);
                }
                Some(known) if known.0 == said.0 && amend => {
                    model.insert(key, said);
                }
                _ => {}
            }
        }
        book.steps_left = Some(cut);
        run(&mut book, &profile, &rows, amend);
        book.steps_left = None;
        run(&mut book, &profile, &rows, amend);
        prop_assert_eq!(book.live(), model);
        let signed = book.signed;
        let mut shuffled = rows.clone();
        shuffled.reverse();
        for rows in [&rows, &shuffled] {
            let again = run(&mut book, &profile, rows, amend);
            prop_assert!(again.answers.iter().all(|answer| !answer.outcome.is_signed()));
            prop_assert_eq!(book.signed, signed);
        }
    }
}

/// `../shared/cases/02-events`, in memory.
#[test]
fn several_events_of_one_record_give_its_last_state() {
    let mut rows = vec![
        row("delist", "9", CODES[2], "原"),
        row("list", "1", CODES[0], "原"),
        row("amend", "1", CODES[0], "误"),
        row("amend", "1", CODES[0], "原"),
        row("list", "2", CODES[1], "原"),
        row("delist", "2", CODES[1], "原"),
        row("list", "2", CODES[1], "原"),
        row("delist", "2", CODES[1], "原"),
    ];
    let profile = profile(EVENTS);
    let mut book = Book::default();
    let first = run(&mut book, &profile, &rows, false);
    let right = "unknown_to_remove superseded superseded listed listed removed already_ended already_ended";
    assert_eq!(words(&first), right);
    rows.pop();
    for _ in 0..3 {
        let again = run(&mut book, &profile, &rows, false);
        let right = "unknown_to_remove superseded superseded unchanged already_ended already_ended already_ended";
        assert_eq!(words(&again), right);
    }
    assert_eq!(book.signed, 3);
}

#[test]
fn a_key_that_is_used_again_is_never_followed() {
    let profile = profile("");
    let mut book = Book::default();
    assert_eq!(words(&run(&mut book, &profile, &[row("", "7", CODES[0], "x")], true)), "listed");
    for _ in 0..3 {
        assert_eq!(words(&run(&mut book, &profile, &[row("", "7", CODES[1], "x")], true)), "subject_changed");
        let both = [row("", "8", CODES[0], "x"), row("", "8", CODES[1], "x"), row("", "8", CODES[0], "x")];
        assert_eq!(words(&run(&mut book, &profile, &both, true)), "same_key_twice same_key_twice duplicate");
    }
    assert_eq!(book.live(), BTreeMap::from([("t:7".to_owned(), (format!("uscc:{}", CODES[0]), "x".to_owned()))]));
}

#[test]
fn a_changed_record_is_told_and_amended_on_demand_only() {
    let profile = profile("");
    let mut book = Book::default();
    run(&mut book, &profile, &[row("", "1", CODES[0], "x")], false);
    let changed = run(&mut book, &profile, &[row("", "1", CODES[0], "y")], false);
    assert_eq!(words(&changed), "changed");
    assert!(changed.answers[0].sentence.as_ref().unwrap().contains("ground_text"));
    assert_eq!(words(&run(&mut book, &profile, &[row("", "1", CODES[0], "y")], true)), "amended");
    assert_eq!(words(&run(&mut book, &profile, &[row("", "1", CODES[0], "y")], true)), "unchanged");
}

#[test]
fn vanished_records_are_named_and_ended_within_the_limit_only() {
    let profile = profile("complete = true");
    let all: Vec<[String; 4]> = (0..100).map(|no| row("", &no.to_string(), CODES[0], "x")).collect();
    let mut book = Book::default();
    run(&mut book, &profile, &all, false);
    let mut go = |rows: &[[String; 4]], remove_gone: bool, limit: u64| {
        let table = table(rows);
        let orders = Orders { remove_gone, remove_gone_limit: limit, ..orders(&profile, false) };
        let carried = carry_out(&table, &planned(&profile, &table), &orders, &mut book, &mut |_| {});
        (carried.gone.iter().map(|gone| gone.outcome).collect::<Vec<_>>(), carried.stop, book.live().len())
    };
    assert_eq!(go(&all[..95], false, GONE_LIMIT), (vec!["gone"; 5], None, 100));
    assert_eq!(go(&all[..94], true, GONE_LIMIT), (vec!["gone"; 6], Some(Stop::GoneLimit { gone: 6, live: 100 }), 100));
    assert_eq!(go(&[], true, 9_999).2, 100, "an empty file takes nobody off the list");
    assert_eq!(go(&all[..95], true, GONE_LIMIT), (vec!["removed"; 5], None, 95));
    // A row whose key cannot be read may be any of them.
    let mut unread = all[..94].to_vec();
    unread.push(row("", "", CODES[0], "x"));
    assert_eq!(go(&unread, true, GONE_LIMIT).1, Some(Stop::GoneUnknown { rows: 1 }));
    // A row that is rejected for another reason is still in the file.
    let mut rejected = all[..94].to_vec();
    rejected.push(row("", "94", "#N/A", "x"));
    assert_eq!(go(&rejected, true, GONE_LIMIT), (vec![], None, 95));
    assert_eq!(go(&[], true, WHOLE), (vec!["removed"; 95], None, 0));
}

/// A column that moved would correct everybody: more than the limit is signed only by an officer who said so.
#[test]
fn no_more_is_amended_at_once_than_somebody_allowed() {
    let profile = profile("");
    for (live, changed, new, limit, stops) in [
        (20, 1, 0, AMEND_LIMIT, false),
        (20, 2, 0, AMEND_LIMIT, true),
        (20, 2, 0, 1_000, false),
        (1, 1, 0, AMEND_LIMIT, true),
        (1, 1, 0, WHOLE, false),
        (20, 1, 0, 0, true),
        (20, 0, 0, 0, false),
        // What is new is nobody's correction.
        (20, 0, 50, 0, false),
        (20, 2, 50, AMEND_LIMIT, true),
    ] {
        let row_of = |number: usize, reason: &str| row("", &number.to_string(), CODES[0], reason);
        let before: Vec<_> = (0..live).map(|number| row_of(number, "x")).collect();
        let after: Vec<_> =
            (0..live + new).map(|number| row_of(number, if number < changed { "y" } else { "x" })).collect();
        let mut book = Book::default();
        run(&mut book, &profile, &before, false);
        let (signed, table) = (book.signed, table(&after));
        for rehearse in [true, false] {
            let orders = Orders { amend_limit: limit, rehearse, ..orders(&profile, true) };
            let carried = carry_out(&table, &planned(&profile, &table), &orders, &mut book, &mut |_| {});
            let due = stops.then_some(Stop::AmendLimit { amended: changed, live });
            assert_eq!(carried.stop, due, "{changed} of {live} at {limit}");
            let here = carried.answers.iter().all(|answer| answer.outcome == Outcome::NotReached);
            assert_eq!(here, stops, "{changed} of {live} at {limit}");
        }
        let due = if stops { signed } else { signed + changed as u64 + new as u64 };
        assert_eq!(book.signed, due, "{changed} of {live} at {limit}");
    }
}

#[test]
fn a_rehearsal_says_what_a_run_then_does() {
    let profile = profile(EVENTS);
    let rows = [
        row("list", "1", CODES[0], "x"),
        row("list", "2", CODES[1], "refuse"),
        row("delist", "2", CODES[1], "x"),
        row("list", "3", CODES[2], "x"),
        row("delist", "3", CODES[2], "x"),
    ];
    let mut book = Book::default();
    let table = table(&rows);
    let plan = planned(&profile, &table);
    let rehearsed =
        carry_out(&table, &plan, &Orders { rehearse: true, ..orders(&profile, false) }, &mut book, &mut |_| {});
    assert_eq!(book.signed, 0);
    let done = run(&mut book, &profile, &rows, false);
    assert_eq!(words(&rehearsed), words(&done));
    assert_eq!(words(&done), "listed rejected unknown_to_remove listed removed");
    assert!(rehearsed.answers.iter().all(|answer| answer.statement.is_none()));
    assert_eq!(words(&unsent(&table, &plan)), "not_reached not_reached not_reached not_reached not_reached");
}

#[test]
fn a_desk_that_breaks_off_leaves_a_report() {
    let profile = profile("");
    let mut book = Book { steps_left: Some(0), ..Book::default() };
    let rows = [row("", "1", CODES[0], "x"), row("", "2", "#N/A", "x")];
    let carried = run(&mut book, &profile, &rows, false);
    assert_eq!((words(&carried).as_str(), carried.stop), ("not_reached rejected", Some(Stop::Desk(Broken))));
}
