//! The synthetic federation of the vectors: three stand-in cities, their keys, and one log with two epochs. Everything
//! follows from names and numbers written here, so the files never change by themselves.

use ed25519_dalek::{Signer as _, SigningKey};
use huxin_protocol::body::{ActBody, Basis, Body, Decision, EntryBody, List, Severity, commitment};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::genesis::{Genesis, Manifest, Member};
use huxin_protocol::header::{About, BODY_VERSION, Disclosure, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::note::SignatureLine;
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::Millis;
use huxin_protocol::tree::{Frontier, NodePlace, NodeRead, inclusion_proof, leaf_hash, root_at};
use std::collections::BTreeMap;

pub const ISSUER: &str = "330900";
pub const WITNESS: &str = "451100";
pub const EXPORTER: &str = "620100";
/// The first second of 2026 in UTC.
pub const START_MS: i64 = 1_767_225_600_000;

pub struct Key {
    secret: SigningKey,
    public: PublicKey,
}

impl Key {
    fn new(name: &str) -> Self {
        let secret = SigningKey::from_bytes(&blake3::derive_key("huxin vectors key", name.as_bytes()));
        let public = PublicKey::new(secret.verifying_key().as_bytes()).unwrap();
        Self { secret, public }
    }
}

impl Sign for Key {
    fn public(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

pub fn city(code: &str) -> CityCode {
    CityCode::new(code).unwrap()
}
pub fn root_key(code: &str) -> Key {
    Key::new(&format!("{code} root"))
}
pub fn log_key(code: &str, epoch: u32) -> Key {
    Key::new(&format!("{code} log {epoch}"))
}
pub fn cosigner_key(code: &str, epoch: u32) -> Key {
    Key::new(&format!("{code} cosigner {epoch}"))
}

/// The three cities under a name; another name is another federation.
pub fn genesis(name: &str) -> Genesis {
    let members = [ISSUER, WITNESS, EXPORTER].map(|code| Member {
        code: city(code),
        name: format!("样例市 {code}"),
        root: root_key(code).public().clone(),
        log: log_key(code, 1).public().clone(),
        cosigner: cosigner_key(code, 1).public().clone(),
        peer_id: format!("peer {code}").into_bytes(),
        addresses: vec![format!("/dns4/{code}.example/tcp/4001")],
    });
    let manifest = Manifest {
        name: name.to_owned(),
        members: members.to_vec(),
        threshold: (2, 3),
        clocks: BTreeMap::from([("objection_ruling".to_owned(), 15), ("response".to_owned(), 5)]),
        founded_at: Millis(START_MS),
    };
    let signatures = manifest.members.iter().map(|m| (m.code, manifest.sign(&root_key(m.code.as_str())))).collect();
    Genesis::found(&manifest, &signatures).unwrap()
}

pub fn federation() -> Digest {
    genesis("样例联盟").id()
}

pub fn entry_body(number: u64) -> Body {
    Body::Listing(Box::new(EntryBody {
        subject: Subject {
            id: SubjectId::new("sample", &format!("S{number:04}")).unwrap(),
            class: SubjectClass::Enterprise,
            name: format!("样例企业 {number}"),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "样例名单".to_owned(),
        field: "sample".to_owned(),
        ground_text: "synthetic".to_owned(),
        severity: Some(Severity::General),
        basis: Basis {
            law: Some("样例条例第一条".to_owned()),
            document_number: Some(format!("样罚字〔2026〕{number}号")),
            authority: "样例局".to_owned(),
            decided_on: Some("2026-01-01".parse().unwrap()),
            effective_on: None,
        },
        measures: vec!["S-1".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: Digest([0xed; 32]),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: "Synthetic entry of a vector".to_owned(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }))
}

pub fn removal_body() -> Body {
    Body::Act(ActBody { reason: "synthetic".to_owned(), ..ActBody::default() })
}

#[derive(Clone)]
pub struct Leaf {
    pub statement: Vec<u8>,
    pub body: Vec<u8>,
}

pub fn header(code: &str, epoch: u32, seq: u64, kind: Kind, body: &[u8]) -> Header {
    Header {
        suite: SUITE_1,
        city: city(code),
        epoch: Epoch(epoch),
        seq: Seq(seq),
        issuer: Issuer { city: city(code), agency: None },
        issued_at: Millis(START_MS + 1000 * seq as i64),
        kind,
        body_version: BODY_VERSION,
        disclosure: Disclosure::Public,
        about: None,
        ground: (kind == Kind::Entry).then_some(Digest([seq as u8; 32])),
        commitment: commitment(&federation(), city(code), kind, BODY_VERSION, body),
    }
}

pub fn sign(header: Header, key: &Key) -> Vec<u8> {
    Statement::sign(header, &federation(), key).bytes
}

/// One city's log with its whole tree.
#[derive(Clone)]
pub struct Log {
    pub code: &'static str,
    pub epoch: u32,
    pub leaves: Vec<Leaf>,
    pub records: Vec<SignedRecord>,
    frontier: Frontier,
    nodes: Nodes,
}

#[derive(Clone, Default)]
struct Nodes(BTreeMap<NodePlace, TreeHash>);

impl NodeRead for Nodes {
    type Fault = NodePlace;
    fn node(&self, place: NodePlace) -> Result<TreeHash, NodePlace> {
        self.0.get(&place).copied().ok_or(place)
    }
}

impl Log {
    pub fn new(code: &'static str) -> Self {
        let (leaves, records) = (Vec::new(), Vec::new());
        Self { code, epoch: 1, leaves, records, frontier: Frontier::default(), nodes: Nodes::default() }
    }
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }
    pub fn push(&mut self, leaf: Leaf) {
        let hash = leaf_hash(&leaf.statement);
        self.nodes.0.insert(NodePlace { level: 0, index: self.size() }, hash);
        self.frontier.push(hash, &mut |place, hash| {
            self.nodes.0.insert(place, hash);
        });
        self.leaves.push(leaf);
    }
    /// Appends an entry of a company of its own number.
    pub fn enter(&mut self) {
        let seq = self.size();
        let body = entry_body(seq).encode(&[seq as u8; 16]);
        let statement = sign(header(self.code, self.epoch, seq, Kind::Entry, &body), &log_key(self.code, self.epoch));
        self.push(Leaf { statement, body });
    }
    /// Appends a removal of the entry at `seq`.
    pub fn remove(&mut self, seq: u64) {
        let place = self.size();
        let body = removal_body().encode(&[place as u8; 16]);
        let about = Statement::read(self.leaves[seq as usize].statement.clone(), &federation()).unwrap();
        let mut header = header(self.code, self.epoch, place, Kind::Removal, &body);
        header.about = Some(About { id: about.header.id(), digest: about.digest });
        let statement = sign(header, &log_key(self.code, self.epoch));
        self.push(Leaf { statement, body });
    }
    /// Closes the epoch here; leaves above `void_after` are void.
    pub fn rotate(&mut self, void_after: Option<u64>) {
        self.epoch += 1;
        let record = KeyRecord {
            city: city(self.code),
            epoch: Epoch(self.epoch),
            log: log_key(self.code, self.epoch).public().clone(),
            cosigner: cosigner_key(self.code, self.epoch).public().clone(),
            previous: self.records.last().map_or(federation(), SignedRecord::digest),
            continues_at: (Size(self.size()), self.frontier.root()),
            void_after: void_after.map(Seq),
            tail: Tail::Void,
        };
        self.records.push(SignedRecord::sign(record, &federation(), &root_key(self.code)));
    }
    pub fn record_bytes(&self) -> Vec<Vec<u8>> {
        self.records.iter().map(|record| record.bytes().to_vec()).collect()
    }
    pub fn checkpoint_in(&self, epoch: u32, size: u64) -> SignedCheckpoint {
        let origin = Origin { federation: federation(), city: city(self.code), epoch: Epoch(epoch) };
        let root = root_at(&self.nodes, Size(size)).unwrap();
        SignedCheckpoint::sign(Checkpoint { origin, size: Size(size), root }, &log_key(self.code, epoch))
    }
    pub fn inclusion(&self, seq: u64, size: u64) -> Vec<TreeHash> {
        inclusion_proof(&self.nodes, Seq(seq), Size(size)).unwrap()
    }
}

pub fn cosign(code: &str, epoch: u32, checkpoint: &Checkpoint, time_s: u64) -> SignatureLine {
    let cosigner = Origin { federation: federation(), city: city(code), epoch: Epoch(epoch) };
    Cosignature::sign(checkpoint, &cosigner, time_s, &cosigner_key(code, epoch)).line
}
