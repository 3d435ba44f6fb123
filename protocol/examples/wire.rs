//! Prints one line per CBOR form, `<rule of huxin.cddl> <hex>`, so that another tool can hold the forms against the
//! schema; `protocol/EXAMPLES.md` shows the first of each. The shapes are real; a proof or a contradiction in them need not be one. Keys and facts are synthetic; no real office takes part.
//!
//! Run: `cargo run -p huxin-protocol --example wire`

use ed25519_dalek::Signer as _;
use huxin_protocol::body::{
    ActBody, Answer, Basis, Body, Decision, DeclineBody, Department, Done, EntryBody, FeedbackBody, FiledBy,
    LinkedPerson, List, MeasureAnswer, NodeAnnouncementBody, ObjectionBody, ObjectionTo, PersonRole, RecognitionBody,
    RepairApplicationBody, RepairConditions, ResponseBody, RulingBody, RulingResult, Salt, Severity, Source, Stage,
    StepBody, commitment,
};
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::cose::Sign1;
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::evidence::Evidence;
use huxin_protocol::genesis::{Genesis, Manifest, Member};
use huxin_protocol::header::{About, BODY_VERSION, Disclosure, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::introduction::Introduction;
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::kind::Kind;
use huxin_protocol::segment::{Item, Segment};
use huxin_protocol::standing::Standing;
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::{Date, Millis};
use huxin_protocol::tree::Frontier;
use std::collections::BTreeMap;
use std::error::Error;

const SALT: Salt = [0x5a; 16];
const NOW: Millis = Millis(1_795_276_800_000);

/// A key whose seed follows from its name.
struct SampleKey {
    signing: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl SampleKey {
    fn new(name: &str) -> Result<Self, Box<dyn Error>> {
        let signing = ed25519_dalek::SigningKey::from_bytes(blake3::hash(name.as_bytes()).as_bytes());
        let public = PublicKey::new(signing.verifying_key().as_bytes())?;
        Ok(Self { signing, public })
    }
}

impl Sign for SampleKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

/// One form: the rule of huxin.cddl, and bytes that follow it.
pub type Sample = (&'static str, Vec<u8>);

/// The message and what it carries, under both their rules.
fn signed(rule: &'static str, payload_rule: &'static str, bytes: &[u8]) -> Result<[Sample; 2], Box<dyn Error>> {
    Ok([(rule, bytes.to_vec()), (payload_rule, Sign1::parse(bytes)?.payload.to_vec())])
}

fn full_entry(about: About) -> Result<EntryBody, Box<dyn Error>> {
    let day = Date::new(2026, 11, 1)?;
    Ok(EntryBody {
        subject: Subject {
            id: SubjectId::new("uscc", "91990099MA00000156")?,
            class: SubjectClass::Enterprise,
            name: "样例公司".to_owned(),
            aliases: vec!["Sample Ltd".to_owned()],
        },
        list: List::Black,
        list_name: "样例名单".to_owned(),
        field: "样例".to_owned(),
        ground_text: "样例".to_owned(),
        severity: Some(Severity::General),
        basis: Basis {
            law: Some("样例法".to_owned()),
            document_number: Some("样例〔2026〕1号".to_owned()),
            authority: "样例局".to_owned(),
            decided_on: Some(day),
            effective_on: Some(day),
        },
        measures: vec!["b1".to_owned(), "a2".to_owned()],
        from: Some(day),
        until: Some(day.add_months(12)),
        linked_persons: [1, 2].map(person).to_vec(),
        person_key: Some(Digest([5; 32])),
        edition: Context::Edition.digest(b"an edition"),
        record_ref: Some("row-1".to_owned()),
        source: Some(Source { publisher: "样例发布".to_owned(), retrieved_on: Some(day), row: Some(1) }),
        derived_from: Some(about),
        summary: "样例摘要".to_owned(),
        evidence: vec![Digest([3; 32])],
        observed_on: Some(day),
        list_id: Some("work-safety".to_owned()),
        decision: Decision {
            authority_uscc: Some("11990099MB00000147".to_owned()),
            data_source_uscc: Some("11990099MB00000147".to_owned()),
            penalty_type: Some("罚款".to_owned()),
            amount_fen: Some(100_000),
            published_until: Some(day),
            notice_on: Some(day),
            remedy: Some("六十日内申请行政复议".to_owned()),
            repair_notice_served_on: Some(day),
        },
        disclosure_reason: Some("样例理由".to_owned()),
    })
}

fn person(number: u8) -> LinkedPerson {
    LinkedPerson { digest: Digest([number; 32]), name: "示*".to_owned(), role: PersonRole::Principal }
}

fn plain_entry(about: About) -> Result<EntryBody, Box<dyn Error>> {
    let mut body = full_entry(about)?;
    body.subject.aliases.clear();
    body.basis = Basis {
        law: None,
        document_number: None,
        authority: "样例局".to_owned(),
        decided_on: None,
        effective_on: None,
    };
    (body.ground_text, body.summary) = (String::new(), String::new());
    (body.measures, body.linked_persons, body.evidence) = (vec![], vec![], vec![]);
    (body.severity, body.from, body.until, body.observed_on) = (None, None, None, None);
    (body.record_ref, body.source, body.derived_from, body.person_key) = (None, None, None, None);
    (body.list_id, body.decision, body.disclosure_reason) = (None, Decision::default(), None);
    Ok(body)
}

fn bodies(about: About) -> Result<Vec<(&'static str, Kind, Body)>, Box<dyn Error>> {
    let day = Date::new(2026, 11, 1)?;
    let rule = RecognitionBody {
        partner: CityCode::new("451100")?,
        lists: vec![List::Red, List::Black],
        fields: Some(vec!["样例".to_owned()]),
        measures: Some(vec![]),
        minimum_severity: Some(Severity::Serious),
        decided_within_months: Some(36),
        decided_since: Some(day),
        suspend_while_disputed: true,
        valid_from: day,
        valid_until: Some(day.add_months(12)),
        freshness_hours: 24,
        editions: Some(vec![Digest([0xed; 32])]),
        derived: true,
    };
    let open = RecognitionBody {
        lists: vec![],
        fields: None,
        measures: None,
        minimum_severity: None,
        decided_within_months: None,
        decided_since: None,
        valid_until: None,
        editions: None,
        derived: false,
        ..rule.clone()
    };
    let repair = ActBody {
        reason: "整改完成".to_owned(),
        document_number: Some("样例〔2026〕2号".to_owned()),
        authority: Some("样例局".to_owned()),
        decided_on: Some(day),
        conditions: Some(RepairConditions { rectified: true, ..RepairConditions::default() }),
        record_ref: Some("row-2".to_owned()),
        until: None,
    };
    let removal = ActBody { reason: "移出".to_owned(), ..ActBody::default() };
    let order = ActBody { until: Some(day.add_months(6)), ..removal.clone() };
    let answers = [(Answer::Applies, Some(day), None), (Answer::Declined, None, Some("样例".to_owned()))];
    let answers = answers.into_iter().enumerate().map(|(number, (answer, from, reason))| MeasureAnswer {
        measure: format!("D-B-0{number}"),
        answer,
        reason,
        from,
    });
    let response = ResponseBody { answers: answers.collect(), note: Some("样例".to_owned()) };
    let feedback = |outcome: Option<String>| FeedbackBody {
        measure: "D-B-01".to_owned(),
        done: Done::Lifted,
        agency: Department {
            name: "样例局".to_owned(),
            uscc: outcome.as_ref().map(|_| "91990099MA00000156".to_owned()),
        },
        on: day,
        from: outcome.as_ref().map(|_| day),
        until: outcome.as_ref().map(|_| day),
        case_number: outcome.clone(),
        outcome,
    };
    let application = RepairApplicationBody {
        reason: "样例".to_owned(),
        filed_on: day,
        by: FiledBy::Agent,
        conditions: RepairConditions { commitment: true, ..RepairConditions::default() },
        evidence: vec![Digest([7; 32])],
        record_ref: Some("row-3".to_owned()),
    };
    let objection = ObjectionBody {
        reason: "样例".to_owned(),
        filed_on: day,
        by: FiledBy::City,
        to: ObjectionTo::RepairResult,
        evidence: vec![],
        record_ref: None,
    };
    let ruling = RulingBody {
        decision: RulingResult::UpheldInPart,
        reason: "样例".to_owned(),
        decided_on: day,
        document_number: Some("样例〔2026〕3号".to_owned()),
        authority: Some("样例局".to_owned()),
    };
    let step = StepBody { stage: Stage::Extended, on: day, reason: Some("样例".to_owned()), until: Some(day) };
    let node = |addresses, valid_until| NodeAnnouncementBody { peer_id: vec![7; 38], addresses, valid_until };
    Ok(vec![
        ("entry-body", Kind::Entry, Body::Listing(Box::new(plain_entry(about)?))),
        ("entry-body", Kind::Amendment, Body::Listing(Box::new(full_entry(about)?))),
        ("repair-body", Kind::Repair, Body::Act(repair)),
        ("act-body", Kind::Removal, Body::Act(removal.clone())),
        ("act-body", Kind::Withdrawal, Body::Act(removal)),
        ("suspension-body", Kind::Suspension, Body::Act(order)),
        ("response-body", Kind::Response, Body::Response(response)),
        ("feedback-body", Kind::Feedback, Body::Feedback(feedback(None))),
        ("feedback-body", Kind::Feedback, Body::Feedback(feedback(Some("样例".to_owned())))),
        ("application-body", Kind::RepairApplication, Body::RepairApplication(application)),
        ("objection-body", Kind::Objection, Body::Objection(objection)),
        ("ruling-body", Kind::Ruling, Body::Ruling(ruling)),
        ("step-body", Kind::Step, Body::Step(step)),
        ("recognition-body", Kind::Recognition, Body::Recognition(rule)),
        ("recognition-body", Kind::Recognition, Body::Recognition(open)),
        ("decline-body", Kind::Decline, Body::Decline(DeclineBody { reason: "样例".to_owned() })),
        ("node-announcement-body", Kind::NodeAnnouncement, Body::NodeAnnouncement(node(vec![], None))),
        (
            "node-announcement-body",
            Kind::NodeAnnouncement,
            Body::NodeAnnouncement(node(vec!["/dns4/330900.example/tcp/4001".to_owned()], Some(day))),
        ),
    ])
}

/// Every form at least once.
pub fn samples() -> Result<Vec<Sample>, Box<dyn Error>> {
    let mut out = Vec::new();
    let city = CityCode::new("330900")?;
    let (root, log, cosigner) = (SampleKey::new("root")?, SampleKey::new("log")?, SampleKey::new("cosigner")?);
    let manifest = Manifest {
        name: "样例联盟".to_owned(),
        members: vec![Member {
            code: city,
            name: "样例市".to_owned(),
            root: root.public.clone(),
            log: log.public.clone(),
            cosigner: cosigner.public.clone(),
            peer_id: vec![7; 38],
            addresses: vec!["/dns4/330900.example/tcp/4001".to_owned()],
        }],
        threshold: (2, 3),
        clocks: BTreeMap::from([("objection_ruling".to_owned(), 15), ("response".to_owned(), 5)]),
        founded_at: NOW,
    };
    let genesis = Genesis::found(&manifest, &BTreeMap::from([(city, manifest.sign(&root))]))?;
    let federation = genesis.id();
    out.push(("genesis", genesis.bytes().to_vec()));
    out.push(("manifest", manifest.encode()));

    let header = |seq: u64, kind: Kind, commitment, about, disclosure| Header {
        suite: SUITE_1,
        city,
        epoch: Epoch::FIRST,
        seq: Seq(seq),
        issuer: Issuer { city, agency: (seq % 2 == 1).then(|| "样例局".to_owned()) },
        issued_at: NOW,
        kind,
        body_version: BODY_VERSION,
        disclosure,
        about,
        ground: kind.is_listing().then(|| Context::Ground.digest(b"a ground")),
        commitment,
    };
    let mut about = None;
    let (mut items, mut frontier, mut statements) = (Vec::new(), Frontier::default(), Vec::new());
    let first = header(0, Kind::Entry, Digest([0; 32]), None, Disclosure::Public);
    let named = About { id: first.id(), digest: Digest([9; 32]) };
    for (seq, (rule, kind, body)) in (0_u64..).zip(bodies(named)?) {
        let bytes = body.seal(kind, &SALT)?;
        out.push((rule, bytes.clone()));
        let disclosure = match seq {
            0 => Disclosure::Public,
            1 => Disclosure::Named(vec![CityCode::new("451100")?, CityCode::new("620100")?]),
            _ => Disclosure::Federation,
        };
        let words = commitment(&federation, city, kind, BODY_VERSION, &bytes);
        let statement = Statement::sign(header(seq, kind, words, about, disclosure), &federation, &log);
        about = about.or(Some(About { id: statement.header.id(), digest: statement.digest }));
        out.extend(signed("statement", "header", &statement.bytes)?);
        frontier.push(statement.leaf_hash(), &mut |_, _| ());
        items.push(Item { statement: statement.bytes.clone(), body: (seq != 1).then_some(bytes) });
        statements.push(statement);
    }

    let record = KeyRecord {
        city,
        epoch: Epoch(2),
        log: SampleKey::new("log 2")?.public,
        cosigner: SampleKey::new("cosigner 2")?.public,
        previous: federation,
        continues_at: (Size(items.len() as u64), frontier.root()),
        void_after: Some(Seq(3)),
        tail: Tail::Endings,
    };
    let other = KeyRecord { void_after: None, tail: Tail::Void, ..record.clone() };
    let (record, other) =
        (SignedRecord::sign(record, &federation, &root), SignedRecord::sign(other, &federation, &root));
    out.extend(signed("key-record", "key-record-payload", record.bytes())?);
    out.extend(signed("key-record", "key-record-payload", other.bytes())?);

    let origin = Origin { federation, city, epoch: Epoch::FIRST };
    let checkpoint = |size, root| SignedCheckpoint::sign(Checkpoint { origin, size: Size(size), root }, &log);
    let size = items.len() as u64;
    let head = checkpoint(size, frontier.root());
    let note = head.encode(&[]);
    let heartbeat = Segment {
        city,
        records: vec![],
        from: Seq(size),
        items: vec![],
        consistency: vec![],
        checkpoint: note.clone(),
    };
    let segment = Segment { records: vec![record.bytes().to_vec()], from: Seq(0), items, ..heartbeat.clone() };
    out.push(("segment", segment.encode()));
    out.push(("segment", heartbeat.encode()));

    let fork = checkpoint(size, statements[0].leaf_hash());
    let evidence = [
        Evidence::TwoRoots { first: note.clone(), second: fork.encode(&[]) },
        Evidence::TwoHistories {
            earlier: checkpoint(1, statements[0].leaf_hash()).encode(&[]),
            later: note,
            other_root: statements[1].leaf_hash(),
            proof: vec![statements[2].leaf_hash()],
        },
        Evidence::TwoStatements { first: statements[0].bytes.clone(), second: statements[1].bytes.clone() },
        Evidence::TwoRecords { first: record.bytes().to_vec(), second: other.bytes().to_vec() },
    ];
    for one in evidence {
        out.push(("evidence", one.encode()));
    }

    let introduction = Introduction { city, peer_id: vec![7; 38], valid_until: NOW };
    out.extend(signed("introduction", "introduction-payload", &introduction.sign(&federation, &root))?);
    let standing = Standing {
        exporter: city,
        exporter_epoch: Epoch::FIRST,
        entry: About { id: statements[0].header.id(), digest: statements[0].digest },
        state: "listed".to_owned(),
        log: (Epoch::FIRST, head.checkpoint().size, head.checkpoint().root),
        log_digest: Context::View.digest(b"a view"),
        time: NOW,
    };
    out.extend(signed("standing", "standing-payload", &standing.sign(&federation, &log))?);
    let words =
        Sign1::parse(&statements[0].bytes)?.to_be_signed(huxin_protocol::cose::SignedType::Statement, &federation);
    out.push(("sig-structure", words));
    Ok(out)
}

#[allow(dead_code, reason = "a test reads the samples and prints nothing")]
fn main() -> Result<(), Box<dyn Error>> {
    for (rule, bytes) in samples()? {
        println!("{rule} {}", hex::encode(bytes));
    }
    Ok(())
}
