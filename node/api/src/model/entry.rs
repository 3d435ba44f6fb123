//! One statement as it stands in a log.

use super::publish::DisclosureChoice;
use huxin_protocol::body::{
    ActBody, Basis, Body, Decision, DeclineBody, EntryBody, FeedbackBody, LinkedPerson, List, ObjectionBody,
    RecognitionBody, RepairApplicationBody, ResponseBody, RulingBody, Severity, Source, StepBody,
};
use huxin_protocol::digest::Digest;
use huxin_protocol::fold::MatterState;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::subject::Subject;
use huxin_protocol::time::{Date, Millis};
use serde::{Deserialize, Serialize};

/// `GET /v1/entries/{id}`: what one statement says, as it was signed. What it means now is a matter of the status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryReply {
    pub id: StatementId,
    /// Statement digest (without the signature).
    pub digest: Digest,
    /// `Entry`, `Amendment`, `Repair`, …
    pub kind: String,
    pub city: CityCode,
    pub city_name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub agency: Option<String>,
    pub issued_at: Millis,
    pub issued_at_text: String,
    pub disclosure: DisclosureChoice,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<StatementId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ground: Option<Digest>,
    pub commitment: Digest,
    /// Whether the position lies in a stretch that a key record voided.
    pub voided: bool,
    pub body: BodyView,
    /// Of a listing: what has become of its matter, by the fold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub matter: Option<MatterView>,
    /// Statements about this one, in the order of kind, city and position; of one kind by one city the first 64.
    pub acts: Vec<ActItem>,
    /// What `acts` leaves out, by kind and city.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub acts_left_out: Vec<LeftOut>,
}

/// What has become of a listing's matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MatterView {
    /// It stands; this link of its chain speaks.
    Standing {
        current: StatementId,
        /// The Suspension by which it rests.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        suspended_by: Option<StatementId>,
    },
    Ended {
        by: StatementId,
    },
    /// It has no effect, for instance because a key record voided it.
    Void,
}

impl From<MatterState> for MatterView {
    fn from(state: MatterState) -> Self {
        match state {
            MatterState::Standing { current, suspensions } => {
                Self::Standing { current, suspended_by: suspensions.first().copied() }
            }
            MatterState::Ended { by, .. } => Self::Ended { by },
            MatterState::Void => Self::Void,
        }
    }
}

/// A statement about another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActItem {
    pub id: StatementId,
    /// Who said it.
    pub city: CityCode,
    pub city_name: String,
    pub kind: String,
    /// The kind's name in Chinese.
    pub kind_zh: String,
    pub issued_at: Millis,
    pub issued_at_text: String,
    /// What it says, in short; absent where its text cannot be read here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub says_en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub says_zh: Option<String>,
}

/// How many statements of one kind by one city a list leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub city: CityCode,
    pub kind: String,
    /// Counted up to [`LEFT_OUT_COUNTED`].
    pub count: usize,
}

/// How far what is left out is counted.
pub const LEFT_OUT_COUNTED: usize = 10_000;

/// What this node can show of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BodyView {
    Listing {
        listing: Box<ListingView>,
    },
    Act {
        act: ActBody,
    },
    Response {
        response: ResponseBody,
    },
    Feedback {
        feedback: FeedbackBody,
    },
    RepairApplication {
        application: RepairApplicationBody,
    },
    Objection {
        objection: ObjectionBody,
    },
    Ruling {
        ruling: RulingBody,
    },
    Step {
        step: StepBody,
    },
    Recognition {
        recognition: RecognitionBody,
    },
    Decline {
        decline: DeclineBody,
    },
    /// Where the city's node is reached.
    NodeAnnouncement {
        peer_id: String,
        addresses: Vec<String>,
        valid_until: Option<Date>,
    },
    /// Held, but no node can read it under the rules; the stable code says why.
    Malformed {
        code: String,
    },
    /// This city may read it and does not hold it yet.
    Lacking,
    /// This city is not among its readers.
    NotReader,
    Erased,
}

/// The body of an Entry or Amendment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingView {
    pub subject: Subject,
    pub list: List,
    pub list_name: String,
    pub field: String,
    pub ground_text: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub severity: Option<Severity>,
    pub basis: Basis,
    pub measures: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub linked_persons: Vec<LinkedPerson>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person_key: Option<Digest>,
    pub edition: Digest,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub derived_from: Option<StatementId>,
    pub summary: String,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub observed_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub list_id: Option<String>,
    #[serde(skip_serializing_if = "Decision::is_empty", default)]
    pub decision: Decision,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disclosure_reason: Option<String>,
}

impl From<Body> for BodyView {
    fn from(body: Body) -> Self {
        match body {
            Body::Listing(listing) => Self::Listing { listing: Box::new((*listing).into()) },
            Body::Act(act) => Self::Act { act },
            Body::Response(response) => Self::Response { response },
            Body::Feedback(feedback) => Self::Feedback { feedback },
            Body::RepairApplication(application) => Self::RepairApplication { application },
            Body::Objection(objection) => Self::Objection { objection },
            Body::Ruling(ruling) => Self::Ruling { ruling },
            Body::Step(step) => Self::Step { step },
            Body::Recognition(recognition) => Self::Recognition { recognition },
            Body::Decline(decline) => Self::Decline { decline },
            Body::NodeAnnouncement(node) => Self::NodeAnnouncement {
                peer_id: node.peer_id.iter().map(|byte| format!("{byte:02x}")).collect(),
                addresses: node.addresses,
                valid_until: node.valid_until,
            },
        }
    }
}

impl From<EntryBody> for ListingView {
    fn from(body: EntryBody) -> Self {
        Self {
            subject: body.subject,
            list: body.list,
            list_name: body.list_name,
            field: body.field,
            ground_text: body.ground_text,
            severity: body.severity,
            basis: body.basis,
            measures: body.measures,
            from: body.from,
            until: body.until,
            linked_persons: body.linked_persons,
            person_key: body.person_key,
            edition: body.edition,
            record_ref: body.record_ref,
            source: body.source,
            derived_from: body.derived_from.map(|about| about.id),
            summary: body.summary,
            evidence: body.evidence,
            observed_on: body.observed_on,
            list_id: body.list_id,
            decision: body.decision,
            disclosure_reason: body.disclosure_reason,
        }
    }
}
