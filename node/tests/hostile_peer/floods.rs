//! Attacks with connections and streams, before a word of ours is spoken.

use super::world::Scene;
use huxin_hostile::{Crowd, Line, SYNC};
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::task::JoinSet;

/// How often a hostile peer tries again where it was turned away: its pace, and no waiting for anything.
const PACE: Duration = Duration::from_millis(20);
/// How often a new crowd comes.
const CROWD_PACE: Duration = Duration::from_millis(500);
/// What a connection begins with, up to where the first key would have to come.
const HALF_A_GREETING: &[u8] = b"\x13/multistream/1.0.0\n\x07/noise\n";

/// Dials again and again, and does `act` on each connection until it is over.
pub async fn again<F: Future<Output = ()>>(scene: Scene, act: impl Fn(Line, Scene) -> F) {
    let mut pace = tokio::time::interval(PACE);
    loop {
        pace.tick().await;
        if let Ok(line) = Line::dial(&scene.secret, &scene.address).await {
            act(line, scene.clone()).await;
        }
    }
}

/// So many of these at once, until the attack is over.
pub async fn at_once<F>(count: usize, scene: &Scene, attack: impl Fn(Scene) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut all = JoinSet::new();
    for _ in 0..count {
        all.spawn(attack(scene.clone()));
    }
    while all.join_next().await.is_some() {}
}

/// Connections by the thousand from several addresses, some of which say half of a greeting. Not one says who it is.
pub async fn half_open(scene: Scene) {
    const ADDRESSES: u8 = 8;
    const EACH: usize = 500;
    let mut pace = tokio::time::interval(CROWD_PACE);
    let mut held = Vec::new();
    loop {
        pace.tick().await;
        // Those that were let in are held as long as the node has patience.
        held.retain_mut(|crowd: &mut Crowd| crowd.standing() > 0);
        for address in 0..ADDRESSES {
            let from = IpAddr::from(Ipv4Addr::new(127, 0, 0, 2 + address));
            let greeting = if address.is_multiple_of(2) { HALF_A_GREETING } else { b"" };
            held.push(Crowd::open(from, scene.socket, EACH, greeting).await);
        }
    }
}

/// Peers that finish the handshake and are no member's.
pub async fn strangers(scene: Scene) {
    let stranger = |number: u8| Scene { secret: [number; 32], ..scene.clone() };
    let mut all = JoinSet::new();
    for number in 1..=8 {
        all.spawn(again(stranger(number), |line, _| async move { line.until_closed().await }));
    }
    while all.join_next().await.is_some() {}
}

/// A member that opens as many connections as it can, and holds those that stand.
pub async fn many_connections(scene: Scene) {
    at_once(32, &scene, |scene| again(scene, |line, _| async move { line.until_closed().await })).await;
}

/// A member that connects and is gone again, as fast as handshakes go.
pub async fn comes_and_goes(scene: Scene) {
    // The connection has to stand on the other side too, which an answer shows.
    let go = |line: Line, _| async move { drop(line.open(SYNC).await) };
    at_once(2, &scene, |scene| again(scene, go)).await;
}

/// A stream after the other, each with a name that nobody knows.
pub async fn unknown_protocols(scene: Scene) {
    let ask = |line: Line, _| async move {
        let mut number = 0_u64;
        while !line.is_closed() {
            number += 1;
            let Ok(mut road) = line.bare().await else { return };
            if road.propose(&format!("/unknown/{number}")).await == Err(huxin_hostile::Refused::Stream) {
                return;
            }
        }
    };
    at_once(8, &scene, |scene| again(scene, ask)).await;
}

/// Streams by the thousand on one connection, begun and not gone on with.
pub async fn substreams(scene: Scene) {
    let begin = |line: Line, _| async move {
        let mut held = Vec::new();
        while held.len() < 20_000 {
            let Ok(mut road) = line.bare().await else { break };
            if road.name(SYNC).await.is_err() {
                break;
            }
            held.push(road);
        }
        line.until_closed().await;
    };
    at_once(2, &scene, |scene| again(scene, begin)).await;
}
