//! From where on a figure of the statistics is good or bad. Which figures there are the statistics say.

use super::Sure;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Percent,
    #[serde(rename = "per_10000")]
    PerTenThousand,
    Days,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Higher,
    Lower,
}

/// From where on a figure of the statistics is green, and from where on red.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    pub figure: String,
    pub unit: Unit,
    pub better: Better,
    pub green: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub red: Option<u32>,
    pub source: String,
    pub sure: Sure,
}
