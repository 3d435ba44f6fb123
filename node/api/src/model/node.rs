//! The node itself: who it is, what it can do now, and whom it is connected with.

use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::time::Millis;
use serde::{Deserialize, Serialize};

/// `GET /v1/info`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfoReply {
    pub city: CityCode,
    pub name: String,
    pub federation: Digest,
    pub federation_name: String,
    pub members: usize,
    pub epoch: Epoch,
    /// Stable code of the signing state: `ready`, `asking_partners`, `store_not_continued`, …
    pub signing: String,
    /// The same as a sentence.
    pub signing_text: String,
    pub editions: Vec<EditionItem>,
    /// Partners connected now.
    pub partners_up: usize,
    pub peer_id: String,
    pub version: String,
    pub pid: u32,
    pub started_at: Millis,
    pub now: Millis,
    pub clock: ClockItem,
    /// Whether entries about natural persons are taken (DOMAIN rule 11).
    pub allow_natural_persons: bool,
}

/// How this node's clock compares with its partners'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockItem {
    /// `not_compared` (no partner has answered), `agrees`, `differs` (by half a minute or more), or `ahead`: by more than five
    /// minutes, so that nothing but endings is signed.
    pub state: String,
    /// How far it is ahead, in milliseconds, by the median of the partners; below nought it is behind. Absent before the first answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ahead_ms: Option<i64>,
    /// Partner cities that it was compared with.
    pub partners: usize,
    /// The latest time at which this city's cosigner in force has signed, where that lies more than five minutes ahead: until then
    /// partners call the city stale, unless it changes its keys (`huxin keys rotate`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed_until: Option<Millis>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionItem {
    pub name: String,
    pub digest: Digest,
}

/// `POST /v1/announcements`: where this node is reached from now on, as multiaddresses without peer id. Signed into the city's
/// log under the node's own peer id; partners dial the newest of these and forget the addresses before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnounceRequest {
    pub addresses: Vec<String>,
}

/// `GET /v1/peers`: the other members, whether a connection stands, and how clocks compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeersReply {
    pub peers: Vec<PeerItem>,
    pub clock: ClockItem,
    pub signing: SigningItem,
}

/// Whether the node signs, and what to do where it does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningItem {
    /// Stable code: `ready`, `asking_partners`, `store_not_continued`, …
    pub state: String,
    /// The same as a sentence.
    pub text: String,
    #[serde(rename = "try", skip_serializing_if = "Option::is_none", default)]
    pub next_step: Option<String>,
    /// Whether partners have confirmed since the start that nothing of the own log is missing here (R144).
    pub own_log_known: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerItem {
    pub city: CityCode,
    pub name: String,
    pub up: bool,
    pub peer_id: String,
    pub addresses: Vec<String>,
    /// Since when the connection stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Millis>,
    /// Why the last attempt to reach it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<String>,
    /// Its log is over its quota here: it is fetched slowly, and its entries show "confirm".
    pub over_quota: bool,
    /// It says that this city's log is over its quota there.
    pub slows_us: bool,
}

/// `GET /readyz`: 200 if every check holds, else 503. `GET /healthz` only says that the process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyReply {
    pub ready: bool,
    /// Stable codes of what does not hold: `store_read`, `writer_silent`, `not_signing`, `no_partner`, `disk_full`.
    pub missing: Vec<String>,
}

/// `POST /v1/backup`: where the copy of the store lies until `huxin backup` has carried it away, on the node's own machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupReply {
    pub folder: std::path::PathBuf,
    pub city: CityCode,
    pub federation: Digest,
    pub made_at: Millis,
}
