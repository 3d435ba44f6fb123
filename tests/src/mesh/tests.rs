//! The rules of the model, each by itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use huxin_engine::mesh::{
    ANNOUNCEMENTS, BACKOFF, CONTROL_IDS, HISTORY_LENGTH, PROMISE_FOR, QUEUE_MESSAGES, RETRANSMISSIONS,
};

const LARGE: usize = 40;

fn message(number: u64) -> Message {
    Message::new("huxin/test/1", number.to_be_bytes().to_vec())
}

fn long(number: u64) -> Message {
    Message::new("huxin/test/1", [&number.to_be_bytes()[..], &[7; 2000]].concat())
}

/// A node of a large federation with so many partners, the even ones dialled; its frames so far are gone.
fn node(partners: u16) -> (Mesh<u16>, Chance) {
    let mut mesh = Mesh::new(Millis(0), LARGE);
    for partner in 0..partners {
        join(&mut mesh, partner, partner % 2 == 0);
    }
    mesh.take_all(Millis(0));
    (mesh, Chance::new(1))
}

fn join(mesh: &mut Mesh<u16>, partner: u16, dialled: bool) {
    mesh.connected(partner, dialled);
    assert_eq!(mesh.received(Millis(0), partner, Frame::Join, &mut Chance::new(0)), None);
}

fn at(heartbeats: i64) -> Millis {
    Millis(heartbeats * 1000)
}

fn receivers(frames: &[(u16, Frame)], wanted: impl Fn(&Frame) -> bool) -> Vec<u16> {
    frames.iter().filter(|(_, frame)| wanted(frame)).map(|(to, _)| *to).collect()
}

#[test]
fn a_new_node_grafts_until_it_has_enough() {
    let mut mesh = Mesh::new(Millis(0), LARGE);
    for partner in 0..10_u16 {
        join(&mut mesh, partner, true);
    }
    // At once up to the lower bound; the heartbeat leaves it there, since that is enough.
    assert_eq!(receivers(&mesh.take_all(Millis(0)), |frame| *frame == Frame::Graft), [0, 1, 2, 3]);
    assert!(mesh.idle());
    mesh.disconnected(0);
    assert!(!mesh.idle());
    let mut chance = Chance::new(1);
    mesh.heartbeat(at(2), &mut chance);
    // Below the lower bound it is filled up to the wished number.
    assert_eq!(mesh.mesh_partners().count(), 6);
    assert_eq!(receivers(&mesh.take_all(at(2)), |frame| *frame == Frame::Graft).len(), 3);
    assert!(mesh.idle());
}

#[test]
fn a_partner_counts_when_it_has_joined() {
    let (mut mesh, mut chance) = (Mesh::new(Millis(0), LARGE), Chance::new(1));
    mesh.connected(7, true);
    mesh.connected(7, true);
    assert_eq!(mesh.take_all(Millis(0)), [(7, Frame::Join)]);
    assert_eq!(mesh.publish(Millis(0), &message(2), &mut chance), Err(Unpublished::NobodyThere));
    for frame in [Frame::Join, Frame::Graft, Frame::Message(message(1))] {
        assert_eq!(mesh.received(Millis(0), 8, frame, &mut chance), None);
    }
    assert_eq!((mesh.counters().control_received, mesh.take_all(Millis(0)).len()), (0, 0), "it is not connected");
    mesh.received(Millis(0), 7, Frame::Join, &mut chance);
    mesh.received(Millis(0), 7, Frame::Join, &mut chance);
    assert_eq!(mesh.take_all(Millis(0)), [(7, Frame::Graft)]);
    assert_eq!(mesh.publish(Millis(0), &message(2), &mut chance), Ok(1));
    mesh.disconnected(7);
    assert!(mesh.waiting().next().is_none() && mesh.mesh_partners().next().is_none());
}

#[test]
fn too_many_are_let_go_and_enough_dialled_ones_stay() {
    let (mut mesh, mut chance) = node(30);
    for partner in 4..30 {
        assert_eq!(mesh.received(at(1), partner, Frame::Graft, &mut chance), None);
    }
    // Those who dialled are turned away at the upper bound, those who were dialled are not.
    let turned_away = receivers(&mesh.take_all(at(1)), |frame| matches!(frame, Frame::Prune { .. }));
    assert!(!turned_away.is_empty() && turned_away.iter().all(|partner| partner % 2 == 1), "{turned_away:?}");
    assert!(mesh.mesh_partners().count() >= 12 && !mesh.idle());
    mesh.heartbeat(at(2), &mut chance);
    assert_eq!(mesh.mesh_partners().count(), 6);
    assert!(mesh.mesh_partners().filter(|partner| partner % 2 == 0).count() >= 2);
}

