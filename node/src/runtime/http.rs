//! The HTTP interface's connections: how many there may be, and how long one may take to say what it wants. What becomes of a request
//! stands in huxin-api.
//!
//! The interface is for programs on this machine, and one of them may be broken or hostile. A connection that opens and says nothing, or a
//! byte now and then, is closed; and there are only so many at once, so that nobody takes the file handles that store and partners need.
//! Whoever comes when all places are taken waits in the kernel's queue.

use crate::fault::Fault;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

/// Connections at once. A screen of a browser opens six, Prometheus one; handles.rs counts with them.
const CONNECTIONS: usize = 128;
/// How long the header of a request may take, and how long a connection may rest between two. Longer than clients keep an idle connection
/// for another request (15 s), so that they and not the node close it.
const HEADER_WAIT: Duration = Duration::from_secs(30);
/// After a failed accept (no file handle, a connection that broke at once) before the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Threads that answer. A ruling reads the store and keeps its thread meanwhile, the longer the more was said about its subject; the
/// other threads, between which the system divides the cores, go on answering. Eight answered a tenth less than two on two cores.
const THREADS: usize = 4;

/// The threads that answer HTTP: not those that drive the network.
///
/// # Errors
/// The system gives no threads.
pub fn threads() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .thread_name("http")
        .build()
        .map_err(Fault::unexpected)
}

/// Serves until `stop` says true, then lets open requests end. The task ends with the last of them.
///
/// # Errors
/// The listener cannot be used by the runtime.
pub fn serve(
    listener: std::net::TcpListener,
    router: axum::Router,
    stop: watch::Receiver<bool>,
    runtime: &Handle,
) -> Result<tokio::task::JoinHandle<()>, Fault> {
    let guard = runtime.enter();
    let listener = TcpListener::from_std(listener).map_err(Fault::unexpected)?;
    drop(guard);
    Ok(runtime.spawn(accept(listener, router, stop, HEADER_WAIT)))
}

async fn accept(listener: TcpListener, router: axum::Router, mut stop: watch::Receiver<bool>, header_wait: Duration) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    let mut how = Builder::new();
    how.timer(TokioTimer::new()).header_read_timeout(header_wait);
    let stopped = async move {
        // A sender that is gone stops as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    tokio::pin!(stopped);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (listener.accept().await, place)
        };
        let (stream, place) = tokio::select! {
            (accepted, place) = next => match (accepted, place) {
                (Ok((stream, _)), Ok(place)) => (stream, place),
                _ => {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = &mut stopped => break,
        };
        // Answers are one small write each: they must not wait for the next segment of the connection.
        let _ = stream.set_nodelay(true);
        let connection = how.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(fault) = connection.await {
                tracing::debug!(%fault, "a connection of the HTTP interface broke");
            }
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpStream};

    const SHORT: Duration = Duration::from_millis(200);
    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

    fn started() -> (tokio::runtime::Runtime, SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let say = |body: axum::body::Bytes| async move { format!("{} bytes", body.len()) };
        let router = axum::Router::new().route("/", axum::routing::get(|| async { "here" }).post(say));
        let router = huxin_api::within(router, SHORT);
        let (stop, stopped) = watch::channel(false);
        let guard = runtime.enter();
        let listener = TcpListener::from_std(listener).unwrap();
        drop(guard);
        let task = runtime.spawn(accept(listener, router, stopped, SHORT));
        (runtime, address, stop, task)
    }

    fn answer(stream: &mut TcpStream) -> String {
        stream.write_all(ASK).unwrap();
        let mut bytes = [0; 1024];
        let length = stream.read(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    #[test]
    fn who_says_nothing_or_half_a_header_is_closed() {
        let (_runtime, address, _stop, _task) = started();
        for said in [&b""[..], b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\n", ASK] {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(said).unwrap();
            // Ends once the node has closed; it would wait for ever otherwise.
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        }
    }

    /// Whoever sends the bytes of a body one now and then holds a place no longer than the rest.
    #[test]
    fn a_body_that_does_not_come_is_refused_and_its_place_is_free() {
        let (_runtime, address, _stop, _task) = started();
        let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n";
        for (body, due) in [("123456789", "200"), ("1234", "400"), ("", "400")] {
            let mut stream = TcpStream::connect(address).unwrap();
            // Without the bound nobody ever answers, and the test fails here instead of hanging.
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
            let mut bytes = [0; 1024];
            let length = stream.read(&mut bytes).expect("an answer within the wait");
            let told = String::from_utf8_lossy(&bytes[..length]);
            assert!(told.starts_with(&format!("HTTP/1.1 {due}")), "{body:?}: {told}");
        }
        let silent: Vec<TcpStream> = (0..CONNECTIONS)
            .map(|_| {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.write_all(head.as_bytes()).unwrap();
                stream
            })
            .collect();
        let mut late = TcpStream::connect(address).unwrap();
        late.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        assert!(answer(&mut late).starts_with("HTTP/1.1 200"), "bodies that never came kept every place");
        drop(silent);
    }

    #[test]
    fn there_are_only_so_many_and_the_next_waits_for_a_place() {
        let (_runtime, address, _stop, _task) = started();
        let silent: Vec<TcpStream> = (0..CONNECTIONS).map(|_| TcpStream::connect(address).unwrap()).collect();
        // It is let in when the silent ones have used up their time.
        let mut late = TcpStream::connect(address).unwrap();
        assert!(answer(&mut late).starts_with("HTTP/1.1 200"), "the next was never served");
        drop(silent);
    }

    /// The interface answers on threads of its own, and goes on answering while every thread of another runtime, such as the network's, is kept.
    #[test]
    fn answers_come_from_threads_of_their_own() {
        let elsewhere = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let kept = elsewhere.spawn(async move { gate.recv() });
        let name = || async { std::thread::current().name().unwrap_or_default().to_owned() };
        let router = axum::Router::new().route("/", axum::routing::get(name));
        let runtime = threads().unwrap();
        assert_eq!(runtime.metrics().num_workers(), THREADS);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let task = serve(listener, router, stopped, runtime.handle()).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let told = answer(&mut stream);
        assert!(told.ends_with("\r\n\r\nhttp"), "{told}");
        drop((stream, open));
        elsewhere.block_on(kept).unwrap().unwrap_err();
        stop.send_replace(true);
        runtime.block_on(task).unwrap();
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let (runtime, address, stop, task) = started();
        let mut stream = TcpStream::connect(address).unwrap();
        assert!(answer(&mut stream).contains("here"));
        stop.send_replace(true);
        runtime.block_on(task).unwrap();
        assert!(TcpStream::connect(address).is_err());
    }
}
