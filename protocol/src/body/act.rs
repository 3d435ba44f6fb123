//! The body of an ending or a reinstatement (R44). CBOR keys: 0 salt, 1 reason, 2 document number?, 3 authority?,
//! 4 decided_on?, 5 conditions? (Repair only: map {1 rectified, 2 commitment, 3 training, 4 credit report} of bools),
//! 6 record_ref?.

use crate::time::Date;
use serde::{Deserialize, Serialize};

/// Conditions of a repair, by severity (Shandong document, DOMAIN section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepairConditions {
    pub rectified: bool,
    pub commitment: bool,
    pub training: bool,
    pub credit_report: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conditions: Option<RepairConditions>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
}
