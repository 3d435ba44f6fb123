//! Walking the log files that RocksDB replays: the write-ahead log and the manifest.
//!
//! Both are a row of 32 KiB blocks. A block holds fragments, each `checksum (4) ‖ length (2) ‖ type (1) ‖ payload`, and a
//! record is one fragment (full) or several (first, middle …, last). RocksDB's own reader takes several kinds of damage for
//! an end of file (see [`super`]); this walk does not. It reads to the first break and then looks behind it:
//!
//! - **A later batch stands behind the break.** A commit begins only after the one before it was synced, so what is broken had
//!   been synced: *damaged*. Fragments that only continue a record may be of the broken commit itself and say nothing, since
//!   a disk writes the blocks of one commit in any order.
//! - **Nothing follows, and the bytes run out or a whole sector of them was never written:** *torn*, as by a power cut in
//!   the middle of the last commit, which was never answered.
//! - **Nothing follows, and all bytes are there and wrong:** *damaged*; a torn write does not look like that.
//!
//! What no walk can see: a log cut off exactly between two commits. Partners hold what was answered, and the engine
//! asks them before it signs.

use std::io::Read;

const BLOCK: usize = 32 * 1024;
const HEADER: usize = 7;
/// The smallest piece that a disk writes as one.
const SECTOR: u64 = 512;

/// What the records of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// Write batches, each beginning with its sequence number and count.
    Batches,
    /// Edits of the manifest.
    Edits,
}

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Whole,
    /// The last record is incomplete; the file is good up to here.
    Torn {
        keep: u64,
    },
    /// A record that was synced is broken, at this offset.
    Damaged {
        at: u64,
    },
}

/// What was found in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    pub ending: Ending,
    pub records: u64,
    /// Sequence number of the last whole batch's last row; 0 where there is none.
    pub last_sequence: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Full,
    First,
    Middle,
    Last,
    /// A remark of RocksDB about the file.
    Remark,
}

struct Fragment<'a> {
    part: Part,
    payload: &'a [u8],
}

/// A whole fragment at the beginning of `bytes`, which end where the block or the file ends.
fn fragment(bytes: &[u8]) -> Option<Fragment<'_>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_le_bytes([header[4], header[5]]));
    let part = match header[6] {
        1 => Part::Full,
        2 => Part::First,
        3 => Part::Middle,
        4 => Part::Last,
        9 | 10 | 128.. => Part::Remark,
        _ => return None,
    };
    let payload = rest.get(..length)?;
    (checksum(header[6], payload) == stored_checksum(header)).then_some(Fragment { part, payload })
}

fn stored_checksum(header: &[u8; HEADER]) -> u32 {
    // RocksDB stores checksums turned and shifted, so that a checksum of checksums stays a good one.
    u32::from_le_bytes([header[0], header[1], header[2], header[3]]).wrapping_sub(0xa282_ead8).rotate_left(15)
}

/// CRC-32C of a fragment's type and payload.
fn checksum(part: u8, payload: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut rest = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                rest = if rest & 1 == 1 { (rest >> 1) ^ 0x82f6_3b78 } else { rest >> 1 };
                bit += 1;
            }
            table[byte] = rest;
            byte += 1;
        }
        table
    };
    let step = |crc: u32, byte: &u8| (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize];
    !payload.iter().fold(step(u32::MAX, &part), step)
}

/// Sequence numbers of a batch's first row and of the one after its last.
fn sequences(payload: &[u8]) -> Option<(u64, u64)> {
    let first = u64::from_le_bytes(*payload.first_chunk()?);
    let count = u32::from_le_bytes(*payload.get(8..)?.first_chunk()?);
    Some((first, first.checked_add(count.into())?))
}

