//! Every body has one encoding, the limits hold, and the commitment binds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::header::tests::{any_about, any_city, any_digest, any_text};
use crate::subject::{Subject, SubjectClass, SubjectId};
use crate::time::Date;
use proptest::option::of;
use proptest::prelude::*;

const SALT: Salt = [0xa5; 16];

fn any_date() -> impl Strategy<Value = Date> {
    (0..2_900_000_i32).prop_map(|days| Date::new(1900, 1, 1).unwrap().add_days(days))
}

fn any_subject() -> impl Strategy<Value = Subject> {
    use SubjectClass::*;
    let id = prop_oneof![
        Just(SubjectId::new("uscc", "91990099MA00000156").unwrap()),
        "[a-z0-9]{2,16}"
            .prop_flat_map(|scheme| "[0-9A-Z:_.-]{1,64}".prop_map(move |id| SubjectId::new(&scheme, &id).unwrap())),
    ];
    let class =
        prop::sample::select(vec![Enterprise, NaturalPerson, SocialOrganisation, PublicInstitution, GovernmentAgency]);
    (id, class, any_text(60), prop::collection::vec(any_text(20), 0..4))
        .prop_map(|(id, class, name, aliases)| Subject { id, class, name, aliases })
}

fn any_basis() -> impl Strategy<Value = Basis> {
    (of(any_text(80)), of(any_text(20)), any_text(40), of(any_date()), of(any_date())).prop_map(
        |(law, document_number, authority, decided_on, effective_on)| Basis {
            law,
            document_number,
            authority,
            decided_on,
            effective_on,
        },
    )
}

fn any_source() -> impl Strategy<Value = Source> {
    (any_text(40), of(any_date()), of(any::<u64>())).prop_map(|(publisher, retrieved_on, row)| Source {
        publisher,
        retrieved_on,
        row,
    })
}

fn any_severity() -> impl Strategy<Value = Severity> {
    prop::sample::select(Severity::ALL.to_vec())
}

fn any_entry() -> impl Strategy<Value = EntryBody> {
    let names = (
        any_subject(),
        prop::sample::select(List::ALL.to_vec()),
        any_text(30),
        any_text(20),
        prop_oneof![Just(String::new()), any_text(60)],
    );
    let terms = (
        of(any_severity()),
        any_basis(),
        prop::collection::btree_set(any_text(12), 0..5),
        of(any_date()),
        of(any_date()),
    );
    let links = (
        prop::collection::btree_map(any_digest(), (any_text(6), one_of(PersonRole::ALL)), 0..3),
        any_digest(),
        of(any_text(30)),
        of(any_source()),
        of(any_about()),
    );
    let rest = (
        prop_oneof![Just(String::new()), any_text(200)],
        prop::collection::vec(any_digest(), 0..3),
        of(any_date()),
        (of(any_text(20)), any_decision(), of(any_text(60)), of(any_digest())),
    );
    (names, terms, links, rest).prop_map(
        |(
            (subject, list, list_name, field, ground_text),
            (severity, basis, measures, from, until),
            (linked_persons, edition, record_ref, source, derived_from),
            (summary, evidence, observed_on, (list_id, decision, disclosure_reason, person_key)),
        )| EntryBody {
            subject,
            list,
            list_name,
            field,
            ground_text,
            severity,
            basis,
            measures: measures.into_iter().rev().collect(),
            from,
            until,
            linked_persons: linked_persons
                .into_iter()
                .map(|(digest, (name, role))| LinkedPerson { digest, name, role })
                .collect(),
            person_key,
            edition,
            record_ref,
            source,
            derived_from,
            summary,
            evidence,
            observed_on,
            list_id,
            decision,
            disclosure_reason,
        },
    )
}

fn any_decision() -> impl Strategy<Value = Decision> {
    let code = || of(Just("91990099MA00000156".to_owned()));
    let told = (of(any_date()), of(any_date()), of(any_text(60)), of(any_date()));
    (code(), code(), of(any_text(20)), of(any::<u64>()), told).prop_map(
        |(authority_uscc, data_source_uscc, penalty_type, amount_fen, (until, notice_on, remedy, served))| Decision {
            authority_uscc,
            data_source_uscc,
            penalty_type,
            amount_fen,
            published_until: until,
            notice_on,
            remedy,
            repair_notice_served_on: served,
        },
    )
}

