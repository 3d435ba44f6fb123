//! The bodies of joint action: what cities answer, file, decide, let rest and take back (R35 to R39, R44, R48). Of each kind the
//! shortest and the fullest body hold, and most of what is beside them is refused.

use crate::messages::{Cases, with, with_pair};
use huxin_protocol::body::{
    ActBody, Answer, Body, Department, Done, FeedbackBody, FiledBy, MeasureAnswer, ObjectionBody, ObjectionTo,
    RepairApplicationBody, RepairConditions, ResponseBody, RulingBody, RulingResult, Stage, StepBody,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Date;

/// Form and kind.
pub const FORMS: [(&str, Kind); 9] = [
    ("suspension", Kind::Suspension),
    ("resumption", Kind::Resumption),
    ("response", Kind::Response),
    ("feedback", Kind::Feedback),
    ("application", Kind::RepairApplication),
    ("objection", Kind::Objection),
    ("ruling", Kind::Ruling),
    ("step", Kind::Step),
    ("withdrawal", Kind::Withdrawal),
];

const SALT: [u8; 16] = [3; 16];
const FIELD: Option<&str> = Some("body_field");

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn cases(cases: &mut Cases) {
    for (form, kind) in FORMS {
        let (rule, short, full) = bodies(kind);
        let (short, full) = (short.encode(&SALT), full.encode(&SALT));
        cases.add(form, rule, "with nothing that may be absent", None, &short);
        cases.add(form, rule, "with everything that may be there", None, &full);
        cases.add(form, "R42", "with an unknown key", Some("body_keys"), &with_pair(&full, &[0x17, 0x00]));
        let salt = [&[0x00, 0x50][..], &SALT].concat();
        let less = with(&short, &salt, &[&[0x00, 0x4f][..], &SALT[1..]].concat());
        cases.add(form, "R42", "with a salt of 15 bytes", FIELD, &less);
        cases.add(form, "R42", "of a salt alone", Some("body_keys"), &[&[0xa1][..], &salt].concat());
        let longer = [short.as_slice(), &[0]].concat();
        cases.add(form, "R1", "followed by a byte", Some("body_not_canonical"), &longer);
        for (title, bytes) in wrong(kind, &short, &full) {
            cases.add(form, rule, title, FIELD, &bytes);
        }
    }
}

/// A body of a kind with everything that it may say.
pub fn fullest(kind: Kind) -> Body {
    bodies(kind).2
}

/// The rule of a kind, its shortest body and its fullest.
fn bodies(kind: Kind) -> (&'static str, Body, Body) {
    let act = ActBody { reason: "为何".to_owned(), ..ActBody::default() };
    let evidence = vec![Digest([8; 32]), Digest([9; 32])];
    match kind {
        Kind::Response => {
            let says =
                |measure: &str, answer| MeasureAnswer { measure: measure.to_owned(), answer, reason: None, from: None };
            let applies = MeasureAnswer { from: Some(day("2026-03-01")), ..says("D-B-01", Answer::Applies) };
            let declined = MeasureAnswer { reason: some("为何"), ..says("D-B-02", Answer::Declined) };
            let full = vec![applies, declined, says("D-B-03", Answer::NotApplicable)];
            let short = ResponseBody { answers: vec![says("D-B-01", Answer::Declined)], note: None };
            ("R35", Body::Response(short), Body::Response(ResponseBody { answers: full, note: some("附注") }))
        }
        Kind::Feedback => {
            let short = FeedbackBody {
                measure: "D-B-01".to_owned(),
                done: Done::Applied,
                agency: Department { name: "样例局".to_owned(), uscc: None },
                on: day("2026-03-01"),
                from: None,
                until: None,
                case_number: None,
                outcome: None,
            };
            let full = FeedbackBody {
                agency: Department { name: "样例局".to_owned(), uscc: some("91990099MA00000156") },
                from: Some(day("2026-03-01")),
                until: Some(day("2026-09-01")),
                case_number: some("样例〔2026〕1号"),
                outcome: some("已实施"),
                done: Done::NoCase,
                ..short.clone()
            };
            ("R36", Body::Feedback(short), Body::Feedback(full))
        }
        Kind::RepairApplication => {
            let short = RepairApplicationBody {
                reason: "为何".to_owned(),
                filed_on: day("2026-03-01"),
                by: FiledBy::Subject,
                conditions: RepairConditions::default(),
                evidence: Vec::new(),
                record_ref: None,
            };
            let conditions = RepairConditions { rectified: true, commitment: true, ..RepairConditions::default() };
            let full = RepairApplicationBody {
                by: FiledBy::City,
                conditions,
                evidence,
                record_ref: some("样例 1"),
                ..short.clone()
            };
            ("R37", Body::RepairApplication(short), Body::RepairApplication(full))
        }
        Kind::Objection => {
            let short = ObjectionBody {
                reason: "为何".to_owned(),
                filed_on: day("2026-03-01"),
                by: FiledBy::Subject,
                to: ObjectionTo::Content,
                evidence: Vec::new(),
                record_ref: None,
            };
            let full = ObjectionBody {
                by: FiledBy::Agent,
                to: ObjectionTo::RepairResult,
                evidence,
                record_ref: some("样例 1"),
                ..short.clone()
            };
            ("R38", Body::Objection(short), Body::Objection(full))
        }
        Kind::Ruling => {
            let short = RulingBody {
                decision: RulingResult::Upheld,
                reason: "为何".to_owned(),
                decided_on: day("2026-03-01"),
                document_number: None,
                authority: None,
            };
            let full = RulingBody {
                decision: RulingResult::Rejected,
                document_number: some("样例〔2026〕1号"),
                authority: some("样例局"),
                ..short.clone()
            };
            ("R48", Body::Ruling(short), Body::Ruling(full))
        }
        Kind::Step => {
            let short = StepBody { stage: Stage::Received, on: day("2026-03-01"), reason: None, until: None };
            let full = StepBody {
                stage: Stage::Extended,
                reason: some("为何"),
                until: Some(day("2026-09-01")),
                ..short.clone()
            };
            ("R39", Body::Step(short), Body::Step(full))
        }
        _ => {
            let full = ActBody {
                document_number: some("样例〔2026〕1号"),
                authority: some("样例局"),
                decided_on: Some(day("2026-03-01")),
                record_ref: some("样例 1"),
                until: (kind == Kind::Suspension).then(|| day("2026-09-01")),
                ..act.clone()
            };
            ("R44", Body::Act(act), Body::Act(full))
        }
    }
}

/// What only this kind can get wrong.
fn wrong(kind: Kind, short: &[u8], full: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let conditions = [0x05, 0xa5, 0x01, 0xf5, 0x02, 0xf5, 0x03, 0xf4, 0x04, 0xf4, 0x05, 0xf4];
    let until = b"\x07\x6a2026-09-01";
    let impossible = with(full, b"2026-03-01", b"2026-02-30");
    match kind {
        Kind::Suspension => vec![
            ("with conditions of a repair", with_pair(short, &conditions)),
            ("of a day that does not exist", with(full, b"2026-09-01", b"2026-02-30")),
        ],
        Kind::Resumption | Kind::Withdrawal => {
            vec![
                ("with a last day", with_pair(short, until)),
                ("with conditions of a repair", with_pair(short, &conditions)),
            ]
        }
        Kind::Response => vec![
            ("with one measure twice", with(full, b"D-B-02", b"D-B-01")),
            ("without an answer", [&short[..19], &[0x01, 0x80]].concat()),
            ("with an unknown answer", with(short, b"D-B-01\x02\x01", b"D-B-01\x02\x03")),
            ("from a day that does not exist", impossible),
        ],
        Kind::Feedback => vec![
            ("of something unknown that was done", with(short, b"D-B-01\x02\x00", b"D-B-01\x02\x04")),
            ("of a day that does not exist", impossible),
            (
                "of a department with a code of 19 characters",
                with(full, b"\x7291990099MA00000156", b"\x7391990099MA000001560"),
            ),
        ],
        Kind::RepairApplication => vec![
            ("by somebody unknown", with(short, b"2026-03-01\x03\x00", b"2026-03-01\x03\x03")),
            ("of a day that does not exist", impossible),
            ("with no evidence named", with_pair(short, &[0x05, 0x80])),
        ],
        Kind::Objection => vec![
            ("by somebody unknown", with(short, b"2026-03-01\x03\x00", b"2026-03-01\x03\x03")),
            ("to something unknown", with(short, b"\x03\x00\x04\x00", b"\x03\x00\x04\x03")),
            ("with no evidence named", with_pair(short, &[0x05, 0x80])),
        ],
        Kind::Ruling => vec![
            ("of an unknown decision", with(short, &[3, 0x01, 0x00, 0x02], &[3, 0x01, 0x03, 0x02])),
            ("of a day that does not exist", impossible),
        ],
        _ => vec![
            ("of an unknown stage", with(short, &[3, 0x01, 0x00, 0x02], &[3, 0x01, 0x05, 0x02])),
            ("of a day that does not exist", impossible),
        ],
    }
}
