//! What every target asks of an answer.

/// A refusal has a stable code: lower-case words that may become a metric's label.
#[track_caller]
pub fn stable(code: &str) {
    let letters = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    assert!(!code.is_empty() && letters, "{code:?} is no stable code");
}

/// What was read is written to the same bytes again.
#[track_caller]
pub fn canonical(written: &[u8], read: &[u8]) {
    assert!(written == read, "read {}\nwritten {}", hex::encode(read), hex::encode(written));
}

/// A fault has words for people too.
#[track_caller]
pub fn told(fault: &impl std::fmt::Display) {
    assert!(!fault.to_string().trim().is_empty(), "a fault without words");
}
