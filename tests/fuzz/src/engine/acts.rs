//! What can happen to the node, one act at a time.

use super::node::{Fate, Node, Waiting};
use super::segments::{partner, segment};
use crate::scene::{city, reason, recognition, roster_of, scene};
use crate::script::Script;
use huxin_engine::gather::case_file;
use huxin_engine::heads::Heads;
use huxin_engine::input::{Answer, Asked, Consent, Draft, Input, Peer, Road};
use huxin_engine::serve::serve;
use huxin_engine::wire::{FRAME_BYTES, HeadSummary, Response};
use huxin_protocol::body::{Body, DeclineBody};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::fold::{OwnLog, Viewpoint, explain, rule};
use huxin_protocol::header::{BODY_VERSION, Disclosure};
use huxin_protocol::ids::{Epoch, Seq, Size, StatementId};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::segment::Segment;
use huxin_protocol::time::Millis;
use huxin_tests::world::{draft, entry_body, subject};

/// Kinds that a draft may be of.
const KINDS: [Kind; 20] = [
    Kind::Entry,
    Kind::Amendment,
    Kind::Annulment,
    Kind::Removal,
    Kind::Repair,
    Kind::Erasure,
    Kind::Reinstatement,
    Kind::Recognition,
    Kind::Decline,
    Kind::NodeAnnouncement,
    Kind::Objection,
    Kind::Suspension,
    Kind::Resumption,
    Kind::Response,
    Kind::Feedback,
    Kind::RepairApplication,
    Kind::Ruling,
    Kind::Step,
    Kind::Withdrawal,
    Kind::Unknown(999),
];

/// The next act of the story.
pub fn act(node: &mut Node, script: &mut Script<'_>) {
    match script.below(16) {
        0..=3 => {
            let inputs = (0..=script.below(4)).filter_map(|_| input(node, script)).collect();
            node.give(inputs, fate(script), None);
        }
        4 | 5 => given(node, script, publish),
        6 | 7 => given(node, script, receive),
        8 | 9 => given(node, script, answered),
        10 => node.now = Millis(node.now.0 + clock(script)),
        11 => own_record(node, script),
        12 => {
            node.stop();
            node.start();
        }
        13 => node.back_up(),
        14 => {
            if script.hits(64) {
                node.lose_disk();
            }
        }
        _ => look(node, script),
    }
}

fn given(node: &mut Node, script: &mut Script<'_>, make: fn(&mut Node, &mut Script<'_>) -> Option<Input>) {
    if let Some(input) = make(node, script) {
        node.give(vec![input], fate(script), None);
    }
}

fn fate(script: &mut Script<'_>) -> Fate {
    match script.byte() {
        250..=252 => Fate::Gone,
        253..=255 => Fate::Unsaid,
        _ => Fate::Durable,
    }
}

/// By how much the clock moves: mostly on, now and then back, and by years.
fn clock(script: &mut Script<'_>) -> i64 {
    const STEPS: [i64; 8] = [1, 1_000, 30_000, 60_000, 3_600_000, 86_400_000, 31_536_000_000, 315_360_000_000];
    let step = STEPS[script.below(STEPS.len())];
    if script.hits(48) { -step } else { step }
}

fn input(node: &mut Node, script: &mut Script<'_>) -> Option<Input> {
    match script.below(8) {
        0 | 1 => publish(node, script),
        2 => receive(node, script),
        3 => answered(node, script),
        4 => {
            let (city, _) = partner(script);
            Some(Input::Connected { peer: peer(script), city })
        }
        5 => Some(Input::Disconnected { peer: peer(script) }),
        6 => Some(match script.below(4) {
            0 => Input::Hold { ticket: node.ticket() },
            1 => Input::Record { ticket: node.ticket(), bytes: script.part().to_vec(), consent: Consent::ANYTHING },
            2 => Input::Record {
                ticket: node.ticket(),
                bytes: script.of(&scene().records)?.clone(),
                consent: Consent::ANYTHING,
            },
            _ => partner_record(node, script),
        }),
        _ => Some(Input::Tick),
    }
}

fn peer(script: &mut Script<'_>) -> Peer {
    Peer(vec![script.below(4) as u8])
}

