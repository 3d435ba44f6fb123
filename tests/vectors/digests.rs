//! Digests of a view and of a ruling under it (R140, R141). The case's text is JSON: viewer, instant, editions, crosswalk, and what is
//! held of each member's log; it holds with both digests. What a rule does not show for an instant is hashed all the same.

use crate::{Case, Expected, Facts};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::fold::{SourceFact, Viewpoint};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::ruling::{log_digest, ruling_digest};
use huxin_protocol::time::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct View {
    viewer: CityCode,
    /// In milliseconds since 1970.
    at: i64,
    editions: Vec<Digest>,
    crosswalk: Option<Digest>,
    sources: Vec<Source>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    city: CityCode,
    epoch: u32,
    size: u64,
    root: Digest,
    last_record: Digest,
    abandoned_heads: Vec<Digest>,
    frozen: bool,
    history_cut: bool,
    lacking: Vec<u64>,
    /// Of the newest own cosignature in force, in milliseconds.
    freshness: Option<i64>,
    /// City and the size that it cosigned.
    witnesses: BTreeMap<CityCode, u64>,
}

pub fn judge(case: &Case) -> Expected {
    let text = case.text.as_ref().expect("a view has its text");
    let view: View = serde_json::from_str(text).expect("a view as it is described above");
    let facts = view.sources.iter().map(|source| {
        let fact = SourceFact {
            city: source.city,
            name: String::new(),
            epoch: Epoch(source.epoch),
            size: Size(source.size),
            root: TreeHash(source.root.0),
            last_record: source.last_record,
            abandoned_heads: source.abandoned_heads.clone(),
            frozen: source.frozen,
            history_cut: source.history_cut,
            lacking: source.lacking.iter().copied().map(Seq).collect(),
            freshness: source.freshness.map(Millis),
            witnesses: source.witnesses.iter().map(|(city, size)| (*city, Size(*size))).collect(),
        };
        (source.city, fact)
    });
    let facts: BTreeMap<CityCode, SourceFact> = facts.collect();
    let logs = log_digest(facts.values());
    let viewpoint = Viewpoint {
        federation: Digest([0; 32]),
        viewer: view.viewer,
        at: Millis(view.at),
        now: true,
        crosswalk: view.crosswalk,
    };
    let ruling = ruling_digest(&logs, &viewpoint, &view.editions, facts.values());
    Expected::Holds { holds: Facts { digest: Some(logs), ruling_digest: Some(ruling), ..Facts::default() } }
}

fn city(code: &str) -> CityCode {
    CityCode::new(code).unwrap()
}

fn plain() -> View {
    let source = |code: &str, size: u64, number: u8| Source {
        city: city(code),
        epoch: 1,
        size,
        root: Digest([number; 32]),
        last_record: Digest([0xfe; 32]),
        abandoned_heads: Vec::new(),
        frozen: false,
        history_cut: false,
        lacking: Vec::new(),
        freshness: Some(1_764_000_000_000 - i64::from(number) * 1000),
        witnesses: BTreeMap::new(),
    };
    View {
        viewer: city("330200"),
        at: 1_764_000_000_000,
        editions: vec![Digest([0xed; 32])],
        crosswalk: None,
        sources: vec![source("330200", 3, 1), source("330900", 17, 2), source("451100", 0, 3)],
    }
}

pub fn cases() -> Vec<Case> {
    let rows: [(&str, &str, fn(&mut View)); 9] = [
        ("R140", "of three logs", |_| {}),
        ("R140", "of sources in no order is the same as in order", |view| view.sources.reverse()),
        ("R140", "of a log with bodies that are lacking", |view| view.sources[1].lacking = vec![9, 4]),
        ("R140", "of a log that was cut and left heads behind", |view| {
            view.sources[1].abandoned_heads = vec![Digest([9; 32]), Digest([8; 32])];
            (view.sources[1].history_cut, view.sources[1].frozen, view.sources[1].epoch) = (true, true, 2);
        }),
        ("R141", "with a freshness that lies ahead of the instant is hashed as it is", |view| {
            view.sources[1].freshness = Some(view.at + 3_600_000);
        }),
        ("R141", "of a city that was never heard", |view| view.sources[1].freshness = None),
        ("R141", "with witnesses of a checkpoint and of an older one", |view| {
            view.sources[1].witnesses = BTreeMap::from([(city("451100"), 17), (city("330200"), 5)]);
        }),
        ("R141", "with a crosswalk and two editions", |view| {
            view.crosswalk = Some(Digest([0xc0; 32]));
            view.editions.insert(0, Digest([0x0e; 32]));
        }),
        ("R141", "for another instant", |view| view.at += 1),
    ];
    let case = |(rule, title, change): (&str, &str, fn(&mut View))| {
        let mut view = plain();
        change(&mut view);
        let mut case = Case {
            title: title.to_owned(),
            rule: rule.to_owned(),
            form: "view".to_owned(),
            federation: None,
            text: Some(serde_json::to_string(&view).unwrap()),
            bytes: None,
            expected: Expected::Holds { holds: Facts::default() },
        };
        case.expected = judge(&case);
        case
    };
    let all: Vec<Case> = rows.into_iter().map(case).collect();
    let digests = |at: usize| match &all[at].expected {
        Expected::Holds { holds } => (holds.digest, holds.ruling_digest),
        Expected::Refused { .. } => panic!("a view is not refused"),
    };
    assert_eq!(digests(0), digests(1));
    assert!((2..all.len()).all(|at| digests(at).1 != digests(0).1), "each case has a digest of its own");
    all
}