#[test]
fn a_mesh_without_dialled_partners_takes_some_in() {
    let mut mesh = Mesh::new(Millis(0), LARGE);
    for partner in 0..8_u16 {
        join(&mut mesh, partner, partner >= 6);
    }
    assert!(!mesh.idle());
    mesh.heartbeat(at(2), &mut Chance::new(1));
    assert_eq!(mesh.mesh_partners().collect::<Vec<_>>(), [0, 1, 2, 3, 6, 7]);
}

#[test]
fn a_partner_that_was_let_go_is_not_taken_back_too_early() {
    let (mut mesh, mut chance) = node(4);
    let backoff = Millis(BACKOFF.as_millis() as i64);
    mesh.received(at(1), 3, Frame::Prune { backoff }, &mut chance);
    let slack = i64::from(huxin_engine::mesh::BACKOFF_SLACK);
    for beat in 2..=60 + slack {
        mesh.heartbeat(at(beat), &mut chance);
        assert_eq!(mesh.take_all(at(beat)), [], "{beat}");
    }
    // Its own graft before that is answered with a prune, after that it is taken.
    mesh.received(at(60), 3, Frame::Graft, &mut chance);
    assert_eq!(mesh.take_all(at(60)), [(3, Frame::Prune { backoff })]);
    mesh.heartbeat(at(120 + slack), &mut chance);
    assert_eq!(mesh.take_all(at(122)), [(3, Frame::Graft)]);

    let (mut mesh, mut chance) = node(4);
    mesh.received(at(1), 3, Frame::Prune { backoff: Millis(i64::MAX / 2) }, &mut chance);
    mesh.heartbeat(at(3602), &mut chance);
    assert_eq!(mesh.take_all(at(3602)), [(3, Frame::Graft)], "no partner demands more than an hour");
}

#[test]
fn a_message_is_handed_over_once_and_passed_on_after_its_verdict() {
    let (mut mesh, mut chance) = node(20);
    let new = message(1);
    assert_eq!(mesh.received(at(1), 9, Frame::Message(new.clone()), &mut chance), Some(new.clone()));
    // Two more copies, one from the mesh before the verdict: that partner needs none.
    assert_eq!(mesh.received(at(1), 2, Frame::Message(new.clone()), &mut chance), None);
    assert_eq!(mesh.received(at(1), 9, Frame::Message(new.clone()), &mut chance), None);
    assert_eq!(mesh.take_all(at(1)), []);
    assert!(mesh.validated(at(1), &new.id(), Verdict::Accept));
    assert_eq!(receivers(&mesh.take_all(at(1)), Frame::is_message), [0, 1, 3]);
    assert_eq!((mesh.counters().copies_received, mesh.counters().duplicates), (3, 2));
    assert_eq!(mesh.publish(at(1), &new, &mut chance), Err(Unpublished::Repeated));

    for verdict in [Verdict::Ignore, Verdict::Reject] {
        let other = message(2 + verdict as u64);
        mesh.received(at(1), 0, Frame::Message(other.clone()), &mut chance);
        assert!(mesh.validated(at(1), &other.id(), verdict));
        assert!(!mesh.validated(at(1), &other.id(), Verdict::Accept));
        assert_eq!(mesh.take_all(at(1)), []);
    }
}

#[test]
fn a_name_is_forgotten_after_its_time_when_another_comes() {
    let (mut mesh, mut chance) = node(4);
    let old = message(1);
    assert!(mesh.received(Millis(0), 0, Frame::Message(old.clone()), &mut chance).is_some());
    let end = SEEN_FOR.as_millis() as i64;
    assert!(mesh.received(Millis(end - 1), 0, Frame::Message(old.clone()), &mut chance).is_none());
    assert!(mesh.received(Millis(end), 0, Frame::Message(message(2)), &mut chance).is_some());
    assert!(mesh.received(Millis(end), 0, Frame::Message(old), &mut chance).is_some());
}

