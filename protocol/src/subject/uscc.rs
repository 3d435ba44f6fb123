//! Unified social credit code (GB 32100-2015) and the organisation code inside it (GB 11714-1997).
//!
//! Of 239 real codes six fail the outer check character, at least one of them a genuine early code, and no code passes
//! the outer check and fails the inner one; so both are faults here, and the caller decides by DOMAIN rule 15 whether a
//! fault warns or refuses.

/// Parts of a well-formed code. Region codes are not checked against a fixed table (DOMAIN rule 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsccParts<'a> {
    pub registrar: char,
    pub class: char,
    pub region: &'a str,
    pub organisation: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsccFault {
    #[error("it has {0} characters where 18 are due")]
    Length(usize),
    #[error("character {0} may not stand in a code (I, O, S, V and Z never do)")]
    Character(usize),
    #[error("the check character is {found} where {due} is due")]
    Check { found: char, due: char },
    #[error("the organisation code inside has check character {found} where {due} is due")]
    Organisation { found: char, due: char },
}

impl UsccFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length(_) => "uscc_length",
            Self::Character(_) => "uscc_character",
            Self::Check { .. } => "uscc_check",
            Self::Organisation { .. } => "uscc_organisation",
        }
    }
}

/// The 31 characters of a code in the order of their values: digits and letters without I, O, S, V and Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;
const ORGANISATION: std::ops::Range<usize> = 8..17;
/// GB 11714: weights of the eight characters before the organisation code's check character.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|known| *known == byte).and_then(|at| u32::try_from(at).ok())
}

/// Checks length, characters, check character and the organisation code's own check character, in this order. The code
/// is upper case; [`crate::subject::SubjectId`] has seen to that.
///
/// # Errors
/// The first fault. Positions in [`UsccFault::Character`] count from 1.
pub fn check_uscc(code: &str) -> Result<UsccParts<'_>, UsccFault> {
    let values = values_of(code)?;
    // From here on the code is ASCII, so bytes and characters are one.
    let bytes = code.as_bytes();
    let due = check_character(&values);
    let found = char::from(bytes[LENGTH - 1]);
    if found != due {
        return Err(UsccFault::Check { found, due });
    }
    let organisation = &code[ORGANISATION];
    let due = organisation_character(organisation.as_bytes());
    let found = char::from(bytes[ORGANISATION.end - 1]);
    if found != due {
        return Err(UsccFault::Organisation { found, due });
    }
    Ok(UsccParts { registrar: char::from(bytes[0]), class: char::from(bytes[1]), region: &code[2..8], organisation })
}

/// The shape alone: 18 characters of the alphabet.
pub(super) fn check_shape(code: &str) -> Result<(), UsccFault> {
    values_of(code).map(|_| ())
}

fn values_of(code: &str) -> Result<[u32; LENGTH], UsccFault> {
    let characters = code.chars().count();
    if characters != LENGTH {
        return Err(UsccFault::Length(characters));
    }
    let mut values = [0; LENGTH];
    for (at, c) in code.chars().enumerate() {
        let known = u8::try_from(c).ok().and_then(value);
        values[at] = known.ok_or(UsccFault::Character(at + 1))?;
    }
    Ok(values)
}

/// GB 32100: weights 3^i mod 31; the check value brings the sum to a multiple of 31.
fn check_character(values: &[u32; LENGTH]) -> char {
    let (sum, _) =
        values[..LENGTH - 1].iter().fold((0, 1), |(sum, weight), value| (sum + value * weight, weight * 3 % 31));
    char::from(ALPHABET[((31 - sum % 31) % 31) as usize])
}

