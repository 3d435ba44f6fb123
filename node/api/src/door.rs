//! Who may ask this node over HTTP, and for what.
//!
//! **Tokens.** One token opens everything. A second one only reads: it is for Prometheus, for screens and for colleagues who look things
//! up, and somebody who finds it can sign nothing. Neither opens anything when it is empty.
//!
//! **Host.** A browser on the node's machine can be talked into asking the node under a foreign name (DNS rebinding); what it sends then bears
//! that name. So the name must be one of this machine's own: loopback, or the address that the settings say. A proxy in front of the node
//! passes its requests on under one of these. Programs that send no name at all (HTTP/1.0) are no browsers.

use crate::problem::Problem;
use axum::http::{HeaderMap, Method, StatusCode, header};
use std::net::IpAddr;

/// Paths that answer questions although they take a body, since a question may be long.
const QUESTIONS: [&str; 2] = ["/v1/references", "/v1/references/live"];

/// The tokens and the names.
pub(crate) struct Door {
    token: Vec<u8>,
    read_token: Vec<u8>,
    /// In lower case.
    hosts: Vec<String>,
}

impl Door {
    pub(crate) fn new(token: &str, read_token: Option<&str>, hosts: &[String]) -> Self {
        Self {
            token: token.trim().as_bytes().to_vec(),
            read_token: read_token.unwrap_or_default().trim().as_bytes().to_vec(),
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        }
    }

    /// Whether the request's token opens this path. `path` is the path as it is declared.
    pub(crate) fn admits(&self, headers: &HeaderMap, method: &Method, path: &str) -> Result<(), Problem> {
        let given = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
        let given = given.and_then(|value| value.strip_prefix(b"Bearer ")).unwrap_or_default();
        // Both are compared, whichever is right.
        let (all, reads) = (same(given, &self.token), same(given, &self.read_token));
        let only_reads = *method == Method::GET || *method == Method::HEAD || QUESTIONS.contains(&path);
        match (all, reads) {
            (true, _) => Ok(()),
            (false, true) if only_reads => Ok(()),
            (false, true) => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "token_only_reads",
                "this token only reads, and the request would sign or change something",
            )
            .trying("use the token of [listen] token")),
            (false, false) => Err(Problem::no_token()),
        }
    }

    /// Whether the request was meant for this node.
    pub(crate) fn is_asked_for(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let mut names = headers.get_all(header::HOST).iter();
        let Some(name) = names.next() else { return Ok(()) };
        let name = name.to_str().map(|name| host_alone(name).to_ascii_lowercase()).unwrap_or_default();
        if names.next().is_none() && (is_loopback(&name) || self.hosts.contains(&name)) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            "foreign_host",
            "the request names a host that is not this node",
        )
        .trying("ask under 127.0.0.1, [::1] or localhost; a proxy in front of the node passes requests on under such a name"))
    }
}

/// `127.0.0.1:7650`, `[::1]:7650` and `localhost` without their ports.
fn host_alone(name: &str) -> &str {
    if let Some(rest) = name.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(host, _)| host);
    }
    name.split_once(':').map_or(name, |(host, _)| host)
}

fn is_loopback(name: &str) -> bool {
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Compares without telling by its time how much is right; the length alone is no secret.
fn same(given: &[u8], token: &[u8]) -> bool {
    let differences = given.iter().zip(token).fold(0, |seen, (a, b)| std::hint::black_box(seen | (a ^ b)));
    !token.is_empty() && given.len() == token.len() && differences == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
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
    fn the_second_token_reads_and_signs_nothing() {
        let door = Door::new("all\n", Some("reads\n"), &[]);
        let cases = [
            ("all", Method::GET, "/v1/info", Ok(())),
            ("all", Method::POST, "/v1/entries", Ok(())),
            ("reads", Method::GET, "/v1/info", Ok(())),
            ("reads", Method::GET, "/metrics", Ok(())),
            ("reads", Method::GET, "/v1/entries/{id}/proof", Ok(())),
            ("reads", Method::POST, "/v1/references", Ok(())),
            ("reads", Method::POST, "/v1/references/live", Ok(())),
            ("reads", Method::POST, "/v1/entries", Err("token_only_reads")),
            ("reads", Method::POST, "/v1/records", Err("token_only_reads")),
            ("reads", Method::POST, "/v1/entries/{id}/{verb}", Err("token_only_reads")),
            ("reads", Method::POST, "/v1/rotation/hold", Err("token_only_reads")),
            ("reads", Method::POST, "/v1/segments", Err("token_only_reads")),
            ("reads", Method::POST, "/v1/backup", Err("token_only_reads")),
            ("reads", Method::DELETE, "/v1/info", Err("token_only_reads")),
            ("other", Method::GET, "/metrics", Err("no_token")),
            ("", Method::GET, "/metrics", Err("no_token")),
        ];
        for (token, method, path, due) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
            let found = door.admits(&headers, &method, path).map_err(|problem| problem.code);
            assert_eq!(found, due.map_err(str::to_owned), "{token} {method} {path}");
        }
        let none = Door::new("all", None, &[]);
        assert_eq!(none.admits(&HeaderMap::new(), &Method::GET, "/metrics").unwrap_err().code, "no_token");
    }

    #[test]
    fn a_request_under_a_foreign_name_is_not_answered() {
        let door = Door::new("t", None, &["Node.example".to_owned()]);
        let cases = [
            ("127.0.0.1:7650", true),
            ("127.0.0.1", true),
            ("127.8.9.1:1", true),
            ("[::1]:7650", true),
            ("[::1]", true),
            ("localhost:7650", true),
            ("LOCALHOST", true),
            ("node.EXAMPLE:7650", true),
            ("evil.example:7650", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example:7650", false),
            ("192.0.2.7:7650", false),
            ("[2001:db8::1]:7650", false),
            ("", false),
            ("127.0.0.1@evil.example", false),
        ];
        for (name, due) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, name.parse().unwrap());
            assert_eq!(door.is_asked_for(&headers).is_ok(), due, "{name}");
        }
        assert!(door.is_asked_for(&HeaderMap::new()).is_ok());
        let mut two = HeaderMap::new();
        two.append(header::HOST, "localhost".parse().unwrap());
        two.append(header::HOST, "evil.example".parse().unwrap());
        assert_eq!(door.is_asked_for(&two).unwrap_err().code, "foreign_host");
    }
}
