//! Where a layer asks less of a subject; whatever would ask more is refused by name (R155).

use super::{NarrowList, NarrowMeasure, list_of, measure_of, widens};
use crate::body::{List, Severity};
use crate::edition::file::BaseFile;
use crate::edition::{AtMax, Clock, Clocks, EditionFault, MeasureKind, SeverityTerms};
use crate::ruling::DisclosureLevel;

pub(super) fn narrow_list(file: &mut BaseFile, row: &NarrowList) -> Result<(), EditionFault> {
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

pub(super) fn narrow_measure(file: &mut BaseFile, row: &NarrowMeasure) -> Result<(), EditionFault> {
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
pub(super) fn shorten(clocks: &mut Clocks, to: &Clocks, member: &str) -> Result<(), EditionFault> {
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
