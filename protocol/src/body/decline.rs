//! A reasoned opt-out from one entry (R46): the header's `about` names the entry. CBOR keys: 0 salt, 1 reason.

use super::SUMMARY_BYTES;
use crate::cbor::{MapReader, MapWriter, ReadFault};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    pub reason: String,
}

impl DeclineBody {
    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.text(&self.reason));
    }
    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self { reason: map.required(1, |r| r.owned_text(SUMMARY_BYTES))? })
    }
}
