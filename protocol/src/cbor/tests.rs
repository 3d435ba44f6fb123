//! The check against a model: values written by minicbor in canonical order pass, and whatever passes is what the model
//! would have written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

#[test]
fn each_departure_from_the_one_form_has_its_fault() {
    use CborFault::*;
    let cases = [
        ("", Truncated),
        ("18", Truncated),
        ("19 01", Truncated),
        ("1b 00000001 000000", Truncated),
        ("42 00", Truncated),
        ("62 61", Truncated),
        ("82 00", Truncated),
        ("a1 00", Truncated),
        ("5b ffffffffffffffff 00", Truncated),
        ("9b ffffffffffffffff 00", Truncated),
        ("bb ffffffffffffffff 00 00", Truncated),
        ("00 00", Trailing),
        ("80 f6", Trailing),
        ("18 17", NotShortest),
        ("19 00ff", NotShortest),
        ("1a 0000ffff", NotShortest),
        ("1b 00000000ffffffff", NotShortest),
        ("38 00", NotShortest),
        ("58 01 00", NotShortest),
        ("78 01 61", NotShortest),
        ("98 00", NotShortest),
        ("b8 00", NotShortest),
        ("81 18 17", NotShortest),
        ("a1 00 19 0001", NotShortest),
        ("5f 41 00 ff", Indefinite),
        ("7f 61 61 ff", Indefinite),
        ("9f ff", Indefinite),
        ("bf ff", Indefinite),
        ("ff", Indefinite),
        ("a2 01 00 00 00", KeyOrder),
        ("a2 61 61 00 00 00", KeyOrder),
        ("a2 62 6162 00 61 63 00", KeyOrder),
        ("a2 00 00 00 00", DuplicateKey),
        ("a2 61 61 00 61 61 01", DuplicateKey),
        ("61 ff", Text),
        ("62 c328", Text),
        ("63 eda080", Text),
        ("62 c080", Text),
        // e and a combining acute accent, where é is due; the Kelvin sign; a compatibility ideograph.
        ("63 65cc81", Text),
        ("63 e284aa", Text),
        ("63 efa480", Text),
        ("c0 00", Unused),
        ("d2 80", Unused),
        ("d8 18 41 00", Unused),
        ("f7", Unused),
        ("e0", Unused),
        ("f8 20", Unused),
        ("f8 14", Unused),
        ("f9 0000", Unused),
        ("fa 00000000", Unused),
        ("fb 0000000000000000", Unused),
        ("1c", Unused),
        ("1f", Unused),
        ("3f", Unused),
        ("5c", Unused),
        ("df", Unused),
        ("fc", Unused),
    ];
    for (bytes, fault) in cases {
        assert_eq!(check(&hex(bytes)), Err(fault), "{bytes}");
    }
}

#[test]
fn the_one_form_passes() {
    for bytes in [
        "00",
        "17",
        "18 18",
        "18 ff",
        "19 0100",
        "1a 00010000",
        "1b 0000000100000000",
        "1b ffffffffffffffff",
        "20",
        "38 18",
        "40",
        "60",
        "62 c3a9",
        "66 e4ba92e4bfa1",
        "80",
        "a0",
        "f4",
        "f5",
        "f6",
        "a3 00 f6 18 18 80 61 61 a0",
        "82 41 00 61 61",
        // Keys compare as bytes: a shorter text has a smaller head.
        "a2 61 7a 00 62 6161 00",
        "a2 81 00 00 a0 00",
    ] {
        assert_eq!(check(&hex(bytes)), Ok(()), "{bytes}");
    }
}

