//! Seeds of what carries logs: checkpoints, segments, evidence, bundles, questions and answers.

use super::Seeds;
use crate::scene::{Scene, city, roster_of, scene};
use huxin_engine::gather;
use huxin_engine::heads::Heads;
use huxin_engine::ledger::{HeadRow, LedgerTree};
use huxin_engine::serve::{checkpoint_note, serve};
use huxin_engine::wire::{Request, Response, frame_head};
use huxin_protocol::bundle::{Bundle, TlogProof};
use huxin_protocol::checkpoint::{SignedCheckpoint, UnverifiedCheckpoint};
use huxin_protocol::evidence::Evidence;
use huxin_protocol::header::About;
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size, StatementId};
use huxin_protocol::key_record::SignedRecord;
use huxin_protocol::standing::Standing;
use huxin_protocol::statement::Statement;
use huxin_protocol::time::Millis;
use huxin_protocol::tree::inclusion_proof;
use huxin_store::Content;
use huxin_tests::world::at;

pub fn add(seeds: &mut Seeds) {
    let scene = scene();
    checkpoints(scene, seeds);
    segments(scene, seeds);
    evidence(scene, seeds);
    bundles(scene, seeds);
    questions(scene, seeds);
}

fn checkpoints(scene: &Scene, seeds: &mut Seeds) {
    for (number, stage) in scene.stages.iter().enumerate() {
        for log in [city(2), city(3)] {
            let roster = roster_of(&scene.genesis, &stage[&city(1)]);
            if let Some((_, note)) = checkpoint_note(&stage[&city(1)], &roster, log).unwrap() {
                seeds.add("checkpoint", &format!("{log}-at-stage-{number}"), note);
            }
        }
    }
    let roster = roster_of(&scene.genesis, &scene.other[&city(1)]);
    let (parsed, _) = checkpoint_note(&scene.other[&city(1)], &roster, city(2)).unwrap().unwrap();
    seeds.add("checkpoint", "of-the-other-history", signed(scene, parsed).encode(&[]));
}

fn segments(scene: &Scene, seeds: &mut Seeds) {
    let (newest, early) = (scene.newest(city(2)), &scene.stages[1][&city(2)]);
    let mut add = |name: &str, content: &Content, log, from, count, after| {
        let segment = scene.segment(content, log, Seq(from), count, Epoch(after)).unwrap();
        seeds.add("segment", name, segment.encode());
    };
    add("two-leaves-and-a-proof", newest, city(2), 3, 2, 2);
    add("from-the-beginning", early, city(3), 0, 4, 1);
    add("a-record-and-the-second-epoch", newest, city(2), 15, 12, 1);
    add("up-to-the-border", newest, city(2), 12, 12, 2);
    add("nothing-new", newest, city(1), 30, 8, 1);
    add("of-the-other-history", &scene.other[&city(2)], city(2), 2, 3, 1);
    add("with-the-record-of-a-cut", newest, city(3), 10, 12, 1);
}

/// The checkpoint of a stored note under the key that signed it.
fn signed(scene: &Scene, parsed: UnverifiedCheckpoint) -> SignedCheckpoint {
    let origin = parsed.checkpoint.origin;
    let key = &scene.secrets[&origin.city].epochs[&origin.epoch].0;
    parsed.verify(huxin_protocol::key::Sign::public(key)).unwrap()
}

fn stored(scene: &Scene, content: &Content, log: CityCode) -> SignedCheckpoint {
    signed(scene, HeadRow::read(content, log).unwrap().checkpoint().unwrap().unwrap())
}

fn evidence(scene: &Scene, seeds: &mut Seeds) {
    use huxin_protocol::checkpoint::Checkpoint;
    use huxin_protocol::tree::{consistency_proof, root_at};
    let (one, other) = (&scene.stages[2][&city(2)], &scene.other[&city(2)]);
    let key = &scene.secrets[&city(2)].epochs[&Epoch::FIRST].0;
    let later = stored(scene, one, city(2));
    let size = later.checkpoint().size;
    let tree = |read| LedgerTree { read, city: city(2) };
    // The second history of the same size, signed by the same key.
    let root = root_at(&tree(other), size).unwrap();
    let rival = SignedCheckpoint::sign(Checkpoint { root, ..*later.checkpoint() }, key);
    seeds.add("evidence", "two-roots", Evidence::two_roots(&later, &rival).unwrap().encode());

    let earlier = Checkpoint { size: huxin_protocol::ids::Size(5), root, ..*later.checkpoint() };
    let earlier = SignedCheckpoint::sign(earlier, key);
    let ours = root_at(&tree(one), earlier.checkpoint().size).unwrap();
    let proof = consistency_proof(&tree(one), earlier.checkpoint().size, size).unwrap();
    let histories = Evidence::two_histories(&earlier, &later, ours, &proof).unwrap();
    seeds.add("evidence", "two-histories", histories.encode());

    let statement = |content: &Content| -> Statement {
        gather::statement(content, &scene.roster, at(city(2), 3)).unwrap().unwrap().0
    };
    let statements = Evidence::two_statements(&statement(one), &statement(other)).unwrap();
    seeds.add("evidence", "two-statements", statements.encode());

    let roots: Vec<SignedRecord> = scene
        .records
        .iter()
        .filter_map(|record| {
            let root = huxin_protocol::key::Sign::public(&scene.secrets[&city(2)].root);
            SignedRecord::verify(record, &scene.federation, root).ok()
        })
        .collect();
    let records = Evidence::two_records(&roots[0], &roots[1]).unwrap();
    seeds.add("evidence", "two-records", records.encode());
}

