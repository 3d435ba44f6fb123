//! Round trips of whatever can be said, and many wrong messages that must be refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use huxin_protocol::cbor::CborFault;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{CityCode, Epoch, Seq, Size};
use huxin_protocol::time::Millis;
use proptest::collection::vec;
use proptest::prelude::*;

fn city() -> impl Strategy<Value = CityCode> {
    "[a-z0-9]{2,16}".prop_map(|text| CityCode::new(&text).unwrap())
}
fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}
/// Numbers of every encoded width.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..24_u64, any::<u8>().prop_map(u64::from), any::<u32>().prop_map(u64::from), any::<u64>()]
}
fn epoch() -> impl Strategy<Value = Epoch> {
    prop_oneof![1..30_u32, 1..=u32::MAX].prop_map(Epoch)
}
fn id() -> impl Strategy<Value = StatementId> {
    (city(), epoch(), number()).prop_map(|(city, epoch, seq)| StatementId { city, epoch, seq: Seq(seq) })
}
fn head() -> impl Strategy<Value = HeadSummary> {
    (city(), epoch(), number(), any::<[u8; 32]>(), digest(), number(), digest(), digest(), any::<bool>()).prop_map(
        |(city, epoch, size, root, record, proved, witnesses, evidence, over_quota)| HeadSummary {
            city,
            epoch,
            size: Size(size),
            root: TreeHash(root),
            record,
            proved: Size(proved),
            witnesses,
            evidence,
            over_quota,
        },
    )
}
fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        digest().prop_map(|digest| Request::Heads { digest }),
        (city(), number(), 0..=STATEMENTS_PER_REQUEST, epoch())
            .prop_map(|(city, from, count, epoch)| Request::Segment { city, from: Seq(from), count, epoch }),
        vec(id(), 0..=BODIES_PER_REQUEST).prop_map(|ids| Request::Bodies { ids }),
        (city(), number()).prop_map(|(city, size)| Request::History { city, size: Size(size) }),
        city().prop_map(|city| Request::Evidence { city }),
        Just(Request::Time),
    ]
}
fn response() -> impl Strategy<Value = Response> {
    prop_oneof![
        Just(Response::Same),
        vec(head(), 0..40).prop_map(Response::Heads),
        vec(any::<u8>(), 0..70_000).prop_map(Response::Segment),
        vec((id(), vec(any::<u8>(), 0..600)), 0..20).prop_map(Response::Bodies),
        Just(Response::Nothing),
        any::<u32>().prop_map(|retry_after_ms| Response::Busy { retry_after_ms }),
        "[a-z0-9_]{1,64}".prop_map(|code| Response::Refused { code }),
        (any::<[u8; 32]>(), vec(any::<[u8; 32]>(), 0..=64), vec(any::<u8>(), 0..2_000)).prop_map(
            |(root, proof, checkpoint)| Response::History {
                root: TreeHash(root),
                proof: proof.into_iter().map(TreeHash).collect(),
                checkpoint,
            }
        ),
        vec(vec(any::<u8>(), 0..500), 0..=EVIDENCE_PER_RESPONSE).prop_map(Response::Evidence),
        (0..=i64::MAX).prop_map(|now| Response::Time(Millis(now))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_question_comes_back(request in request()) {
        let bytes = request.encode();
        prop_assert!(bytes.len() <= REQUEST_BYTES);
        prop_assert_eq!(huxin_protocol::cbor::check(&bytes), Ok(()));
        prop_assert_eq!(Request::decode(&bytes), Ok(request));
    }

    #[test]
    fn every_answer_comes_back_by_every_way(response in response()) {
        let bytes = response.encode();
        prop_assert_eq!(huxin_protocol::cbor::check(&bytes), Ok(()));
        let (read, owned) = (Response::decode(&bytes), Response::decode_owned(bytes.clone()));
        prop_assert_eq!(&read, &Ok(response.clone()));
        prop_assert_eq!(owned, read);
        let (head, tail) = response.into_parts();
        prop_assert_eq!([head, tail].concat(), bytes);
    }

    #[test]
    fn what_is_read_has_one_form_only(bytes in vec(any::<u8>(), 0..80)) {
        if let Ok(request) = Request::decode(&bytes) {
            prop_assert_eq!(request.encode(), bytes.clone());
        }
        if let Ok(response) = Response::decode(&bytes) {
            prop_assert_eq!(response.encode(), bytes);
        }
    }

    #[test]
    fn a_cut_or_lengthened_message_is_refused(request in request(), response in response(), at in any::<prop::sample::Index>()) {
        let mut bytes = request.encode();
        prop_assert!(Request::decode(&bytes[..at.index(bytes.len())]).is_err());
        bytes.push(0);
        prop_assert!(Request::decode(&bytes).is_err());
        let mut bytes = response.encode();
        prop_assert!(Response::decode(&bytes[..at.index(bytes.len())]).is_err());
        prop_assert!(Response::decode_owned(bytes[..at.index(bytes.len())].to_vec()).is_err());
        bytes.push(0);
        prop_assert!(Response::decode_owned(bytes).is_err());
    }
}

#[test]
fn the_bytes_are_those_of_the_comments() {
    let city = CityCode::new("330900").unwrap();
    let request = Request::Segment { city, from: Seq(7), count: 1024, epoch: Epoch(2) };
    assert_eq!(request.encode(), [&[0x85, 2, 0x66][..], b"330900", &[7, 0x19, 4, 0, 2]].concat());
    let id = StatementId { city, epoch: Epoch(1), seq: Seq(300) };
    let request = Request::Bodies { ids: vec![id] };
    assert_eq!(request.encode(), [&[0x82, 3, 0x81, 0x83, 0x66][..], b"330900", &[1, 0x19, 1, 0x2c]].concat());
    assert_eq!(Response::Same.encode(), [0x81, 1]);
    assert_eq!(Response::Segment(vec![9; 3]).encode(), [0x82, 3, 0x43, 9, 9, 9]);
    assert_eq!(Response::Nothing.encode(), [0x81, 5]);
    assert_eq!(Response::Busy { retry_after_ms: 500 }.encode(), [0x82, 6, 0x19, 1, 0xf4]);
    assert_eq!(Request::Time.encode(), [0x81, 6]);
    assert_eq!(Response::Time(Millis(300)).encode(), [0x82, 10, 0x19, 1, 0x2c]);
    assert_eq!(Response::Refused { code: "no".into() }.encode(), [0x82, 7, 0x62, b'n', b'o']);
}

#[test]
fn segments_of_every_width_of_length_come_back() {
    for length in [0, 23, 24, 255, 256, 65_535, 65_536, huxin_protocol::limits::PAGE_BYTES] {
        let bytes = Response::Segment(vec![3; length]).encode();
        assert_eq!(Response::decode_owned(bytes), Ok(Response::Segment(vec![3; length])), "{length}");
    }
}

#[test]
fn wrong_questions_are_refused() {
    let shape = [
        ("no array", vec![1]),
        ("an empty array", vec![0x80]),
        ("no number in front", vec![0x81, 0x41, 1]),
        ("an unknown number", vec![0x81, 4]),
        ("a number beyond a byte", vec![0x81, 0x19, 1, 1]),
        ("heads without digest", vec![0x81, 1]),
        ("heads with a short digest", vec![0x82, 1, 0x41, 0]),
        ("one field too many", [&[0x83, 1, 0x58, 32][..], &[0; 32], &[0]].concat()),
        ("a city in capitals", [&[0x85, 2, 0x62][..], b"AB", &[0, 1, 1]].concat()),
        ("a city of one letter", [&[0x85, 2, 0x61][..], b"a", &[0, 1, 1]].concat()),
        ("epoch 0", [&[0x85, 2, 0x62][..], b"ab", &[0, 1, 0]].concat()),
        ("a count beyond 32 bits", [&[0x85, 2, 0x62][..], b"ab", &[0, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0, 1]].concat()),
        ("a negative position", [&[0x85, 2, 0x62][..], b"ab", &[0x20, 1, 1]].concat()),
        ("an id of two parts", [&[0x82, 3, 0x81, 0x82, 0x62][..], b"ab", &[1]].concat()),
        ("ids in no list", vec![0x82, 3, 0]),
        ("a time with a field", vec![0x82, 6, 0]),
    ];
    for (title, bytes) in shape {
        assert_eq!(Request::decode(&bytes), Err(WireFault::Shape), "{title}");
    }
    let cbor = [
        ("nothing", vec![], CborFault::Truncated),
        ("a long form of a number", vec![0x81, 0x18, 1], CborFault::NotShortest),
        ("indefinite length", vec![0x9f, 1, 0xff], CborFault::Indefinite),
        ("a tag", vec![0xc0, 0x81, 1], CborFault::Unused),
        ("bytes behind", vec![0x81, 1, 0], CborFault::Trailing),
        ("a false length", vec![0x82, 3, 0x9b, 255, 255, 255, 255, 255, 255, 255, 255], CborFault::Truncated),
    ];
    for (title, bytes, fault) in cbor {
        assert_eq!(Request::decode(&bytes), Err(WireFault::Cbor(fault)), "{title}");
    }
    let many = Request::Segment {
        city: CityCode::new("ab").unwrap(),
        from: Seq(0),
        count: STATEMENTS_PER_REQUEST + 1,
        epoch: Epoch(1),
    };
    assert_eq!(Request::decode(&many.encode()), Err(WireFault::TooLong));
    let id = StatementId { city: CityCode::new("ab").unwrap(), epoch: Epoch(1), seq: Seq(0) };
    let many = Request::Bodies { ids: vec![id; BODIES_PER_REQUEST + 1] };
    assert_eq!(Request::decode(&many.encode()), Err(WireFault::TooLong));
    assert_eq!(Request::decode(&vec![0; REQUEST_BYTES + 1]), Err(WireFault::TooLong));
}

#[test]
fn wrong_answers_are_refused() {
    let shape = [
        ("same with a field", vec![0x82, 1, 0]),
        ("an unknown number", vec![0x81, 8]),
        ("a segment as text", vec![0x82, 3, 0x61, b'a']),
        ("a head of six", vec![0x82, 2, 0x81, 0x86, 0, 0, 0, 0, 0, 0]),
        ("busy for more than 32 bits", vec![0x82, 6, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("a code in capitals", vec![0x82, 7, 0x62, b'N', b'o']),
        ("a code with a line break", vec![0x82, 7, 0x62, b'n', b'\n']),
        ("an empty code", vec![0x82, 7, 0x60]),
        ("a time before 1970", vec![0x82, 10, 0x20]),
        ("a time beyond what milliseconds hold", vec![0x82, 10, 0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ("no time", vec![0x81, 10]),
    ];
    for (title, bytes) in shape {
        assert_eq!(Response::decode(&bytes), Err(WireFault::Shape), "{title}");
        assert_eq!(Response::decode_owned(bytes), Err(WireFault::Shape), "{title}");
    }
    let id = StatementId { city: CityCode::new("ab").unwrap(), epoch: Epoch(1), seq: Seq(0) };
    let long = Response::Bodies(vec![(id, vec![0; BODY_BYTES + 1])]);
    assert_eq!(Response::decode(&long.encode()), Err(WireFault::TooLong));
    let long = Response::Refused { code: "a".repeat(CODE_BYTES + 1) };
    assert_eq!(Response::decode(&long.encode()), Err(WireFault::Shape));
    assert_eq!(Response::decode(&vec![0; FRAME_BYTES + 1]), Err(WireFault::TooLong));
    let many = Response::Bodies(vec![(id, Vec::new()); BODIES_PER_REQUEST + 1]);
    assert_eq!(Response::decode(&many.encode()), Err(WireFault::TooLong));
}
