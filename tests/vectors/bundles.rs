//! Bundles that hold, and every way to spoil one (R112 to R119).

use crate::federation::{
    EXPORTER, ISSUER, Leaf, Log, START_MS, WITNESS, city, cosign, entry_body, federation, genesis, header, log_key,
    sign,
};
use crate::joint::{FORMS, fullest};
use crate::messages::with_pair;
use crate::{Case, Expected, judge_bundle};
use huxin_protocol::bundle::{Bundle, TlogProof};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::header::About;
use huxin_protocol::ids::{Epoch, Seq, Size};
use huxin_protocol::kind::Kind;
use huxin_protocol::note::{Note, SignatureLine};
use huxin_protocol::standing::Standing;
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;

/// The issuer's log: entries 0 to 4 and the removal of entry 2 in epoch 1, entries 6 to 9 in epoch 2.
fn issuer_log() -> Log {
    let mut log = Log::new(ISSUER);
    (0..5).for_each(|_| log.enter());
    log.remove(2);
    log.rotate(None);
    (0..4).for_each(|_| log.enter());
    log
}

/// A witness that has rotated once, so that its line needs a record in the bundle.
fn witness_log() -> Log {
    let mut log = Log::new(WITNESS);
    log.rotate(None);
    log
}

fn standing(log: &Log, seq: u64, size: u64) -> Standing {
    let statement = Statement::read(log.leaves[seq as usize].statement.clone(), &federation()).unwrap();
    let checkpoint = *log.checkpoint_in(log.epoch, size).checkpoint();
    Standing {
        exporter: city(EXPORTER),
        exporter_epoch: Epoch(1),
        entry: About { id: statement.header.id(), digest: statement.digest },
        state: "listed".to_owned(),
        log: (Epoch(log.epoch), Size(size), checkpoint.root),
        log_digest: Digest([4; 32]),
        time: Millis(START_MS + 500_000),
    }
}

fn bundle_from(log: &Log, seq: u64, size: u64) -> Bundle {
    let checkpoint = log.checkpoint_in(log.epoch, size);
    let says = checkpoint.checkpoint();
    let lines = [cosign(ISSUER, log.epoch, says, 1_767_226_000), cosign(WITNESS, 2, says, 1_767_226_001)];
    let leaf = &log.leaves[seq as usize];
    Bundle {
        genesis: genesis("样例联盟").bytes().to_vec(),
        records: log.record_bytes().into_iter().chain(witness_log().record_bytes()).collect(),
        statement: leaf.statement.clone(),
        body: Some(leaf.body.clone()),
        proof: TlogProof { index: Seq(seq), hashes: log.inclusion(seq, size), checkpoint: checkpoint.encode(&lines) },
        standing: Some(standing(log, seq, size).sign(&federation(), &log_key(EXPORTER, 1))),
    }
}

fn with_lines(bundle: &Bundle, change: impl FnOnce(&mut Vec<SignatureLine>)) -> Bundle {
    let mut note = Note::parse(&bundle.proof.checkpoint).unwrap();
    change(&mut note.signatures);
    Bundle { proof: TlogProof { checkpoint: note.encode(), ..bundle.proof.clone() }, ..bundle.clone() }
}

/// Collects cases; what each comes to is what the library says now, and what a reader of the file's change sees.
#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn text(&mut self, rule: &str, title: &str, refused: Option<&str>, text: String) {
        self.under(federation(), rule, title, refused, text);
    }
    fn under(&mut self, trusted: Digest, rule: &str, title: &str, refused: Option<&str>, text: String) {
        let mut case = Case {
            title: title.to_owned(),
            rule: rule.to_owned(),
            form: "bundle".to_owned(),
            federation: Some(trusted),
            text: Some(text),
            bytes: None,
            expected: Expected::Refused { refused: String::new() },
        };
        case.expected = judge_bundle(&case);
        let found = match &case.expected {
            Expected::Refused { refused } => Some(refused.as_str()),
            Expected::Holds { .. } => None,
        };
        assert_eq!(found, refused, "{title}");
        self.0.push(case);
    }
    fn holds(&mut self, rule: &str, title: &str, bundle: &Bundle) {
        self.text(rule, title, None, String::from_utf8(bundle.encode().unwrap()).unwrap());
    }
    fn refused(&mut self, rule: &str, title: &str, code: &str, bundle: &Bundle) {
        self.text(rule, title, Some(code), String::from_utf8(bundle.encode().unwrap()).unwrap());
    }
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at] ^= 1;
    out
}

