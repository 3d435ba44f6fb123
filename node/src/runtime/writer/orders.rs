//! What waits before the writer, and what other threads see of it.

use crossbeam_channel::{Sender, TrySendError};
use huxin_engine::heads::Heads;
use huxin_engine::input::Answer;
use huxin_engine::lacks::Lacks;
use huxin_engine::{ClockView, Consent, Draft, Input, Outcome, Refusal, SigningState};
use huxin_protocol::ids::{CityCode, Seq};
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::ReadSegment;
use parking_lot::RwLock;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64};
use tokio::sync::oneshot;

/// Inputs from the network that wait for the writer. Each may be a page of 1 MiB, so 64 MiB at the worst; the workers
/// before it wait, and behind them the peers' own windows.
pub const INPUTS_WAITING: usize = 64;

pub type Answered = oneshot::Sender<Result<Outcome, Refusal>>;

/// A command with the one who waits for its outcome.
pub enum Ordered {
    Publish(Vec<Draft>),
    /// Commands that stand by themselves; with `rehearse` nothing is signed.
    PublishEach {
        commands: Vec<Vec<Draft>>,
        rehearse: bool,
    },
    Segment(Box<ReadSegment>),
    Hold,
    /// A root-signed key record, and what of the own log it may take the effect from.
    Record(Vec<u8>, Consent),
}

/// What comes to the writer.
pub enum Order {
    Command {
        command: Ordered,
        reply: Option<Answered>,
    },
    Input(Input),
    /// The background check of signatures came this far; the writer alone writes.
    Checked {
        city: CityCode,
        upto: Seq,
    },
    /// Bodies have left the files of the store; these rows of [`Family::Meta`](huxin_engine::ledger::Family::Meta) kept them in mind.
    Left(Vec<Vec<u8>>),
}

/// What other threads see of the writer and the engine.
pub struct Board {
    pub roster: RwLock<Arc<Roster>>,
    /// How far each log is held, as partners are told.
    pub heads: RwLock<Arc<Heads>>,
    pub signing: RwLock<SigningState>,
    /// Which bodies are not here: of the store as it is, or of a later state of it.
    pub lacks: RwLock<Lacks>,
    /// Partners that say that this city's log is over its quota with them.
    pub slowed_by: RwLock<BTreeSet<CityCode>>,
    /// Whether partners have confirmed since the start that nothing of the own log is missing here.
    pub own_log_known: AtomicBool,
    /// This node's clock beside its partners'.
    pub clock: RwLock<ClockView>,
    /// Milliseconds since 1970 of the writer's last round: a silent writer is not ready.
    pub beat: AtomicI64,
    /// Groups committed since the start.
    pub groups: AtomicU64,
}

/// The sending side. Clone it freely.
#[derive(Clone)]
pub struct WriterHandle {
    pub(super) commands: Sender<Order>,
    pub(super) inputs: Sender<Order>,
    pub board: Arc<Board>,
}

/// The writer has more waiting than it takes, or is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    Full,
    Gone,
}

impl WriterHandle {
    /// Puts a command before the writer, without waiting.
    pub fn command(&self, command: Ordered, reply: Option<Answered>) -> Result<(), NotTaken> {
        self.commands.try_send(Order::Command { command, reply }).map_err(|fault| match fault {
            TrySendError::Full(_) => NotTaken::Full,
            TrySendError::Disconnected(_) => NotTaken::Gone,
        })
    }
    /// Hands over what the network brought, and waits for room.
    pub fn input(&self, input: Input) -> Result<(), NotTaken> {
        self.inputs.send(Order::Input(input)).map_err(|_| NotTaken::Gone)
    }
    pub fn checked(&self, city: CityCode, upto: Seq) -> Result<(), NotTaken> {
        self.inputs.send(Order::Checked { city, upto }).map_err(|_| NotTaken::Gone)
    }
    pub fn left(&self, rows: Vec<Vec<u8>>) -> Result<(), NotTaken> {
        self.inputs.send(Order::Left(rows)).map_err(|_| NotTaken::Gone)
    }
    /// Commands and inputs that wait.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (self.commands.len(), self.inputs.len())
    }
    #[must_use]
    pub fn roster(&self) -> Arc<Roster> {
        self.board.roster.read().clone()
    }
    #[must_use]
    pub fn heads(&self) -> Arc<Heads> {
        self.board.heads.read().clone()
    }
}

/// Rough bytes of an order, so that a group of pages is closed in time.
pub(super) fn weight(order: &Order) -> usize {
    let segment = |segment: &ReadSegment| -> usize {
        segment.leaves.iter().map(|leaf| leaf.bytes.len() + leaf.body.as_ref().map_or(0, Vec::len)).sum()
    };
    let drafted = |drafts: &[Draft]| -> usize { drafts.iter().map(|draft| draft.body_bytes.len() + 512).sum() };
    match order {
        Order::Command { command: Ordered::Publish(drafts), .. } => drafted(drafts),
        Order::Command { command: Ordered::PublishEach { commands, .. }, .. } => {
            commands.iter().map(|drafts| drafted(drafts)).sum()
        }
        Order::Command { command: Ordered::Segment(read), .. } => segment(read),
        Order::Input(Input::Segment { segment: read, .. }) => segment(read),
        Order::Input(Input::Answered { answer: Answer::Segment(read), .. }) => segment(read),
        Order::Input(Input::Answered { answer: Answer::Bodies(bodies), .. }) => {
            bodies.iter().map(|(_, body)| body.len()).sum()
        }
        _ => 256,
    }
}