#[test]
fn codes_are_stable() {
    use CborFault::*;
    let all = [Truncated, Trailing, NotShortest, Indefinite, KeyOrder, DuplicateKey, Text, Unused, Depth];
    let codes = all.map(CborFault::code);
    let expected = [
        "cbor_truncated",
        "cbor_trailing",
        "cbor_not_shortest",
        "cbor_indefinite",
        "cbor_key_order",
        "cbor_duplicate_key",
        "cbor_text",
        "cbor_unused",
        "cbor_depth",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn depth_ends_where_it_says() {
    for (open, close) in [("81", "00"), ("a1 00", "00")] {
        let nested = |depth: usize| hex(&format!("{}{close}", open.repeat(depth)));
        assert_eq!(check(&nested(DEPTH.into())), Ok(()));
        assert_eq!(check(&nested(usize::from(DEPTH) + 1)), Err(CborFault::Depth));
        assert_eq!(check(&nested(20_000)), Err(CborFault::Depth));
    }
    // A key may be nested too.
    let keys = hex(&format!("{}00{}", "a1".repeat(17), "00".repeat(17)));
    assert_eq!(check(&keys), Err(CborFault::Depth));
}

#[test]
fn characters_that_skip_the_tables_are_normal_in_every_company() {
    use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};
    for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| is_always_nfc(*c)) {
        assert_eq!(
            unicode_normalization::is_nfc_quick(std::iter::once(c)),
            unicode_normalization::IsNormalized::Yes,
            "{c:?}"
        );
        assert_eq!(canonical_combining_class(c), 0, "{c:?}");
        assert!(std::iter::once(c).nfc().eq(std::iter::once(c)), "{c:?}");
    }
}

/// A tree of the items that the format has.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Model {
    Unsigned(u64),
    Negative(u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Model>),
    Map(Vec<(Model, Model)>),
    Bool(bool),
    Null,
}

impl Model {
    fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        match self {
            Self::Unsigned(n) => e.u64(*n).map(|_| ()),
            Self::Negative(n) => e.int(minicbor::data::Int::try_from(-1 - i128::from(*n)).unwrap()).map(|_| ()),
            Self::Bytes(b) => e.bytes(b).map(|_| ()),
            Self::Text(t) => e.str(t).map(|_| ()),
            Self::Bool(b) => e.bool(*b).map(|_| ()),
            Self::Null => e.null().map(|_| ()),
            Self::Array(items) => {
                e.array(items.len() as u64).unwrap();
                items.iter().for_each(|item| e.writer_mut().extend(item.encode()));
                Ok(())
            }
            Self::Map(pairs) => {
                e.map(pairs.len() as u64).unwrap();
                let sorted: std::collections::BTreeMap<Vec<u8>, Vec<u8>> =
                    pairs.iter().map(|(k, v)| (k.encode(), v.encode())).collect();
                sorted.into_iter().for_each(|(key, value)| {
                    e.writer_mut().extend(key);
                    e.writer_mut().extend(value);
                });
                Ok(())
            }
        }
        .unwrap();
        e.into_writer()
    }

    fn decode(d: &mut Decoder<'_>) -> Self {
        match d.datatype().unwrap() {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => Self::Unsigned(d.u64().unwrap()),
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                Self::Negative(u64::try_from(-1 - i128::from(d.int().unwrap())).unwrap())
            }
            Type::Bytes => Self::Bytes(d.bytes().unwrap().to_vec()),
            Type::String => Self::Text(d.str().unwrap().to_owned()),
            Type::Bool => Self::Bool(d.bool().unwrap()),
            Type::Null => {
                d.null().unwrap();
                Self::Null
            }
            Type::Array => Self::Array((0..d.array().unwrap().unwrap()).map(|_| Self::decode(d)).collect()),
            Type::Map => {
                Self::Map((0..d.map().unwrap().unwrap()).map(|_| (Self::decode(d), Self::decode(d))).collect())
            }
            other => panic!("the check let {other:?} pass"),
        }
    }
}

fn nfc(text: String) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

