//! Network addresses as libp2p writes them: `/ip4/192.0.2.7/tcp/7651/p2p/12D3KooW…`.
//!
//! Only the shapes that the node can use are let in: a host, a TCP port, and perhaps a peer id. The network library
//! reads the text again; this check is there so that a typo is told with its line.

use serde::{Serialize, Serializer};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Multiaddress {
    text: String,
    /// Where the peer id begins in `text`.
    peer_at: Option<usize>,
    any_host: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    #[error("{}", Self::Host.reason())]
    Host,
    #[error("{}", Self::Port.reason())]
    Port,
    #[error("{}", Self::Peer.reason())]
    Peer,
}

impl AddressFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Host => "address_host",
            Self::Port => "address_port",
            Self::Peer => "address_peer",
        }
    }
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Host => "an address begins with /ip4/, /ip6/, /dns/, /dns4/ or /dns6/ and a host",
            Self::Port => "after the host comes /tcp/ and a port from 0 to 65535",
            Self::Peer => "after the port comes nothing, or /p2p/ and a peer id such as 12D3KooW…",
        }
    }
}

impl Multiaddress {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// Base58 text of the peer id at the end, if there is one.
    #[must_use]
    pub fn peer_id(&self) -> Option<&str> {
        self.peer_at.map(|at| &self.text[at..])
    }
    /// The address without the peer id.
    #[must_use]
    pub fn without_peer(&self) -> &str {
        self.peer_at.map_or(self.text.as_str(), |at| &self.text[..at - "/p2p/".len()])
    }
    /// Whether the host means "every interface": good to listen on, useless to tell others.
    #[must_use]
    pub const fn is_any_host(&self) -> bool {
        self.any_host
    }
}

impl FromStr for Multiaddress {
    type Err = AddressFault;
    fn from_str(text: &str) -> Result<Self, AddressFault> {
        let mut parts = text.strip_prefix('/').ok_or(AddressFault::Host)?.split('/');
        let (kind, host) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let any_host = match kind {
            "ip4" => host.parse::<Ipv4Addr>().map_err(|_| AddressFault::Host)?.is_unspecified(),
            "ip6" => host.parse::<Ipv6Addr>().map_err(|_| AddressFault::Host)?.is_unspecified(),
            "dns" | "dns4" | "dns6" if is_host_name(host) => false,
            _ => return Err(AddressFault::Host),
        };
        let port = parts.next().filter(|kind| *kind == "tcp").and_then(|_| parts.next()).ok_or(AddressFault::Port)?;
        if !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().is_err() {
            return Err(AddressFault::Port);
        }
        let peer_at = match (parts.next(), parts.next(), parts.next()) {
            (None, None, None) => None,
            (Some("p2p"), Some(peer), None) if is_peer_id(peer) => Some(text.len() - peer.len()),
            _ => return Err(AddressFault::Peer),
        };
        Ok(Self { text: text.to_owned(), peer_at, any_host })
    }
}

impl fmt::Display for Multiaddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl Serialize for Multiaddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn is_host_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.trim_end_matches('.').split('.').all(label)
}

/// Base58 of 38 or 34 bytes; the letters that base58 leaves out are the usual typos.
fn is_peer_id(text: &str) -> bool {
    (46..=52).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() && !matches!(b, b'0' | b'O' | b'I' | b'l'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const PEER: &str = "12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2";

    #[test]
    fn addresses_that_the_node_can_use_are_taken_apart() {
        let plain: Multiaddress = "/ip4/0.0.0.0/tcp/7651".parse().unwrap();
        assert_eq!((plain.peer_id(), plain.is_any_host()), (None, true));
        assert_eq!(plain.without_peer(), plain.as_str());
        for host in ["/ip4/192.0.2.7", "/ip6/2001:db8::1", "/dns4/node.example.cn", "/dns/localhost"] {
            let text = format!("{host}/tcp/0/p2p/{PEER}");
            let address: Multiaddress = text.parse().unwrap();
            assert_eq!(address.peer_id(), Some(PEER));
            assert_eq!(address.without_peer(), format!("{host}/tcp/0"));
            assert_eq!(address.to_string(), text);
            assert!(!address.is_any_host());
        }
    }

    #[test]
    fn every_other_shape_is_refused_with_what_is_due() {
        for (text, fault) in [
            ("", AddressFault::Host),
            ("192.0.2.7:7651", AddressFault::Host),
            ("/ip4/192.0.2.777/tcp/1", AddressFault::Host),
            ("/ip6/192.0.2.7/tcp/1", AddressFault::Host),
            ("/dns4/-x/tcp/1", AddressFault::Host),
            ("/dns4//tcp/1", AddressFault::Host),
            ("/unix/x/tcp/1", AddressFault::Host),
            ("/ip4/192.0.2.7", AddressFault::Port),
            ("/ip4/192.0.2.7/udp/1", AddressFault::Port),
            ("/ip4/192.0.2.7/tcp/65536", AddressFault::Port),
            ("/ip4/192.0.2.7/tcp/+1", AddressFault::Port),
            ("/ip4/192.0.2.7/tcp/1/", AddressFault::Peer),
            ("/ip4/192.0.2.7/tcp/1/p2p/", AddressFault::Peer),
            ("/ip4/192.0.2.7/tcp/1/ws", AddressFault::Peer),
            ("/ip4/192.0.2.7/tcp/1/p2p/12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBoxO", AddressFault::Peer),
        ] {
            assert_eq!(text.parse::<Multiaddress>(), Err(fault), "{text}");
        }
    }
}
