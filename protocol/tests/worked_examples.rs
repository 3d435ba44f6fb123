//! `protocol/EXAMPLES.md` shows one worked example of each form with its bytes, and what they say. It is written from the samples that other
//! people's readers hold against the schema, and compared with them here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![allow(clippy::disallowed_methods, reason = "the page that this test writes when it is asked to")]

#[path = "../examples/wire.rs"]
mod wire;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// Bytes on one line.
const LINE: usize = 40;

fn examples() -> String {
    let mut out = String::from(
        "# One example of each form\n\n\
         The name is the rule of `huxin.cddl`; then come the bytes in hexadecimal, and what they say in the diagnostic notation of RFC 8949.\n\
         Keys and facts are synthetic; the seed of a key is BLAKE3 over its name (`root`, `log`, `cosigner`), and the salt of every body is\n\
         sixteen times `5a`. Written by `HUXIN_WRITE_EXAMPLES=1 cargo test -p huxin-protocol --test worked_examples`.\n",
    );
    let mut told = BTreeSet::new();
    for (rule, bytes) in wire::samples().unwrap() {
        if !told.insert(rule) {
            continue;
        }
        let _ = write!(out, "\n## {rule}\n\n{} bytes\n\n```text\n", bytes.len());
        for line in bytes.chunks(LINE) {
            let _ = writeln!(out, "{}", hex::encode(line));
        }
        let _ = write!(out, "```\n\n```text\n{}\n```\n", minicbor::display(&bytes));
    }
    out
}

#[test]
fn the_page_of_examples_is_made_of_the_samples() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("EXAMPLES.md");
    let due = examples();
    if std::env::var_os("HUXIN_WRITE_EXAMPLES").is_some() {
        std::fs::write(&path, &due).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == due, "run it with HUXIN_WRITE_EXAMPLES=1, and read what changed");
}

/// Each form of the grammar that has a message has its example.
#[test]
fn every_body_and_message_has_its_example() {
    let page = examples();
    let grammar = include_str!("../huxin.cddl");
    let bodies = grammar.lines().find(|line| line.starts_with("body = ")).unwrap();
    let from = grammar.find(bodies).unwrap();
    let rules = grammar[from..].split("\nsalt").next().unwrap();
    let named = rules.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| word.ends_with("-body"));
    for rule in named.chain(["statement", "header", "genesis", "manifest", "key-record", "segment", "evidence"]) {
        assert!(page.contains(&format!("\n## {rule}\n")), "{rule}");
    }
}
