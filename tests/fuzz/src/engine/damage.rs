//! A ledger whose rows were damaged on the disk: whoever reads it may refuse, and must come back. The check of the whole
//! ledger ends, and what it mends in place stays mended.

use crate::judge::stable;
use crate::scene::{city, roster_of, scene};
use crate::script::Script;
use huxin_engine::fsck::check;
use huxin_engine::gather::case_file;
use huxin_engine::heads::Heads;
use huxin_engine::ledger::{Batch, Family, LedgerRead};
use huxin_engine::serve::serve;
use huxin_engine::wire::Request;
use huxin_engine::witness::WITNESSES;
use huxin_engine::{Continuity, Engine, Settings};
use huxin_protocol::fold::{Viewpoint, rule};
use huxin_protocol::ids::{Epoch, Seq, Size};
use huxin_protocol::roster::Roster;
use huxin_protocol::time::Millis;
use huxin_store::{Content, MemoryStore, Store};
use huxin_tests::world::subject;

/// Damages some rows as the script says.
fn broken(content: &Content, script: &mut Script<'_>) -> Batch {
    let rows: Vec<(Family, &[u8], &[u8])> = content.iter().collect();
    let mut batch = Batch::default();
    for _ in 0..=script.below(4) {
        let (family, key, value) = rows[usize::from(script.short()) % rows.len()];
        let (mut key, mut value) = (key.to_vec(), value.to_vec());
        match script.below(6) {
            0 => {
                batch.delete(family, key);
                continue;
            }
            1 => value.truncate(script.below(value.len() + 1)),
            2 => value.extend_from_slice(script.part()),
            3 if !value.is_empty() => {
                let at = usize::from(script.short()) % value.len();
                value[at] ^= 1 << script.below(8);
            }
            4 => {
                // A row of another family under this key.
                value = rows[usize::from(script.short()) % rows.len()].2.to_vec();
            }
            _ => {
                let at = script.below(key.len());
                key[at] = script.byte();
            }
        }
        batch.put(family, key, value);
    }
    batch
}

/// Everything that reads, on a damaged ledger of the first city.
pub fn damaged(input: &[u8]) {
    let script = &mut Script::new(input);
    let (scene, me) = (scene(), city(1));
    let stage = script.below(scene.stages.len());
    let content = &scene.stages[stage][&me];
    let store = MemoryStore::with_content(content.clone());
    assert!(store.commit(&broken(content, script)).is_ok());
    let settings = Settings {
        city: me,
        editions: scene.editions.clone(),
        allow_natural_persons: false,
        own_names: Vec::new(),
        sync_every_ms: 30_000,
        heartbeat_every_ms: 60_000,
        quota: huxin_engine::Quota::NONE,
        gossip: true,
        anti_entropy: true,
        partners_before_signing: 0,
        hold_ms: 60_000,
        witnesses: WITNESSES,
    };
    let now = Millis(1_767_229_200_000);
    if let Err(fault) = Engine::open(settings, Roster::new(&scene.genesis), Continuity::Proved, &store) {
        assert!(!fault.to_string().is_empty());
    }
    let roster = roster_of(&scene.genesis, content);
    let heads = Heads::read(&store, &roster).unwrap_or_default();
    for log in [city(1), city(2), city(3)] {
        let request = Request::Segment { city: log, from: Seq(script.below(8) as u64), count: 64, epoch: Epoch::FIRST };
        for request in [
            request,
            Request::History { city: log, size: Size(script.below(24) as u64) },
            Request::Evidence { city: log },
        ] {
            let _ = serve(&store, &roster, &heads, city(2), &request, now);
        }
    }
    for number in 0..4 {
        let view = Viewpoint { federation: scene.federation, viewer: me, at: now, now: true, crosswalk: None };
        if let Ok(case) = case_file(&store, &roster, &scene.editions, &subject(number), view) {
            let _ = rule(&case);
        }
    }
    mended(&store);
}

fn mended(store: &MemoryStore) {
    let (me, fresh) = (city(1), || Roster::new(&scene().genesis));
    let read: &dyn LedgerRead = store;
    let report = check(read, fresh(), me, true, &mut |_| {});
    for finding in &report.findings {
        stable(finding.code());
        assert!(!finding.to_string().is_empty());
    }
    let mend = report.mend();
    if mend.is_empty() {
        return;
    }
    assert!(store.commit(&mend).is_ok());
    let again = check(read, fresh(), me, false, &mut |_| {});
    assert!(
        again.findings.len() <= report.findings.len(),
        "mending made it worse: {:?} and then {:?}",
        report.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        again.findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
}
