//! The same questions to both stores.

use crate::{open, put, rows};
use huxin_engine::ledger::{Batch, Family, LedgerRead, Txn, scan_prefix};
use huxin_store::{CommitFault, CommitHook, Decision, MemoryStore, RocksStore, Store, StoreHealth};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A store of some kind that can be broken and looked at again as after a restart.
pub trait Kind {
    type S: Store;
    fn new() -> Self;
    fn store(&self) -> &Self::S;
    fn hook(&self, hook: Arc<dyn CommitHook>);
    /// Ends the process and starts a new one on the same disk.
    fn restarted(self) -> Self;
}

pub struct InMemory(MemoryStore);

impl Kind for InMemory {
    type S = MemoryStore;
    fn new() -> Self {
        Self(MemoryStore::new())
    }
    fn store(&self) -> &MemoryStore {
        &self.0
    }
    fn hook(&self, hook: Arc<dyn CommitHook>) {
        self.0.set_hook(hook);
    }
    fn restarted(self) -> Self {
        Self(MemoryStore::with_content(self.0.content()))
    }
}

pub struct OnDisk {
    store: RocksStore,
    folder: tempfile::TempDir,
}

impl Kind for OnDisk {
    type S = RocksStore;
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: open(folder.path()), folder }
    }
    fn store(&self) -> &RocksStore {
        &self.store
    }
    fn hook(&self, hook: Arc<dyn CommitHook>) {
        self.store.set_hook(hook);
    }
    fn restarted(self) -> Self {
        drop(self.store);
        Self { store: open(self.folder.path()), folder: self.folder }
    }
}

macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod in_memory {
            $(#[test] fn $name() { super::$name::<super::InMemory>(); })*
        }
        mod on_disk {
            $(#[test] fn $name() { super::$name::<super::OnDisk>(); })*
        }
    };
}

both!(
    what_was_put_is_got_until_deleted,
    a_scan_visits_from_start_up_to_end_in_order,
    a_scan_stops_when_told,
    families_are_apart,
    a_batch_of_many_families_is_there_as_a_whole,
    a_snapshot_stays_as_it_was,
    a_scan_sees_one_state_while_another_thread_commits,
    a_transaction_reads_what_it_wrote,
    a_store_comes_back_as_it_was,
    a_write_that_failed_and_is_gone,
    a_write_that_failed_and_was_kept,
    prefix_scans_find_exactly_the_prefix,
    reading_while_scanning_is_allowed,
);

fn seen(read: &dyn LedgerRead, family: Family, start: &[u8], end: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    read.scan(family, start, end, &mut |key, _| {
        keys.push(key.to_vec());
        true
    })
    .unwrap();
    keys
}

