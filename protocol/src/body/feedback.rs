//! What was done with one measure of an entry (执行反馈, R36), with the fields of the joint-punishment tables in use. CBOR keys:
//! 0 salt, 1 measure, 2 done (0 applied, 1 lifted, 2 not applicable, 3 no case), 3 agency map {1 name, 2 uscc?}, 4 day, 5 from?,
//! 6 until?, 7 case number?, 8 outcome?.

use super::choice::choices;
use super::{CODE_BYTES, NAME_BYTES, REFERENCE_BYTES, SUMMARY_BYTES};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader, Writer};
use crate::time::Date;
use serde::{Deserialize, Serialize};

choices! {
    /// What became of a measure in the city that reports.
    Done {
        Applied "applied" "已实施",
        Lifted "lifted" "已解除",
        NotApplicable "not applicable" "不适用",
        /// Nobody asked for anything that the measure is about.
        NoCase "no case" "无相关业务",
    }
}

/// The department that applied or lifted a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub name: String,
    /// Its unified social credit code.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub uscc: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedbackBody {
    /// Code of the entry's edition.
    pub measure: String,
    pub done: Done,
    pub agency: Department,
    /// The day on which it was done or found.
    pub on: Date,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<String>,
}

/// Length of a unified social credit code.
const USCC_BYTES: usize = 18;

impl Department {
    fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.text(&self.name));
            map.text(2, self.uscc.as_deref());
        });
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            Ok(Self {
                name: map.required(1, |r| r.owned_text(NAME_BYTES))?,
                uscc: map.optional(2, |r| r.owned_text(USCC_BYTES))?,
            })
        })
    }
}

impl FeedbackBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut out = vec![("measure", self.measure.as_str()), ("agency", self.agency.name.as_str())];
        out.extend(self.agency.uscc.iter().map(|text| ("uscc", text.as_str())));
        out.extend(self.case_number.iter().map(|text| ("case_number", text.as_str())));
        out.extend(self.outcome.iter().map(|text| ("outcome", text.as_str())));
        out
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.text(&self.measure));
        map.field(2, |w| w.unsigned(self.done.number()));
        map.field(3, |w| self.agency.write(w));
        map.field(4, |w| w.date(self.on));
        map.date(5, self.from);
        map.date(6, self.until);
        map.text(7, self.case_number.as_deref());
        map.text(8, self.outcome.as_deref());
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self {
            measure: map.required(1, |r| r.owned_text(CODE_BYTES))?,
            done: map.required(2, Done::read)?,
            agency: map.required(3, Department::read)?,
            on: map.required(4, Reader::date)?,
            from: map.optional(5, Reader::date)?,
            until: map.optional(6, Reader::date)?,
            case_number: map.optional(7, |r| r.owned_text(REFERENCE_BYTES))?,
            outcome: map.optional(8, |r| r.owned_text(SUMMARY_BYTES))?,
        })
    }
}
