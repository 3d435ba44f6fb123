//! Attacks with gossip.

use super::floods::{again, at_once};
use super::world::Scene;
use huxin_hostile::{GOSSIP, Line, Road, rumour};
use huxin_protocol::ids::Seq;
use huxin_protocol::limits::GOSSIP_BYTES;
use huxin_protocol::note::Note;
use huxin_protocol::segment::Segment;
use std::future::Future;

/// Messages in one writing: nearly as many as the library takes at once.
const TOGETHER: u64 = 400;

/// Opens the gossip stream and says what `next` makes, as fast as it is taken.
async fn say<F: Future<Output = ()>>(scene: Scene, speak: impl Fn(Road, Scene) -> F) {
    again(scene, |line: Line, scene| {
        let speak = &speak;
        async move {
            if let Ok(road) = line.open(GOSSIP).await {
                speak(road, scene).await;
            }
        }
    })
    .await;
}

/// Says message after message: `make` gets ever new numbers.
async fn say_all(mut road: Road, make: impl Fn(u64) -> Vec<u8>) {
    for number in (0..).step_by(TOGETHER as usize) {
        if road.send(&make(number)).await.is_err() {
            return;
        }
    }
}

/// Joins and leaves topics that nobody else knows.
pub async fn subscriptions(scene: Scene) {
    say(scene, |road, scene| async move {
        let make = |first: u64| {
            // Few enough for the library's limit of what is no message.
            let topics = (first..first + 200).map(|number| rumour::subscription(&format!("topic {number}"), true));
            let own = [rumour::subscription(&scene.topic, true), rumour::subscription(&scene.topic, false)];
            let flood = rumour::message(&topics.collect::<Vec<_>>());
            [flood, rumour::message(&own[..1]), rumour::message(&own[1..])].concat()
        };
        say_all(road, make).await;
    })
    .await;
}

/// New messages without sense, each of them short.
pub async fn junk(scene: Scene) {
    say(scene, |road, scene| async move {
        let make = |first: u64| {
            let junk = (first..first + TOGETHER).map(|number| rumour::publication(&scene.topic, &number.to_be_bytes()));
            rumour::message(&junk.collect::<Vec<_>>())
        };
        say_all(road, make).await;
    })
    .await;
}

/// Long messages on topics that the victim has not joined.
pub async fn other_topics(scene: Scene) {
    let speak = |scene| {
        say(scene, |road, scene| async move {
            let make = |number: u64| {
                let number = number / TOGETHER;
                let mut data = vec![0x5a; 200 * 1024];
                data[..8].copy_from_slice(&number.to_be_bytes());
                // Every other one is on the right topic, and too long for it.
                let topic = if number.is_multiple_of(2) { "another topic" } else { &scene.topic };
                rumour::message(&[rumour::publication(topic, &data)])
            };
            say_all(road, make).await;
        })
    };
    at_once(2, &scene, speak).await;
}

/// Messages with an author, as other federations' are: the library finds them invalid one by one.
pub async fn with_an_author(scene: Scene) {
    say(scene, |road, scene| async move {
        let make = |first: u64| {
            let signed = (first..first + TOGETHER)
                .map(|number| rumour::signed_publication(&scene.topic, &number.to_be_bytes(), &[0; 38]));
            rumour::message(&signed.collect::<Vec<_>>())
        };
        say_all(road, make).await;
    })
    .await;
}

/// One message that was good once, again and again.
pub async fn replayed(scene: Scene) {
    say(scene, |road, scene| async move {
        let segment = Segment { items: Vec::new(), ..short(&scene) };
        let message = rumour::message(&[rumour::publication(&scene.topic, &segment.encode())]);
        let many = message.repeat(200);
        say_all(road, |_| many.clone()).await;
    })
    .await;
}