fn what_was_put_is_got_until_deleted<K: Kind>() {
    let kind = K::new();
    let store = kind.store();
    assert_eq!(store.get(Family::Log, b"a").unwrap(), None);
    store.commit(&put(&[(Family::Log, b"a", b"1"), (Family::Log, b"b", b"")])).unwrap();
    assert_eq!(store.get(Family::Log, b"a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(store.get(Family::Log, b"b").unwrap().as_deref(), Some(&b""[..]), "an empty value is a value");
    store.commit(&put(&[(Family::Log, b"a", b"2")])).unwrap();
    assert_eq!(store.get(Family::Log, b"a").unwrap().as_deref(), Some(&b"2"[..]));
    let mut batch = Batch::default();
    batch.delete(Family::Log, b"a".to_vec());
    batch.delete(Family::Log, b"absent".to_vec());
    store.commit(&batch).unwrap();
    assert_eq!(store.get(Family::Log, b"a").unwrap(), None);
    store.commit(&Batch::default()).unwrap();
    assert_eq!(store.health(), StoreHealth::Ok);
}

fn a_scan_visits_from_start_up_to_end_in_order<K: Kind>() {
    let kind = K::new();
    let store = kind.store();
    let keys: [&[u8]; 7] = [b"\x00", b"a", b"a\x00", b"aa", b"b", b"\xfe", b"\xff\xff"];
    for key in keys.iter().rev() {
        store.commit(&put(&[(Family::Ground, key, b"v")])).unwrap();
    }
    assert_eq!(seen(store, Family::Ground, &[], &[0xff; 8]), keys);
    assert_eq!(seen(store, Family::Ground, b"a", b"b"), [&b"a"[..], b"a\x00", b"aa"], "the end is left out");
    assert_eq!(seen(store, Family::Ground, b"a\x00", b"a\x01"), [b"a\x00"]);
    assert_eq!(seen(store, Family::Ground, b"b", b"b"), Vec::<Vec<u8>>::new());
    assert_eq!(seen(store, Family::Ground, b"b", b"a"), Vec::<Vec<u8>>::new(), "an end before the start");
    assert_eq!(seen(store, Family::Ground, b"c", b"d"), Vec::<Vec<u8>>::new());
}

fn a_scan_stops_when_told<K: Kind>() {
    let kind = K::new();
    let store = kind.store();
    for key in 0..10u8 {
        store.commit(&put(&[(Family::Log, &[key], &[key])])).unwrap();
    }
    let mut visited = Vec::new();
    store
        .scan(Family::Log, &[2], &[9], &mut |key, value| {
            assert_eq!(key, value);
            visited.push(key[0]);
            visited.len() < 3
        })
        .unwrap();
    assert_eq!(visited, [2, 3, 4]);
}

fn families_are_apart<K: Kind>() {
    let kind = K::new();
    kind.store().commit(&put(&[(Family::Log, b"k", b"log"), (Family::Body, b"k", b"body")])).unwrap();
    assert_eq!(kind.store().get(Family::Log, b"k").unwrap().as_deref(), Some(&b"log"[..]));
    assert_eq!(kind.store().get(Family::Body, b"k").unwrap().as_deref(), Some(&b"body"[..]));
    assert_eq!(kind.store().get(Family::Audit, b"k").unwrap(), None);
    assert_eq!(rows(kind.store()).len(), 2);
}

fn a_batch_of_many_families_is_there_as_a_whole<K: Kind>() {
    let kind = K::new();
    let mut batch = Batch::default();
    for family in huxin_engine::ledger::FAMILIES {
        for n in 0..50u8 {
            batch.put(family, vec![n, family as u8], vec![family as u8; usize::from(n)]);
        }
    }
    kind.store().commit(&batch).unwrap();
    let stored = rows(kind.store());
    assert_eq!(stored.len(), batch.iter().count());
    for (family, key, value) in batch.iter() {
        assert_eq!(stored.get(&(family, key.to_vec())).map(Vec::as_slice), value);
    }
}

fn a_snapshot_stays_as_it_was<K: Kind>() {
    let kind = K::new();
    let store = kind.store();
    store.commit(&put(&[(Family::Log, b"a", b"1"), (Family::Log, b"b", b"1")])).unwrap();
    let snapshot = store.snapshot();
    let mut batch = put(&[(Family::Log, b"a", b"2"), (Family::Log, b"c", b"2")]);
    batch.delete(Family::Log, b"b".to_vec());
    store.commit(&batch).unwrap();
    assert_eq!(snapshot.get(Family::Log, b"a").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(seen(&*snapshot, Family::Log, &[], &[0xff]), [b"a", b"b"]);
    assert_eq!(seen(store, Family::Log, &[], &[0xff]), [b"a", b"c"]);
}

fn a_scan_sees_one_state_while_another_thread_commits<K: Kind>()
where
    K::S: Sync,
{
    // Every commit writes one number into all rows; a scan must never see two numbers.
    let kind = K::new();
    let store = kind.store();
    let write = |n: u32| {
        let mut batch = Batch::default();
        for key in 0..64u8 {
            batch.put(Family::Head, vec![key], n.to_be_bytes().to_vec());
        }
        store.commit(&batch).unwrap();
    };
    write(0);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (1..200).for_each(write);
            done.store(true, Ordering::SeqCst);
        });
        while !done.load(Ordering::SeqCst) {
            let mut values = std::collections::BTreeSet::new();
            let mut count = 0;
            store
                .scan(Family::Head, &[], &[0xff], &mut |_, value| {
                    values.insert(value.to_vec());
                    count += 1;
                    true
                })
                .unwrap();
            assert_eq!((values.len(), count), (1, 64));
        }
    });
}

fn a_transaction_reads_what_it_wrote<K: Kind>() {
    let kind = K::new();
    let store = kind.store();
    store.commit(&put(&[(Family::Log, b"a", b"1"), (Family::Log, b"c", b"1"), (Family::Log, b"d", b"1")])).unwrap();
    let mut txn = Txn::new(store);
    txn.put(Family::Log, b"b".to_vec(), b"2".to_vec());
    txn.put(Family::Log, b"c".to_vec(), b"2".to_vec());
    txn.delete(Family::Log, b"a".to_vec());
    assert_eq!(txn.get(Family::Log, b"a").unwrap(), None);
    assert_eq!(txn.get(Family::Log, b"c").unwrap().as_deref(), Some(&b"2"[..]));
    let before = rows(&txn);
    let batch = std::mem::take(&mut txn.batch);
    store.commit(&batch).unwrap();
    assert_eq!(rows(store), before);
}

