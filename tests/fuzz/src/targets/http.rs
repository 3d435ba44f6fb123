//! Requests over HTTP, through the node's own router without a socket. The first line of an input is method and path, the
//! rest is the body. Behind the router stand a prepared ledger for reading and a writer that answers every command with
//! what a writer could answer.

use crate::judge::stable;
use crate::scene::{city, scene};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use huxin_api::model::{
    ActRequest, AnnounceRequest, ClockItem, EntryRequest, InfoReply, JointRequest, LinkedSubject, PeersReply,
    PublishRequest, ReadyReply, RecordCommand, RecordsRequest, SigningItem,
};
use huxin_api::{Backend, Command, Problem, ServerSettings, Sources, Submitted, SubmittedEach, router};
use huxin_engine::gather::sources;
use huxin_engine::ledger::{LedgerRead, ReadFault};
use huxin_engine::{Outcome, Refusal};
use huxin_protocol::body::RecognitionBody;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::Edition;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::roster::Roster;
use huxin_protocol::ruling::log_digest;
use huxin_protocol::segment::Segment;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tower::ServiceExt as _;

/// Longest body of an ordinary request, as the default settings have it.
const REQUEST_BYTES: usize = 256 * 1024;
/// The one instant at which everything is asked: a day after the prepared cities fell silent.
const NOW: Millis = Millis(1_767_312_000_000);

/// A node that holds a prepared ledger.
struct Prepared {
    roster: Arc<Roster>,
    sources: Arc<Sources>,
}

impl Prepared {
    fn new() -> Self {
        let scene = scene();
        let facts = sources(scene.newest(city(1)), &scene.roster).unwrap_or_default();
        let log_digest = log_digest(facts.values());
        Self { roster: Arc::new(scene.roster.clone()), sources: Arc::new(Sources { facts, log_digest }) }
    }
}

impl Backend for Prepared {
    fn city(&self) -> CityCode {
        city(1)
    }
    fn roster(&self) -> Arc<Roster> {
        self.roster.clone()
    }
    fn editions(&self) -> &BTreeMap<Digest, Edition> {
        &scene().editions
    }
    fn crosswalk(&self) -> Option<Digest> {
        None
    }
    fn linked(&self, subject: &SubjectId) -> Vec<LinkedSubject> {
        let (method, reviewer) = ("synthetic".to_owned(), "nobody".to_owned());
        vec![LinkedSubject { subject: subject.clone(), method, reviewer }]
    }
    fn now(&self) -> Millis {
        NOW
    }
    fn sources(&self) -> Result<Arc<Sources>, ReadFault> {
        Ok(self.sources.clone())
    }
    fn read(&self) -> Box<dyn LedgerRead + Send + Sync + '_> {
        Box::new(scene().newest(city(1)))
    }
    fn submit(&self, command: Command) -> Result<Submitted, Problem> {
        let (writer, reply) = oneshot::channel();
        // The receiver is at hand: the answer always arrives.
        let _ = writer.send(answer_of(command)?);
        Ok(Submitted { reply, warnings: Vec::new() })
    }
    fn submit_each(&self, commands: Vec<RecordCommand>, rehearse: bool) -> Result<SubmittedEach, Problem> {
        let request = RecordsRequest { commands, rehearse };
        same(&request, |bytes| serde_json::from_slice(bytes));
        let (mut drafted, mut outcomes) = (Vec::new(), Vec::new());
        for command in request.commands {
            let one = match command {
                RecordCommand::List { entry } => answer_of(Command::Publish(vec![*entry])),
                RecordCommand::Amend { id, entry } => answer_of(Command::Amend(id, entry)),
                RecordCommand::Act { id, verb, act } => answer_of(Command::Act(id, verb, act)),
                RecordCommand::Decline { id, decline } => answer_of(Command::Decline(id, decline)),
                RecordCommand::Joint { id, joint } => answer_of(Command::Joint(id, joint)),
            };
            drafted.push(one.map(|outcome| {
                outcomes.push(outcome.map(|outcome| match outcome {
                    Outcome::Published(ids) => ids,
                    _ => Vec::new(),
                }));
                Vec::new()
            }));
        }
        let (writer, reply) = oneshot::channel();
        let _ = writer.send(Ok(Outcome::Each(outcomes)));
        Ok(SubmittedEach { reply, drafted })
    }
    fn own_log_known(&self) -> bool {
        true
    }
    fn prove(&self, _: StatementId, _: bool) -> Result<Vec<u8>, Problem> {
        Err(Problem::not_found("no_such_statement", "this ledger proves nothing").trying("ask another"))
    }
    fn info(&self) -> InfoReply {
        InfoReply {
            city: city(1),
            name: String::new(),
            federation: self.roster.federation(),
            federation_name: String::new(),
            members: 3,
            epoch: Epoch::FIRST,
            signing: "ready".to_owned(),
            signing_text: String::new(),
            editions: Vec::new(),
            partners_up: 0,
            peer_id: String::new(),
            version: String::new(),
            pid: 0,
            started_at: NOW,
            now: NOW,
            clock: ClockItem::default(),
            allow_natural_persons: false,
        }
    }
    fn peers(&self) -> PeersReply {
        PeersReply { peers: Vec::new(), clock: ClockItem::default(), signing: SigningItem::default() }
    }
    fn ready(&self) -> ReadyReply {
        ReadyReply { ready: true, missing: Vec::new() }
    }
    fn metrics(&self) -> String {
        String::new()
    }
    fn observe(&self, route: &'static str, _: u16, problem: Option<&str>, _: f64) {
        assert!(route.starts_with('/') || route == "other");
        problem.into_iter().for_each(stable);
    }
}

