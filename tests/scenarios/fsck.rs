//! Reading the whole book again: real books of the engine are clean, and every corruption that is sown into one is found.
//! What can be mended in place is mended and the book is clean again.

use crate::restart::rotate;
use crate::words::{amendment, city, counts, end, list, publish, three};
use huxin_engine::fsck::{Mend, Report, check};
use huxin_engine::input::{Consent, Input, Ticket};
use huxin_engine::ledger::{
    Batch, FAMILIES, Family, HeadRow, LedgerRead, audit_key, city_key, evidence_key, last_seq, meta, place_key,
    subject_prefix,
};
use huxin_protocol::body::Body;
use huxin_protocol::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::evidence::Evidence;
use huxin_protocol::header::Disclosure;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::key_record::Tail;
use huxin_protocol::kind::Kind;
use huxin_protocol::roster::Roster;
use huxin_store::{Content, MemoryStore, Store, bind, is_older};
use huxin_tests::world::{World, draft, entry_body, subject};

fn reading(world: &World, me: CityCode, read: &dyn LedgerRead) -> Report {
    // Every leaf is proved by the tree; one test below checks the statements' own signatures as well.
    check(read, Roster::new(&world.genesis), me, false, &mut |_| {})
}

fn sentences(report: &Report) -> Vec<String> {
    report.findings.iter().map(ToString::to_string).collect()
}

/// Every kind of act, named bodies, a second epoch, and a tail that was cut off with an ending in it.
fn eventful(seed: u64) -> World {
    let mut world = three(seed);
    let mut ids = Vec::new();
    for number in 0..40 {
        let mut body = entry_body(number, &format!("Decision {number}"));
        body.record_ref = (number % 3 == 0).then(|| format!("row {number}"));
        let disclosure = match number % 4 {
            0 => Disclosure::Named(vec![city(2)]),
            1 => Disclosure::Federation,
            _ => Disclosure::Public,
        };
        let secrets = world.city(city(1)).secrets.clone();
        let draft = draft(&secrets, &world.genesis.id(), Kind::Entry, None, Body::Listing(Box::new(body)), disclosure);
        ids.push(publish(&mut world, city(1), draft).unwrap());
        list(&mut world, city(2), 1_000 + number);
    }
    let first = amendment(&world, city(1), ids[3], 3, "corrected");
    let first = publish(&mut world, city(1), first).unwrap();
    let second = amendment(&world, city(1), first, 3, "corrected again");
    publish(&mut world, city(1), second).unwrap();
    let repair = end(&mut world, city(1), Kind::Repair, ids[6]);
    end(&mut world, city(1), Kind::Reinstatement, repair);
    end(&mut world, city(1), Kind::Annulment, ids[7]);
    end(&mut world, city(1), Kind::Erasure, ids[8]);
    // The text of an act alone, and with a chain the acts on it.
    let annulled = end(&mut world, city(1), Kind::Annulment, ids[9]);
    end(&mut world, city(1), Kind::Erasure, annulled);
    end(&mut world, city(1), Kind::Erasure, ids[7]);
    // A whole chain is erased with any link of it.
    end(&mut world, city(1), Kind::Erasure, first);
    assert!(world.run_until(120_000, World::agree));
    rotate(&mut world, city(1)).unwrap();
    list(&mut world, city(1), 50);
    assert!(world.run_until(120_000, World::agree));
    // Thieves of the second city's key list one company and repair another; its root cuts that off.
    let size = world.sizes(city(2))[&city(2)];
    let root = huxin_engine::ledger::HeadRow::read(&*world.city(city(2)).store, city(2)).unwrap().frontier.root();
    list(&mut world, city(3), 60);
    assert!(world.run_until(10_000, World::agree));
    let stolen = huxin_tests::world::at(city(2), 10);
    end(&mut world, city(2), Kind::Repair, stolen);
    let erased = huxin_tests::world::at(city(2), 11);
    end(&mut world, city(2), Kind::Erasure, erased);
    list(&mut world, city(2), 66);
    assert!(world.run_until(10_000, World::agree));
    world.run_for(5_000);
    let federation = world.genesis.id();
    let node = world.cities.get_mut(&city(2)).unwrap();
    let record = node.secrets.record(&federation, Epoch(2), federation, (size, root), Tail::Endings);
    world
        .command(city(2), |ticket: Ticket| Input::Record {
            ticket,
            bytes: record.bytes().to_vec(),
            consent: Consent::ANYTHING,
        })
        .unwrap();
    list(&mut world, city(2), 67);
    assert!(world.run_until(240_000, World::agree));
    world.run_for(120_000);
    world
}

