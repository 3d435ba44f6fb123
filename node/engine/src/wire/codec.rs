//! Questions and answers in and out of bytes: deterministic CBOR arrays `[number, …]`, in the shapes that stand beside
//! each variant of [`Request`] and [`Response`].
//!
//! Size comes first, then the generic check of the whole message, then its fields; a list is counted before room is
//! made for it. An answer that carries a segment is nearly all segment, so it can be taken apart and put together
//! without copying the page ([`Response::decode_owned`], [`Response::into_parts`]).

use super::{
    BODIES_PER_REQUEST, EVIDENCE_PER_RESPONSE, FRAME_BYTES, HeadSummary, Request, Response, STATEMENTS_PER_REQUEST,
    WireFault,
};
use huxin_protocol::cbor::{ReadFault, Reader, Writer};
use huxin_protocol::digest::TreeHash;
use huxin_protocol::evidence::EVIDENCE_BYTES;
use huxin_protocol::ids::StatementId;
use huxin_protocol::limits::BODY_BYTES;
use huxin_protocol::tree::PROOF_HASHES;

/// Longest question in bytes: [`BODIES_PER_REQUEST`] ids of at most 32 bytes, and room to spare.
pub const REQUEST_BYTES: usize = 16 * 1024;
/// Most heads in one answer: one per city of a large country's 337, three times over.
pub const HEADS_PER_RESPONSE: usize = 1024;
/// Longest code of a refusal in bytes.
pub const CODE_BYTES: usize = 64;
/// Longest checkpoint note in bytes in an answer: a line for each of the 337 cities of a large country, three times over.
pub const NOTE_BYTES: usize = 256 * 1024;

const ASK_HEADS: u8 = 1;
const ASK_SEGMENT: u8 = 2;
const ASK_BODIES: u8 = 3;
const ASK_HISTORY: u8 = 4;
const ASK_EVIDENCE: u8 = 5;
const ASK_TIME: u8 = 6;

const SAME: u8 = 1;
const HEADS: u8 = 2;
const SEGMENT: u8 = 3;
const BODIES: u8 = 4;
const NOTHING: u8 = 5;
const BUSY: u8 = 6;
const REFUSED: u8 = 7;
const HISTORY: u8 = 8;
const EVIDENCE: u8 = 9;
const TIME: u8 = 10;

impl From<ReadFault> for WireFault {
    fn from(_: ReadFault) -> Self {
        Self::Shape
    }
}

/// Stands behind the number of a message that is `[number, …]` of at most `most` bytes.
fn open(bytes: &[u8], most: usize) -> Result<(Reader<'_>, u64, u8), WireFault> {
    if bytes.len() > most {
        return Err(WireFault::TooLong);
    }
    let mut reader = Reader::checked(bytes)?;
    let length = reader.array()?;
    let number = reader.unsigned()?;
    Ok((reader, length, number))
}

/// A list of at most `most` items; a longer one is refused before room is made for it.
fn list<'b, T>(
    reader: &mut Reader<'b>,
    most: usize,
    mut item: impl FnMut(&mut Reader<'b>) -> Result<T, WireFault>,
) -> Result<Vec<T>, WireFault> {
    let length = usize::try_from(reader.array()?).map_err(|_| WireFault::TooLong)?;
    if length > most {
        return Err(WireFault::TooLong);
    }
    let mut items = Vec::with_capacity(length);
    for _ in 0..length {
        items.push(item(reader)?);
    }
    Ok(items)
}

/// Hashes of a proof, one after the other.
fn read_hashes(reader: &mut Reader<'_>) -> Result<Vec<TreeHash>, WireFault> {
    let bytes = bounded(reader, PROOF_HASHES * 32)?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() { Ok(hashes.iter().copied().map(TreeHash).collect()) } else { Err(WireFault::Shape) }
}

/// A byte string of at most `most` bytes.
fn bounded(reader: &mut Reader<'_>, most: usize) -> Result<Vec<u8>, WireFault> {
    let bytes = reader.bytes()?;
    if bytes.len() > most { Err(WireFault::TooLong) } else { Ok(bytes.to_vec()) }
}

fn read_id(reader: &mut Reader<'_>) -> Result<StatementId, WireFault> {
    Ok(StatementId { city: reader.city()?, epoch: reader.epoch()?, seq: reader.seq()? })
}

fn write_id(writer: &mut Writer, id: &StatementId) {
    writer.city(id.city).unsigned(id.epoch.0).unsigned(id.seq.0);
}

