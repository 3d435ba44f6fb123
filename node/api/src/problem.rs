//! Errors over HTTP: problem+json (RFC 9457) with a stable code, a calm sentence and the next step.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huxin_engine::Refusal;
use huxin_protocol::edition::IssueFault;
use serde::{Deserialize, Serialize};

/// `{"type", "title", "status", "code", "detail", "try", "faults"}`. `type` is `urn:huxin:problem:<code>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    pub detail: String,
    #[serde(rename = "try", skip_serializing_if = "Option::is_none", default)]
    pub next_step: Option<String>,
    /// Everything that is wrong with an entry, where more than one thing is.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub faults: Vec<ProblemItem>,
}

/// One of several faults of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemItem {
    /// Stable.
    pub code: String,
    /// The field of the request that it lies in, such as `basis.law`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    pub detail: String,
}

impl From<&IssueFault> for ProblemItem {
    fn from(fault: &IssueFault) -> Self {
        let field = fault.field().map(str::to_owned);
        Self { code: fault.code().to_owned(), field, detail: fault.to_string() }
    }
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:huxin:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            next_step: None,
            faults: Vec::new(),
        }
    }
    #[must_use]
    pub fn trying(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = Some(next_step.into());
        self
    }

    /// The request is not one that this version knows.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_request", detail)
            .trying("compare the request with the shapes in node/api/src/model; unknown fields are refused")
    }
    #[must_use]
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }
    #[must_use]
    pub fn no_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "no_token", "the request bears no token of this node")
            .trying("send `authorization: Bearer <token>` with the token from the file that the configuration names")
    }
    /// The command queue is full: the writer is busy and takes no more.
    #[must_use]
    pub fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "the node has more commands waiting than it takes at once")
            .trying("send the request again in a second")
    }
    /// The writer went away: the node is stopping, or its store failed.
    #[must_use]
    pub fn stopping() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "the node is stopping; whether the command took effect is not known",
        )
        .trying("when it runs again, look the entry up before you repeat the command")
    }
    #[must_use]
    pub fn store() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store", "the store could not be read")
            .trying("stop the node and run `huxin fsck`")
    }
    #[must_use]
    pub fn disk_full() -> Self {
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "disk_full",
            "the disk has too little room left; this city signs only repairs, annulments, removals, erasures and suspensions until there is more",
        )
        .trying("make room on the data folder's disk; everything goes on by itself")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, next_step) = match &refusal {
            Refusal::NotSigning(state) => (StatusCode::CONFLICT, state.next_step().map(str::to_owned)),
            Refusal::AlreadyListed(id) => (
                StatusCode::CONFLICT,
                Some(format!("look at it with `huxin entry {id}`, and amend it with `huxin amend {id}`")),
            ),
            Refusal::GroundEnded(id) => {
                (StatusCode::CONFLICT, Some(format!("look at the ending with `huxin entry {id}`")))
            }
            Refusal::AlreadyEnded(_, by) => {
                (StatusCode::CONFLICT, Some(format!("look at the ending with `huxin entry {by}`")))
            }
            Refusal::TextErased(_) => {
                (StatusCode::CONFLICT, Some("publish it anew as an entry of its own, with `huxin publish`".to_owned()))
            }
            Refusal::OwnEntry(id) => (
                StatusCode::CONFLICT,
                Some(format!("end it with `huxin annul {id}`, `huxin remove {id}` or `huxin repair {id}`")),
            ),
            Refusal::AlreadyDeclined(_, by) => {
                (StatusCode::CONFLICT, Some(format!("look at the decline with `huxin entry {by}`")))
            }
            Refusal::AlreadyFiled(_, by) | Refusal::AlreadyAnswered(_, by) | Refusal::AlreadySuspended(_, by) => {
                (StatusCode::CONFLICT, Some(format!("look at it with `huxin entry {by}`")))
            }
            Refusal::FiledTooOften(id) => (
                StatusCode::CONFLICT,
                Some(format!("speak with the city that listed {id}, or let the subject file in another city")),
            ),
            Refusal::NotCarriedOut(id) => (
                StatusCode::CONFLICT,
                Some(format!(
                    "name with `huxin rule {id}` what carries it out: --repair, --annul, --remove or --amend; or say that it is rejected"
                )),
            ),
            Refusal::NoSuchStatement(_) => (
                StatusCode::NOT_FOUND,
                Some("check the id, and `huxin peers` for how far the logs are held".to_owned()),
            ),
            Refusal::NoSuchCity(_) => {
                (StatusCode::NOT_FOUND, Some("see the members with `huxin federation show`".to_owned()))
            }
            Refusal::NotOurs(id) | Refusal::WrongTarget(id) | Refusal::WithoutEffect(id) => (
                StatusCode::CONFLICT,
                Some(format!("look at it with `huxin entry {id}`: which city it is of, and of which kind")),
            ),
            Refusal::Incomplete(_) | Refusal::Listing(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Some("complete the entry by the rules of its catalogue edition".to_owned()),
            ),
            Refusal::UnknownEdition(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Some("name an edition that `GET /v1/info` lists, or load it: [catalogue] editions in the settings".to_owned()),
            ),
            Refusal::OnlyEndings => (
                StatusCode::INSUFFICIENT_STORAGE,
                Some("make room on the data folder's disk; everything goes on by itself".to_owned()),
            ),
            Refusal::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, Some("shorten the summary or the ground".to_owned())),
            Refusal::Segment { code: "gap" | "unknown_epoch" } => {
                (StatusCode::UNPROCESSABLE_ENTITY, Some("bring what lies before it first, then this again".to_owned()))
            }
            Refusal::OtherHistory(_) => (
                StatusCode::CONFLICT,
                Some("tell the city: it closes the fork with `huxin keys rotate`, and its entries rest until then".to_owned()),
            ),
            Refusal::Segment { code: "proof" | "epoch_border" } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Some("it does not continue what is held here: it is damaged, or its city signed another history; let a partner be asked first".to_owned()),
            ),
            Refusal::Segment { .. } | Refusal::Record { .. } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                Some("check that it is of this federation, and ask its city for it again".to_owned()),
            ),
            Refusal::RecordTakesAway { .. } => (
                StatusCode::CONFLICT,
                Some("run `huxin keys rotate --resume`: it names these statements and asks, or continues at the end of the log".to_owned()),
            ),
            Refusal::RecordElsewhere { .. } => {
                (StatusCode::CONFLICT, Some("run `huxin keys rotate --resume`, or `huxin keys rotate --cancel`".to_owned()))
            }
            Refusal::ClockAhead { .. } => (
                StatusCode::CONFLICT,
                Some("set this machine's clock right (`timedatectl`); `huxin peers` shows how it compares".to_owned()),
            ),
            Refusal::Store => return Self::store(),
        };
        let mut problem = Self::new(status, refusal.code(), refusal.to_string());
        problem.next_step = next_step;
        problem
    }
}

