//! The kinds of statement. The kind alone is the effect: an ending ends by its header, whatever becomes of its body.

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
    1 Entry, 2 Amendment, 3 Annulment, 4 Removal, 5 Repair, 6 Erasure, 7 Reinstatement,
    16 Response, 17 Feedback,
    24 RepairApplication, 25 Objection, 26 Ruling,
    32 Commitment, 33 Evaluation, 34 BodyLost,
    48 NodeAnnouncement, 49 Recognition, 50 Decline, 51 Proposal, 52 WitnessDigest,
}

impl Kind {
    /// Annulment, Removal, Repair and Erasure: they win, by header alone, for ever (R31).
    #[must_use]
    pub const fn is_ending(self) -> bool {
        matches!(self, Self::Annulment | Self::Removal | Self::Repair | Self::Erasure)
    }
    /// Entry and Amendment: they list, and need a ground (R32).
    #[must_use]
    pub const fn is_listing(self) -> bool {
        matches!(self, Self::Entry | Self::Amendment)
    }
    /// Whether this release gives the kind an effect; the other numbers are reserved or unknown.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        self.is_listing()
            || self.is_ending()
            || matches!(self, Self::Reinstatement | Self::Recognition | Self::Decline | Self::NodeAnnouncement)
    }
    /// Kinds that act on another statement and must name it (R33).
    #[must_use]
    pub const fn needs_about(self) -> bool {
        self.is_ending()
            || matches!(
                self,
                Self::Amendment | Self::Reinstatement | Self::Response | Self::Feedback | Self::Ruling | Self::Decline
            )
    }
    /// Bodies of trust kinds are public and never erased (R34).
    #[must_use]
    pub const fn is_trust(self) -> bool {
        matches!(self, Self::NodeAnnouncement | Self::Recognition | Self::Proposal | Self::WitnessDigest)
    }
    /// What a city says beside its listings: its text is the city's own to erase, and its effect is by header (R145).
    #[must_use]
    pub const fn is_act(self) -> bool {
        !self.is_listing() && !self.is_trust() && !matches!(self, Self::Unknown(_))
    }
    /// Whether a ruling reads the body. The lack of any other is nobody's loss but that text's (R134).
    #[must_use]
    pub const fn is_read_by_rulings(self) -> bool {
        self.is_listing() || matches!(self, Self::Recognition | Self::Decline)
    }
}
