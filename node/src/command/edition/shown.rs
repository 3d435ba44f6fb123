//! Rows of an edition, and what differs between two.

use super::{Context, DiffArgs, ShowArgs, Summary, find};
use crate::chinese::wrapped;
use crate::fault::Fault;
use crate::say;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One member of a row of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Where it stands: `measures.D-B-01.period_months`.
    pub path: String,
    pub text: String,
}

/// A member that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Changed {
    path: String,
    was: String,
    is: String,
}

#[derive(Debug, Serialize)]
struct Shown {
    edition: Summary,
    rows: Vec<Member>,
}

/// A text within the columns of the screen, under its path.
fn block(text: &str) -> String {
    wrapped(text, 74).replace('\n', "\n    ")
}

/// Rows as a list, in the order of their paths.
pub fn members(rows: impl IntoIterator<Item = (String, String)>) -> Vec<Member> {
    rows.into_iter().map(|(path, text)| Member { path, text }).collect()
}

pub(super) fn show(args: &ShowArgs, context: &Context) -> Result<(), Fault> {
    let edition = find(&args.edition, context)?;
    let mut rows = edition.rows();
    if let Some(part) = &args.part {
        rows.retain(|path, _| path == part || path.starts_with(&format!("{part}.")));
        if rows.is_empty() {
            return Err(Fault::usage("edition_part", format_args!("edition {} has no part {part:?}", edition.name()))
                .trying("name one of lists, measures, kinds, clocks, grounds, fields, calendar, thresholds"));
        }
    }
    context.show(&Shown { edition: Summary::of(&edition), rows: members(rows) }, |shown| {
        if args.part.is_none() {
            shown.edition.print();
        }
        shown.rows.iter().for_each(|Member { path, text }| say!("{path}\n    {}", block(text)));
    })
}

/// How one edition becomes the other.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Differences {
    pub added: Vec<Member>,
    pub removed: Vec<Member>,
    pub changed: Vec<Changed>,
}

impl Differences {
    pub fn between(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Self {
        let mut out = Self::default();
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for path in paths {
            let member = |text: &String| Member { path: path.clone(), text: text.clone() };
            match (old.get(path), new.get(path)) {
                (Some(was), Some(is)) if was != is => {
                    out.changed.push(Changed { path: path.clone(), was: was.clone(), is: is.clone() });
                }
                (Some(was), None) => out.removed.push(member(was)),
                (None, Some(is)) => out.added.push(member(is)),
                _ => {}
            }
        }
        out
    }

    pub fn lines(&self) -> Vec<String> {
        let mut out = vec![format!(
            "增 added {}，减 removed {}，改 changed {}",
            self.added.len(),
            self.removed.len(),
            self.changed.len()
        )];
        out.extend(self.removed.iter().map(|Member { path, text }| format!("- {path}\n    {}", block(text))));
        out.extend(self.added.iter().map(|Member { path, text }| format!("+ {path}\n    {}", block(text))));
        out.extend(
            self.changed
                .iter()
                .map(|Changed { path, was, is }| format!("~ {path}\n  - {}\n  + {}", block(was), block(is))),
        );
        out
    }
}

pub(super) fn diff(args: &DiffArgs, context: &Context) -> Result<(), Fault> {
    let (old, new) = (find(&args.old, context)?, find(&args.new, context)?);
    let differences = Differences::between(&old.rows(), &new.rows());
    context.show(&differences, |differences| differences.lines().iter().for_each(|line| say!("{line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_added_removed_changed_or_the_same() {
        let rows = |of: &[(&str, &str)]| -> BTreeMap<String, String> {
            of.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let found = Differences::between(
            &rows(&[("a", "1"), ("b", "1"), ("c", "1")]),
            &rows(&[("b", "2"), ("c", "1"), ("d", "1")]),
        );
        let changed = Changed { path: "b".to_owned(), was: "1".to_owned(), is: "2".to_owned() };
        let due = Differences {
            added: members(rows(&[("d", "1")])),
            removed: members(rows(&[("a", "1")])),
            changed: vec![changed],
        };
        assert_eq!(found, due);
    }
}
