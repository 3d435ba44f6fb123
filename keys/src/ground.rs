//! The ground of a listing: one tag for one matter (R40).
//!
//! Two entries that rest on the same decision about the same subject have the same tag, so that a ground that has
//! ended stays ended when somebody imports the same record again. The tag is keyed with the city's own secret: without
//! it, anybody could try document numbers against the tag of an erased entry. Receivers only compare tags.

use crate::secret_file::Secret;
use huxin_protocol::body::{EntryBody, List};
use huxin_protocol::digest::{Context, Digest};
use huxin_protocol::subject::SubjectId;
use huxin_protocol::text::folded;
use huxin_protocol::time::Date;
use minicbor::Encoder;
use minicbor::encode::Error;
use std::convert::Infallible;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// 32 random bytes, kept with the root key, the same in all epochs.
#[derive(Clone)]
pub struct GroundSecret {
    key: Zeroizing<[u8; 32]>,
}

impl GroundSecret {
    /// The keyed hash never uses the stored bytes themselves: its key is derived from them under
    /// [`Context::Ground`].
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self { key: Zeroizing::new(Context::Ground.digest(secret.as_slice()).0) }
    }
}

impl fmt::Debug for GroundSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroundSecret(…)")
    }
}

/// What makes two listings one matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroundInput<'a> {
    pub list: List,
    pub subject: &'a SubjectId,
    pub authority: &'a str,
    pub document_number: Option<&'a str>,
    pub decided_on: Option<Date>,
    /// Counts only where document number or date of decision is missing.
    pub record_ref: Option<&'a str>,
}

impl<'a> GroundInput<'a> {
    #[must_use]
    pub fn of(body: &'a EntryBody) -> Self {
        Self {
            list: body.list,
            subject: &body.subject.id,
            authority: &body.basis.authority,
            document_number: body.basis.document_number.as_deref(),
            decided_on: body.basis.decided_on,
            record_ref: body.record_ref.as_deref(),
        }
    }

    /// Deterministic CBOR `[list, scheme, subject id, authority, document number or null, decided_on or null]`, with
    /// `record_ref` (or null) as a seventh item where one of those two is null. List 0 red, 1 black, 2 watch; the id in
    /// NFC, the date as `2026-11-22`. Authority, number and record_ref are folded ([`folded`], R8), so that another kind of
    /// bracket or width is the same case; what folds to nothing is null.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::new(Vec::new());
        // Writing to memory cannot fail: the error type has no value.
        match self.write(&mut out) {
            Ok(()) | Err(_) => out.into_writer(),
        }
    }

    fn write(&self, out: &mut Encoder<Vec<u8>>) -> Result<(), Error<Infallible>> {
        let kept = |text: Option<&str>| text.map(folded).filter(|text| !text.is_empty());
        let number = kept(self.document_number);
        let named = number.is_some() && self.decided_on.is_some();
        out.array(if named { 6 } else { 7 })?
            .u8(match self.list {
                List::Red => 0,
                List::Black => 1,
                List::Watch => 2,
            })?
            .str(self.subject.scheme())?
            .str(&normal(self.subject.id()))?
            .str(&folded(self.authority))?;
        text_or_null(out, number)?;
        text_or_null(out, self.decided_on.map(|date| date.to_string()))?;
        if !named {
            text_or_null(out, kept(self.record_ref))?;
        }
        Ok(())
    }
}

/// The ground tag of an Entry or Amendment: BLAKE3 keyed with the city's ground secret over [`GroundInput::encode`].
#[must_use]
pub fn ground_tag(secret: &GroundSecret, input: &GroundInput<'_>) -> Digest {
    Digest(*blake3::keyed_hash(&secret.key, &input.encode()).as_bytes())
}

fn normal(text: &str) -> String {
    text.nfc().collect()
}

