//! Rows that prove nothing by themselves: names in Meta, numbers of the audit log, and rows of cities that are no members.

use super::{END, Fault, Walk, city_range};
use crate::ledger::{Family, ReadFault, meta};
use huxin_protocol::ids::CityCode;

/// Families whose keys begin with the city that the row is of. About begins with whatever city a header names.
const BY_CITY: [Family; 13] = [
    Family::Log,
    Family::Body,
    Family::Tree,
    Family::Head,
    Family::Record,
    Family::Cosignature,
    Family::Ground,
    Family::Trust,
    Family::Lacking,
    Family::Abandoned,
    Family::Evidence,
    Family::Chain,
    Family::Erased,
];

impl Walk<'_> {
    /// A ledger that was never bound to a city has none of the first three rows; one that was has all of them.
    pub(super) fn meta(&mut self) -> Result<(), ReadFault> {
        let (federation, me) = (self.federation, self.me);
        let form = |row: &[u8]| row == meta::FORM_VERSION.to_be_bytes();
        let identity: [(&[u8], &'static str, &dyn Fn(&[u8]) -> bool); 3] = [
            (meta::FORM, "form", &form),
            (meta::FEDERATION, "federation", &|row| row == federation.0),
            (meta::CITY, "city", &|row| row == me.as_str().as_bytes()),
        ];
        let mut missing = Vec::new();
        for (key, name, holds) in identity {
            match self.read.get(Family::Meta, key)? {
                Some(row) if holds(&row) => {}
                Some(_) => self.find((Family::Meta, None, None), Fault::MetaWrong { name }, Vec::new()),
                None => missing.push(name),
            }
        }
        if missing.len() < 3 {
            for name in missing {
                self.find((Family::Meta, None, None), Fault::MetaMissing { name }, Vec::new());
            }
        }
        for (key, name, length) in [(meta::INCARNATION, "incarnation", 16), (meta::LAST_ISSUED, "last-issued", 8)] {
            if self.read.get(Family::Meta, key)?.is_some_and(|row| row.len() != length) {
                self.find((Family::Meta, None, None), Fault::MetaWrong { name }, Vec::new());
            }
        }
        Ok(())
    }

    /// Numbers of the audit log follow one another. What its rows say, and the chain of their hashes, is checked by whoever
    /// writes them.
    pub(super) fn audit(&mut self) -> Result<(), ReadFault> {
        let mut next: Option<u64> = None;
        self.all_rows(Family::Audit, &mut |walk, key, _| {
            let place = (Family::Audit, None, None);
            let Ok(number) = key.try_into().map(u64::from_be_bytes) else {
                walk.find(place, Fault::KeyShape, Vec::new());
                return Ok(());
            };
            walk.report.counts.audit += 1;
            // It begins with 0 or 1.
            let expected = next.unwrap_or(number.min(1));
            if number != expected {
                walk.find(place, Fault::AuditGap { until: number }, Vec::new());
            }
            next = Some(number.saturating_add(1));
            Ok(())
        })
    }

    /// Whether a key of a family by cities begins with no member.
    pub(super) fn is_strangers(&self, family: Family, key: &[u8]) -> bool {
        let city = key.first_chunk().and_then(|city| CityCode::from_key_bytes(city).ok());
        BY_CITY.contains(&family) && city.is_none_or(|city| self.roster.city(city).is_none())
    }

    /// Rows between the members' own.
    pub(super) fn strangers(&mut self) {
        let members: Vec<_> = self.roster.cities().map(|member| city_range(member.code)).collect();
        for family in BY_CITY {
            let mut start = Vec::new();
            for (from, to) in members.iter().cloned().chain([(END.to_vec(), Vec::new())]) {
                self.part(None, |walk| {
                    walk.rows(family, &start, &from, &mut |walk, key, _| {
                        let city = key.first_chunk().and_then(|city| CityCode::from_key_bytes(city).ok());
                        walk.find((family, city, None), Fault::Stranger, vec![(family, key.to_vec(), None)]);
                        Ok(())
                    })
                });
                start = to;
            }
        }
    }
}