pub fn cases() -> Vec<Case> {
    let mut cases = Cases::default();
    holding(&mut cases);
    joint(&mut cases);
    wrong_file(&mut cases);
    wrong_keys(&mut cases);
    wrong_statement(&mut cases);
    wrong_proof(&mut cases);
    wrong_standing(&mut cases);
    cases.0
}

fn holding(cases: &mut Cases) {
    let (log, good) = (issuer_log(), bundle_from(&issuer_log(), 8, 9));
    cases.holds("R112", "an entry with one witness", &good);
    cases.holds("R112", "a removal of an entry", &bundle_from(&log, 5, 10));
    cases.holds("R112", "an old entry under a later epoch's checkpoint", &bundle_from(&log, 2, 9));
    cases.holds("R112", "the newest entry under a checkpoint that ends with it", &bundle_from(&log, 9, 10));
    cases.holds("R112", "without the body", &Bundle { body: None, ..good.clone() });
    cases.holds("R118", "without a standing note", &Bundle { standing: None, ..good.clone() });
    cases.holds("R117", "without any cosignature", &with_lines(&good, |lines| lines.truncate(1)));

    let mut alone = Log::new(ISSUER);
    alone.enter();
    let single = Bundle { records: witness_log().record_bytes(), ..bundle_from(&alone, 0, 1) };
    cases.holds("R112", "a log of one leaf needs no hashes", &single);

    let mut voided = Log::new(ISSUER);
    (0..6).for_each(|_| voided.enter());
    voided.rotate(Some(3));
    cases.holds("R85", "an entry in a stretch that a later record voided", &bundle_from(&voided, 4, 6));

    // Whoever adds a worthless line to a good proof must not spoil it.
    let says = *log.checkpoint_in(2, 9).checkpoint();
    let other = *log.checkpoint_in(2, 8).checkpoint();
    let mut damaged = cosign(EXPORTER, 1, &says, 1_767_226_002);
    damaged.signature[20] ^= 1;
    let stranger = SignatureLine { name: "witness.example".to_owned(), key_id: [1, 2, 3, 4], signature: vec![5; 72] };
    let lines: [(&str, SignatureLine); 6] = [
        ("a damaged cosignature is listed", damaged),
        ("a stranger's line is listed", stranger),
        ("a cosignature of a city that is no member is listed", cosign("110000", 1, &says, 1_767_226_002)),
        ("a cosignature of an epoch that no record opens is listed", cosign(EXPORTER, 2, &says, 1_767_226_002)),
        ("a cosignature of another checkpoint is listed", cosign(EXPORTER, 1, &other, 1_767_226_002)),
        ("a second witness holds", cosign(EXPORTER, 1, &says, 1_767_226_002)),
    ];
    for (title, line) in lines {
        cases.holds("R117", title, &with_lines(&good, |all| all.push(line)));
    }
    // A key that is over witnesses nothing, and makes nothing fresh.
    for (title, line) in [
        ("a line of a witness's closed epoch holds and does not count", cosign(WITNESS, 1, &says, 1_767_226_002)),
        ("a line of the issuer's closed epoch holds and does not count", cosign(ISSUER, 1, &says, 1_767_226_002)),
    ] {
        cases.holds("R117", title, &with_lines(&good, |all| drop(all.splice(1.., [line]))));
    }
    let mut exporter = Log::new(EXPORTER);
    exporter.rotate(None);
    let mut records = good.records.clone();
    records.extend(exporter.record_bytes());
    records.sort_by_key(|record| huxin_protocol::key_record::KeyRecord::city_of(record).unwrap());
    let closed = Bundle { records, ..good.clone() };
    cases.holds("R117", "a standing note of an epoch that the exporter has closed", &closed);
    let own_records = Bundle { records: issuer_log().record_bytes(), ..good };
    cases.holds("R117", "a witness whose record is missing is listed", &own_records);
}

