//! Clocks of the steps, in working days, per list (DOMAIN rule 5, R158).

use super::{Edition, Sure};
use crate::body::{EntryBody, List};
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// One clock in working days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockDays {
    pub days: u16,
    pub source: String,
    pub sure: Sure,
}

/// The steps that have a clock (DOMAIN rule 5, R158).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Accept an application, or refuse it.
    Accept,
    /// Decide on it.
    Decide,
    /// Answer the applicant.
    Answer,
    /// Rule on an objection.
    Object,
    /// Respond to a call for joint action.
    Respond,
    /// Feed back that a measure was applied.
    FeedBack,
    /// Feed back that it was lifted.
    Lift,
    /// Publish after the decision.
    Publish,
}

impl Clock {
    pub const ALL: [Self; 8] = [
        Self::Accept,
        Self::Decide,
        Self::Answer,
        Self::Object,
        Self::Respond,
        Self::FeedBack,
        Self::Lift,
        Self::Publish,
    ];
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decide => "decide",
            Self::Answer => "answer",
            Self::Object => "object",
            Self::Respond => "respond",
            Self::FeedBack => "feed_back",
            Self::Lift => "lift",
            Self::Publish => "publish",
        }
    }
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Accept => ("accept an application", "受理申请"),
            Self::Decide => ("decide on an application", "认定单位决定"),
            Self::Answer => ("answer the applicant", "答复申请人"),
            Self::Object => ("rule on an objection", "处理异议"),
            Self::Respond => ("respond to a call for joint action", "响应联合奖惩"),
            Self::FeedBack => ("feed back an applied measure", "反馈措施执行"),
            Self::Lift => ("feed back a lifted measure", "反馈措施解除"),
            Self::Publish => ("publish after the decision", "决定后公示"),
        }
    }
    /// Whether the step is the listing city's own; the others are steps of its partners.
    #[must_use]
    pub const fn is_own_step(self) -> bool {
        !matches!(self, Self::Respond | Self::FeedBack | Self::Lift)
    }
}

/// Clocks by step; an absent one has no bound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clocks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decide: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respond: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_back: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lift: Option<ClockDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<ClockDays>,
}

impl Clocks {
    #[must_use]
    pub const fn of(&self, clock: Clock) -> Option<&ClockDays> {
        match clock {
            Clock::Accept => self.accept.as_ref(),
            Clock::Decide => self.decide.as_ref(),
            Clock::Answer => self.answer.as_ref(),
            Clock::Object => self.object.as_ref(),
            Clock::Respond => self.respond.as_ref(),
            Clock::FeedBack => self.feed_back.as_ref(),
            Clock::Lift => self.lift.as_ref(),
            Clock::Publish => self.publish.as_ref(),
        }
    }
    pub(super) const fn place(&mut self, clock: Clock) -> &mut Option<ClockDays> {
        match clock {
            Clock::Accept => &mut self.accept,
            Clock::Decide => &mut self.decide,
            Clock::Answer => &mut self.answer,
            Clock::Object => &mut self.object,
            Clock::Respond => &mut self.respond,
            Clock::FeedBack => &mut self.feed_back,
            Clock::Lift => &mut self.lift,
            Clock::Publish => &mut self.publish,
        }
    }
}

/// What it means that nobody ruled on an objection in time. It never ends an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// What rested while it was open counts again.
    Keep,
    /// It goes on resting until somebody rules.
    Rest,
}

impl Edition {
    /// Working days that a step may take on a list, named by its id or by a name; `None` where the edition sets no clock.
    #[must_use]
    pub fn clock_days(&self, list_name: &str, list: List, clock: Clock) -> Option<u16> {
        let own = self.rules(list_name, list).row().and_then(|row| row.clocks.of(clock));
        own.or_else(|| self.clocks().of(clock)).map(|row| row.days)
    }
    /// The same for the list of an entry: by the id that it gives, else by its name.
    #[must_use]
    pub fn clock_days_for(&self, entry: &EntryBody, clock: Clock) -> Option<u16> {
        self.clock_days(entry.list_id.as_deref().unwrap_or(&entry.list_name), entry.list, clock)
    }
    /// The last day of a clock that an event on `event` starts (R153).
    #[must_use]
    pub fn last_day_of_clock(&self, event: Date, working_days: u16) -> Date {
        self.add_working_days(event, working_days)
    }
}