fn text_or_null(out: &mut Encoder<Vec<u8>>, text: Option<String>) -> Result<(), Error<Infallible>> {
    match text {
        Some(text) => out.str(&text)?,
        None => out.null()?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn secret(byte: u8) -> GroundSecret {
        GroundSecret::new(&Zeroizing::new([byte; 32]))
    }
    fn input(subject: &SubjectId) -> GroundInput<'_> {
        GroundInput {
            list: List::Black,
            subject,
            authority: "样例法院",
            document_number: Some("(2026)样例1号"),
            decided_on: Some(Date::new(2026, 11, 22).unwrap()),
            record_ref: Some("row-7"),
        }
    }

    /// Worked by hand from RFC 8949, so that another implementation can start from it.
    #[test]
    fn the_encoding_is_the_one_of_the_rule() {
        let subject = SubjectId::new("wb", "7").unwrap();
        let full = GroundInput { authority: "A", document_number: Some("B"), ..input(&subject) };
        assert_eq!(hex::encode(full.encode()), "8601627762613761616162 6a323032362d31312d3232".replace(' ', ""));
        let bare = GroundInput { document_number: None, decided_on: None, ..full };
        assert_eq!(hex::encode(bare.encode()), "8701627762613761 61f6f665726f772d37".replace(' ', ""));
        let nameless = GroundInput { record_ref: None, ..bare };
        assert_eq!(hex::encode(nameless.encode()), "870162776261376161f6f6f6");
        // 甲（乙）局 and 〔2026〕1－12号, in UTF-8: brackets are ( and ), the wide dash is one `-`.
        let chinese =
            GroundInput { authority: "甲（乙）局", document_number: Some("〔２０２６〕 1－12号"), ..full };
        let authority = format!("6b{}28{}29{}", "e794b2", "e4b999", "e5b180");
        let number = format!("6d28{}29{}2d{}{}", "32303236", "31", "3132", "e58fb7");
        let due = format!("86016277626137{authority}{number}6a323032362d31312d3232");
        assert_eq!(hex::encode(chinese.encode()), due);
    }

    /// R40: what is one case and what is another, as the parts of a ground that differ.
    #[test]
    fn what_is_one_case_and_what_is_another() {
        let subject = SubjectId::new("wb", "7").unwrap();
        let of = |authority: &str, number: Option<&str>, dated: bool, record: Option<&str>| {
            let parts = GroundInput {
                authority,
                document_number: number,
                decided_on: input(&subject).decided_on.filter(|_| dated),
                record_ref: record,
                ..input(&subject)
            };
            ground_tag(&secret(1), &parts)
        };
        let base = of("样例法院", Some("(2026)样例1-12号"), true, Some("k:1"));
        let same = [
            of("样例法院 ", Some("(2026)样例1-12号"), true, Some("k:1")),
            of("样例 法院", Some("〔2026〕样例1-12号"), true, Some("k:2")),
            of("样例法院", Some("（２０２６）样例1—12号"), true, None),
            of("样例法院", Some("【2026】样例 1－12 号"), true, Some("")),
            of("样例法院", Some("[2026]样例1/12号"), true, Some("脚注")),
        ];
        for (at, tag) in same.iter().enumerate() {
            assert_eq!(*tag, base, "{at}");
        }
        let other = [
            of("样例法院", Some("(2026)样例11-2号"), true, Some("k:1")),
            of("样例法院", Some("(2026)样例112号"), true, Some("k:1")),
            of("样例法院", Some("(2025)样例1-12号"), true, Some("k:1")),
            of("另一法院", Some("(2026)样例1-12号"), true, Some("k:1")),
            of("样例法院", Some("(2026)样例1-12号"), false, Some("k:1")),
            of("样例法院", None, true, Some("k:1")),
            of("样例法院", None, true, Some("k:2")),
            of("样例法院", None, true, None),
        ];
        for (at, tag) in other.iter().enumerate() {
            assert!(*tag != base && !other[..at].contains(tag), "{at}");
        }
        // A number of spaces is none.
        assert_eq!(of("样例法院", Some("　"), true, Some("k:1")), other[5]);
        // Ten yearly ratings of one firm, by ten record keys, are ten; the same key in another width is the same.
        let ratings: std::collections::BTreeSet<Digest> =
            (2016..2026).map(|year| of("样例税务局", None, false, Some(&format!("tax-a:{year}")))).collect();
        assert_eq!(ratings.len(), 10);
        assert!(ratings.contains(&of("样例税务局", None, false, Some("ＴＡＸ－Ａ：２０２０"))));
    }

    #[test]
    fn a_named_decision_is_one_matter_whatever_row_it_came_from() {
        let subject = SubjectId::new("wb", "7").unwrap();
        let first = input(&subject);
        let again = GroundInput { record_ref: Some("row-9000"), ..first };
        assert_eq!(ground_tag(&secret(1), &first), ground_tag(&secret(1), &again));
        let undated = |row| GroundInput { decided_on: None, record_ref: Some(row), ..first };
        assert_ne!(ground_tag(&secret(1), &undated("row-7")), ground_tag(&secret(1), &undated("row-8")));
    }

    #[test]
    fn the_tag_depends_on_the_secret_and_on_every_part() {
        let subject = SubjectId::new("wb", "7").unwrap();
        let other = SubjectId::new("wb", "8").unwrap();
        let base = input(&subject);
        let tags = [
            ground_tag(&secret(1), &base),
            ground_tag(&secret(2), &base),
            ground_tag(&secret(1), &GroundInput { list: List::Red, ..base }),
            ground_tag(&secret(1), &GroundInput { subject: &other, ..base }),
            ground_tag(&secret(1), &GroundInput { authority: "另一法院", ..base }),
            ground_tag(&secret(1), &GroundInput { document_number: None, ..base }),
            ground_tag(&secret(1), &GroundInput { decided_on: None, ..base }),
        ];
        for (i, tag) in tags.iter().enumerate() {
            assert!(!tags[..i].contains(tag), "{i}");
        }
    }

    #[test]
    fn two_spellings_of_one_character_are_one_matter() {
        let subject = SubjectId::new("wb", "7").unwrap();
        let composed = GroundInput { authority: "Caf\u{e9}", ..input(&subject) };
        let decomposed = GroundInput { authority: "Cafe\u{301}", ..composed };
        assert_eq!(ground_tag(&secret(1), &composed), ground_tag(&secret(1), &decomposed));
    }

    #[test]
    fn the_secret_is_never_printed() {
        assert_eq!(format!("{:?}", secret(0xab)), "GroundSecret(…)");
    }

    proptest! {
        /// No two different inputs share an encoding, but that an empty text is none.
        #[test]
        fn encodings_are_one_to_one(
            a in (0u8..3, "[a-z]{1,3}", proptest::option::of("[a-z]{0,2}"), proptest::option::of("[a-z]{0,2}")),
            b in (0u8..3, "[a-z]{1,3}", proptest::option::of("[a-z]{0,2}"), proptest::option::of("[a-z]{0,2}")),
        ) {
            let subject = SubjectId::new("wb", "7").unwrap();
            let make = |(list, authority, number, record): &(u8, String, Option<String>, Option<String>)| {
                GroundInput {
                    list: [List::Red, List::Black, List::Watch][usize::from(*list)],
                    subject: &subject,
                    authority,
                    document_number: number.as_deref(),
                    decided_on: None,
                    record_ref: record.as_deref(),
                }
                .encode()
            };
            let kept = |(list, authority, number, record): &(u8, String, Option<String>, Option<String>)| {
                let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
                (*list, authority.clone(), said(number), said(record))
            };
            prop_assert_eq!(kept(&a) == kept(&b), make(&a) == make(&b));
        }
    }
}
