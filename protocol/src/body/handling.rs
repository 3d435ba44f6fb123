//! What the city that listed does with an application or an objection: a Step (办理进度, R39) says how far it is and settles
//! nothing; a Ruling (处理结果, R48) is final.

use super::choice::choices;
use super::{NAME_BYTES, REFERENCE_BYTES, SUMMARY_BYTES};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader};
use crate::time::Date;
use serde::{Deserialize, Serialize};

choices! {
    /// How far the handling of a filing is.
    Stage {
        Received "received" "已接收",
        Accepted "accepted" "已受理",
        /// Something is missing; the reason says what.
        SupplementAsked "a supplement is asked for" "已要求补正",
        Supplemented "the supplement has come" "已补正",
        /// It takes longer; the reason says why and `until` to which day.
        Extended "extended" "已延期",
    }
}

choices! {
    /// How a filing was decided.
    RulingResult {
        Upheld "upheld" "予以支持",
        UpheldInPart "upheld in part" "部分支持",
        Rejected "rejected" "不予支持",
    }
}

/// CBOR keys: 0 salt, 1 stage, 2 on, 3 reason?, 4 until?.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepBody {
    pub stage: Stage,
    pub on: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The day by which the next step is due.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
}

/// CBOR keys: 0 salt, 1 decision, 2 reason, 3 decided on, 4 document number?, 5 authority?. What an upheld filing demands, an
/// ending or an amendment, stands before it in the same log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulingBody {
    pub decision: RulingResult,
    pub reason: String,
    pub decided_on: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authority: Option<String>,
}

impl StepBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        self.reason.iter().map(|text| ("reason", text.as_str())).collect()
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.unsigned(self.stage.number()));
        map.field(2, |w| w.date(self.on));
        map.text(3, self.reason.as_deref());
        map.date(4, self.until);
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self {
            stage: map.required(1, Stage::read)?,
            on: map.required(2, Reader::date)?,
            reason: map.optional(3, |r| r.owned_text(SUMMARY_BYTES))?,
            until: map.optional(4, Reader::date)?,
        })
    }
}

impl RulingBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut out = vec![("reason", self.reason.as_str())];
        out.extend(self.document_number.iter().map(|text| ("document_number", text.as_str())));
        out.extend(self.authority.iter().map(|text| ("authority", text.as_str())));
        out
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.unsigned(self.decision.number()));
        map.field(2, |w| w.text(&self.reason));
        map.field(3, |w| w.date(self.decided_on));
        map.text(4, self.document_number.as_deref());
        map.text(5, self.authority.as_deref());
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self {
            decision: map.required(1, RulingResult::read)?,
            reason: map.required(2, |r| r.owned_text(SUMMARY_BYTES))?,
            decided_on: map.required(3, Reader::date)?,
            document_number: map.optional(4, |r| r.owned_text(REFERENCE_BYTES))?,
            authority: map.optional(5, |r| r.owned_text(NAME_BYTES))?,
        })
    }
}
