//! Wrong inputs out of right ones, by chance from a seed: the short run's own mutator. It knows nothing of any format, but
//! it knows where formats break: single bits, lengths, borders, parts that are missing, doubled, moved or from elsewhere.

use huxin_tests::world::Chance;

/// Longest input that is made.
pub const LONGEST: usize = 64 * 1024;

/// Bytes and numbers at which decoders turn.
const EDGES: [u64; 16] = [
    0,
    1,
    23,
    24,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX.unsigned_abs(),
    u64::MAX,
];
/// Bytes with a meaning in the formats that are read here: heads of CBOR, signs of JSON, TOML, CSV, notes and paths.
const SIGNS: &[u8] =
    b"\x00\x17\x18\x19\x1a\x1b\x40\x58\x59\x60\x78\x80\x9b\xa0\xbf\xc0\xd2\xf6\xff{}[]\",:\\/=#.-+%?& \n\r\t0919Az";

/// Makes one wrong input out of `seed`, with parts of `other` now and then.
pub fn mutate(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(4) {
        once(&mut bytes, other, chance);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn place(length: usize, chance: &mut Chance) -> usize {
    chance.below(length as u64) as usize
}

/// A stretch of `bytes`: mostly short, sometimes up to the end.
fn stretch(length: usize, chance: &mut Chance) -> std::ops::Range<usize> {
    let from = place(length + 1, chance);
    let most = if chance.hits(700) { (length - from).min(16) } else { length - from };
    from..from + place(most + 1, chance)
}

fn once(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    if bytes.is_empty() {
        bytes.extend((0..=chance.below(8)).map(|_| chance.next() as u8));
        return;
    }
    let at = place(bytes.len(), chance);
    match chance.below(13) {
        0 | 1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at] = chance.next() as u8,
        3 => bytes[at] = SIGNS[place(SIGNS.len(), chance)],
        4 => bytes[at] = bytes[at].wrapping_add(if chance.hits(500) { 1 } else { 0xff }),
        5 => overwrite_number(bytes, at, chance),
        6 => bytes.truncate(at),
        7 => drop(bytes.drain(stretch(bytes.len(), chance))),
        8 => double(bytes, chance),
        9 => bytes.insert(at, SIGNS[place(SIGNS.len(), chance)]),
        10 => exchange(bytes, chance),
        11 => splice(bytes, other, chance),
        _ => number_text(bytes, chance),
    }
}

/// Another number of 1, 2, 4 or 8 bytes at a place, in either order of bytes.
fn overwrite_number(bytes: &mut [u8], at: usize, chance: &mut Chance) {
    let width = (1_usize << chance.below(4)).min(bytes.len() - at);
    let number = EDGES[place(EDGES.len(), chance)];
    let wide = if chance.hits(700) { number.to_be_bytes() } else { number.to_le_bytes() };
    let part = if chance.hits(700) { &wide[8 - width..] } else { &wide[..width] };
    bytes[at..at + width].copy_from_slice(part);
}

fn double(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let part = bytes[stretch(bytes.len(), chance)].to_vec();
    let times = if chance.hits(900) { 1 } else { 1 + chance.below(64) };
    let at = place(bytes.len() + 1, chance);
    for _ in 0..times {
        if bytes.len() + part.len() > LONGEST {
            break;
        }
        bytes.splice(at..at, part.iter().copied());
    }
}

/// Two stretches change places.
fn exchange(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let part = stretch(bytes.len(), chance);
    let moved: Vec<u8> = bytes.drain(part).collect();
    let at = place(bytes.len() + 1, chance);
    bytes.splice(at..at, moved);
}

fn splice(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let part = other[stretch(other.len(), chance)].to_vec();
    let over = stretch(bytes.len(), chance);
    bytes.splice(over, part);
}

/// Another number in the place of one that is written in digits.
fn number_text(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
    if digits.is_empty() {
        return;
    }
    let from = digits[place(digits.len(), chance)];
    let length = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = EDGES[place(EDGES.len(), chance)].to_string();
    bytes.splice(from..from + length, number.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn one_seed_gives_one_input_and_many_give_many() {
        let input = b"{\"version\":1,\"list\":[1,2,3]}".as_slice();
        let made = |seed| mutate(input, b"another", &mut Chance::new(seed));
        assert_eq!(made(7), made(7));
        let different: BTreeSet<Vec<u8>> = (0..5_000).map(made).collect();
        assert!(different.len() > 4_000, "{}", different.len());
        assert!(different.iter().any(Vec::is_empty), "an empty input is never made");
        assert!(different.iter().all(|made| made.len() <= LONGEST));
    }

    #[test]
    fn an_input_of_any_length_can_be_changed() {
        for length in 0..40 {
            for seed in 0..200 {
                mutate(&vec![b'1'; length], &vec![0xff; length / 2], &mut Chance::new(seed));
            }
        }
    }
}
