//! What nodes ask each other: questions, answers, the frames around them, and what a ledger answers to any question.

use crate::judge::{canonical, stable};
use crate::scene::{city, roster_of, scene};
use crate::script::Script;
use huxin_engine::heads::Heads;
use huxin_engine::serve::serve;
use huxin_engine::wire::{
    BODIES_PER_REQUEST, EVIDENCE_PER_RESPONSE, FRAME_BYTES, LENGTH_BYTES, REQUEST_BYTES, Request, Response,
    STATEMENTS_PER_REQUEST, frame_head, frame_length,
};
use huxin_protocol::checkpoint::UnverifiedCheckpoint;
use huxin_protocol::evidence::Evidence;
use huxin_protocol::ids::CityCode;
use huxin_protocol::limits::BODY_BYTES;
use huxin_protocol::roster::Roster;
use huxin_protocol::segment::Segment;
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::verify_consistency;

pub fn question(bytes: &[u8]) {
    match Request::decode(bytes) {
        Err(fault) => stable(fault.code()),
        Ok(request) => {
            canonical(&request.encode(), bytes);
            match request {
                Request::Heads { .. } | Request::History { .. } | Request::Evidence { .. } | Request::Time => {}
                Request::Segment { count, .. } => assert!(count <= STATEMENTS_PER_REQUEST),
                Request::Bodies { ids } => assert!(ids.len() <= BODIES_PER_REQUEST),
            }
        }
    }
}

pub fn answer(bytes: &[u8]) {
    let decoded = Response::decode(bytes);
    // The way that keeps a page in its buffer answers the same.
    assert_eq!(Response::decode_owned(bytes.to_vec()), decoded);
    match decoded {
        Err(fault) => stable(fault.code()),
        Ok(response) => {
            canonical(&response.encode(), bytes);
            match &response {
                Response::Refused { code } => stable(code),
                Response::Bodies(bodies) => assert!(bodies.iter().all(|(_, body)| body.len() <= BODY_BYTES)),
                Response::Evidence(objects) => assert!(objects.len() <= EVIDENCE_PER_RESPONSE),
                _ => {}
            }
            let (head, tail) = response.into_parts();
            canonical(&[head, tail].concat(), bytes);
        }
    }
}

/// A stream of frames, questions and answers in turn; it ends at the first that is too long or cut.
pub fn frames(mut stream: &[u8]) {
    let mut written = Vec::new();
    let whole = stream;
    for turn in 0.. {
        let Some((head, rest)) = stream.split_first_chunk::<LENGTH_BYTES>() else { break };
        let most = if turn % 2 == 0 { REQUEST_BYTES } else { FRAME_BYTES };
        let length = match frame_length(*head, most) {
            Ok(length) => length,
            Err(fault) => {
                stable(fault.code());
                break;
            }
        };
        let Some((frame, rest)) = rest.split_at_checked(length) else { break };
        if turn % 2 == 0 {
            question(frame)
        } else {
            answer(frame)
        }
        written.extend_from_slice(&frame_head(frame.len(), most).unwrap_or_default());
        written.extend_from_slice(frame);
        stream = rest;
    }
    canonical(&written, &whole[..written.len()]);
}

/// Any question to any of the prepared ledgers, early or late.
pub fn serving(input: &[u8]) {
    let script = &mut Script::new(input);
    let scene = scene();
    let (Some(disks), reader) = (script.of(&scene.stages), city(1 + script.below(3) as u8)) else { return };
    let asker = city(1 + script.below(4) as u8);
    let content = &disks[&reader];
    let roster = roster_of(&scene.genesis, content);
    let Ok(request) = Request::decode(script.rest()) else { return };
    let heads = Heads::read(content, &roster).expect("memory reads");
    let answer = match serve(content, &roster, &heads, asker, &request, Millis(1_767_225_600_000)) {
        Ok(answer) => answer,
        Err(fault) => panic!("{request:?} could not be read: {fault}"),
    };
    let bytes = answer.encode();
    assert!(bytes.len() <= FRAME_BYTES, "{} bytes for {request:?}", bytes.len());
    assert_eq!(Response::decode(&bytes).as_ref(), Ok(&answer));
    match &answer {
        Response::Segment(segment) => served_segment(segment, asker, &roster),
        Response::Bodies(bodies) => {
            let Request::Bodies { ids } = &request else { panic!("bodies for {request:?}") };
            assert!(bodies.iter().all(|(id, _)| ids.contains(id)));
        }
        Response::Refused { code } => stable(code),
        Response::History { root, proof, checkpoint } => {
            let Request::History { city, size } = &request else { panic!("a history for {request:?}") };
            let Ok(note) = UnverifiedCheckpoint::parse(checkpoint) else { panic!("a history without a checkpoint") };
            let told = note.checkpoint;
            assert!(scene.had_root(*city, *size, root), "a root that the log never had");
            assert!(verify_consistency(*size, root, told.size, &told.root, proof).is_ok());
        }
        Response::Evidence(objects) => assert!(objects.iter().all(|bytes| Evidence::decode(bytes).is_ok())),
        Response::Time(now) => assert_eq!(*now, Millis(1_767_225_600_000)),
        Response::Same | Response::Heads(_) | Response::Nothing | Response::Busy { .. } => {}
    }
}

/// What is served holds for whoever has the same records, and shows nobody a body that it may not read.
fn served_segment(bytes: &[u8], asker: CityCode, roster: &Roster) {
    let scene = scene();
    let segment = match Segment::decode(bytes, FRAME_BYTES) {
        Ok(segment) => segment,
        Err(fault) => panic!("a served segment does not decode: {fault}"),
    };
    for item in segment.items.iter().filter(|item| item.body.is_some()) {
        let readable = Statement::read_header(&item.statement).is_ok_and(|h| h.disclosure.allows(h.city, asker));
        assert!(readable, "{asker} was given a body that it may not read");
    }
    let authentic = segment.read(&scene.federation).and_then(|read| read.authenticate(roster));
    assert!(authentic.is_ok(), "{:?}", authentic.err());
}
