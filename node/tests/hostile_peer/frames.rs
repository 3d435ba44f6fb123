//! Attacks with questions and answers: lengths that lie, frames that never end, answers that nobody reads, and questions
//! with which nothing is wrong but their number.

use super::federation::HEZHOU;
use super::floods::{again, at_once};
use super::world::Scene;
use huxin_engine::wire::{Request, Response};
use huxin_hostile::{Line, Road, SYNC, framed};
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{Epoch, Seq};
use std::time::Duration;

/// As many streams as a node lets one connection have, and some that it turns away.
const STREAMS: usize = 12;

fn heads() -> Vec<u8> {
    framed(&Request::Heads { digest: Digest([7; 32]) }.encode())
}

/// The longest page that there is.
fn range() -> Vec<u8> {
    let city = HEZHOU.parse().unwrap();
    framed(&Request::Segment { city, from: Seq(0), count: 1024, epoch: Epoch::FIRST }.encode())
}

/// Frames whose length promises four gigabytes, or one byte more than a question may have.
pub async fn oversize(scene: Scene) {
    let lie = |line: Line, _| async move {
        while !line.is_closed() {
            let Ok(mut road) = line.open(SYNC).await else { return };
            let _ = road.send(&u32::MAX.to_be_bytes()).await;
            let _ = road.send(&[0x5a; 4096]).await;
            let _ = road.rest().await;
        }
    };
    at_once(4, &scene, |scene| again(scene, lie)).await;
}

/// Frames that come a byte at a time and never to an end, on every stream that is to be had.
pub async fn trickled(scene: Scene) {
    let trickle = |line: Line, _| async move {
        let mut roads: Vec<Road> = Vec::new();
        let mut beat = tokio::time::interval(Duration::from_millis(50));
        while !line.is_closed() {
            beat.tick().await;
            let mut left = Vec::new();
            for mut road in std::mem::take(&mut roads) {
                if road.send(&[0x81]).await.is_ok() {
                    left.push(road);
                }
            }
            roads = left;
            if roads.len() < STREAMS
                && let Ok(mut road) = line.open(SYNC).await
                && road.send(&1000_u32.to_be_bytes()).await.is_ok()
            {
                roads.push(road);
            }
        }
    };
    at_once(2, &scene, |scene| again(scene, trickle)).await;
}

/// Asks for whole pages on every stream and reads none of them.
pub async fn not_read(scene: Scene) {
    ask_and_read(scene, 0).await;
}

/// Asks for whole pages and stops in the middle of each.
pub async fn not_finished(scene: Scene) {
    ask_and_read(scene, 300 * 1024).await;
}

async fn ask_and_read(scene: Scene, bytes: usize) {
    let ask = move |line: Line, _| async move {
        let mut held = Vec::new();
        while !line.is_closed() {
            let mut beat = tokio::time::interval(Duration::from_millis(20));
            for _ in 0..STREAMS {
                beat.tick().await;
                let Ok(mut road) = line.open(SYNC).await else { break };
                let asked = road.send(&range()).await.is_ok() && road.end().await.is_ok();
                if asked && (bytes == 0 || road.read(bytes).await.is_ok()) {
                    held.push(road);
                }
            }
            if held.len() > 4 * STREAMS {
                line.until_closed().await;
            }
        }
    };
    at_once(2, &scene, |scene| again(scene, ask)).await;
}

/// A member that asks for what it has, as fast as it is answered, on every stream that is to be had.
pub async fn useless(scene: Scene) {
    let ask = |line: Line, _: Scene| async move {
        let one = |question: Vec<u8>| {
            let line = &line;
            async move {
                while !line.is_closed() {
                    let Ok(mut road) = line.open(SYNC).await else { return };
                    if road.send(&question).await.is_err() || road.end().await.is_err() {
                        return;
                    }
                    let _ = road.frame().await;
                }
            }
        };
        tokio::join!(
            one(heads()),
            one(range()),
            one(heads()),
            one(range()),
            one(heads()),
            one(range()),
            one(heads()),
            one(range())
        );
    };
    at_once(2, &scene, |scene| again(scene, ask)).await;
}

/// Takes every question of the victim's, and answers none.
pub async fn never_answers(scene: Scene) {
    let hold = |mut line: Line, _| async move {
        let mut held = Vec::new();
        while let Ok(mut road) = line.take(SYNC).await {
            let _ = road.frame().await;
            held.push(road);
        }
    };
    again(scene, hold).await;
}

/// Answers every question with bytes that are no answer.
pub async fn answers_garbage(scene: Scene) {
    let answer = |mut line: Line, _| async move {
        let answers = [
            framed(&[0x81, 0x18, 0x63]),
            framed(&[0x9f, 0x01, 0xff]),
            u32::MAX.to_be_bytes().to_vec(),
            framed(&Response::Segment(vec![0x81, 0x01]).encode()),
        ];
        let mut turn = 0;
        while let Ok(mut road) = line.take(SYNC).await {
            let _ = road.frame().await;
            let _ = road.send(&answers[turn % answers.len()]).await;
            let _ = road.end().await;
            turn += 1;
            if turn.is_multiple_of(answers.len()) {
                // The victim asks again as soon as there is a new connection.
                return;
            }
        }
    };
    again(scene, answer).await;
}