/// A bundle as the first city exports it.
fn bundle(scene: &Scene, id: StatementId, with_body: bool, with_standing: bool) -> Bundle {
    let content = scene.newest(city(1));
    let (statement, body) = gather::statement(content, &scene.roster, id).unwrap().unwrap();
    let (parsed, note) = checkpoint_note(content, &scene.roster, id.city).unwrap().unwrap();
    let says = parsed.checkpoint;
    let tree = LedgerTree { read: content, city: id.city };
    let hashes = inclusion_proof(&tree, id.seq, says.size).unwrap();
    let standing = Standing {
        exporter: city(1),
        exporter_epoch: Epoch::FIRST,
        entry: About { id, digest: statement.digest },
        state: "listed".to_owned(),
        log: (says.origin.epoch, says.size, says.root),
        log_digest: scene.federation,
        time: Millis(1_767_229_200_000),
    };
    let standing = standing.sign(&scene.federation, &scene.secrets[&city(1)].epochs[&Epoch::FIRST].0);
    let records = scene.roster.cities().flat_map(|member| member.records_after(Epoch::FIRST)).collect();
    Bundle {
        genesis: scene.genesis.bytes().to_vec(),
        records,
        statement: statement.bytes,
        body: body.filter(|_| with_body),
        proof: TlogProof { index: id.seq, hashes, checkpoint: note },
        standing: with_standing.then_some(standing),
    }
}

fn bundles(scene: &Scene, seeds: &mut Seeds) {
    let listed = bundle(scene, at(city(2), 5), true, true);
    seeds.add("tlog-proof", "of-an-entry", listed.proof.encode().unwrap());
    seeds.add("tlog-proof", "of-one-leaf", "c2sp.org/tlog-proof@v1\nindex 0\n\norigin\n1\n");
    for (name, bundle) in [
        ("an-entry", listed),
        ("an-ending", bundle(scene, at(city(2), 12), true, false)),
        ("without-its-body", bundle(scene, at(city(3), 4), false, true)),
    ] {
        let file = bundle.encode().unwrap();
        Bundle::verify(&file, &scene.federation).unwrap();
        seeds.add("bundle", name, file);
    }
}

fn questions(scene: &Scene, seeds: &mut Seeds) {
    let content = scene.newest(city(1));
    let ours = Heads::read(content, &scene.roster).unwrap();
    let ids = (0..20).map(|seq| at(city(2), seq)).collect();
    let asked = [
        ("heads", Request::Heads { digest: scene.federation }),
        ("the-same-heads", Request::Heads { digest: ours.digest() }),
        ("a-window", Request::Segment { city: city(2), from: Seq(3), count: 5, epoch: Epoch::FIRST }),
        ("the-newest-checkpoint", Request::Segment { city: city(3), from: Seq(99), count: 0, epoch: Epoch(2) }),
        ("bodies", Request::Bodies { ids }),
        ("how-a-log-goes-on", Request::History { city: city(2), size: Size(7) }),
        ("evidence", Request::Evidence { city: city(3) }),
        ("the-time", Request::Time),
    ];
    let mut stream = Vec::new();
    for (name, request) in &asked {
        let question = request.encode();
        seeds.add("question", name, question.clone());
        let answer =
            serve(content, &scene.roster, &ours, city(2), request, Millis(1_767_225_600_000)).unwrap().encode();
        for stage in [0_u8, 5] {
            seeds.add("serving", &format!("{name}-at-stage-{stage}"), [&[stage, 0, 1][..], &question].concat());
        }
        if answer.len() < 4096 {
            stream.extend(frame(&question));
            stream.extend(frame(&answer));
        }
        seeds.add("answer", &format!("to-{name}"), answer);
    }
    for (name, answer) in [
        ("nothing", Response::Nothing),
        ("busy", Response::Busy { retry_after_ms: 1_500 }),
        ("refused", Response::Refused { code: "too_many_bodies".to_owned() }),
    ] {
        stream.extend(frame(&asked[0].1.encode()));
        stream.extend(frame(&answer.encode()));
        seeds.add("answer", name, answer.encode());
    }
    seeds.add("frames", "questions-and-answers", stream);
    seeds.add("frames", "a-length-of-four-gigabytes", [0xff; 8]);
    seeds.add("frames", "one-question", frame(&asked[2].1.encode()));
}

fn frame(message: &[u8]) -> Vec<u8> {
    [&frame_head(message.len(), usize::MAX).unwrap()[..], message].concat()
}
