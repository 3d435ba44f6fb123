//! Layers (R155): what a province or a city adds to an edition, and where it asks less of a subject.
//!
//! A layer names the edition on which it lies by its digest, and the cities that list under it. It narrows in the subject's
//! favour, adds what a local regulation provides, confirms what the base only has from the press, and shortens the clocks of
//! its own cities' steps. Whatever else it says is refused by name, so that nobody has to compare two files by eye.

use super::file::{BaseFile, Field, Ground, Sure, Text};
use super::{
    AtMax, BasisItem, Calendar, Clock, Clocks, Edition, EditionFault, Measure, MeasureKind, RegisteredList,
    RepairCondition, Scope, SeverityTerms,
};
use crate::body::{List, Severity};
use crate::digest::Digest;
use crate::ids::CityCode;
use crate::ruling::DisclosureLevel;
use crate::subject::SubjectClass;
use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Base, layer, and a layer on that.
pub const MOST_LAYERS: usize = 3;

/// A layer as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayerFile {
    pub format: String,
    pub name: String,
    pub title: Text,
    pub notice: Text,
    pub binds_from: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub binds_until: Option<Date>,
    pub base: Digest,
    pub cities: Vec<CityCode>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub grounds: Vec<Ground>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lists: Vec<RegisteredList>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub measures: Vec<Measure>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub confirm: Vec<Confirm>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub narrow_lists: Vec<NarrowList>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub narrow_measures: Vec<NarrowMeasure>,
    #[serde(skip_serializing_if = "super::file::is_default", default)]
    pub clocks: Clocks,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub list_clocks: BTreeMap<String, Clocks>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub calendar: Option<Calendar>,
}

/// An office has read what the base has from the press only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    measure: Option<String>,
    source: String,
}

/// Shorter or milder terms of a list, or of all lists of a kind that say nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NarrowList {
    /// The list's id, or `black` or `watch`.
    list: String,
    /// Absent: every severity that the base names.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    listing_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    publication_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at_max: Option<AtMax>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    repairable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    repair_after_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    repair_requires: Option<Vec<RepairCondition>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    disclosure: Option<DisclosureLevel>,
    /// What an entry has to name besides.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    requires_also: Vec<BasisItem>,
    source: String,
    sure: Sure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NarrowMeasure {
    measure: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    classes: Option<Vec<SubjectClass>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    period_months: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    withdrawn: Option<bool>,
    source: String,
    sure: Sure,
}

/// What the cities of the layer list under: the base with the layer on it.
pub(super) fn compose(layer: &LayerFile, base: &Edition) -> Result<BaseFile, EditionFault> {
    if base.lineage.len() >= MOST_LAYERS {
        return Err(EditionFault::LayerDepth);
    }
    let ascending = layer.cities.windows(2).all(|pair| pair[0] < pair[1]);
    if layer.cities.is_empty() || !ascending || !layer.cities.iter().all(|city| base.is_for(Some(*city))) {
        return Err(EditionFault::LayerCities);
    }
    let mut file = base.effective.clone();
    file.name.clone_from(&layer.name);
    file.line = Some(base.line().to_owned());
    file.title.clone_from(&layer.title);
    file.notice.clone_from(&layer.notice);
    file.binds_from = file.binds_from.max(layer.binds_from);
    file.binds_until = [file.binds_until, layer.binds_until].into_iter().flatten().min();
    layer.confirm.iter().try_for_each(|row| confirm(&mut file, row))?;
    layer.narrow_lists.iter().try_for_each(|row| narrow_list(&mut file, row))?;
    layer.narrow_measures.iter().try_for_each(|row| narrow_measure(&mut file, row))?;
    shorten(&mut file.clocks, &layer.clocks, "clocks")?;
    for (id, clocks) in &layer.list_clocks {
        let whole = file.clocks.clone();
        let list = list_of(&mut file, id)?;
        // What the list has not of its own it has from the edition, and that is what is shortened.
        for clock in Clock::ALL {
            if clocks.of(clock).is_some() && list.clocks.of(clock).is_none() {
                *list.clocks.place(clock) = whole.of(clock).cloned();
            }
        }
        shorten(&mut list.clocks, clocks, &format!("list_clocks.{id}"))?;
    }
    add(&mut file, layer, &base.effective)?;
    if let Some(calendar) = &layer.calendar {
        add_years(&mut file.calendar, calendar)?;
    }
    Ok(file)
}

fn widens(what: String) -> EditionFault {
    EditionFault::LayerWidens(what)
}

