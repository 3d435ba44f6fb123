//! Keys and first statements of a simulated federation. Every key comes from its city's number, every subject is synthetic.

use ed25519_dalek::{Signer as _, SigningKey};
use huxin_engine::Signer;
use huxin_engine::input::Draft;
use huxin_protocol::body::{Basis, Body, Decision, EntryBody, List, Severity, commitment};
use huxin_protocol::digest::{Context, Digest, TreeHash};
use huxin_protocol::edition::builtin;
use huxin_protocol::genesis::{Genesis, Manifest, Member};
use huxin_protocol::header::{BODY_VERSION, Disclosure};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::{Date, Millis};
use std::collections::BTreeMap;

/// A key in the test's memory.
#[derive(Clone)]
pub struct TestKey {
    key: SigningKey,
    public: PublicKey,
}

impl TestKey {
    /// The key that `name` stands for.
    ///
    /// # Panics
    /// Never for a name whose key is not weak; there is no known one.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let key = SigningKey::from_bytes(&blake3::derive_key("huxin tests key", name.as_bytes()));
        let public = PublicKey::new(key.verifying_key().as_bytes()).expect("a key from a seed is not weak");
        Self { key, public }
    }
}

impl Sign for TestKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// A city's secrets.
#[derive(Clone)]
pub struct Secrets {
    pub city: CityCode,
    pub root: TestKey,
    pub ground: [u8; 32],
    /// Log key and cosigner key by epoch.
    pub epochs: BTreeMap<Epoch, (TestKey, TestKey)>,
}

impl Secrets {
    #[must_use]
    pub fn new(city: CityCode) -> Self {
        let mut secrets = Self {
            city,
            root: TestKey::new(&format!("{city} root")),
            ground: blake3::derive_key("huxin tests ground", city.as_str().as_bytes()),
            epochs: BTreeMap::new(),
        };
        secrets.add_epoch(Epoch::FIRST);
        secrets
    }
    pub fn add_epoch(&mut self, epoch: Epoch) {
        let name = |kind: &str| TestKey::new(&format!("{} {kind} {epoch}", self.city));
        self.epochs.insert(epoch, (name("log"), name("cosigner")));
    }
    /// A key record that continues the log at this place, with new keys that this city now has.
    pub fn record(
        &mut self,
        federation: &Digest,
        epoch: Epoch,
        previous: Digest,
        continues_at: (Size, TreeHash),
        tail: Tail,
    ) -> SignedRecord {
        self.add_epoch(epoch);
        let (log, cosigner) = &self.epochs[&epoch];
        let record = KeyRecord {
            city: self.city,
            epoch,
            log: log.public.clone(),
            cosigner: cosigner.public.clone(),
            previous,
            continues_at,
            void_after: None,
            tail,
        };
        SignedRecord::sign(record, federation, &self.root)
    }
}

impl Signer for Secrets {
    fn log_key(&self, epoch: Epoch) -> Option<&(dyn Sign + Sync)> {
        self.epochs.get(&epoch).map(|(log, _)| log as &(dyn Sign + Sync))
    }
    fn cosigner_key(&self, epoch: Epoch) -> Option<&(dyn Sign + Sync)> {
        self.epochs.get(&epoch).map(|(_, cosigner)| cosigner as &(dyn Sign + Sync))
    }
}

/// A federation of `count` cities `c01`, `c02`, …
///
/// # Panics
/// When the manifest that it makes is refused: a fault of the test itself.
#[must_use]
pub fn found(count: usize) -> (Genesis, BTreeMap<CityCode, Secrets>) {
    let codes: Vec<CityCode> =
        (1..=count).map(|number| CityCode::new(&format!("c{number:02}")).expect("a good code")).collect();
    found_by(&codes)
}

