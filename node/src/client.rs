//! The command line's end of `/v1`: a blocking client that finds address and token of the node through its
//! configuration file. Commands that need a running node go through here; nothing else speaks HTTP to it.

use crate::fault::{Exit, Fault};
use huxin_api::Problem;
use huxin_api::model::{
    ActRequest, ActVerb, AnnounceRequest, BackupReply, BindingsQuery, BindingsReply, COUNT_HEADER, DeclineRequest,
    EntryReply, EntryRequest, FROM_HEADER, FilingsQuery, FilingsReply, HeadsReply, HoldReply, ImportReply, InfoReply,
    JointRequest, LiveReply, LiveRequest, PeersReply, PublishReply, PublishRequest, ReadyReply, RecognitionsReply,
    RecordCommand, RecordOutcome, RecordReply, RecordsReply, RecordsRequest, ReferencesReply, ReferencesRequest,
    SIZE_HEADER, SegmentQuery, StatusQuery, Warning,
};
use huxin_protocol::body::{List, RecognitionBody};
use huxin_protocol::ids::{Seq, Size, StatementId};
use huxin_protocol::subject::SubjectId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::time::Duration;
use ureq::http::Response;

/// Longest answer that is read: a thousand records with bodies at their limit of 32 KiB, spelt out in JSON.
const ANSWER_BYTES: u64 = 64 * 1024 * 1024;
/// A batch of 1,000 entries is signed and durable within a second; a busy machine gets more.
const TIMEOUT: Duration = Duration::from_secs(60);

/// One node's API.
#[derive(Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

/// One segment on its way to a file.
#[derive(Debug)]
pub struct SegmentPage {
    pub bytes: Vec<u8>,
    /// Position of its first statement.
    pub from: Seq,
    pub count: u64,
    /// Size of the checkpoint that proves it.
    pub size: Size,
}

