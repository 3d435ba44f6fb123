//! A city's signed rule which of a partner's entries count for it (互认, R45). The newest one per partner is the rule;
//! an empty `lists` withdraws recognition. CBOR keys: 0 salt, 1 partner, 2 lists, 3 fields? (absent: all), 4 measures?
//! (absent: all), 5 minimum severity?, 6 decided within months?, 7 decided since?, 8 suspend while disputed,
//! 9 valid from, 10 valid until?, 11 freshness bound in hours.

use super::entry::{List, Severity};
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
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_since: Option<Date>,
    #[serde(default)]
    pub suspend_while_disputed: bool,
    pub valid_from: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub valid_until: Option<Date>,
    #[serde(default = "default_freshness")]
    pub freshness_hours: u16,
}

/// DOMAIN rule 9: a source silent for longer than a day is stale.
pub const DEFAULT_FRESHNESS_HOURS: u16 = 24;

const fn default_freshness() -> u16 {
    DEFAULT_FRESHNESS_HOURS
}