fn a_store_comes_back_as_it_was<K: Kind>() {
    let kind = K::new();
    for n in 0..20u8 {
        kind.store().commit(&put(&[(Family::Log, &[n], &[n; 100]), (Family::Meta, b"last", &[n])])).unwrap();
    }
    let before = rows(kind.store());
    let kind = kind.restarted().restarted();
    assert_eq!(rows(kind.store()), before);
}

fn a_write_that_failed_and_is_gone<K: Kind>() {
    broken_write::<K>(Decision::FailGone, None);
}

fn a_write_that_failed_and_was_kept<K: Kind>() {
    broken_write::<K>(Decision::FailKept, Some(b"2"));
}

fn broken_write<K: Kind>(decision: Decision, after: Option<&[u8]>) {
    let kind = K::new();
    kind.store().commit(&put(&[(Family::Log, b"a", b"1")])).unwrap();
    kind.hook(Arc::new(move |number: u64, batch: &Batch| {
        assert_eq!((number, batch.iter().count()), (1, 1));
        decision
    }));
    let fault = kind.store().commit(&put(&[(Family::Log, b"b", b"2")])).unwrap_err();
    assert_eq!(fault.code(), "store_write");
    assert_eq!(kind.store().health(), StoreHealth::Failed);
    assert_eq!(
        kind.store().commit(&put(&[(Family::Log, b"c", b"3")])),
        Err(CommitFault::Failed),
        "and no more after it"
    );
    assert_eq!(kind.store().get(Family::Log, b"a").unwrap().as_deref(), Some(&b"1"[..]), "reads are answered");
    let kind = kind.restarted();
    assert_eq!(kind.store().get(Family::Log, b"b").unwrap().as_deref(), after);
    assert_eq!(kind.store().get(Family::Log, b"c").unwrap(), None);
    kind.store().commit(&put(&[(Family::Log, b"d", b"4")])).unwrap();
    assert_eq!(kind.store().health(), StoreHealth::Ok);
}

fn prefix_scans_find_exactly_the_prefix<K: Kind>() {
    // About has a filter by prefix of 24 bytes, Ground of 48, Log none; keys of every prefix, some ending in 0xff.
    for (family, length) in [(Family::About, 24), (Family::Ground, 48), (Family::Reference, 16), (Family::Log, 16)] {
        let kind = K::new();
        let store = kind.store();
        let prefixes: Vec<Vec<u8>> = [[0, 1], [0, 2], [0, 0xff], [1, 0], [0xff, 0xff]]
            .iter()
            .map(|end| [vec![7; length - 2], end.to_vec()].concat())
            .collect();
        let mut batch = Batch::default();
        for prefix in &prefixes {
            for tail in 0..3u8 {
                batch.put(family, [prefix.as_slice(), &[tail; 8]].concat(), vec![tail]);
            }
        }
        store.commit(&batch).unwrap();
        for prefix in &prefixes {
            for short in [0, 1, 2] {
                let prefix = &prefix[..length - short];
                let expected: Vec<_> =
                    batch.iter().map(|(_, key, _)| key.to_vec()).filter(|key| key.starts_with(prefix)).collect();
                let mut found = Vec::new();
                scan_prefix(store, family, prefix, &mut |key, _| {
                    found.push(key.to_vec());
                    true
                })
                .unwrap();
                assert_eq!(found, expected);
            }
            let absent = [&prefix[..length - 1], &[0x55]].concat();
            assert!(seen(store, family, &absent, &[absent.as_slice(), &[0xff]].concat()).is_empty());
        }
    }
}

fn reading_while_scanning_is_allowed<K: Kind>() {
    let kind = K::new();
    let store = kind.store();
    store.commit(&put(&[(Family::About, b"a", b"b"), (Family::Log, b"b", b"leaf")])).unwrap();
    let mut leaf = None;
    store
        .scan(Family::About, &[], &[0xff], &mut |_, target| {
            leaf = store.get(Family::Log, target).unwrap();
            true
        })
        .unwrap();
    assert_eq!(leaf.as_deref(), Some(&b"leaf"[..]));
}
