//! Enumerations that a body writes as a number from 0, in the order in which they stand here, with their words on screens.

macro_rules! choices {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $en:literal $zh:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }
        impl $name {
            /// In the order of their numbers, from 0.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            #[must_use]
            pub const fn number(self) -> u8 {
                self as u8
            }
            /// English and Chinese.
            #[must_use]
            pub const fn text(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$variant => ($en, $zh),)+
                }
            }
            pub(super) fn read(reader: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::cbor::ReadFault> {
                super::entry::numbered(reader, Self::ALL, 0)
            }
        }
    };
}

pub(super) use choices;