/// Reads into `block` until it is full or the file ends.
fn fill(file: &mut impl Read, block: &mut [u8; BLOCK]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < BLOCK {
        match file.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Walks one file from its beginning.
///
/// # Errors
/// The file could not be read.
pub fn walk(mut file: impl Read, records: Records) -> std::io::Result<Walk> {
    let mut block = [0; BLOCK];
    let mut found = Walk { ending: Ending::Whole, records: 0, last_sequence: 0 };
    // Where the record in hand began, and the sequence number behind its last row.
    let mut open: Option<(u64, u64)> = None;
    let mut offset = 0;
    loop {
        let filled = fill(&mut file, &mut block)?;
        let mut at = 0;
        while filled - at >= HEADER || (filled < BLOCK && at < filled) {
            let here = offset + at as u64;
            let next = fragment(&block[at..filled]);
            let fits = match next.as_ref().map(|next| next.part) {
                Some(Part::Full | Part::First) => open.is_none(),
                Some(Part::Middle | Part::Last) => open.is_some(),
                Some(Part::Remark) => true,
                None => false,
            };
            let (Some(next), true) = (next, fits) else {
                let mut rest = block[at..filled].to_vec();
                file.read_to_end(&mut rest)?;
                let keep = open.map_or(here, |(start, _)| start);
                found.ending = judge(&rest, here, keep, records, found.last_sequence);
                return Ok(found);
            };
            if matches!(next.part, Part::Full | Part::First) {
                open = Some((here, sequences(next.payload).map_or(0, |(_, end)| end)));
            }
            if matches!(next.part, Part::Full | Part::Last) {
                if let (Some((_, end)), Records::Batches) = (open, records) {
                    found.last_sequence = found.last_sequence.max(end.saturating_sub(1));
                }
                found.records += 1;
                open = None;
            }
            at += HEADER + next.payload.len();
        }
        offset += filled as u64;
        if filled < BLOCK {
            if let Some((keep, _)) = open {
                found.ending = Ending::Torn { keep };
            }
            return Ok(found);
        }
    }
}

/// What a break means, from everything behind it. `rest` begins at the break, at `here` in the file.
fn judge(rest: &[u8], here: u64, keep: u64, records: Records, last_sequence: u64) -> Ending {
    let damaged = Ending::Damaged { at: here };
    let first_block = (BLOCK - (here % BLOCK as u64) as usize).min(rest.len());
    let (broken, later) = rest.split_at(first_block);
    if begins_within(broken, records, last_sequence)
        || later.chunks(BLOCK).any(|block| begins_at(block, records, last_sequence))
    {
        return damaged;
    }
    if rest.iter().all(|byte| *byte == 0) || has_unwritten_sector(rest, here) {
        return Ending::Torn { keep };
    }
    let Some((header, payload)) = broken.split_first_chunk::<HEADER>() else {
        return Ending::Torn { keep };
    };
    let length = usize::from(u16::from_le_bytes([header[4], header[5]]));
    let runs_out = length > payload.len() && later.is_empty();
    // All bytes are there where the checksum, which leaves the length out, holds for what there is: then it is the length that is wrong.
    let length_is_wrong = checksum(header[6], payload) == stored_checksum(header);
    if runs_out && !length_is_wrong { Ending::Torn { keep } } else { damaged }
}

/// Whether a later record begins with this fragment.
fn begins(next: &Fragment<'_>, records: Records, last_sequence: u64) -> bool {
    // A body could hold bytes that look like a fragment; it cannot know which sequence numbers come next.
    const NEAR: u64 = 1 << 40;
    matches!(next.part, Part::Full | Part::First)
        && match records {
            Records::Edits => true,
            Records::Batches => sequences(next.payload)
                .is_some_and(|(first, end)| first > last_sequence && end > first && first - last_sequence < NEAR),
        }
}

/// Whether a later record begins anywhere in the block that the break lies in: its fragments cannot be walked, because the
/// broken one's length is not to be trusted.
fn begins_within(broken: &[u8], records: Records, last_sequence: u64) -> bool {
    let mut at = 0;
    while at < broken.len() {
        match fragment(&broken[at..]) {
            Some(next) if begins(&next, records, last_sequence) => return true,
            Some(next) => at += HEADER + next.payload.len(),
            None => at += 1,
        }
    }
    false
}

/// Whether a later record begins in a block whose first fragment stands at its beginning.
fn begins_at(block: &[u8], records: Records, last_sequence: u64) -> bool {
    let mut at = 0;
    while let Some(next) = block.get(at..).and_then(fragment) {
        if begins(&next, records, last_sequence) {
            return true;
        }
        at += HEADER + next.payload.len();
    }
    false
}

/// Whether some sector behind the break holds nothing but zeroes, as where the disk never wrote it.
fn has_unwritten_sector(rest: &[u8], here: u64) -> bool {
    // Fewer zeroes than this in a cut sector may be honest content.
    const ENOUGH: usize = 64;
    let first = ((SECTOR - here % SECTOR) as usize).min(rest.len());
    let (first, others) = rest.split_at(first);
    std::iter::once(first)
        .chain(others.chunks(SECTOR as usize))
        .any(|sector| sector.len() >= ENOUGH && sector.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests;