impl Request {
    /// The deterministic CBOR of this question.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        match self {
            Self::Heads { digest } => {
                writer.array(2).unsigned(ASK_HEADS).digest(digest);
            }
            Self::Segment { city, from, count, epoch } => {
                writer.array(5).unsigned(ASK_SEGMENT).city(*city);
                writer.unsigned(from.0).unsigned(*count).unsigned(epoch.0);
            }
            Self::Bodies { ids } => {
                writer.array(2).unsigned(ASK_BODIES).list(ids, |writer, id| {
                    writer.array(3);
                    write_id(writer, id);
                });
            }
            Self::History { city, size } => {
                writer.array(3).unsigned(ASK_HISTORY).city(*city).unsigned(size.0);
            }
            Self::Evidence { city } => {
                writer.array(2).unsigned(ASK_EVIDENCE).city(*city);
            }
            Self::Time => {
                writer.array(1).unsigned(ASK_TIME);
            }
        }
        writer.finish()
    }

    /// Reads a question that a peer sent.
    ///
    /// # Errors
    /// [`WireFault::TooLong`] above [`REQUEST_BYTES`] or above the limit of a count, [`WireFault::Cbor`] for another
    /// form than the deterministic one, [`WireFault::Shape`] for everything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireFault> {
        let (mut reader, length, number) = open(bytes, REQUEST_BYTES)?;
        match (number, length) {
            (ASK_HEADS, 2) => Ok(Self::Heads { digest: reader.digest()? }),
            (ASK_SEGMENT, 5) => {
                let (city, from) = (reader.city()?, reader.seq()?);
                let count: u32 = reader.unsigned()?;
                if count > STATEMENTS_PER_REQUEST {
                    return Err(WireFault::TooLong);
                }
                Ok(Self::Segment { city, from, count, epoch: reader.epoch()? })
            }
            (ASK_BODIES, 2) => {
                let ids = list(&mut reader, BODIES_PER_REQUEST, |reader| {
                    reader.array_of(3)?;
                    read_id(reader)
                })?;
                Ok(Self::Bodies { ids })
            }
            (ASK_HISTORY, 3) => Ok(Self::History { city: reader.city()?, size: reader.size()? }),
            (ASK_EVIDENCE, 2) => Ok(Self::Evidence { city: reader.city()? }),
            (ASK_TIME, 1) => Ok(Self::Time),
            _ => Err(WireFault::Shape),
        }
    }
}

