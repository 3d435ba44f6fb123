//! Which lists an edition governs, and which edition is in force in its line (R154).
//!
//! An edition can be weak: it may ask for less, set no term, or name harder measures. A city that could list under any
//! edition could choose the one that suits it. So an edition may *register* lists by name, and an entry of a registered
//! list is only as good as its registration: under another edition, or as another kind of list, it has no effect.
//!
//! Editions follow each other. Those of one *line* are versions of one catalogue, and on each day one of them is in force:
//! of those that bind that day the one that began last. A layer goes before the edition on which it lies, for its own cities.

use super::file::{Sure, Text, is_default};
use super::{BasisItem, Clocks, Edition, EditionFault, Terms};
use crate::body::{EntryBody, List};
use crate::digest::Digest;
use crate::ids::CityCode;
use crate::text::folded;
use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name that by law only lists of seriously untrustworthy subjects bear (国办发〔2020〕49号).
const SERIOUS_NAME: &str = "严重失信主体";

/// How far the law that sets a list up reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    National,
    Regional,
}

/// One list of the registry (国办发〔2020〕49号): a list exists only by law or central policy, a regional one by regulation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredList {
    pub id: String,
    pub kind: List,
    /// The Chinese name as the document that sets the list up writes it; compared in folded form (R8).
    pub name: Text,
    /// Other Chinese names of the same list, as portals write them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub also_called: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    pub scope: Scope,
    /// Whether it is a list of seriously untrustworthy subjects (严重失信主体名单).
    pub serious: bool,
    pub set_up_by: String,
    /// Who gets on it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub standard: Option<Text>,
    /// How one comes off it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub removal: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requires: Option<Vec<BasisItem>>,
    #[serde(skip_serializing_if = "is_default", default)]
    pub terms: Terms,
    #[serde(skip_serializing_if = "is_default", default)]
    pub clocks: Clocks,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub local_regulation: Option<String>,
    pub source: String,
    pub sure: Sure,
}

impl RegisteredList {
    /// Its Chinese names.
    fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.name.zh).chain(&self.also_called)
    }
}

/// Where the lists of one edition stand, by their ids and by their names in folded form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Registry {
    by_id: BTreeMap<String, usize>,
    by_name: BTreeMap<String, usize>,
}

impl Registry {
    pub(super) fn of(lists: &[RegisteredList]) -> Result<Self, EditionFault> {
        let mut registry = Self::default();
        for (at, list) in lists.iter().enumerate() {
            registry.by_id.insert(list.id.clone(), at);
            for name in list.names() {
                let folded = folded(name);
                if folded.is_empty() {
                    return Err(EditionFault::EmptyText(format!("a name of list {}", list.id)));
                }
                if registry.by_name.insert(folded, at).is_some() {
                    return Err(EditionFault::Repeated { what: "list name", code: name.clone() });
                }
            }
        }
        Ok(registry)
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
    /// The catalogue that this edition is a version of, or a layer on: its own name where the file names none.
    #[must_use]
    pub fn line(&self) -> &str {
        self.effective.line.as_deref().unwrap_or(&self.effective.name)
    }
    /// The registration of a list, named by its id or by one of its Chinese names, if this edition governs it.
    #[must_use]
    pub fn registered(&self, list: &str) -> Option<&RegisteredList> {
        let Registry { by_id, by_name } = &self.registry;
        if by_id.is_empty() {
            return None;
        }
        let at = by_id.get(list).or_else(|| by_name.get(&folded(list)))?;
        self.effective.lists.get(*at)
    }
    #[must_use]
    pub fn registers_as_serious(&self, list_name: &str) -> bool {
        self.registered(list_name).is_some_and(|list| list.serious)
    }
    /// The lists that this edition governs, in the order of the file.
    #[must_use]
    pub fn registry(&self) -> &[RegisteredList] {
        &self.effective.lists
    }
    /// Gives the entry of a registered list the id that it lacks, or the name.
    pub fn name_list(&self, entry: &mut EntryBody) {
        let named = entry.list_id.as_ref().unwrap_or(&entry.list_name);
        let Some(row) = self.registered(named).filter(|row| row.kind == entry.list) else { return };
        if entry.list_name.trim().is_empty() {
            entry.list_name.clone_from(&row.name.zh);
        }
        entry.list_id.get_or_insert_with(|| row.id.clone());
    }
    /// Whether the entry's list is one that this edition registers, as that kind, under the id that the entry gives.
    pub(super) fn registers(&self, entry: &EntryBody) -> bool {
        self.registered(&entry.list_name)
            .is_some_and(|row| row.kind == entry.list && entry.list_id.as_ref().is_none_or(|id| *id == row.id))
    }
}

/// Whether `edition` is the one of its line in force for the city on the day: of those known that bind and are for the city
/// the one with the newest base, and on that base the innermost layer, and of two layers the one that began last (R154).
fn is_in_force(edition: &Edition, known: &BTreeMap<Digest, Edition>, city: Option<CityCode>, day: Date) -> bool {
    let may = |edition: &Edition| edition.is_for(city) && edition.binds_on(day);
    may(edition)
        && !known.values().any(|other| other.line() == edition.line() && may(other) && other.lineage > edition.lineage)
}

/// The edition of a line that a city lists under on a day; no city is one that no layer names.
#[must_use]
pub fn in_force<'a>(
    known: &'a BTreeMap<Digest, Edition>,
    line: &str,
    city: Option<CityCode>,
    day: Date,
) -> Option<&'a Edition> {
    known.values().find(|edition| edition.line() == line && is_in_force(edition, known, city, day))
}

