//! How much room there is: on the disk for what this city still has to say, and in this node for what each other member says.
//!
//! **A member's quota.** A member may log as much as it likes, and nothing of it is refused (R90). But what it logs beyond its
//! quota is fetched slowly, a small window a minute, so that no member fills the disks and the days of all others. Until that
//! log is here to its end nobody knows whether an entry was ended there, so rulings say "confirm" of such a source, and the member is
//! told with the next comparison of heads. The quota grows by the day, and with it such a log is fetched to its end.
//!
//! **A reserve for endings.** When the disk is nearly full, this city still repairs, annuls, removes and erases: whoever has made good
//! must not stay listed because a disk is full. Nothing else is signed then and nothing of others is taken.

use crate::effect::Event;
use crate::engine::Engine;
use huxin_protocol::ids::{CityCode, Size};
use huxin_protocol::time::Millis;
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 86_400_000;
/// Milliseconds between two windows of a log that is over its quota.
const SLOW_EVERY_MS: i64 = 60_000;
/// Milliseconds after which a partner is asked again for what came when the disk had no room for it.
pub(crate) const RETRY_MS: u32 = 30_000;
/// Statements of such a window: 184,320 a day.
pub(crate) const SLOW_WINDOW: u32 = 128;

/// How long another member's log may be before it is fetched slowly: so much at the founding, and more with every day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub founded_at: Millis,
    pub statements: u64,
    pub statements_per_day: u64,
    /// Bytes on the disk of this node, for statements and bodies.
    pub bytes: u64,
    pub bytes_per_day: u64,
}

impl Quota {
    /// Everything is fetched at full speed.
    pub const NONE: Self =
        Self { founded_at: Millis(0), statements: u64::MAX, statements_per_day: 0, bytes: u64::MAX, bytes_per_day: 0 };

    /// The longest log that is within it.
    fn size(&self, now: Millis) -> Size {
        Size(self.statements.saturating_add(self.statements_per_day.saturating_mul(self.days(now))))
    }
    fn days(&self, now: Millis) -> u64 {
        u64::try_from(now.0.saturating_sub(self.founded_at.0) / DAY_MS).unwrap_or(0)
    }
    fn is_over(&self, now: Millis, size: Size, bytes: u64) -> bool {
        let most = self.bytes.saturating_add(self.bytes_per_day.saturating_mul(self.days(now)));
        size >= self.size(now) || bytes >= most
    }
}

/// What the disk says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// So little is left that only endings of this city are signed.
    pub only_endings: bool,
    /// Bytes on the disk by member, where they are known.
    pub stored: BTreeMap<CityCode, u64>,
}

/// What the engine keeps of both.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    pub disk: Room,
    /// Of members over their quota: when the next window may be asked for.
    next: BTreeMap<CityCode, Millis>,
    /// Partners that say that this city's log is over its quota with them.
    slowed_by: BTreeSet<CityCode>,
}

impl Engine {
    /// The disk has another amount of room, or members another share of it.
    pub(crate) fn take_room(&mut self, room: Room) {
        if room.only_endings != self.rooms.disk.only_endings {
            self.event(Event::OnlyEndings { begins: room.only_endings });
        }
        self.rooms.disk = room;
    }

    /// Whether this member's log is over its quota here. The own one never is: what this city said before must come back.
    #[must_use]
    pub fn is_over_quota(&self, now: Millis, city: CityCode) -> bool {
        let bytes = self.rooms.disk.stored.get(&city).copied().unwrap_or_default();
        city != self.me() && self.settings.quota.is_over(now, self.size(city), bytes)
    }

    /// Members whose logs are over their quota here.
    #[must_use]
    pub fn over_quota(&self, now: Millis) -> BTreeSet<CityCode> {
        self.heads.keys().copied().filter(|city| self.is_over_quota(now, *city)).collect()
    }

    /// Partners that say that this city's log is over its quota with them.
    #[must_use]
    pub const fn slowed_by(&self) -> &BTreeSet<CityCode> {
        &self.rooms.slowed_by
    }

    /// A partner has said whether this city's log is over its quota there.
    pub(crate) fn told_over_quota(&mut self, partner: CityCode, begins: bool) {
        let changed = if begins { self.rooms.slowed_by.insert(partner) } else { self.rooms.slowed_by.remove(&partner) };
        if changed {
            self.event(Event::SlowedBy { partner, begins });
        }
    }

    /// Whether statements of a log may be asked for now: always, while it is within its quota and the disk has room.
    pub(crate) fn may_fetch(&mut self, now: Millis, city: CityCode) -> bool {
        if self.rooms.disk.only_endings && city != self.me() {
            return false;
        }
        if !self.is_over_quota(now, city) {
            self.rooms.next.remove(&city);
            return true;
        }
        // A time that lies further ahead was set before the clock went back.
        let due = self.rooms.next.get(&city).is_none_or(|next| *next <= now || next.0 > now.0 + SLOW_EVERY_MS);
        if due {
            self.rooms.next.insert(city, Millis(now.0 + SLOW_EVERY_MS));
        }
        due
    }

    /// How far a log that goes to `target` is fetched at full speed: to the end of its quota, or, where that is behind, as far as it goes.
    pub(crate) fn within_quota(&self, now: Millis, city: CityCode, target: Size) -> Size {
        let most = self.settings.quota.size(now);
        if city != self.me() && self.size(city) < most { target.min(most) } else { target }
    }

    /// Whether fresh statements of a log are taken as they come by gossip. Where not they are fetched later.
    pub(crate) fn takes_fresh(&self, now: Millis, city: CityCode) -> bool {
        city == self.me() || !(self.rooms.disk.only_endings || self.is_over_quota(now, city))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_grows_by_the_day() {
        let quota =
            Quota { founded_at: Millis(DAY_MS), statements: 10, statements_per_day: 5, bytes: 1_000, bytes_per_day: 0 };
        for (day, size, bytes, over) in [
            (1, 9, 0, false),
            (1, 10, 0, true),
            (2, 14, 0, false),
            (2, 15, 0, true),
            (2, 1, 999, false),
            (2, 1, 1_000, true),
            // A clock before the founding: the quota of its first day.
            (0, 9, 0, false),
            (0, 10, 0, true),
        ] {
            assert_eq!(quota.is_over(Millis(day * DAY_MS), Size(size), bytes), over, "day {day}, {size}, {bytes}");
        }
        assert!(!Quota::NONE.is_over(Millis(i64::MAX), Size(u64::MAX - 1), u64::MAX - 1));
    }
}
