//! A city's log as its own keys would write it, made outside any node, so that a test can bend every part of it. The
//! firms in it are made up.

use huxin_keys::{EpochSigner, KeyFolder};
use huxin_protocol::body::{Basis, Body, Decision, EntryBody, List, Severity, commitment};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::digest::{Context, Digest, TreeHash};
use huxin_protocol::header::{BODY_VERSION, Disclosure, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key::Sign;
use huxin_protocol::kind::Kind;
use huxin_protocol::segment::{Item, Segment};
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::Frontier;
use std::path::Path;

pub struct Forger {
    pub federation: Digest,
    pub city: CityCode,
    keys: EpochSigner,
    items: Vec<Item>,
    /// `roots[n]` is the root of the first `n` leaves.
    roots: Vec<TreeHash>,
}

fn entry(number: u64, edition: Digest) -> Body {
    Body::Listing(Box::new(EntryBody {
        subject: Subject {
            id: SubjectId::new("sample", &format!("S{number:04}")).unwrap(),
            class: SubjectClass::Enterprise,
            name: format!("示例企业{number}（合成）"),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "测试名单（合成）".to_owned(),
        field: "test".to_owned(),
        ground_text: "测试".to_owned(),
        severity: Some(Severity::Minor),
        basis: Basis {
            law: Some("测试".to_owned()),
            document_number: Some(format!("测试第{number}号")),
            authority: "测试机关（合成）".to_owned(),
            decided_on: Some("2026-01-05".parse().unwrap()),
            effective_on: None,
        },
        measures: Vec::new(),
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition,
        record_ref: None,
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }))
}

impl Forger {
    /// A log of `leaves` entries under the keys of a folder that has no passphrase.
    pub fn new(folder: &Path, federation: Digest, city: CityCode, leaves: u64) -> Self {
        let keys = KeyFolder::open(folder, None).unwrap().epoch_signer(Epoch::FIRST).unwrap();
        let mut forger = Self { federation, city, keys, items: Vec::new(), roots: vec![Frontier::default().root()] };
        let mut frontier = Frontier::default();
        for seq in 0..leaves {
            let item = forger.item(seq, &forger.keys.log);
            frontier.push(huxin_protocol::tree::leaf_hash(&item.statement), &mut |_, _| ());
            forger.items.push(item);
            forger.roots.push(frontier.root());
        }
        forger
    }

    fn item(&self, seq: u64, key: &dyn Sign) -> Item {
        let body = entry(seq, Digest([0xed; 32])).seal(Kind::Entry, &[0x5a; 16]).unwrap();
        let header = Header {
            suite: SUITE_1,
            city: self.city,
            epoch: Epoch::FIRST,
            seq: Seq(seq),
            issuer: Issuer { city: self.city, agency: None },
            issued_at: Millis(1_767_600_000_000 + i64::try_from(seq).unwrap()),
            kind: Kind::Entry,
            body_version: BODY_VERSION,
            disclosure: Disclosure::Public,
            about: None,
            ground: Some(Context::Ground.digest(&seq.to_be_bytes())),
            commitment: commitment(&self.federation, self.city, Kind::Entry, BODY_VERSION, &body),
        };
        Item { statement: Statement::sign(header, &self.federation, key).bytes, body: Some(body) }
    }

    fn note(&self, size: u64, key: &dyn Sign) -> Vec<u8> {
        let origin = Origin { federation: self.federation, city: self.city, epoch: Epoch::FIRST };
        let root = self.root(size);
        SignedCheckpoint::sign(Checkpoint { origin, size: Size(size), root }, key).encode(&[])
    }

    pub fn root(&self, size: u64) -> TreeHash {
        self.roots[usize::try_from(size).unwrap()]
    }

    /// The leaves `from..to` under the checkpoint that ends with them.
    pub fn segment(&self, from: u64, to: u64) -> Segment {
        let [start, end] = [from, to].map(|place| usize::try_from(place).unwrap());
        Segment {
            city: self.city,
            records: Vec::new(),
            from: Seq(from),
            items: self.items[start..end].to_vec(),
            consistency: Vec::new(),
            checkpoint: self.note(to, &self.keys.log),
        }
    }

    /// The same, with a letter exchanged in the checkpoint's signature.
    pub fn under_a_damaged_signature(&self, from: u64, to: u64) -> Segment {
        let mut segment = self.segment(from, to);
        let at = segment.checkpoint.len() - 20;
        segment.checkpoint[at] = if segment.checkpoint[at] == b'A' { b'B' } else { b'A' };
        segment
    }

    /// The same, with a checkpoint that the wrong key signed: the cosigner's, which may never speak for the city.
    pub fn under_another_key(&self, from: u64, to: u64) -> Segment {
        Segment { checkpoint: self.note(to, &self.keys.cosigner), ..self.segment(from, to) }
    }

    /// One leaf that the wrong key signed, under a checkpoint that holds.
    pub fn with_a_leaf_of_another_key(&self, from: u64) -> Segment {
        let item = self.item(from, &self.keys.cosigner);
        let mut frontier = Frontier::default();
        for held in &self.items[..usize::try_from(from).unwrap()] {
            frontier.push(huxin_protocol::tree::leaf_hash(&held.statement), &mut |_, _| ());
        }
        frontier.push(huxin_protocol::tree::leaf_hash(&item.statement), &mut |_, _| ());
        let origin = Origin { federation: self.federation, city: self.city, epoch: Epoch::FIRST };
        let checkpoint = Checkpoint { origin, size: Size(from + 1), root: frontier.root() };
        let checkpoint = SignedCheckpoint::sign(checkpoint, &self.keys.log).encode(&[]);
        Segment { items: vec![item], checkpoint, ..self.segment(from, from + 1) }
    }

    /// A statement above its limit.
    pub fn with_a_long_leaf(&self, from: u64) -> Segment {
        let item = Item { statement: vec![0x5a; huxin_protocol::limits::STATEMENT_BYTES + 1], body: None };
        Segment { items: vec![item], ..self.segment(from, from + 1) }
    }
}

/// The same bytes with the version in a longer form than CBOR's deterministic one.
pub fn not_canonical(segment: &Segment) -> Vec<u8> {
    let bytes = segment.encode();
    assert_eq!(bytes[1], 1, "the version comes first");
    [&bytes[..1], &[0x18, 0x01], &bytes[2..]].concat()
}

/// An array that is no segment.
pub const MALFORMED: &[u8] = &[0x81, 0x01];
