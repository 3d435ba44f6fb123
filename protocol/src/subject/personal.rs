//! What could be a resident's identity number in a text (R51, DOMAIN rule 11).
//!
//! A number that could be a person's is refused wherever it would be signed: as an id, in a name, a record key or a
//! summary. So this looks for the *shape*, not for proof: 18 or 15 digits with a plausible birth date in their place, also
//! full-width, written in groups, or masked. Better one record key too many refused than one person published.
//!
//! Each character is looked at a bounded number of times, so a long text costs what its length says.

use super::uscc::check_uscc;
use super::{check_lei, lei};
use crate::text::is_refused;
use unicode_normalization::UnicodeNormalization;

/// Where a text holds what could be a resident's number. What stands there is not repeated: it may be a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The character with which it begins, counted from 1.
    pub place: usize,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 17 digits and a digit or X, with a plausible birth date at places 7 to 14.
    Eighteen,
    /// The form of before 1999: 15 digits with a plausible birth date at places 7 to 12.
    Fifteen,
    /// Digits with three or more signs of a mask between or beside them.
    Masked,
}

/// One piece of the text: a run of letters and digits, or of signs that mask. Pieces of one number are parted by few
/// separators only.
struct Piece {
    place: usize,
    /// ASCII letters and digits in upper case, masks as `*`.
    signs: Vec<u8>,
    /// Whether the piece before and this one have nothing but up to [`GAP`] separators between them.
    joined: bool,
    /// Whether nothing at all lies between.
    touches: bool,
}

/// Most separators between two groups of one number, as in `330900 - 19900101 - 1234`.
const GAP: usize = 3;
/// Most groups that one number is written in.
const GROUPS: usize = 18;

/// The first place in `text` that could hold a resident's number.
#[must_use]
pub fn personal_number(text: &str) -> Option<Found> {
    // Most texts hold too few digits to look further: 15 are needed, or one and three signs of a mask.
    let (mut digits, mut masks) = (0, 0);
    for character in text.chars() {
        digits += usize::from(character.is_numeric());
        masks += usize::from(is_mask(character) || matches!(character, 'x' | 'X' | 'ｘ' | 'Ｘ'));
    }
    if digits < 15 && (digits == 0 || masks < 3) {
        return None;
    }
    let pieces = pieces(text);
    pieces
        .iter()
        .enumerate()
        .filter_map(|(at, piece)| {
            let form = alone(piece).or_else(|| grouped(&pieces, at)).or_else(|| masked(&pieces, at))?;
            Some(Found { place: piece.place, form })
        })
        .next()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Option<(Piece, bool)> = None;
    // Separators since the last piece; `None` where something else stands between.
    let mut gap: Option<usize> = None;
    for (at, character) in text.chars().enumerate() {
        if is_refused(character) && !character.is_whitespace() {
            continue;
        }
        let class = class(character);
        let mask = matches!(class, Class::Mask);
        if let (Class::Sign(sign), _) | (Class::Mask, sign) = (&class, &b'*') {
            match &mut open {
                Some((piece, masks)) if *masks == mask => piece.signs.push(*sign),
                _ => {
                    let touches = open.is_some();
                    if let Some((piece, _)) = open.take() {
                        pieces.push(piece);
                        gap = Some(0);
                    }
                    let joined = gap.is_some_and(|gap| gap <= GAP);
                    open = Some((Piece { place: at + 1, signs: vec![*sign], joined, touches }, mask));
                }
            }
            continue;
        }
        if let Some((piece, _)) = open.take() {
            pieces.push(piece);
            gap = Some(0);
        }
        gap = if matches!(class, Class::Separator) { gap.map(|gap| gap + 1) } else { None };
    }
    pieces.extend(open.map(|(piece, _)| piece));
    pieces
}

/// Signs that people put in the place of digits; X stands for one too, where three or more follow each other.
const fn is_mask(character: char) -> bool {
    matches!(
        character,
        '*' | '＊'
            | '\u{FE61}'
            | '#'
            | '＃'
            | '\u{FE5F}'
            | '×'
            | '●'
            | '•'
            | '○'
            | '■'
            | '□'
            | '※'
            | '\u{2217}'
            | '\u{2715}'
            | '\u{2716}'
    )
}

