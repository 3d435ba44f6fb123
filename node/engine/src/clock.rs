//! This node's clock beside its partners'.
//!
//! What a clock that ran ahead has signed cannot be taken back: nobody hears the city before that time has come, unless it
//! changes its keys (R76, R92). So the node asks each partner for its time, when it connects and with every round, and holds its
//! own clock against the *median* of the answers.
//!
//! One liar among three moves no median beyond what an honest clock says. Of two in the middle the one nearer to our own clock
//! counts, so that of two partners both have to say that we are wrong. With one partner it is word against word: the offset is
//! shown, no line is signed that this partner would leave out anyway, and nothing is refused. With none nothing is known, and the
//! node believes its clock.
//!
//! A clock that was set leaps between two inputs. What was measured before is worth nothing then: partners are asked anew, and no
//! line is signed until they have answered, ten seconds at most.

use crate::effect::{Event, Refusal};
use crate::engine::Engine;
use crate::input::Peer;
use crate::sync::Purpose;
use crate::wire::Request;
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::limits::CLOCK_TOLERANCE_MS;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

/// From here on the log and the metrics warn: no clock that is looked after is so far off.
pub const WARN_MS: i64 = 30_000;
/// An answer that took longer says too little: it may be wrong by half of this.
const LONGEST_ROUND_TRIP_MS: i64 = 10_000;
/// How long lines wait after a leap for partners to answer.
const DOUBT_MS: i64 = 10_000;
/// Of so many partners more than one has to agree that this clock is ahead before anything is refused.
const PARTNERS_TO_REFUSE: usize = 2;

/// What the comparison says now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockView {
    /// How far this node's clock is ahead of its partners', by their median; below nought it is behind. `None` before the first
    /// answer.
    pub ahead_ms: Option<i64>,
    /// Partner cities whose clocks were compared.
    pub partners: usize,
}

impl ClockView {
    fn of(offsets: impl Iterator<Item = i64>) -> Self {
        let mut offsets: Vec<i64> = offsets.collect();
        offsets.sort_unstable();
        Self { ahead_ms: median(&offsets), partners: offsets.len() }
    }

    /// Whether an operator should look at it.
    #[must_use]
    pub fn differs(self) -> bool {
        self.ahead_ms.is_some_and(|ahead| ahead.saturating_abs() >= WARN_MS)
    }

    /// Whether partners would leave out what is signed with this clock (R92).
    #[must_use]
    pub fn is_ahead(self) -> bool {
        self.ahead_ms.is_some_and(|ahead| ahead > CLOCK_TOLERANCE_MS)
    }

    /// Whether this clock is so far ahead, and so many partners say it, that nothing is dated by it.
    #[must_use]
    pub fn refuses(self) -> bool {
        self.is_ahead() && self.partners >= PARTNERS_TO_REFUSE
    }

    /// The time by which a statement is dated: the partners', where so many of them say that our clock is ahead, and else our own.
    /// Endings are signed then too, and for an earlier day they end from their date on (R122).
    #[must_use]
    pub fn honest(self, now: Millis) -> Millis {
        if self.refuses() { self.by_partners(now) } else { now }
    }

    /// What time it is by the partners, where any has answered.
    #[must_use]
    pub fn by_partners(self, now: Millis) -> Millis {
        Millis(now.0.saturating_sub(self.ahead_ms.unwrap_or(0)))
    }
}

/// The middle of ascending offsets. Of two in the middle the one nearer to nought, and nought where they lie on both sides of it.
fn median(offsets: &[i64]) -> Option<i64> {
    let (low, high) = (offsets.get(offsets.len().checked_sub(1)? / 2)?, offsets.get(offsets.len() / 2)?);
    Some(if *low > 0 {
        *low
    } else if *high < 0 {
        *high
    } else {
        0
    })
}

/// What the engine keeps of it.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    /// How far our clock was ahead of each city's when that city last answered: at most one a member.
    ahead: BTreeMap<CityCode, i64>,
    /// The time of the last input.
    last: Option<Millis>,
    /// When this clock last leapt with partners to ask.
    leapt: Option<Millis>,
    /// Whether the operator was told that the clock differs.
    told: bool,
    /// The epoch of which the operator was told that its cosigner has signed in the future.
    pub told_signed_ahead: Option<Epoch>,
}

impl Clocks {
    fn view(&self) -> ClockView {
        ClockView::of(self.ahead.values().copied())
    }
    pub(crate) fn compared(&self) -> usize {
        self.ahead.len()
    }
}

impl Engine {
    /// This node's clock beside its partners'.
    #[must_use]
    pub fn clock(&self) -> ClockView {
        self.clocks.view()
    }

    /// Looks at the time of an input. Ticks come at least every two minutes, so a clock that goes on by more, or back, was set, or
    /// the machine slept.
    pub(crate) fn notice_time(&mut self, now: Millis) {
        let Some(last) = self.clocks.last.replace(now) else { return };
        if now.0.abs_diff(last.0) <= CLOCK_TOLERANCE_MS.unsigned_abs() {
            return;
        }
        self.clocks.ahead.clear();
        self.sync.forget_lines();
        let peers = self.sync.peers();
        self.clocks.leapt = (!peers.is_empty()).then_some(now);
        for peer in peers {
            self.ask_time(now, &peer);
        }
        self.tell_of_clock();
    }