impl Client {
    /// `address` is `127.0.0.1:7080`, without scheme.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The node answers on this machine only. A proxy that the environment names would be asked for its own machine, and would
            // be shown the token.
            .proxy(None)
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(Duration::from_secs(3)))
            .build();
        Self {
            agent: config.into(),
            base: format!("http://{address}"),
            authorization: format!("Bearer {}", token.trim()),
        }
    }

    /// Finds the node through its configuration file.
    ///
    /// # Errors
    /// The file or the token file cannot be read.
    pub fn open(config: &Path) -> Result<Self, Fault> {
        let settings = crate::settings::load(config)?;
        let token = crate::settings::read_token(&settings)?;
        Ok(Self::new(&settings.listen.api.to_string(), &token))
    }

    /// The header that lets this client in.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }
    /// `http://127.0.0.1:7080`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn info(&self) -> Result<InfoReply, Fault> {
        self.get("/v1/info")
    }
    pub fn heads(&self) -> Result<HeadsReply, Fault> {
        self.get("/v1/heads")
    }
    pub fn peers(&self) -> Result<PeersReply, Fault> {
        self.get("/v1/peers")
    }
    /// Whether the node can do its work; a node that cannot still answers.
    pub fn ready(&self) -> Result<ReadyReply, Fault> {
        let mut response = self.send_get("/readyz")?;
        let body = read(&mut response)?;
        decode(&body)
    }
    /// The node's figures as Prometheus reads them.
    pub fn metrics(&self) -> Result<String, Fault> {
        self.get_bytes("/metrics").map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned())
    }
    /// The ruling as JSON.
    pub fn status(&self, subject: &SubjectId, query: &StatusQuery) -> Result<serde_json::Value, Fault> {
        let StatusQuery { explain, confirm_code, public, .. } = query;
        let subject = escape(&subject.to_string());
        let mut path =
            format!("/v1/subjects/{subject}/status?explain={explain}&confirm_code={confirm_code}&public={public}");
        if let Some(at) = &query.at {
            path.push_str("&at=");
            path.push_str(&escape(at));
        }
        self.get(&path)
    }
    /// What is filed with this city and by it, a page of it.
    pub fn filings(&self, query: &FilingsQuery) -> Result<FilingsReply, Fault> {
        let after = query.after.map(|after| format!("&after={after}")).unwrap_or_default();
        self.get(&format!("/v1/filings?open={}{after}", query.open))
    }
    /// Which entries of a partner count here, a page of them.
    pub fn bindings(&self, query: &BindingsQuery) -> Result<BindingsReply, Fault> {
        let mut path = format!("/v1/bindings?partner={}", query.partner);
        if let Some(list) = query.list {
            path.push_str(match list {
                List::Red => "&list=red",
                List::Black => "&list=black",
                List::Watch => "&list=watch",
            });
        }
        if let Some(field) = &query.field {
            path.push_str(&format!("&field={}", escape(field)));
        }
        if let Some(after) = query.after {
            path.push_str(&format!("&after={after}"));
        }
        self.get(&path)
    }
    pub fn entry(&self, id: StatementId) -> Result<EntryReply, Fault> {
        self.get(&format!("/v1/entries/{id}"))
    }
    /// The bytes of a `*.huxin` bundle.
    /// `with_body` puts a text into it that is not for everybody, where this city may pass it on.
    pub fn prove(&self, id: StatementId, with_body: bool) -> Result<Vec<u8>, Fault> {
        self.get_bytes(&format!("/v1/entries/{id}/proof?body={with_body}")).map(|(bytes, _)| bytes)
    }
    pub fn publish(&self, request: &PublishRequest) -> Result<PublishReply, Fault> {
        self.post("/v1/entries", request)
    }
    pub fn amend(&self, id: StatementId, entry: &EntryRequest) -> Result<PublishReply, Fault> {
        self.post(&format!("/v1/entries/{id}/amendment"), entry)
    }
    pub fn act(&self, id: StatementId, verb: ActVerb, act: &ActRequest) -> Result<PublishReply, Fault> {
        self.post(&format!("/v1/entries/{id}/{}", verb.name()), act)
    }
    pub fn decline(&self, id: StatementId, decline: &DeclineRequest) -> Result<PublishReply, Fault> {
        self.post(&format!("/v1/entries/{id}/decline"), decline)
    }
    pub fn joint(&self, id: StatementId, joint: &JointRequest) -> Result<PublishReply, Fault> {
        let bytes = joint.to_json().map_err(Fault::unexpected)?;
        self.send_post(&format!("/v1/entries/{id}/{}", joint.name()), "application/json", &bytes)
    }
    pub fn recognise(&self, rule: &RecognitionBody) -> Result<PublishReply, Fault> {
        self.post("/v1/recognitions", rule)
    }
    pub fn announce(&self, addresses: Vec<String>) -> Result<PublishReply, Fault> {
        self.post("/v1/announcements", &AnnounceRequest { addresses })
    }
    pub fn recognitions(&self) -> Result<RecognitionsReply, Fault> {
        self.get("/v1/recognitions")
    }
    /// Which of these source records the own city has signed already; at most 1,000 at once.
    pub fn references(&self, refs: Vec<String>) -> Result<ReferencesReply, Fault> {
        self.post("/v1/references", &ReferencesRequest { refs })
    }
    /// The live records of one source, a page of them.
    pub fn live(&self, request: &LiveRequest) -> Result<LiveReply, Fault> {
        self.post("/v1/references/live", request)
    }
    /// Records of an import, each a command of its own; at most 1,000 at once.
    pub fn records(&self, request: &RecordsRequest) -> Result<RecordsReply, Fault> {
        self.post("/v1/records", request)
    }
    /// What an officer should know about a command, or why it would be refused; nothing is signed.
    pub fn rehearse(&self, command: RecordCommand) -> Result<Vec<Warning>, Fault> {
        let reply = self.records(&RecordsRequest { commands: vec![command], rehearse: true })?;
        match reply.outcomes.into_iter().next() {
            Some(RecordOutcome::Ok { warnings, .. }) => Ok(warnings),
            Some(RecordOutcome::Refused(problem)) => Err(problem.into()),
            None => Err(other_program("it says nothing about the command")),
        }
    }
    /// One page of a log.
    pub fn segment(&self, query: &SegmentQuery) -> Result<SegmentPage, Fault> {
        let mut path = format!("/v1/segments?city={}&from={}&epoch={}", query.city, query.from, query.epoch);
        if let Some(reader) = query.reader {
            path.push_str(&format!("&reader={reader}"));
        }
        let (bytes, number) = self.get_bytes(&path)?;
        Ok(SegmentPage {
            bytes,
            from: Seq(number(FROM_HEADER)?),
            count: number(COUNT_HEADER)?,
            size: Size(number(SIZE_HEADER)?),
        })
    }
    /// Brings one segment to the node.
    pub fn import(&self, segment: &[u8]) -> Result<ImportReply, Fault> {
        self.post_bytes("/v1/segments", segment)
    }
    /// Lets the node copy its store; where the copy lies.
    pub fn backup(&self) -> Result<BackupReply, Fault> {
        self.post_bytes("/v1/backup", &[])
    }
    pub fn hold(&self) -> Result<HoldReply, Fault> {
        self.post_bytes("/v1/rotation/hold", &[])
    }
    /// Brings a key record. Own statements below `agreed_below` may lose their effect by it, and no others.
    pub fn record(&self, record: &[u8], agreed_below: Size) -> Result<RecordReply, Fault> {
        self.post_bytes(&format!("/v1/rotation/record?agreed_below={agreed_below}"), record)
    }

    /// Any JSON answer.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        let mut response = self.send_get(path)?;
        let body = success(&mut response)?;
        decode(&body)
    }
    /// JSON for JSON.
    pub fn post<T: DeserializeOwned>(&self, path: &str, request: &impl Serialize) -> Result<T, Fault> {
        let bytes = serde_json::to_vec(request).map_err(Fault::unexpected)?;
        self.send_post(path, "application/json", &bytes)
    }
    fn post_bytes<T: DeserializeOwned>(&self, path: &str, bytes: &[u8]) -> Result<T, Fault> {
        self.send_post(path, "application/octet-stream", bytes)
    }

    fn send_get(&self, path: &str) -> Result<Response<ureq::Body>, Fault> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("authorization", &self.authorization);
        request.call().map_err(|fault| self.unreachable(&fault))
    }
    fn send_post<T: DeserializeOwned>(&self, path: &str, content: &str, bytes: &[u8]) -> Result<T, Fault> {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", &self.authorization)
            .header("content-type", content);
        let mut response = request.send(bytes).map_err(|fault| self.unreachable(&fault))?;
        let body = success(&mut response)?;
        decode(&body)
    }
    fn get_bytes(&self, path: &str) -> Result<(Vec<u8>, impl Fn(&str) -> Result<u64, Fault> + use<>), Fault> {
        let mut response = self.send_get(path)?;
        let body = success(&mut response)?;
        let headers = response.headers().clone();
        let number = move |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
            value.ok_or_else(|| other_program(&format!("the header {name} is missing")))
        };
        Ok((body, number))
    }

    fn unreachable(&self, fault: &ureq::Error) -> Fault {
        Fault::new(Exit::Unreachable, "unreachable", format_args!("no node answers at {}: {fault}", self.base)).trying(
            "start it with `huxin run` (or `systemctl start huxin`), or check [listen] api in the settings file",
        )
    }
}