/// Every body that was understood is written and read again to the same, as the client does it.
fn same<T: serde::Serialize + PartialEq + std::fmt::Debug>(value: &T, read: impl Fn(&[u8]) -> serde_json::Result<T>) {
    let written = serde_json::to_vec(value).unwrap_or_default();
    match read(&written) {
        Ok(again) => assert_eq!(again, *value),
        Err(fault) => panic!("{} does not read back: {fault}", String::from_utf8_lossy(&written)),
    }
}

fn answer_of(command: Command) -> Result<Result<Outcome, Refusal>, Problem> {
    let id = StatementId { city: city(1), epoch: Epoch::FIRST, seq: Seq(0) };
    match command {
        Command::Publish(entries) => {
            same(&PublishRequest { entries: entries.clone() }, PublishRequest::from_json);
            Ok(Ok(Outcome::Published(vec![id; entries.len()])))
        }
        Command::Amend(id, entry) => {
            same::<EntryRequest>(&entry, |bytes| serde_json::from_slice(bytes));
            Ok(Err(Refusal::NoSuchStatement(id)))
        }
        Command::Act(id, verb, act) => {
            same::<ActRequest>(&act, |bytes| serde_json::from_slice(bytes));
            let (body, _) = act.into_body();
            let sealed = huxin_protocol::body::Body::Act(body).seal(verb.kind(), &[7; 16]);
            Ok(sealed.map(|_| Outcome::Published(vec![id])).map_err(|_| Refusal::TooLong))
        }
        Command::Decline(id, _) => Ok(Err(Refusal::WrongTarget(id))),
        Command::Joint(id, asked) => {
            let read = |bytes: &[u8]| match JointRequest::read(asked.name(), bytes) {
                Some(read) => read,
                None => unreachable!("a request has the name of its path"),
            };
            match asked.to_json().map(|written| read(&written)) {
                Ok(Ok(again)) => assert_eq!(again, *asked),
                other => panic!("{asked:?} does not read back: {other:?}"),
            }
            let kind = asked.kind();
            let sealed = asked.into_body().0.seal(kind, &[7; 16]);
            Ok(sealed.map(|_| Outcome::Published(vec![id])).map_err(|_| Refusal::TooLong))
        }
        Command::Recognise(rule) => {
            same::<RecognitionBody>(&rule, |bytes| serde_json::from_slice(bytes));
            Ok(Ok(Outcome::Published(vec![id])))
        }
        Command::Announce(announced) => {
            same::<AnnounceRequest>(&announced, |bytes| serde_json::from_slice(bytes));
            Ok(Ok(Outcome::Published(vec![id])))
        }
        Command::Segment(bytes) => {
            let read = Segment::decode(&bytes, huxin_engine::wire::FRAME_BYTES);
            let read = read.and_then(|segment| segment.read(&scene().federation));
            Ok(match read {
                Ok(segment) => Ok(Outcome::Admitted { city: segment.city, new: 0, size: Size(segment.from.0) }),
                Err(fault) => Err(Refusal::Segment { code: fault.code() }),
            })
        }
        Command::Hold => Ok(Ok(Outcome::Held {
            city: city(1),
            epoch: Epoch::FIRST,
            last_record: scene().federation,
            size: Size(0),
            root: TreeHash([0; 32]),
        })),
        Command::Record(bytes, _) => Ok(match scene().roster.clone().add(&bytes) {
            Ok(_) => Ok(Outcome::RecordTaken { city: city(2), epoch: Epoch(2) }),
            Err(fault) => Err(Refusal::Record { code: fault.code() }),
        }),
    }
}

/// One node and one thread for all inputs.
fn node() -> &'static (Router, Runtime) {
    static NODE: OnceLock<(Router, Runtime)> = OnceLock::new();
    NODE.get_or_init(|| {
        let settings = ServerSettings {
            token: "token".to_owned(),
            read_token: Some("reads".to_owned()),
            hosts: Vec::new(),
            request_bytes: REQUEST_BYTES,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(1).build();
        let Ok(runtime) = runtime else { panic!("no runtime") };
        (router(Arc::new(Prepared::new()), settings), runtime)
    })
}

pub fn http(input: &[u8]) {
    let border = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (line, body) = (&input[..border], input.get(border + 1..).unwrap_or_default());
    let Ok(line) = std::str::from_utf8(line) else { return };
    let (method, path) = line.split_once(' ').unwrap_or(("POST", line));
    let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, "Bearer token");
    // What is no request at all is the HTTP library's to refuse.
    let Ok(request) = request.body(Body::from(body.to_vec())) else { return };
    let (router, runtime) = node();
    let (status, bytes) = runtime.block_on(async {
        // The router itself never fails.
        let Ok(response) = router.clone().oneshot(request).await;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        (status, bytes.unwrap_or_default())
    });
    assert!(!status.is_server_error(), "{line}: {status} {}", String::from_utf8_lossy(&bytes));
    if status.is_client_error() {
        judge_problem(line, status, &bytes);
    }
}

/// Every refusal is a problem document with a stable code, words and what to try.
fn judge_problem(line: &str, status: StatusCode, bytes: &[u8]) {
    match serde_json::from_slice::<Problem>(bytes) {
        Ok(problem) => {
            stable(&problem.code);
            assert_eq!(problem.status, status.as_u16());
            assert!(!problem.detail.is_empty() && problem.next_step.is_some(), "{line}: {problem:?}");
        }
        // Where the path names no text, the library answers before us.
        Err(fault) => {
            panic!("{line}: {status} without a problem document ({fault}): {}", String::from_utf8_lossy(bytes))
        }
    }
}