fn list_of<'a>(file: &'a mut BaseFile, id: &str) -> Result<&'a mut RegisteredList, EditionFault> {
    let unknown = || EditionFault::UnknownReference { row: "layer".to_owned(), what: "list", code: id.to_owned() };
    file.lists.iter_mut().find(|list| list.id == id).ok_or_else(unknown)
}

fn measure_of<'a>(file: &'a mut BaseFile, code: &str) -> Result<&'a mut Measure, EditionFault> {
    let unknown = || EditionFault::UnknownReference { row: "layer".to_owned(), what: "measure", code: code.to_owned() };
    file.measures.iter_mut().find(|measure| measure.code == code).ok_or_else(unknown)
}

fn confirm(file: &mut BaseFile, row: &Confirm) -> Result<(), EditionFault> {
    let (source, sure) = match (&row.list, &row.measure) {
        (Some(id), None) => {
            let list = list_of(file, id)?;
            (&mut list.source, &mut list.sure)
        }
        (None, Some(code)) => {
            let measure = measure_of(file, code)?;
            (&mut measure.source, &mut measure.sure)
        }
        _ => return Err(EditionFault::LayerConfirms),
    };
    if *sure != Sure::Reported {
        return Err(EditionFault::LayerConfirms);
    }
    *sure = Sure::Read;
    *source = format!("{source}; {}", row.source);
    Ok(())
}

fn narrow_list(file: &mut BaseFile, row: &NarrowList) -> Result<(), EditionFault> {
    let kind = match row.list.as_str() {
        "black" => Some(List::Black),
        "watch" => Some(List::Watch),
        _ => None,
    };
    let named = match kind {
        Some(kind) => kind,
        None => list_of(file, &row.list)?.kind,
    };
    if named == List::Red {
        return Err(widens(format!("narrow_lists {}: the terms of a red list", row.list)));
    }
    let of_kind = file.kinds.of(named).clone();
    let severities = [Some(Severity::Minor), Some(Severity::General), Some(Severity::Serious), None];
    for severity in severities.into_iter().filter(|one| row.severity.is_none() || *one == row.severity) {
        let place = match kind {
            Some(kind) => file.kinds.of_mut(kind).terms.place(severity),
            None => list_of(file, &row.list)?.terms.place(severity),
        };
        // A list without terms of its own has those of its kind.
        let base = place.clone().or_else(|| of_kind.terms.of(severity).cloned());
        let base = match (base, row.severity) {
            (Some(base), _) => base,
            (None, None) => continue,
            (None, Some(_)) => unbounded(row),
        };
        *place = Some(narrowed(base, row)?);
    }
    let requires = match kind {
        Some(kind) => &mut file.kinds.of_mut(kind).requires,
        None => list_of(file, &row.list)?.requires.get_or_insert(of_kind.requires),
    };
    for item in &row.requires_also {
        if !requires.contains(item) {
            requires.push(*item);
        }
    }
    Ok(())
}

/// The terms of a severity that the base does not name: nothing bounds them.
fn unbounded(row: &NarrowList) -> SeverityTerms {
    SeverityTerms {
        listing_months: None,
        at_max: AtMax::Ends,
        publication_months: None,
        repairable: true,
        repair_after_months: None,
        repair_requires: Vec::new(),
        disclosure: DisclosureLevel::Public,
        source: row.source.clone(),
        sure: row.sure,
    }
}

/// A bound that the layer gives, where it is no longer than the base's.
fn shorter(of: Option<u16>, to: Option<u16>) -> Result<Option<u16>, ()> {
    match (of, to) {
        (Some(of), Some(to)) if to > of => Err(()),
        (of, to) => Ok(to.or(of)),
    }
}

