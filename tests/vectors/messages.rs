//! The shapes of single messages: headers, bodies, records, genesis files and segments, right and wrong. The
//! CDDL of the protocol (`protocol/huxin.cddl`) must say the same about each.

use crate::federation::{
    ISSUER, Log, WITNESS, city, cosigner_key, entry_body, federation, genesis, header, log_key, removal_body, root_key,
};
use crate::joint::FORMS;
use crate::{Case, Expected, Facts};
use huxin_protocol::body::Body;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::evidence::{Evidence, held_digest};
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::{About, Disclosure, Header};
use huxin_protocol::ids::{Epoch, Seq, Size, StatementId};
use huxin_protocol::key::Sign as _;
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::limits::PAGE_BYTES;
use huxin_protocol::segment::{Item, Segment};
use std::collections::BTreeMap;

/// How this library reads the bytes of a form: only their shape, no signature.
fn read(form: &str, bytes: &[u8]) -> Result<(), &'static str> {
    match form {
        "header" => Header::decode(bytes).map(drop).map_err(|fault| fault.code()),
        "listing" => Body::decode(Kind::Entry, 1, bytes).map(drop).map_err(|fault| fault.code()),
        "act" => Body::decode(Kind::Removal, 1, bytes).map(drop).map_err(|fault| fault.code()),
        "record" => KeyRecord::city_of(bytes).map(drop).map_err(|fault| fault.code()),
        "genesis" => Genesis::decode(bytes).map(drop).map_err(|fault| fault.code()),
        "segment" => Segment::decode(bytes, PAGE_BYTES).map(drop).map_err(|fault| fault.code()),
        other => {
            let (_, kind) = FORMS.into_iter().find(|(form, _)| *form == other).expect("a form that is known");
            Body::decode(kind, 1, bytes).map(drop).map_err(|fault| fault.code())
        }
    }
}

pub fn judge(case: &Case) -> Expected {
    if case.form == "evidence-held" {
        return held(case.text.as_ref().expect("lines"));
    }
    let bytes = hex::decode(case.bytes.as_ref().expect("a message has bytes")).unwrap();
    match read(&case.form, &bytes) {
        Ok(()) => Expected::Holds { holds: Facts::default() },
        Err(code) => Expected::Refused { refused: code.to_owned() },
    }
}

#[derive(Default)]
pub struct Cases(Vec<Case>);

impl Cases {
    pub fn add(&mut self, form: &str, rule: &str, title: &str, refused: Option<&str>, bytes: &[u8]) {
        let expected = match refused {
            None => Expected::Holds { holds: Facts::default() },
            Some(code) => Expected::Refused { refused: code.to_owned() },
        };
        let case = Case {
            title: title.to_owned(),
            rule: rule.to_owned(),
            form: form.to_owned(),
            federation: None,
            text: None,
            bytes: Some(hex::encode(bytes)),
            expected,
        };
        assert_eq!(judge(&case), case.expected, "{form}: {title}");
        self.0.push(case);
    }
}

/// `bytes`, a CBOR map of fewer than 23 pairs, with one more pair at its end.
pub fn with_pair(bytes: &[u8], pair: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[0] += 1;
    out.extend_from_slice(pair);
    out
}

