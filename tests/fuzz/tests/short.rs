//! The short run: every committed input and a bounded number of mutations, one seed for all. A failure leaves its input in a
//! file and says how to repeat it.
//!
//! `HUXIN_FUZZ_SEED` chooses another seed, `HUXIN_FUZZ_TIMES` so many times the usual number of mutations, and
//! `HUXIN_FUZZ_TRACE=1` writes every input into the file before it is tried, for one that takes the whole process down.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use huxin_fuzz::corpus::{Input, inputs};
use huxin_fuzz::mutation::mutate;
use huxin_fuzz::seeds::Seeds;
use huxin_fuzz::{TARGETS, Target, hush};
use huxin_tests::world::Chance;
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::PathBuf;

/// Seed of the run that everybody repeats.
const SEED: u64 = 20_261_125;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn committed(target: &Target) -> Vec<Input> {
    let mut all = inputs("corpus", target.name).unwrap();
    all.extend(inputs("found", target.name).unwrap());
    all
}

fn kept(target: &Target) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name))
}

/// Tries one input. What breaks something is kept in a file.
fn attempt(target: &Target, try_it: fn(&Target, &[u8]), bytes: &[u8], what: &str) {
    if catch_unwind(|| try_it(target, bytes)).is_err() {
        let path = kept(target);
        std::fs::write(&path, bytes).unwrap();
        panic!(
            "{}: {what} broke something; its input is in {path}\nrepeat: cargo run -p huxin-fuzz -- run {} {path}",
            target.name,
            target.name,
            path = path.display()
        );
    }
}

fn short(name: &str) {
    hush();
    let target = Target::find(name).unwrap();
    let committed = committed(target);
    assert!(!committed.is_empty(), "{name} has no seeds; `cargo run -p huxin-fuzz -- seeds` writes them");
    let bytes: Vec<Vec<u8>> = committed.iter().map(|input| input.bytes.clone()).collect();
    // The first round makes what targets share; it is no single input's memory.
    for try_it in [Target::run, Target::judge] {
        for input in &committed {
            attempt(target, try_it, &input.bytes, &input.name);
        }
    }
    let (seed, times) = (variable("HUXIN_FUZZ_SEED").unwrap_or(SEED), variable("HUXIN_FUZZ_TIMES").unwrap_or(1));
    let trace = variable("HUXIN_FUZZ_TRACE").is_some();
    println!("{name}: {} inputs, {} mutations, seed {seed}", bytes.len(), target.runs * times);
    // Each target has its own stretch of chance, so that a new one does not change what the others see.
    let own = name.bytes().fold(seed, |mixed, byte| mixed.rotate_left(8) ^ u64::from(byte));
    let mut chance = Chance::new(own);
    for run in 0..target.runs * times {
        let from = &bytes[chance.below(bytes.len() as u64) as usize];
        let other = &bytes[chance.below(bytes.len() as u64) as usize];
        let input = mutate(from, other, &mut chance);
        if trace {
            std::fs::write(kept(target), &input).unwrap();
        }
        attempt(target, Target::judge, &input, &format!("mutation {run} of seed {seed}"));
    }
}

macro_rules! short_runs {
    ($($test:ident $name:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            short($name);
        })*

        #[test]
        fn every_target_has_its_short_run() {
            let listed = [$($name),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(listed.as_slice(), all);
        }
    };
}

short_runs! {
    cbor "cbor",
    header "header",
    body "body",
    statement "statement",
    record "record",
    manifest "manifest",
    genesis "genesis",
    introduction "introduction",
    standing "standing",
    checkpoint "checkpoint",
    segment "segment",
    evidence "evidence",
    bundle "bundle",
    tlog_proof "tlog-proof",
    inclusion "inclusion",
    consistency "consistency",
    question "question",
    answer "answer",
    frames "frames",
    serving "serving",
    words "words",
    config "config",
    edition "edition",
    key_file "key-file",
    join "join",
    crosswalk "crosswalk",
    profile "profile",
    dates "dates",
    csv "csv",
    json_lines "json-lines",
    workbook "workbook",
    sheet "sheet",
    http "http",
    ledger "ledger",
    engine "engine",
}

#[test]
fn the_committed_seeds_are_what_this_build_makes() {
    let made = Seeds::make();
    let mut committed = BTreeMap::new();
    let mut bytes = 0;
    for target in TARGETS {
        let files = inputs("corpus", target.name).unwrap();
        bytes += files.iter().map(|file| file.bytes.len()).sum::<usize>();
        let prefix = format!("corpus/{}/", target.name);
        let files = files.into_iter().map(|file| (file.name.replace(&prefix, ""), file.bytes));
        committed.insert(target.name, files.collect::<BTreeMap<_, _>>());
    }
    for (target, files) in &made.0 {
        assert_eq!(files.keys().collect::<Vec<_>>(), committed[target].keys().collect::<Vec<_>>(), "{target}");
        for (name, made) in files {
            assert!(committed[target][name] == *made, "corpus/{target}/{name} differs from what is made");
        }
    }
    assert_eq!(made.0.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    assert!(bytes < 200 * 1024, "{bytes} bytes of seeds: they are to stay small");
}
