//! The multiplexer with a count of the streams that the other side opens. The library bounds how many stand at one time and
//! tells nobody of those that came to nothing: a stream for a protocol that does not exist leaves no trace above. Here
//! each is counted, and a connection that opens ever more of them is closed.

use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo};
use libp2p::futures::future::{MapOk, TryFutureExt};
use libp2p::futures::{AsyncRead, AsyncWrite};
use libp2p::yamux;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use crate::NetCounters;
use crate::conduct::Allowance;
use crate::counters::count;
use crate::settings::STREAMS;

/// Two gossip streams, ping, identify and the questions of two directions, four times over.
const AT_ONE_TIME: usize = 64;

/// The other side opened more streams than anybody needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other side opens streams without end")]
pub(crate) struct TooManyStreams;

/// Whether a connection ended by [`TooManyStreams`], however deep the library has wrapped it.
pub(crate) fn is_too_many(fault: &io::Error) -> bool {
    let mut fault = fault;
    loop {
        let Some(inner) = fault.get_ref() else { return false };
        if inner.is::<TooManyStreams>() {
            return true;
        }
        match inner.downcast_ref::<io::Error>() {
            Some(deeper) => fault = deeper,
            None => return false,
        }
    }
}

/// Yamux, with the count.
#[derive(Clone)]
pub(crate) struct CountedStreams {
    yamux: yamux::Config,
    counters: Arc<NetCounters>,
}

impl CountedStreams {
    pub(crate) fn new(counters: Arc<NetCounters>) -> Self {
        let mut yamux = yamux::Config::default();
        yamux.set_max_num_streams(AT_ONE_TIME);
        Self { yamux, counters }
    }
}

impl UpgradeInfo for CountedStreams {
    type Info = <yamux::Config as UpgradeInfo>::Info;
    type InfoIter = <yamux::Config as UpgradeInfo>::InfoIter;

    fn protocol_info(&self) -> Self::InfoIter {
        self.yamux.protocol_info()
    }
}

type Wrap<M> = Box<dyn FnOnce(M) -> Counted<M> + Send>;

fn wrap<M>(counters: Arc<NetCounters>) -> Wrap<M> {
    Box::new(move |muxer| Counted { muxer, counters, allowance: Allowance::new(STREAMS, Instant::now()) })
}

impl<C> InboundConnectionUpgrade<C> for CountedStreams
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = Counted<yamux::Muxer<C>>;
    type Error = io::Error;
    type Future = MapOk<<yamux::Config as InboundConnectionUpgrade<C>>::Future, Wrap<yamux::Muxer<C>>>;

    fn upgrade_inbound(self, io: C, info: Self::Info) -> Self::Future {
        self.yamux.upgrade_inbound(io, info).map_ok(wrap(self.counters))
    }
}

impl<C> OutboundConnectionUpgrade<C> for CountedStreams
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = Counted<yamux::Muxer<C>>;
    type Error = io::Error;
    type Future = MapOk<<yamux::Config as OutboundConnectionUpgrade<C>>::Future, Wrap<yamux::Muxer<C>>>;

    fn upgrade_outbound(self, io: C, info: Self::Info) -> Self::Future {
        self.yamux.upgrade_outbound(io, info).map_ok(wrap(self.counters))
    }
}

/// One connection's streams.
pub(crate) struct Counted<M> {
    muxer: M,
    counters: Arc<NetCounters>,
    allowance: Allowance,
}

impl<M> StreamMuxer for Counted<M>
where
    M: StreamMuxer<Error: Into<io::Error>> + Unpin,
{
    type Substream = M::Substream;
    type Error = io::Error;

    fn poll_inbound(mut self: Pin<&mut Self>, waking: &mut Context<'_>) -> Poll<Result<M::Substream, io::Error>> {
        let stream = ready!(Pin::new(&mut self.muxer).poll_inbound(waking)).map_err(Into::into)?;
        count(&self.counters.streams_taken);
        if self.allowance.take(1, Instant::now()) {
            return Poll::Ready(Ok(stream));
        }
        Poll::Ready(Err(io::Error::other(TooManyStreams)))
    }

    fn poll_outbound(mut self: Pin<&mut Self>, waking: &mut Context<'_>) -> Poll<Result<M::Substream, io::Error>> {
        Pin::new(&mut self.muxer).poll_outbound(waking).map_err(Into::into)
    }

    fn poll_close(mut self: Pin<&mut Self>, waking: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Pin::new(&mut self.muxer).poll_close(waking).map_err(Into::into)
    }

    fn poll(mut self: Pin<&mut Self>, waking: &mut Context<'_>) -> Poll<Result<StreamMuxerEvent, io::Error>> {
        Pin::new(&mut self.muxer).poll(waking).map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_fault_is_found_under_the_librarys_wrappings() {
        let fault = io::Error::other(TooManyStreams);
        assert!(is_too_many(&fault));
        assert!(is_too_many(&io::Error::other(io::Error::other(fault))));
        assert!(!is_too_many(&io::Error::other("streams")));
        assert!(!is_too_many(&io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
}
