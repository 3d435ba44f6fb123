//! What goes out, once the batch is durable.

use crate::clock::ClockView;
use crate::input::{Asked, Peer, Ticket};
use crate::signing::SigningState;
use crate::wire::Request;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::edition::IssueFault;
use huxin_protocol::ids::{CityCode, Epoch, Size, StatementId};
use huxin_protocol::time::Millis;

#[derive(Clone, Debug)]
pub enum Effect {
    Reply {
        ticket: Ticket,
        outcome: Result<Outcome, Refusal>,
    },
    /// Spread to everybody: encoded segment of at most [`huxin_protocol::limits::GOSSIP_BYTES`].
    Gossip(Vec<u8>),
    Ask {
        peer: Peer,
        asked: Asked,
        request: Request,
    },
    /// This peer did something that only a broken or hostile node does: a stable code.
    Blame {
        peer: Peer,
        code: &'static str,
    },
    /// For metrics and the operator's log.
    Event(Event),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Published(Vec<StatementId>),
    /// One outcome for each command of an [`crate::Input::PublishEach`], in its order.
    Each(Vec<Result<Vec<StatementId>, Refusal>>),
    /// Number of statements that were new.
    Admitted {
        city: CityCode,
        new: u64,
        size: Size,
    },
    Held {
        city: CityCode,
        epoch: Epoch,
        last_record: Digest,
        size: Size,
        root: TreeHash,
    },
    RecordTaken {
        city: CityCode,
        epoch: Epoch,
    },
}

/// What happened, in the words of "life of an entry".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Own statements became durable.
    Logged {
        count: u64,
    },
    /// Statements of a city were admitted by a road.
    Admitted {
        city: CityCode,
        road: &'static str,
        count: u64,
    },
    /// Something was refused at the door, with its stable code.
    Refused {
        road: &'static str,
        code: &'static str,
    },
    /// A segment held nothing that was not here already: no leaf, no newer checkpoint, no newer cosignature.
    Repeated {
        road: &'static str,
    },
    Witnessed {
        log: CityCode,
        cosigner: CityCode,
        size: Size,
    },
    /// Cosignatures that did not hold were left out.
    CosignaturesLeftOut {
        count: u64,
    },
    BodiesArrived {
        count: u64,
    },
    EpochOpened {
        city: CityCode,
        epoch: Epoch,
    },
    Abandoned {
        city: CityCode,
        count: u64,
    },
    /// A key record in the key folder was not taken up at the start: the own log does not end where the record continues it.
    RecordLeft {
        continues_at: Size,
        size: Size,
    },
    EvidenceFound {
        city: CityCode,
        epoch: Epoch,
    },
    SigningChanged {
        state: SigningState,
    },
    HeadChanged {
        city: CityCode,
        size: Size,
    },
    /// Fresh statements of a city were not taken as they came: its log is over its quota, or the disk has no room.
    Postponed {
        city: CityCode,
    },
    /// The disk has so little room that only endings are signed; or that is over.
    OnlyEndings {
        begins: bool,
    },
    /// A partner says that this city's log is over its quota there, so that it is fetched slowly; or that this is over.
    SlowedBy {
        partner: CityCode,
        begins: bool,
    },
    /// This node's clock differs from its partners' by half a minute or more, or does so no more. Told once each time.
    ClockCompared {
        view: ClockView,
    },
    /// Our cosigner has signed at a time that lies ahead, and signs nothing more until then (R76). Told once.
    SignedAhead {
        until: Millis,
    },
}

