//! What befalls a host's line: packets dropped by the host's own packet filter, and a narrow line by a token bucket. The
//! loopback, over which the test speaks to the node, is never touched. Every fault counts what it dropped, so that a test can
//! show that it was there.

use super::host::{Host, LINE};

/// The filter table that holds all faults of a host.
const TABLE: &str = "storm";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing passes.
    Cut,
    /// Nothing arrives; what the host says does arrive elsewhere.
    Deaf,
    /// Nothing leaves; what others say does arrive.
    Mute,
    /// So many percent of what arrives are lost.
    Loss(u8),
    /// The host may be called and may not call: it begins no connection.
    Shy,
}

impl Fault {
    /// Rules for what arrives and for what leaves.
    fn rules(self) -> (String, String) {
        let arrives = format!("iifname {LINE} counter drop");
        let leaves = format!("oifname {LINE} counter drop");
        match self {
            Self::Cut => (arrives, leaves),
            Self::Deaf => (arrives, String::new()),
            Self::Mute => (String::new(), leaves),
            Self::Shy => (String::new(), format!("oifname {LINE} tcp flags & (syn | ack) == syn counter drop")),
            Self::Loss(percent) => {
                (format!("iifname {LINE} numgen random mod 100 < {percent} counter drop"), String::new())
            }
        }
    }
}

/// Lays a fault on the host's line, in place of the one before.
pub fn impose(host: &Host, fault: Fault) {
    let (arrives, leaves) = fault.rules();
    // A table is declared before it is deleted so that the deletion never fails; all of it happens at once.
    let rules = format!(
        "table inet {TABLE}\n\
         delete table inet {TABLE}\n\
         table inet {TABLE} {{\n\
         chain arrives {{ type filter hook input priority 0; policy accept; {arrives}\n}}\n\
         chain leaves {{ type filter hook output priority 0; policy accept; {leaves}\n}}\n\
         }}\n"
    );
    host.nft(&["-f", "-"], &rules).unwrap();
}

/// Takes the fault away; how many packets it dropped.
pub fn heal(host: &Host) -> u64 {
    let Ok(listed) = host.nft(&["list", "table", "inet", TABLE], "") else { return 0 };
    host.nft(&["delete", "table", "inet", TABLE], "").unwrap();
    let counts = listed.split("counter packets ").skip(1);
    counts.map(|count| count.split(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// The token bucket of a line of 1 Mbit/s with a buffer of some 50 kB, as a small router has.
pub const ONE_MEGABIT: &str = "tbf rate 1mbit burst 16kb latency 400ms";
