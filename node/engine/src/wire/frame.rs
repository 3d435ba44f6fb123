//! What stands before every message on a stream or in a file of segments: its length as 32 bits, most significant byte
//! first. Whoever reads asks here before it makes room, so that four bytes from a stranger never cost more than the limit
//! of the message that is due.

use super::WireFault;

/// Bytes of the length.
pub const LENGTH_BYTES: usize = 4;

/// How long the message is that follows `head`.
///
/// # Errors
/// [`WireFault::TooLong`] above `most`.
pub fn frame_length(head: [u8; LENGTH_BYTES], most: usize) -> Result<usize, WireFault> {
    usize::try_from(u32::from_be_bytes(head)).ok().filter(|length| *length <= most).ok_or(WireFault::TooLong)
}

/// What stands before a message of `length` bytes.
///
/// # Errors
/// [`WireFault::TooLong`] above `most`.
pub fn frame_head(length: usize, most: usize) -> Result<[u8; LENGTH_BYTES], WireFault> {
    let length = u32::try_from(length).ok().filter(|_| length <= most).ok_or(WireFault::TooLong)?;
    Ok(length.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_and_read_within_its_limit() {
        assert_eq!(frame_head(0x0102, 0x0102), Ok([0, 0, 1, 2]));
        assert_eq!(frame_length([0, 0, 1, 2], 0x0102), Ok(0x0102));
        assert_eq!(frame_length([0, 0, 1, 2], 0x0101), Err(WireFault::TooLong));
        assert_eq!(frame_length([0xff; 4], 0x0101), Err(WireFault::TooLong));
        assert_eq!(frame_head(0x0102, 0x0101), Err(WireFault::TooLong));
        assert_eq!(frame_head(usize::MAX, usize::MAX), Err(WireFault::TooLong), "no 32 bits hold it");
    }
}
