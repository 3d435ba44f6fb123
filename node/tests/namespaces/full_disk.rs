//! A full disk: what publishing needs is gone, then what endings need, then everything.

use super::admitted;
use super::country::{Country, HEZHOU, LANZHOU, ZHOUSHAN};
use super::federation::until;
use super::lone::entry;
use super::small_disk::{MIB, SmallDisk};
use huxin::client::Client;
use huxin_api::model::{ActRequest, ActVerb, RecordCommand, RecordOutcome, RecordsRequest};
use std::process::Command;

/// The disk of one node is filled below what publishing needs, then to the last byte. It stays, answers, and says what is
/// wrong; nothing is signed that could not be kept. With room it goes on by itself.
#[test]
fn disk_full_then_space() {
    let Some(_turn) = admitted("disk_full_then_space") else { return };
    let disk = SmallDisk::of_mib(128);
    let mut country = Country::founded(3);
    std::os::unix::fs::symlink(disk.path(), country.federation.folder(ZHOUSHAN).join("data")).unwrap();
    let small = |command: &mut Command| {
        command.env("HUXIN_STORAGE_LOW_MIB", "32").env("HUXIN_STORAGE_MIN_FREE_MIB", "16");
        // A node that has something to write every second, whether or not anybody publishes.
        command.env("HUXIN_NETWORK_HEARTBEAT_SECONDS", "1");
    };
    for code in country.cities() {
        country.federation.launch(code, small);
    }
    for code in country.cities() {
        country.federation.until_ready(code);
    }
    let refused = |country: &Country, number| {
        let publish = |client: &Client| client.publish(&entry(number)).unwrap_err().code;
        country.federation.ask(ZHOUSHAN, publish)
    };
    let kept = country.publish(ZHOUSHAN, 0).ids[0];
    country.federation.until_equal();

    // Low: a warning in the metrics and in the log; everything goes on.
    disk.leave(24 * MIB);
    let low = |country: &Country| {
        let metrics = country.federation.ask(ZHOUSHAN, Client::metrics).ok()?;
        metrics.lines().any(|line| line == "huxin_disk_low 1").then_some(())
    };
    until("the metrics say that the disk is low", || low(&country));
    country.publish(ZHOUSHAN, 1);
    assert!(country.federation.log_text(ZHOUSHAN).contains("the disk is getting low"));
    country.publish(HEZHOU, 1);
    country.federation.until_equal();
    assert_eq!(country.holds(ZHOUSHAN, HEZHOU), 1);

    let missing = |country: &Country, what: &str| {
        let ready = country.federation.ask(ZHOUSHAN, Client::ready).ok();
        ready.filter(|ready| ready.missing.iter().any(|missing| missing == what)).map(drop)
    };
    // Below the floor: what was listed is still ended everywhere, and nothing else is signed or taken.
    let ended = country.publish(ZHOUSHAN, 5).ids[0];
    country.federation.until_equal();
    disk.leave(12 * MIB);
    until("it says that the disk is full", || missing(&country, "disk_full"));
    assert_eq!(refused(&country, 6), "disk_full");
    until("it has turned to endings alone", || {
        country.federation.log_text(ZHOUSHAN).contains("only endings of this city are signed").then_some(())
    });
    country.publish(HEZHOU, 7);
    country.federation.until_equal_among(&[HEZHOU, LANZHOU]);
    let act = ActRequest { reason: "履行完毕".to_owned(), ..ActRequest::default() };
    country.federation.ask(ZHOUSHAN, |client| client.act(ended, ActVerb::Repair, &act)).unwrap();
    // By the road of imports as well: what only removes goes on, and what lists does not.
    let removes = RecordsRequest {
        commands: vec![RecordCommand::Act { id: kept, verb: ActVerb::Removal, act: act.clone() }],
        rehearse: false,
    };
    let reply = country.federation.ask(ZHOUSHAN, |client| client.records(&removes)).unwrap();
    assert!(matches!(&reply.outcomes[..], [RecordOutcome::Ok { .. }]), "{reply:?}");
    let listed = Box::new(entry(6).entries.remove(0));
    let lists = RecordsRequest { commands: vec![RecordCommand::List { entry: listed }], rehearse: false };
    assert_eq!(country.federation.ask(ZHOUSHAN, |client| client.records(&lists)).unwrap_err().code, "disk_full");
    until("a partner hears that it has ended", || {
        let shown = country.federation.ask(HEZHOU, |client| client.heads()).ok()?;
        let head = shown.heads.iter().find(|head| head.city == ended.city)?;
        (head.size.0 > ended.seq.0 + 1).then_some(())
    });
    assert_eq!(country.holds(ZHOUSHAN, HEZHOU), 1, "it took what others say");

    // Full to the last byte: it takes nothing, and is there.
    disk.leave(0);
    until("it says that the disk is full", || missing(&country, "disk_full"));
    country.publish(HEZHOU, 2);
    country.federation.until_equal_among(&[HEZHOU, LANZHOU]);
    until("it waits for room", || missing(&country, "writer_silent"));
    assert!(country.federation.is_alive(ZHOUSHAN), "it ended by itself");
    assert_eq!(refused(&country, 2), "disk_full");
    assert_eq!(country.holds(ZHOUSHAN, HEZHOU), 1, "it took what it cannot keep");
    assert_eq!(country.federation.ask(ZHOUSHAN, |client| client.entry(kept)).unwrap().id, kept, "reads are answered");

    // Room: it goes on where it was, without a restart.
    disk.make_room();
    country.federation.until_equal();
    country.federation.until_ready(ZHOUSHAN);
    assert_eq!(country.publish(ZHOUSHAN, 3).ids[0].seq.0, 5, "what was refused has no place");
    country.federation.until_equal();

    // Full again: it can be ended in order, and started only with room.
    disk.leave(0);
    until("it waits for room again", || missing(&country, "writer_silent"));
    country.federation.stop(ZHOUSHAN);
    // What the store had set aside for itself is free again.
    disk.leave(0);
    let refused = country.federation.refused_start(ZHOUSHAN, small);
    assert!(refused.contains("error[disk_full]"), "{refused}");
    disk.make_room();
    country.federation.start_with(ZHOUSHAN, small);
    country.publish(ZHOUSHAN, 4);
    country.federation.until_equal();
    country.federation.end_and_check();
}
