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

impl fmt::Display for SigningState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("it is ready"),
            Self::Asking { heard, needed } => write!(
                f,
                "it waits for partners to confirm how far they hold its log ({heard} of {needed}); connect partners, or ask \
                 fewer of them with publish.partners_before_signing"
            ),
            Self::Closed(ClosedReason::NotContinued) => f.write_str(
                "its store is not the continuation of its last signature; let it fetch its log from partners, then run \
                 `huxin keys rotate`",
            ),
            Self::Closed(ClosedReason::HeardFurther(size)) => write!(
                f,
                "a partner holds its log up to {size}, further than this node; stop any other machine with these keys, let it \
                 fetch, then run `huxin keys rotate`"
            ),
            Self::Closed(ClosedReason::HeardOther) => f.write_str(
                "a partner holds another history of its log; stop any other machine with these keys, then run `huxin keys rotate`",
            ),
            Self::Closed(ClosedReason::NoKeys) => {
                f.write_str("a key record opened an epoch whose keys are not in the key folder; copy them there and restart")
            }
            Self::Held => f.write_str("it is held for a key record; try again in a moment"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::partners_to_ask;

    #[test]
    fn half_of_the_partners_are_asked_and_sixteen_at_most() {
        let asked = [0, 1, 2, 3, 4, 5, 6, 20, 32, 33, 34, 337].map(partners_to_ask);
        assert_eq!(asked, [0, 0, 1, 1, 2, 2, 3, 10, 16, 16, 16, 16]);
    }
}
