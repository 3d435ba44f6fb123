//! Where a city's node is reached (R47). CBOR keys: 0 salt, 1 peer id (libp2p multihash bytes), 2 addresses
//! (multiaddr text), 3 valid until?.

use super::{ADDRESS_BYTES, ADDRESSES, PEER_ID_BYTES};
use crate::cbor::{MapReader, MapWriter, ReadFault, Reader};
use crate::time::Date;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeAnnouncementBody {
    pub peer_id: Vec<u8>,
    pub addresses: Vec<String>,
    pub valid_until: Option<Date>,
}

impl NodeAnnouncementBody {
    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        map.field(1, |w| w.bytes(&self.peer_id));
        map.field(2, |w| w.texts(&self.addresses));
        map.date(3, self.valid_until);
    }
    pub(super) fn read(map: &mut MapReader<'_, '_>) -> Result<Self, ReadFault> {
        Ok(Self {
            peer_id: map.required(1, |r| r.bytes_within(1, PEER_ID_BYTES))?.to_vec(),
            addresses: map.required(2, |r| r.list(0, ADDRESSES, |r| r.owned_text(ADDRESS_BYTES)))?,
            valid_until: map.optional(3, Reader::date)?,
        })
    }
}