impl Response {
    /// The deterministic CBOR of this answer.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        if let Self::Segment(segment) = self {
            let mut bytes = segment_head(segment.len());
            bytes.extend_from_slice(segment);
            return bytes;
        }
        let mut writer = Writer::default();
        match self {
            // Written above.
            Self::Segment(_) => {}
            Self::Same => {
                writer.array(1).unsigned(SAME);
            }
            Self::Heads(heads) => {
                writer.array(2).unsigned(HEADS).list(heads, write_head);
            }
            Self::Bodies(bodies) => {
                writer.array(2).unsigned(BODIES).list(bodies, |writer, (id, body)| {
                    writer.array(4);
                    write_id(writer, id);
                    writer.bytes(body);
                });
            }
            Self::Nothing => {
                writer.array(1).unsigned(NOTHING);
            }
            Self::Busy { retry_after_ms } => {
                writer.array(2).unsigned(BUSY).unsigned(*retry_after_ms);
            }
            Self::Refused { code } => {
                writer.array(2).unsigned(REFUSED).text(code);
            }
            Self::History { root, proof, checkpoint } => {
                let proof: Vec<u8> = proof.iter().flat_map(|hash| hash.0).collect();
                writer.array(4).unsigned(HISTORY).bytes(&root.0).bytes(&proof).bytes(checkpoint);
            }
            Self::Evidence(objects) => {
                writer.array(2).unsigned(EVIDENCE).list(objects, |writer, object| {
                    writer.bytes(object);
                });
            }
            Self::Time(now) => {
                writer.array(2).unsigned(TIME).millis(*now);
            }
        }
        writer.finish()
    }

    /// The same bytes as [`Response::encode`] in two parts, to be written one after the other; a segment is moved into
    /// the second part and not copied.
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Segment(segment) => (segment_head(segment.len()), segment),
            other => (other.encode(), Vec::new()),
        }
    }

    /// Reads an answer that a peer sent.
    ///
    /// # Errors
    /// [`WireFault::TooLong`] above [`FRAME_BYTES`] or above the limit of a count, [`WireFault::Cbor`] for another form
    /// than the deterministic one, [`WireFault::Shape`] for everything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireFault> {
        let (mut reader, length, number) = open(bytes, FRAME_BYTES)?;
        match (number, length) {
            (SAME, 1) => Ok(Self::Same),
            (HEADS, 2) => Ok(Self::Heads(list(&mut reader, HEADS_PER_RESPONSE, read_head)?)),
            (SEGMENT, 2) => Ok(Self::Segment(reader.bytes()?.to_vec())),
            (BODIES, 2) => Ok(Self::Bodies(list(&mut reader, BODIES_PER_REQUEST, |reader| {
                reader.array_of(4)?;
                let id = read_id(reader)?;
                Ok((id, bounded(reader, BODY_BYTES)?))
            })?)),
            (NOTHING, 1) => Ok(Self::Nothing),
            (BUSY, 2) => Ok(Self::Busy { retry_after_ms: reader.unsigned()? }),
            (REFUSED, 2) => Ok(Self::Refused { code: read_code(&mut reader)? }),
            (HISTORY, 4) => Ok(Self::History {
                root: reader.tree_hash()?,
                proof: read_hashes(&mut reader)?,
                checkpoint: bounded(&mut reader, NOTE_BYTES)?,
            }),
            (EVIDENCE, 2) => {
                Ok(Self::Evidence(list(&mut reader, EVIDENCE_PER_RESPONSE, |reader| bounded(reader, EVIDENCE_BYTES))?))
            }
            (TIME, 2) => Ok(Self::Time(reader.millis()?)),
            _ => Err(WireFault::Shape),
        }
    }

    /// As [`Response::decode`], and a segment is kept in the buffer that it came in.
    ///
    /// # Errors
    /// As [`Response::decode`].
    pub fn decode_owned(mut bytes: Vec<u8>) -> Result<Self, WireFault> {
        let segment = {
            let (mut reader, length, number) = open(&bytes, FRAME_BYTES)?;
            if (number, length) == (SEGMENT, 2) { Some(reader.bytes()?.len()) } else { None }
        };
        let Some(segment) = segment else { return Self::decode(&bytes) };
        // The check has shown that nothing follows the last item.
        bytes.drain(..bytes.len() - segment);
        Ok(Self::Segment(bytes))
    }
}

/// `[3, ` and the head of a byte string of `length` bytes.
fn segment_head(length: usize) -> Vec<u8> {
    const BYTE_STRING: u8 = 2 << 5;
    let mut head = Vec::with_capacity(11);
    head.extend_from_slice(&[0x82, SEGMENT]);
    // The shortest form is the only one.
    let wide = (length as u64).to_be_bytes();
    match length {
        0..=23 => head.push(BYTE_STRING | wide[7]),
        24..=0xff => head.extend_from_slice(&[BYTE_STRING | 24, wide[7]]),
        0x100..=0xffff => head.extend_from_slice(&[BYTE_STRING | 25, wide[6], wide[7]]),
        0x1_0000..=0xffff_ffff => head.extend_from_slice(&[BYTE_STRING | 26, wide[4], wide[5], wide[6], wide[7]]),
        _ => {
            head.push(BYTE_STRING | 27);
            head.extend_from_slice(&wide);
        }
    }
    head
}

fn write_head(writer: &mut Writer, head: &HeadSummary) {
    writer.array(9).city(head.city).unsigned(head.epoch.0).unsigned(head.size.0).bytes(&head.root.0);
    writer
        .digest(&head.record)
        .unsigned(head.proved.0)
        .digest(&head.witnesses)
        .digest(&head.evidence)
        .boolean(head.over_quota);
}

fn read_head(reader: &mut Reader<'_>) -> Result<HeadSummary, WireFault> {
    reader.array_of(9)?;
    Ok(HeadSummary {
        city: reader.city()?,
        epoch: reader.epoch()?,
        size: reader.size()?,
        root: reader.tree_hash()?,
        record: reader.digest()?,
        proved: reader.size()?,
        witnesses: reader.digest()?,
        evidence: reader.digest()?,
        over_quota: reader.boolean()?,
    })
}

/// A code ends up in logs and metrics, so a stranger's words are held to the form of ours.
fn read_code(reader: &mut Reader<'_>) -> Result<String, WireFault> {
    let code = reader.text(CODE_BYTES)?;
    let ours = code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if ours { Ok(code.to_owned()) } else { Err(WireFault::Shape) }
}

#[cfg(test)]
mod tests;