#[test]
fn own_messages_go_to_all_in_a_small_federation_and_to_the_mesh_in_a_large_one() {
    let (mut mesh, mut chance) = node(20);
    assert_eq!(mesh.publish(at(1), &message(1), &mut chance), Ok(6));
    let to = receivers(&mesh.take_all(at(1)), Frame::is_message);
    assert!(to.len() == 6 && to[..4] == [0, 1, 2, 3], "{to:?}");

    let mut small = Mesh::new(Millis(0), 21);
    assert_eq!(small.publish(at(1), &message(1), &mut chance), Err(Unpublished::NobodyThere));
    for partner in 0..20_u16 {
        join(&mut small, partner, true);
    }
    assert_eq!(small.publish(at(1), &message(1), &mut chance), Ok(20));
    let longest = Message::new("t", vec![0; GOSSIP_BYTES + 1]);
    assert_eq!(small.publish(at(1), &longest, &mut chance), Err(Unpublished::TooLong));
}

#[test]
fn what_the_mesh_missed_is_announced_asked_for_and_sent() {
    let (mut mesh, mut chance) = node(30);
    let lost = message(1);
    mesh.publish(at(1), &lost, &mut chance).unwrap();
    mesh.take_all(at(1));
    mesh.heartbeat(at(2), &mut chance);
    let told = mesh.take_all(at(2));
    let listeners = receivers(&told, |frame| matches!(frame, Frame::Have(_)));
    assert!(listeners.len() == 6 && listeners.iter().all(|to| *to >= 4), "{listeners:?}");

    // The other end.
    let (mut other, _) = node(30);
    other.received(at(2), 7, told[0].1.clone(), &mut chance);
    other.received(at(2), 8, told[0].1.clone(), &mut chance);
    let asked = other.take_all(at(2));
    assert_eq!(asked, [(7, Frame::Want(vec![lost.id()]))], "one is asked, not both");
    assert!(!other.idle());

    mesh.received(at(2), 12, asked[0].1.clone(), &mut chance);
    let answer = mesh.take_all(at(2));
    assert_eq!(answer, [(12, Frame::Message(lost.clone()))]);
    assert_eq!(other.received(at(2), 7, answer[0].1.clone(), &mut chance), Some(lost.clone()));
    assert_eq!(other.counters().asked_for, 1);
    other.received(at(2), 8, told[0].1.clone(), &mut chance);
    assert_eq!(other.take_all(at(2)), [], "it is here now");
}

#[test]
fn a_promise_that_is_not_kept_frees_the_message_for_others() {
    let (mut mesh, mut chance) = node(30);
    let have = Frame::Have(vec![message(1).id()].into());
    mesh.received(at(2), 7, have.clone(), &mut chance);
    assert_eq!(mesh.take_all(at(2)).len(), 1);
    let kept_by = 2 + PROMISE_FOR.as_secs() as i64;
    mesh.heartbeat(at(kept_by), &mut chance);
    mesh.received(at(kept_by), 8, have.clone(), &mut chance);
    assert_eq!(mesh.take_all(at(kept_by)), []);
    mesh.heartbeat(at(kept_by + 1), &mut chance);
    mesh.received(at(kept_by + 1), 8, have, &mut chance);
    assert_eq!(mesh.take_all(at(kept_by + 1)), [(8, Frame::Want(vec![message(1).id()]))]);
}

#[test]
fn announcements_and_requests_have_bounds() {
    let (mut mesh, mut chance) = node(30);
    for number in 0..=ANNOUNCEMENTS as u64 {
        mesh.received(at(2), 7, Frame::Have(vec![message(number).id()].into()), &mut chance);
    }
    assert_eq!(mesh.take_all(at(2)).len(), ANNOUNCEMENTS);
    // A new heartbeat, a new count; and no more than fit into a frame are asked of one partner in between.
    mesh.heartbeat(at(3), &mut chance);
    let many: Vec<MessageId> = (1000..2500).map(|number| message(number).id()).collect();
    mesh.received(at(3), 7, Frame::Have(many.clone().into()), &mut chance);
    mesh.received(at(3), 7, Frame::Have(many.into()), &mut chance);
    let asked = mesh.take_all(at(3));
    assert!(matches!(&asked[..], [(7, Frame::Want(ids))] if ids.len() == CONTROL_IDS), "{}", asked.len());

    let wanted = message(1);
    mesh.publish(at(3), &wanted, &mut chance).unwrap();
    mesh.take_all(at(3));
    for time in 0..=RETRANSMISSIONS {
        mesh.received(at(3), 20, Frame::Want(vec![wanted.id()]), &mut chance);
        assert_eq!(mesh.take_all(at(3)).len(), usize::from(time < RETRANSMISSIONS));
    }
}

