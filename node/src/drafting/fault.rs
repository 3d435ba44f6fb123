//! Why a request did not become a draft: each with a stable code, a sentence, and what to try.

use super::JointFault;
use axum::http::StatusCode;
use huxin_api::{Problem, ProblemItem};
use huxin_config::AddressFault;
use huxin_engine::ledger::ReadFault;
use huxin_protocol::body::{BodyFault, List};
use huxin_protocol::edition::IssueFault;
use huxin_protocol::header::AGENCY_BYTES;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::limits::READERS;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Date;

/// Why a request did not become a draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftFault {
    /// Everything that the moment of issue refuses of a listing, at least one thing.
    #[error("{}", sentences(.0))]
    Listing(Vec<IssueFault>),
    #[error("the decision date {0} lies in the future")]
    DecidedInFuture(Date),
    #[error("the term of {0} is over, and a correction never brings an entry back")]
    Expired(StatementId),
    #[error("the entry is about {standing} and the correction about {asked}: that is another entry and no correction")]
    SubjectChanged { standing: SubjectId, asked: SubjectId },
    #[error(
        "the entry stands on a {standing:?} list and the correction names a {asked:?} one: that is another entry and no correction"
    )]
    ListChanged { standing: List, asked: List },
    #[error("there is no catalogue edition {0:?} here")]
    NoSuchEdition(String),
    #[error("the entry names no catalogue edition, and of those that this node has loaded not one alone can be meant")]
    EditionUnstated,
    #[error(
        "measure {0} stands in no catalogue edition that this node has loaded; a rule that names it would recognise less than it says"
    )]
    RuleMeasure(String),
    #[error("the agency's name is empty or longer than {AGENCY_BYTES} bytes")]
    Agency,
    #[error("a named disclosure lists 1 to {READERS} member cities")]
    Readers,
    #[error("{0} is no member of this federation")]
    NotAMember(CityCode),
    #[error("{0:?} is no address: {1}")]
    Address(String, AddressFault),
    #[error("an address that means every interface tells others nothing")]
    AnyHost,
    #[error("a city does not recognise itself; its own entries count where it lists them")]
    OwnCity,
    #[error("there is no statement {0} in the logs held here")]
    NoSuchStatement(StatementId),
    #[error("the reason must not be empty")]
    Reason,
    #[error("the body cannot be signed: {0}")]
    Body(#[from] BodyFault),
    #[error("{0}")]
    Repair(IssueFault),
    /// What speaks against a statement of joint action.
    #[error(transparent)]
    Joint(#[from] JointFault),
    #[error("the operating system gave no random bytes")]
    Random,
    #[error(transparent)]
    Read(#[from] ReadFault),
}

impl DraftFault {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listing(faults) => match faults.first() {
                Some(fault) => fault.code(),
                None => "listing",
            },
            Self::DecidedInFuture(_) => "decided_in_future",
            Self::Expired(_) => "expired",
            Self::SubjectChanged { .. } => "subject_changed",
            Self::ListChanged { .. } => "list_changed",
            Self::NoSuchEdition(_) => "unknown_edition",
            Self::EditionUnstated => "edition_unstated",
            Self::Agency => "agency",
            Self::Readers => "readers",
            Self::NotAMember(_) => "no_such_city",
            Self::Address(_, fault) => fault.code(),
            Self::AnyHost => "address_any_host",
            Self::RuleMeasure(_) => "measure_unknown",
            Self::OwnCity => "own_city",
            Self::NoSuchStatement(_) => "no_such_statement",
            Self::Reason => "reason_missing",
            Self::Body(fault) => fault.code(),
            Self::Repair(fault) => fault.code(),
            Self::Joint(fault) => fault.code(),
            Self::Random => "random",
            Self::Read(_) => "store",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Listing(faults) => match faults.first() {
                Some(IssueFault::CodeCheck(_)) => {
                    "compare it with the certificate; where that shows it like this, write confirm_code = true in the entry"
                }
                Some(IssueFault::NaturalPerson) => "set [rights] allow_natural_persons if the city's rules permit it",
                Some(IssueFault::PersonDisclosure) => "state the readers: {\"named\": [\"330900\", …]}",
                _ => "complete the entry by the rules of its catalogue edition",
            },
            Self::DecidedInFuture(_) => "give the day on which it was decided",
            Self::Expired(_) => "where there is a new decision, publish it as a new entry",
            Self::SubjectChanged { .. } | Self::ListChanged { .. } => {
                "annul the wrong entry (`huxin annul`), and publish the right one as a new entry"
            }
            Self::NoSuchEdition(_) | Self::EditionUnstated => {
                "name an edition that `GET /v1/info` lists, or load one: [catalogue] editions in the settings"
            }
            Self::RuleMeasure(_) => {
                "check the code of the measure against the edition's text; of an edition that is not loaded, load it first"
            }
            Self::NotAMember(_) | Self::Readers => "see the members with `huxin federation show`",
            Self::NoSuchStatement(_) => "check the id, and `huxin peers` for how far the logs are held",
            Self::Body(BodyFault::TooLong) => "shorten the summary; the decision itself stays with the authority",
            Self::Body(BodyFault::Text { .. } | BodyFault::PersonalNumber { .. }) => {
                "take out what the sentence names, and send the request again"
            }
            Self::Body(_) => {
                "keep the lengths in bytes: summary 8192, reason 8192, ground and law 4096, names 512, codes 128; a measure stands once"
            }
            Self::Agency => "shorten the agency's name, or leave it out",
            Self::Address(..) | Self::AnyHost => {
                "write an address as partners reach it: /dns4/node.example.cn/tcp/7651 or /ip4/192.0.2.7/tcp/7651"
            }
            Self::OwnCity => "name the partner whose entries are to count here",
            Self::Reason => "say why in `reason`: it is signed and shown to partners",
            Self::Repair(_) => "complete what the refusal names, by the conditions of the listing's rules",
            Self::Joint(fault) => fault.next_step(),
            Self::Random => "look at the machine's log, and send the request again",
            Self::Read(_) => "stop the node and run `huxin fsck`",
        }
    }
}

impl From<DraftFault> for Problem {
    fn from(fault: DraftFault) -> Self {
        let status = match &fault {
            DraftFault::Read(_) | DraftFault::Random => StatusCode::INTERNAL_SERVER_ERROR,
            DraftFault::NoSuchStatement(_) | DraftFault::NotAMember(_) => StatusCode::NOT_FOUND,
            DraftFault::Body(BodyFault::TooLong) => StatusCode::PAYLOAD_TOO_LARGE,
            DraftFault::Listing(faults) if faults.contains(&IssueFault::NaturalPerson) => StatusCode::FORBIDDEN,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut problem = Self::new(status, fault.code(), fault.to_string()).trying(fault.next_step());
        if let DraftFault::Listing(faults) = &fault {
            problem.faults = faults.iter().map(ProblemItem::from).collect();
        }
        problem
    }
}

fn sentences(faults: &[IssueFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
