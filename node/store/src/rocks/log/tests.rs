//! The walk over logs made by a writer of its own here; `tests/suite/damage.rs` does the same to files that RocksDB wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use proptest::prelude::*;

/// Writes records as RocksDB does.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    sequence: u64,
    /// Where each record began.
    starts: Vec<usize>,
}

impl Writer {
    fn record(&mut self, length: usize) {
        let mut payload = (self.sequence + 1).to_le_bytes().to_vec();
        payload.extend_from_slice(&3u32.to_le_bytes());
        self.sequence += 3;
        // No zeroes: an honest batch has no empty sector.
        payload.extend((0..length).map(|n| (n % 251) as u8 + 1));
        let mut rest = payload.as_slice();
        let mut first = true;
        loop {
            let room = BLOCK - self.bytes.len() % BLOCK;
            if room < HEADER {
                self.bytes.extend(std::iter::repeat_n(0, room));
                continue;
            }
            if first {
                self.starts.push(self.bytes.len());
            }
            let take = rest.len().min(room - HEADER);
            let part = match (first, take == rest.len()) {
                (true, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
                (false, true) => 4,
            };
            let crc = checksum(part, &rest[..take]).rotate_right(15).wrapping_add(0xa282_ead8);
            self.bytes.extend_from_slice(&crc.to_le_bytes());
            self.bytes.extend_from_slice(&(take as u16).to_le_bytes());
            self.bytes.push(part);
            self.bytes.extend_from_slice(&rest[..take]);
            rest = &rest[take..];
            first = false;
            if rest.is_empty() {
                break;
            }
        }
    }
}

fn written(lengths: &[usize]) -> Writer {
    let mut writer = Writer::default();
    for length in lengths {
        writer.record(*length);
    }
    writer
}

fn ending(bytes: &[u8]) -> Ending {
    walk(bytes, Records::Batches).unwrap().ending
}

const LENGTHS: [usize; 7] = [100, 40, 40_000, 700, 90_000, 300, 500];

#[test]
fn the_checksum_is_crc_32c() {
    // Of "123456789": the check value that catalogues of checksums give.
    assert_eq!(checksum(b'1', b"23456789"), 0xe306_9283);
}

#[test]
fn a_whole_log_is_walked_to_its_end() {
    let log = written(&LENGTHS);
    let walk = walk(log.bytes.as_slice(), Records::Batches).unwrap();
    assert_eq!(walk, Walk { ending: Ending::Whole, records: 7, last_sequence: 21 });
    assert_eq!(ending(&[]), Ending::Whole);
}

#[test]
fn a_log_cut_anywhere_is_torn_at_its_last_whole_record() {
    let log = written(&LENGTHS);
    for cut in (0..log.bytes.len()).step_by(7).chain(log.starts.iter().flat_map(|s| [s + 1, s + 6, s + 7, s + 8])) {
        let keep = log.starts.iter().rev().find(|start| **start <= cut).copied().unwrap();
        match ending(&log.bytes[..cut]) {
            Ending::Whole => {
                // Between records, with or without a filled-up block end.
                let border = log
                    .starts
                    .iter()
                    .any(|start| (*start..start + HEADER).contains(&(cut + HEADER - 1)) || cut == *start);
                assert!(border || log.starts.contains(&cut), "cut at {cut}");
            }
            ending => assert_eq!(ending, Ending::Torn { keep: keep as u64 }, "cut at {cut}"),
        }
    }
}

#[test]
fn a_tail_that_the_disk_never_wrote_is_torn() {
    let log = written(&LENGTHS);
    let last = *log.starts.last().unwrap();
    let before = log.starts[log.starts.len() - 2];
    for from in [last, last + 3, last + 100] {
        let mut bytes = log.bytes.clone();
        bytes[from..].fill(0);
        assert_eq!(ending(&bytes), Ending::Torn { keep: last as u64 }, "zeroes from {from}");
    }
    // Blocks of one large commit that reached the disk in another order: the middle is missing, its end is there.
    let large = written(&[100, 90_000]);
    let mut bytes = large.bytes.clone();
    bytes[BLOCK..BLOCK + 4096].fill(0);
    assert_eq!(ending(&bytes), Ending::Torn { keep: large.starts[1] as u64 });
    assert!(before < last);
}

#[test]
fn damage_before_a_later_batch_is_damage() {
    let log = written(&LENGTHS);
    let last = *log.starts.last().unwrap();
    // Every kind of change at every record but the last: header zeroed, length grown, type changed, payload changed.
    for start in &log.starts[..log.starts.len() - 1] {
        for change in 0..5 {
            let mut bytes = log.bytes.clone();
            match change {
                0 => bytes[*start..start + HEADER].fill(0),
                1 => bytes[start + 5] ^= 0x7f,
                2 => bytes[start + 6] = 200,
                3 => bytes[start + HEADER + 20] ^= 1,
                _ => bytes[start + HEADER..(start + HEADER + 600).min(last)].fill(0),
            }
            assert!(matches!(ending(&bytes), Ending::Damaged { .. }), "change {change} at {start}");
        }
    }
}

#[test]
fn a_last_record_that_is_all_there_and_wrong_is_damage() {
    let log = written(&LENGTHS);
    let last = *log.starts.last().unwrap();
    for (at, what) in
        [(last, "checksum"), (last + 4, "length"), (last + 5, "length"), (last + 6, "type"), (last + 50, "payload")]
    {
        let mut bytes = log.bytes.clone();
        bytes[at] ^= 0x55;
        assert!(matches!(ending(&bytes), Ending::Damaged { .. }), "{what}: {:?}", ending(&bytes));
    }
}

proptest! {
    #[test]
    fn a_changed_byte_before_the_last_record_never_passes(
        lengths in prop::collection::vec(1usize..9_000, 2..12), at in any::<prop::sample::Index>(), to in any::<u8>(),
    ) {
        let log = written(&lengths);
        let at = at.index(*log.starts.last().unwrap());
        let mut bytes = log.bytes.clone();
        prop_assume!(bytes[at] != to);
        // Bytes that only fill up a block say nothing.
        let block_end = at / BLOCK * BLOCK + BLOCK;
        prop_assume!(!(block_end - at < HEADER && log.starts.contains(&block_end)));
        bytes[at] = to;
        let damaged = matches!(ending(&bytes), Ending::Damaged { .. });
        prop_assert!(damaged, "{:?}", ending(&bytes));
    }

    #[test]
    fn any_bytes_are_walked_without_fault(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        let _ = walk(bytes.as_slice(), Records::Batches);
        let _ = walk(bytes.as_slice(), Records::Edits);
    }
}
