//! Size limits, each with its reason. A message above its limit is refused before it is decoded.

/// Longest statement in bytes. A header with the longest reader list stays far below it; a page holds hundreds.
pub const STATEMENT_BYTES: usize = 4 * 1024;
/// Longest body in bytes: the text of one decision's summary, not the decision itself.
pub const BODY_BYTES: usize = 32 * 1024;
/// Longest gossip message in bytes: a quarter of libp2p's receive window of 256 KiB, which counts a read buffer
/// and not one frame.
pub const GOSSIP_BYTES: usize = 64 * 1024;
/// Longest page of an answer in bytes: one second on a line of 8 Mbit/s.
pub const PAGE_BYTES: usize = 1024 * 1024;
/// Most cities in one reader list; with 16 letters each the header stays within [`STATEMENT_BYTES`].
pub const READERS: usize = 128;
/// How far ahead of the asking instant a signed time may be before it is *not yet*, in milliseconds (5 minutes).
pub const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;
/// How many statements of one kind in one city's log a ruling hears about one statement that another city made (R146). An
/// office that files more about one entry says nothing new.
pub const HEARD_AT_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::BUNDLE_BYTES;
    use crate::edition::EDITION_BYTES;
    use crate::evidence::EVIDENCE_BYTES;

    /// R22, the rules of bodies, segments and readers, by their numbers: two implementations must agree on each.
    #[test]
    fn limits_are_those_of_the_specification() {
        assert_eq!((STATEMENT_BYTES, BODY_BYTES, GOSSIP_BYTES), (4_096, 32_768, 65_536));
        assert_eq!((PAGE_BYTES, BUNDLE_BYTES), (1_048_576, 4_194_304));
        assert_eq!((EDITION_BYTES, EVIDENCE_BYTES), (4_194_304, 8_256));
        assert_eq!((READERS, CLOCK_TOLERANCE_MS, HEARD_AT_MOST), (128, 300_000, 64));
    }
}