/// A federation of these cities.
///
/// # Panics
/// When the manifest that it makes is refused: a fault of the test itself.
#[must_use]
pub fn found_by(codes: &[CityCode]) -> (Genesis, BTreeMap<CityCode, Secrets>) {
    let secrets: BTreeMap<CityCode, Secrets> = codes.iter().map(|code| (*code, Secrets::new(*code))).collect();
    let members = secrets
        .values()
        .map(|secrets| Member {
            code: secrets.city,
            name: format!("Simulated city {}", secrets.city),
            root: secrets.root.public.clone(),
            log: secrets.epochs[&Epoch::FIRST].0.public.clone(),
            cosigner: secrets.epochs[&Epoch::FIRST].1.public.clone(),
            peer_id: secrets.city.key_bytes().to_vec(),
            addresses: Vec::new(),
        })
        .collect();
    let manifest = Manifest {
        name: "Simulated federation".to_owned(),
        members,
        threshold: (2, 3),
        clocks: BTreeMap::new(),
        founded_at: Millis(1_767_225_600_000),
    };
    let signatures = secrets.values().map(|secrets| (secrets.city, manifest.sign(&secrets.root))).collect();
    (Genesis::found(&manifest, &signatures).expect("a good genesis"), secrets)
}

/// The `number`th synthetic company.
///
/// # Panics
/// Never: the id has the shape of its scheme.
#[must_use]
pub fn subject(number: u64) -> SubjectId {
    SubjectId::new("test", &format!("S{number:06}")).expect("a good id")
}

/// Black-list entry of a synthetic company under the `demo` edition, decided on the first day of 2026.
///
/// # Panics
/// Never: its fields are fixed.
#[must_use]
pub fn entry_body(number: u64, decision: &str) -> EntryBody {
    let demo = builtin().into_iter().find(|(_, edition)| edition.name() == "demo").expect("the demo edition").0;
    let decided: Date = "2025-12-01".parse().expect("a date");
    EntryBody {
        subject: Subject {
            id: subject(number),
            class: SubjectClass::Enterprise,
            name: format!("Synthetic company {number}"),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "Synthetic list".to_owned(),
        field: "test".to_owned(),
        ground_text: "synthetic ground".to_owned(),
        severity: Some(Severity::Serious),
        basis: Basis {
            law: Some("Synthetic law".to_owned()),
            document_number: Some(decision.to_owned()),
            authority: "Synthetic authority".to_owned(),
            decided_on: Some(decided),
            effective_on: Some(decided),
        },
        measures: vec!["D-B-01".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: demo,
        record_ref: None,
        source: None,
        derived_from: None,
        summary: "Synthetic entry for a test".to_owned(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }
}

/// The ground tag of a listing, as the city's own secret makes it.
#[must_use]
pub fn ground_of(secrets: &Secrets, body: &EntryBody) -> Digest {
    let words = format!(
        "{:?} {} {} {:?} {:?} {:?}",
        body.list,
        body.subject.id,
        body.basis.authority,
        body.basis.document_number,
        body.basis.decided_on,
        body.record_ref
    );
    let key = *blake3::keyed_hash(&secrets.ground, words.as_bytes()).as_bytes();
    Context::Ground.digest(&key)
}

/// A draft as the node's drafting makes it. The salt comes from the body itself: a test needs no secrecy.
#[must_use]
pub fn draft(
    secrets: &Secrets,
    federation: &Digest,
    kind: Kind,
    about: Option<StatementId>,
    body: Body,
    disclosure: Disclosure,
) -> Draft {
    let salt_from = body.encode(&[0; 16]);
    let mut salt = [0; 16];
    salt.copy_from_slice(&Context::Gossip.digest(&salt_from).0[..16]);
    let body_bytes = body.encode(&salt);
    let ground = match &body {
        Body::Listing(entry) => Some(ground_of(secrets, entry)),
        _ => None,
    };
    let commitment = commitment(federation, secrets.city, kind, BODY_VERSION, &body_bytes);
    Draft { kind, agency: None, disclosure, about, ground, body, body_bytes, commitment }
}

/// A place in a log, short to write.
#[must_use]
pub const fn at(city: CityCode, seq: u64) -> StatementId {
    StatementId { city, epoch: Epoch::FIRST, seq: Seq(seq) }
}