enum Class {
    Sign(u8),
    Mask,
    Separator,
    Other,
}

fn class(character: char) -> Class {
    let plain = if character.is_ascii() {
        character
    } else {
        // Full-width and styled digits have one plain form.
        let mut forms = std::iter::once(character).nfkc();
        match (forms.next(), forms.next()) {
            (Some(plain), None) => plain,
            _ => character,
        }
    };
    match plain {
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Class::Sign(plain.to_ascii_uppercase() as u8),
        mask if is_mask(mask) => Class::Mask,
        '-' | '_' | '.' | '/' | '·' | '\u{2010}'..='\u{2015}' | '\u{2027}' | '\u{2212}' | '\u{30FB}' => {
            Class::Separator
        }
        space if space.is_whitespace() => Class::Separator,
        _ => Class::Other,
    }
}

/// A piece that holds a whole number by itself.
fn alone(piece: &Piece) -> Option<Form> {
    let signs = &piece.signs;
    if is_named_otherwise(signs) {
        return None;
    }
    if signs.len() == 15 && signs.iter().all(u8::is_ascii_digit) && is_birth_of_old(signs) {
        return Some(Form::Fifteen);
    }
    // Letters may stand right before or after, as in `ID` and the number; other digits may not.
    let mut at = 0;
    while at < signs.len() {
        let run = signs[at..].iter().take_while(|sign| sign.is_ascii_digit()).count();
        let whole = matches!((run, signs.get(at + run)), (18, _) | (17, Some(b'X')));
        if whole && is_resident(&signs[at..at + 18]) {
            return Some(Form::Eighteen);
        }
        at += run.max(1);
    }
    None
}

/// A number written in groups that begins with the piece at `first`: 6-8-4, 6-4-4-4, 14-4, or in threes or fours.
fn grouped(pieces: &[Piece], first: usize) -> Option<Form> {
    let mut signs: Vec<u8> = Vec::with_capacity(18);
    let mut sizes: Vec<usize> = Vec::new();
    for (at, piece) in pieces.iter().enumerate().skip(first).take(GROUPS) {
        let linked = at == first || (piece.joined && !piece.touches);
        let last = signs.len() + piece.signs.len();
        let digits = piece
            .signs
            .iter()
            .enumerate()
            .all(|(at, sign)| sign.is_ascii_digit() || (*sign == b'X' && signs.len() + at == 17));
        if !linked || !digits || last > 18 {
            break;
        }
        signs.extend(&piece.signs);
        sizes.push(piece.signs.len());
        if sizes.len() < 2 {
            continue;
        }
        let inner = &sizes[..sizes.len() - 1];
        // Days and telephone numbers come in short first groups; a region has six digits.
        let shaped = sizes[0] >= 6 || inner.iter().all(|size| *size == 3) || inner.iter().all(|size| *size == 4);
        if last == 18 && shaped && is_resident(&signs) {
            return Some(Form::Eighteen);
        }
        if last == 15 && sizes == [6, 6, 3] && is_birth_of_old(&signs) {
            return Some(Form::Fifteen);
        }
    }
    None
}

