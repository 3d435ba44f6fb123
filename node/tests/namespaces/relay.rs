//! A long line where the kernel has no `netem`: a relay that takes every connection, makes one to the real end, and passes
//! on in both directions what it hears, later by a fixed delay. It stands in two hosts at once: it listens in one and
//! connects from the other. Only bytes are delayed; the handshake of TCP is not.

use super::federation::Seat as _;
use super::host::Host;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, park_timeout, spawn};
use std::time::{Duration, Instant};

/// Bytes taken at once.
const PIECE: usize = 16 * 1024;
/// Pieces under way in one direction: what a line of 100 Mbit/s holds in 200 ms, and some.
const UNDER_WAY: usize = 256;
/// How often the relay looks for a new connection, or whether it is to end.
const LOOK: Duration = Duration::from_millis(5);
const CONNECT_WAIT: Duration = Duration::from_secs(2);

/// One way through: whoever connects to `address` in `from` is led to the same address in `to`.
pub struct Way {
    pub from: Host,
    pub to: Host,
    pub address: SocketAddr,
}

pub struct Relay {
    over: Arc<AtomicBool>,
    /// Both ends of every connection, to be shut at the end.
    ends: Arc<Mutex<Vec<TcpStream>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Relay {
    pub fn start(ways: Vec<Way>, delay: Duration) -> Self {
        let (over, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let threads = ways
            .into_iter()
            .map(|way| {
                let listener = way.from.within(|| TcpListener::bind(way.address)).unwrap();
                listener.set_nonblocking(true).unwrap();
                let (over, ends) = (over.clone(), ends.clone());
                spawn(move || take(&listener, &way, delay, &over, &ends))
            })
            .collect();
        Self { over, ends, threads }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        for end in self.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

fn take(listener: &TcpListener, way: &Way, delay: Duration, over: &AtomicBool, ends: &Mutex<Vec<TcpStream>>) {
    while !over.load(Ordering::SeqCst) {
        let Ok((near, _)) = listener.accept() else {
            park_timeout(LOOK);
            continue;
        };
        // An end that nobody is at: the connection is closed, as by a router that has no way.
        let Ok(far) = way.to.within(|| TcpStream::connect_timeout(&way.address, CONNECT_WAIT)) else { continue };
        near.set_nonblocking(false).unwrap();
        for end in [&near, &far] {
            end.set_nodelay(true).unwrap();
            ends.lock().unwrap().push(end.try_clone().unwrap());
        }
        pass_on(near.try_clone().unwrap(), far.try_clone().unwrap(), delay);
        pass_on(far, near, delay);
    }
}

/// One direction. The threads end with the connection.
fn pass_on(mut from: TcpStream, to: TcpStream, delay: Duration) {
    let (pieces_in, pieces) = sync_channel(UNDER_WAY);
    spawn(move || deliver(&pieces, to));
    spawn(move || listen(&mut from, &pieces_in, delay));
}

fn listen(from: &mut TcpStream, pieces: &SyncSender<(Instant, Vec<u8>)>, delay: Duration) {
    let mut piece = vec![0; PIECE];
    while let Ok(length) = from.read(&mut piece) {
        // An empty piece is the end, which is passed on as late as everything else.
        let sent = pieces.send((Instant::now() + delay, piece[..length].to_vec()));
        if sent.is_err() || length == 0 {
            return;
        }
    }
}

fn deliver(pieces: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
    for (due, piece) in pieces {
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            park_timeout(left);
        }
        if piece.is_empty() || to.write_all(&piece).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
