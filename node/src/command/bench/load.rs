//! Load over HTTP, and the times that it took. Status is asked over bare sockets: an HTTP client would take more of the two
//! cores than the node that is measured.

use super::super::demo::processes::Node;
use super::super::demo::sample;
use super::limits::cpu;
use crate::fault::Fault;
use crate::runtime::clock;
use huxin_api::model::PublishRequest;
use huxin_protocol::subject::SubjectId;
use serde::Serialize;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A rate with its times.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    pub per_s: f64,
    /// Processor time of the node per operation.
    pub cpu_us: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Latency {
    fn of(mut times: Vec<Duration>, took: Duration, cpu: Duration) -> Self {
        times.sort_unstable();
        let millis = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            times.get(rank.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1e3
        };
        Self {
            per_s: times.len() as f64 / took.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / times.len().max(1) as f64,
            p50_ms: millis(0.50),
            p99_ms: millis(0.99),
            max_ms: millis(1.0),
        }
    }
}

/// Runs `client` on several threads and gathers their times.
fn many<F>(node: &Node, clients: usize, client: F) -> Result<Latency, Fault>
where
    F: Fn(usize) -> Result<Vec<Duration>, Fault> + Sync,
{
    let (begun, before) = (Instant::now(), cpu(node.pid));
    let times = std::thread::scope(|scope| {
        let client = &client;
        let threads: Vec<_> = (0..clients).map(|number| scope.spawn(move || client(number))).collect();
        let mut times = Vec::new();
        for thread in threads {
            times.extend(thread.join().map_err(|_| Fault::unexpected("a client ended"))??);
        }
        Ok::<_, Fault>(times)
    })?;
    Ok(Latency::of(times, begun.elapsed(), cpu(node.pid).saturating_sub(before)))
}

/// Each client publishes one entry at a time, and waits for its receipt.
pub fn publish_single(node: &Node, first: usize, clients: usize, long: Duration) -> Result<Latency, Fault> {
    let today = clock::now().date();
    many(node, clients, |number| {
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < long {
            let entry = sample::probe(first + number + clients * times.len(), today)?;
            let request = PublishRequest { entries: vec![entry] };
            let asked = Instant::now();
            node.client.publish(&request)?;
            times.push(asked.elapsed());
        }
        Ok(times)
    })
}

/// Each client asks for one subject after the other over a connection of its own.
pub fn status(node: &Node, subjects: &[SubjectId], clients: usize, long: Duration) -> Result<Latency, Fault> {
    let authorization = node.client.authorization();
    many(node, clients, |number| {
        let mut connection = Connection::open(&node.api)?;
        let begun = Instant::now();
        let mut times = Vec::new();
        let mut turn = number;
        while begun.elapsed() < long {
            let subject = &subjects[turn % subjects.len()];
            turn += clients;
            let request = format!(
                "GET /v1/subjects/{subject}/status HTTP/1.1\r\nhost: {}\r\nauthorization: {authorization}\r\n\r\n",
                node.api
            );
            let asked = Instant::now();
            connection.ask(request.as_bytes())?;
            times.push(asked.elapsed());
        }
        Ok(times)
    })
}

/// One kept connection: enough HTTP to read a whole answer of known length.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: &str) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).map_err(Fault::unexpected)?;
        stream.set_nodelay(true).map_err(Fault::unexpected)?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    fn ask(&mut self, request: &[u8]) -> Result<(), Fault> {
        self.stream.write_all(request).map_err(Fault::unexpected)?;
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
            if let Some(length) = whole(&self.buffer[..read])?
                && read >= length
            {
                return Ok(());
            }
        }
    }
}

/// Length of the whole answer, once its head is there. Anything but 200 is a fault.
fn whole(bytes: &[u8]) -> Result<Option<usize>, Fault> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(Fault::unexpected)?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(Fault::unexpected(format_args!("the node answered {}", head.lines().next().unwrap_or_default())));
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|text| text.parse::<usize>().ok());
    let length = length.ok_or_else(|| Fault::unexpected("an answer without a length"))?;
    Ok(Some(end + 4 + length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_is_there() {
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\ncontent-").unwrap(), None);
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n").unwrap(), Some(40));
        assert!(whole(b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}
