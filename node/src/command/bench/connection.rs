//! A kept HTTP connection over a bare socket: a client library would take more of the cores than the node that is measured.

use crate::fault::Fault;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// No answer takes so long while the node lives.
const PATIENCE: Duration = Duration::from_secs(30);

/// Enough HTTP to read whole answers of known length.
pub struct Connection {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// `authorization` is the whole header value.
    pub fn open(address: &str, authorization: &str) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).map_err(Fault::unexpected)?;
        stream.set_nodelay(true).map_err(Fault::unexpected)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(Fault::unexpected)?;
        let head = format!(" HTTP/1.1\r\nhost: {address}\r\nauthorization: {authorization}\r\n\r\n");
        Ok(Self { stream, head, buffer: vec![0; 64 * 1024] })
    }

    /// Asks for a path and answers the body.
    pub fn get(&mut self, path: &str) -> Result<&[u8], Fault> {
        let request = format!("GET {path}{}", self.head);
        self.stream.write_all(request.as_bytes()).map_err(Fault::unexpected)?;
        let mut read = 0;
        loop {
            if read == self.buffer.len() {
                self.buffer.resize(read * 2, 0);
            }
            let more = self.stream.read(&mut self.buffer[read..]).map_err(Fault::unexpected)?;
            if more == 0 {
                return Err(Fault::unexpected("the node closed the connection"));
            }
            read += more;
            if let Some((body, end)) = whole(&self.buffer[..read])?
                && read >= end
            {
                return Ok(&self.buffer[body..end]);
            }
        }
    }

    /// The value of an unlabelled metric.
    pub fn metric(&mut self, name: &str) -> Result<f64, Fault> {
        let text = String::from_utf8_lossy(self.get("/metrics")?);
        value_of(&text, name).ok_or_else(|| Fault::unexpected(format_args!("the node has no metric {name}")))
    }
}

fn value_of(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Where the body begins and ends, once the head is there. Anything but 200 is a fault.
fn whole(bytes: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(Fault::unexpected)?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(Fault::unexpected(format_args!("the node answered {}", head.lines().next().unwrap_or_default())));
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|text| text.parse::<usize>().ok());
    let length = length.ok_or_else(|| Fault::unexpected("an answer without a length"))?;
    Ok(Some((end + 4, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_is_there() {
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\ncontent-").unwrap(), None);
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n").unwrap(), Some((38, 40)));
        assert!(whole(b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n").is_err());
    }

    #[test]
    fn a_metric_is_found_by_its_whole_name() {
        let text = "# HELP a_total x\na_total_more 1\na_total 2.5\n";
        assert_eq!(value_of(text, "a_total"), Some(2.5));
        assert_eq!(value_of(text, "a"), None);
    }
}
