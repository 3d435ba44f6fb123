//! What cities do together: they answer each other's entries, say what was done, file for a subject, decide on what was filed, let
//! measures rest, and take back what they said. Which of them does what comes from the seed.

use super::country::Country;
use super::diary::Said;
use huxin_protocol::body::{
    Answer, Body, Department, Done, FeedbackBody, FiledBy, MeasureAnswer, ObjectionBody, ObjectionTo,
    RepairApplicationBody, RepairConditions, ResponseBody, RulingBody, RulingResult, Stage, StepBody,
};
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Date;

impl Country {
    /// One step of joint action by chance.
    pub fn join(&mut self, city: CityCode) {
        match self.chance.below(100) {
            0..14 => {
                self.rest_one(city);
            }
            14..22 => self
                .say_about(city, Kind::Resumption, |city, said| said.kind == Kind::Suspension && said.id.city == city),
            22..36 => self.say_about(city, Kind::Response, is_foreign_entry),
            36..44 => self.say_about(city, Kind::Feedback, |_, said| said.kind == Kind::Entry),
            44..56 => self.say_about(city, Kind::RepairApplication, is_foreign_entry),
            56..74 => self.say_about(city, Kind::Objection, is_foreign_entry),
            74..78 => self.answer(city, Kind::Step),
            78..90 => self.answer(city, Kind::Ruling),
            _ => self.say_about(city, Kind::Withdrawal, |city, said| {
                said.id.city == city && (said.kind.is_filing() || said.kind == Kind::Decline)
            }),
        }
    }

    /// Lets the matter of one standing entry rest; the Suspension, where the node acknowledged it.
    pub fn rest_one(&mut self, city: CityCode) -> Option<StatementId> {
        let standing: Vec<StatementId> = self.diary.standing(city).iter().map(|said| said.id).collect();
        self.speak_of(city, Kind::Suspension, &standing)
    }

    fn say_about(&mut self, city: CityCode, kind: Kind, is_meant: fn(CityCode, &Said) -> bool) {
        let found = self.diary.said.iter().filter(|said| !said.excused && is_meant(city, said));
        let found: Vec<StatementId> = found.map(|said| said.id).collect();
        self.speak_of(city, kind, &found);
    }

    /// To something that was filed about an own entry.
    fn answer(&mut self, city: CityCode, kind: Kind) {
        let of_own =
            |said: &&Said| said.kind.is_filing() && !said.excused && said.about.is_some_and(|about| about.city == city);
        let found: Vec<StatementId> = self.diary.said.iter().filter(of_own).map(|said| said.id).collect();
        self.speak_of(city, kind, &found);
    }

    fn speak_of(&mut self, city: CityCode, kind: Kind, targets: &[StatementId]) -> Option<StatementId> {
        if targets.is_empty() {
            return None;
        }
        let about = targets[self.chance.below(targets.len() as u64) as usize];
        let draft = match self.words(kind) {
            Some(body) => self.speaker(city).about(kind, about, body),
            None => self.speaker(city).act(kind, about),
        };
        self.say(city, vec![draft]).first().copied()
    }

    /// What is said in a kind; nothing where a reason is all that it has.
    fn words(&mut self, kind: Kind) -> Option<Body> {
        let today = self.world.now.date();
        let reason = format!("synthetic {}", kind.name());
        Some(match kind {
            Kind::Response => Body::Response(self.response(today)),
            Kind::Feedback => Body::Feedback(FeedbackBody {
                measure: "D-B-01".to_owned(),
                done: Done::ALL[self.chance.below(Done::ALL.len() as u64) as usize],
                agency: Department { name: "Synthetic department".to_owned(), uscc: None },
                on: today,
                from: None,
                until: None,
                case_number: None,
                outcome: None,
            }),
            Kind::RepairApplication => Body::RepairApplication(RepairApplicationBody {
                reason,
                filed_on: today,
                by: FiledBy::Agent,
                conditions: RepairConditions { rectified: true, ..RepairConditions::default() },
                evidence: Vec::new(),
                record_ref: None,
            }),
            Kind::Objection => Body::Objection(ObjectionBody {
                reason,
                filed_on: today,
                by: FiledBy::Subject,
                to: ObjectionTo::Content,
                evidence: Vec::new(),
                record_ref: None,
            }),
            // What is upheld demands an ending in the same command; here most is rejected, and some of the rest refused.
            Kind::Ruling => Body::Ruling(RulingBody {
                decision: if self.chance.hits(800) { RulingResult::Rejected } else { RulingResult::Upheld },
                reason,
                decided_on: today,
                document_number: None,
                authority: None,
            }),
            Kind::Step => {
                Body::Step(StepBody { stage: Stage::Accepted, on: today, reason: None, until: Some(today.add_days(5)) })
            }
            _ => return None,
        })
    }

    fn response(&mut self, today: Date) -> ResponseBody {
        let answer = Answer::ALL[self.chance.below(Answer::ALL.len() as u64) as usize];
        let from = (answer == Answer::Applies).then(|| today.add_days(self.chance.below(6) as i32));
        let reason = (answer == Answer::Declined).then(|| "synthetic reason".to_owned());
        ResponseBody { answers: vec![MeasureAnswer { measure: "D-B-01".to_owned(), answer, reason, from }], note: None }
    }
}

fn is_foreign_entry(city: CityCode, said: &Said) -> bool {
    said.kind == Kind::Entry && said.id.city != city
}