/// The book of one city with a row in every family.
fn book(world: &World, of: CityCode) -> Content {
    let store = MemoryStore::with_content(world.city(of).store.content());
    bind_late(&store, world, of);
    let mut batch = Batch::default();
    let origin = Origin { federation: world.genesis.id(), city: city(3), epoch: Epoch::FIRST };
    let log_key = world.city(city(3)).secrets.epochs[&Epoch::FIRST].0.clone();
    let sign =
        |byte| SignedCheckpoint::sign(Checkpoint { origin, size: Size(9), root: TreeHash([byte; 32]) }, &log_key);
    let evidence = Evidence::two_roots(&sign(1), &sign(2)).unwrap();
    batch.put(Family::Evidence, evidence_key(city(3), Epoch::FIRST), evidence.encode());
    for number in 1..=4 {
        batch.put(Family::Audit, audit_key(number), vec![1, 2, 3]);
    }
    // A body that has not come yet.
    let mut lacking = None;
    store
        .scan(Family::Body, city(3).key_bytes(), &[0xff; 32], &mut |key, _| {
            lacking = last_seq(key).map(|seq| (key.to_vec(), seq));
            false
        })
        .unwrap();
    let (key, seq) = lacking.unwrap();
    // The first leaves are recognitions: nothing but the body itself follows from their bodies.
    batch.delete(Family::Body, key);
    batch.put(Family::Lacking, place_key(city(3), seq), Kind::Recognition.number().to_be_bytes().to_vec());
    store.commit(&batch).unwrap();
    store.content()
}

/// The simulator's disks are not bound to a city; a node's is.
fn bind_late(store: &MemoryStore, world: &World, of: CityCode) {
    let fresh = MemoryStore::new();
    bind(&fresh, world.genesis.id(), of).unwrap();
    let mut batch = Batch::default();
    for (family, key, value) in fresh.content().iter() {
        batch.put(family, key.to_vec(), value.to_vec());
    }
    store.commit(&batch).unwrap();
}

#[test]
fn the_books_of_an_eventful_federation_are_clean() {
    let world = eventful(300);
    for code in world.codes() {
        let store = &world.city(code).store;
        let mut steps = 0;
        let report = check(&**store, Roster::new(&world.genesis), code, true, &mut |_| steps += 1);
        assert_eq!(sentences(&report), Vec::<String>::new(), "{code}");
        assert!(steps >= 3);
        let counts = report.counts;
        assert_eq!(counts.cities, 3);
        assert_eq!(counts.leaves, world.sizes(code).values().map(|size| size.0).sum::<u64>());
        assert_eq!(counts.signatures, counts.leaves);
        assert_eq!((counts.records, counts.abandoned), (2, 3));
        assert!(counts.cosignatures >= 6, "{counts:?}");
        assert!(counts.bodies > 60 && counts.index_rows > 150, "{counts:?}");
        assert!(report.mend().is_empty());
    }
}

#[test]
fn a_book_is_clean_after_kills_restarts_and_an_old_disk() {
    let mut world = three(301);
    for number in 0..5 {
        list(&mut world, city(1), number);
    }
    let old = world.city(city(3)).store.content();
    let id = list(&mut world, city(1), 7);
    end(&mut world, city(1), Kind::Erasure, id);
    assert!(world.run_until(60_000, World::agree));
    world.kill(city(3));
    world.city(city(3)).store.restore(old);
    world.start(city(3));
    assert!(world.run_until(120_000, World::agree));
    world.kill(city(2));
    world.start(city(2));
    assert!(world.run_until(120_000, World::agree));
    assert!(counts(&world, city(3), 2));
    for code in world.codes() {
        let report = reading(&world, code, &*world.city(code).store);
        assert_eq!(sentences(&report), Vec::<String>::new(), "{code}");
    }
}

/// What is done to one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sown {
    Removed,
    /// One bit of the value at this place in a thousand, or one byte more where the value is empty.
    Changed(usize),
    /// The value under a key whose last byte is another.
    Moved,
}

fn sow(content: &Content, family: Family, key: &[u8], value: &[u8], sown: Sown) -> MemoryStore {
    let store = MemoryStore::with_content(content.clone());
    let mut batch = Batch::default();
    match sown {
        Sown::Removed => batch.delete(family, key.to_vec()),
        Sown::Changed(place) => {
            let mut value = value.to_vec();
            if value.is_empty() {
                value.push(1);
            } else {
                let at = (value.len() - 1) * place / 1000;
                value[at] ^= 0x10;
            }
            batch.put(family, key.to_vec(), value);
        }
        Sown::Moved => {
            let mut moved = key.to_vec();
            *moved.last_mut().unwrap() ^= 0x40;
            batch.delete(family, key.to_vec());
            batch.put(family, moved, value.to_vec());
        }
    }
    store.commit(&batch).unwrap();
    store
}

