//! The node itself: information, peers, health and metrics.

use super::json;
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

pub async fn info(State(app): Shared) -> Response {
    json(&app.backend.info())
}

pub async fn peers(State(app): Shared) -> Response {
    json(&app.backend.peers())
}

/// The process answers; nothing more is said.
pub async fn alive() -> &'static str {
    "alive\n"
}

pub async fn ready(State(app): Shared) -> Response {
    let ready = app.backend.ready();
    let mut response = json(&ready);
    if !ready.ready {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// Makes a copy of the store beside it, for `huxin backup` on the same machine to carry away.
pub async fn backup(State(app): Shared) -> Result<Response, Problem> {
    let backend = app.backend.clone();
    // It flushes what is in memory and links files: not for the runtime's own threads.
    let made = tokio::task::spawn_blocking(move || backend.backup()).await.map_err(|_| Problem::stopping())?;
    Ok(json(&made?))
}

pub async fn metrics(State(app): Shared) -> Response {
    let backend = app.backend.clone();
    // Figures of the store list a folder: not for the runtime's own threads.
    match tokio::task::spawn_blocking(move || backend.metrics()).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
