//! The kinds of statement. The kind alone is the effect: an ending ends by its header, whatever becomes of its body.
//!
//! What the rules say of a kind stands in one [`table`]: the fold, the door of issue, SPEC and the command line read it.

mod table;
#[cfg(test)]
mod tests;

pub use table::{Misfit, Named, Row, TABLE, Target, Text, Who};

use serde::Serialize;

macro_rules! kinds {
    ($($number:literal $name:ident),* $(,)?) => {
        /// What a statement does. Numbers are part of the format; unknown ones are kept, passed on and shown as
        /// "needs a newer node" (R30).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($name,)*
            Unknown(u16),
        }
        impl Kind {
            #[must_use]
            pub const fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                    Self::Unknown(number) => number,
                }
            }
            #[must_use]
            pub const fn from_number(number: u16) -> Self {
                match number {
                    $($number => Self::$name,)*
                    other => Self::Unknown(other),
                }
            }
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                    Self::Unknown(_) => "Unknown",
                }
            }
        }
    };
}

kinds! {
    1 Entry, 2 Amendment, 3 Annulment, 4 Removal, 5 Repair, 6 Erasure, 7 Reinstatement, 8 Suspension, 9 Resumption,
    16 Response, 17 Feedback,
    24 RepairApplication, 25 Objection, 26 Ruling, 27 Step, 28 Withdrawal,
    32 Commitment, 33 Evaluation, 34 BodyLost,
    48 NodeAnnouncement, 49 Recognition, 50 Decline, 51 Proposal, 52 WitnessDigest,
}
