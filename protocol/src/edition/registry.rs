//! Which lists an edition governs, and which edition is in force in its line (R154).
//!
//! An edition can be weak: it may ask for less, set no term, or name harder measures. A city that could list under any
//! edition could choose the one that suits it. So an edition may *register* lists by name, and an entry of a registered
//! list is only as good as its registration: under another edition, or as another kind of list, it has no effect.
//!
//! Editions follow each other. Those of one *line* are versions of one catalogue, and on each day one of them is in force:
//! of those that bind that day the one that began last.

use super::{Edition, EditionFault};
use crate::body::{EntryBody, List};
use crate::digest::Digest;
use crate::text::{check_text, folded};
use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name that by law only lists of seriously untrustworthy subjects bear (国办发〔2020〕49号).
const SERIOUS_NAME: &str = "严重失信主体";

/// A list that an edition governs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredList {
    /// As the document that sets the list up writes it; compared in folded form (R8).
    pub name: String,
    pub list: List,
    /// Whether it is a list of seriously untrustworthy subjects (严重失信主体名单).
    pub serious: bool,
}

/// The lists of one edition by their names in folded form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Registry {
    by_name: BTreeMap<String, RegisteredList>,
}

impl Registry {
    pub(super) fn of(lists: &[RegisteredList]) -> Result<Self, EditionFault> {
        let mut by_name = BTreeMap::new();
        for list in lists {
            check_text(&list.name).map_err(|fault| EditionFault::Text { field: "registry".to_owned(), fault })?;
            let name = folded(&list.name);
            if name.is_empty() || (list.serious && list.list != List::Black) {
                return Err(EditionFault::Registration(list.name.clone()));
            }
            if by_name.insert(name, list.clone()).is_some() {
                return Err(EditionFault::RepeatedList(list.name.clone()));
            }
        }
        Ok(Self { by_name })
    }
}

/// Whether a list bears the name that is kept for lists of seriously untrustworthy subjects, whatever stands around it.
#[must_use]
pub fn bears_serious_name(list_name: &str) -> bool {
    folded(list_name).contains(SERIOUS_NAME)
}

/// How a list is shown. A name kept for lists of seriously untrustworthy subjects says beside it where the edition does not
/// register the list as one, since an entry of a general list under that name defames (R154).
#[must_use]
pub fn shown_name(list_name: &str, edition: Option<&Edition>) -> String {
    let name = crate::text::harmless(list_name);
    match edition {
        _ if !bears_serious_name(list_name) => name.into_owned(),
        Some(edition) if edition.registers_as_serious(list_name) => name.into_owned(),
        Some(_) => format!("{name}（措施清单版本未登记为此类名单 not registered as such）"),
        None => format!("{name}（是否登记未经核对 registration not checked）"),
    }
}

impl Edition {
    /// The catalogue that this edition is a version of: its own name where the file names none.
    #[must_use]
    pub fn line(&self) -> &str {
        self.file.line.as_deref().unwrap_or(&self.file.name)
    }
    /// The registration of a list, if this edition governs it.
    #[must_use]
    pub fn registered(&self, list_name: &str) -> Option<&RegisteredList> {
        if self.registry.by_name.is_empty() {
            return None;
        }
        self.registry.by_name.get(&folded(list_name))
    }
    #[must_use]
    pub fn registers_as_serious(&self, list_name: &str) -> bool {
        self.registered(list_name).is_some_and(|list| list.serious)
    }
    /// The lists that this edition governs.
    pub fn registry(&self) -> impl Iterator<Item = &RegisteredList> {
        self.registry.by_name.values()
    }
}

/// Whether `edition` is the one of its line in force on the day: of those known that bind, the one that began last (R154).
fn is_in_force(edition: &Edition, known: &BTreeMap<Digest, Edition>, day: Date) -> bool {
    let rank = |edition: &Edition| (edition.binds_from(), edition.digest());
    edition.binds_on(day)
        && !known
            .values()
            .any(|other| other.line() == edition.line() && other.binds_on(day) && rank(other) > rank(edition))
}

/// The editions in force on the day that govern the entry's list, ascending by digest (R154). Empty: any edition will do.
#[must_use]
pub fn governing<'a>(known: &'a BTreeMap<Digest, Edition>, list_name: &str, day: Date) -> Vec<&'a Edition> {
    let governs = |edition: &&Edition| edition.registered(list_name).is_some() && is_in_force(edition, known, day);
    known.values().filter(governs).collect()
}

/// Whether the entry's list belongs on the day to another edition than the one that it names, or to another kind of list
/// there (R154).
#[must_use]
pub fn belongs_elsewhere(known: &BTreeMap<Digest, Edition>, entry: &EntryBody, day: Date) -> bool {
    let governing = governing(known, &entry.list_name, day);
    let is_right = |edition: &&Edition| {
        edition.digest() == entry.edition
            && edition.registered(&entry.list_name).is_some_and(|registered| registered.list == entry.list)
    };
    !governing.is_empty() && !governing.iter().any(is_right)
}

/// The two editions of different lines that register one list, and its name; or of one line that begin on one day.
/// Which of them is meant nobody could say, so a node does not take both.
#[must_use]
pub fn contradiction(known: &BTreeMap<Digest, Edition>) -> Option<(&Edition, &Edition, Option<&RegisteredList>)> {
    let editions: Vec<&Edition> = known.values().collect();
    for (at, one) in editions.iter().enumerate() {
        for other in &editions[at + 1..] {
            if one.line() == other.line() {
                if one.binds_from() == other.binds_from() {
                    return Some((one, other, None));
                }
            } else if let Some((_, list)) =
                one.registry.by_name.iter().find(|(name, _)| other.registry.by_name.contains_key(*name))
            {
                return Some((one, other, Some(list)));
            }
        }
    }
    None
}
