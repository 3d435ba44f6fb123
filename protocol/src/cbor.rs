//! Deterministic CBOR (RFC 8949 section 4.2): the generic check on the bytes, and small writers and readers.
//! No decoder refuses non-canonical input by itself, so [`check`] runs before any of them.

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CborFault {
    #[error("the bytes end in the middle of an item")]
    Truncated,
    #[error("bytes follow the item")]
    Trailing,
    #[error("a number or length is not in its shortest form")]
    NotShortest,
    #[error("an item of indefinite length")]
    Indefinite,
    #[error("the keys of a map are out of order")]
    KeyOrder,
    #[error("a key stands twice in a map")]
    DuplicateKey,
    #[error("a text is not UTF-8 in normal form C")]
    Text,
    #[error("a kind of item that this format does not use (tag, float or unassigned simple value)")]
    Unused,
    #[error("items are nested too deeply")]
    Depth,
}

/// Checks that `bytes` are exactly one item in the one deterministic encoding. Map keys must ascend bytewise; text is
/// NFC; of the simple values only false, true and null are used; tags and floats are not (R1 to R5).
pub fn check(bytes: &[u8]) -> Result<(), CborFault> {
    let _ = bytes;
    todo!()
}
