//! Joint action: what cities say about each other's entries beside their lists. One path for each: `POST /v1/entries/{id}/<name>`,
//! where `id` is the entry, or for a step and a ruling the application or objection that is answered.

use super::EntryRequest;
use huxin_protocol::body::{
    Body, Department, Done, FeedbackBody, FiledBy, MeasureAnswer, ObjectionBody, ObjectionTo, RepairApplicationBody,
    RepairConditions, ResponseBody, RulingBody, RulingResult, Stage, StepBody,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::kind::Kind;
use huxin_protocol::time::Date;
use serde::{Deserialize, Serialize};

/// One statement of joint action as it is asked for. What only takes back or rests is an [`super::ActVerb`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JointRequest {
    Response(ResponseRequest),
    Feedback(FeedbackRequest),
    Application(ApplicationRequest),
    Objection(ObjectionRequest),
    Step(StepRequest),
    Ruling(RulingRequest),
}

/// The answer to an entry of another city, measure by measure (R35).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseRequest {
    /// At least one; a declined measure has a reason. A measure that is left out is as recognition says.
    pub answers: Vec<MeasureAnswer>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// What was done with one measure (R36).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedbackRequest {
    pub measure: String,
    pub done: Done,
    /// The department that did it.
    pub department: Department,
    /// The day on which it was done or found.
    pub on: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// An application for repair, handed in here about an entry of another city (R37).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationRequest {
    pub reason: String,
    /// The day on which it was handed in.
    pub filed_on: Date,
    pub by: FiledBy,
    #[serde(default)]
    pub conditions: RepairConditions,
    /// Digests of the documents that were handed in.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// An objection to an entry of another city (R38).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRequest {
    pub reason: String,
    pub filed_on: Date,
    pub by: FiledBy,
    pub to: ObjectionTo,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// How far this city is with what was filed about its entry (R39).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    pub stage: Stage,
    pub on: Date,
    /// What is missing, or why it takes longer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The day by which the next step is due.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// The answer to what was filed (R48). What is upheld is carried out in the same command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulingRequest {
    pub decision: RulingResult,
    pub reason: String,
    pub decided_on: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authority: Option<String>,
    /// What is signed before the ruling and stands or falls with it; it bears the ruling's reason, number, authority and day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub carried_out_by: Option<CarriedOutBy>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
}

/// What an upheld filing demands of the entry: `"removal"`, `{"repair": {"rectified": true}}`, `{"amendment": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarriedOutBy {
    Repair(RepairConditions),
    Annulment,
    Removal,
    /// The whole corrected entry.
    Amendment(Box<EntryRequest>),
}

