//! A city's signed rule which of a partner's entries count for it (互认, R45). The newest one per partner is the rule;
//! an empty `lists` withdraws recognition. CBOR keys: 0 salt, 1 partner, 2 lists, 3 fields? (absent: all), 4 measures?
//! (absent: all), 5 minimum severity?, 6 decided within months?, 7 decided since? (absent: valid from), 8 suspend while disputed,
//! 9 valid from, 10 valid until?, 11 freshness bound in hours, 12 editions? (digests, ascending; absent: all), 13
//! derived? (only ever true; absent: entries that were taken over from another listing do not count).

use super::entry::{List, Severity};
use super::{CODE_BYTES, RULE_ITEMS};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader};
use crate::digest::Digest;
use crate::ids::CityCode;
use crate::time::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognitionBody {
    pub partner: CityCode,
    /// Sorted, without repeats. Empty: nothing of this partner counts.
    pub lists: Vec<List>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fields: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub measures: Option<Vec<String>>,
    /// Black entries below this severity, or without one, do not count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub minimum_severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_within_months: Option<u16>,
    /// Decisions of earlier days do not count. Absent: those from before `valid_from`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_since: Option<Date>,
    #[serde(default)]
    pub suspend_while_disputed: bool,
    pub valid_from: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub valid_until: Option<Date>,
    #[serde(default = "default_freshness")]
    pub freshness_hours: u16,
    /// Only entries under these editions of the measure catalogue count; absent: under any that the viewer knows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub editions: Option<Vec<Digest>>,
    /// Whether entries count that the partner took over from another listing (R172). Without it only its own findings do.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub derived: bool,
}

/// DOMAIN rule 9: a source silent for longer than a day is stale.
pub const DEFAULT_FRESHNESS_HOURS: u16 = 24;

const fn default_freshness() -> u16 {
    DEFAULT_FRESHNESS_HOURS
}

impl RecognitionBody {
    /// A rule for these lists that nothing narrows, in force from a day on and until another follows it. Of decisions it takes those of
    /// that day and later ones (R130).
    #[must_use]
    pub const fn without_limits(partner: CityCode, lists: Vec<List>, valid_from: Date) -> Self {
        Self {
            partner,
            lists,
            fields: None,
            measures: None,
            minimum_severity: None,
            decided_within_months: None,
            decided_since: None,
            suspend_while_disputed: false,
            valid_from,
            valid_until: None,
            freshness_hours: DEFAULT_FRESHNESS_HOURS,
            editions: None,
            derived: false,
        }
    }

    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let fields = self.fields.iter().flatten().map(|text| ("fields", text.as_str()));
        fields.chain(self.measures.iter().flatten().map(|text| ("measures", text.as_str()))).collect()
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.city(self.partner));
        map.field(2, |w| {
            w.list(&self.lists, |w, list| {
                w.unsigned(list.number());
            });
        });
        map.optional(3, self.fields.as_deref(), |w, fields| {
            w.texts(fields);
        });
        map.optional(4, self.measures.as_deref(), |w, measures| {
            w.texts(measures);
        });
        map.optional(5, self.minimum_severity.as_ref(), |w, severity| {
            w.unsigned(severity.number());
        });
        map.optional(6, self.decided_within_months.as_ref(), |w, months| {
            w.unsigned(*months);
        });
        map.date(7, self.decided_since);
        map.field(8, |w| w.boolean(self.suspend_while_disputed));
        map.field(9, |w| w.date(self.valid_from));
        map.date(10, self.valid_until);
        map.field(11, |w| w.unsigned(self.freshness_hours));
        map.optional(12, self.editions.as_deref(), |w, editions| {
            w.list(editions, |w, edition| {
                w.digest(edition);
            });
        });
        map.optional(13, self.derived.then_some(&true), |w, derived| {
            w.boolean(*derived);
        });
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        let items = |r: &mut Reader<'_>| r.list(0, RULE_ITEMS, |r| r.owned_text(CODE_BYTES));
        let body = Self {
            partner: map.required(1, Reader::city)?,
            lists: map.required(2, |r| r.sorted(0, List::ALL.len(), List::read))?,
            fields: map.optional(3, items)?,
            measures: map.optional(4, items)?,
            minimum_severity: map.optional(5, Severity::read)?,
            decided_within_months: map.optional(6, Reader::unsigned)?,
            decided_since: map.optional(7, Reader::date)?,
            suspend_while_disputed: map.required(8, Reader::boolean)?,
            valid_from: map.required(9, Reader::date)?,
            valid_until: map.optional(10, Reader::date)?,
            freshness_hours: map.required(11, Reader::unsigned)?,
            editions: map.optional(12, |r| r.sorted(1, RULE_ITEMS, Reader::digest))?,
            // One way to say no: a rule that says false would be a second spelling of one that says nothing.
            derived: match map.optional(13, Reader::boolean)? {
                Some(false) => return Err(ReadFault::Field),
                said => said.is_some(),
            },
        };
        Ok(body)
    }
}
