//! Rows of an edition, and what differs between two.

use super::{Context, DiffArgs, ShowArgs, Summary, find};
use crate::fault::Fault;
use crate::say;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Serialize)]
struct Shown {
    edition: Summary,
    /// Path of a row's member to its text.
    rows: BTreeMap<String, String>,
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
    context.show(&Shown { edition: Summary::of(&edition), rows }, |shown| {
        if args.part.is_none() {
            shown.edition.print();
        }
        shown.rows.iter().for_each(|(path, text)| say!("{path}\n    {text}"));
    })
}

/// How one edition becomes the other.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Differences {
    pub added: BTreeMap<String, String>,
    pub removed: BTreeMap<String, String>,
    /// Path to what stood there and what stands there now.
    pub changed: BTreeMap<String, (String, String)>,
}

impl Differences {
    pub fn between(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Self {
        let mut out = Self::default();
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for path in paths {
            match (old.get(path), new.get(path)) {
                (Some(was), Some(is)) if was != is => {
                    out.changed.insert(path.clone(), (was.clone(), is.clone()));
                }
                (Some(was), None) => {
                    out.removed.insert(path.clone(), was.clone());
                }
                (None, Some(is)) => {
                    out.added.insert(path.clone(), is.clone());
                }
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
        out.extend(self.removed.iter().map(|(path, was)| format!("- {path}\n    {was}")));
        out.extend(self.added.iter().map(|(path, is)| format!("+ {path}\n    {is}")));
        out.extend(self.changed.iter().map(|(path, (was, is))| format!("~ {path}\n  - {was}\n  + {is}")));
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
        let rows =
            |of: &[(&str, &str)]| of.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let found = Differences::between(
            &rows(&[("a", "1"), ("b", "1"), ("c", "1")]),
            &rows(&[("b", "2"), ("c", "1"), ("d", "1")]),
        );
        assert_eq!(found.removed, rows(&[("a", "1")]));
        assert_eq!(found.added, rows(&[("d", "1")]));
        assert_eq!(found.changed.into_iter().collect::<Vec<_>>(), [("b".to_owned(), ("1".to_owned(), "2".to_owned()))]);
    }
}
