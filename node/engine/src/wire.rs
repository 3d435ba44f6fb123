//! What nodes ask each other, over request-response, and the frames of an export (R169). CBOR arrays `[number, …]`; the frame's length stands before it on
//! the road. Any member can serve any log: every answer is checked as if it came from a stranger.

mod codec;
mod frame;

pub use codec::{CODE_BYTES, HEADS_PER_RESPONSE, NOTE_BYTES, REQUEST_BYTES};
pub use frame::{LENGTH_BYTES, frame_head, frame_length};

use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::time::Millis;

/// How far somebody holds one city's log. Times stay out, so that two quiet nodes compare equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadSummary {
    pub city: CityCode,
    /// Last epoch known.
    pub epoch: Epoch,
    pub size: Size,
    pub root: TreeHash,
    /// Digest of the last key record known.
    pub record: Digest,
    /// Size of the newest checkpoint that can be served.
    pub proved: Size,
    /// Digest over the set of (cosigner, size) held for this log.
    pub witnesses: Digest,
    /// Digest over all evidence held about this city; zeros where there is none.
    pub evidence: Digest,
    /// Whether this log is over its quota there, so that it is fetched slowly. No part of the digest of heads.
    pub over_quota: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `[1, digest]`: are we equal?
    Heads { digest: Digest },
    /// `[2, city, from, count, epoch]`: up to `count` statements from `from` on, with the key records after `epoch`.
    /// With count 0 (or nothing new) the answer is the newest checkpoint with its cosignatures.
    Segment { city: CityCode, from: Seq, count: u32, epoch: Epoch },
    /// `[3, [[city, epoch, seq], …]]`: bodies of these statements, where the asking city may read them.
    Bodies { ids: Vec<StatementId> },
    /// `[4, city, size]`: how the log of this size leads to the newest checkpoint. Asked where what a peer serves does not
    /// continue what is held here: the answer tells a fork of the city from a peer's invention.
    History { city: CityCode, size: Size },
    /// `[5, city]`: all evidence held about this city.
    Evidence { city: CityCode },
    /// `[6]`: what does your clock say?
    Time,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// `[1]`: the digests are equal.
    Same,
    /// `[2, [[city, epoch, size, root, record, proved, witnesses, evidence, over quota], …]]`.
    Heads(Vec<HeadSummary>),
    /// `[3, segment bytes]`.
    Segment(Vec<u8>),
    /// `[4, [[city, epoch, seq, body], …]]`.
    Bodies(Vec<(StatementId, Vec<u8>)>),
    /// `[5]`: nothing of that here.
    Nothing,
    /// `[6, milliseconds]`: too much at once; ask again later.
    Busy { retry_after_ms: u32 },
    /// `[7, code]`: will not be answered; a stable code.
    Refused { code: String },
    /// `[8, root, proof, checkpoint note]`: the root at the size asked for, the hashes of the proof that leads from it to the
    /// checkpoint one after the other, and the checkpoint.
    History { root: TreeHash, proof: Vec<TreeHash>, checkpoint: Vec<u8> },
    /// `[9, [evidence bytes, …]]`.
    Evidence(Vec<Vec<u8>>),
    /// `[10, milliseconds]`: since 1970, by the clock of whoever answers (R167).
    Time(Millis),
}

/// Most bodies asked for in one request.
pub const BODIES_PER_REQUEST: usize = 256;
/// Most statements asked for in one request; a page of [`huxin_protocol::limits::PAGE_BYTES`] may hold fewer.
pub const STATEMENTS_PER_REQUEST: u32 = 1024;
/// Most evidence in one answer: one object an epoch, and no city changes its keys so often in a year.
pub const EVIDENCE_PER_RESPONSE: usize = 64;
/// Longest frame in bytes: a page, one statement with body that made it full, and the envelope.
pub const FRAME_BYTES: usize = huxin_protocol::limits::PAGE_BYTES + 128 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    #[error("the message is not deterministic CBOR: {0}")]
    Cbor(#[from] huxin_protocol::cbor::CborFault),
    #[error("the message has none of the known shapes")]
    Shape,
    #[error("the message is longer than its limit")]
    TooLong,
}

impl WireFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cbor(_) => "wire_not_canonical",
            Self::Shape => "wire_shape",
            Self::TooLong => "wire_too_long",
        }
    }
}
