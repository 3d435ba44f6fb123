//! Whether a message by gossip can tell this node anything, by what it claims and before any signature is looked at.
//!
//! Gossip passes on what is valid, and there is no end of valid messages about one thing: any member can put a statement that
//! everybody holds under another checkpoint of its log, or add a line to a note. Each is another message to the library, and
//! would be checked and passed on by every node of the federation. So what claims nothing new goes no further, and costs a few
//! reads. What does claim something has to prove it; that is the door's work, and comes after.

use crate::ledger::{CosignatureRow, Family, HeadRow, LedgerRead, LedgerTree, ReadFault, evidence_key};
use huxin_protocol::checkpoint::Checkpoint;
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::ids::{CityCode, Size};
use huxin_protocol::note::SignatureLine;
use huxin_protocol::roster::{CityRoster, Roster};
use huxin_protocol::segment::ReadSegment;
use huxin_protocol::tree::root_at;

/// What a message claims to know that this node does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// More of the log, a newer checkpoint of it, or another history.
    pub log: bool,
    /// Places of the lines that say to be newer cosignatures, among the other lines of the checkpoint.
    pub cosignatures: Vec<usize>,
}

impl Claims {
    /// Whether it claims anything at all.
    #[must_use]
    pub const fn any(&self) -> bool {
        self.log || !self.cosignatures.is_empty()
    }
}

/// What a segment about a member's log claims.
///
/// # Errors
/// The ledger could not be read.
pub fn claims(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    member: &CityRoster,
    segment: &ReadSegment,
) -> Result<Claims, ReadFault> {
    let told = segment.checkpoint.checkpoint;
    // A retired key speaks no further than where its epoch was closed (R99), and without end if anybody listened.
    if member.closed_at(told.origin.epoch).is_some_and(|end| told.size > end) {
        return Ok(Claims::default());
    }
    let log = claims_log(read, member, &told)?;
    let mut cosignatures = Vec::new();
    for (place, line) in segment.checkpoint.other_lines.iter().enumerate() {
        if claims_cosignature(read, roster, member.code, told.size, line)? {
            cosignatures.push(place);
        }
    }
    Ok(Claims { log, cosignatures })
}

fn claims_log(read: &(impl LedgerRead + ?Sized), member: &CityRoster, told: &Checkpoint) -> Result<bool, ReadFault> {
    let city = member.code;
    let head = HeadRow::read(read, city)?;
    let stored = head.checkpoint()?.map(|stored| stored.checkpoint);
    if stored == Some(*told) {
        return Ok(false);
    }
    let proved = stored.map_or(Size(0), |stored| stored.size);
    let newer_epoch = stored.is_none_or(|stored| stored.origin.epoch < told.origin.epoch);
    let held = head.frontier.size();
    if told.size > held {
        return Ok(true);
    }
    let ours = root_at(&LedgerTree { read, city }, told.size).map_err(|_| ReadFault::row(Family::Tree))?;
    if ours == told.root {
        return Ok(told.size > proved || (told.size == proved && newer_epoch && told.size == held));
    }
    // A fork is news once; after that its branches could be told of without end.
    Ok(read.get(Family::Evidence, &evidence_key(city, told.origin.epoch))?.is_none())
}

/// The same rule by which the door takes up cosignatures: a larger log, or the same at a later time.
fn claims_cosignature(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    log: CityCode,
    size: Size,
    line: &SignatureLine,
) -> Result<bool, ReadFault> {
    let known = Cosignature::cosigner_of(line)
        .ok()
        .filter(|cosigner| roster.city(cosigner.city).and_then(|city| city.epoch(cosigner.epoch)).is_some());
    let (Some(cosigner), Some(time)) = (known, Cosignature::time_of(line)) else { return Ok(false) };
    let held = CosignatureRow::read(read, log, cosigner.city)?;
    Ok(held.is_none_or(|held| (held.size, held.time_s) < (size, time)))
}
