//! Legal entity identifier (ISO 17442): 18 letters or digits and two check digits (ISO 7064 MOD 97-10).

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeiFault {
    #[error("it is not 18 letters or digits followed by two digits")]
    Shape,
    #[error("the check digits do not fit")]
    Check,
}

/// Characters of a code.
pub(super) const LENGTH: usize = 20;

impl LeiFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "lei_shape",
            Self::Check => "lei_check",
        }
    }
}

/// Checks shape and check digits: with A = 10 to Z = 35 the whole code, read as one decimal number, leaves 1 when
/// divided by 97.
///
/// # Errors
/// The shape is looked at first; lower-case letters do not belong to it.
pub fn check_lei(code: &str) -> Result<(), LeiFault> {
    let bytes = code.as_bytes();
    check_shape(code)?;
    let remainder = bytes.iter().fold(0_u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    if remainder == 1 { Ok(()) } else { Err(LeiFault::Check) }
}

/// The shape alone: 18 upper-case letters or digits, and two digits.
pub(super) fn check_shape(code: &str) -> Result<(), LeiFault> {
    let bytes = code.as_bytes();
    let shape = bytes.len() == LENGTH
        && bytes[..LENGTH - 2].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && bytes[LENGTH - 2..].iter().all(u8::is_ascii_digit);
    if shape { Ok(()) } else { Err(LeiFault::Shape) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// A synthetic code with the check digits that ISO 7064 gives it.
    fn made(body: &str) -> String {
        let value = |b: u8| if b.is_ascii_digit() { u32::from(b - b'0') } else { u32::from(b - b'A') + 10 };
        let remainder = format!("{body}00").bytes().fold(0_u32, |r, b| {
            let v = value(b);
            (r * if v > 9 { 100 } else { 10 } + v) % 97
        });
        format!("{body}{:02}", 98 - remainder)
    }

    #[test]
    fn faults_have_stable_codes() {
        assert_eq!([LeiFault::Shape, LeiFault::Check].map(LeiFault::code), ["lei_shape", "lei_check"]);
    }

    #[test]
    fn the_code_of_the_issuing_foundation_holds() {
        // The Global Legal Entity Identifier Foundation's own code, printed in its documents.
        assert_eq!(check_lei("506700GE1G29325QX363"), Ok(()));
    }

    #[test]
    fn every_wrong_digit_and_every_wrong_letter_is_seen() {
        let code = made("9999HUXINTEST00001");
        assert_eq!(check_lei(&code), Ok(()), "{code}");
        for at in 0..20 {
            for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars() {
                let mut wrong = code.clone();
                wrong.replace_range(at..=at, &other.to_string());
                // A letter for a digit shifts all that follows; ISO 7064 does not promise to see that.
                let like = code.as_bytes()[at].is_ascii_digit() == other.is_ascii_digit();
                if wrong != code && like {
                    assert!(check_lei(&wrong).is_err(), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for code in [
            "",
            "506700GE1G29325QX36",
            "506700GE1G29325QX3633",
            "506700ge1g29325qx363",
            "506700GE1G29325QX3A3",
            "互506700GE1G29325Q63",
        ] {
            assert_eq!(check_lei(code), Err(LeiFault::Shape), "{code}");
        }
    }
}
