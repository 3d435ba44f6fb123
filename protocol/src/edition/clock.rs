//! How long each step of joint action may take (DOMAIN rule 5), and what an objection does that nobody answers.

use super::Edition;
use crate::body::List;
use crate::time::Date;

/// A step that somebody owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The listing city takes up an application.
    Accept,
    /// The authority decides on it.
    Decide,
    /// The applicant is answered.
    Answer,
    /// An objection is ruled on.
    Object,
    /// A recogniser answers an entry.
    Respond,
    /// A department says what it did.
    FeedBack,
    /// A measure is lifted after an ending.
    Lift,
    /// A decision is published.
    Publish,
}

/// What becomes of a suspension by objection when the issuer has not answered in time. Silence never ends an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The entry counts again.
    Keep,
    /// It goes on resting until it is answered.
    Rest,
}

impl Edition {
    /// Working days for a step; `None` where the edition sets no clock for it.
    #[must_use]
    pub const fn clock_days(&self, _list_name: &str, _list: List, clock: Clock) -> Option<u16> {
        let clocks = self.clocks();
        match clock {
            Clock::Accept => None,
            Clock::Decide => Some(clocks.repair_decision),
            Clock::Answer => Some(clocks.repair_feedback),
            Clock::Object => Some(clocks.objection_ruling),
            Clock::Respond | Clock::FeedBack => Some(clocks.response),
            Clock::Lift => Some(clocks.lifted_feedback),
            Clock::Publish => Some(clocks.publication),
        }
    }

    /// The last day of a clock that an event of a day starts (R153).
    #[must_use]
    pub fn last_day_of_clock(&self, event: Date, working_days: u16) -> Date {
        self.add_working_days(event, working_days)
    }

    /// What an objection does that was not answered in time.
    #[must_use]
    pub const fn objection_silence(&self) -> Silence {
        Silence::Keep
    }
}
