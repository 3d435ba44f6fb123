//! Every header has one encoding, and nothing beside it is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::cbor::CborFault;
use proptest::prelude::*;

pub(crate) fn any_city() -> impl Strategy<Value = CityCode> {
    "[a-z0-9]{2,16}".prop_map(|text| CityCode::new(&text).unwrap())
}

pub(crate) fn any_digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

pub(crate) fn any_about() -> impl Strategy<Value = About> {
    (any_city(), 1..=u32::MAX, any::<u64>(), any_digest()).prop_map(|(city, epoch, seq, digest)| About {
        id: StatementId { city, epoch: Epoch(epoch), seq: Seq(seq) },
        digest,
    })
}

/// Text of 1 to `most` characters in NFC, now and then Chinese.
pub(crate) fn any_text(most: usize) -> impl Strategy<Value = String> {
    use unicode_normalization::UnicodeNormalization;
    ["[ -~]", "[一-龥]", "\\PC"]
        .map(|class| proptest::string::string_regex(&format!("{class}{{1,{most}}}")).unwrap().boxed())
        .into_iter()
        .reduce(|one, other| one.prop_union(other).boxed())
        .unwrap()
        .prop_map(|text: String| text.nfc().collect::<String>())
}

fn any_disclosure() -> impl Strategy<Value = Disclosure> {
    prop_oneof![
        Just(Disclosure::Public),
        Just(Disclosure::Federation),
        prop::collection::btree_set(any_city(), 1..20)
            .prop_map(|cities| Disclosure::Named(cities.into_iter().collect())),
    ]
}

pub(crate) fn any_header() -> impl Strategy<Value = Header> {
    let place = (any_city(), 1..=u32::MAX, any::<u64>(), prop::option::of(any_text(12)), 0..=i64::MAX);
    let words = (
        any::<u16>(),
        any::<u16>(),
        any_disclosure(),
        prop::option::of(any_about()),
        prop::option::of(any_digest()),
        any_digest(),
    );
    (place, words).prop_map(
        |((city, epoch, seq, agency, issued_at), (kind, body_version, disclosure, about, ground, commitment))| Header {
            suite: SUITE_1,
            city,
            epoch: Epoch(epoch),
            seq: Seq(seq),
            issuer: Issuer { city, agency },
            issued_at: Millis(issued_at),
            kind: Kind::from_number(kind),
            body_version,
            disclosure,
            about,
            ground,
            commitment,
        },
    )
}

/// A synthetic Entry by Zhoushan's stand-in.
pub(crate) fn sample() -> Header {
    let city = CityCode::new("330900").unwrap();
    Header {
        suite: SUITE_1,
        city,
        epoch: Epoch::FIRST,
        seq: Seq(17),
        issuer: Issuer { city, agency: Some("样例局".to_owned()) },
        issued_at: Millis(1_795_276_800_000),
        kind: Kind::Entry,
        body_version: BODY_VERSION,
        disclosure: Disclosure::Federation,
        about: None,
        ground: Some(Digest([0x11; 32])),
        commitment: Digest([0x22; 32]),
    }
}

/// Field by field, as the module's comment writes it down.
const SAMPLE_FIELDS: [(&str, &str); 12] = [
    ("00", "01"),
    ("01", "01"),
    ("02", "66333330393030"),
    ("03", "01"),
    ("04", "11"),
    ("05", "826633333039303069e6a0b7e4be8be5b180"),
    ("06", "1b000001a1fed60000"),
    ("07", "01"),
    ("08", "01"),
    ("09", "01"),
    ("0b", "58201111111111111111111111111111111111111111111111111111111111111111"),
    ("0c", "58202222222222222222222222222222222222222222222222222222222222222222"),
];

fn map(fields: &[(&str, &str)]) -> Vec<u8> {
    let body: String = fields.iter().map(|(key, value)| format!("{key}{value}")).collect();
    hex::decode(format!("{:02x}{body}", 0xa0 + fields.len())).unwrap()
}

/// The sample with `value` under `key`, which comes in its order; without it where `value` is empty.
fn with(key: &'static str, value: &'static str) -> Vec<u8> {
    let mut fields: Vec<_> = SAMPLE_FIELDS.into_iter().filter(|(known, _)| *known != key).collect();
    if !value.is_empty() {
        fields.push((key, value));
        fields.sort_unstable();
    }
    map(&fields)
}

#[test]
fn the_sample_is_written_as_the_comment_says() {
    assert_eq!(hex::encode(sample().encode()), hex::encode(map(&SAMPLE_FIELDS)));
    assert_eq!(Header::decode(&map(&SAMPLE_FIELDS)), Ok(sample()));
}

#[test]
fn needed_keys_are_needed_and_unknown_ones_refused() {
    for (key, _) in SAMPLE_FIELDS {
        let result = Header::decode(&with(key, ""));
        if key == "0b" {
            // Whether a kind needs its ground is for the fold to judge.
            assert_eq!(result.map(|header| header.ground), Ok(None));
        } else {
            assert_eq!(result, Err(HeaderFault::Keys), "without {key}");
        }
    }
    for key in ["0d", "1819", "20", "6130", "4100"] {
        assert_eq!(Header::decode(&with(key, "00")), Err(HeaderFault::Keys), "{key}");
    }
}

