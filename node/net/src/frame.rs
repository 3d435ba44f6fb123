//! Frames of questions and answers: the length as 32 bits big-endian, then one CBOR array. A length above the limit is
//! refused before room is made for it. A page is moved through and not copied: it is written from the buffer that the
//! node handed over, and handed to the node in the buffer that it was read into.

use huxin_engine::wire::{
    FRAME_BYTES, LENGTH_BYTES, REQUEST_BYTES, Request, Response, WireFault, frame_head, frame_length,
};
use libp2p::StreamProtocol;
use libp2p::futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::request_response::Codec;
use std::io;
use std::sync::Arc;

use crate::NetCounters;
use crate::counters::{add, count};
use crate::settings::QUESTION_TIMEOUT;

/// Name of the protocol of questions and answers (R162).
pub const SYNC_PROTOCOL: StreamProtocol = StreamProtocol::new("/huxin/sync/1");

/// A question as it came. One that cannot be read is kept as its fault, so that the asker gets a code for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inquiry {
    Known(Request),
    Unreadable(WireFault),
}

/// Reads and writes frames, and counts their bytes.
#[derive(Clone, Debug)]
pub(crate) struct FrameCodec {
    counters: Arc<NetCounters>,
}

impl FrameCodec {
    pub(crate) const fn new(counters: Arc<NetCounters>) -> Self {
        Self { counters }
    }

    /// One frame of at most `most` bytes; the outer fault is the connection's, the inner one the peer's.
    async fn read<T>(&self, io: &mut T, most: usize) -> io::Result<Result<Vec<u8>, WireFault>>
    where
        T: AsyncRead + Unpin + Send,
    {
        let mut head = [0; LENGTH_BYTES];
        io.read_exact(&mut head).await?;
        let length = match frame_length(head, most) {
            Ok(length) => length,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut frame = vec![0; length];
        io.read_exact(&mut frame).await?;
        add(&self.counters.frame_bytes_received, LENGTH_BYTES + length);
        Ok(Ok(frame))
    }

    /// One frame in two parts, to be at most `most` bytes long.
    async fn write<T>(&self, io: &mut T, head: &[u8], tail: &[u8], most: usize) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        let total = head.len() + tail.len();
        let length = frame_head(total, most).map_err(foul)?;
        io.write_all(&[&length[..], head].concat()).await?;
        io.write_all(tail).await?;
        add(&self.counters.frame_bytes_sent, LENGTH_BYTES + total);
        Ok(())
    }
}

/// A wire fault in the only clothes that the library lets through; [`fault_code`] takes them off again.
fn foul(fault: WireFault) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

/// The stable code of a failure on a stream.
pub(crate) fn fault_code(error: &io::Error) -> &'static str {
    if let Some(fault) = error.get_ref().and_then(|inner| inner.downcast_ref::<WireFault>()) {
        return fault.code();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "no_answer",
        io::ErrorKind::TimedOut => "ask_timeout",
        _ => "stream_failed",
    }
}

impl Codec for FrameCodec {
    type Protocol = StreamProtocol;
    type Request = Inquiry;
    type Response = Response;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Inquiry>
    where
        T: AsyncRead + Unpin + Send,
    {
        let read = tokio::time::timeout(QUESTION_TIMEOUT, self.read(io, REQUEST_BYTES)).await;
        // Whoever lets a question trickle in holds a place that others need. The library tells nobody of it.
        let frame = read.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).inspect_err(|_| {
            count(&self.counters.requests_unfinished);
        })?;
        Ok(match frame.and_then(|frame| Request::decode(&frame)) {
            Ok(request) => Inquiry::Known(request),
            Err(fault) => Inquiry::Unreadable(fault),
        })
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Response>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read(io, FRAME_BYTES).await?.and_then(Response::decode_owned).map_err(foul)
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, inquiry: Inquiry) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        match inquiry {
            Inquiry::Known(request) => self.write(io, &request.encode(), &[], REQUEST_BYTES).await,
            Inquiry::Unreadable(fault) => Err(foul(fault)),
        }
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, response: Response) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        let (mut head, mut tail) = response.into_parts();
        if head.len() + tail.len() > FRAME_BYTES {
            tracing::warn!(bytes = head.len() + tail.len(), "an answer was longer than a frame and was not sent");
            (head, tail) = Response::Refused { code: WireFault::TooLong.code().to_owned() }.into_parts();
        }
        self.write(io, &head, &tail, FRAME_BYTES).await
    }
}

#[cfg(test)]
mod tests;
