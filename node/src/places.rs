//! Every place where the text of a statement may lie, and how it leaves from there after an erasure: the one registry of it (DOMAIN
//! rule 13). `docs/operators.md` prints it, and a test compares the two. A new place that is not written here is a fault: a family of
//! rows that holds texts says so itself ([`Family::holds_texts`]), and its row is looked for below.

use crate::runtime::shredder::{COPY_FORGOTTEN, LEAVES_WITHIN};
use huxin_engine::ledger::Family;
use huxin_engine::mesh::SEEN_FOR;
use std::time::Duration;

/// How a text leaves a place after its erasure has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The node takes it away by itself, within this time; it shows it to nobody meanwhile.
    Within(Duration),
    /// It goes with the question, message or command that carried it.
    WithItsCarrier,
    /// A person must see to it: the node cannot reach it.
    ByHand,
}

/// One place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Stable name.
    pub name: &'static str,
    /// What it is, in English as the documents have it.
    pub what: &'static str,
    pub leaving: Leaving,
    /// What takes it away.
    pub road: &'static str,
    /// The family of rows, where it is one.
    pub family: Option<Family>,
}

const fn place(name: &'static str, what: &'static str, leaving: Leaving, road: &'static str) -> Place {
    Place { name, what, leaving, road, family: None }
}

/// All of them.
pub const PLACES: [Place; 11] = [
    Place {
        family: Some(Family::Body),
        ..place(
            "body",
            "rows of texts in the data files",
            Leaving::Within(LEAVES_WITHIN),
            "the shredder rewrites the files",
        )
    },
    place(
        "log-of-writes",
        "RocksDB's logs of writes",
        Leaving::Within(LEAVES_WITHIN),
        "the shredder flushes; old logs are removed",
    ),
    place(
        "block-cache",
        "blocks of data files in memory",
        Leaving::Within(LEAVES_WITHIN),
        "goes with the file that is rewritten",
    ),
    place("gossip", "messages of the last minutes in memory", Leaving::Within(SEEN_FOR), "the mesh forgets them"),
    place(
        "copy-under-way",
        "`data/backup-to-carry-away`",
        Leaving::Within(COPY_FORGOTTEN),
        "removed when it is carried away or forgotten",
    ),
    place("drafts", "commands that wait for the writer", Leaving::WithItsCarrier, "gone with the answer"),
    place("answers", "pages and segments on their way", Leaving::WithItsCarrier, "gone with the connection"),
    place("backups", "backups that were carried away", Leaving::ByHand, "destroy them, or keep them under lock"),
    place(
        "exports",
        "files of `huxin export` and `huxin prove --with-body`",
        Leaving::ByHand,
        "destroy them, and tell whoever got one",
    ),
    place("entry-files", "files from which entries were published or imported", Leaving::ByHand, "delete them"),
    place(
        "free-blocks",
        "blocks of removed files on the disk",
        Leaving::ByHand,
        "encrypt the disk, or discard them (`fstrim`)",
    ),
];

impl Leaving {
    /// As the table in the documents says it.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Within(time) if time.as_secs() >= 7200 => format!("within {} hours", time.as_secs() / 3600),
            Self::Within(time) => format!("within {} minutes", time.as_secs() / 60),
            Self::WithItsCarrier => "at once".to_owned(),
            Self::ByHand => "by people".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_engine::ledger::FAMILIES;

    /// The law gives three days (72 hours) at most for what a node takes away by itself.
    const AT_MOST: Duration = Duration::from_secs(72 * 3600);

    #[test]
    fn every_family_with_texts_has_its_place_and_none_stays_too_long() {
        for family in FAMILIES {
            let listed = PLACES.iter().filter(|place| place.family == Some(family)).count();
            assert_eq!(listed, usize::from(family.holds_texts()), "{}", family.name());
        }
        for place in PLACES {
            assert!(!matches!(place.leaving, Leaving::Within(time) if time > AT_MOST), "{}", place.name);
            assert_eq!(PLACES.iter().filter(|other| other.name == place.name).count(), 1, "{}", place.name);
        }
    }

    #[test]
    fn the_documents_print_the_registry() {
        let documents = include_str!("../../docs/operators.md");
        for Place { name, what, leaving, road, .. } in PLACES {
            let row = format!("| {name} | {what} | {} | {road} |", leaving.text());
            assert!(documents.lines().any(|line| line == row), "docs/operators.md lacks\n{row}");
        }
    }
}
