//! What comes in. Heavy work was done before: segments are read and hashed, bodies sealed.

use huxin_protocol::body::Body;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Size, StatementId};
use huxin_protocol::kind::Kind;
use huxin_protocol::segment::ReadSegment;
use huxin_protocol::time::Millis;

use crate::room::Room;
use crate::wire::{HeadSummary, Response};

/// A partner's node as the network names it: opaque bytes (a libp2p peer id).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub Vec<u8>);

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.0.iter().rev().take(4).rev() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Repeated by the reply to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Repeated by the answer to a request of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked(pub u64);

/// By which road something came; a metric tells which road each statement took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Road {
    Own,
    Gossip {
        from: Peer,
    },
    Sync {
        from: Peer,
    },
    /// A file carried across (`huxin import`).
    Disk,
}

impl Road {
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Gossip { .. } => "gossip",
            Self::Sync { .. } => "sync",
            Self::Disk => "disk",
        }
    }
}

/// A statement ready to be signed: canonical body and commitment made, place and time not yet given.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: Kind,
    pub agency: Option<String>,
    pub disclosure: Disclosure,
    /// The statement acted on; the engine adds its digest.
    pub about: Option<StatementId>,
    /// Ground tag, for listings.
    pub ground: Option<Digest>,
    pub body: Body,
    pub body_bytes: Vec<u8>,
    pub commitment: Digest,
}

/// What of the own log a key record may take the effect from. A record closes the epoch in force at a place that it names: own
/// statements from there on leave the log, and those after its `void_after` are void. Both undo what was answered to somebody
/// as signed, so a record never does it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Nobody was asked: the record lay in the key folder when the node started. It is taken up only where it continues exactly
    /// what stands.
    NotAsked,
    /// Somebody was shown every statement of the own log below this size that the record takes the effect from, and agreed.
    /// [`Consent::NOTHING`] where there was none.
    Below(Size),
}

impl Consent {
    /// No statement may lose its effect.
    pub const NOTHING: Self = Self::Below(Size(0));
    /// Whatever stands may lose its effect: for simulations, in which nobody can be asked.
    pub const ANYTHING: Self = Self::Below(Size(u64::MAX));
}

/// What a segment request was answered with, decoded and read on a worker thread.
#[derive(Clone, Debug)]
pub enum Answer {
    Same,
    Heads(Vec<HeadSummary>),
    Segment(Box<ReadSegment>),
    Bodies(Vec<(StatementId, Vec<u8>)>),
    /// Root at the size asked for, the proof that leads from it, and the checkpoint note that it leads to.
    History {
        root: TreeHash,
        proof: Vec<TreeHash>,
        checkpoint: Vec<u8>,
    },
    Evidence(Vec<Vec<u8>>),
    /// What the peer's clock says.
    Time(Millis),
    Nothing,
    Busy {
        retry_after_ms: u32,
    },
    /// The peer refused, the connection failed, or the answer did not decode: a stable code of ours, for it becomes a
    /// metric's label. What a peer calls its own reason never does.
    Failed {
        code: &'static str,
    },
}

impl Answer {
    /// Everything but a segment passes as it is; a segment has to be read first (see `huxin_protocol::segment`).
    #[must_use]
    pub fn from_plain(response: Response) -> Option<Self> {
        Some(match response {
            Response::Same => Self::Same,
            Response::Heads(heads) => Self::Heads(heads),
            Response::Bodies(bodies) => Self::Bodies(bodies),
            Response::History { root, proof, checkpoint } => Self::History { root, proof, checkpoint },
            Response::Evidence(objects) => Self::Evidence(objects),
            Response::Time(now) => Self::Time(now),
            Response::Nothing => Self::Nothing,
            Response::Busy { retry_after_ms } => Self::Busy { retry_after_ms },
            Response::Refused { .. } => Self::Failed { code: "ask_refused" },
            Response::Segment(_) => return None,
        })
    }
}

#[derive(Clone, Debug)]
pub enum Input {
    /// Sign and log these, all or none. Answered by [`crate::Outcome::Published`].
    Publish {
        ticket: Ticket,
        drafts: Vec<Draft>,
    },
    /// Sign and log these commands, each all or none by itself. With `rehearse` everything is checked as for signing, each
    /// command after the ones before it, and nothing is signed. Answered by [`crate::Outcome::Each`].
    PublishEach {
        ticket: Ticket,
        commands: Vec<Vec<Draft>>,
        rehearse: bool,
    },
    /// A segment by gossip or from a file. `ticket` is answered by [`crate::Outcome::Admitted`] where present.
    Segment {
        ticket: Option<Ticket>,
        road: Road,
        segment: Box<ReadSegment>,
    },
    /// A connection stands. `city` is the member whose node this is.
    Connected {
        peer: Peer,
        city: CityCode,
    },
    Disconnected {
        peer: Peer,
    },
    Answered {
        peer: Peer,
        asked: Asked,
        answer: Answer,
    },
    /// Stop signing for a while, so that a key record can be made for a place that stays the last one.
    /// Answered by [`crate::Outcome::Held`].
    Hold {
        ticket: Ticket,
    },
    /// A root-signed key record (own or another city's) from an operator. Answered by [`crate::Outcome::RecordTaken`].
    Record {
        ticket: Ticket,
        bytes: Vec<u8>,
        consent: Consent,
    },
    /// How much room the disk has.
    Room(Room),
    /// Once a second or so: heartbeats, rounds of anti-entropy, cosignatures, holds that ran out.
    Tick,
}
