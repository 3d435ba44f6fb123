#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::command::demo::{cities, make_folders};
use huxin_api::Problem;
use huxin_api::model::{ActRequest, ActVerb, DeclineRequest, DisclosureChoice, EntryRequest, JointRequest, Warning};
use huxin_engine::ledger::{Batch, Family, place_key};
use huxin_keys::KeyFolder;
use huxin_protocol::body::{Basis, Decision, List, RecognitionBody, Severity, salt_of};
use huxin_protocol::edition::IssueFault;
use huxin_protocol::genesis::Genesis;
use huxin_protocol::header::{About, Header, Issuer, SUITE_1};
use huxin_protocol::ids::{Epoch, Seq};
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::statement::Statement;
use huxin_protocol::subject::{Subject, SubjectClass};
use huxin_store::{MemoryStore, Store as _};

struct World {
    drafter: Drafter,
    roster: Roster,
    store: MemoryStore,
}

/// A day of which all dates of these tests lie before.
const NOW: Millis = Millis(1_795_276_800_000);

impl World {
    fn moment(&self) -> super::World<'_> {
        (&self.store, &self.roster, NOW)
    }
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let cities = cities::first(2);
    make_folders(folder.path(), &cities).unwrap();
    let genesis = Genesis::decode(&std::fs::read(folder.path().join("genesis.cbor")).unwrap()).unwrap();
    let keys = folder.path().join(cities[0].code).join("keys");
    let ground = KeyFolder::open(&keys, None).unwrap().ground_secret().unwrap();
    let drafter = Drafter {
        federation: genesis.id(),
        city: cities[0].code().unwrap(),
        ground,
        editions: ["demo", "mdb"].into_iter().filter_map(Edition::named).map(|one| (one.digest(), one)).collect(),
        allow_natural_persons: false,
        own_names: vec!["舟山市".to_owned()],
    };
    World { drafter, roster: Roster::new(&genesis), store: MemoryStore::new() }
}

fn request() -> EntryRequest {
    EntryRequest {
        subject: Subject {
            id: "uscc:91990099MA00000156".parse().unwrap(),
            class: SubjectClass::Enterprise,
            name: "示例有限公司（合成）".to_owned(),
            aliases: Vec::new(),
        },
        list: List::Black,
        list_name: "测试名单".to_owned(),
        field: "test".to_owned(),
        ground_text: "测试".to_owned(),
        severity: Some(Severity::General),
        basis: Basis {
            law: Some("测试".to_owned()),
            document_number: Some("测试1号".to_owned()),
            authority: "测试机关".to_owned(),
            decided_on: Some("2026-01-05".parse().unwrap()),
            effective_on: None,
        },
        measures: vec!["D-B-01".to_owned()],
        from: None,
        until: None,
        linked_persons: Vec::new(),
        person_key: None,
        edition: None,
        record_ref: None,
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: Vec::new(),
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
        agency: None,
        disclosure: None,
        confirm_code: false,
    }
}

fn draft(world: &World, request: EntryRequest) -> Result<(Draft, Vec<Warning>), DraftFault> {
    let mut warnings = Vec::new();
    let draft = world.drafter.listing(request, None, world.moment(), (&mut warnings, 0))?;
    Ok((draft, warnings))
}

#[test]
fn a_draft_reads_back_and_commits_to_its_body() {
    let world = world();
    let (first, warnings) = draft(&world, request()).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(Body::decode(first.kind, BODY_VERSION, &first.body_bytes).unwrap(), first.body);
    let due = commitment(&world.drafter.federation, world.drafter.city, Kind::Entry, BODY_VERSION, &first.body_bytes);
    assert_eq!(first.commitment, due);
    let Body::Listing(listing) = &first.body else { panic!("no listing") };
    assert_eq!(listing.edition, Edition::named("demo").unwrap().digest());
    // The same matter has the same ground and another salt.
    let (second, _) = draft(&world, request()).unwrap();
    assert_eq!(first.ground, second.ground);
    assert_ne!(salt_of(&first.body_bytes), salt_of(&second.body_bytes));
}

#[test]
fn a_failing_check_character_is_refused_unless_confirmed_or_imported() {
    let world = world();
    let mut wrong = request();
    wrong.subject.id = "uscc:91990099MA0000015A".parse().unwrap();
    assert_eq!(draft(&world, wrong.clone()).unwrap_err().code(), "code_check");
    let confirmed = EntryRequest { confirm_code: true, ..wrong.clone() };
    assert_eq!(draft(&world, confirmed).unwrap().1[0].code, "code_check");
    let source = huxin_protocol::body::Source { publisher: "测试".to_owned(), retrieved_on: None, row: Some(1) };
    let imported = EntryRequest { source: Some(source), ..wrong };
    assert_eq!(draft(&world, imported).unwrap().1.len(), 1);
}

