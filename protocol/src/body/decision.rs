//! What the published decision says beside the basis (双公示 fields): who decided and who reported it by code, the penalty, until when it
//! is published, and how the subject was told. CBOR keys: 1 authority's USCC?, 2 data source's USCC?, 3 penalty type?, 4 amount in
//! fen?, 5 published until?, 6 told on?, 7 remedy?, 8 repair notice served on?. All may be absent, and then so is the map.

use super::{CODE_BYTES, SUMMARY_BYTES};
use crate::cbor::{ReadFault, Reader, Writer};
use crate::subject::SubjectId;
use crate::time::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decision {
    /// Unified social credit code of the deciding authority (认定机关代码).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_uscc: Option<String>,
    /// Of the unit that reported the record (数据来源单位代码).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_source_uscc: Option<String>,
    /// Warning, fine, confiscation, revoked licence … (处罚类别).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub penalty_type: Option<String>,
    /// The amount in fen, a hundredth of a yuan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<u64>,
    /// The last day of its publication (公示截止期).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_until: Option<Date>,
    /// When the subject was told before it was listed (告知日期).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_on: Option<Date>,
    /// How the subject can appeal (救济途径).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// When the notice of repair was served together with the decision (两书同达).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair_notice_served_on: Option<Date>,
}

/// A code in the one shape and spelling of R50.
fn code(reader: &mut Reader<'_>) -> Result<String, ReadFault> {
    let text = reader.any_text()?;
    let id = SubjectId::new(SubjectId::USCC, text).map_err(|_| ReadFault::Field)?;
    if id.id() == text { Ok(text.to_owned()) } else { Err(ReadFault::Field) }
}

impl Decision {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let of = [
            ("decision.authority_uscc", &self.authority_uscc),
            ("decision.data_source_uscc", &self.data_source_uscc),
            ("decision.penalty_type", &self.penalty_type),
            ("decision.remedy", &self.remedy),
        ];
        of.into_iter().filter_map(|(field, text)| text.as_deref().map(|text| (field, text)))
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.text(1, self.authority_uscc.as_deref());
            map.text(2, self.data_source_uscc.as_deref());
            map.text(3, self.penalty_type.as_deref());
            map.optional(4, self.amount_fen.as_ref(), |w, amount| {
                w.unsigned(*amount);
            });
            map.date(5, self.published_until);
            map.date(6, self.notice_on);
            map.text(7, self.remedy.as_deref());
            map.date(8, self.repair_notice_served_on);
        });
    }

    /// An empty map says nothing, so it is not written, and one that is there is malformed.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        let decision = reader.map(|map| {
            Ok(Self {
                authority_uscc: map.optional(1, code)?,
                data_source_uscc: map.optional(2, code)?,
                penalty_type: map.optional(3, |r| r.owned_text(CODE_BYTES))?,
                amount_fen: map.optional(4, Reader::unsigned)?,
                published_until: map.optional(5, Reader::date)?,
                notice_on: map.optional(6, Reader::date)?,
                remedy: map.optional(7, |r| r.owned_text(SUMMARY_BYTES))?,
                repair_notice_served_on: map.optional(8, Reader::date)?,
            })
        })?;
        if decision.is_empty() { Err(ReadFault::Field) } else { Ok(decision) }
    }
}