/// GB 11714: here letters count from A = 10 to Z = 35, unlike in the outer code; 10 is written X and 11 is written 0.
fn organisation_character(organisation: &[u8]) -> char {
    let sum: u32 = organisation
        .iter()
        .zip(ORGANISATION_WEIGHTS)
        .map(|(byte, weight)| {
            weight * if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 }
        })
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    /// A made-up code, the one example that this project uses.
    const EXAMPLE: &str = "91990099MA00000156";

    #[test]
    fn faults_have_stable_codes() {
        let faults = [
            UsccFault::Length(3),
            UsccFault::Character(3),
            UsccFault::Check { found: '1', due: '2' },
            UsccFault::Organisation { found: '1', due: '2' },
        ];
        let codes = ["uscc_length", "uscc_character", "uscc_check", "uscc_organisation"];
        assert_eq!(faults.map(UsccFault::code), codes);
    }

    #[test]
    fn a_good_code_comes_apart() {
        let parts = check_uscc(EXAMPLE).unwrap();
        assert_eq!(parts, UsccParts { registrar: '9', class: '1', region: "990099", organisation: "MA0000015" });
    }

    #[test]
    fn faults_come_in_their_order() {
        assert_eq!(check_uscc(""), Err(UsccFault::Length(0)));
        assert_eq!(check_uscc("91990099MA0000015"), Err(UsccFault::Length(17)));
        assert_eq!(check_uscc("91990099MA00000156Q"), Err(UsccFault::Length(19)));
        assert_eq!(check_uscc("91990099MA0000015O"), Err(UsccFault::Character(18)));
        assert_eq!(check_uscc("91990099MA000001互6"), Err(UsccFault::Character(17)));
        assert_eq!(check_uscc("91990099MA0000015q"), Err(UsccFault::Character(18)));
        assert_eq!(check_uscc("91990099MA0000015R"), Err(UsccFault::Check { found: 'R', due: '6' }));
    }

    #[test]
    fn the_organisation_code_is_checked_last() {
        // Another inner check character, with the outer one made to fit.
        let mut code = String::from("91990099MA00000110");
        if let Err(UsccFault::Check { due, .. }) = check_uscc(&code) {
            code.replace_range(17..18, &due.to_string());
        }
        assert_eq!(check_uscc(&code), Err(UsccFault::Organisation { found: '1', due: '5' }));
    }

    #[test]
    fn all_inner_check_characters_occur() {
        // A synthetic organisation code per check character, 0 to 9 and X.
        let found: std::collections::BTreeSet<char> =
            (0..1000_u32).map(|n| organisation_character(format!("MA{n:06}").as_bytes())).collect();
        assert_eq!(found, "0123456789X".chars().collect());
    }

    /// Real codes stay outside the project, so this one compares only where they are kept.
    #[test]
    fn of_the_real_codes_exactly_those_known_to_fail_warn() {
        let named = std::env::var_os("HUXIN_DATA").filter(|value| !value.is_empty()).map(std::path::PathBuf::from);
        let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
        let table = named.unwrap_or_else(beside).join("cn/uscc_realworld.csv");
        let Ok(table) = std::fs::read_to_string(table) else {
            println!("skipped: the table of real codes is not on this machine; HUXIN_DATA may name its folder");
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "a skip is a failure in CI");
            return;
        };
        let mut warned = 0;
        for row in table.lines().skip(1) {
            let mut fields = row.split(',');
            let (code, check) = (fields.next().unwrap(), fields.next().unwrap());
            let result = check_uscc(code);
            assert_eq!(result.is_ok(), check == "valid", "{code}: {result:?}");
            warned += usize::from(result.is_err());
        }
        assert_eq!(warned, 6);
    }

    proptest! {
        /// The weights are coprime to 31, so no single wrong character passes.
        #[test]
        fn every_wrong_character_is_seen(at in 0..18_usize, other in 0..31_usize) {
            let mut wrong = EXAMPLE.to_owned();
            wrong.replace_range(at..=at, &char::from(ALPHABET[other]).to_string());
            prop_assume!(wrong != EXAMPLE);
            prop_assert!(check_uscc(&wrong).is_err());
        }

        #[test]
        fn nothing_panics(code in "\\PC{0,24}") {
            let _ = check_uscc(&code);
        }
    }
}