#[test]
fn natural_persons_are_off_by_default_and_never_public() {
    let mut world = world();
    let mut person = request();
    person.subject.class = SubjectClass::NaturalPerson;
    assert_eq!(draft(&world, person.clone()).unwrap_err().code(), "natural_person");
    world.drafter.allow_natural_persons = true;
    assert_eq!(draft(&world, person.clone()).unwrap_err().code(), "person_disclosure");
    person.disclosure = Some(DisclosureChoice::Named(vec!["451100".parse().unwrap()]));
    // Neither a code nor a name in clear stands for a person.
    let Err(DraftFault::Listing(faults)) = draft(&world, person.clone()) else { panic!("drafted") };
    assert_eq!(faults.iter().map(IssueFault::code).collect::<Vec<_>>(), ["person_key", "person_id", "person_name"]);
    person.subject.id = format!("person:{}", "0a".repeat(32)).parse().unwrap();
    person.subject.name = "示*".to_owned();
    assert_eq!(draft(&world, person.clone()).unwrap_err().code(), "person_key");
    person.person_key = Some(Digest([5; 32]));
    assert!(draft(&world, person).is_ok());
}

#[test]
fn everything_that_is_wrong_with_an_entry_is_told_at_once() {
    let world = world();
    let mut wrong = request();
    wrong.subject.name = "示例\u{202e}公司".to_owned();
    wrong.summary = "身份证号990099199001010019".to_owned();
    wrong.basis.decided_on = Some("2099-01-01".parse().unwrap());
    wrong.severity = None;
    let problem = Problem::from(draft(&world, wrong).unwrap_err());
    let codes: Vec<&str> = problem.faults.iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["text_unsafe", "personal_number", "severity_missing", "decided_in_future"]);
    assert_eq!(problem.faults[0].field.as_deref(), Some("subject.name"));
    assert!(!problem.detail.contains('\u{202e}') && !problem.detail.contains("990099199001010019"));
}

#[test]
fn a_city_is_no_source_of_its_own() {
    let world = world();
    let source = |publisher: &str| huxin_protocol::body::Source {
        publisher: publisher.to_owned(),
        retrieved_on: None,
        row: None,
    };
    let with = |publisher: &str| EntryRequest { source: Some(source(publisher)), severity: None, ..request() };
    for publisher in ["舟山市", " 舟 山 市 ", "样例公告网"] {
        assert_eq!(draft(&world, with(publisher)).unwrap_err().code(), "severity_missing", "{publisher}");
    }
    let bare = EntryRequest { measures: Vec::new(), ..with("样例公告网") };
    assert!(draft(&world, bare.clone()).is_ok(), "an imported record with an incomplete basis carries no measure");
    let own = EntryRequest { source: Some(source("舟山市")), ..bare };
    assert_eq!(draft(&world, own).unwrap_err().code(), "basis_missing");
}

#[test]
fn editions_are_found_by_name_and_digest() {
    let world = world();
    let mdb = Edition::named("mdb").unwrap().digest();
    for named in ["mdb".to_owned(), mdb.to_string()] {
        let measures = vec!["M-MDB-01".to_owned()];
        let (draft, _) = draft(&world, EntryRequest { edition: Some(named), measures, ..request() }).unwrap();
        let Body::Listing(listing) = draft.body else { panic!("no listing") };
        assert_eq!(listing.edition, mdb);
    }
    let unknown = EntryRequest { edition: Some("x".to_owned()), ..request() };
    assert_eq!(draft(&world, unknown).unwrap_err().code(), "unknown_edition");
}

#[test]
fn readers_are_members_and_agencies_are_named() {
    let world = world();
    let named = |cities: &[&str]| EntryRequest {
        disclosure: Some(DisclosureChoice::Named(cities.iter().map(|city| city.parse().unwrap()).collect())),
        ..request()
    };
    assert_eq!(draft(&world, named(&[])).unwrap_err().code(), "readers");
    assert_eq!(draft(&world, named(&["620100"])).unwrap_err().code(), "no_such_city");
    assert!(draft(&world, named(&["451100"])).is_ok());
    let nameless = EntryRequest { agency: Some(" ".to_owned()), ..request() };
    assert_eq!(draft(&world, nameless).unwrap_err().code(), "agency");
    let long = EntryRequest { agency: Some("机".repeat(30)), ..request() };
    assert_eq!(draft(&world, long).unwrap_err().code(), "agency");
}

