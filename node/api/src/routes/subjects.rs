//! What counts for a subject here, and why.

use super::{json, query};
use crate::model::StatusQuery;
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use huxin_engine::gather::case_file;
use huxin_protocol::fold::{Viewpoint, explain, rule};
use huxin_protocol::ruling::{Ruling, Step};
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::{Date, Millis};
use serde::Serialize;

/// The ruling, with the chain of reasons where it was asked for.
#[derive(Serialize)]
struct StatusReply {
    #[serde(flatten)]
    ruling: Ruling,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Vec<Step>>,
}

pub async fn status(
    State(app): Shared,
    Path(subject): Path<String>,
    asked: Result<Query<StatusQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let subject: SubjectId = subject
        .parse()
        .map_err(|fault: huxin_protocol::subject::SubjectFault| Problem::malformed(fault.to_string()))?;
    let (at, now) = match &asked.at {
        Some(text) => (instant(text)?, false),
        None => (app.backend.now(), true),
    };
    let roster = app.backend.roster();
    let view = Viewpoint {
        federation: roster.federation(),
        viewer: app.backend.city(),
        at,
        now,
        crosswalk: app.backend.crosswalk(),
    };
    // Some 50 µs for a subject with a few entries: less than handing it to another thread and back.
    let read = app.backend.read();
    let case = case_file(&*read, &roster, app.backend.editions(), &subject, view)?;
    let ruling = rule(&case);
    if asked.explain { Ok(json(&StatusReply { ruling, explanation: Some(explain(&case)) })) } else { Ok(json(&ruling)) }
}

/// Milliseconds since 1970, or a date, which means its first instant in UTC+8.
fn instant(text: &str) -> Result<Millis, Problem> {
    if let Ok(date) = text.parse::<Date>() {
        return Ok(date.start());
    }
    let millis = text.parse::<i64>().map(Millis);
    millis.map_err(|_| Problem::malformed("`at` is milliseconds since 1970 or a date such as 2026-11-22"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::instant;
    use huxin_protocol::time::Millis;

    #[test]
    fn an_instant_is_a_number_or_a_date() {
        assert_eq!(instant("1700000000000").unwrap(), Millis(1_700_000_000_000));
        assert_eq!(instant("1970-01-02").unwrap(), Millis(86_400_000 - 8 * 3_600_000));
        for wrong in ["", "now", "2026-13-01", "1.5"] {
            assert_eq!(instant(wrong).unwrap_err().code, "malformed_request");
        }
    }
}
