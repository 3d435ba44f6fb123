//! A reasoned opt-out from one entry (R46): the header's `about` names the entry. CBOR keys: 0 salt, 1 reason.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    pub reason: String,
}
