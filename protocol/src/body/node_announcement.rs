//! Where a city's node is reached (R47). CBOR keys: 0 salt, 1 peer id (libp2p multihash bytes), 2 addresses
//! (multiaddr text), 3 valid until?.

use crate::time::Date;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeAnnouncementBody {
    pub peer_id: Vec<u8>,
    pub addresses: Vec<String>,
    pub valid_until: Option<Date>,
}
