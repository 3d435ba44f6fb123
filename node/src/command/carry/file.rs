//! The file of an export: a run of frames, four bytes of big-endian length and then one segment, and at the end a mark: a length of zero,
//! the number of segments (eight bytes, big-endian), and the BLAKE3 digest of every byte before the mark.
//!
//! A gateway may deliver half a file with success. Without the mark half a file looks whole, for every segment in it holds; with it a
//! reader knows that there was more. The mark is no proof of anything else: each segment carries its own. Files may be joined end to end.

use huxin_engine::wire::{FRAME_BYTES, LENGTH_BYTES, frame_length};
use std::io::{self, BufReader, BufWriter, Read, Write};

/// Behind the length of zero: the count, then the digest.
const MARK_BYTES: usize = 8 + 32;

/// Writes one file.
pub struct Writer {
    into: BufWriter<Box<dyn crate::destination::Sink>>,
    so_far: blake3::Hasher,
    segments: u64,
}

impl Writer {
    pub fn new(into: Box<dyn crate::destination::Sink>) -> Self {
        Self { into: BufWriter::new(into), so_far: blake3::Hasher::new(), segments: 0 }
    }

    /// # Errors
    /// The file cannot be written, or the segment is longer than any that a node makes.
    pub fn segment(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        for part in [&length.to_be_bytes(), bytes] {
            self.into.write_all(part)?;
            self.so_far.update(part);
        }
        self.segments += 1;
        Ok(())
    }

    /// Sets the mark and makes the file durable.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        self.into.write_all(&[0; LENGTH_BYTES])?;
        self.into.write_all(&self.segments.to_be_bytes())?;
        self.into.write_all(self.so_far.finalize().as_bytes())?;
        self.into.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
    }
}

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Segment(Vec<u8>),
    /// The file was whole.
    End,
    /// It ends where it should not.
    Cut,
    /// Something else stands there.
    Damaged,
}

/// Reads files that were joined, or one.
pub struct Reader<R: Read> {
    from: BufReader<R>,
    so_far: blake3::Hasher,
    segments: u64,
    /// A whole file lies behind, and nothing of another one was read yet.
    at_end: bool,
}

impl<R: Read> Reader<R> {
    pub fn new(from: R) -> Self {
        Self { from: BufReader::new(from), so_far: blake3::Hasher::new(), segments: 0, at_end: false }
    }

    /// # Errors
    /// The file cannot be read.
    pub fn next(&mut self) -> io::Result<Next> {
        loop {
            let mut head = [0; LENGTH_BYTES];
            match fill(&mut self.from, &mut head)? {
                0 if self.at_end => return Ok(Next::End),
                LENGTH_BYTES => {}
                _ => return Ok(Next::Cut),
            }
            self.at_end = false;
            let Ok(length) = frame_length(head, FRAME_BYTES) else { return Ok(Next::Damaged) };
            if length > 0 {
                let mut segment = vec![0; length];
                if fill(&mut self.from, &mut segment)? < length {
                    return Ok(Next::Cut);
                }
                self.so_far.update(&head).update(&segment);
                self.segments += 1;
                return Ok(Next::Segment(segment));
            }
            let mut mark = [0; MARK_BYTES];
            if fill(&mut self.from, &mut mark)? < MARK_BYTES {
                return Ok(Next::Cut);
            }
            let due = [&self.segments.to_be_bytes()[..], self.so_far.finalize().as_bytes()].concat();
            if mark[..] != due[..] {
                return Ok(Next::Damaged);
            }
            (self.so_far, self.segments, self.at_end) = (blake3::Hasher::new(), 0, true);
        }
    }
}

/// Reads until the buffer is full or the file ends; how much came.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut come = 0;
    while come < buffer.len() {
        match from.read(&mut buffer[come..]) {
            Ok(0) => break,
            Ok(more) => come += more,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(come)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn file(segments: &[&[u8]]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let mut writer = Writer::new(Box::new(std::fs::File::create(&path).unwrap()));
        segments.iter().for_each(|segment| writer.segment(segment).unwrap());
        writer.end().unwrap();
        std::fs::read(path).unwrap()
    }

    /// How many segments come, and how the file ends.
    fn read(bytes: &[u8]) -> (usize, Next) {
        let mut reader = Reader::new(bytes);
        let mut come = 0;
        loop {
            match reader.next().unwrap() {
                Next::Segment(_) => come += 1,
                other => return (come, other),
            }
        }
    }

    #[test]
    fn a_file_is_whole_only_with_its_mark_wherever_it_is_cut() {
        let bytes = file(&[b"first", b"second one"]);
        assert_eq!(read(&bytes), (2, Next::End));
        for cut in 0..bytes.len() {
            let due = [4 + 5, 4 + 5 + 4 + 10].iter().filter(|end| cut >= **end).count();
            assert_eq!(read(&bytes[..cut]), (due, Next::Cut), "cut at {cut}");
        }
        assert_eq!(read(&file(&[])), (0, Next::End));
        assert_eq!(read(&[bytes.clone(), file(&[b"third"])].concat()), (3, Next::End), "joined");
        assert_eq!(read(&[&bytes[..], b"x"].concat()), (2, Next::Cut), "something behind the mark");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let bytes = file(&[b"first", b"second one"]);
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x41;
            assert_ne!(read(&changed).1, Next::End, "byte {place}");
        }
    }
}
