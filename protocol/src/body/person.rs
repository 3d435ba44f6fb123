//! A natural person named beside a listed organisation (惩戒到人, R56). CBOR keys: 1 digest of the person (R55), 2 masked name, 3 role (0 legal
//! representative, 1 principal, 2 actual controller).

use super::NAME_BYTES;
use super::choice::choices;
use crate::cbor::{ReadFault, Reader, Writer};
use crate::digest::Digest;
use serde::{Deserialize, Serialize};

choices! {
    /// What the person is to the organisation.
    PersonRole {
        LegalRepresentative "legal representative" "法定代表人",
        Principal "principal" "主要负责人",
        ActualController "actual controller" "实际控制人",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedPerson {
    /// Under the person key that the body names.
    pub digest: Digest,
    /// 张*
    pub name: String,
    pub role: PersonRole,
}

impl LinkedPerson {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.digest(&self.digest));
            map.field(2, |w| w.text(&self.name));
            map.field(3, |w| w.unsigned(self.role.number()));
        });
    }
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            Ok(Self {
                digest: map.required(1, Reader::digest)?,
                name: map.required(2, |r| r.owned_text(NAME_BYTES))?,
                role: map.required(3, PersonRole::read)?,
            })
        })
    }
}
