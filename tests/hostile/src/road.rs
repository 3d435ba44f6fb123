//! One stream of a connection. Both sides first agree on a protocol, in short lines with their length before them
//! (multistream-select 1.0); then it carries whatever is written.

use libp2p::core::muxing::SubstreamBox;
use libp2p::futures::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::Refused;
use crate::rumour::delimited;

/// The line with which every stream begins.
const BEGINNING: &str = "/multistream/1.0.0";
/// How a protocol is turned down.
const NOT_KNOWN: &str = "na";
/// Longest line that is read.
const LINE_BYTES: usize = 1024;

/// One stream. Dropped, it is reset.
#[derive(Debug)]
pub struct Road {
    stream: SubstreamBox,
}

fn line(text: &str) -> Vec<u8> {
    delimited(format!("{text}\n").as_bytes())
}

impl Road {
    pub(crate) const fn new(stream: SubstreamBox) -> Self {
        Self { stream }
    }

    /// Begins the stream and names a protocol, without waiting for what the other side says to it.
    ///
    /// # Errors
    /// [`Refused::Stream`].
    pub async fn name(&mut self, protocol: &str) -> Result<(), Refused> {
        self.send(&[line(BEGINNING), line(protocol)].concat()).await
    }

    /// Names one more protocol, after one was turned down.
    ///
    /// # Errors
    /// [`Refused::Stream`].
    pub async fn name_again(&mut self, protocol: &str) -> Result<(), Refused> {
        self.send(&line(protocol)).await
    }

    /// Begins the stream and agrees on a protocol.
    ///
    /// # Errors
    /// [`Refused::Protocol`], [`Refused::Stream`].
    pub async fn propose(&mut self, protocol: &str) -> Result<(), Refused> {
        self.name(protocol).await?;
        if self.hear().await? != BEGINNING {
            return Err(Refused::Stream);
        }
        if self.hear().await? == protocol { Ok(()) } else { Err(Refused::Protocol) }
    }

    /// Agrees to a protocol on a stream that the other side opened, and turns down all others.
    ///
    /// # Errors
    /// [`Refused::Stream`] where it went away before it named this one.
    pub async fn accept(&mut self, protocol: &str) -> Result<(), Refused> {
        if self.hear().await? != BEGINNING {
            return Err(Refused::Stream);
        }
        self.send(&line(BEGINNING)).await?;
        loop {
            let proposed = self.hear().await?;
            if proposed == protocol {
                return self.send(&line(protocol)).await;
            }
            self.send(&line(NOT_KNOWN)).await?;
        }
    }

    /// One line of the agreement.
    async fn hear(&mut self) -> Result<String, Refused> {
        let length = self.number().await?;
        if length > LINE_BYTES {
            return Err(Refused::Stream);
        }
        let bytes = self.read(length).await?;
        let text = String::from_utf8(bytes).map_err(|_| Refused::Stream)?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// A number in groups of seven bits, the lowest first.
    async fn number(&mut self) -> Result<usize, Refused> {
        let mut number = 0;
        for shift in (0..28).step_by(7) {
            let byte = self.read(1).await?[0];
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Refused::Stream)
    }

    /// Writes, and waits while the other side takes no more.
    ///
    /// # Errors
    /// [`Refused::Stream`].
    pub async fn send(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.stream.write_all(bytes).await.map_err(|_| Refused::Stream)?;
        self.stream.flush().await.map_err(|_| Refused::Stream)
    }

    /// Says that nothing more comes from here.
    ///
    /// # Errors
    /// [`Refused::Stream`].
    pub async fn end(&mut self) -> Result<(), Refused> {
        self.stream.close().await.map_err(|_| Refused::Stream)
    }

    /// Exactly so many bytes.
    ///
    /// # Errors
    /// [`Refused::Stream`] where it ends before.
    pub async fn read(&mut self, length: usize) -> Result<Vec<u8>, Refused> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).await.map_err(|_| Refused::Stream)?;
        Ok(bytes)
    }

    /// The body of one frame, as [`crate::framed`] makes it.
    ///
    /// # Errors
    /// [`Refused::Stream`].
    pub async fn frame(&mut self) -> Result<Vec<u8>, Refused> {
        let length: [u8; 4] = self.read(4).await?.try_into().map_err(|_| Refused::Stream)?;
        self.read(usize::try_from(u32::from_be_bytes(length)).map_err(|_| Refused::Stream)?).await
    }

    /// Everything up to the end.
    ///
    /// # Errors
    /// [`Refused::Stream`] where it fails before its end.
    pub async fn rest(&mut self) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).await.map_err(|_| Refused::Stream)?;
        Ok(bytes)
    }
}
