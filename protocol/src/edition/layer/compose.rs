//! A base with a layer on it: what the layer confirms, narrows and adds (R155).

use super::narrow::{narrow_list, narrow_measure, shorten};
use super::{Confirm, LayerFile, MOST_LAYERS, list_of, measure_of, widens};
use crate::edition::file::{BaseFile, Sure};
use crate::edition::{Calendar, Clock, Edition, EditionFault, Measure, Scope};

/// What the cities of the layer list under: the base with the layer on it.
pub(in crate::edition) fn compose(layer: &LayerFile, base: &Edition) -> Result<BaseFile, EditionFault> {
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
