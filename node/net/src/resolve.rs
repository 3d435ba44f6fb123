//! Names in addresses (`/dns4/node.example/tcp/7400`) are looked up with the machine's own resolver, so that its hosts
//! file and its search domains hold, as in every other program on it.

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::net::IpAddr;
use std::time::Duration;

/// A resolver that stays silent this long has no answer.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(5);
/// Most addresses tried of one name.
const ADDRESSES_PER_NAME: usize = 4;

/// The name in an address, if it has one.
fn name(address: &Multiaddr) -> Option<String> {
    match address.iter().next()? {
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => Some(name.into_owned()),
        _ => None,
    }
}

/// Whether anything has to be looked up.
pub(crate) fn has_names(addresses: &[Multiaddr]) -> bool {
    addresses.iter().any(|address| name(address).is_some())
}

/// The addresses with every name replaced by what it stands for; a name without an answer is left out.
pub(crate) async fn resolve(addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    let mut found = Vec::with_capacity(addresses.len());
    for address in addresses {
        let Some(name) = name(&address) else {
            found.push(address);
            continue;
        };
        // The port plays no part in a look-up.
        let looked_up = tokio::time::timeout(LOOK_UP_TIMEOUT, tokio::net::lookup_host((name.as_str(), 0))).await;
        let Ok(Ok(answers)) = looked_up else {
            tracing::debug!(name, "a partner's name could not be looked up");
            continue;
        };
        let fitting = answers.map(|answer| answer.ip()).filter_map(|ip| with_ip(&address, ip));
        found.extend(fitting.take(ADDRESSES_PER_NAME));
    }
    found
}

/// `address` with its leading name replaced by `ip`, where the kinds of both agree.
fn with_ip(address: &Multiaddr, ip: IpAddr) -> Option<Multiaddr> {
    let fits = match address.iter().next()? {
        Protocol::Dns(_) => true,
        Protocol::Dns4(_) => ip.is_ipv4(),
        Protocol::Dns6(_) => ip.is_ipv6(),
        _ => false,
    };
    fits.then(|| std::iter::once(Protocol::from(ip)).chain(address.iter().skip(1)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_replaced_by_addresses_of_its_kind() {
        let four = IpAddr::from([10, 0, 0, 7]);
        let six = IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(with_ip(&address("/dns4/node/tcp/7400"), four), Some(address("/ip4/10.0.0.7/tcp/7400")));
        assert_eq!(with_ip(&address("/dns/node/tcp/7400"), six), Some(address("/ip6/::1/tcp/7400")));
        assert_eq!(with_ip(&address("/dns4/node/tcp/7400"), six), None);
        assert_eq!(with_ip(&address("/ip4/10.0.0.1/tcp/7400"), four), None);
    }

    #[tokio::test]
    async fn the_hosts_file_holds_and_plain_addresses_pass() {
        let plain = address("/ip4/10.0.0.1/tcp/7400");
        assert!(!has_names(std::slice::from_ref(&plain)));
        let found = resolve(vec![plain.clone(), address("/dns4/localhost/tcp/7401")]).await;
        assert_eq!(found, [plain, address("/ip4/127.0.0.1/tcp/7401")]);
    }
}
