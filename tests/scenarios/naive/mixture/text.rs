//! What is said in full: bodies as officers write them, and as they might.

use super::{DAY_MS, Mixture};
use huxin_protocol::body::{
    ActBody, Answer, Basis, Body, Decision, DeclineBody, Department, Done, EntryBody, FeedbackBody, FiledBy, List,
    MeasureAnswer, ObjectionBody, ObjectionTo, RecognitionBody, RepairApplicationBody, RepairConditions, ResponseBody,
    RulingBody, RulingResult, Severity, Source, Stage, StepBody,
};
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::header::About;
use huxin_protocol::ids::CityCode;
use huxin_protocol::kind::Kind;
use huxin_protocol::subject::{Subject, SubjectClass, SubjectId};
use huxin_protocol::time::Millis;
use huxin_tests::world::catalogue::{RICH_GROUND, RICH_LIST, edition};

const BLACK_CODES: [&str; 4] = ["D-B-01", "D-B-02", "D-B-03", "D-B-04"];
const RED_CODES: [&str; 4] = ["D-R-01", "D-R-02", "D-R-03", "D-R-04"];

impl Mixture {
    pub(super) fn body(&mut self, by: CityCode, kind: Kind, about: Option<About>) -> (Body, Option<Digest>) {
        let reason = "synthetic".to_owned();
        let body = match kind {
            Kind::Entry | Kind::Amendment => {
                let entry = self.entry(about);
                let number = self.chance.below(if kind == Kind::Entry { 24 } else { 12 });
                let ground = Context::Ground.digest(format!("{by} {number}").as_bytes());
                return (Body::Listing(Box::new(entry)), Some(ground));
            }
            Kind::Recognition => Body::Recognition(self.recognition(by)),
            Kind::Decline => Body::Decline(DeclineBody { reason }),
            Kind::Response => Body::Response(self.response()),
            Kind::Feedback => Body::Feedback(FeedbackBody {
                measure: "D-B-01".to_owned(),
                done: self.one(Done::ALL),
                agency: Department { name: "Synthetic department".to_owned(), uscc: None },
                on: self.now.date(),
                from: None,
                until: None,
                case_number: None,
                outcome: None,
            }),
            Kind::RepairApplication => Body::RepairApplication(RepairApplicationBody {
                reason,
                filed_on: self.now.date(),
                by: self.one(FiledBy::ALL),
                conditions: RepairConditions { rectified: true, ..RepairConditions::default() },
                evidence: Vec::new(),
                record_ref: None,
            }),
            Kind::Objection => Body::Objection(ObjectionBody {
                reason,
                filed_on: self.now.date(),
                by: self.one(FiledBy::ALL),
                to: self.one(ObjectionTo::ALL),
                evidence: Vec::new(),
                record_ref: None,
            }),
            Kind::Ruling => Body::Ruling(RulingBody {
                decision: self.one(RulingResult::ALL),
                reason,
                decided_on: self.now.date(),
                document_number: None,
                authority: None,
            }),
            Kind::Step => {
                let until = self.some_day(300);
                Body::Step(StepBody { stage: self.one(Stage::ALL), on: self.now.date(), reason: None, until })
            }
            _ => Body::Act(ActBody { reason, ..ActBody::default() }),
        };
        (body, None)
    }

    /// What a city answers to some measures, known or not.
    fn response(&mut self) -> ResponseBody {
        let mut answers = Vec::new();
        for measure in BLACK_CODES.iter().chain(&RED_CODES).chain(&["X-00", "M-MDB-01"]) {
            if self.chance.hits(300) {
                let answer = self.one(Answer::ALL);
                let days = self.chance.below(120) as i64 - 40;
                let from = self.chance.hits(400).then(|| Millis(self.now.0 + days * DAY_MS).date());
                answers.push(MeasureAnswer { measure: (*measure).to_owned(), answer, reason: None, from });
            }
        }
        if answers.is_empty() {
            let measure = BLACK_CODES[0].to_owned();
            answers.push(MeasureAnswer { measure, answer: Answer::Declined, reason: None, from: None });
        }
        ResponseBody { answers, note: None }
    }

    fn subject(&mut self) -> SubjectId {
        if self.wild(30) {
            return SubjectId::new("person", "P1").unwrap();
        }
        huxin_tests::world::subject(self.chance.below(5))
    }