#[test]
fn a_city_recognises_other_members_only() {
    let world = world();
    let rule = |partner: &str| {
        RecognitionBody::without_limits(
            partner.parse().unwrap(),
            vec![List::Black, List::Red, List::Black],
            "2026-01-01".parse().unwrap(),
        )
    };
    let draft = world.drafter.recognition(rule("451100"), &world.roster).unwrap();
    let Body::Recognition(sealed) = draft.body else { panic!("no recognition") };
    assert_eq!(sealed.lists, [List::Red, List::Black]);
    assert_eq!(world.drafter.recognition(rule("330900"), &world.roster).unwrap_err().code(), "own_city");
    assert_eq!(world.drafter.recognition(rule("620100"), &world.roster).unwrap_err().code(), "no_such_city");
}

#[test]
fn an_announcement_names_places_that_mean_something_elsewhere() {
    let world = world();
    let announce = |addresses: &[&str]| {
        let addresses: Vec<String> = addresses.iter().map(|address| (*address).to_owned()).collect();
        world.drafter.announcement(vec![7; 38], &addresses)
    };
    let peer = "12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2";
    let draft = announce(&["/ip4/192.0.2.7/tcp/7651", &format!("/dns4/node.example/tcp/1/p2p/{peer}")]).unwrap();
    let Body::NodeAnnouncement(body) = draft.body else { panic!("{:?}", draft.body) };
    // Whose addresses they are stands beside them once.
    assert_eq!(body.addresses, ["/ip4/192.0.2.7/tcp/7651", "/dns4/node.example/tcp/1"]);
    assert_eq!(draft.kind, Kind::NodeAnnouncement);
    announce(&[]).unwrap();
    for (wrong, code) in [
        ("/ip4/0.0.0.0/tcp/7651", "address_any_host"),
        ("192.0.2.7:7651", "address_host"),
        ("/ip4/192.0.2.7/udp/7651", "address_port"),
    ] {
        assert_eq!(announce(&["/ip4/192.0.2.7/tcp/7651", wrong]).unwrap_err().code(), code, "{wrong}");
    }
}

#[test]
fn acts_need_a_reason_and_a_target() {
    let world = world();
    let id = "330900-0".parse().unwrap();
    let act = |reason: &str| {
        let request = ActRequest { reason: reason.to_owned(), ..ActRequest::default() };
        world.drafter.act(id, ActVerb::Repair, request, world.moment(), (&mut Vec::new(), 0)).unwrap_err().code()
    };
    assert_eq!(act(" "), "reason_missing");
    assert_eq!(act("履行完毕"), "no_such_statement");
}

#[test]
fn a_decline_names_what_is_there() {
    let world = world();
    let decline = |reason: &str| {
        let request = DeclineRequest { reason: reason.to_owned(), agency: None };
        world.drafter.decline("451100-0".parse().unwrap(), request, world.moment()).unwrap_err().code()
    };
    assert_eq!(decline(" "), "reason_missing");
    assert_eq!(decline("依据不足"), "no_such_statement");
}

/// R46: a decline tells no more people of an entry than the entry does, and the city that listed it hears of it.
#[test]
fn a_decline_takes_the_disclosure_of_its_entry() {
    let (own, partner): (CityCode, CityCode) = ("330900".parse().unwrap(), "451100".parse().unwrap());
    for (entry, decline) in [
        (Disclosure::Public, Disclosure::Public),
        (Disclosure::Federation, Disclosure::Federation),
        (Disclosure::Named(vec![own]), Disclosure::Named(vec![partner])),
        (
            Disclosure::Named(vec![own, "620100".parse().unwrap()]),
            Disclosure::Named(vec![partner, "620100".parse().unwrap()]),
        ),
    ] {
        let world = world();
        let id = put(&world, partner, Kind::Entry, entry.clone(), None).id;
        let request = DeclineRequest { reason: "依据不足".to_owned(), agency: None };
        let draft = world.drafter.decline(id, request, world.moment()).unwrap();
        assert_eq!((draft.kind, draft.disclosure), (Kind::Decline, decline.clone()));
        // A feedback is read as a decline is; what is filed is for the city that listed alone (R49).
        let to_lister = Disclosure::Named(vec![partner]);
        let day = "2026-03-01";
        for (name, request, due) in [
            (
                "feedback",
                serde_json::json!({ "measure": "D-B-01", "done": "lifted", "department": { "name": "样例局" }, "on": day }),
                &decline,
            ),
            ("application", serde_json::json!({ "reason": "样例", "filed_on": day, "by": "subject" }), &to_lister),
            (
                "objection",
                serde_json::json!({ "reason": "样例", "filed_on": day, "by": "subject", "to": "term" }),
                &to_lister,
            ),
        ] {
            let drafts = joint(&world, id, name, request).unwrap();
            assert_eq!((drafts.len(), &drafts[0].disclosure, drafts[0].about), (1, due, Some(id)), "{name}");
        }
        // Whose text cannot be read here cannot be answered measure by measure.
        let answer = serde_json::json!({ "answers": [{ "measure": "D-B-01", "answer": "applies" }] });
        assert_eq!(joint(&world, id, "response", answer).unwrap_err().code(), "entry_unreadable");
    }
}

