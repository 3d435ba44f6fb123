//! A crosswalk links two subjects that are probably the same firm under two schemes. It is never proof of identity: whoever
//! made the link and by which method stands beside everything that is shown through it (DOMAIN rule 16).
//!
//! CSV with the columns `left`, `right`, `method`, `reviewer`.

use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::subject::SubjectId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    pub subject: SubjectId,
    pub method: String,
    pub reviewer: String,
}

#[derive(Clone, Debug, Default)]
pub struct Crosswalk {
    digest: Option<Digest>,
    links: BTreeMap<SubjectId, Vec<Link>>,
}

#[derive(Debug, thiserror::Error)]
pub enum CrosswalkFault {
    #[error("the crosswalk {path} could not be read: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("row {row} of the crosswalk is not left, right, method, reviewer: {cause}")]
    Row { row: u64, cause: String },
}

impl Crosswalk {
    /// # Errors
    /// The file cannot be read, or a row is not of the four columns with two well-formed subjects and a method.
    pub fn load(path: &Path) -> Result<Self, CrosswalkFault> {
        let bytes =
            std::fs::read(path).map_err(|cause| CrosswalkFault::Read { path: path.display().to_string(), cause })?;
        Self::parse(&bytes)
    }

    /// # Errors
    /// See [`Crosswalk::load`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CrosswalkFault> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Line {
            left: SubjectId,
            right: SubjectId,
            method: String,
            reviewer: String,
        }
        let mut links: BTreeMap<SubjectId, Vec<Link>> = BTreeMap::new();
        let mut reader = csv::Reader::from_reader(bytes);
        for (row, line) in (1..).zip(reader.deserialize::<Line>()) {
            let Line { left, right, method, reviewer } =
                line.map_err(|cause| CrosswalkFault::Row { row, cause: cause.to_string() })?;
            if method.trim().is_empty() {
                return Err(CrosswalkFault::Row { row, cause: "the method is empty".to_owned() });
            }
            for (one, other) in [(&left, &right), (&right, &left)] {
                let link = Link { subject: other.clone(), method: method.clone(), reviewer: reviewer.clone() };
                links.entry(one.clone()).or_default().push(link);
            }
        }
        // R166.
        Ok(Self { digest: Some(Context::Gossip.digest(bytes)), links })
    }

    /// Digest of the file, for rulings; none where there is no crosswalk.
    #[must_use]
    pub const fn digest(&self) -> Option<Digest> {
        self.digest
    }
    /// Subjects linked with this one.
    #[must_use]
    pub fn linked(&self, subject: &SubjectId) -> &[Link] {
        self.links.get(subject).map_or(&[], Vec::as_slice)
    }
}

/// A firm's name as it is compared: upper case, letters and digits only, without the commonest words for a company's form. Two
/// firms may share it, so a link by it says so.
#[must_use]
pub fn normalised_name(name: &str) -> String {
    const FORMS: [&str; 22] = [
        "CO",
        "LTD",
        "LIMITED",
        "LLC",
        "INC",
        "CORP",
        "CORPORATION",
        "COMPANY",
        "SA",
        "SAC",
        "SRL",
        "SPA",
        "GMBH",
        "PLC",
        "PT",
        "JSC",
        "LTDA",
        "EIRL",
        "CV",
        "DE",
        "AND",
        "THE",
    ];
    let upper: String =
        name.to_uppercase().chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    upper.split_whitespace().filter(|word| !FORMS.contains(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn links_go_both_ways_and_say_how_they_were_made() {
        let file = "left,right,method,reviewer\nwb:1,idb:2,normalised name,nobody\n";
        let walk = Crosswalk::parse(file.as_bytes()).unwrap();
        let idb: SubjectId = "idb:2".parse().unwrap();
        assert_eq!(walk.linked(&idb)[0].subject.to_string(), "wb:1");
        assert_eq!(walk.linked(&idb)[0].method, "normalised name");
        assert!(walk.linked(&"wb:9".parse().unwrap()).is_empty());
        assert!(Crosswalk::parse(b"left,right,method,reviewer\nwb:1,idb:2,,x\n").is_err());
        assert!(Crosswalk::parse(b"left,right,method,reviewer\nnothing,idb:2,m,x\n").is_err());
    }

    #[test]
    fn names_are_compared_without_their_legal_form() {
        assert_eq!(normalised_name("Synthetic Roads Co., Ltd."), normalised_name("SYNTHETIC ROADS COMPANY LIMITED"));
        assert_ne!(normalised_name("Synthetic Roads Co."), normalised_name("Synthetic Bridges Co."));
    }
}