fn narrowed(mut terms: SeverityTerms, row: &NarrowList) -> Result<SeverityTerms, EditionFault> {
    let wide = |member: &str| widens(format!("narrow_lists {}: {member}", row.list));
    terms.listing_months = shorter(terms.listing_months, row.listing_months).map_err(|()| wide("listing_months"))?;
    terms.publication_months =
        shorter(terms.publication_months, row.publication_months).map_err(|()| wide("publication_months"))?;
    if let Some(months) = row.repair_after_months {
        // Without a waiting time a repair is possible at once, and any wait would be longer.
        if months > terms.repair_after_months.unwrap_or(0) {
            return Err(wide("repair_after_months"));
        }
        terms.repair_after_months = Some(months);
    }
    match row.at_max {
        Some(AtMax::Authority) if terms.at_max == AtMax::Ends => return Err(wide("at_max")),
        Some(at_max) => terms.at_max = at_max,
        None => {}
    }
    match row.repairable {
        Some(false) if terms.repairable => return Err(wide("repairable")),
        Some(repairable) => terms.repairable = repairable,
        None => {}
    }
    if let Some(conditions) = &row.repair_requires {
        if !conditions.iter().all(|one| terms.repair_requires.contains(one)) {
            return Err(wide("repair_requires"));
        }
        terms.repair_requires.clone_from(conditions);
    }
    if let Some(disclosure) = row.disclosure {
        if disclosure < terms.disclosure {
            return Err(wide("disclosure"));
        }
        terms.disclosure = disclosure;
    }
    (terms.source, terms.sure) = (row.source.clone(), row.sure);
    Ok(terms)
}

fn narrow_measure(file: &mut BaseFile, row: &NarrowMeasure) -> Result<(), EditionFault> {
    let wide = |member: &str| widens(format!("narrow_measures {}: {member}", row.measure));
    let measure = measure_of(file, &row.measure)?;
    if measure.kind == MeasureKind::Incentive {
        return Err(wide("an incentive"));
    }
    if let Some(classes) = &row.classes {
        if !classes.iter().all(|class| measure.applies_to.classes.contains(class)) {
            return Err(wide("classes"));
        }
        measure.applies_to.classes.clone_from(classes);
    }
    measure.period_months = shorter(measure.period_months, row.period_months).map_err(|()| wide("period_months"))?;
    if row.withdrawn == Some(true) {
        file.measures.retain(|measure| measure.code != row.measure);
    }
    Ok(())
}

/// Sets clocks of the layer's own cities' steps, none longer than before.
fn shorten(clocks: &mut Clocks, to: &Clocks, member: &str) -> Result<(), EditionFault> {
    for clock in Clock::ALL {
        let Some(row) = to.of(clock) else { continue };
        let place = clocks.place(clock);
        if !clock.is_own_step() || place.as_ref().is_some_and(|base| row.days > base.days) {
            return Err(widens(format!("{member}.{}", clock.name())));
        }
        *place = Some(row.clone());
    }
    Ok(())
}

/// Rows that the base does not have, each on a local regulation.
fn add(file: &mut BaseFile, layer: &LayerFile, base: &BaseFile) -> Result<(), EditionFault> {
    // A measure that the layer has just withdrawn does not come back harder under its old code.
    let again = |measure: &&Measure| base.measures.iter().any(|known| known.code == measure.code);
    if let Some(measure) = layer.measures.iter().find(again) {
        return Err(EditionFault::Repeated { what: "measure", code: measure.code.clone() });
    }
    let mut owed: Vec<(String, &Option<String>)> = Vec::new();
    owed.extend(layer.fields.iter().map(|row| (format!("field {}", row.code), &row.local_regulation)));
    owed.extend(layer.grounds.iter().map(|row| (format!("ground {}", row.code), &row.local_regulation)));
    owed.extend(layer.lists.iter().map(|row| (format!("list {}", row.id), &row.local_regulation)));
    owed.extend(layer.measures.iter().map(|row| (format!("measure {}", row.code), &row.local_regulation)));
    if let Some((what, _)) = owed.into_iter().find(|(_, regulation)| regulation.is_none()) {
        return Err(EditionFault::LayerWithoutRegulation(what));
    }
    if let Some(list) = layer.lists.iter().find(|list| list.scope == Scope::National) {
        return Err(widens(format!("list {}: the scope", list.id)));
    }
    file.fields.extend(layer.fields.iter().cloned());
    file.grounds.extend(layer.grounds.iter().cloned());
    file.lists.extend(layer.lists.iter().cloned());
    file.measures.extend(layer.measures.iter().cloned());
    Ok(())
}

/// Years that the base's calendar does not know: the State Council announces each by itself.
fn add_years(calendar: &mut Option<Calendar>, more: &Calendar) -> Result<(), EditionFault> {
    let Some(known) = calendar else {
        *calendar = Some(more.clone());
        return Ok(());
    };
    if let Some(year) = more.years.iter().find(|year| known.years.contains(year)) {
        return Err(widens(format!("calendar: the year {year}")));
    }
    known.years.extend(&more.years);
    known.years.sort_unstable();
    known.holidays.extend(&more.holidays);
    known.make_up_days.extend(&more.make_up_days);
    known.source = format!("{}; {}", known.source, more.source);
    Ok(())
}