    /// Asks a partner for its time, unless that question is open.
    pub(crate) fn ask_time(&mut self, now: Millis, peer: &Peer) {
        // One that was asked before a leap is answered to nobody.
        self.sync.drop_questions(
            peer,
            |purpose| matches!(purpose, Purpose::Time { sent } if sent.0.abs_diff(now.0) > 60_000),
        );
        if !self.sync.waits_for_time(|other| other == peer) {
            self.ask(peer, Purpose::Time { sent: now }, Request::Time);
        }
    }

    /// A partner's clock, as it stood somewhere between question and answer.
    pub(crate) fn time_told(&mut self, now: Millis, city: CityCode, sent: Millis, theirs: Millis) {
        let round_trip = now.0.saturating_sub(sent.0);
        if city == self.me() || !(0..=LONGEST_ROUND_TRIP_MS).contains(&round_trip) {
            return;
        }
        let ours = sent.0 + round_trip / 2;
        self.clocks.ahead.insert(city, ours.saturating_sub(theirs.0));
        self.tell_of_clock();
    }

    /// Once when it begins to differ, and once when it does no more.
    fn tell_of_clock(&mut self) {
        let view = self.clocks.view();
        if self.clocks.told != view.differs() && view.partners > 0 {
            self.clocks.told = view.differs();
            self.event(Event::ClockCompared { view });
        }
    }

    /// Whether no cosignature may be made with this clock: partners would leave it out, and it would bind the key (R76). After a leap
    /// the question is open until all partners have answered, but not for long: some may be gone.
    pub(crate) fn lines_wait(&self, now: Millis) -> bool {
        let in_doubt = self.clocks.leapt.is_some_and(|at| (0..DOUBT_MS).contains(&(now.0.saturating_sub(at.0))));
        self.clocks.view().is_ahead() || (in_doubt && self.sync.waits_for_time(|_| true))
    }

    /// Why nothing but endings is signed with this clock, where that is so.
    pub(crate) fn clock_refuses(&self) -> Option<Refusal> {
        let view = self.clocks.view();
        let ahead_ms = view.ahead_ms.filter(|_| view.refuses())?;
        Some(Refusal::ClockAhead { seconds: ahead_ms / 1000, partners: view.partners })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn view(offsets: &[i64]) -> ClockView {
        ClockView::of(offsets.iter().copied())
    }

    #[test]
    fn the_median_is_the_middle_and_of_two_the_one_nearer_to_our_own_clock() {
        for (offsets, due) in [
            (&[][..], None),
            (&[7_000][..], Some(7_000)),
            (&[3, 9][..], Some(3)),
            (&[-9, -3][..], Some(-3)),
            (&[-9, 3][..], Some(0)),
            (&[5, 1, 3][..], Some(3)),
            (&[-40, -2, 5, 90][..], Some(0)),
        ] {
            assert_eq!(view(offsets).ahead_ms, due, "{offsets:?}");
            assert_eq!(view(offsets).partners, offsets.len());
        }
    }

    /// A partner may say what it likes: where most are honest, what is shown lies between what honest partners say, or nearer to
    /// our own clock.
    #[test]
    fn one_liar_moves_no_median_of_two_or_more() {
        for honest in [&[200][..], &[-4, 300][..], &[10, 20, 31_000][..], &[-700, -600, -500, 0][..]] {
            let least = honest.iter().min().unwrap().min(&0);
            let most = honest.iter().max().unwrap().max(&0);
            for lie in [i64::MIN, -86_400_000, -1, 0, 1, 86_400_000, i64::MAX] {
                let all: Vec<i64> = honest.iter().copied().chain([lie]).collect();
                let shown = view(&all).ahead_ms.unwrap();
                assert!((*least..=*most).contains(&shown), "{honest:?} and {lie} show {shown}");
            }
        }
    }

    #[test]
    fn thirty_seconds_warn_and_five_minutes_by_two_partners_refuse() {
        let minutes = CLOCK_TOLERANCE_MS;
        for (offsets, differs, ahead, refuses) in [
            (vec![], false, false, false),
            (vec![29_999], false, false, false),
            (vec![30_000], true, false, false),
            (vec![-30_000], true, false, false),
            (vec![minutes + 1], true, true, false),
            (vec![minutes + 1, minutes + 5], true, true, true),
            (vec![minutes, minutes + 5], true, false, false),
            (vec![0, minutes * 2], false, false, false),
            (vec![-minutes * 9, -minutes * 9], true, false, false),
            (vec![i64::MIN], true, false, false),
        ] {
            let view = view(&offsets);
            assert_eq!((view.differs(), view.is_ahead(), view.refuses()), (differs, ahead, refuses), "{offsets:?}");
        }
    }
}
