//! A segment's one encoding, and the limits within which it is decoded (R91).

use super::{Item, Segment, SegmentFault};
use crate::cbor::{ReadFault, Reader, Writer};
use crate::limits::{BODY_BYTES, STATEMENT_BYTES};
use crate::tree::{MAX_SIZE, PROOF_HASHES};

const SEGMENT_VERSION: u64 = 1;
/// Most statements in one segment: a page of the shortest ones that say anything, twice over. Bounds the work that a
/// page of worthless leaves can cause.
pub const ITEMS: usize = 8192;
/// Most key records in one segment: a rotation every week for five years.
pub const RECORDS: usize = 256;

impl From<ReadFault> for SegmentFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

impl Item {
    /// Bytes that this item adds to a segment, to fill a page without encoding it first; a few bytes too many.
    #[must_use]
    pub fn encoded_bytes(&self) -> usize {
        const HEADS: usize = 1 + 5 + 5;
        HEADS + self.statement.len() + self.body.as_ref().map_or(0, Vec::len)
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(2).bytes(&self.statement);
        match &self.body {
            Some(body) => writer.bytes(body),
            None => writer.null(),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.array_of(2)?;
        let statement = reader.bytes()?.to_vec();
        let body = reader.nullable(Reader::bytes)?.map(<[u8]>::to_vec);
        Ok(Self { statement, body })
    }
}

impl Segment {
    /// Deterministic CBOR of this segment. What it carries goes in as it is; whoever builds one keeps to the limits.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let records: usize = self.records.iter().map(|record| record.len() + 9).sum();
        let items: usize = self.items.iter().map(Item::encoded_bytes).sum();
        let proof = 34 * self.consistency.len();
        let mut writer = Writer::with_capacity(64 + records + items + proof + self.checkpoint.len());
        writer.array(7).unsigned(SEGMENT_VERSION).city(self.city);
        writer.list(&self.records, |writer, record| {
            writer.bytes(record);
        });
        writer.unsigned(self.from.0);
        writer.list(&self.items, |writer, item| item.write(writer));
        writer.list(&self.consistency, |writer, hash| {
            writer.bytes(&hash.0);
        });
        writer.bytes(&self.checkpoint);
        writer.finish()
    }

    /// Reads a segment of at most `limit` bytes: the road's [`crate::limits::GOSSIP_BYTES`] or
    /// [`crate::limits::PAGE_BYTES`] (plus one item).
    ///
    /// # Errors
    /// [`SegmentFault::TooLong`], [`SegmentFault::Cbor`] or [`SegmentFault::Shape`]; all are the sender's fault.
    pub fn decode(bytes: &[u8], limit: usize) -> Result<Self, SegmentFault> {
        if bytes.len() > limit {
            return Err(SegmentFault::TooLong);
        }
        // The check reads heads only and skips what byte strings hold, which is nearly all of a page.
        let mut reader = Reader::checked(bytes)?;
        reader.array_of(7)?;
        if reader.unsigned::<u64>()? != SEGMENT_VERSION {
            return Err(SegmentFault::Shape);
        }
        let segment = Self {
            city: reader.city()?,
            records: reader.list(0, RECORDS, |reader| reader.bytes().map(<[u8]>::to_vec))?,
            from: reader.seq()?,
            items: reader.list(0, ITEMS, Item::read)?,
            consistency: reader.list(0, PROOF_HASHES, Reader::tree_hash)?,
            checkpoint: reader.bytes()?.to_vec(),
        };
        let too_long = |item: &Item| {
            item.statement.len() > STATEMENT_BYTES || item.body.as_ref().is_some_and(|body| body.len() > BODY_BYTES)
        };
        if segment.items.iter().any(too_long) {
            return Err(SegmentFault::TooLong);
        }
        // So that the end of the run is a size that a log can have.
        let end = segment.from.0.checked_add(segment.items.len() as u64);
        if end.is_some_and(|end| end <= MAX_SIZE) { Ok(segment) } else { Err(SegmentFault::Shape) }
    }
}
