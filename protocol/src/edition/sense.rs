//! Whether an edition makes sense as a whole: codes without repeats, references that lead somewhere, a calendar within its
//! years (R150). A layer is judged together with what it lies on.

use super::file::BaseFile;
use super::registry::Registry;
use super::{Better, Calendar, EditionFault, Measure, Threshold};
use crate::body::List;
use crate::text::{check_text, folded};
use std::collections::BTreeSet;

/// The form of an edition's name and of its line's, and of ids and codes within it.
pub(super) fn is_name(text: &str) -> bool {
    let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    letters && (1..=64).contains(&text.len())
}

/// Every text of a file as it was written: none empty, none that says something else to a machine than to a reader (R6). An
/// edition is read on every screen beside every measure.
pub(super) fn check_texts(at: &str, value: &serde_json::Value) -> Result<(), EditionFault> {
    match value {
        serde_json::Value::String(text) if text.trim().is_empty() => Err(EditionFault::EmptyText(at.to_owned())),
        serde_json::Value::String(text) => {
            check_text(text).map_err(|fault| EditionFault::Text { field: at.to_owned(), fault })
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(number, item)| check_texts(&format!("{at}[{number}]"), item))
        }
        serde_json::Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            let within = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            check_texts(&within, member)
        }),
        _ => Ok(()),
    }
}

/// Everything that rows say of each other; answers the registry of lists.
pub(super) fn check(file: &BaseFile) -> Result<Registry, EditionFault> {
    let fields = codes("field", file.fields.iter().map(|row| &row.code))?;
    let grounds = codes("ground", file.grounds.iter().map(|row| &row.code))?;
    let lists = codes("list", file.lists.iter().map(|row| &row.id))?;
    check_ground_names(file)?;
    codes("figure", file.thresholds.iter().map(|row| &row.figure))?;
    check_measures(&file.measures)?;
    for list in &file.lists {
        if ["red", "black", "watch"].contains(&list.id.as_str()) {
            return Err(EditionFault::Code { what: "list", code: list.id.clone() });
        }
        if list.serious && list.kind != List::Black {
            return Err(EditionFault::Registration(list.id.clone()));
        }
        leads(&list.id, "field", list.field.as_ref(), &fields)?;
    }
    for measure in &file.measures {
        leads(&measure.code, "list", &measure.applies_to.lists, &lists)?;
        leads(&measure.code, "ground", &measure.applies_to.grounds, &grounds)?;
        let named = |id: &String| file.lists.iter().find(|list| list.id == *id);
        let misfit = |id: &String| named(id).is_some_and(|list| !measure.kind.fits(list.kind));
        if measure.applies_to.classes.is_empty() || measure.applies_to.lists.iter().any(misfit) {
            return Err(EditionFault::AppliesTo(measure.code.clone()));
        }
    }
    file.calendar.as_ref().map_or(Ok(()), check_calendar)?;
    file.thresholds.iter().try_for_each(check_threshold)?;
    Registry::of(&file.lists)
}

/// Codes of one kind of row: in form, and none twice.
fn codes<'a>(what: &'static str, of: impl Iterator<Item = &'a String>) -> Result<BTreeSet<&'a str>, EditionFault> {
    let mut all = BTreeSet::new();
    for code in of {
        if !is_name(code) {
            return Err(EditionFault::Code { what, code: code.clone() });
        }
        if !all.insert(code.as_str()) {
            return Err(EditionFault::Repeated { what, code: code.clone() });
        }
    }
    Ok(all)
}

/// A ground text that is meant for two grounds would be repairable and not.
fn check_ground_names(file: &BaseFile) -> Result<(), EditionFault> {
    let mut names = BTreeSet::new();
    for ground in &file.grounds {
        let own = BTreeSet::from([ground.code.clone(), folded(&ground.name.zh)]);
        if own.into_iter().any(|name| !names.insert(name)) {
            return Err(EditionFault::Repeated { what: "ground", code: ground.code.clone() });
        }
    }
    Ok(())
}

/// Codes of measures are upper case too: they are printed on decisions.
fn check_measures(measures: &[Measure]) -> Result<(), EditionFault> {
    let lower: Vec<String> = measures.iter().map(|measure| measure.code.to_ascii_lowercase()).collect();
    codes("measure", lower.iter()).map(|_| ())
}

fn leads<'a>(
    row: &str,
    what: &'static str,
    named: impl IntoIterator<Item = &'a String>,
    known: &BTreeSet<&str>,
) -> Result<(), EditionFault> {
    match named.into_iter().find(|code| !known.contains(code.as_str())) {
        Some(code) => Err(EditionFault::UnknownReference { row: row.to_owned(), what, code: code.clone() }),
        None => Ok(()),
    }
}

fn check_calendar(calendar: &Calendar) -> Result<(), EditionFault> {
    if let Some(pair) = calendar.years.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(EditionFault::CalendarYears(pair[1]));
    }
    let holidays: BTreeSet<_> = calendar.holidays.iter().collect();
    let outside = |day: &&crate::time::Date| !calendar.years.contains(&day.year());
    let wrong = calendar.holidays.iter().chain(&calendar.make_up_days).find(outside);
    match wrong.or_else(|| calendar.make_up_days.iter().find(|day| holidays.contains(day))) {
        Some(day) => Err(EditionFault::CalendarDay(*day)),
        None => Ok(()),
    }
}

fn check_threshold(row: &Threshold) -> Result<(), EditionFault> {
    let is_right = row.red.is_none_or(|red| match row.better {
        Better::Higher => red < row.green,
        Better::Lower => red > row.green,
    });
    if is_right { Ok(()) } else { Err(EditionFault::Threshold(row.figure.clone())) }
}