fn any_act() -> impl Strategy<Value = (Kind, ActBody)> {
    let kinds = vec![
        Kind::Annulment,
        Kind::Removal,
        Kind::Repair,
        Kind::Erasure,
        Kind::Reinstatement,
        Kind::Suspension,
        Kind::Resumption,
        Kind::Withdrawal,
    ];
    let conditions = any_conditions();
    (
        prop::sample::select(kinds),
        any_text(100),
        of(any_text(20)),
        of(any_text(20)),
        of(any_date()),
        of(conditions),
        of(any_text(20)),
        of(any_date()),
    )
        .prop_map(|(kind, reason, document_number, authority, decided_on, conditions, record_ref, until)| {
            let conditions = conditions.filter(|_| kind == Kind::Repair);
            let until = until.filter(|_| kind == Kind::Suspension);
            (kind, ActBody { reason, document_number, authority, decided_on, conditions, record_ref, until })
        })
}

fn any_recognition() -> impl Strategy<Value = RecognitionBody> {
    let texts = || of(prop::collection::vec(any_text(12), 0..4));
    let what = (any_city(), prop::sample::subsequence(List::ALL.to_vec(), 0..=3), texts(), texts(), of(any_severity()));
    let when = (of(any::<u16>()), of(any_date()), any::<bool>(), any_date(), of(any_date()), any::<u16>());
    let editions = of(prop::collection::btree_set(any::<[u8; 32]>().prop_map(Digest), 1..4));
    (what, when, editions, any::<bool>()).prop_map(
        |(
            (partner, lists, fields, measures, minimum_severity),
            (decided_within_months, decided_since, suspend_while_disputed, valid_from, valid_until, freshness_hours),
            editions,
            derived,
        )| RecognitionBody {
            partner,
            lists,
            fields,
            measures,
            minimum_severity,
            decided_within_months,
            decided_since,
            suspend_while_disputed,
            valid_from,
            valid_until,
            freshness_hours,
            editions: editions.map(|editions| editions.into_iter().collect()),
            derived,
        },
    )
}

fn any_announcement() -> impl Strategy<Value = NodeAnnouncementBody> {
    (prop::collection::vec(any::<u8>(), 1..=PEER_ID_BYTES), prop::collection::vec(any_text(40), 0..4), of(any_date()))
        .prop_map(|(peer_id, addresses, valid_until)| NodeAnnouncementBody { peer_id, addresses, valid_until })
}

fn any_evidence() -> impl Strategy<Value = Vec<Digest>> {
    prop::collection::vec(any::<[u8; 32]>().prop_map(Digest), 0..3)
}

fn person(number: u8) -> LinkedPerson {
    LinkedPerson { digest: Digest([number; 32]), name: "示*".to_owned(), role: PersonRole::Principal }
}