/// What no reading can see, each for a reason.
fn is_invisible(family: Family, key: &[u8], sown: Sown) -> bool {
    let is_heads_row = family == Family::Abandoned && last_seq(key).is_some_and(|seq| seq.0 == u64::MAX);
    match (family, sown) {
        // Nothing says how many there should be.
        (Family::Cosignature | Family::Evidence | Family::Abandoned, Sown::Removed) => true,
        // The last number of a list that has no end; and what a row says is checked by whoever writes it.
        (Family::Audit, Sown::Changed(_)) => true,
        (Family::Audit, Sown::Removed) => last_seq(key).is_some_and(|seq| seq.0 == 4),
        // Random, or a time, or a cursor: compared with what lies outside the book.
        (Family::Meta, _) => ![meta::FORM, meta::FEDERATION, meta::CITY].contains(&key),
        // Digests of heads that are gone.
        (Family::Abandoned, Sown::Changed(place)) => is_heads_row && place > 0,
        _ => false,
    }
}

/// A checkpoint that holds and speaks of leaves which are not there.
#[test]
fn a_checkpoint_beyond_the_leaves_is_told() {
    let world = eventful(306);
    let me = city(1);
    let store = MemoryStore::with_content(book(&world, me));
    let log = city(3);
    let mut head = HeadRow::read(&store, log).unwrap();
    let origin = Origin { federation: world.genesis.id(), city: log, epoch: Epoch::FIRST };
    let size = Size(head.frontier.size().0 + 1);
    let signed = SignedCheckpoint::sign(
        Checkpoint { origin, size, root: TreeHash([7; 32]) },
        &world.city(log).secrets.epochs[&Epoch::FIRST].0,
    );
    head.checkpoint = Some(signed.encode(&[]));
    let mut batch = Batch::default();
    batch.put(Family::Head, city_key(log), head.encode());
    store.commit(&batch).unwrap();
    let report = reading(&world, me, &store);
    assert!(report.findings.iter().any(|finding| finding.code() == "checkpoint_beyond"), "{:?}", sentences(&report));
}

#[test]
fn a_store_of_the_first_form_climbs() {
    let world = eventful(305);
    for code in world.codes() {
        let store = MemoryStore::with_content(world.city(code).store.content());
        bind_late(&store, &world, code);
        let now = store.content();
        let mut old = Batch::default();
        for (family, key, _) in now.iter().filter(|(family, ..)| matches!(family, Family::Chain | Family::Erased)) {
            old.delete(family, key.to_vec());
        }
        assert!(!old.is_empty());
        // A row of a lacking body did not say of what kind it is.
        for (family, key, _) in now.iter().filter(|(family, ..)| *family == Family::Lacking) {
            old.put(family, key.to_vec(), Vec::new());
        }
        // The index by subject had the codes themselves as keys.
        let named: Vec<_> = (0..2000).map(subject).collect();
        for (family, key, value) in now.iter().filter(|(family, ..)| *family == Family::Subject) {
            let (prefix, place) = key.split_at(16);
            let subject = named.iter().find(|subject| subject_prefix(subject) == prefix).unwrap();
            old.delete(family, key.to_vec());
            old.put(family, [subject.to_string().as_bytes(), &[0], place].concat(), value.to_vec());
        }
        // Who acts on what stood by the actor, with the kind beside it.
        for (family, key, _) in now.iter().filter(|(family, ..)| *family == Family::About) {
            let (target, kind, actor) = (&key[..24], &key[24..26], &key[26..]);
            old.delete(family, key.to_vec());
            old.put(family, [target, actor].concat(), kind.to_vec());
        }
        old.put(Family::Meta, meta::FORM.to_vec(), 1u32.to_be_bytes().to_vec());
        store.commit(&old).unwrap();
        assert!(is_older(&store).unwrap() && !reading(&world, code, &store).is_clean());
        bind(&store, world.genesis.id(), code).unwrap();
        assert_eq!(store.content(), now, "{code}");
        assert!(!is_older(&store).unwrap());
    }
}

