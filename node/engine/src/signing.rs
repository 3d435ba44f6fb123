//! Whether this node may sign. "Never contradict yourself": a node whose store is not provably the continuation of its
//! last signature must not sign under the same epoch; it fetches its log from partners and goes on under a new one.

use huxin_protocol::ids::Size;
use std::fmt;

/// What the opener of the store found out before the engine starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// Nothing was ever signed with these keys: store and marker are both new.
    New,
    /// The marker outside the data folder names the store's own incarnation.
    Proved,
    /// The marker names another incarnation, or is there while the store is empty, or is gone.
    Broken,
}

/// How many partners at most have to say how far they hold our log before a start signs.
const PARTNERS_TO_ASK: usize = 16;

/// How many partners a node of a federation of so many members hears before it signs after a start: half of them, so that it
/// meets somebody who was there when it last signed, and never more than sixteen. Alone there is nobody to ask.
#[must_use]
pub const fn partners_to_ask(members: usize) -> usize {
    let half = members / 2;
    if half < PARTNERS_TO_ASK { half } else { PARTNERS_TO_ASK }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigningState {
    /// Signing.
    Ready,
    /// Waiting until enough partners have said how far they hold our log; a snapshot of the whole machine cannot be told
    /// from the machine itself in any other way.
    Asking { heard: usize, needed: usize },
    /// Our log went on somewhere else, or may have. Only a key record opens signing again.
    Closed(ClosedReason),
    /// Held for a key record until it comes or the hold runs out.
    Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedReason {
    /// The store is not the continuation of the last signature.
    NotContinued,
    /// A partner holds more of our log than we do, up to this size.
    HeardFurther(Size),
    /// A partner holds another history of our log.
    HeardOther,
    /// A key record names an epoch whose keys are not in the key folder.
    NoKeys,
}

impl SigningState {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Asking { .. } => "asking_partners",
            Self::Closed(ClosedReason::NotContinued) => "store_not_continued",
            Self::Closed(ClosedReason::HeardFurther(_)) => "own_log_further_elsewhere",
            Self::Closed(ClosedReason::HeardOther) => "own_log_differs_elsewhere",
            Self::Closed(ClosedReason::NoKeys) => "no_keys_for_epoch",
            Self::Held => "held_for_key_record",
        }
    }
}

/// What an operator does after a store came back that is not the continuation of the last signature.
pub const AFTER_A_RESTORE: &str = "wait until `huxin peers` says that the own log is whole here (a city alone has nobody to ask), then run \
                                   `huxin keys rotate`";

impl SigningState {
    /// What an operator does about it: the one place that says so, for every screen, log and answer.
    #[must_use]
    pub const fn next_step(&self) -> Option<&'static str> {
        match self {
            Self::Ready => None,
            Self::Asking { .. } => Some(
                "look at `huxin peers`: when enough partners have answered, signing begins by itself; [publish] \
                 partners_before_signing says how many",
            ),
            Self::Closed(ClosedReason::NotContinued) => Some(AFTER_A_RESTORE),
            Self::Closed(ClosedReason::HeardFurther(_)) => Some(
                "stop any other machine that has these keys, and wait until `huxin peers` says that the own log is whole here; if \
                 it does not sign then, run `huxin keys rotate`",
            ),
            Self::Closed(ClosedReason::HeardOther) => {
                Some("stop any other machine that has these keys, then run `huxin keys rotate`")
            }
            Self::Closed(ClosedReason::NoKeys) => Some(
                "copy the keys of that epoch into the key folder, from its newest backup, and start the node again",
            ),
            Self::Held => {
                Some("try again in a moment: signing goes on by itself when the key record has come, or fails to")
            }
        }
    }
}

impl fmt::Display for SigningState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("it is ready"),
            Self::Asking { heard, needed } => {
                write!(f, "it waits for partners to confirm how far they hold its log ({heard} of {needed})")
            }
            Self::Closed(ClosedReason::NotContinued) => {
                f.write_str("its store is not the continuation of its last signature")
            }
            Self::Closed(ClosedReason::HeardFurther(size)) => {
                write!(f, "a partner holds its log up to {size}, further than this node")
            }
            Self::Closed(ClosedReason::HeardOther) => f.write_str("a partner holds another history of its log"),
            Self::Closed(ClosedReason::NoKeys) => {
                f.write_str("a key record opened an epoch whose keys are not in the key folder")
            }
            Self::Held => f.write_str("it is held for a key record"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClosedReason, SigningState, partners_to_ask};
    use huxin_protocol::ids::Size;

    /// Whoever cannot sign has one thing to do, and what it is goes with the state: nobody is told to rotate who only has to wait, nor to
    /// resume what was never begun.
    #[test]
    fn each_state_has_the_next_step_that_leads_out_of_it() {
        use ClosedReason::{HeardFurther, HeardOther, NoKeys, NotContinued};
        for (state, due, rotates) in [
            (SigningState::Ready, None, false),
            (SigningState::Asking { heard: 0, needed: 1 }, Some("begins by itself"), false),
            (SigningState::Held, Some("in a moment"), false),
            (SigningState::Closed(NoKeys), Some("key folder"), false),
            (SigningState::Closed(NotContinued), Some("own log is whole"), true),
            (SigningState::Closed(HeardFurther(Size(7))), Some("own log is whole"), true),
            (SigningState::Closed(HeardOther), Some("any other machine"), true),
        ] {
            let next = state.next_step();
            assert_eq!(next.is_some(), due.is_some(), "{state}");
            let next = next.unwrap_or_default();
            assert!(next.contains(due.unwrap_or_default()), "{state}: {next}");
            assert_eq!(next.contains("huxin keys rotate`"), rotates, "{state}: {next}");
            assert!(!next.contains("--resume"), "{state}: {next}");
        }
    }

    #[test]
    fn half_of_the_partners_are_asked_and_sixteen_at_most() {
        let asked = [0, 1, 2, 3, 4, 5, 6, 20, 32, 33, 34, 337].map(partners_to_ask);
        assert_eq!(asked, [0, 0, 1, 1, 2, 2, 3, 10, 16, 16, 16, 16]);
    }
}
