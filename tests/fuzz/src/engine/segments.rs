//! Segments for a story: of either history, early or late, and what a hostile hand may do to one.

use crate::scene::{Disks, city, scene};
use crate::script::Script;
use huxin_protocol::ids::{CityCode, Epoch, Seq};
use huxin_protocol::limits::PAGE_BYTES;
use huxin_protocol::segment::{Item, ReadSegment, Segment};
use huxin_store::Content;

/// Disks of all cities at some moment of the first history, or at the end of the second.
fn moment(script: &mut Script<'_>) -> &'static Disks {
    let scene = scene();
    scene.stages.get(script.below(scene.stages.len() + 1)).unwrap_or(&scene.other)
}

/// What some partner held at some moment.
pub fn partner(script: &mut Script<'_>) -> (CityCode, &'static Content) {
    let disks = moment(script);
    let partner = city(2 + script.below(2) as u8);
    (partner, &disks[&partner])
}

/// Some run of some log as that partner would serve it.
fn served(script: &mut Script<'_>) -> Option<Segment> {
    let (_, content) = partner(script);
    let log = city(1 + script.below(3) as u8);
    let (from, count) = (Seq(script.below(24) as u64), script.below(12) as u32);
    let after = Epoch(1 + script.below(2) as u32);
    scene().segment(content, log, from, count, after)
}

/// One hostile change.
fn change(segment: &mut Segment, script: &mut Script<'_>) {
    let at = script.below(segment.items.len().max(1));
    match script.below(12) {
        0 if !segment.items.is_empty() => drop(segment.items.remove(at)),
        1 if !segment.items.is_empty() => {
            let item = segment.items[at].clone();
            segment.items.insert(at, item);
        }
        2 if !segment.items.is_empty() => {
            let other = script.below(segment.items.len());
            segment.items.swap(at, other);
        }
        3 => segment.from = Seq(segment.from.0.wrapping_add(u64::from(script.byte())).wrapping_sub(8)),
        4 => segment.from = Seq(script.wide()),
        5 if !segment.items.is_empty() => segment.items[at].body = None,
        6 if !segment.items.is_empty() => segment.items[at].body = Some(script.part().to_vec()),
        7 => drop(segment.consistency.pop()),
        8 => segment.records.extend(script.of(&scene().records).cloned()),
        9 => segment.records.clear(),
        10 => {
            if let Some(other) = served(script) {
                segment.checkpoint = other.checkpoint;
            }
        }
        _ => segment.items.push(Item { statement: script.part().to_vec(), body: None }),
    }
}

/// A segment as it comes off the road: sometimes with changes, sometimes with wrong bits, sometimes nothing but chance.
/// `None` where the bytes do not even decode: then the worker threads have refused it before the engine hears of it.
pub fn segment(script: &mut Script<'_>) -> Option<Box<ReadSegment>> {
    let bytes = match script.below(8) {
        0 => script.part().to_vec(),
        choice => {
            let mut segment = served(script)?;
            if choice < 4 {
                for _ in 0..=script.below(3) {
                    change(&mut segment, script);
                }
            }
            let mut bytes = segment.encode();
            if choice == 4 {
                for _ in 0..=script.below(2) {
                    let at = usize::from(script.short()) % bytes.len();
                    bytes[at] ^= 1 << script.below(8);
                }
            }
            bytes
        }
    };
    let read = Segment::decode(&bytes, PAGE_BYTES + 128 * 1024).and_then(|segment| segment.read(&scene().federation));
    read.ok().map(Box::new)
}
