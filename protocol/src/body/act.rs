//! The body of an ending, a reinstatement, a suspension, a resumption or a withdrawal (R44). CBOR keys: 0 salt, 1 reason, 2
//! document number?, 3 authority?, 4 decided_on?, 5 conditions? (Repair only: map {1 rectified, 2 commitment, 3 training, 4 credit
//! report, 5 duties performed} of bools), 6 record_ref?, 7 until? (Suspension only: the last day of which the order speaks).

use super::{NAME_BYTES, REFERENCE_BYTES, SUMMARY_BYTES};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader, Writer};
use crate::kind::Kind;
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
    pub duties_performed: bool,
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
    /// Of a Suspension: the last day of which the order speaks. It ends nothing by itself; a Resumption does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
}

impl RepairConditions {
    pub(super) fn write(self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.boolean(self.rectified));
            map.field(2, |w| w.boolean(self.commitment));
            map.field(3, |w| w.boolean(self.training));
            map.field(4, |w| w.boolean(self.credit_report));
            map.field(5, |w| w.boolean(self.duties_performed));
        });
    }
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            Ok(Self {
                rectified: map.required(1, Reader::boolean)?,
                commitment: map.required(2, Reader::boolean)?,
                training: map.required(3, Reader::boolean)?,
                credit_report: map.required(4, Reader::boolean)?,
                duties_performed: map.required(5, Reader::boolean)?,
            })
        })
    }
}

impl ActBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut out = vec![("reason", self.reason.as_str())];
        out.extend(self.document_number.iter().map(|text| ("document_number", text.as_str())));
        out.extend(self.authority.iter().map(|text| ("authority", text.as_str())));
        out.extend(self.record_ref.iter().map(|text| ("record_ref", text.as_str())));
        out
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.text(&self.reason));
        map.text(2, self.document_number.as_deref());
        map.text(3, self.authority.as_deref());
        map.date(4, self.decided_on);
        map.optional(5, self.conditions.as_ref(), |w, conditions| conditions.write(w));
        map.text(6, self.record_ref.as_deref());
        map.date(7, self.until);
    }

    /// Conditions belong to a Repair, and a last day to a Suspension; under another kind they are a wrong field.
    pub(super) fn read(map: &mut MapReader<'_, '_>, kind: Kind) -> Result<Self, ReadFault> {
        let body = Self {
            reason: map.required(1, |r| r.owned_text(SUMMARY_BYTES))?,
            document_number: map.optional(2, |r| r.owned_text(REFERENCE_BYTES))?,
            authority: map.optional(3, |r| r.owned_text(NAME_BYTES))?,
            decided_on: map.optional(4, Reader::date)?,
            conditions: map.optional(5, RepairConditions::read)?,
            record_ref: map.optional(6, |r| r.owned_text(REFERENCE_BYTES))?,
            until: map.optional(7, Reader::date)?,
        };
        let misplaced =
            (body.conditions.is_some() && kind != Kind::Repair) || (body.until.is_some() && kind != Kind::Suspension);
        if misplaced { Err(ReadFault::Field) } else { Ok(body) }
    }
}