fn wrong_file(cases: &mut Cases) {
    let good = bundle_from(&issuer_log(), 8, 9);
    let text = String::from_utf8(good.encode().unwrap()).unwrap();
    let spoilt = [
        ("without the final newline", "bundle_not_canonical", text.trim_end().to_owned()),
        ("with two final newlines", "bundle_not_canonical", format!("{text}\n")),
        ("with white space", "bundle_not_canonical", text.replacen(':', ": ", 1)),
        ("with members out of order", "bundle_not_canonical", {
            let without = text.replacen("\"version\":1}", "}", 1).replacen(",}", "}", 1);
            without.replacen('{', "{\"version\":1,", 1)
        }),
        ("with an escaped letter", "bundle_not_canonical", text.replacen("c2sp.org", "\\u00632sp.org", 1)),
        ("with the version as a fraction", "bundle_shape", text.replacen("\"version\":1}", "\"version\":1.0}", 1)),
        ("with an unknown member", "bundle_shape", text.replacen('{', "{\"added\":1,", 1)),
        ("with a member twice", "bundle_shape", text.replacen("\"version\":1}", "\"version\":1,\"version\":1}", 1)),
        ("of a later version", "bundle_version", text.replacen("\"version\":1}", "\"version\":2}", 1)),
        ("cut short", "bundle_shape", text[..text.len() / 2].to_owned()),
        ("that is empty", "bundle_shape", String::new()),
    ];
    for (title, code, changed) in spoilt {
        assert_ne!(changed, text, "{title}");
        cases.text("R113", &format!("a file {title}"), Some(code), changed);
    }
    let padding = format!("{}=", text.split("\"genesis\":\"").nth(1).unwrap().split('"').next().unwrap());
    let genesis = padding.trim_end_matches('=');
    let other_padding = text.replacen(&format!("\"genesis\":\"{genesis}"), &format!("\"genesis\":\"={genesis}"), 1);
    cases.text("R113", "a file with base64 that is not", Some("bundle_base64"), other_padding);
}

fn wrong_keys(cases: &mut Cases) {
    let good = bundle_from(&issuer_log(), 8, 9);
    let text = |bundle: &Bundle| String::from_utf8(bundle.encode().unwrap()).unwrap();
    cases.under(
        Digest([1; 32]),
        "R112",
        "for a reader who trusts another federation",
        Some("foreign_federation"),
        text(&good),
    );
    let elsewhere = Bundle { genesis: genesis("another").bytes().to_vec(), ..good.clone() };
    cases.refused(
        "R112",
        "with the genesis of another federation of the same cities",
        "foreign_federation",
        &elsewhere,
    );
    let unsigned = flipped(&good.genesis, good.genesis.len() - 1);
    cases.refused(
        "R81",
        "with a founder's signature damaged",
        "genesis_signature",
        &Bundle { genesis: unsigned, ..good.clone() },
    );

    let (own, theirs) = (issuer_log().record_bytes()[0].clone(), witness_log().record_bytes()[0].clone());
    let mut records = |rule, title, code, records: Vec<Vec<u8>>| {
        cases.refused(rule, title, code, &Bundle { records, ..good.clone() });
    };
    records("R115", "with records out of order", "bundle_record_order", vec![theirs.clone(), own.clone()]);
    records("R115", "with a record twice", "bundle_record_order", vec![own.clone(), own.clone(), theirs.clone()]);
    records("R115", "without the issuer's record", "unknown_epoch", vec![theirs.clone()]);
    records(
        "R82",
        "with a record that the root did not sign",
        "record_signature",
        vec![flipped(&own, own.len() - 1), theirs.clone()],
    );
    records("R82", "with bytes that are no record", "record_shape", vec![vec![0x80], own.clone()]);
    let mut rival = Log::new(ISSUER);
    (0..5).for_each(|_| rival.enter());
    rival.rotate(None);
    records(
        "R89",
        "with two records on one predecessor",
        "bundle_record_order",
        vec![own, rival.record_bytes()[0].clone(), theirs],
    );
}

