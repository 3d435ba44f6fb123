//! Random logs: what careless, hurried and dishonest offices could sign over some months, in all its kinds.

mod target;
mod text;

use super::book::{Book, Say};
use crate::words::city;
use huxin_protocol::digest::Digest;
use huxin_protocol::header::{About, Disclosure};
use huxin_protocol::ids::CityCode;
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::time::{Date, Millis};
use huxin_tests::world::Chance;

pub const START: Millis = Millis(1_767_225_600_000);
const DAY_MS: i64 = 86_400_000;

/// How much of the improbable is mixed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spice {
    /// What an honest office signs.
    Plain,
    /// Also what no node would let it sign.
    Wild,
    /// Also key records that void or abandon.
    Cut,
    /// Instead two root-signed records on one predecessor.
    Forked,
    /// Also key records, and cities that say one thing about one statement again and again, past what a ruling hears (R146).
    Loud,
}

pub struct Mixture {
    pub book: Book,
    pub chance: Chance,
    pub now: Millis,
    spice: Spice,
    cities: usize,
}

impl Mixture {
    /// `count` statements by `cities` cities over some months from the start of 2026.
    pub fn new(seed: u64, cities: usize, count: usize, spice: Spice) -> Self {
        let mut mixture = Self { book: Book::new(cities), chance: Chance::new(seed), now: START, spice, cities };
        for _ in 0..count {
            mixture.now.0 += mixture.chance.below(3 * DAY_MS as u64) as i64;
            let by = mixture.some_city();
            mixture.speak(by);
            if spice == Spice::Loud && mixture.chance.hits(60) {
                mixture.repeat(by);
            }
            if matches!(spice, Spice::Cut | Spice::Forked | Spice::Loud) && mixture.chance.hits(30) {
                mixture.rotate(by);
            }
        }
        for number in 1..=cities {
            let rotated = mixture.book.is_rotated(city(number)).then(|| mixture.book.logs[&city(number)].leaves.len());
            if let (Spice::Forked, Some(size)) = (spice, rotated.filter(|size| *size > 8)) {
                let at = size - 1 - mixture.chance.below(7) as usize;
                mixture.book.fork(city(number), at);
            }
        }
        mixture
    }

    pub fn some_city(&mut self) -> CityCode {
        city(1 + self.chance.below(self.cities as u64) as usize)
    }

    fn wild(&mut self, permille: u64) -> bool {
        self.spice != Spice::Plain && self.chance.hits(permille)
    }

    pub(super) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.chance.below(of.len() as u64) as usize]
    }

    /// A day within 40 months around the start.
    fn day(&mut self) -> Date {
        let days = self.chance.below(1_200) as i64 - 1_100;
        Millis(START.0 + days * DAY_MS).date()
    }

    fn some_day(&mut self, permille: u64) -> Option<Date> {
        self.chance.hits(permille).then(|| self.day())
    }

    fn speak(&mut self, by: CityCode) {
        let kind = self.kind();
        let Some(about) = self.about(by, kind) else { return };
        self.say(by, kind, about);
    }

    /// What one city may say by the hundred about one statement.
    fn repeat(&mut self, by: CityCode) {
        let kinds = [
            Kind::Objection,
            Kind::RepairApplication,
            Kind::Response,
            Kind::Decline,
            Kind::Ruling,
            Kind::Withdrawal,
            Kind::Feedback,
            Kind::Step,
            Kind::Amendment,
            Kind::Suspension,
        ];
        let kind = self.one(&kinds);
        let Some(Some(about)) = self.about(by, kind) else { return };
        // Half of the time all but the last few have no effect, so that it is seen which of them are heard.
        let astray = if self.chance.hits(500) { 1000 } else { 100 };
        let (often, last) = (61 + self.chance.below(10), 4);
        for said in 0..often + last {
            let mut about = about;
            if said < often && self.chance.hits(astray) {
                about.digest = Digest([9; 32]);
            }
            self.say(by, kind, Some(about));
        }
    }

    fn say(&mut self, by: CityCode, kind: Kind, about: Option<About>) {
        let (body, ground) = self.body(by, kind, about);
        let mut say = Say::new(kind, self.now, &body);
        say.about = about;
        say.ground = ground;
        say.disclosure = match self.chance.below(10) {
            0 => Disclosure::Federation,
            1 => Disclosure::Named(vec![self.some_city()]),
            _ => Disclosure::Public,
        };
        if self.wild(60) {
            // A clock that is wrong by minutes, hours or months.
            let off = self.one(&[1, 2, 60 * 24, 60 * 24 * 90]) * 60_000 * self.one(&[-1, 1]);
            say.issued_at.0 += off + self.one(&[0, 300_000, 300_001]);
        }
        say.ground = say.ground.filter(|_| !self.wild(15));
        say.misplaced = self.wild(15);
        say.withheld = self.wild(25);
        if self.wild(15) {
            say.body_version = 2;
        }
        if self.wild(20) {
            say.body = vec![0xa1, 0x00, 0x41, 0x01];
        }
        self.book.say(by, say);
    }

    /// A new epoch, sometimes with a stretch that is void or left behind.
    fn rotate(&mut self, by: CityCode) {
        let size = self.book.logs[&by].leaves.len();
        if size < 4 {
            return;
        }
        let cut = if matches!(self.spice, Spice::Cut | Spice::Loud) && self.chance.hits(600) {
            1 + self.chance.below(4) as usize
        } else {
            0
        };
        let first = self.book.logs[&by].leaves.iter().position(|leaf| leaf.id.epoch.0 == self.book.logs[&by].epoch);
        let kept = size.saturating_sub(cut).max(first.unwrap_or(size));
        let begin = first.unwrap_or(size);
        let void_after =
            (kept >= 3 && self.chance.hits(400)).then(|| (kept - 1 - self.chance.below(2) as usize) as u64);
        // It lies in the epoch that closes, or just before it.
        let void_after = void_after.filter(|last| last + 1 >= begin as u64 && *last < kept as u64);
        let tail = if self.chance.hits(500) { Tail::Endings } else { Tail::Void };
        self.book.cut(by, kept, void_after, tail);
    }
}