/// `bytes` with the first `from` replaced by `to`.
pub fn with(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the part is there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

pub fn cases() -> Vec<Case> {
    let mut cases = Cases::default();
    headers(&mut cases);
    bodies(&mut cases);
    crate::joint::cases(&mut cases);
    records(&mut cases);
    evidence(&mut cases);
    whole(&mut cases);
    cases.0
}

fn headers(cases: &mut Cases) {
    let body = entry_body(1).encode(&[1; 16]);
    let plain = header(ISSUER, 1, 1, Kind::Entry, &body);
    let good = plain.encode();
    cases.add("header", "R20", "of an entry", None, &good);
    let mut named = plain.clone();
    named.disclosure = Disclosure::Named(vec![city(ISSUER), city(WITNESS)]);
    cases.add("header", "R20", "for named readers", None, &named.encode());
    let mut agency = plain.clone();
    agency.issuer.agency = Some("样例局".to_owned());
    cases.add("header", "R20", "of an agency", None, &agency.encode());
    let mut about = header(ISSUER, 1, 2, Kind::Removal, &body);
    let id = StatementId { city: city(ISSUER), epoch: Epoch(1), seq: Seq(1) };
    about.about = Some(About { id, digest: Digest([7; 32]) });
    cases.add("header", "R33", "of a removal with what it is about", None, &about.encode());
    let mut unknown = plain.clone();
    unknown.kind = Kind::Unknown(999);
    cases.add("header", "R30", "of an unknown kind is kept", None, &unknown.encode());

    cases.add("header", "R21", "with an unknown key", Some("header_keys"), &with_pair(&good, &[0x0d, 0x00]));
    let without = [&[good[0] - 1], &good[1..good.len() - 35]].concat();
    cases.add("header", "R20", "without a commitment", Some("header_keys"), &without);
    let zero_epoch = with(&good, &[0x03, 0x01], &[0x03, 0x00]);
    cases.add("header", "R20", "of epoch zero", Some("header_field"), &zero_epoch);
    let later = with(&good, &[0x00, 0x01, 0x01, 0x01], &[0x00, 0x02, 0x01, 0x01]);
    cases.add("header", "R21", "of a later version", Some("header_version"), &later);
    let suite = with(&good, &[0x00, 0x01, 0x01, 0x01], &[0x00, 0x01, 0x01, 0x02]);
    cases.add("header", "R21", "of a later suite", Some("header_version"), &suite);
    let number = with(&good, &[0x04, 0x01], &[0x04, 0x18, 0x01]);
    cases.add("header", "R1", "with a number in a longer form", Some("header_not_canonical"), &number);
    let twice = with(&good, &[0x00, 0x01, 0x01, 0x01], &[0x00, 0x01, 0x00, 0x01]);
    cases.add("header", "R2", "with a key twice", Some("header_not_canonical"), &twice);
    cases.add("header", "R1", "followed by a byte", Some("header_not_canonical"), &[good.as_slice(), &[0]].concat());
    cases.add("header", "R1", "cut short", Some("header_not_canonical"), &good[..good.len() - 1]);
    let upper = with(&good, b"330900", b"33090A");
    cases.add("header", "R20", "of a city code in capitals", Some("header_field"), &upper);
    let foreign = with(&good, b"\x05\x81\x66330900", b"\x05\x81\x66451100");
    cases.add("header", "R20", "of an issuer of another city", Some("header_field"), &foreign);
    let sorted = named.encode();
    let backwards = with(&sorted, b"\x82\x66330900\x66451100", b"\x82\x66451100\x66330900");
    cases.add("header", "R20", "with readers out of order", Some("header_field"), &backwards);
    let disclosure = with(&good, &[0x09, 0x00, 0x0b], &[0x09, 0x02, 0x0b]);
    cases.add("header", "R20", "of an unknown disclosure", Some("header_field"), &disclosure);
}

fn bodies(cases: &mut Cases) {
    let good = entry_body(1).encode(&[1; 16]);
    cases.add("listing", "R43", "of a black entry", None, &good);
    cases.add("listing", "R42", "with an unknown key", Some("body_keys"), &with_pair(&good, &[0x17, 0x00]));
    let short_salt = with(&good, &[&[0x00, 0x50][..], &[1; 16]].concat(), &[&[0x00, 0x4f][..], &[1; 15]].concat());
    cases.add("listing", "R42", "with a salt of 15 bytes", Some("body_field"), &short_salt);
    let list = with(&good, &[0x02, 0x01, 0x03], &[0x02, 0x03, 0x03]);
    cases.add("listing", "R43", "of an unknown list", Some("body_field"), &list);
    let date = with(&good, b"2026-01-01", b"2026-02-30");
    cases.add("listing", "R43", "decided on a day that does not exist", Some("body_field"), &date);
    let tagged = with(&good, b"\x6a2026-01-01", b"\xc0\x6a2026-01-01");
    cases.add("listing", "R4", "with a tagged date", Some("body_not_canonical"), &tagged);
    let full = full_entry();
    cases.add("listing", "R43", "with everything that a decision says", None, &full);
    cases.add(
        "listing",
        "R43",
        "with a map of a decision that says nothing",
        Some("body_field"),
        &with_pair(&good, &[0x14, 0xa0]),
    );
    cases.add("listing", "R43", "with an empty id of its list", Some("body_field"), &with_pair(&good, &[0x13, 0x60]));
    let unknown = with(&full, &[0x14, 0xa8], &[0x14, 0xa9]);
    let unknown = with(&unknown, &[0x15, 0x64], &[0x09, 0x00, 0x15, 0x64]);
    cases.add("listing", "R42", "with an unknown key of a decision", Some("body_keys"), &unknown);
    let short = with(&full, b"\x01\x7291990099MA00000156\x02", b"\x01\x7191990099MA0000015\x02");
    cases.add("listing", "R43", "of an authority with a code of 17 characters", Some("body_field"), &short);
    let small = with(&full, b"\x02\x7291990099MA00000156\x03", b"\x02\x7291990099ma00000156\x03");
    cases.add("listing", "R43", "of a source with a code in small letters", Some("body_field"), &small);
    let day = with(&full, b"2026-02-03", b"2026-02-30");
    cases.add("listing", "R43", "told on a day that does not exist", Some("body_field"), &day);
    // The same entry under other ids; the map of the subject begins with scheme and id.
    let under = |scheme: &str, id: &str| {
        let text = |text: &str| [&[0x60 + u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let subject = [&[0xa4, 0x01][..], &text(scheme), &[0x02], &text(id), &[0x03]].concat();
        with(&good, b"\xa4\x01\x66sample\x02\x65S0001\x03", &subject)
    };
    let malformed = Some("body_field");
    cases.add("listing", "R50", "of a company by its code", None, &under("uscc", "91990099MA00000156"));
    let mistyped = under("uscc", "91990099MA00000157");
    cases.add("listing", "R50", "of a code whose check character fails is kept", None, &mistyped);
    cases.add("listing", "R50", "of a code of 17 characters", malformed, &under("uscc", "91990099MA0000015"));
    cases.add("listing", "R50", "of a code with the letter O", malformed, &under("uscc", "91990099MA0000015O"));
    cases.add("listing", "R50", "of a code in small letters", malformed, &under("uscc", "91990099ma00000156"));
    cases.add("listing", "R50", "of a number in scientific notation", malformed, &under("uscc", "9.1990099E+17"));
    cases.add("listing", "R50", "of a legal entity", None, &under("lei", "506700GE1G29325QX363"));
    let letters = under("lei", "506700GE1G29325QX3AB");
    cases.add("listing", "R50", "of a legal entity without its two digits", malformed, &letters);
    let unseen = with(&good, "样例企业 1".as_bytes(), "样例\u{200B}业 1".as_bytes());
    cases.add("listing", "R6", "with a character of no width in a name is kept as it came", None, &unseen);
    let act = removal_body().encode(&[2; 16]);
    cases.add("act", "R44", "of a removal", None, &act);
    cases.add("act", "R44", "without a reason", Some("body_keys"), &[&[0xa1, 0x00, 0x50][..], &[2; 16]].concat());
    let conditions = with_pair(&act, &[0x05, 0xa5, 0x01, 0xf5, 0x02, 0xf5, 0x03, 0xf4, 0x04, 0xf4, 0x05, 0xf4]);
    cases.add("act", "R44", "of a removal with conditions of a repair", Some("body_field"), &conditions);
}

/// An entry with keys 19 to 21.
fn full_entry() -> Vec<u8> {
    let Body::Listing(mut entry) = entry_body(1) else { panic!("an entry is a listing") };
    let code = Some("91990099MA00000156".to_owned());
    let day = |text: &str| Some(text.parse().unwrap());
    entry.list_id = Some("roads-black".to_owned());
    entry.decision.authority_uscc.clone_from(&code);
    entry.decision.data_source_uscc = code;
    entry.decision.penalty_type = Some("罚款".to_owned());
    entry.decision.amount_fen = Some(5_000_000);
    entry.decision.published_until = day("2026-07-01");
    entry.decision.notice_on = day("2026-02-03");
    entry.decision.remedy = Some("六十日内申请行政复议".to_owned());
    entry.decision.repair_notice_served_on = day("2026-01-02");
    entry.disclosure_reason = Some("why!".to_owned());
    Body::Listing(entry).encode(&[1; 16])
}

/// What two nodes compare of the evidence that they hold: the file's objects stand newest first, as they are answered, and are
/// hashed ascending by epoch.
fn evidence(cases: &mut Cases) {
    let root = root_key(ISSUER);
    let mut objects = Vec::new();
    for epoch in [3, 2] {
        let record = |tail| KeyRecord {
            city: city(ISSUER),
            epoch: Epoch(epoch),
            log: log_key(ISSUER, epoch).public().clone(),
            cosigner: cosigner_key(ISSUER, epoch).public().clone(),
            previous: Digest([u8::try_from(epoch).unwrap(); 32]),
            continues_at: (Size(5), TreeHash([5; 32])),
            void_after: None,
            tail,
        };
        let [one, rival] =
            [Tail::Endings, Tail::Void].map(|tail| SignedRecord::sign(record(tail), &federation(), &root));
        let object = Evidence::two_records(&one, &rival).unwrap().encode();
        objects.push(format!("{epoch} {}", hex::encode(object)));
    }
    for (title, objects) in
        [("of two epochs", objects.as_slice()), ("of one epoch", &objects[..1]), ("of nothing", &[])]
    {
        let text = objects.join("\n");
        cases.0.push(Case {
            title: title.to_owned(),
            rule: "R163".to_owned(),
            form: "evidence-held".to_owned(),
            federation: None,
            expected: held(&text),
            text: Some(text),
            bytes: None,
        });
    }
}

/// `epoch hex`, a line each.
fn held(text: &str) -> Expected {
    let mut objects = BTreeMap::new();
    for line in text.lines() {
        let (epoch, object) = line.split_once(' ').unwrap();
        objects.insert(Epoch(epoch.parse().unwrap()), hex::decode(object).unwrap());
    }
    Expected::Holds { holds: Facts { digest: Some(held_digest(&objects)), ..Facts::default() } }
}

fn records(cases: &mut Cases) {
    let mut log = Log::new(ISSUER);
    log.enter();
    log.rotate(Some(0));
    let good = log.record_bytes()[0].clone();
    cases.add("record", "R82", "that opens the second epoch", None, &good);
    let fifth = with(&good, &[0x09, 0x00, 0x58, 0x40], &[0x09, 0x05, 0x58, 0x40]);
    cases.add("record", "R82", "with an unknown tail", Some("record_shape"), &fifth);
    let first = with(&good, &[0x03, 0x02, 0x04], &[0x03, 0x01, 0x04]);
    cases.add("record", "R82", "that opens the first epoch", Some("record_shape"), &first);
    cases.add("record", "R82", "followed by a byte", Some("record_shape"), &[good.as_slice(), &[0]].concat());
}

fn whole(cases: &mut Cases) {
    let founded = genesis("样例联盟");
    cases.add("genesis", "R81", "of three cities", None, founded.bytes());
    let mut damaged = founded.bytes().to_vec();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    cases.add("genesis", "R81", "with a damaged signature", Some("genesis_signature"), &damaged);
    let renamed = with(founded.bytes(), "样例联盟".as_bytes(), "样例同盟".as_bytes());
    cases.add("genesis", "R81", "with another name than was signed", Some("genesis_signature"), &renamed);

    let mut log = Log::new(ISSUER);
    (0..2).for_each(|_| log.enter());
    let items = log.leaves.iter().map(|leaf| Item { statement: leaf.statement.clone(), body: Some(leaf.body.clone()) });
    let segment = Segment {
        city: city(ISSUER),
        records: Vec::new(),
        from: Seq(0),
        items: items.collect(),
        consistency: Vec::new(),
        checkpoint: log.checkpoint_in(1, 2).encode(&[]),
    };
    let good = segment.encode();
    cases.add("segment", "R91", "of two entries", None, &good);
    let heartbeat = Segment { from: Seq(2), items: Vec::new(), ..segment };
    cases.add("segment", "R91", "without statements", None, &heartbeat.encode());
    let later = [&[good[0], 0x02], &good[2..]].concat();
    cases.add("segment", "R91", "of a later version", Some("segment_shape"), &later);
    cases.add("segment", "R91", "followed by a byte", Some("segment_not_canonical"), &[good.as_slice(), &[0]].concat());
}
