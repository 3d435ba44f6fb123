//! The router: which path leads where, who may pass, how long a body may be, and how long it may take.
//!
//! Who may pass stands in [`door`](crate::door): a token for everything, a second one that only reads, and no request that a browser was
//! talked into sending under a foreign name.

use crate::backend::Backend;
use crate::door::Door;
use crate::problem::{Problem, ProblemCode};
use crate::routes::{bindings, entries, filings, logs, node, references, subjects};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::timeout::RequestBodyDeadlineLayer;

/// Longest body of a request that carries entries: a thousand of ordinary length (8 KiB each), some at the limit.
const ENTRIES_BYTES: usize = 16 * 1024 * 1024;
/// How long a body may take to come. On one machine the longest takes a moment; whoever sends a byte now and then holds a place.
const BODY_WAIT: Duration = Duration::from_secs(30);
/// Longest segment: a page with the item that made it full, and its proof.
const SEGMENT_BYTES: usize = huxin_protocol::limits::PAGE_BYTES + 128 * 1024;

/// What every handler gets.
pub struct App {
    pub backend: Arc<dyn Backend>,
    door: Door,
}

pub(crate) type Shared = State<Arc<App>>;

/// How the server is set up.
pub struct ServerSettings {
    pub token: String,
    /// The token that only reads; `None`: there is none.
    pub read_token: Option<String>,
    /// Host names under which the node may be asked beside those of loopback, without port.
    pub hosts: Vec<String>,
    /// Longest body of an ordinary request in bytes.
    pub request_bytes: usize,
}

/// All paths over `backend`.
pub fn router(backend: Arc<dyn Backend>, settings: ServerSettings) -> Router {
    let door = Door::new(&settings.token, settings.read_token.as_deref(), &settings.hosts);
    let app = Arc::new(App { backend, door });
    let ordinary = DefaultBodyLimit::max(settings.request_bytes);
    let v1 = Router::new()
        .route("/v1/info", get(node::info))
        .route("/v1/peers", get(node::peers))
        .route("/v1/heads", get(logs::heads))
        .route("/v1/subjects/{id}/status", get(subjects::status))
        .route("/v1/entries/{id}", get(entries::entry))
        .route("/v1/entries/{id}/proof", get(entries::proof))
        .route("/v1/entries/{id}/{verb}", post(entries::act))
        .route("/v1/filings", get(filings::filings))
        .route("/v1/bindings", get(bindings::bindings))
        .route("/v1/announcements", post(entries::announce))
        .route("/v1/recognitions", get(entries::recognitions).post(entries::recognise))
        .route("/v1/references", post(references::references))
        .route("/v1/references/live", post(references::live))
        .route("/v1/references/{reference}", get(references::reference))
        .route("/v1/rotation/hold", post(logs::hold))
        .route("/v1/rotation/record", post(logs::record))
        .layer(ordinary)
        .route("/v1/entries", post(entries::publish).layer(DefaultBodyLimit::max(ENTRIES_BYTES)))
        .route("/v1/records", post(entries::records).layer(DefaultBodyLimit::max(ENTRIES_BYTES)))
        .route("/v1/segments", get(logs::segment).post(logs::import).layer(DefaultBodyLimit::max(SEGMENT_BYTES)))
        .route("/v1/backup", post(node::backup))
        .route("/metrics", get(node::metrics))
        .layer(middleware::from_fn_with_state(app.clone(), authorise));
    let paths = Router::new()
        .merge(v1)
        .route("/healthz", get(node::alive))
        .route("/readyz", get(node::ready))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method);
    within(paths, BODY_WAIT)
        .layer(middleware::from_fn_with_state(app.clone(), check_host))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

/// Bodies have come whole after `wait`, or the request is refused and its place is free.
pub fn within<S: Clone + Send + Sync + 'static>(paths: Router<S>, wait: Duration) -> Router<S> {
    paths.layer(RequestBodyDeadlineLayer::new(wait))
}

async fn authorise(State(app): Shared, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    match app.door.admits(request.headers(), request.method(), path) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn check_host(State(app): Shared, request: Request, next: Next) -> Response {
    match app.door.is_asked_for(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn observe(State(app): Shared, request: Request<Body>, next: Next) -> Response {
    let route = route_name(request.extensions().get::<MatchedPath>().map(MatchedPath::as_str));
    let begun = Instant::now();
    let response = next.run(request).await;
    let problem = response.extensions().get::<ProblemCode>().map(|ProblemCode(code)| code.as_str());
    app.backend.observe(route, response.status().as_u16(), problem, begun.elapsed().as_secs_f64());
    response
}

/// The path as it is declared: a closed set, never a label per entry or subject.
fn route_name(path: Option<&str>) -> &'static str {
    const ROUTES: [&str; 23] = [
        "/v1/info",
        "/v1/peers",
        "/v1/heads",
        "/v1/subjects/{id}/status",
        "/v1/entries/{id}",
        "/v1/entries/{id}/proof",
        "/v1/entries/{id}/{verb}",
        "/v1/filings",
        "/v1/bindings",
        "/v1/announcements",
        "/v1/recognitions",
        "/v1/references",
        "/v1/references/live",
        "/v1/references/{reference}",
        "/v1/rotation/hold",
        "/v1/rotation/record",
        "/v1/backup",
        "/v1/entries",
        "/v1/records",
        "/v1/segments",
        "/healthz",
        "/readyz",
        "/metrics",
    ];
    path.and_then(|path| ROUTES.into_iter().find(|route| *route == path)).unwrap_or("other")
}

async fn no_such_path() -> Problem {
    Problem::not_found("no_such_path", "there is nothing under this path")
        .trying("see the list of paths in the documentation")
}

async fn no_such_method() -> Problem {
    Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "no_such_method", "this path does not take this method")
        .trying("see the list of paths in the documentation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_paths_share_one_label() {
        assert_eq!(route_name(Some("/v1/entries/{id}")), "/v1/entries/{id}");
        assert_eq!(route_name(Some("/v1/entries/330900-1")), "other");
        assert_eq!(route_name(None), "other");
    }
}