/// The editions in force for the city on the day that govern the list, ascending by digest (R154). Empty: any edition will do.
#[must_use]
pub fn governing<'a>(
    known: &'a BTreeMap<Digest, Edition>,
    list_name: &str,
    city: Option<CityCode>,
    day: Date,
) -> Vec<&'a Edition> {
    let governs =
        |edition: &&Edition| edition.registered(list_name).is_some() && is_in_force(edition, known, city, day);
    known.values().filter(governs).collect()
}

/// Whether the list of an entry of `city` belongs on the day to another edition than the one that it names, or to another
/// kind or id of list there (R154).
#[must_use]
pub fn belongs_elsewhere(
    known: &BTreeMap<Digest, Edition>,
    entry: &EntryBody,
    city: Option<CityCode>,
    day: Date,
) -> bool {
    let governing = governing(known, &entry.list_name, city, day);
    let named = known.get(&entry.edition);
    let stands = named.is_some_and(|edition| edition.registers(entry));
    if governing.is_empty() {
        // An id means a registered list, or nothing.
        return entry.list_id.is_some() && !stands;
    }
    !(stands && governing.iter().any(|edition| edition.digest() == entry.edition))
}

/// The two editions of different lines that register one list, and its name; or of one line that begin on one day for one
/// city. Which of them is meant nobody could say, so a node does not take both.
#[must_use]
pub fn contradiction(known: &BTreeMap<Digest, Edition>) -> Option<(&Edition, &Edition, Option<&RegisteredList>)> {
    let editions: Vec<&Edition> = known.values().collect();
    for (at, one) in editions.iter().enumerate() {
        for other in &editions[at + 1..] {
            if one.line() == other.line() {
                if one.rivals(other) {
                    return Some((one, other, None));
                }
            } else if let Some((_, list)) =
                one.registry.by_name.iter().find(|(name, _)| other.registry.by_name.contains_key(*name))
            {
                return Some((one, other, one.effective.lists.get(*list)));
            }
        }
    }
    None
}

impl Edition {
    /// Whether both lie on the same edition, or on none, begin on one day, and are for a city in common.
    fn rivals(&self, other: &Self) -> bool {
        let (Some((mine, my_base)), Some((theirs, their_base))) =
            (self.lineage.split_last(), other.lineage.split_last())
        else {
            return false;
        };
        let in_common = self.cities.is_empty()
            || other.cities.is_empty()
            || self.cities.iter().any(|city| other.cities.contains(city));
        my_base == their_base && mine.0 == theirs.0 && in_common
    }
}