#[test]
fn a_message_is_announced_for_three_heartbeats_and_kept_for_twelve() {
    let (mut mesh, mut chance) = node(30);
    let kept = message(1);
    mesh.publish(at(1), &kept, &mut chance).unwrap();
    let mut unjudged = message(2);
    mesh.received(at(1), 9, Frame::Message(unjudged.clone()), &mut chance);
    mesh.take_all(at(1));
    for beat in 1..=HISTORY_LENGTH as i64 {
        mesh.received(at(beat), 20 + beat as u16 % 10, Frame::Want(vec![kept.id(), unjudged.id()]), &mut chance);
        let sent = mesh.take_all(at(beat));
        assert!(sent.len() == 1 && sent[0].1 == Frame::Message(kept.clone()), "{beat}");
        assert!(!mesh.idle());
        mesh.heartbeat(at(beat + 1), &mut chance);
        let told = mesh.take_all(at(beat + 1));
        assert_eq!(!told.is_empty(), beat <= 3, "{beat}: {told:?}");
        assert!(told.iter().all(|(_, frame)| *frame == Frame::Have(vec![kept.id()].into())), "no verdict, no word");
    }
    assert!(mesh.idle() && mesh.heartbeat_due(at(20)).is_none());
    mesh.received(at(20), 20, Frame::Want(vec![kept.id()]), &mut chance);
    assert_eq!(mesh.take_all(at(20)), []);
    assert!(!mesh.validated(at(20), &unjudged.id(), Verdict::Accept), "the verdict came too late");
    unjudged = message(3);
    mesh.received(at(20), 9, Frame::Message(unjudged.clone()), &mut chance);
    assert_eq!(mesh.heartbeat_due(at(20)), Some(at(21)));
    assert!(mesh.validated(at(20), &unjudged.id(), Verdict::Accept));
}

#[test]
fn a_long_message_is_called_off_from_those_who_would_send_it_too() {
    let (mut mesh, mut chance) = node(20);
    let first = long(1);
    mesh.received(at(1), 2, Frame::Message(first.clone()), &mut chance);
    let told = mesh.take_all(at(1));
    assert_eq!(receivers(&told, |frame| *frame == Frame::DoNotWant(first.id())), [0, 1, 3]);
    mesh.received(at(1), 3, Frame::Message(first.clone()), &mut chance);
    assert_eq!(mesh.take_all(at(1)), [], "only the first copy is");

    // Heard before the verdict: not sent. Heard while it waits: taken out.
    mesh.received(at(1), 0, Frame::DoNotWant(first.id()), &mut chance);
    assert!(mesh.validated(at(1), &first.id(), Verdict::Accept));
    assert_eq!(mesh.waiting().collect::<Vec<_>>(), [1]);
    mesh.received(at(1), 1, Frame::DoNotWant(first.id()), &mut chance);
    assert_eq!(mesh.waiting().count(), 0);
    assert_eq!(mesh.counters().withdrawn, 1);
    mesh.received(at(1), 0, Frame::Want(vec![first.id()]), &mut chance);
    assert_eq!(mesh.take_all(at(1)), [], "who does not want it is not sent it");
    mesh.heartbeat(at(5), &mut chance);
    mesh.take_all(at(5));
    mesh.received(at(5), 0, Frame::Want(vec![first.id()]), &mut chance);
    assert_eq!(mesh.take_all(at(5)).len(), 1, "until three seconds have passed");
}

#[test]
fn a_full_queue_drops_and_what_waited_too_long_is_not_sent() {
    let (mut mesh, mut chance) = node(4);
    for number in 0..QUEUE_MESSAGES as u64 {
        assert_eq!(mesh.publish(at(1), &message(number), &mut chance), Ok(4));
    }
    assert_eq!(mesh.publish(at(1), &message(1_000_000), &mut chance), Err(Unpublished::QueuesFull));
    assert_eq!(mesh.counters().dropped, 4);
    assert_eq!(mesh.held()[0], ("queue", QUEUE_MESSAGES));
    assert!(mesh.take(at(1), 0).is_some());
    // One place in one queue; upkeep has its own.
    assert_eq!(mesh.publish(at(1), &message(1_000_001), &mut chance), Ok(1));
    let wait = OWN_WAIT.as_millis() as i64;
    assert!(mesh.take(Millis(at(1).0 + wait - 1), 0).is_some());
    assert!(mesh.take(Millis(at(1).0 + wait), 0).is_none());
    assert_eq!(mesh.counters().late, QUEUE_MESSAGES as u64 - 1);
    mesh.disconnected(1);
    assert_eq!(mesh.waiting().collect::<Vec<_>>(), [2, 3]);
}
