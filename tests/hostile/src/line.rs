//! One connection: made by the library's transport, and then left to a task that only moves its streams.

use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt as _, SubstreamBox};
use libp2p::core::transport::{DialOpts, PortUse};
use libp2p::core::upgrade::Version;
use libp2p::core::{Endpoint, Transport as _};
use libp2p::{Multiaddr, identity, noise, tcp, yamux};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{Refused, Road};

/// As many as the multiplexer's own window allows: the limits that a test is about are the other side's.
const STREAMS: usize = 4096;

/// One connection. Dropped, it is closed.
#[derive(Debug)]
pub struct Line {
    wanted: mpsc::UnboundedSender<oneshot::Sender<SubstreamBox>>,
    taken: mpsc::UnboundedReceiver<SubstreamBox>,
    closed: watch::Receiver<bool>,
}

impl Line {
    /// Dials `target`, a TCP multiaddress, with this transport secret. A node that knows no such peer lets the handshake
    /// end and closes then.
    ///
    /// # Errors
    /// [`Refused::Connection`].
    pub async fn dial(secret: &[u8; 32], target: &str) -> Result<Self, Refused> {
        let failed = |fault: &dyn std::fmt::Display| Refused::Connection(fault.to_string());
        let mut copy = *secret;
        let keypair = identity::Keypair::ed25519_from_bytes(&mut copy).map_err(|fault| failed(&fault))?;
        let address: Multiaddr = target.parse().map_err(|fault| failed(&fault))?;
        let noise = noise::Config::new(&keypair).map_err(|fault| failed(&fault))?;
        let mut yamux = yamux::Config::default();
        yamux.set_max_num_streams(STREAMS);
        let mut transport = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
            .upgrade(Version::V1Lazy)
            .authenticate(noise)
            .multiplex(yamux)
            .boxed();
        let dialled = transport.dial(address, DialOpts { role: Endpoint::Dialer, port_use: PortUse::New });
        let (_, muxer) = dialled.map_err(|fault| failed(&fault))?.await.map_err(|fault| failed(&fault))?;
        let (wanted, wants) = mpsc::unbounded_channel();
        let (taken_in, taken) = mpsc::unbounded_channel();
        let (closed_in, closed) = watch::channel(false);
        tokio::spawn(async move {
            let mut moving = Moving { muxer, wants, waiting: VecDeque::new(), taken: taken_in };
            poll_fn(|context| moving.poll(context)).await;
            closed_in.send_replace(true);
        });
        Ok(Self { wanted, taken, closed })
    }

    /// A new stream on which nothing was said yet.
    ///
    /// # Errors
    /// [`Refused::Closed`].
    pub async fn bare(&self) -> Result<Road, Refused> {
        let (reply, stream) = oneshot::channel();
        self.wanted.send(reply).map_err(|_| Refused::Closed)?;
        stream.await.map(Road::new).map_err(|_| Refused::Closed)
    }

    /// A new stream for a protocol that the other side knows.
    ///
    /// # Errors
    /// [`Refused::Closed`], [`Refused::Protocol`], [`Refused::Stream`].
    pub async fn open(&self, protocol: &str) -> Result<Road, Refused> {
        let mut road = self.bare().await?;
        road.propose(protocol).await?;
        Ok(road)
    }

    /// The next stream that the other side opens for this protocol. Whatever else it proposes is turned down.
    pub async fn take(&mut self, protocol: &str) -> Result<Road, Refused> {
        loop {
            let stream = self.taken.recv().await.ok_or(Refused::Closed)?;
            let mut road = Road::new(stream);
            // What breaks off here concerns one stream of many.
            if road.accept(protocol).await.is_ok() {
                return Ok(road);
            }
        }
    }

    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Waits until the connection is gone.
    pub async fn until_closed(&self) {
        // Where the task is gone without a word, so is the connection.
        let _ = self.closed.clone().wait_for(|closed| *closed).await;
    }
}

/// What moves the streams of one connection.
struct Moving {
    muxer: StreamMuxerBox,
    wants: mpsc::UnboundedReceiver<oneshot::Sender<SubstreamBox>>,
    waiting: VecDeque<oneshot::Sender<SubstreamBox>>,
    taken: mpsc::UnboundedSender<SubstreamBox>,
}

impl Moving {
    /// Ready when the connection is gone, or nobody holds the [`Line`] any more.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            while let Poll::Ready(want) = self.wants.poll_recv(context) {
                let Some(want) = want else { return Poll::Ready(()) };
                self.waiting.push_back(want);
            }
            match self.muxer.poll_unpin(context) {
                Poll::Ready(Ok(_)) => continue,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {}
            }
            match self.muxer.poll_inbound_unpin(context) {
                Poll::Ready(Ok(stream)) => {
                    // A test that does not take streams leaves them unread.
                    let _ = self.taken.send(stream);
                    continue;
                }
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {}
            }
            if self.waiting.is_empty() {
                return Poll::Pending;
            }
            match self.muxer.poll_outbound_unpin(context) {
                Poll::Ready(Ok(stream)) => {
                    if let Some(want) = self.waiting.pop_front() {
                        let _ = want.send(stream);
                    }
                }
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
