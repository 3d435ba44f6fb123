//! The router: which path leads where, who may pass, and how long a body may be.

use crate::backend::Backend;
use crate::problem::{Problem, ProblemCode};
use crate::routes::{entries, logs, node, references, subjects};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Instant;

/// Longest body of a request that carries entries: a thousand of ordinary length (8 KiB each), some at the limit.
const ENTRIES_BYTES: usize = 16 * 1024 * 1024;
/// Longest segment: a page with the item that made it full, and its proof.
const SEGMENT_BYTES: usize = huxin_protocol::limits::PAGE_BYTES + 128 * 1024;

/// What every handler gets.
pub struct App {
    pub backend: Arc<dyn Backend>,
    /// The bearer token; compared in constant time.
    token: Vec<u8>,
}

pub(crate) type Shared = State<Arc<App>>;

/// How the server is set up.
pub struct ServerSettings {
    pub token: String,
    /// Longest body of an ordinary request in bytes.
    pub request_bytes: usize,
}

/// All paths over `backend`.
pub fn router(backend: Arc<dyn Backend>, settings: ServerSettings) -> Router {
    let app = Arc::new(App { backend, token: settings.token.trim().as_bytes().to_vec() });
    let ordinary = DefaultBodyLimit::max(settings.request_bytes);
    let v1 = Router::new()
        .route("/v1/info", get(node::info))
        .route("/v1/peers", get(node::peers))
        .route("/v1/heads", get(logs::heads))
        .route("/v1/subjects/{id}/status", get(subjects::status))
        .route("/v1/entries/{id}", get(entries::entry))
        .route("/v1/entries/{id}/proof", get(entries::proof))
        .route("/v1/entries/{id}/{verb}", post(entries::act))
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
        .layer(middleware::from_fn_with_state(app.clone(), authorise));
    Router::new()
        .merge(v1)
        .route("/healthz", get(node::alive))
        .route("/readyz", get(node::ready))
        .route("/metrics", get(node::metrics))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

async fn authorise(State(app): Shared, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let token = given.and_then(|value| value.strip_prefix(b"Bearer ")).unwrap_or_default();
    if same(token, &app.token) { next.run(request).await } else { Problem::no_token().into_response() }
}

/// Compares without telling by its time how much is right; the length alone is no secret.
fn same(given: &[u8], token: &[u8]) -> bool {
    let differences = given.iter().zip(token).fold(0, |seen, (a, b)| std::hint::black_box(seen | (a ^ b)));
    !token.is_empty() && given.len() == token.len() && differences == 0
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
    const ROUTES: [&str; 20] = [
        "/v1/info",
        "/v1/peers",
        "/v1/heads",
        "/v1/subjects/{id}/status",
        "/v1/entries/{id}",
        "/v1/entries/{id}/proof",
        "/v1/entries/{id}/{verb}",
        "/v1/announcements",
        "/v1/recognitions",
        "/v1/references",
        "/v1/references/live",
        "/v1/references/{reference}",
        "/v1/rotation/hold",
        "/v1/rotation/record",
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
    fn only_the_whole_token_passes() {
        assert!(same(b"abcd", b"abcd"));
        for wrong in [&b""[..], b"abc", b"abcde", b"abcx", b"ABCD"] {
            assert!(!same(wrong, b"abcd"));
        }
        assert!(!same(b"", b""), "a node without a token lets nobody in");
    }

    #[test]
    fn unknown_paths_share_one_label() {
        assert_eq!(route_name(Some("/v1/entries/{id}")), "/v1/entries/{id}");
        assert_eq!(route_name(Some("/v1/entries/330900-1")), "other");
        assert_eq!(route_name(None), "other");
    }
}