/// A segment of few statements, as it could have come by gossip.
fn short(scene: &Scene) -> Segment {
    let mut segment = Segment::decode(&scene.page, usize::MAX).unwrap();
    while segment.encode().len() > GOSSIP_BYTES / 2 {
        segment.items.truncate(segment.items.len() / 2);
    }
    segment
}

/// The newest checkpoint of an honest city, which holds, under ever new envelopes: a signature line more, of a key that
/// nobody knows. Every one is another message, and nothing is wrong with any.
pub async fn altered(scene: Scene) {
    say(scene, |road, scene| async move {
        let segment = Segment { items: Vec::new(), consistency: Vec::new(), ..short(&scene) };
        let make = |first: u64| {
            let messages = (first..first + 100).map(|number| {
                let mut altered = segment.clone();
                altered.from = Seq(checkpoint_size(&segment));
                altered.checkpoint.extend(format!("— nobody {}\n", line(number)).as_bytes());
                rumour::publication(&scene.topic, &altered.encode())
            });
            rumour::message(&messages.collect::<Vec<_>>())
        };
        say_all(road, make).await;
    })
    .await;
}

/// The second line of a checkpoint is the size of its log.
fn checkpoint_size(segment: &Segment) -> u64 {
    let text = String::from_utf8_lossy(&segment.checkpoint).into_owned();
    text.lines().nth(1).unwrap().parse().unwrap()
}

/// Base64 of a key id and a signature that are nobody's: 72 bytes, so there is no padding.
fn line(number: u64) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |place: u32| char::from(LETTERS[(number >> (6 * place) & 63) as usize]);
    format!("{}{}", "A".repeat(86), (0..10).map(letter).collect::<String>())
}

/// The newest checkpoint of a log under a line that claims to be a newer cosignature than any, and is none.
pub async fn false_witnesses(scene: Scene) {
    say(scene, |road, scene| async move {
        let whole = Segment::decode(&scene.quiet, usize::MAX).unwrap();
        let segment = Segment { items: Vec::new(), consistency: Vec::new(), ..whole };
        let note = Note::parse(&segment.checkpoint).unwrap();
        let place = note.signatures.iter().position(|line| line.name.ends_with("/cosigner")).unwrap();
        let make = |first: u64| {
            let messages = (first..first + 100).map(|number| {
                let mut note = note.clone();
                // Later than any that was made and not so far ahead that nobody looks at it (R92), and another one each time.
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
                let time = now + 60 + number % 200;
                note.signatures[place].signature[..8].copy_from_slice(&time.to_be_bytes());
                note.signatures[place].signature[8..16].copy_from_slice(&number.to_be_bytes());
                let from = Seq(checkpoint_size(&segment));
                let bent = Segment { from, checkpoint: note.encode(), ..segment.clone() };
                rumour::publication(&scene.topic, &bent.encode())
            });
            rumour::message(&messages.collect::<Vec<_>>())
        };
        say_all(road, make).await;
    })
    .await;
}

/// Lists of messages that it has, wants and does not want, with ids as long as a list may be.
pub async fn control(scene: Scene) {
    let speak = |scene| {
        say(scene, |road, scene| async move {
            let make = |first: u64| {
                let long = |number: u64| {
                    let mut id = vec![0x5a; 4000];
                    id[..8].copy_from_slice(&number.to_be_bytes());
                    id
                };
                let ids: Vec<Vec<u8>> = (first..first + 160).map(|number| number.to_be_bytes().repeat(2)).collect();
                let unwanted =
                    (first..first + TOGETHER).map(|number| rumour::message(&[rumour::does_not_want(&[long(number)])]));
                let lists = [
                    rumour::message(&[rumour::has(&scene.topic, &ids)]),
                    rumour::message(&[rumour::wants(&ids)]),
                    rumour::message(&[rumour::graft("another topic")]),
                ];
                unwanted.chain(lists).collect::<Vec<_>>().concat()
            };
            say_all(road, make).await;
        })
    };
    at_once(2, &scene, speak).await;
}
