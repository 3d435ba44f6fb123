//! What the API needs of the node behind it: reading, commanding, and a few words about itself.

use crate::model::{
    ActRequest, ActVerb, AnnounceRequest, BackupReply, DeclineRequest, EntryRequest, InfoReply, JointRequest,
    LinkedSubject, PeersReply, ReadyReply, RecordCommand, Warning,
};
use crate::problem::Problem;
use huxin_engine::ledger::{LedgerRead, ReadFault};
use huxin_engine::{Consent, Outcome, Refusal};
use huxin_protocol::body::RecognitionBody;
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::fold::SourceFact;
use huxin_protocol::ids::{CityCode, StatementId};
use huxin_protocol::roster::Roster;
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What can be asked of the writer.
#[derive(Debug)]
pub enum Command {
    Publish(Vec<EntryRequest>),
    Amend(StatementId, Box<EntryRequest>),
    Act(StatementId, ActVerb, ActRequest),
    Decline(StatementId, DeclineRequest),
    /// Joint action on an entry, or on what was filed about one.
    Joint(StatementId, Box<JointRequest>),
    Recognise(RecognitionBody),
    Announce(AnnounceRequest),
    /// One segment as it was carried here.
    Segment(Vec<u8>),
    Hold,
    /// A root-signed key record, and what of the own log it may take the effect from.
    Record(Vec<u8>, Consent),
}

/// A command under way. The reply comes once its batch is durable; a dropped sender means that the node stops.
#[derive(Debug)]
pub struct Submitted {
    pub reply: oneshot::Receiver<Result<Outcome, Refusal>>,
    pub warnings: Vec<Warning>,
}

/// Many commands under way, each by itself.
#[derive(Debug)]
pub struct SubmittedEach {
    /// [`Outcome::Each`], with an outcome for each command that could be drafted, in order.
    pub reply: oneshot::Receiver<Result<Outcome, Refusal>>,
    /// For each command what an officer should look at, or why it could not be drafted.
    pub drafted: Vec<Result<Vec<Warning>, Problem>>,
}

/// All cities as sources in one state of the ledger, and their log digest: what every ruling of that state shares.
#[derive(Clone, Debug)]
pub struct Sources {
    pub facts: BTreeMap<CityCode, SourceFact>,
    pub log_digest: Digest,
}

/// The node as the API sees it. All calls are short, except where they say so.
pub trait Backend: Send + Sync + 'static {
    fn city(&self) -> CityCode;
    fn roster(&self) -> Arc<Roster>;
    fn editions(&self) -> &BTreeMap<Digest, Edition>;
    /// Digest of the crosswalk file in use.
    fn crosswalk(&self) -> Option<Digest>;
    /// Subjects that the crosswalk links with this one, with who linked them and how (DOMAIN rule 16).
    fn linked(&self, subject: &SubjectId) -> Vec<LinkedSubject>;
    fn now(&self) -> Millis;
    /// The sources as of now or a moment ago, never later than what [`Backend::read`] shows when it is called after this.
    ///
    /// # Errors
    /// The store could not be read.
    fn sources(&self) -> Result<Arc<Sources>, ReadFault>;
    /// One state of the ledger that later commits do not change.
    fn read(&self) -> Box<dyn LedgerRead + Send + Sync + '_>;
    /// Checks and drafts a command and puts it before the writer. Drafting a thousand entries takes some 20 ms.
    ///
    /// # Errors
    /// What is wrong with the command, or that the queue is full.
    fn submit(&self, command: Command) -> Result<Submitted, Problem>;
    /// As [`Backend::submit`], for many commands that stand or fall each by itself. With `rehearse` nothing is signed.
    ///
    /// # Errors
    /// The queue is full, or the node takes no statements now. What is wrong with single commands is in the answer.
    fn submit_each(&self, commands: Vec<RecordCommand>, rehearse: bool) -> Result<SubmittedEach, Problem>;
    /// Whether partners have confirmed since the start that nothing of the own log is missing here (R144).
    fn own_log_known(&self) -> bool;
    /// The bytes of a `*.huxin` bundle. `with_body` puts a text into it that is not for everybody, where this city may. Signs one note and hashes two paths: some 200 µs.
    ///
    /// # Errors
    /// The statement is not held, or not yet under a checkpoint.
    fn prove(&self, id: StatementId, with_body: bool) -> Result<Vec<u8>, Problem>;
    fn info(&self) -> InfoReply;
    fn peers(&self) -> PeersReply;
    fn ready(&self) -> ReadyReply;
    /// All metrics as Prometheus text 0.0.4.
    fn metrics(&self) -> String;
    /// Makes a copy of the store beside it and says where. The copy before, if nobody carried it away, is removed.
    ///
    /// # Errors
    /// The copy could not be made.
    fn backup(&self) -> Result<BackupReply, Problem> {
        Err(Problem::new(
            axum::http::StatusCode::NOT_IMPLEMENTED,
            "no_backup",
            "this node keeps its store in memory and has nothing to copy",
        ))
    }
    /// One request was answered; where by a [`Problem`], with its code.
    fn observe(&self, route: &'static str, status: u16, problem: Option<&str>, seconds: f64);
}