#[test]
fn every_sown_corruption_is_found() {
    let world = eventful(302);
    let me = city(1);
    let content = book(&world, me);
    assert_eq!(sentences(&reading(&world, me, &content)), Vec::<String>::new());
    let mut found = std::collections::BTreeMap::<Family, u64>::new();
    let mut mended = 0;
    for family in FAMILIES {
        let rows: Vec<_> = content.iter().filter(|(of, ..)| *of == family).collect();
        assert!(!rows.is_empty(), "the book has no {}", family.name());
        // A few rows of each family from the first to the last.
        let step = rows.len().div_ceil(6).max(1);
        for (_, key, value) in rows.iter().step_by(step).chain(rows.last()) {
            for sown in [Sown::Removed, Sown::Changed(0), Sown::Changed(500), Sown::Changed(1000), Sown::Moved] {
                if is_invisible(family, key, sown) {
                    continue;
                }
                let store = sow(&content, family, key, value, sown);
                let report = reading(&world, me, &store);
                assert!(!report.is_clean(), "{sown:?} {} {key:?} was not found", family.name());
                *found.entry(family).or_default() += 1;
                for finding in &report.findings {
                    assert!(!finding.code().is_empty() && finding.sentence().starts_with(char::is_lowercase));
                    let told = finding.to_string();
                    assert!(told.contains(&finding.sentence()) && told.contains(finding.mend().sentence()));
                }
                // What follows from proved rows is mended in place, whatever was done to it.
                if report.findings.iter().all(|finding| matches!(finding.mend(), Mend::Rebuild | Mend::Fetch)) {
                    store.commit(&report.mend()).unwrap();
                    let mut after = reading(&world, me, &store);
                    if !after.is_clean() {
                        // Whether a text was erased goes by rows that were just made anew; the command looks again as well.
                        store.commit(&after.mend()).unwrap();
                        after = reading(&world, me, &store);
                    }
                    let first = sentences(&report);
                    assert_eq!(sentences(&after), Vec::<String>::new(), "{sown:?} {}: {first:?}", family.name());
                    mended += 1;
                }
            }
        }
    }
    assert_eq!(found.len(), FAMILIES.len(), "at least one corruption was found in every family: {found:?}");
    assert!(found.values().sum::<u64>() > 250, "{found:?}");
    assert!(mended > 100, "{mended}");
}

#[test]
fn surplus_rows_are_found_and_taken_out() {
    let world = eventful(303);
    let me = city(1);
    let content = book(&world, me);
    let stranger = CityCode::new("zz99").unwrap();
    let mut sown = Vec::new();
    for family in FAMILIES {
        // A row of a real leaf's shape at a place where nothing stands, and one of a city that is no member.
        let key = content.iter().find(|(of, ..)| *of == family).unwrap().1.to_vec();
        for owner in [None, Some(stranger)] {
            let mut key = key.clone();
            match owner {
                None => *key.last_mut().unwrap() = key.last().unwrap().wrapping_add(0x3f),
                Some(stranger) if key.len() >= 16 => key[..16].copy_from_slice(stranger.key_bytes()),
                Some(_) => continue,
            }
            sown.push((family, key));
        }
    }
    for (family, key) in sown {
        if matches!(family, Family::Meta) || content.get(family, &key).unwrap().is_some() {
            continue;
        }
        let store = MemoryStore::with_content(content.clone());
        let mut batch = Batch::default();
        batch.put(family, key.clone(), vec![0, 1]);
        store.commit(&batch).unwrap();
        let report = reading(&world, me, &store);
        // About a city that is no member somebody may well speak: such a row is a surplus by its actor.
        assert!(
            report.findings.iter().any(|finding| finding.family == family),
            "{} {key:?}: {report:?}",
            family.name()
        );
        if family.is_index() || family == Family::Body {
            store.commit(&report.mend()).unwrap();
            assert!(reading(&world, me, &store).is_clean(), "{} {key:?}", family.name());
        }
    }
}

#[test]
fn nothing_of_an_unproved_log_is_mended() {
    let world = eventful(304);
    let me = city(1);
    let content = book(&world, me);
    let store = MemoryStore::with_content(content.clone());
    let mut batch = Batch::default();
    let (_, key, _) =
        content.iter().find(|(family, key, _)| *family == Family::Log && key.starts_with(city(1).key_bytes())).unwrap();
    // The first leaf of the own log is gone: everything that follows from it now looks like a surplus.
    batch.delete(Family::Log, key.to_vec());
    // And an index row of another city is gone, which can be mended.
    let (_, other, _) = content
        .iter()
        .find(|(family, key, _)| *family == Family::Ground && key.starts_with(city(2).key_bytes()))
        .unwrap();
    batch.delete(Family::Ground, other.to_vec());
    store.commit(&batch).unwrap();
    let report = reading(&world, me, &store);
    assert!(report.findings.iter().any(|finding| finding.code() == "leaf_missing"));
    let mend = report.mend();
    assert_eq!(mend.iter().count(), 1, "{:?}", sentences(&report));
    assert_eq!(
        mend.iter().next().map(|(family, key, _)| (family, key.to_vec())),
        Some((Family::Ground, other.to_vec()))
    );
}

