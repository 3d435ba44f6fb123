//! Logs as they are held here: heads, cosignatures, segments on their way, and key records.

use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::subject::SubjectId;
use huxin_protocol::time::Millis;
use serde::{Deserialize, Serialize};

/// `GET /v1/subjects/{scheme:id}/status?at=&explain=&public=`. The answer is the protocol's ruling as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusQuery {
    /// Milliseconds since 1970, or a date (its first instant in UTC+8); absent: now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<String>,
    /// Whether the reply tells the chain of reasons.
    #[serde(default)]
    pub explain: bool,
    /// Only what anyone may see (R139).
    #[serde(default)]
    pub public: bool,
    /// The officer looked at a code whose check character fails, and means it (DOMAIN rule 15).
    #[serde(default)]
    pub confirm_code: bool,
}

/// A subject that a crosswalk links with the one that was asked for. Shown apart: a link is no proof of identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedSubject {
    pub subject: SubjectId,
    pub method: String,
    pub reviewer: String,
}

/// `GET /v1/heads`: how far this node holds every member's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadsReply {
    /// The heads digest (R163): equal on two nodes that hold the same logs, witnesses and evidence. Not the log digest of a ruling.
    pub digest: Digest,
    pub heads: Vec<HeadItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadItem {
    pub city: CityCode,
    pub name: String,
    pub own: bool,
    pub epoch: Epoch,
    pub size: Size,
    pub root: TreeHash,
    /// Digest of the last key record.
    pub record: Digest,
    /// Size of the newest checkpoint held.
    pub proved: Size,
    /// Bodies that this city may read and does not hold.
    pub lacking: u64,
    pub frozen: bool,
    /// Time of the newest own cosignature: how fresh the source is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fresh_at: Option<Millis>,
    pub cosignatures: Vec<CosignatureItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CosignatureItem {
    /// Whose cosigner key signed; the log's own city is its heartbeat, others are witnesses.
    pub city: CityCode,
    pub size: Size,
    pub time: Millis,
}

/// `GET /v1/segments?city=&from=`: one segment as bytes (`application/octet-stream`), at most one page, with the
/// headers [`FROM_HEADER`], [`COUNT_HEADER`] and [`SIZE_HEADER`]. With nothing new it carries the newest checkpoint and
/// a count of 0. Ask again from `from + count` until then. `POST /v1/segments` takes one such segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentQuery {
    pub city: CityCode,
    #[serde(default = "first")]
    pub from: Seq,
    /// Last epoch whose key record the receiver has; the records after it come along.
    #[serde(default = "first_epoch")]
    pub epoch: Epoch,
    /// The city that the segments are carried to: texts that name their readers come along where it is one of them. Without
    /// it only texts that every member may read do.
    #[serde(default)]
    pub reader: Option<CityCode>,
}

/// Query of `GET /v1/entries/{id}/proof`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProofQuery {
    /// Puts the text into the bundle although it is not public.
    pub body: bool,
}

const fn first() -> Seq {
    Seq(0)
}
const fn first_epoch() -> Epoch {
    Epoch::FIRST
}

/// Position of the segment's first statement.
pub const FROM_HEADER: &str = "huxin-from";
/// Number of its statements.
pub const COUNT_HEADER: &str = "huxin-count";
/// Size of the checkpoint that proves it.
pub const SIZE_HEADER: &str = "huxin-size";

/// Answer to `POST /v1/segments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReply {
    pub city: CityCode,
    /// Number of statements that were new here.
    pub new: u64,
    /// How far the log is held now.
    pub size: Size,
}

/// Answer to `POST /v1/rotation/hold`: the place at which a key record may continue. Signing stops until the record
/// comes or the hold runs out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReply {
    pub city: CityCode,
    /// The epoch that is to be closed.
    pub epoch: Epoch,
    pub last_record: Digest,
    pub size: Size,
    pub root: TreeHash,
}

/// Query of `POST /v1/rotation/record`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordQuery {
    /// The operator was shown every own statement below this size that the record takes the effect from, and agreed. Without
    /// it a record that takes the effect from any is refused.
    pub agreed_below: Option<Size>,
}

/// Answer to `POST /v1/rotation/record`, whose body is the record's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReply {
    pub city: CityCode,
    pub epoch: Epoch,
}
