//! The registry of families: every stored row has its place here, one line of purpose each. Numbers and names are part
//! of the stored form; a retired one keeps its line as a gravestone.

/// A family of rows. In RocksDB each is a column family of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Family {
    /// What the store is: form version, federation, city, incarnation, cursors. Key: a short name.
    Meta = 0,
    /// Leaves as they came. Key: city ‖ seq. Never erased.
    Log = 1,
    /// Bodies. Key: city ‖ epoch ‖ seq. The only family with erasable content: what it loses by an erasure leaves the files too.
    Body = 2,
    /// Roots of complete subtrees at levels 4, 8, 12, … Key: city ‖ level ‖ index.
    Tree = 3,
    /// Frontier and newest proved checkpoint. Key: city.
    Head = 4,
    /// Root-signed key records as they came. Key: city ‖ epoch ‖ digest.
    Record = 5,
    /// Newest cosignature per pair. Key: city of the log ‖ city of the cosigner.
    Cosignature = 6,
    /// Index: who acts on what. Key: target city ‖ target seq ‖ kind ‖ actor city ‖ actor seq. Value: empty.
    About = 7,
    /// Index: listings by ground. Key: city ‖ ground tag ‖ seq.
    Ground = 8,
    /// Index: listings by subject. Key: first 16 bytes of the digest of `scheme:id` ‖ city ‖ seq.
    Subject = 9,
    /// Index: trust statements, and what cities file for subjects. Key: city ‖ kind ‖ seq.
    Trust = 10,
    /// Index: own statements by the source's record. Key: first 16 bytes of the digest of the reference ‖ seq. Value: empty; of
    /// an erased record the whole digest of its reference, so that it is known when it comes again.
    Reference = 11,
    /// Bodies that we may read and do not hold. Key: city ‖ seq. Value: kind of the statement.
    Lacking = 12,
    /// Leaves that a key record left outside the log. Key: city ‖ epoch ‖ seq. Value: leaf.
    Abandoned = 13,
    /// Evidence of contradiction. Key: city ‖ epoch.
    Evidence = 14,
    /// Local audit log, hash-chained. Key: number.
    Audit = 15,
    /// Index: amendments that hold, with the first link of their chain. Key: city ‖ seq. Value: seq of the first link.
    Chain = 16,
    /// Index: erasures by what they erase, a chain or an act by itself. Key: city ‖ seq of the first link or of the act ‖ seq of the
    /// erasure.
    Erased = 17,
}

/// All families in the order of their numbers.
pub const FAMILIES: [Family; 18] = [
    Family::Meta,
    Family::Log,
    Family::Body,
    Family::Tree,
    Family::Head,
    Family::Record,
    Family::Cosignature,
    Family::About,
    Family::Ground,
    Family::Subject,
    Family::Trust,
    Family::Reference,
    Family::Lacking,
    Family::Abandoned,
    Family::Evidence,
    Family::Audit,
    Family::Chain,
    Family::Erased,
];

impl Family {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Log => "log",
            Self::Body => "body",
            Self::Tree => "tree",
            Self::Head => "head",
            Self::Record => "record",
            Self::Cosignature => "cosignature",
            Self::About => "about",
            Self::Ground => "ground",
            Self::Subject => "subject",
            Self::Trust => "trust",
            Self::Reference => "reference",
            Self::Lacking => "lacking",
            Self::Abandoned => "abandoned",
            Self::Evidence => "evidence",
            Self::Audit => "audit",
            Self::Chain => "chain",
            Self::Erased => "erased",
        }
    }
    /// Whether the rows hold words of a body. Each family is asked by its name, so that a new one must answer.
    #[must_use]
    pub const fn holds_texts(self) -> bool {
        match self {
            Self::Body => true,
            Self::Meta
            | Self::Log
            | Self::Tree
            | Self::Head
            | Self::Record
            | Self::Cosignature
            | Self::About
            | Self::Ground
            | Self::Subject
            | Self::Trust
            | Self::Reference
            | Self::Lacking
            | Self::Abandoned
            | Self::Evidence
            | Self::Audit
            | Self::Chain
            | Self::Erased => false,
        }
    }
    /// Whether the rows can be made anew from logs, bodies and records.
    #[must_use]
    pub const fn is_index(self) -> bool {
        matches!(
            self,
            Self::Tree
                | Self::About
                | Self::Ground
                | Self::Subject
                | Self::Trust
                | Self::Reference
                | Self::Lacking
                | Self::Chain
                | Self::Erased
        )
    }
}