fn read(response: &mut Response<ureq::Body>) -> Result<Vec<u8>, Fault> {
    let body = response.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec();
    body.map_err(|fault| {
        Fault::new(Exit::Unreachable, "answer_cut", format_args!("the answer broke off: {fault}"))
            .trying("look the entry up before you repeat the command: it may have been carried out")
    })
}

fn success(response: &mut Response<ureq::Body>) -> Result<Vec<u8>, Fault> {
    let status = response.status();
    let body = read(response)?;
    if status.is_success() {
        return Ok(body);
    }
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Err(problem.into()),
        Err(_) => Err(other_program(&format!("it answered {status} without a problem document"))),
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|fault| other_program(&fault.to_string()))
}

fn other_program(what: &str) -> Fault {
    Fault::new(
        Exit::Unexpected,
        "answer_shape",
        format_args!("the answer does not have the shape of this version: {what}"),
    )
    .trying("use the same version of huxin for the command and the node, and check that [listen] api names the node")
}

/// Percent-encodes what a path segment or a query value may not carry as it is (RFC 3986).
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn paths_are_escaped() {
        assert_eq!(escape("uscc:91990099MA00000156"), "uscc:91990099MA00000156");
        assert_eq!(escape("wb:a b/甲?"), "wb:a%20b%2F%E7%94%B2%3F");
    }

    /// Every way in which a program may be told of a proxy. The variables hold for a child of this test, which asks a port where nobody
    /// listens: only a client that asks itself says so with that port's refusal.
    #[test]
    fn a_proxy_of_the_environment_is_never_asked() {
        const CHILD: &str = "HUXIN_TEST_PROXY_CHILD";
        if std::env::var_os(CHILD).is_some() {
            let answer = Client::new("127.0.0.1:1", "secret").info();
            assert_eq!(answer.unwrap_err().code, "unreachable");
            return;
        }
        let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        proxy.set_nonblocking(true).unwrap();
        let address = proxy.local_addr().unwrap();
        for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            for scheme in ["http", "socks5"] {
                let test = "client::tests::a_proxy_of_the_environment_is_never_asked";
                let done = std::process::Command::new(std::env::current_exe().unwrap())
                    .args([test, "--exact"])
                    .env(CHILD, "1")
                    .env(variable, format!("{scheme}://{address}"))
                    .output()
                    .unwrap();
                assert!(done.status.success(), "{variable}: {}", String::from_utf8_lossy(&done.stdout));
                assert!(proxy.accept().is_err(), "{variable}={scheme}://…: the proxy was asked");
            }
        }
    }

    #[test]
    fn nobody_there_is_unreachable() {
        // Port 1 of the loopback address: nothing listens there without root.
        let fault = Client::new("127.0.0.1:1", "x").info().unwrap_err();
        assert_eq!(fault.exit, Exit::Unreachable);
        assert_eq!(fault.code, "unreachable");
    }
}
