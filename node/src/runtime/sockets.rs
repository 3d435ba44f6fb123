//! The ports that a node listens on, taken or tried before anything else is begun, so that a node which cannot be reached
//! never opens its store.
//!
//! The network's library opens its sockets for reuse, so that what is dialled leaves by the port that is listened on. Linux then
//! lets two programs of one account listen on one port, and deals out the connections between them: two nodes would both seem to
//! run. So each address is tried first with a socket that is *not* open for reuse; where anybody listens there already, that fails.
//!
//! What passes by itself (a port that is still held, an address that the machine does not have yet) ends with
//! [`Exit::NotYet`](crate::fault::Exit::NotYet), what a person must change (a port that needs root, IPv6 that is switched off)
//! with [`Exit::Usage`](crate::fault::Exit::Usage).

use crate::fault::Fault;
use huxin_config::Multiaddress;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener};

/// Takes the API's port.
///
/// # Errors
/// Why this machine does not let us listen there.
pub fn bind_http(address: SocketAddr) -> Result<TcpListener, Fault> {
    let refused = |fault: Error| refused("api_listen", "[listen] api", address, &fault);
    let listener = TcpListener::bind(address).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    Ok(listener)
}

/// Tries each address on which partners may connect, and lets it go again.
///
/// # Errors
/// The first address on which this machine does not let us listen.
pub fn probe(addresses: &[Multiaddress]) -> Result<(), Fault> {
    for address in addresses.iter().filter_map(socket_address) {
        try_listening(address).map_err(|fault| refused("net_listen", "[listen] p2p", address, &fault))?;
    }
    Ok(())
}

/// Host and port in numbers; a name is left to the network's library.
fn socket_address(address: &Multiaddress) -> Option<SocketAddr> {
    let mut parts = address.as_str().split('/').skip(1);
    let (_, host, _, port) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(SocketAddr::new(host.parse::<IpAddr>().ok()?, port.parse().ok()?))
}

fn try_listening(address: SocketAddr) -> std::io::Result<()> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // As the library does: the same port of IPv4 is another address.
        socket.set_only_v6(true)?;
    }
    // Passes over connections of a process that has just ended, and not over anybody who listens.
    socket.set_reuse_address(true)?;
    socket.bind(&SockAddr::from(address))?;
    socket.listen(1)
}

fn refused(code: &str, key: &str, address: SocketAddr, fault: &Error) -> Fault {
    let sentence = format!("cannot listen on {address}: {fault}");
    match fault.kind() {
        ErrorKind::AddrInUse => {
            Fault::not_yet("address_in_use", format_args!("cannot listen on {address}: somebody else listens there"))
                .trying(format!("is another node running? stop it, or choose another port in {key}"))
        }
        ErrorKind::AddrNotAvailable => Fault::not_yet(
            "address_not_there",
            format_args!("cannot listen on {address}: this machine does not have that address now"),
        )
        .trying(format!("bring its network up, or correct {key}")),
        ErrorKind::PermissionDenied => Fault::usage(code, sentence)
            .trying(format!("ports below 1024 need a right that a node should not have; choose another port in {key}")),
        // EAFNOSUPPORT: the kernel runs without IPv6.
        _ if address.is_ipv6() && fault.raw_os_error() == Some(97) => {
            Fault::usage(code, format_args!("cannot listen on {address}: IPv6 is switched off on this machine"))
                .trying(format!("take this address out of {key}"))
        }
        _ => Fault::usage(code, sentence).trying(format!("check {key}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::fault::Exit;

    fn multiaddress(host: &str, port: u16) -> Multiaddress {
        let kind = if host.contains(':') { "ip6" } else { "ip4" };
        format!("/{kind}/{host}/tcp/{port}").parse().unwrap()
    }

    /// A socket as the network's library opens it.
    fn open_for_reuse(address: SocketAddr) -> Socket {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP)).unwrap();
        socket.set_reuse_address(true).unwrap();
        socket.set_reuse_port(true).unwrap();
        socket.bind(&SockAddr::from(address)).unwrap();
        socket.listen(1).unwrap();
        socket
    }

    #[test]
    fn a_port_that_somebody_holds_is_found_although_it_is_open_for_reuse() {
        let held = open_for_reuse("127.0.0.1:0".parse().unwrap());
        let port = held.local_addr().unwrap().as_socket().unwrap().port();
        // The library would be let in beside it.
        drop(open_for_reuse(SocketAddr::new("127.0.0.1".parse().unwrap(), port)));
        for host in ["127.0.0.1", "0.0.0.0"] {
            let fault = probe(&[multiaddress(host, port)]).unwrap_err();
            assert_eq!((fault.exit, fault.code.as_str()), (Exit::NotYet, "address_in_use"), "{host}");
        }
        let fault = bind_http(SocketAddr::new("127.0.0.1".parse().unwrap(), port)).unwrap_err();
        assert_eq!((fault.exit, fault.code.as_str()), (Exit::NotYet, "address_in_use"));
        // Another address of the machine is free, and so is the port once it is let go.
        probe(&[multiaddress("127.0.0.2", port)]).unwrap();
        drop(held);
        probe(&[multiaddress("127.0.0.1", port), multiaddress("127.0.0.1", 0)]).unwrap();
    }

    #[test]
    fn an_address_that_is_not_there_yet_passes() {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        let fault = probe(&[multiaddress("192.0.2.7", 0)]).unwrap_err();
        assert_eq!((fault.exit, fault.code.as_str()), (Exit::NotYet, "address_not_there"));
    }

    #[test]
    fn names_are_left_to_the_library() {
        probe(&["/dns4/huxin.example/tcp/1".parse().unwrap()]).unwrap();
    }
}
