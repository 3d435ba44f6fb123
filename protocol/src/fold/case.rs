//! The case file of one subject: the facts a ruling is made from, gathered from the logs by whoever holds them. Order of
//! gathering does not matter: [`super::rule`] sorts.

use crate::body::Body;
use crate::digest::{Digest, TreeHash};
use crate::edition::Edition;
use crate::header::Header;
use crate::ids::{CityCode, Epoch, Seq, Size, StatementId};
use crate::subject::SubjectId;
use crate::time::Millis;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a statement's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyState {
    Held(Body),
    /// Held and matching its commitment, but unreadable under the rules: the stable code of the fault.
    Malformed(&'static str),
    /// We are a reader and do not hold it.
    Lacking,
    /// We are not among its readers.
    NotReader,
    /// An Erasure about it is in view.
    Erased,
}

/// One leaf of a log at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Where the leaf stands: the log's city, the epoch of the position, the position.
    pub id: StatementId,
    /// Statement digest.
    pub digest: Digest,
    pub header: Header,
    pub body: BodyState,
    /// The position lies in a stretch that a key record voided, or in a frozen branch (R85).
    pub voided: bool,
    /// An ending among abandoned leaves that keeps its effect (`tail: endings`).
    pub abandoned: bool,
}

/// What is known of one city's log as a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFact {
    pub city: CityCode,
    pub name: String,
    pub epoch: Epoch,
    pub size: Size,
    pub root: TreeHash,
    pub last_record: Digest,
    pub abandoned_heads: Vec<Digest>,
    pub frozen: bool,
    /// A record cut the log below a head that another member cosigned.
    pub history_cut: bool,
    /// Sorted positions of lacking bodies (live, not void by header, no Erasure in view).
    pub lacking: Arc<[Seq]>,
    /// Time of the newest own cosignature with size ≤ the complete point.
    pub freshness: Option<Millis>,
    /// Cities whose newest cosignature on this log, by the key in force, we hold, and the size of the checkpoint that it is on: the
    /// current size or an earlier one. The own city never counts.
    pub witnesses: BTreeMap<CityCode, Size>,
}

/// For whom, and for when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewpoint {
    pub federation: Digest,
    pub viewer: CityCode,
    pub at: Millis,
    /// Whether `at` is the present. Then a repair or removal that is in view has taken effect, whatever its issued_at.
    pub now: bool,
    /// Digest of the crosswalk file in use, if any.
    pub crosswalk: Option<Digest>,
}

/// Everything in the logs that touches one subject.
///
/// `facts` holds: every Entry and Amendment whose body names the subject; every other link of their chains, up and down;
/// every listing that shares a ground tag with one of those links, with its chain, transitively; every statement about any of
/// these that a ruling hears (R146), with what is said about those; the matters of the listings that their current links are
/// derived from ([`super::origins`]); and every Recognition by the viewer.
#[derive(Clone, Debug)]
pub struct CaseFile<'a> {
    pub subject: SubjectId,
    pub view: Viewpoint,
    pub facts: Vec<Fact>,
    /// All cities of the federation, by code.
    pub sources: BTreeMap<CityCode, SourceFact>,
    pub editions: &'a BTreeMap<Digest, Edition>,
}