/// A record of a partner's root that may follow, fork, or continue a log that never was.
fn partner_record(node: &mut Node, script: &mut Script<'_>) -> Input {
    let code = city(2 + script.below(2) as u8);
    let (federation, roster) = (scene().federation, node.roster());
    let previous = match roster.city(code) {
        Some(city) if script.hits(200) => city.last_record(),
        _ => federation,
    };
    let epoch = Epoch(2 + script.below(3) as u32);
    let size = Size(script.below(20) as u64);
    let root = match node.root_of(code, size) {
        Some(root) if script.hits(160) => root,
        _ => {
            node.misled.insert(code);
            TreeHash([script.byte(); 32])
        }
    };
    let continues_at = (size, root);
    let tail = if script.hits(128) { Tail::Endings } else { Tail::Void };
    let record = scene().secrets[&code].clone().record(&federation, epoch, previous, continues_at, tail);
    Input::Record { ticket: node.ticket(), bytes: record.bytes().to_vec(), consent: Consent::ANYTHING }
}

/// A record of the own root: where the log stands, earlier, or (an operator's slip) elsewhere.
fn own_record(node: &mut Node, script: &mut Script<'_>) {
    let roster = node.roster();
    let Some(member) = roster.city(node.me) else { return };
    let (epoch, previous) = (member.current().epoch.next(), member.last_record());
    let (held, _) = node.own_head();
    let size = Size(held.0.saturating_sub(if script.hits(160) { 0 } else { script.below(6) as u64 }));
    let Some(root) = node.root_of(node.me, size) else { return };
    let tail = if script.hits(128) { Tail::Endings } else { Tail::Void };
    let (record, size) = node.own_record(epoch, |secrets| {
        let record = secrets.record(&scene().federation, epoch, previous, (size, root), tail);
        (record.bytes().to_vec(), size)
    });
    let mut inputs = Vec::new();
    if script.hits(200) {
        inputs.push(Input::Hold { ticket: node.ticket() });
    }
    inputs.push(Input::Record { ticket: node.ticket(), bytes: record, consent: Consent::ANYTHING });
    if script.hits(64) {
        inputs.extend(publish(node, script));
    }
    node.give(inputs, fate(script), Some(size));
}

fn disclosure(script: &mut Script<'_>) -> Disclosure {
    match script.below(4) {
        0 => Disclosure::Federation,
        1 => Disclosure::Named((0..script.below(4)).map(|number| city(1 + number as u8)).collect()),
        _ => Disclosure::Public,
    }
}

/// What a draft may act on: something acknowledged, something of a partner, something that is not there.
fn target(node: &Node, script: &mut Script<'_>) -> Option<StatementId> {
    match script.below(8) {
        0 => None,
        1 => Some(StatementId { city: city(2), epoch: Epoch::FIRST, seq: Seq(script.below(30) as u64) }),
        2 => Some(StatementId {
            city: node.me,
            epoch: Epoch(1 + script.below(3) as u32),
            seq: Seq(script.below(40) as u64),
        }),
        _ => script.of(&node.acknowledged()).copied(),
    }
}

fn publish(node: &mut Node, script: &mut Script<'_>) -> Option<Input> {
    let drafts: Vec<Draft> = (0..=script.below(3)).filter_map(|_| one_draft(node, script)).collect();
    (!drafts.is_empty()).then(|| Input::Publish { ticket: node.ticket(), drafts })
}

fn one_draft(node: &Node, script: &mut Script<'_>) -> Option<Draft> {
    let kind = if script.hits(96) { Kind::Entry } else { KINDS[script.below(KINDS.len())] };
    let about = if kind == Kind::Entry && !script.hits(16) { None } else { target(node, script) };
    let body = if script.hits(48) {
        // As it stands in some other node's request: any body that can be read at all.
        Body::decode(kind, BODY_VERSION, script.part()).ok()?
    } else {
        match kind {
            Kind::Entry | Kind::Amendment => {
                let number = script.below(10) as u64;
                let mut body = entry_body(number, &format!("Decision {}", script.below(3)));
                body.record_ref = script.hits(64).then(|| format!("row {}", script.below(3)));
                Body::Listing(Box::new(body))
            }
            Kind::Recognition => Body::Recognition(recognition(city(1 + script.below(3) as u8))),
            Kind::Decline => Body::Decline(DeclineBody { reason: "synthetic".to_owned() }),
            other => reason(other),
        }
    };
    // What the node's drafting would refuse never reaches the engine.
    body.seal(kind, &[0; 16]).ok()?;
    Some(draft(&node.secrets, &scene().federation, kind, about, body, disclosure(script)))
}

