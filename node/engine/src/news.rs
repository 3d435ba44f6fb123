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
use huxin_protocol::limits::CLOCK_TOLERANCE_MS;
use huxin_protocol::note::SignatureLine;
use huxin_protocol::roster::{CityRoster, Roster};
use huxin_protocol::segment::ReadSegment;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::root_at;
use std::collections::BTreeMap;

/// Seconds by which a cosignature on the same checkpoint must be later to count as news: half of the time between two
/// heartbeats (R77). Whoever signs one a second is checked and passed on once in this time.
pub const LEAST_INTERVAL_S: u64 = 30;

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
    now: Millis,
) -> Result<Claims, ReadFault> {
    let told = segment.checkpoint.checkpoint;
    // A retired key speaks no further than where its epoch was closed (R99), and without end if anybody listened.
    if member.closed_at(told.origin.epoch).is_some_and(|end| told.size > end) {
        return Ok(Claims::default());
    }
    let log = claims_log(read, member, &told)?;
    let lines = &segment.checkpoint.other_lines;
    let cosignatures = newer(read, roster, (member.code, told.size), lines, countable(roster, lines, now))?;
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

/// The lines below a checkpoint that can count at all, by their places: of each cosigner the latest one, signed in its epoch in
/// force and not more than five minutes ahead of this node's clock (R92). A cosigner may write as many lines as it likes; one
/// of them is looked at.
#[must_use]
pub fn countable(roster: &Roster, lines: &[SignatureLine], now: Millis) -> Vec<usize> {
    let mut latest: BTreeMap<CityCode, (u64, usize)> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        let (Ok(cosigner), Some(time)) = (Cosignature::cosigner_of(line), Cosignature::time_of(line)) else { continue };
        let in_force = roster.city(cosigner.city).is_some_and(|city| city.current().epoch == cosigner.epoch);
        let foreign = cosigner.federation != roster.federation();
        let ahead = i64::try_from(time)
            .map_or(true, |time| time.saturating_mul(1000) > now.0.saturating_add(CLOCK_TOLERANCE_MS));
        if !in_force || foreign || ahead {
            continue;
        }
        let best = latest.entry(cosigner.city).or_insert((time, place));
        if time > best.0 {
            *best = (time, place);
        }
    }
    let mut places: Vec<usize> = latest.into_values().map(|(_, place)| place).collect();
    places.sort_unstable();
    places
}

/// Which of these lines the door takes up if they hold: those of a larger checkpoint than is held of the cosigner, or of the same
/// one and later by [`LEAST_INTERVAL_S`].
pub(crate) fn newer(
    read: &(impl LedgerRead + ?Sized),
    roster: &Roster,
    (log, size): (CityCode, Size),
    lines: &[SignatureLine],
    countable: Vec<usize>,
) -> Result<Vec<usize>, ReadFault> {
    let mut newer = Vec::new();
    for place in countable {
        let Some(line) = lines.get(place) else { continue };
        let (Ok(cosigner), Some(time)) = (Cosignature::cosigner_of(line), Cosignature::time_of(line)) else { continue };
        let held = CosignatureRow::read_in_force(read, roster, log, cosigner.city)?;
        if held.is_none_or(|held| {
            (held.size, held.time_s) < (size, time)
                && (held.size < size || time.saturating_sub(held.time_s) >= LEAST_INTERVAL_S)
        }) {
            newer.push(place);
        }
    }
    Ok(newer)
}