/// Why a command was refused. `code` is stable; the sentence says what is wrong and what to try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this node does not sign now: {0}")]
    NotSigning(SigningState),
    #[error("an entry with the same ground stands already as {0}; amend that one instead")]
    AlreadyListed(StatementId),
    #[error("the matter was ended by {0}; a new listing needs a new decision, or reinstate it")]
    GroundEnded(StatementId),
    #[error("{0} was ended by {1} already")]
    AlreadyEnded(StatementId, StatementId),
    #[error("the text of {0} was erased, and that of a correction would be erased with it")]
    TextErased(StatementId),
    #[error("{0} is an entry of this city; a city ends its own entries, and answers or disputes those of others")]
    OwnEntry(StatementId),
    #[error("this city has declined {0} already, by {1}")]
    AlreadyDeclined(StatementId, StatementId),
    #[error("this city has filed this about {0} already, by {1}, and the answer is not there yet")]
    AlreadyFiled(StatementId, StatementId),
    #[error("this city has filed about {0} as often as anybody hears it; what it files further says nothing")]
    FiledTooOften(StatementId),
    #[error("{0} was answered or withdrawn by {1} already")]
    AlreadyAnswered(StatementId, StatementId),
    #[error("the measures of {0} rest already, by {1}")]
    AlreadySuspended(StatementId, StatementId),
    #[error("{0} is upheld, and nothing was signed that carries it out")]
    NotCarriedOut(StatementId),
    #[error("there is no statement {0} in the logs held here")]
    NoSuchStatement(StatementId),
    #[error("{0} is of another city; only the city that listed may do this")]
    NotOurs(StatementId),
    #[error("{0} is not of a kind that this can act on")]
    WrongTarget(StatementId),
    #[error("{0} has no effect, for instance because a key record voided it; there is nothing to act on")]
    WithoutEffect(StatementId),
    #[error("the statement lacks {0}")]
    Incomplete(&'static str),
    /// What the moment of issue refuses of a listing (R152).
    #[error("{0}")]
    Listing(Box<IssueFault>),
    #[error("the entry names a catalogue edition that this node does not hold ({0})")]
    UnknownEdition(Digest),
    #[error("the statement or its body is too long")]
    TooLong,
    #[error("the segment was refused ({code})")]
    Segment { code: &'static str },
    #[error(
        "this is another history of the log of {0} than the one held here: the city's key signed both, which is kept as evidence \
         and shown wherever its entries are"
    )]
    OtherHistory(CityCode),
    #[error("the key record was refused ({code})")]
    Record { code: &'static str },
    #[error(
        "the key record would take the effect from the statements of this city from position {from} up to size {size}, and \
         nobody has agreed to that"
    )]
    RecordTakesAway { from: Size, size: Size },
    #[error(
        "the key record continues the log at size {continues_at}, and the log here has size {size} or another root there"
    )]
    RecordElsewhere { continues_at: Size, size: Size },
    #[error("no city {0} is a member of this federation")]
    NoSuchCity(CityCode),
    #[error(
        "the disk has too little room left: only repairs, annulments, removals, erasures and suspensions are signed"
    )]
    OnlyEndings,
    #[error(
        "this machine's clock is {seconds} seconds ahead of those of {partners} partners (their median), and what it dated would count \
         nowhere before that time; set the clock right (timedatectl) and try again in half a minute. Repairs, removals, \
         annulments, erasures and suspensions are signed all the same"
    )]
    ClockAhead { seconds: i64, partners: usize },
    #[error("the store could not be read; stop the node and run `huxin fsck`")]
    Store,
}

impl Refusal {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSigning(_) => "not_signing",
            Self::AlreadyListed(_) => "already_listed",
            Self::GroundEnded(_) => "ground_ended",
            Self::AlreadyEnded(..) => "already_ended",
            Self::TextErased(_) => "text_erased",
            Self::OwnEntry(_) => "own_entry",
            Self::AlreadyDeclined(..) => "already_declined",
            Self::AlreadyFiled(..) => "already_filed",
            Self::FiledTooOften(_) => "filed_too_often",
            Self::AlreadyAnswered(..) => "already_answered",
            Self::AlreadySuspended(..) => "already_suspended",
            Self::NotCarriedOut(_) => "not_carried_out",
            Self::NoSuchStatement(_) => "no_such_statement",
            Self::NotOurs(_) => "not_ours",
            Self::WrongTarget(_) => "wrong_target",
            Self::WithoutEffect(_) => "without_effect",
            Self::Incomplete(_) => "incomplete",
            Self::Listing(fault) => fault.code(),
            Self::UnknownEdition(_) => "unknown_edition",
            Self::TooLong => "too_long",
            Self::Segment { code } | Self::Record { code } => code,
            Self::RecordTakesAway { .. } => "record_takes_away",
            Self::RecordElsewhere { .. } => "record_elsewhere",
            Self::OtherHistory(_) => "other_history",
            Self::NoSuchCity(_) => "no_such_city",
            Self::OnlyEndings => "disk_full",
            Self::ClockAhead { .. } => "clock_ahead",
            Self::Store => "store",
        }
    }
}