/// Rides on the response as far as the counters: they count by it.
#[derive(Clone, Debug)]
pub(crate) struct ProblemCode(pub String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of text and numbers always has a JSON form.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        response.extensions_mut().insert(ProblemCode(self.code));
        response
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_engine::SigningState;

    #[test]
    fn a_problem_reads_as_it_was_written() {
        let problem = Problem::from(Refusal::AlreadyListed("330900-17".parse().unwrap()));
        assert_eq!(problem.status, 409);
        assert_eq!(problem.kind, "urn:huxin:problem:already_listed");
        assert!(problem.next_step.as_deref().unwrap().contains("huxin amend 330900-17"));
        let text = serde_json::to_string(&problem).unwrap();
        assert!(text.contains("\"try\":"), "{text}");
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
    }

    #[test]
    fn every_refusal_keeps_its_code_and_has_a_status_of_its_own_kind() {
        let id = "330900-1".parse().unwrap();
        let all = [
            Refusal::NotSigning(SigningState::Held),
            Refusal::AlreadyListed(id),
            Refusal::GroundEnded(id),
            Refusal::AlreadyEnded(id, id),
            Refusal::NoSuchStatement(id),
            Refusal::TextErased(id),
            Refusal::OwnEntry(id),
            Refusal::AlreadyDeclined(id, id),
            Refusal::AlreadyFiled(id, id),
            Refusal::FiledTooOften(id),
            Refusal::AlreadyAnswered(id, id),
            Refusal::AlreadySuspended(id, id),
            Refusal::NotCarriedOut(id),
            Refusal::WithoutEffect(id),
            Refusal::OnlyEndings,
            Refusal::NotOurs(id),
            Refusal::WrongTarget(id),
            Refusal::Incomplete("a law"),
            Refusal::Listing(Box::new(IssueFault::SeverityMissing)),
            Refusal::UnknownEdition(huxin_protocol::digest::Digest([0; 32])),
            Refusal::TooLong,
            Refusal::Segment { code: "gap" },
            Refusal::Record { code: "record_order" },
            Refusal::NoSuchCity("330900".parse().unwrap()),
            Refusal::OtherHistory("330900".parse().unwrap()),
            Refusal::Segment { code: "proof" },
            Refusal::RecordTakesAway { from: huxin_protocol::ids::Size(1), size: huxin_protocol::ids::Size(2) },
            Refusal::RecordElsewhere { continues_at: huxin_protocol::ids::Size(1), size: huxin_protocol::ids::Size(2) },
            Refusal::ClockAhead { seconds: 400, partners: 3 },
            Refusal::Store,
        ];
        for refusal in all {
            let code = refusal.code();
            let server_fault = matches!(refusal, Refusal::Store | Refusal::OnlyEndings);
            let problem = Problem::from(refusal);
            assert_eq!(problem.code, code);
            assert_eq!(problem.status >= 500, server_fault, "{code}");
        }
    }
}
