//! The handlers, by what they are about.

pub mod bindings;
pub mod entries;
pub mod filings;
pub mod logs;
pub mod node;
mod present;
pub mod references;
pub mod subjects;

use crate::backend::{Backend, Command};
use crate::model::Warning;
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huxin_engine::Outcome;
use huxin_engine::ledger::ReadFault;
use huxin_protocol::ids::StatementId;
use serde::Serialize;
use std::sync::Arc;

/// JSON of a reply. Writing one's own types has no way to fail but a lack of memory.
pub(crate) fn json(value: &impl Serialize) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

impl From<ReadFault> for Problem {
    fn from(fault: ReadFault) -> Self {
        tracing::error!(%fault, "a read failed");
        Self::store()
    }
}

pub(crate) fn body(bytes: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_too_long",
            "the body of the request is longer than this node takes",
        )
        .trying("send fewer entries at once, or raise [limits] request_kib"),
        _ => Problem::malformed("the body of the request broke off"),
    })
}

pub(crate) fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    query.map(|Query(query)| query).map_err(|rejection| Problem::malformed(rejection.body_text()))
}

/// A part of the path. What is no text at all is told like any other malformed request.
pub(crate) fn path<T>(path: Result<Path<T>, PathRejection>) -> Result<T, Problem> {
    path.map(|Path(path)| path).map_err(|rejection| Problem::malformed(rejection.body_text()))
}

pub(crate) fn statement_id(text: &str) -> Result<StatementId, Problem> {
    text.parse().map_err(|fault: huxin_protocol::ids::IdFault| Problem::malformed(fault.to_string()))
}

/// Submits a command and waits until it is durable. Drafting many entries is work, so it leaves the runtime's threads.
pub(crate) async fn command(backend: &Arc<dyn Backend>, command: Command) -> Result<(Outcome, Vec<Warning>), Problem> {
    let heavy = match &command {
        Command::Publish(entries) => entries.len() > 8,
        // What a partner lists is looked through for the fields that the rule names.
        Command::Recognise(rule) => rule.fields.is_some(),
        Command::Segment(_) => true,
        _ => false,
    };
    let submitted = if heavy {
        let backend = backend.clone();
        tokio::task::spawn_blocking(move || backend.submit(command)).await.map_err(|_| Problem::stopping())?
    } else {
        backend.submit(command)
    }?;
    let outcome = submitted.reply.await.map_err(|_| Problem::stopping())?;
    Ok((outcome?, submitted.warnings))
}