fn model() -> impl Strategy<Value = Model> {
    let edges = prop_oneof![0..30_u64, any::<u8>().prop_map(u64::from), any::<u16>().prop_map(u64::from), any::<u64>()];
    let leaf = prop_oneof![
        edges.clone().prop_map(Model::Unsigned),
        edges.prop_map(Model::Negative),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Model::Bytes),
        ".{0,30}".prop_map(|text| Model::Text(nfc(text))),
        any::<bool>().prop_map(Model::Bool),
        Just(Model::Null),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Model::Array),
            prop::collection::vec((inner.clone(), inner), 0..8).prop_map(|mut pairs: Vec<(Model, Model)>| {
                pairs.sort_by_cached_key(|(key, _)| key.encode());
                pairs.dedup_by_key(|(key, _)| key.encode());
                Model::Map(pairs)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_the_model_writes_passes_and_reads_back(model in model()) {
        let bytes = model.encode();
        prop_assert_eq!(check(&bytes), Ok(()));
        prop_assert_eq!(Model::decode(&mut Decoder::new(&bytes)), model);
    }

    #[test]
    fn no_beginning_of_an_item_passes(model in model()) {
        let bytes = model.encode();
        for end in 0..bytes.len() {
            prop_assert!(check(&bytes[..end]).is_err());
        }
    }

    /// One changed byte makes another item or none: nothing that passes has two spellings.
    #[test]
    fn what_passes_is_what_the_model_writes(model in model(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = model.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if check(&bytes).is_ok() {
            prop_assert_eq!(Model::decode(&mut Decoder::new(&bytes)).encode(), bytes);
        }
    }

    #[test]
    fn noise_never_panics_and_passes_only_in_the_one_form(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if check(&bytes).is_ok() {
            prop_assert_eq!(Model::decode(&mut Decoder::new(&bytes)).encode(), bytes);
        }
    }

    #[test]
    fn normal_form_is_what_the_tables_say(text in "[a-z\u{e9}\u{301}\u{4e00}-\u{4e20}\u{1100}-\u{1112}\u{1161}-\u{1175}\u{ac00}-\u{ac10}\u{212a}\u{f900}\u{3002}]{0,12}") {
        prop_assert_eq!(is_nfc(&text), nfc(text.clone()) == text);
        let mut writer = Writer::default();
        writer.text(&text);
        prop_assert_eq!(check(&writer.finish()), Ok(()));
    }
}

#[test]
fn a_map_gives_its_fields_in_order_and_nothing_else() {
    let read = |bytes: &str| {
        let bytes = hex(bytes);
        Reader::checked(&bytes).unwrap().map(|map| {
            Ok((
                map.required(1, Reader::unsigned::<u8>)?,
                map.optional(3, Reader::boolean)?,
                map.required(5, |r| r.text(3).map(str::to_owned))?,
            ))
        })
    };
    assert_eq!(read("a3 01 07 03 f5 05 61 61"), Ok((7, Some(true), "a".to_owned())));
    assert_eq!(read("a2 01 07 05 61 61"), Ok((7, None, "a".to_owned())));
    // Missing, unknown before, between and after, and keys of another type.
    for bytes in [
        "a1 01 07",
        "a3 00 00 01 07 05 61 61",
        "a3 01 07 02 00 05 61 61",
        "a3 01 07 05 61 61 06 00",
        "a3 01 07 05 61 61 20 00",
        "a3 01 07 05 61 61 61 61 00",
        "a0",
    ] {
        assert_eq!(read(bytes), Err(ReadFault::Keys), "{bytes}");
    }
    for bytes in [
        "a2 01 19 0100 05 61 61",
        "a2 01 f5 05 61 61",
        "a2 01 07 05 60",
        "a2 01 07 05 64 61616161",
        "a2 01 07 05 41 61",
        "80",
        "00",
    ] {
        assert_eq!(read(bytes), Err(ReadFault::Field), "{bytes}");
    }
}

#[test]
fn a_long_map_is_written_right() {
    let mut writer = Writer::default();
    writer.array(2).map(|map| {
        for key in 0..300 {
            map.field(key, |w| w.null());
        }
    });
    writer.map(|_| {});
    let bytes = writer.finish();
    assert_eq!(check(&bytes), Ok(()));
    assert_eq!(bytes[..4], [0x82, 0xb9, 0x01, 0x2c]);
}