#[test]
fn a_read_that_fails_is_a_finding_and_the_walk_goes_on() {
    use huxin_engine::ledger::ReadFault;
    struct Torn(Content);
    impl LedgerRead for Torn {
        fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, ReadFault> {
            self.0.get(family, key)
        }
        fn scan(
            &self,
            family: Family,
            start: &[u8],
            end: &[u8],
            visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
        ) -> Result<(), ReadFault> {
            if family == Family::Trust {
                return Err(ReadFault { family, cause: "a synthetic disk fault".into() });
            }
            self.0.scan(family, start, end, visit)
        }
    }
    let world = three(305);
    let content = world.city(city(1)).store.content();
    let report = reading(&world, city(1), &Torn(content));
    assert!(!report.is_clean());
    assert!(report.findings.iter().all(|finding| finding.code() == "unreadable" && finding.family == Family::Trust));
    assert!(report.counts.leaves > 0);
}

#[test]
fn another_federation_or_city_is_told() {
    let world = three(306);
    let store = MemoryStore::with_content(world.city(city(1)).store.content());
    bind_late(&store, &world, city(1));
    assert!(reading(&world, city(1), &store).is_clean());
    let report = reading(&world, city(2), &store);
    assert!(report.findings.iter().any(|finding| finding.code() == "meta_wrong"));
    let mut batch = Batch::default();
    batch.put(Family::Meta, meta::FEDERATION.to_vec(), Digest([3; 32]).0.to_vec());
    store.commit(&batch).unwrap();
    assert!(reading(&world, city(1), &store).findings.iter().any(|finding| finding.code() == "meta_wrong"));
    let mut batch = Batch::default();
    batch.delete(Family::Meta, meta::FEDERATION.to_vec());
    store.commit(&batch).unwrap();
    assert!(reading(&world, city(1), &store).findings.iter().any(|finding| finding.code() == "meta_missing"));
}

#[test]
fn a_statement_whose_own_signature_fails_under_a_good_checkpoint_is_told() {
    use huxin_engine::ledger::{CosignatureRow, HeadRow, STORED_LEVELS, city_key, cosignature_key, tree_key};
    use huxin_protocol::ids::Seq;
    use huxin_protocol::tree::{Frontier, leaf_hash};
    let world = three(307);
    let me = city(1);
    let store = MemoryStore::with_content(world.city(me).store.content());
    // A broken signer of the third city: the last leaf's signature is wrong, the log over it is whole and signed.
    let log = city(3);
    let head = HeadRow::read(&store, log).unwrap();
    let size = head.frontier.size().0;
    let mut batch = Batch::default();
    let mut frontier = Frontier::default();
    for seq in (0..size).map(Seq) {
        let mut leaf = store.get(Family::Log, &place_key(log, seq)).unwrap().unwrap();
        if seq.0 + 1 == size {
            *leaf.last_mut().unwrap() ^= 1;
            batch.put(Family::Log, place_key(log, seq), leaf.clone());
        }
        frontier.push(leaf_hash(&leaf), &mut |place, hash| {
            if place.level.is_multiple_of(STORED_LEVELS) {
                batch.put(Family::Tree, tree_key(log, place), hash.0.to_vec());
            }
        });
    }
    let origin = Origin { federation: world.genesis.id(), city: log, epoch: Epoch::FIRST };
    let checkpoint = Checkpoint { origin, size: Size(size), root: frontier.root() };
    let signed = SignedCheckpoint::sign(checkpoint, &world.city(log).secrets.epochs[&Epoch::FIRST].0);
    batch.put(Family::Head, city_key(log), HeadRow { frontier, checkpoint: Some(signed.encode(&[])) }.encode());
    for (cosigner, _) in CosignatureRow::read_all(&store, log).unwrap() {
        batch.delete(Family::Cosignature, cosignature_key(log, cosigner));
    }
    store.commit(&batch).unwrap();
    assert!(reading(&world, me, &store).is_clean(), "the log proves itself");
    let report = check(&store, Roster::new(&world.genesis), me, true, &mut |_| {});
    let found: Vec<_> = report.findings.iter().map(|f| (f.code(), f.city, f.seq, f.mend())).collect();
    assert_eq!(found, [("statement_signature", Some(log), Some(Seq(size - 1)), Mend::Tell)]);
}
