//! A recogniser's answer to one entry, measure by measure (R35). Recognition is the standing answer; a Response is signed only
//! where an officer's answer differs from it or gives a day. CBOR keys: 0 salt, 1 answers: a list of maps {1 measure, 2 answer
//! (0 applies, 1 declined, 2 not applicable), 3 reason?, 4 from?}, 2 note?.

use super::choice::choices;
use super::{CODE_BYTES, MEASURES, SUMMARY_BYTES};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader, Writer};
use crate::time::Date;
use serde::{Deserialize, Serialize};

choices! {
    /// What a recogniser does with one measure of another city's entry.
    Answer {
        /// It is applied, from a day on where one is given.
        Applies "applied here" "予以实施",
        /// It is not applied, for the reason given.
        Declined "not applied here" "不予实施",
        /// There is nothing here that it could be applied to.
        NotApplicable "not applicable here" "在此不适用",
    }
}

/// The answer to one measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureAnswer {
    /// Code of the entry's edition.
    pub measure: String,
    pub answer: Answer,
    /// Required at issue where the measure is declined.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The first day on which it is applied.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseBody {
    /// 1 to [`MEASURES`], each measure once.
    pub answers: Vec<MeasureAnswer>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

impl MeasureAnswer {
    fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.text(&self.measure));
            map.field(2, |w| w.unsigned(self.answer.number()));
            map.text(3, self.reason.as_deref());
            map.date(4, self.from);
        });
    }
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            Ok(Self {
                measure: map.required(1, |r| r.owned_text(CODE_BYTES))?,
                answer: map.required(2, Answer::read)?,
                reason: map.optional(3, |r| r.owned_text(SUMMARY_BYTES))?,
                from: map.optional(4, Reader::date)?,
            })
        })
    }
}

impl ResponseBody {
    pub(super) fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut out = Vec::new();
        for said in &self.answers {
            out.push(("measure", said.measure.as_str()));
            out.extend(said.reason.iter().map(|text| ("reason", text.as_str())));
        }
        out.extend(self.note.iter().map(|text| ("note", text.as_str())));
        out
    }

    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| {
            w.list(&self.answers, |w, said| said.write(w));
        });
        map.text(2, self.note.as_deref());
    }

    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        let body = Self {
            answers: map.required(1, |r| r.list(1, MEASURES, MeasureAnswer::read))?,
            note: map.optional(2, |r| r.owned_text(SUMMARY_BYTES))?,
        };
        let twice = |at: usize| body.answers[..at].iter().any(|said| said.measure == body.answers[at].measure);
        if (0..body.answers.len()).any(twice) { Err(ReadFault::Field) } else { Ok(body) }
    }
}