impl JointRequest {
    /// Last parts of the paths.
    pub const NAMES: [&'static str; 6] = ["response", "feedback", "application", "objection", "step", "ruling"];

    /// Reads the request of a path.
    ///
    /// # Errors
    /// What is wrong with the JSON; `None` where no path of joint action ends so.
    #[must_use]
    pub fn read(name: &str, bytes: &[u8]) -> Option<Result<Self, serde_json::Error>> {
        Some(match name {
            "response" => serde_json::from_slice(bytes).map(Self::Response),
            "feedback" => serde_json::from_slice(bytes).map(Self::Feedback),
            "application" => serde_json::from_slice(bytes).map(Self::Application),
            "objection" => serde_json::from_slice(bytes).map(Self::Objection),
            "step" => serde_json::from_slice(bytes).map(Self::Step),
            "ruling" => serde_json::from_slice(bytes).map(Self::Ruling),
            _ => return None,
        })
    }

    /// The last part of the path.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Response(_) => "response",
            Self::Feedback(_) => "feedback",
            Self::Application(_) => "application",
            Self::Objection(_) => "objection",
            Self::Step(_) => "step",
            Self::Ruling(_) => "ruling",
        }
    }

    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Response(_) => Kind::Response,
            Self::Feedback(_) => Kind::Feedback,
            Self::Application(_) => Kind::RepairApplication,
            Self::Objection(_) => Kind::Objection,
            Self::Step(_) => Kind::Step,
            Self::Ruling(_) => Kind::Ruling,
        }
    }

    /// The body that is signed, and the agency that stands in the header.
    #[must_use]
    pub fn into_body(self) -> (Body, Option<String>) {
        match self {
            Self::Response(ResponseRequest { answers, note, agency }) => {
                (Body::Response(ResponseBody { answers, note }), agency)
            }
            Self::Feedback(request) => {
                let FeedbackRequest { measure, done, department, on, from, until, case_number, outcome, agency } =
                    request;
                let body = FeedbackBody { measure, done, agency: department, on, from, until, case_number, outcome };
                (Body::Feedback(body), agency)
            }
            Self::Application(request) => {
                let ApplicationRequest { reason, filed_on, by, conditions, evidence, record_ref, agency } = request;
                let body = RepairApplicationBody { reason, filed_on, by, conditions, evidence, record_ref };
                (Body::RepairApplication(body), agency)
            }
            Self::Objection(ObjectionRequest { reason, filed_on, by, to, evidence, record_ref, agency }) => {
                (Body::Objection(ObjectionBody { reason, filed_on, by, to, evidence, record_ref }), agency)
            }
            Self::Step(StepRequest { stage, on, reason, until, agency }) => {
                (Body::Step(StepBody { stage, on, reason, until }), agency)
            }
            Self::Ruling(request) => {
                let RulingRequest { decision, reason, decided_on, document_number, authority, agency, .. } = request;
                (Body::Ruling(RulingBody { decision, reason, decided_on, document_number, authority }), agency)
            }
        }
    }

    /// The body of the request of its path.
    ///
    /// # Errors
    /// It has no JSON form, which does not happen with texts, numbers and lists.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::Response(request) => serde_json::to_vec(request),
            Self::Feedback(request) => serde_json::to_vec(request),
            Self::Application(request) => serde_json::to_vec(request),
            Self::Objection(request) => serde_json::to_vec(request),
            Self::Step(request) => serde_json::to_vec(request),
            Self::Ruling(request) => serde_json::to_vec(request),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use serde_json::json;

    /// Every request as a program writes it: read by its path, named by it again, and refused with a member that nobody knows.
    #[test]
    fn each_request_is_read_by_its_path_and_refuses_the_unknown() {
        let requests = [
            json!({ "answers": [{ "measure": "D-B-01", "answer": "declined", "reason": "样例" }] }),
            json!({ "measure": "D-B-01", "done": "lifted", "department": { "name": "样例局" }, "on": "2026-03-01" }),
            json!({ "reason": "样例", "filed_on": "2026-03-01", "by": "subject", "conditions": { "rectified": true } }),
            json!({ "reason": "样例", "filed_on": "2026-03-01", "by": "agent", "to": "repair_result" }),
            json!({ "stage": "supplement_asked", "on": "2026-03-01", "reason": "缺承诺书" }),
            json!({ "decision": "upheld", "reason": "样例", "decided_on": "2026-03-01",
                "carried_out_by": { "repair": { "rectified": true } } }),
        ];
        for (name, mut request) in JointRequest::NAMES.into_iter().zip(requests) {
            let read = |request: &serde_json::Value| JointRequest::read(name, request.to_string().as_bytes()).unwrap();
            let found = read(&request).unwrap();
            assert_eq!(found.name(), name);
            assert_eq!(JointRequest::read(name, &found.to_json().unwrap()).unwrap().unwrap(), found);
            request["unknown"] = json!(1);
            assert!(read(&request).unwrap_err().to_string().contains("unknown field `unknown`"), "{name}");
        }
        assert!(JointRequest::read("amendment", b"{}").is_none());
        let removal: CarriedOutBy = serde_json::from_value(json!("removal")).unwrap();
        assert_eq!(removal, CarriedOutBy::Removal);
    }
}