fn wrong_statement(cases: &mut Cases) {
    let good = bundle_from(&issuer_log(), 8, 9);
    let mut statement = |rule, title, code, statement: Vec<u8>| {
        cases.refused(rule, title, code, &Bundle { statement, ..good.clone() });
    };
    let length = good.statement.len();
    statement(
        "R116",
        "with a damaged signature of the statement",
        "statement_signature",
        flipped(&good.statement, length - 1),
    );
    statement(
        "R116",
        "with a changed commitment in the header",
        "statement_signature",
        flipped(&good.statement, length - 70),
    );
    statement("R13", "with a statement in another envelope", "statement_shape", flipped(&good.statement, 0));
    let body = entry_body(8).encode(&[8; 16]);
    let plain = header(ISSUER, 2, 8, Kind::Entry, &body);
    statement(
        "R14",
        "with a statement of another city's key",
        "statement_key",
        sign(plain.clone(), &log_key(WITNESS, 1)),
    );
    let mut later = plain.clone();
    later.issued_at = Millis(START_MS);
    statement("R114", "with a statement that is not in the log", "proof_root", sign(later, &log_key(ISSUER, 2)));
    let old = header(ISSUER, 1, 8, Kind::Entry, &body);
    statement(
        "R116",
        "with a statement of a closed epoch at a later place",
        "bundle_place",
        sign(old, &log_key(ISSUER, 1)),
    );
    let mut stranger = plain.clone();
    (stranger.city, stranger.issuer.city) = (city("110000"), city("110000"));
    statement(
        "R116",
        "with a statement of a city that is no member",
        "foreign_city",
        sign(stranger, &log_key(ISSUER, 2)),
    );

    let mut log = issuer_log();
    let unknown = [&body[..1], &body[1..]].concat();
    let mut grown = unknown.clone();
    // One more key at the end of the map: 23 is unknown.
    grown[0] += 1;
    grown.extend_from_slice(&[0x17, 0x00]);
    let place = log.size();
    let signed = sign(header(ISSUER, 2, place, Kind::Entry, &grown), &log_key(ISSUER, 2));
    log.push(Leaf { statement: signed, body: grown });
    cases.refused("R42", "with a body that has an unknown key", "body_keys", &bundle_from(&log, place, place + 1));

    let body = good.body.clone().unwrap();
    let changed = Bundle { body: Some(flipped(&body, body.len() - 1)), ..good.clone() };
    cases.refused("R41", "with a changed body", "body_mismatch", &changed);
    let mut salted = body.clone();
    salted[3] ^= 1;
    cases.refused(
        "R41",
        "with another salt in the body",
        "body_mismatch",
        &Bundle { body: Some(salted), ..good.clone() },
    );
    let other = issuer_log().leaves[7].body.clone();
    cases.refused("R41", "with the body of another entry", "body_mismatch", &Bundle { body: Some(other), ..good });
}

/// What cities say together, each with a body in order and with one that says more than its kind does. Whether a city may say it of
/// that entry is for rulings: a bundle shows that it was said.
fn joint(cases: &mut Cases) {
    for (form, kind) in FORMS {
        let body = fullest(kind).encode(&[6; 16]);
        let with_body = |body: Vec<u8>| {
            let mut log = issuer_log();
            let place = log.size();
            let about = Statement::read(log.leaves[8].statement.clone(), &federation()).unwrap();
            let mut header = header(ISSUER, 2, place, kind, &body);
            header.about = Some(About { id: about.header.id(), digest: about.digest });
            log.push(Leaf { statement: sign(header, &log_key(ISSUER, 2)), body });
            bundle_from(&log, place, place + 1)
        };
        let more = with_pair(&body, &[0x17, 0x00]);
        cases.holds("R112", &format!("of kind {form}"), &with_body(body));
        let title = format!("of kind {form} with a key that it does not have");
        cases.refused("R119", &title, "body_keys", &with_body(more));
    }
}