fn receive(node: &mut Node, script: &mut Script<'_>) -> Option<Input> {
    let (ticket, road) = match script.below(3) {
        0 => (Some(node.ticket()), Road::Disk),
        1 => (None, Road::Gossip { from: peer(script) }),
        _ => (None, Road::Sync { from: peer(script) }),
    };
    Some(Input::Segment { ticket, road, segment: segment(script)? })
}

fn answered(node: &mut Node, script: &mut Script<'_>) -> Option<Input> {
    let asked = script.of(&node.waiting).cloned();
    let Some(Waiting { peer, asked, request }) = asked else {
        // An answer to nothing.
        return Some(Input::Answered { peer: peer(script), asked: Asked(script.wide()), answer: Answer::Same });
    };
    let answer = match script.below(8) {
        0 => Answer::Same,
        1 => Answer::Nothing,
        2 => Answer::Busy { retry_after_ms: u32::from(script.short()) },
        3 => Answer::Failed { code: "timeout" },
        4 => Answer::Segment(segment(script)?),
        5 => Answer::Heads(heads(script)),
        _ => {
            let (_, content) = partner(script);
            let roster = roster_of(&scene().genesis, content);
            let answered = Heads::read(content, &roster)
                .and_then(|heads| serve(content, &roster, &heads, node.me, &request, node.now));
            let Ok(response) = answered else { panic!("{request:?} is not answered") };
            read(response, script)?
        }
    };
    // An answer may come twice.
    if !script.hits(16) {
        node.waiting.retain(|waiting| waiting.asked != asked);
    }
    Some(Input::Answered { peer, asked, answer })
}

/// An answer as worker threads read it; bodies now and then with a wrong bit.
fn read(response: Response, script: &mut Script<'_>) -> Option<Answer> {
    match response {
        Response::Segment(bytes) => {
            let read = Segment::decode(&bytes, FRAME_BYTES).and_then(|segment| segment.read(&scene().federation));
            read.ok().map(|segment| Answer::Segment(Box::new(segment)))
        }
        Response::Bodies(mut bodies) if script.hits(64) => {
            if let Some(byte) = bodies.first_mut().and_then(|(_, body)| body.last_mut()) {
                *byte ^= 1;
            }
            Some(Answer::Bodies(bodies))
        }
        other => Answer::from_plain(other),
    }
}

/// Heads that a liar tells.
fn heads(script: &mut Script<'_>) -> Vec<HeadSummary> {
    let head = |script: &mut Script<'_>| HeadSummary {
        city: city(1 + script.below(4) as u8),
        epoch: Epoch(1 + script.below(3) as u32),
        size: Size(if script.hits(16) { script.wide() } else { script.below(30) as u64 }),
        root: TreeHash([script.byte(); 32]),
        record: Digest([script.byte(); 32]),
        proved: Size(if script.hits(16) { script.wide() } else { script.below(30) as u64 }),
        witnesses: Digest([script.byte(); 32]),
        evidence: Digest([if script.hits(64) { script.byte() } else { 0 }; 32]),
        over_quota: script.hits(32),
    };
    (0..=script.below(4)).map(|_| head(script)).collect()
}

/// Somebody asks what counts for a subject, now or at any other time.
fn look(node: &Node, script: &mut Script<'_>) {
    let content = node.content();
    let (roster, scene) = (node.roster(), scene());
    let at = match script.below(4) {
        0 => Millis(script.wide().cast_signed()),
        1 => Millis(0),
        _ => node.now,
    };
    let number = script.below(10) as u64;
    let viewer = city(1 + script.below(3) as u8);
    let view = Viewpoint { federation: scene.federation, viewer, at, now: at == node.now, crosswalk: None };
    let case = match case_file(&content, &roster, &scene.editions, &subject(number), view) {
        Ok(case) => case,
        Err(fault) => panic!("the case of subject {number} cannot be gathered: {fault}"),
    };
    let ruling = rule(&case);
    assert_eq!(ruling, rule(&case), "two rulings of one case");
    for own_log in [OwnLog::Known, OwnLog::Unconfirmed] {
        let _ = explain(&case, own_log);
    }
    let written = serde_json::to_vec(&ruling.for_public()).unwrap_or_default();
    assert!(!written.is_empty());
}
