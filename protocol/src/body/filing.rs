//! What a city files for a subject about another city's entry: a RepairApplication (修复申请, R37) or an Objection (异议, R38).
//! The readers of both are the city that listed and the one that files (R49); their headers mark the entry everywhere.

use super::act::RepairConditions;
use super::choice::choices;
use super::{DIGESTS, REFERENCE_BYTES, SUMMARY_BYTES};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader};
use crate::digest::Digest;
use crate::time::Date;
use serde::{Deserialize, Serialize};

choices! {
    /// Who came to the filing city.
    FiledBy {
        Subject "the subject" "信用主体",
        Agent "the subject's agent" "信用主体的代理人",
        /// The city files of itself, because it doubts.
        City "the city itself" "本市自行提出",
    }
}

choices! {
    /// What an objection is to.
    ObjectionTo {
        Content "the content" "内容",
        Term "the term" "期限",
        RepairResult "the result of a repair" "信用修复结果",
    }
}

/// CBOR keys: 0 salt, 1 reason, 2 filed on, 3 by (0 subject, 1 agent, 2 the city itself), 4 conditions map as of a Repair, 5
/// evidence? (digests), 6 record_ref?.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairApplicationBody {
    pub reason: String,
    /// The day on which it was handed in.
    pub filed_on: Date,
    pub by: FiledBy,
    /// What the applicant says to have fulfilled.
    #[serde(default)]
    pub conditions: RepairConditions,
    /// Digests of the documents that were handed in; the documents themselves go their own way.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
}

/// CBOR keys: 0 salt, 1 reason, 2 filed on, 3 by, 4 to (0 content, 1 term, 2 result of a repair), 5 evidence?, 6 record_ref?.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionBody {
    pub reason: String,
    pub filed_on: Date,
    pub by: FiledBy,
    pub to: ObjectionTo,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_ref: Option<String>,
}

impl RepairApplicationBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let reference = self.record_ref.iter().map(|text| ("record_ref", text.as_str()));
        [("reason", self.reason.as_str())].into_iter().chain(reference).collect()
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.text(&self.reason));
        map.field(2, |w| w.date(self.filed_on));
        map.field(3, |w| w.unsigned(self.by.number()));
        map.field(4, |w| self.conditions.write(w));
        map.digests(5, &self.evidence);
        map.text(6, self.record_ref.as_deref());
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self {
            reason: map.required(1, |r| r.owned_text(SUMMARY_BYTES))?,
            filed_on: map.required(2, Reader::date)?,
            by: map.required(3, FiledBy::read)?,
            conditions: map.required(4, RepairConditions::read)?,
            evidence: map.some_list(5, DIGESTS, Reader::digest)?,
            record_ref: map.optional(6, |r| r.owned_text(REFERENCE_BYTES))?,
        })
    }
}

impl ObjectionBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let reference = self.record_ref.iter().map(|text| ("record_ref", text.as_str()));
        [("reason", self.reason.as_str())].into_iter().chain(reference).collect()
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.text(&self.reason));
        map.field(2, |w| w.date(self.filed_on));
        map.field(3, |w| w.unsigned(self.by.number()));
        map.field(4, |w| w.unsigned(self.to.number()));
        map.digests(5, &self.evidence);
        map.text(6, self.record_ref.as_deref());
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self {
            reason: map.required(1, |r| r.owned_text(SUMMARY_BYTES))?,
            filed_on: map.required(2, Reader::date)?,
            by: map.required(3, FiledBy::read)?,
            to: map.required(4, ObjectionTo::read)?,
            evidence: map.some_list(5, DIGESTS, Reader::digest)?,
            record_ref: map.optional(6, |r| r.owned_text(REFERENCE_BYTES))?,
        })
    }
}