/// Who filed hears how it is handled, also where the entry is not for its eyes (R49).
#[test]
fn an_answer_is_for_the_readers_of_the_entry_and_for_who_filed() {
    let (own, partner): (CityCode, CityCode) = ("330900".parse().unwrap(), "451100".parse().unwrap());
    let named = |cities: &[CityCode]| Disclosure::Named(cities.to_vec());
    for (entry, due) in [
        (Disclosure::Public, Disclosure::Public),
        (Disclosure::Federation, Disclosure::Federation),
        (named(&[own]), named(&[partner])),
        (named(&["620100".parse().unwrap()]), named(&[partner, "620100".parse().unwrap()])),
    ] {
        let world = world();
        let listing = put(&world, own, Kind::Entry, entry, None);
        let filing = put(&world, partner, Kind::Objection, named(&[own]), Some(listing)).id;
        let rejected = serde_json::json!({ "decision": "rejected", "reason": "样例", "decided_on": "2026-03-01" });
        let accepted = serde_json::json!({ "stage": "accepted", "on": "2026-03-01" });
        for (name, request) in [("ruling", rejected), ("step", accepted)] {
            let drafts = joint(&world, filing, name, request).unwrap();
            assert_eq!((&drafts[0].disclosure, drafts[0].about), (&due, Some(filing)), "{name}");
        }
        // What carries it out stands before it, and says what the ruling says.
        let removed = serde_json::json!({
            "decision": "upheld", "reason": "样例", "decided_on": "2026-03-01", "document_number": "样例1号", "carried_out_by": "removal",
        });
        let drafts = joint(&world, filing, "ruling", removed).unwrap();
        let Body::Act(removal) = &drafts[0].body else { panic!("no act") };
        assert_eq!((drafts[0].kind, drafts[0].about, drafts[1].kind), (Kind::Removal, Some(listing.id), Kind::Ruling));
        assert_eq!((removal.reason.as_str(), removal.document_number.as_deref()), ("样例", Some("样例1号")));
    }
}

fn joint(world: &World, id: StatementId, name: &str, request: serde_json::Value) -> Result<Vec<Draft>, DraftFault> {
    let request = JointRequest::read(name, request.to_string().as_bytes()).unwrap().unwrap();
    world.drafter.joint(id, request, world.moment(), (&mut Vec::new(), 0))
}

/// A statement without a body at the beginning of a city's log.
fn put(world: &World, city: CityCode, kind: Kind, disclosure: Disclosure, about: Option<About>) -> About {
    let header = Header {
        suite: SUITE_1,
        city,
        epoch: Epoch::FIRST,
        seq: Seq(0),
        issuer: Issuer { city, agency: None },
        issued_at: Millis(0),
        kind,
        body_version: BODY_VERSION,
        disclosure,
        about,
        ground: kind.is_listing().then_some(Digest([1; 32])),
        commitment: Digest([2; 32]),
    };
    let statement = Statement::sign(header, &world.drafter.federation, &TestKey::new());
    let mut batch = Batch::default();
    batch.put(Family::Log, place_key(city, Seq(0)), statement.bytes);
    world.store.commit(&batch).unwrap();
    About { id: statement.header.id(), digest: statement.digest }
}

/// A key in the test's memory.
struct TestKey(ed25519_dalek::SigningKey, PublicKey);

impl TestKey {
    fn new() -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let public = PublicKey::new(key.verifying_key().as_bytes()).unwrap();
        Self(key, public)
    }
}

impl Sign for TestKey {
    fn public(&self) -> &PublicKey {
        &self.1
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
    }
}

#[test]
fn faults_become_problems_with_a_next_step() {
    let problem = Problem::from(DraftFault::NoSuchEdition("x".to_owned()));
    assert_eq!((problem.status, problem.code.as_str()), (422, "unknown_edition"));
    assert!(problem.next_step.is_some());
    assert_eq!(Problem::from(DraftFault::Listing(vec![IssueFault::NaturalPerson])).status, 403);
    assert_eq!(Problem::from(DraftFault::Random).status, 500);
}
