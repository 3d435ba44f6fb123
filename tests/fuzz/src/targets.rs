//! All targets, in the order of the formats: what is signed, what carries it, what is asked, what people hand over.

mod http;
mod logs;
mod messages;
mod proofs;
mod tables;
mod wire;
mod words;

pub use tables::workbook_around;

use crate::engine;
use crate::{Memory, Target};

/// A decoder: what it holds is a few times its input.
const PLAIN: Memory = Memory { fixed: 16 * 1024, per_byte: 64 };
/// A decoder with a roster of its own beside it.
const ROSTER: Memory = Memory { fixed: 64 * 1024, per_byte: 64 };
/// Decoders behind general libraries, which keep tables of their own.
const ROOMY: Memory = Memory { fixed: 1024 * 1024, per_byte: 256 };
/// A sheet's table may have some thousand cells of which few are filled.
const TABLE: Memory = Memory { fixed: 4 * 1024 * 1024, per_byte: 256 };
/// A workbook may unpack to a hundred times its length.
const PACKED: Memory = Memory { fixed: 16 * 1024 * 1024, per_byte: 1024 };
/// Targets that answer from a ledger, or build one.
const LEDGER: Memory = Memory { fixed: 16 * 1024 * 1024, per_byte: 1024 };

const fn target(name: &'static str, about: &'static str, run: fn(&[u8]), memory: Memory, runs: u64) -> Target {
    Target { name, about, run, memory, runs }
}

pub const TARGETS: &[Target] = &[
    target("cbor", "the generic check of deterministic CBOR", messages::cbor, PLAIN, 1_000_000),
    target("header", "a statement's header", messages::header, PLAIN, 500_000),
    target("body", "a body: its kind, its version, its bytes", messages::body, PLAIN, 400_000),
    target("statement", "a leaf, as it came and signed by a city's key", messages::statement, PLAIN, 24_000),
    target("record", "a key record, as it came and signed by each root", messages::record, ROSTER, 8_000),
    target("manifest", "a founding manifest", messages::manifest, PLAIN, 60_000),
    target("genesis", "a genesis file", messages::genesis, PLAIN, 40_000),
    target(
        "introduction",
        "an introduction, as it came and signed by each root",
        messages::introduction,
        PLAIN,
        12_000,
    ),
    target("standing", "a standing note, as it came and signed by each log key", messages::standing, PLAIN, 6_000),
    target("checkpoint", "a signed note, a checkpoint, cosignatures", logs::checkpoint, PLAIN, 32_000),
    target("segment", "a run of a log, read, authenticated and proved", logs::segment, PLAIN, 32_000),
    target("evidence", "evidence of a contradiction", logs::evidence, PLAIN, 60_000),
    target("bundle", "a bundle for strangers", logs::bundle, ROOMY, 12_000),
    target("tlog-proof", "an inclusion proof as text", logs::tlog_proof, PLAIN, 400_000),
    target("inclusion", "inclusion proofs of a tree, changed", proofs::inclusion, PLAIN, 60_000),
    target("consistency", "consistency proofs of a tree, changed", proofs::consistency, PLAIN, 60_000),
    target("question", "what a peer asks", wire::question, PLAIN, 800_000),
    target("answer", "what a peer answers", wire::answer, PLAIN, 400_000),
    target("frames", "a stream of frames with questions and answers", wire::frames, PLAIN, 160_000),
    target("serving", "any question to a prepared ledger", wire::serving, LEDGER, 10_000),
    target("words", "ids, codes, dates, addresses", words::words, PLAIN, 400_000),
    target("config", "a settings file and its environment", words::config, ROOMY, 32_000),
    target("edition", "a catalogue edition", words::edition, ROOMY, 20_000),
    target("key-file", "a key file in PEM", words::key_file, ROOMY, 60_000),
    target("join", "join file, founding signature, public list of a key folder", words::join, ROOMY, 40_000),
    target("crosswalk", "a file that links subjects", words::crosswalk, ROOMY, 50_000),
    target("profile", "an import profile and a file for it", tables::import_profile, ROOMY, 24_000),
    target("dates", "a day as people write it", tables::dates, ROOMY, 200_000),
    target("csv", "rows in CSV, in UTF-8, GB18030 and as the bytes say", tables::csv, ROOMY, 32_000),
    target("json-lines", "rows as JSON lines", tables::json_lines, ROOMY, 80_000),
    target("workbook", "rows in an XLSX file", tables::workbook, PACKED, 48_000),
    target("sheet", "the sheet within an XLSX file", tables::sheet, TABLE, 24_000),
    target("http", "a request to the node's HTTP", http::http, LEDGER, 40_000),
    target("ledger", "a prepared ledger with damaged rows", engine::damaged, LEDGER, 400),
    target("engine", "a story of inputs for one node", engine::story, LEDGER, 800),
];