/// Digits, three masks or more, and digits again, beginning with the piece at `first`; or digits and masks on one side
/// only that fill 18 or 15 places.
fn masked(pieces: &[Piece], first: usize) -> Option<Form> {
    let start = &pieces[first];
    // Masked with letters: X stands for a digit.
    if let Some(form) = masked_by_x(&start.signs) {
        return Some(form);
    }
    let is_digits = |piece: &Piece| piece.signs.iter().all(|sign| sign.is_ascii_digit());
    let is_masks = |piece: &Piece| piece.signs.first() == Some(&b'*');
    let next = pieces.get(first + 1).filter(|next| next.joined);
    let total = |next: &Piece| start.signs.len() + next.signs.len();
    let ends_in_digit = start.signs.last().is_some_and(u8::is_ascii_digit);
    if is_masks(start) {
        // A mask at the beginning.
        let open = next.filter(|next| next.touches && is_tail(&next.signs) && matches!(total(next), 15 | 18));
        return open.filter(|_| start.signs.len() >= 3).map(|_| Form::Masked);
    }
    if !ends_in_digit {
        return None;
    }
    let mut masks = 0;
    for (at, piece) in pieces.iter().enumerate().skip(first + 1).take(GROUPS) {
        // Apart from their digits, masks are a mask only behind a longer run: `3 *** 4` is a line of stars.
        let close = piece.touches || (piece.joined && is_digits(start) && start.signs.len() >= 3);
        if !close {
            break;
        }
        if is_masks(piece) {
            masks += piece.signs.len();
        } else if masks >= 3 && piece.signs.first().is_some_and(|sign| sign.is_ascii_digit() || *sign == b'X') {
            return Some(Form::Masked);
        } else {
            break;
        }
        let places = is_digits(start) && matches!(start.signs.len() + masks, 15 | 18) && masks >= 3;
        if places && pieces.get(at + 1).is_none_or(|next| !next.touches) {
            return Some(Form::Masked);
        }
    }
    None
}

fn masked_by_x(signs: &[u8]) -> Option<Form> {
    if is_named_otherwise(signs) {
        return None;
    }
    let mut at = 0;
    while at < signs.len() {
        let run = signs[at..].iter().take_while(|sign| **sign == b'X').count();
        let before = at.checked_sub(1).is_some_and(|before| signs[before].is_ascii_digit());
        let after = signs.get(at + run).is_some_and(u8::is_ascii_digit);
        // The last X of a longer run may be the number's own.
        let fills = before && at + run == signs.len() && run >= 4 && matches!(signs.len(), 15 | 18);
        if run >= 3 && before && (after || fills) {
            return Some(Form::Masked);
        }
        at += run.max(1);
    }
    None
}

/// The end of a masked number: digits, the last of which may be an X.
fn is_tail(signs: &[u8]) -> bool {
    let (last, rest) = match signs.split_last() {
        Some(parts) => parts,
        None => return false,
    };
    (last.is_ascii_digit() || *last == b'X') && rest.iter().all(u8::is_ascii_digit)
}

/// A piece that is a code of another kind: a digest in hexadecimal, a checked LEI, a checked USCC that is no resident's
/// number.
fn is_named_otherwise(signs: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(signs) else { return false };
    let hexadecimal = || signs.iter().all(u8::is_ascii_hexdigit) && signs.iter().any(u8::is_ascii_alphabetic);
    match signs.len() {
        18 => check_uscc(text).is_ok() && !is_checked_resident(signs),
        lei::LENGTH => check_lei(text).is_ok(),
        32.. => hexadecimal(),
        _ => false,
    }
}

/// 18 signs: a plausible birth date, and not the checked code of an organisation alone.
fn is_resident(signs: &[u8]) -> bool {
    let birth = number(&signs[6..10]).zip(number(&signs[10..12])).zip(number(&signs[12..14]));
    let plausible = birth.is_some_and(|((year, month), day)| is_day(year, month, day));
    plausible && !is_named_otherwise(signs)
}

fn is_birth_of_old(signs: &[u8]) -> bool {
    let birth = number(&signs[6..8]).zip(number(&signs[8..10])).zip(number(&signs[10..12]));
    // Nobody born in 2000 or later has such a number, and of 1900 nobody lives; registration numbers of firms often have two
    // zeros there.
    birth.is_some_and(|((year, month), day)| year != 0 && is_day(1900 + year, month, day))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1900..2100).contains(&year) && (1..=days).contains(&day)
}

/// ISO 7064 MOD 11-2 over 17 digits; 10 is written X.
fn is_checked_resident(signs: &[u8]) -> bool {
    let Some((last, digits)) = signs.split_last() else { return false };
    let value = |sign: &u8| sign.is_ascii_digit().then(|| u32::from(sign - b'0'));
    let Some(sum) = digits.iter().try_fold(0, |sum, digit| Some((sum + value(digit)?) * 2 % 11)) else { return false };
    let last = if *last == b'X' { Some(10) } else { value(last) };
    last.is_some_and(|last| (sum + last) % 11 == 1)
}

#[cfg(test)]
mod tests;