#[test]
fn wrong_fields_are_refused() {
    const DIGEST: &str = "58201111111111111111111111111111111111111111111111111111111111111111";
    let about = |inner: &str| format!("84{inner}{DIGEST}").leak() as &str;
    let cases = [
        ("02", "633330 39"),
        ("02", "6133"),
        ("02", "66333330394130"),
        ("02", "46333330393030"),
        ("02", "f6"),
        ("03", "00"),
        ("03", "1b0000000100000000"),
        ("03", "20"),
        ("03", "6131"),
        ("04", "20"),
        ("04", "f6"),
        ("05", "80"),
        ("05", "66333330393030"),
        ("05", "8266333330393030f6"),
        ("05", "826633333039303060"),
        ("05", "83663333303930306161 6162"),
        // Another city than the header's.
        ("05", "8166343531313030"),
        ("06", "20"),
        ("06", "1b8000000000000000"),
        ("06", "1bffffffffffffffff"),
        ("07", "1a00010000"),
        ("07", "20"),
        ("08", "1a00010000"),
        ("09", "02"),
        ("09", "80"),
        ("09", "f6"),
        ("09", "f4"),
        ("09", "82636262 62636161 61"),
        ("09", "82636161 61636161 61"),
        ("09", "81 00"),
        ("0a", "f6"),
        ("0a", "80"),
        ("0a", about("66333330393030 00 05")),
        ("0a", about("66333330393030 01")),
        ("0a", about("66333330393030 01 20")),
        ("0a", about("6133 01 05")),
        ("0b", "f6"),
        ("0b", "411100"),
        ("0c", "f6"),
        ("0c", "4100"),
    ];
    for (key, value) in cases {
        let value = value.replace(' ', "").leak();
        let result = Header::decode(&with(key, value));
        assert!(matches!(result, Err(HeaderFault::Field | HeaderFault::Cbor(_))), "{key} {value}: {result:?}");
    }
    for bytes in ["00", "80", "f6", "a0"] {
        let result = Header::decode(&hex::decode(bytes).unwrap());
        assert!(matches!(result, Err(HeaderFault::Field | HeaderFault::Keys)), "{bytes}");
    }
}

#[test]
fn long_agencies_and_long_reader_lists_are_refused() {
    let mut header = sample();
    header.issuer.agency = Some("a".repeat(AGENCY_BYTES));
    header.disclosure =
        Disclosure::Named((0..crate::limits::READERS).map(|n| CityCode::new(&format!("{n:016}")).unwrap()).collect());
    assert_eq!(Header::decode(&header.encode()).as_ref(), Ok(&header));
    assert!(header.encode().len() + 200 < crate::limits::STATEMENT_BYTES, "the longest header fits a statement");
    let mut long = header.clone();
    long.issuer.agency = Some("a".repeat(AGENCY_BYTES + 1));
    assert_eq!(Header::decode(&long.encode()), Err(HeaderFault::Field));
    if let Disclosure::Named(cities) = &mut header.disclosure {
        cities.push(CityCode::new("zz").unwrap());
    }
    assert_eq!(Header::decode(&header.encode()), Err(HeaderFault::Field));
}

#[test]
fn other_versions_need_a_newer_node_whatever_else_they_hold() {
    for (key, value) in [("00", "02"), ("00", "00"), ("00", "1bffffffffffffffff"), ("01", "02"), ("01", "190100")] {
        assert_eq!(Header::decode(&with(key, value)), Err(HeaderFault::Version), "{key} {value}");
    }
    let newer = map(&[("00", "02"), ("01", "01"), ("02", "80"), ("20", "80")]);
    assert_eq!(Header::decode(&newer), Err(HeaderFault::Version));
    // But in the one form of CBOR they are all the same.
    assert_eq!(Header::decode(&map(&[("00", "02"), ("01", "1801")])), Err(HeaderFault::Cbor(CborFault::NotShortest)));
}

#[test]
fn text_is_put_into_normal_form_before_it_is_signed() {
    let mut header = sample();
    header.issuer.agency = Some("Ze\u{301}".to_owned());
    let read = Header::decode(&header.encode()).unwrap();
    assert_eq!(read.issuer.agency.as_deref(), Some("Z\u{e9}"));
}

proptest! {
    #[test]
    fn headers_read_back(header in any_header()) {
        let bytes = header.encode();
        prop_assert_eq!(Header::decode(&bytes), Ok(header));
    }

    #[test]
    fn no_beginning_is_a_header(header in any_header()) {
        let bytes = header.encode();
        for end in 0..bytes.len() {
            prop_assert!(Header::decode(&bytes[..end]).is_err());
        }
    }

    /// Whatever else is read is written as it came: no header has two spellings.
    #[test]
    fn a_changed_byte_is_refused_or_another_header(header in any_header(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = header.encode();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        if let Ok(other) = Header::decode(&bytes) {
            prop_assert_ne!(&other, &header);
            prop_assert_eq!(other.encode(), bytes);
        }
    }
}

/// R6.
#[test]
fn an_agency_with_unsafe_text_is_not_sealed_and_is_read_as_it_came() {
    let mut header = sample();
    assert_eq!(header.seal(), Ok(header.encode()));
    header.issuer.agency = Some("样例\u{200B}局".to_owned());
    assert_eq!(header.seal().map_err(HeaderFault::code), Err("text_unsafe"));
    assert_eq!(Header::decode(&header.encode()), Ok(header.clone()));
    header.issuer.agency = Some("局".repeat(22));
    assert_eq!(header.seal(), Err(HeaderFault::Field));
}
