//! A story in short lines, for whoever repeats one that broke something (`HUXIN_FUZZ_TELL=1`).

use huxin_engine::Effect;
use huxin_engine::input::{Answer, Input};
use huxin_protocol::segment::ReadSegment;

fn segment(segment: &ReadSegment) -> String {
    let says = segment.checkpoint.checkpoint;
    format!(
        "{}-{} with {} leaves and {} records, under epoch {} size {} root {:.8}",
        segment.city,
        segment.from,
        segment.leaves.len(),
        segment.records.len(),
        says.origin.epoch,
        says.size,
        says.root.to_string()
    )
}

pub fn input(input: &Input) -> String {
    match input {
        Input::Publish { ticket, drafts } => {
            let drafts = drafts.iter().map(|draft| {
                format!(
                    "{:?} about {:?}, {:?}, ground {:.8}",
                    draft.kind,
                    draft.about,
                    draft.disclosure,
                    ground(draft.ground)
                )
            });
            format!("{ticket:?} publish [{}]", drafts.collect::<Vec<_>>().join("; "))
        }
        Input::Segment { road, segment: read, .. } => format!("segment by {}: {}", road.name(), segment(read)),
        Input::Answered { peer, asked, answer: Answer::Segment(read) } => {
            format!("{peer:?} answers {asked:?}: {}", segment(read))
        }
        Input::Answered { peer, asked, answer: Answer::Bodies(bodies) } => {
            let ids: Vec<_> = bodies.iter().map(|(id, _)| id).collect();
            format!("{peer:?} answers {asked:?}: bodies of {ids:?}")
        }
        Input::Record { ticket, bytes, .. } => format!("{ticket:?} record of {} bytes", bytes.len()),
        other => format!("{other:?}"),
    }
}

fn ground(ground: Option<huxin_protocol::digest::Digest>) -> String {
    ground.map_or_else(|| "none".to_owned(), |ground| ground.to_string())
}

pub fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Gossip(bytes) => format!("gossip of {} bytes", bytes.len()),
        other => format!("{other:?}"),
    }
}
