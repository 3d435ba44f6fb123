//! Frames over a pipe in memory: limits, cut frames, and codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use huxin_protocol::digest::Digest;
use libp2p::futures::io::Cursor;

/// Questions have a deadline, and so need somebody who knows the time.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

fn codec() -> FrameCodec {
    FrameCodec::new(Arc::default())
}

fn written(response: Response) -> Vec<u8> {
    let mut io = Cursor::new(Vec::new());
    block_on(codec().write_response(&SYNC_PROTOCOL, &mut io, response)).unwrap();
    io.into_inner()
}

#[test]
fn a_question_and_an_answer_come_back() {
    let mut io = Cursor::new(Vec::new());
    let inquiry = Inquiry::Known(Request::Heads { digest: Digest([5; 32]) });
    block_on(codec().write_request(&SYNC_PROTOCOL, &mut io, inquiry.clone())).unwrap();
    let bytes = io.into_inner();
    assert_eq!(bytes[..4], [0, 0, 0, 36]);
    assert_eq!(block_on(codec().read_request(&SYNC_PROTOCOL, &mut Cursor::new(bytes))).unwrap(), inquiry);

    let response = Response::Segment(vec![7; huxin_protocol::limits::PAGE_BYTES]);
    let bytes = written(response.clone());
    assert_eq!(block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(bytes))).unwrap(), response);
}

#[test]
fn an_answer_of_the_longest_frame_passes_and_a_longer_one_becomes_a_refusal() {
    const HEAD: usize = 7;
    let longest = Response::Segment(vec![1; FRAME_BYTES - HEAD]);
    let bytes = written(longest.clone());
    assert_eq!(bytes.len(), FRAME_BYTES + LENGTH_BYTES);
    assert_eq!(block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(bytes))).unwrap(), longest);

    let bytes = written(Response::Segment(vec![1; FRAME_BYTES - HEAD + 1]));
    let refused = Response::Refused { code: "wire_too_long".into() };
    assert_eq!(block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(bytes))).unwrap(), refused);
}

#[test]
fn a_length_above_the_limit_is_refused_by_the_length_alone() {
    // Only the length is there: whoever made room first and read on would meet the end of the stream instead.
    let length = u32::try_from(FRAME_BYTES + 1).unwrap().to_be_bytes().to_vec();
    let fault = block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(length))).unwrap_err();
    assert_eq!(fault_code(&fault), "wire_too_long");
    let length = u32::try_from(REQUEST_BYTES + 1).unwrap().to_be_bytes().to_vec();
    let inquiry = block_on(codec().read_request(&SYNC_PROTOCOL, &mut Cursor::new(length))).unwrap();
    assert_eq!(inquiry, Inquiry::Unreadable(WireFault::TooLong));
    let length = u32::MAX.to_be_bytes().to_vec();
    let fault = block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(length))).unwrap_err();
    assert_eq!(fault_code(&fault), "wire_too_long");
}

#[test]
fn what_does_not_decode_has_the_code_of_the_wire_fault() {
    let read = |frame: &[u8]| {
        let bytes = [&u32::try_from(frame.len()).unwrap().to_be_bytes()[..], frame].concat();
        fault_code(&block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(bytes))).unwrap_err())
    };
    assert_eq!(read(&[0x81, 9]), "wire_shape");
    assert_eq!(read(&[0x81, 0x18, 1]), "wire_not_canonical");
    assert_eq!(read(&[]), "wire_not_canonical");
    let cut = written(Response::Segment(vec![1; 100]));
    let fault = block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(cut[..50].to_vec()))).unwrap_err();
    assert_eq!(fault_code(&fault), "no_answer");
}

#[test]
fn bytes_are_counted_on_both_sides() {
    let counters = Arc::new(NetCounters::default());
    let mut codec = FrameCodec::new(Arc::clone(&counters));
    let mut io = Cursor::new(Vec::new());
    block_on(codec.write_response(&SYNC_PROTOCOL, &mut io, Response::Same)).unwrap();
    block_on(codec.read_response(&SYNC_PROTOCOL, &mut Cursor::new(io.into_inner()))).unwrap();
    let all: std::collections::BTreeMap<_, _> = counters.all().into_iter().collect();
    assert_eq!((all["frame_bytes_sent"], all["frame_bytes_received"]), (6, 6));
}

/// The reader itself under wrong bytes from one seed; what stands in the frames is fuzzed in `tests/fuzz`.
#[test]
fn wrong_bytes_come_back_as_a_message_or_as_a_stable_code() {
    const SEED: u64 = 7;
    let mut io = Cursor::new(Vec::new());
    let inquiry = Inquiry::Known(Request::Heads { digest: Digest([5; 32]) });
    block_on(codec().write_request(&SYNC_PROTOCOL, &mut io, inquiry)).unwrap();
    let right =
        [io.into_inner(), written(Response::Busy { retry_after_ms: 9 }), written(Response::Segment(vec![3; 40]))];
    let (mut state, mut read, mut refused) = (SEED, 0, 0);
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    for run in 0..20_000 {
        let mut bytes = right[below(right.len())].clone();
        for _ in 0..below(4) {
            let at = below(bytes.len());
            bytes[at] = below(256) as u8;
        }
        bytes.truncate(bytes.len() - below(2) * below(bytes.len()));
        let asked = block_on(codec().read_request(&SYNC_PROTOCOL, &mut Cursor::new(&bytes)));
        let answered = block_on(codec().read_response(&SYNC_PROTOCOL, &mut Cursor::new(&bytes)));
        for code in
            [asked.as_ref().err().map(fault_code), answered.as_ref().err().map(fault_code)].into_iter().flatten()
        {
            refused += 1;
            let stable = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(stable && code != "stream_failed", "run {run} of seed {SEED}: {code}");
        }
        read += usize::from(asked.is_ok()) + usize::from(answered.is_ok());
    }
    assert!(read > 5_000 && refused > 5_000, "{read} were read and {refused} refused");
}