fn wrong_proof(cases: &mut Cases) {
    let (log, good) = (issuer_log(), bundle_from(&issuer_log(), 8, 9));
    let proof = good.proof.clone();
    let mut of = |rule, title, code, proof: TlogProof| {
        cases.refused(rule, title, code, &Bundle { proof, standing: None, ..good.clone() });
    };
    of("R116", "with another index", "bundle_place", TlogProof { index: Seq(7), ..proof.clone() });
    of("R114", "without the hashes of the proof", "proof_length", TlogProof { hashes: Vec::new(), ..proof.clone() });
    let mut more = proof.hashes.clone();
    more.push(TreeHash([0; 32]));
    of("R114", "with a hash too many", "proof_length", TlogProof { hashes: more, ..proof.clone() });
    let mut changed = proof.hashes.clone();
    changed[0].0[0] ^= 1;
    of("R114", "with a changed hash", "proof_root", TlogProof { hashes: changed, ..proof.clone() });
    let under = |checkpoint: Vec<u8>| TlogProof { checkpoint, ..proof.clone() };
    of("R114", "under a checkpoint that ends before it", "proof_range", under(log.checkpoint_in(2, 8).encode(&[])));
    of(
        "R84",
        "under a checkpoint of an epoch that was closed before",
        "closed_epoch",
        under(log.checkpoint_in(1, 9).encode(&[])),
    );
    of(
        "R84",
        "under a checkpoint from before its epoch began",
        "before_epoch",
        under(log.checkpoint_in(2, 5).encode(&[])),
    );
    let mut other = Log::new(WITNESS);
    (0..9).for_each(|_| other.enter());
    of(
        "R116",
        "under a checkpoint of another city's log",
        "bundle_other_log",
        under(other.checkpoint_in(1, 9).encode(&[])),
    );
    let mut border = Log::new(ISSUER);
    (0..6).for_each(|_| border.enter());
    border.rotate(None);
    of(
        "R93",
        "under a checkpoint with another root at its epoch's border",
        "epoch_border",
        under(border.checkpoint_in(2, 6).encode(&[])),
    );

    let mut lines = |rule, title, code, change: &dyn Fn(&mut Vec<SignatureLine>)| {
        cases.refused(rule, title, code, &with_lines(&good, |lines| change(lines)));
    };
    lines("R73", "with the log's line behind a cosignature", "checkpoint_log_line", &|lines| lines.rotate_left(1));
    lines("R73", "with the log's line twice", "checkpoint_log_line", &|lines| lines.insert(1, lines[0].clone()));
    lines("R73", "with the log's line of another key", "checkpoint_log_line", &|lines| lines[0].key_id[0] ^= 1);
    lines("R73", "with a damaged signature of the checkpoint", "checkpoint_signature", &|lines| {
        lines[0].signature[9] ^= 1
    });

    let text = String::from_utf8(good.encode().unwrap()).unwrap();
    let changes = [
        ("R114", "with an extra line in the proof", "bundle_proof_text", "\\nindex 8\\n", "\\nextra AAAA\\nindex 8\\n"),
        ("R114", "with an index that begins with a zero", "bundle_proof_text", "\\nindex 8\\n", "\\nindex 08\\n"),
        ("R114", "with a proof of another version", "bundle_proof_text", "tlog-proof@v1", "tlog-proof@v2"),
        ("R72", "with an extension line in the checkpoint", "checkpoint_text", "\\n\\n— ", "\\nextension\\n\\n— "),
        ("R72", "with a size that begins with a zero", "checkpoint_text", "/2\\n9\\n", "/2\\n09\\n"),
        ("R73", "with another size in the checkpoint", "checkpoint_signature", "/2\\n9\\n", "/2\\n10\\n"),
    ];
    for (rule, title, code, from, to) in changes {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{title}");
        cases.text(rule, title, Some(code), changed);
    }
}

fn wrong_standing(cases: &mut Cases) {
    let (log, good) = (issuer_log(), bundle_from(&issuer_log(), 8, 9));
    let says = standing(&log, 8, 9);
    let mut note = |rule, title, code, standing: Vec<u8>| {
        cases.refused(rule, title, code, &Bundle { standing: Some(standing), ..good.clone() });
    };
    let signed = |standing: &Standing| standing.sign(&federation(), &log_key(EXPORTER, 1));
    let bytes = signed(&says);
    note("R111", "with a damaged standing note", "standing_signature", flipped(&bytes, bytes.len() - 1));
    note(
        "R111",
        "with a standing note of another key",
        "standing_key",
        says.sign(&federation(), &log_key(EXPORTER, 2)),
    );
    note("R118", "with a standing note about another entry", "standing_mismatch", signed(&standing(&log, 7, 9)));
    note(
        "R118",
        "with a standing note of another state of the log",
        "standing_mismatch",
        signed(&standing(&log, 8, 10)),
    );
    let stranger = Standing { exporter: city("110000"), ..says.clone() };
    note("R111", "with a standing note of a city that is no member", "standing_foreign_city", signed(&stranger));
    let unopened = Standing { exporter_epoch: Epoch(2), ..says.clone() };
    note("R111", "with a standing note of an epoch that no record opens", "standing_unknown_epoch", signed(&unopened));
    let shouted = Standing { state: "LISTED".to_owned(), ..says };
    note("R111", "with a state that is no code", "standing_shape", signed(&shouted));
}