fn any_conditions() -> impl Strategy<Value = RepairConditions> {
    any::<[bool; 5]>().prop_map(|[rectified, commitment, training, credit_report, duties_performed]| RepairConditions {
        rectified,
        commitment,
        training,
        credit_report,
        duties_performed,
    })
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// What cities say to each other about an entry.
fn any_joint() -> impl Strategy<Value = (Kind, Body)> {
    let answer = (one_of(Answer::ALL), of(any_text(20)), of(any_date()));
    let response =
        (prop::collection::btree_map("[A-Z]{1,3}", answer, 1..4), of(any_text(30))).prop_map(|(answers, note)| {
            let answers = answers
                .into_iter()
                .map(|(measure, (answer, reason, from))| MeasureAnswer { measure, answer, reason, from })
                .collect();
            (Kind::Response, Body::Response(ResponseBody { answers, note }))
        });
    let days = (any_date(), of(any_date()), of(any_date()));
    let feedback =
        (any_text(8), one_of(Done::ALL), any_text(20), of("[0-9A-Z]{18}"), days, of(any_text(20)), of(any_text(20)))
            .prop_map(|(measure, done, name, uscc, (on, from, until), case_number, outcome)| {
                let agency = Department { name, uscc };
                let body = FeedbackBody { measure, done, agency, on, from, until, case_number, outcome };
                (Kind::Feedback, Body::Feedback(body))
            });
    let filed = || (any_text(20), any_date(), one_of(FiledBy::ALL), any_evidence(), of(any_text(20)));
    let application =
        (filed(), any_conditions()).prop_map(|((reason, filed_on, by, evidence, record_ref), conditions)| {
            let body = RepairApplicationBody { reason, filed_on, by, conditions, evidence, record_ref };
            (Kind::RepairApplication, Body::RepairApplication(body))
        });
    let objection =
        (filed(), one_of(ObjectionTo::ALL)).prop_map(|((reason, filed_on, by, evidence, record_ref), to)| {
            let body = ObjectionBody { reason, filed_on, by, to, evidence, record_ref };
            (Kind::Objection, Body::Objection(body))
        });
    let ruling = (one_of(RulingResult::ALL), any_text(20), any_date(), of(any_text(20)), of(any_text(20))).prop_map(
        |(decision, reason, decided_on, document_number, authority)| {
            let body = RulingBody { decision, reason, decided_on, document_number, authority };
            (Kind::Ruling, Body::Ruling(body))
        },
    );
    let step = (one_of(Stage::ALL), any_date(), of(any_text(20)), of(any_date()))
        .prop_map(|(stage, on, reason, until)| (Kind::Step, Body::Step(StepBody { stage, on, reason, until })));
    prop_oneof![response, feedback, application, objection, ruling, step]
}

fn any_body() -> impl Strategy<Value = (Kind, Body)> {
    prop_oneof![
        (any_entry(), any::<bool>()).prop_map(|(body, new)| {
            (if new { Kind::Entry } else { Kind::Amendment }, Body::Listing(Box::new(body)))
        }),
        any_act().prop_map(|(kind, body)| (kind, Body::Act(body))),
        any_joint(),
        any_recognition().prop_map(|body| (Kind::Recognition, Body::Recognition(body))),
        any_text(100).prop_map(|reason| (Kind::Decline, Body::Decline(DeclineBody { reason }))),
        any_announcement().prop_map(|body| (Kind::NodeAnnouncement, Body::NodeAnnouncement(body))),
    ]
}

/// A synthetic entry with nothing optional in it.
fn plain() -> EntryBody {
    EntryBody {
        subject: Subject {
            id: SubjectId::new("uscc", "91990099MA00000156").unwrap(),
            class: SubjectClass::Enterprise,
            name: "样例公司".to_owned(),
            aliases: vec![],
        },
        list: List::Black,
        list_name: "样例名单".to_owned(),
        field: "样例".to_owned(),
        ground_text: String::new(),
        severity: None,
        basis: Basis {
            law: None,
            document_number: None,
            authority: "样例局".to_owned(),
            decided_on: None,
            effective_on: None,
        },
        measures: vec![],
        from: None,
        until: None,
        linked_persons: vec![],
        person_key: None,
        edition: Digest([3; 32]),
        record_ref: None,
        source: None,
        derived_from: None,
        summary: String::new(),
        evidence: vec![],
        observed_on: None,
        list_id: None,
        decision: Decision::default(),
        disclosure_reason: None,
    }
}

fn listing(change: impl FnOnce(&mut EntryBody)) -> Result<Body, BodyFault> {
    let mut body = plain();
    change(&mut body);
    Body::decode(Kind::Entry, BODY_VERSION, &Body::Listing(Box::new(body)).encode(&SALT))
}

#[test]
fn the_plain_entry_is_written_as_the_comment_says() {
    let expected = format!(
        "aa0050{}01a4016475736363027239313939303039394d41303030303031353603000{}0201036c{}0466{}056007a10369{}08800c5820{}1060",
        "a5".repeat(16),
        format_args!("46c{}", hex::encode("样例公司")),
        hex::encode("样例名单"),
        hex::encode("样例"),
        hex::encode("样例局"),
        "03".repeat(32),
    );
    assert_eq!(hex::encode(Body::Listing(Box::new(plain())).encode(&SALT)), expected);
}

#[test]
fn what_the_limits_forbid_is_refused() {
    type Change = fn(&mut EntryBody);
    let fine: [Change; 6] = [
        |b| b.list_name = "x".repeat(NAME_BYTES),
        |b| b.summary = "x".repeat(SUMMARY_BYTES),
        |b| b.measures = (0..MEASURES).rev().map(|n| n.to_string()).collect(),
        |b| b.subject.aliases = vec!["x".to_owned(); ALIASES],
        |b| b.linked_persons = (0..DIGESTS as u8).map(person).collect(),
        |b| b.basis.law = Some("x".repeat(LAW_BYTES)),
    ];
    for (at, change) in fine.into_iter().enumerate() {
        assert!(listing(change).is_ok(), "{at}");
    }
    let wrong: [Change; 20] = [
        |b| b.list_name = "x".repeat(NAME_BYTES + 1),
        |b| b.list_name.clear(),
        |b| b.subject.name.clear(),
        |b| b.subject.aliases = vec!["x".to_owned(); ALIASES + 1],
        |b| b.subject.aliases = vec![String::new()],
        |b| b.field.clear(),
        |b| b.ground_text = "x".repeat(LAW_BYTES + 1),
        |b| b.basis.authority.clear(),
        |b| b.basis.law = Some(String::new()),
        |b| b.basis.document_number = Some("x".repeat(REFERENCE_BYTES + 1)),
        |b| b.measures = (0..=MEASURES).map(|n| n.to_string()).collect(),
        |b| b.measures = vec!["m".to_owned(), "n".to_owned(), "m".to_owned()],
        |b| b.measures = vec![String::new()],
        |b| b.linked_persons = vec![person(2), person(1)],
        |b| b.linked_persons = vec![person(1), person(1)],
        |b| b.linked_persons = (0..=DIGESTS as u8).map(person).collect(),
        |b| b.record_ref = Some(String::new()),
        |b| b.source = Some(Source { publisher: String::new(), retrieved_on: None, row: None }),
        |b| b.summary = "x".repeat(SUMMARY_BYTES + 1),
        |b| b.evidence = vec![Digest([0; 32]); DIGESTS + 1],
    ];
    for (at, change) in wrong.into_iter().enumerate() {
        assert_eq!(listing(change), Err(BodyFault::Field), "{at}");
    }
    let long = listing(|b| {
        b.subject.aliases = vec!["x".repeat(NAME_BYTES); 64];
    });
    assert_eq!(long, Err(BodyFault::TooLong));
}

#[test]
fn a_body_may_have_all_the_bytes_that_it_may_have() {
    let decode = |length| Body::decode(Kind::Entry, BODY_VERSION, &vec![0; length]);
    assert_eq!(decode(BODY_BYTES + 1), Err(BodyFault::TooLong));
    assert!(
        matches!(decode(BODY_BYTES), Err(fault) if fault != BodyFault::TooLong),
        "it is read, and zeros are no body"
    );
}

#[test]
fn acts_declines_and_rules_have_their_limits() {
    let act = |kind, body: ActBody| Body::Act(body).seal(kind, &SALT).map(|_| ());
    let conditions = Some(RepairConditions::default());
    assert_eq!(act(Kind::Removal, ActBody::default()), Err(BodyFault::Field));
    assert_eq!(act(Kind::Repair, ActBody { reason: "整改".to_owned(), conditions, ..ActBody::default() }), Ok(()));
    assert_eq!(
        act(Kind::Removal, ActBody { reason: "整改".to_owned(), conditions, ..ActBody::default() }),
        Err(BodyFault::Field)
    );
    let decline = Body::Decline(DeclineBody { reason: String::new() });
    assert_eq!(decline.seal(Kind::Decline, &SALT), Err(BodyFault::Field));

    let rule = |lists: Vec<List>| {
        let day = Date::new(2026, 1, 1).unwrap();
        let body = RecognitionBody::without_limits(CityCode::new("451100").unwrap(), lists, day);
        Body::Recognition(body).seal(Kind::Recognition, &SALT).map(|_| ())
    };
    assert_eq!(rule(vec![]), Ok(()));
    assert_eq!(rule(vec![List::Red, List::Black, List::Watch]), Ok(()));
    assert_eq!(rule(vec![List::Black, List::Red]), Err(BodyFault::Field));
    assert_eq!(rule(vec![List::Red, List::Red]), Err(BodyFault::Field));
}

#[test]
fn a_body_is_read_only_as_its_own_kind_and_version() {
    let bytes = Body::Listing(Box::new(plain())).encode(&SALT);
    for number in 0..60 {
        let kind = Kind::from_number(number);
        let result = Body::decode(kind, BODY_VERSION, &bytes);
        if kind.is_listing() {
            assert!(result.is_ok(), "{kind:?}");
        } else if kind.is_supported() {
            assert!(matches!(result, Err(BodyFault::Keys | BodyFault::Field)), "{kind:?}: {result:?}");
        } else {
            assert_eq!(result, Err(BodyFault::Version), "{kind:?}");
        }
    }
    for version in [0, 2, u16::MAX] {
        assert_eq!(Body::decode(Kind::Entry, version, &bytes), Err(BodyFault::Version));
    }
}

#[test]
fn subjects_of_another_case_are_not_read() {
    let bytes = Body::Listing(Box::new(plain())).encode(&SALT);
    let at = bytes.windows(4).position(|w| w == b"99MA").unwrap() + 2;
    let mut wrong = bytes;
    wrong[at] = b'm';
    assert_eq!(Body::decode(Kind::Entry, BODY_VERSION, &wrong), Err(BodyFault::Field));
}

#[test]
fn an_empty_optional_list_and_a_short_salt_are_refused() {
    // 1 reason only, with a salt of 15 bytes; and an announcement without addresses.
    let short = [&[0xa2, 0x00, 0x4f][..], &[1; 15], &[0x01, 0x61, b'x']].concat();
    assert_eq!(Body::decode(Kind::Decline, BODY_VERSION, &short), Err(BodyFault::Field));
    assert_eq!(salt_of(&short), None);
    let mut writer = Writer::default();
    writer.map(|map| {
        map.field(0, |w| w.bytes(&SALT));
        plain().write_with_empty_evidence(map);
    });
    assert_eq!(Body::decode(Kind::Entry, BODY_VERSION, &writer.finish()), Err(BodyFault::Field));
}

impl EntryBody {
    /// The plain fields and, against the rule, an empty array under 17.
    fn write_with_empty_evidence(&self, map: &mut crate::cbor::MapWriter<'_>) {
        self.write(map);
        map.field(17, |w| w.array(0));
    }
}

#[test]
fn the_commitment_binds_each_of_its_parts() {
    let (federation, city) = (Digest([1; 32]), CityCode::new("330900").unwrap());
    for body in [vec![], vec![7; 23], vec![7; 24], vec![7; 300], vec![7; 32 * 1024]] {
        let mut whole = Writer::default();
        whole.array(5).digest(&federation).city(city).unsigned(1_u8).unsigned(1_u8).bytes(&body);
        let due = Context::Body.digest(&whole.finish());
        assert_eq!(commitment(&federation, city, Kind::Entry, 1, &body), due);
        let other = CityCode::new("451100").unwrap();
        for wrong in [
            commitment(&Digest([2; 32]), city, Kind::Entry, 1, &body),
            commitment(&federation, other, Kind::Entry, 1, &body),
            commitment(&federation, city, Kind::Amendment, 1, &body),
            commitment(&federation, city, Kind::Entry, 2, &body),
            commitment(&federation, city, Kind::Entry, 1, &[&body[..], &[0]].concat()),
        ] {
            assert_ne!(wrong, due);
        }
    }
}

proptest! {
    #[test]
    fn bodies_read_back((kind, body) in any_body(), salt in any::<Salt>()) {
        let bytes = body.encode(&salt);
        prop_assume!(bytes.len() <= BODY_BYTES);
        prop_assert_eq!(Body::decode(kind, BODY_VERSION, &bytes), Ok(body));
        prop_assert_eq!(salt_of(&bytes), Some(salt));
    }

    #[test]
    fn no_beginning_is_a_body((kind, body) in any_body()) {
        let bytes = body.encode(&SALT);
        for end in 0..bytes.len() {
            prop_assert!(Body::decode(kind, BODY_VERSION, &bytes[..end]).is_err());
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_another_body((kind, body) in any_body(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = body.encode(&SALT);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(other) = Body::decode(kind, BODY_VERSION, &bytes) {
            prop_assert_eq!(other.encode(&salt_of(&bytes).unwrap()), bytes);
        }
    }

    #[test]
    fn an_unknown_key_is_refused((kind, body) in any_body(), key in Just(23_u8)) {
        let mut bytes = body.encode(&SALT);
        bytes[0] += 1;
        bytes.extend([key, 0]);
        prop_assert_eq!(Body::decode(kind, BODY_VERSION, &bytes), Err(BodyFault::Keys));
    }
}

/// R43, R50: codes of authorities have the one shape and spelling of codes, and a map that says nothing is not there.
#[test]
fn what_a_decision_says_has_its_form() {
    let code = |code: &str| listing(|body| body.decision.authority_uscc = Some(code.to_owned()));
    assert!(code("91990099MA00000156").is_ok());
    // A failing check character is refused at issue only.
    assert!(code("91990099MA00000157").is_ok());
    for wrong in ["", "91990099MA0000015", "91990099ma00000156", "91990099MO00000156", " 91990099MA00000156"] {
        assert_eq!(code(wrong), Err(BodyFault::Field), "{wrong:?}");
        let source = listing(|body| body.decision.data_source_uscc = Some(wrong.to_owned()));
        assert_eq!(source, Err(BodyFault::Field), "{wrong:?}");
    }
    let mut bytes = Body::Listing(Box::new(plain())).encode(&SALT);
    bytes[0] += 1;
    bytes.extend([20, 0xa0]);
    assert_eq!(Body::decode(Kind::Entry, BODY_VERSION, &bytes), Err(BodyFault::Field));
    let empty: [fn(&mut EntryBody); 4] = [
        |body| body.list_id = Some(String::new()),
        |body| body.decision.penalty_type = Some(String::new()),
        |body| body.decision.remedy = Some(String::new()),
        |body| body.disclosure_reason = Some(String::new()),
    ];
    for edit in empty {
        assert_eq!(listing(edit), Err(BodyFault::Field));
    }
}

/// What a node finds a listing by is read from the bytes, and from those of a listing only.
#[test]
fn a_listing_is_looked_up_by_subject_and_record() {
    let entry = EntryBody { record_ref: Some("row 5".to_owned()), ..plain() };
    let bytes = Body::Listing(Box::new(entry.clone())).encode(&SALT);
    for kind in [Kind::Entry, Kind::Amendment] {
        let read = Lookup::read(kind, BODY_VERSION, &bytes);
        assert_eq!(read, Some(Lookup::of(&entry)));
        assert_eq!(read.unwrap().record_ref.as_deref(), Some("row 5"));
    }
    assert_eq!(Lookup::read(Kind::Removal, BODY_VERSION, &bytes), None);
    assert_eq!(Lookup::read(Kind::Entry, BODY_VERSION, &bytes[1..]), None);
}

/// DOMAIN rule 9: a rule of recognition that names no bound means a day.
#[test]
fn a_rule_without_a_bound_means_a_day() {
    let rule: RecognitionBody =
        serde_json::from_str(r#"{"partner": "330900", "lists": ["black"], "valid_from": "2026-01-01"}"#).unwrap();
    assert_eq!(rule.freshness_hours, 24);
}

/// R6: what is sealed holds no such character in any text; what comes from others is read as it came.
#[test]
fn unsafe_text_is_not_sealed_and_is_read_as_it_came() {
    let bad = || "示例\u{202E}甲".to_owned();
    let acts = [
        ActBody { reason: bad(), ..ActBody::default() },
        ActBody { reason: "甲".to_owned(), document_number: Some(bad()), ..ActBody::default() },
        ActBody { reason: "甲".to_owned(), authority: Some(bad()), ..ActBody::default() },
        ActBody { reason: "甲".to_owned(), record_ref: Some(bad()), ..ActBody::default() },
    ];
    let mut bodies: Vec<(Kind, Body)> = acts.into_iter().map(|act| (Kind::Removal, Body::Act(act))).collect();
    bodies.push((Kind::Decline, Body::Decline(DeclineBody { reason: bad() })));
    let announced = NodeAnnouncementBody { peer_id: vec![1], addresses: vec![bad()], valid_until: None };
    bodies.push((Kind::NodeAnnouncement, Body::NodeAnnouncement(announced)));
    for (fields, measures) in [(Some(vec![bad()]), None), (None, Some(vec!["M".to_owned(), bad()]))] {
        let rule = RecognitionBody {
            fields,
            measures,
            ..RecognitionBody::without_limits(
                CityCode::new("451100").unwrap(),
                Vec::new(),
                Date::new(2026, 1, 1).unwrap(),
            )
        };
        bodies.push((Kind::Recognition, Body::Recognition(rule)));
    }
    for (kind, body) in bodies {
        let fault = body.seal(kind, &SALT).unwrap_err();
        assert_eq!(fault.code(), "text_unsafe", "{body:?}");
        assert!(fault.to_string().contains("U+202E"), "{fault}");
        assert_eq!(Body::decode(kind, BODY_VERSION, &body.encode(&SALT)), Ok(body));
    }
}
