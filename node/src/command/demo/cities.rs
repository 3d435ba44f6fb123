//! The stand-ins: names and codes (GB/T 2260) of prefecture-level cities. Nothing else of them is real here.

use crate::fault::Fault;
use huxin_protocol::ids::CityCode;

/// A city that a process stands in for.
#[derive(Clone, Copy, Debug)]
pub struct StandIn {
    pub code: &'static str,
    pub name: &'static str,
}

/// Most cities of a demonstration.
pub const MOST: usize = ALL.len();

const ALL: [StandIn; 12] = [
    StandIn { code: "330900", name: "舟山市" },
    StandIn { code: "451100", name: "贺州市" },
    StandIn { code: "620100", name: "兰州市" },
    StandIn { code: "370100", name: "济南市" },
    StandIn { code: "320100", name: "南京市" },
    StandIn { code: "440300", name: "深圳市" },
    StandIn { code: "510100", name: "成都市" },
    StandIn { code: "420100", name: "武汉市" },
    StandIn { code: "610100", name: "西安市" },
    StandIn { code: "350200", name: "厦门市" },
    StandIn { code: "210200", name: "大连市" },
    StandIn { code: "530100", name: "昆明市" },
];

/// The first `count` of them.
#[must_use]
pub fn first(count: usize) -> Vec<StandIn> {
    ALL.iter().take(count).copied().collect()
}

impl StandIn {
    pub fn code(&self) -> Result<CityCode, Fault> {
        self.code.parse().map_err(Fault::unexpected)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_codes_and_stand_once() {
        let codes: BTreeSet<CityCode> = ALL.iter().map(|city| city.code().unwrap()).collect();
        assert_eq!(codes.len(), MOST);
        assert_eq!(first(3).iter().map(|city| city.code).collect::<Vec<_>>(), ["330900", "451100", "620100"]);
    }
}
