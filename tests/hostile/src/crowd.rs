//! TCP connections that are opened and then left: the cheapest attack there is, since it needs no key.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// How many connections are being opened at one moment: fewer than a listener's queue, so that none waits for a second
/// greeting.
const AT_ONCE: usize = 64;
/// A connection that is not open after this long was refused by a full queue.
const OPENING: Duration = Duration::from_secs(5);

/// Open connections, held until this is dropped.
#[derive(Debug, Default)]
pub struct Crowd {
    held: Vec<TcpStream>,
}

impl Crowd {
    /// Opens `count` connections from `from` to `target`, says `greeting` on each and nothing more. Those that cannot be
    /// opened are left out.
    pub async fn open(from: IpAddr, target: SocketAddr, count: usize, greeting: &'static [u8]) -> Self {
        let mut held = Vec::with_capacity(count);
        let mut opening = JoinSet::new();
        for _ in 0..count {
            if opening.len() >= AT_ONCE
                && let Some(Ok(Some(stream))) = opening.join_next().await
            {
                held.push(stream);
            }
            opening.spawn(async move {
                let opened = tokio::time::timeout(OPENING, open(from, target, greeting)).await;
                opened.ok().and_then(Result::ok)
            });
        }
        while let Some(opened) = opening.join_next().await {
            held.extend(opened.ok().flatten());
        }
        Self { held }
    }

    /// How many were opened.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.held.len()
    }

    /// How many of them the other side has not closed yet. Connections that it has closed are let go.
    pub fn standing(&mut self) -> usize {
        self.held.retain(|stream| {
            let mut bytes = [0; 256];
            loop {
                match stream.try_read(&mut bytes) {
                    Ok(0) => return false,
                    Ok(_) => {}
                    Err(fault) => return fault.kind() == io::ErrorKind::WouldBlock,
                }
            }
        });
        self.held.len()
    }

    /// Waits until the other side has closed every one of them.
    pub async fn until_gone(&mut self) {
        for mut stream in std::mem::take(&mut self.held) {
            let mut bytes = [0; 256];
            while matches!(stream.read(&mut bytes).await, Ok(1..)) {}
        }
    }
}

async fn open(from: IpAddr, target: SocketAddr, greeting: &[u8]) -> io::Result<TcpStream> {
    let socket = if from.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(SocketAddr::new(from, 0))?;
    let mut stream = socket.connect(target).await?;
    // The other side may have closed it already; that is for `standing` to find.
    let _ = stream.write_all(greeting).await;
    Ok(stream)
}