    fn entry(&mut self, about: Option<About>) -> EntryBody {
        let list = self.one(&[List::Red, List::Black, List::Black, List::Watch]);
        let classes = [SubjectClass::Enterprise, SubjectClass::Enterprise, SubjectClass::GovernmentAgency];
        let mut class = self.one(&classes);
        if self.wild(20) {
            class = SubjectClass::NaturalPerson;
        }
        let codes: &[&str] = match list {
            List::Red => &RED_CODES,
            _ => &BLACK_CODES,
        };
        let mut measures: Vec<String> = Vec::new();
        for code in codes.iter().chain(&["X-00", "D-R-01", "M-MDB-01"]) {
            let known = codes.contains(code);
            if self.chance.hits(if known { 400 } else { 60 }) && !measures.iter().any(|held| held == code) {
                measures.push((*code).to_owned());
            }
        }
        let number = self.chance.below(6);
        let text = |number: u64, what: &str| match number {
            0 => None,
            1 => Some("  ".to_owned()),
            number => Some(format!("{what} {number}")),
        };
        let edition = match self.chance.below(30) {
            0 => Digest([4; 32]),
            1..4 => edition("mdb"),
            4..12 => edition("rich"),
            12..16 => edition("rich-layer"),
            _ => edition("demo"),
        };
        let authority = self.one(&["First office", "first  OFFICE ", "Second office"]).to_owned();
        let source = self.chance.hits(150).then(|| Source {
            publisher: "Synthetic publisher".to_owned(),
            retrieved_on: None,
            row: None,
        });
        // Of itself, of anything that is listed, or of something that is nowhere.
        let mut derived_from = match self.chance.below(24) {
            0 => about,
            1..4 => self.any_listing(),
            _ => None,
        };
        if let Some(origin) = derived_from.as_mut().filter(|_| self.wild(50)) {
            origin.digest = Digest([9; 32]);
        }
        let basis = Basis {
            law: if self.chance.hits(920) { Some("Synthetic law".to_owned()) } else { text(number, "law") },
            document_number: if self.chance.hits(150) { text(number, "No") } else { Some(format!("No {number}")) },
            authority,
            decided_on: self.some_day(900),
            effective_on: self.some_day(600),
        };
        let (list_name, list_id) = self.list_name();
        let decision =
            Decision { notice_on: self.some_day(600), published_until: self.some_day(150), ..Decision::default() };
        let severities = [None, Some(Severity::Minor), Some(Severity::General), Some(Severity::Serious)];
        EntryBody {
            subject: Subject { id: self.subject(), class, name: "Synthetic company".to_owned(), aliases: Vec::new() },
            list,
            list_name,
            field: self.one(&["roads", "taxes"]).to_owned(),
            ground_text: self.one(&["synthetic ground", "rich-ground", RICH_GROUND]).to_owned(),
            severity: self.one(&severities),
            basis,
            measures,
            from: self.some_day(200),
            until: self.some_day(200),
            linked_persons: Vec::new(),
            person_key: None,
            edition,
            record_ref: None,
            source,
            derived_from,
            summary: String::new(),
            evidence: Vec::new(),
            observed_on: None,
            list_id,
            decision,
            disclosure_reason: None,
        }
    }

    /// Now and then a list that some edition registers, spelt in its own way, with its id, another one, or none (R154).
    fn list_name(&mut self) -> (String, Option<String>) {
        let registered = ["安全生产严重失信主体名单", "严重失信主体名单 (拖欠农民工工资)", "失信被执行人名单"];
        match self.chance.below(12) {
            0 => (self.one(&registered).to_owned(), None),
            1 => (RICH_LIST.0.to_owned(), Some(self.one(&[RICH_LIST.1, "work-safety"]).to_owned())),
            2 => (self.one(&[RICH_LIST.0, RICH_LIST.1, "合成乙名单"]).to_owned(), None),
            3 if self.wild(300) => ("Synthetic list".to_owned(), Some(RICH_LIST.1.to_owned())),
            _ => ("Synthetic list".to_owned(), None),
        }
    }

    fn some_editions(&mut self) -> Vec<Digest> {
        let editions = [edition("demo"), edition("mdb"), edition("rich")];
        let mut some: Vec<Digest> = if self.chance.hits(500) { editions.to_vec() } else { vec![self.one(&editions)] };
        some.sort_unstable();
        some
    }

    fn recognition(&mut self, by: CityCode) -> RecognitionBody {
        let mut partner = self.some_city();
        if partner == by {
            partner = self.some_city();
        }
        let lists = match self.chance.below(8) {
            0 => Vec::new(),
            1 => vec![List::Black],
            2 => vec![List::Red, List::Watch],
            _ => List::ALL.to_vec(),
        };
        let rarely = 200;
        RecognitionBody {
            partner,
            lists,
            fields: self.chance.hits(rarely).then(|| vec!["roads".to_owned()]),
            measures: self.chance.hits(rarely).then(|| vec!["D-B-01".to_owned(), "D-R-01".to_owned()]),
            minimum_severity: self.chance.hits(rarely).then(|| self.one(&Severity::ALL)),
            decided_within_months: self.chance.hits(rarely).then(|| self.one(&[0, 1, 6, 24])),
            decided_since: self.some_day(rarely),
            suspend_while_disputed: self.chance.hits(500),
            valid_from: if self.chance.hits(500) { self.day() } else { Millis(self.now.0 - 90 * DAY_MS).date() },
            valid_until: if self.chance.hits(300) { Some(Millis(self.now.0 + 60 * DAY_MS).date()) } else { None },
            freshness_hours: self.one(&[1, 24, 720]),
            editions: self.chance.hits(rarely).then(|| self.some_editions()),
            derived: self.chance.hits(500),
        }
    }
}
