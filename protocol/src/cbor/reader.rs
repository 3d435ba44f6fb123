//! Takes typed fields out of checked CBOR. [`Reader::checked`] runs the generic check first, so everything behind it may
//! rely on ascending keys and shortest forms; what is left to refuse is a wrong type, a wrong size, an unknown key or a
//! missing one.

use super::{CborFault, check, content, head};
use crate::digest::{Digest, TreeHash};
use crate::ids::{CityCode, Epoch, Seq, Size};
use crate::time::{Date, Millis};
use minicbor::data::Type;
use minicbor::decode::Decoder;

/// Why fields could not be taken out of deterministic CBOR. Each format turns it into its own fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    #[error("a key is unknown, or one that is needed is missing")]
    Keys,
    #[error("a field has the wrong type, length or order")]
    Field,
}

/// A cursor over the items of checked CBOR. Borrows; copies nothing.
#[derive(Clone, Debug)]
pub struct Reader<'b> {
    decoder: Decoder<'b>,
}

type Read<T> = Result<T, ReadFault>;

/// minicbor tells where and why; here every such answer means one thing.
fn field<T>(result: Result<T, minicbor::decode::Error>) -> Read<T> {
    result.map_err(|_| ReadFault::Field)
}

impl<'b> Reader<'b> {
    /// Runs the generic [`check`] over all of `bytes` and stands before the first item.
    ///
    /// # Errors
    /// What [`check`] finds.
    pub fn checked(bytes: &'b [u8]) -> Result<Self, CborFault> {
        check(bytes)?;
        Ok(Self { decoder: Decoder::new(bytes) })
    }

    /// An unsigned number that fits the asked type.
    pub fn unsigned<T: TryFrom<u64>>(&mut self) -> Read<T> {
        T::try_from(field(self.decoder.u64())?).map_err(|_| ReadFault::Field)
    }
    pub fn boolean(&mut self) -> Read<bool> {
        field(self.decoder.bool())
    }
    /// A byte string of any length.
    pub fn bytes(&mut self) -> Read<&'b [u8]> {
        field(self.decoder.bytes())
    }
    /// A byte string of exactly `N` bytes.
    pub fn bytes_of<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.bytes()?.try_into().map_err(|_| ReadFault::Field)
    }
    /// A byte string of `least` to `most` bytes.
    pub fn bytes_within(&mut self, least: usize, most: usize) -> Read<&'b [u8]> {
        let bytes = self.bytes()?;
        if (least..=most).contains(&bytes.len()) { Ok(bytes) } else { Err(ReadFault::Field) }
    }
    /// A text of any length.
    pub fn any_text(&mut self) -> Read<&'b str> {
        // The checked bytes say where the text lies; only UTF-8 is left to be shown, which the decoder would do slowly.
        let bytes = self.decoder.input();
        let (major, length, from) = head(bytes, self.decoder.position()).map_err(|_| ReadFault::Field)?;
        if major != 3 {
            return Err(ReadFault::Field);
        }
        let content = content(bytes, from, length).map_err(|_| ReadFault::Field)?;
        self.decoder.set_position(from + content.len());
        simdutf8::basic::from_utf8(content).map_err(|_| ReadFault::Field)
    }
    /// A text of 1 to `most` bytes.
    pub fn text(&mut self, most: usize) -> Read<&'b str> {
        let text = self.any_text()?;
        if (1..=most).contains(&text.len()) { Ok(text) } else { Err(ReadFault::Field) }
    }
    /// As [`Reader::text`], as a text of its own.
    pub fn owned_text(&mut self, most: usize) -> Read<String> {
        self.text(most).map(str::to_owned)
    }
    /// A text of 0 to `most` bytes, as a text of its own.
    pub fn text_or_empty(&mut self, most: usize) -> Read<String> {
        let text = self.any_text()?;
        if text.len() <= most { Ok(text.to_owned()) } else { Err(ReadFault::Field) }
    }
    pub fn digest(&mut self) -> Read<Digest> {
        self.bytes_of().map(Digest)
    }
    pub fn tree_hash(&mut self) -> Read<TreeHash> {
        self.bytes_of().map(TreeHash)
    }
    pub fn city(&mut self) -> Read<CityCode> {
        CityCode::new(self.any_text()?).map_err(|_| ReadFault::Field)
    }
    /// An epoch, from 1 on.
    pub fn epoch(&mut self) -> Read<Epoch> {
        let number = self.unsigned()?;
        if number >= Epoch::FIRST.0 { Ok(Epoch(number)) } else { Err(ReadFault::Field) }
    }
    pub fn seq(&mut self) -> Read<Seq> {
        self.unsigned().map(Seq)
    }
    pub fn size(&mut self) -> Read<Size> {
        self.unsigned().map(Size)
    }
    /// Milliseconds since 1970, never before.
    pub fn millis(&mut self) -> Read<Millis> {
        self.unsigned().map(Millis)
    }
    /// A civil date as text, `2026-11-22`.
    pub fn date(&mut self) -> Read<Date> {
        self.any_text()?.parse().map_err(|_| ReadFault::Field)
    }

    /// The head of an array: its length.
    pub fn array(&mut self) -> Read<u64> {
        field(self.decoder.array())?.ok_or(ReadFault::Field)
    }
    /// The head of an array of exactly `length` items.
    pub fn array_of(&mut self, length: u64) -> Read<()> {
        if self.array()? == length { Ok(()) } else { Err(ReadFault::Field) }
    }
    /// An array of `least` to `most` items, each taken by `item`.
    pub fn list<T>(&mut self, least: usize, most: usize, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let length = usize::try_from(self.array()?).map_err(|_| ReadFault::Field)?;
        if !(least..=most).contains(&length) {
            return Err(ReadFault::Field);
        }
        let mut items = Vec::with_capacity(length);
        for _ in 0..length {
            items.push(item(self)?);
        }
        Ok(items)
    }
    /// As [`Reader::list`], and the items ascend without repeats.
    pub fn sorted<T: Ord>(
        &mut self,
        least: usize,
        most: usize,
        item: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        let items = self.list(least, most, item)?;
        if items.windows(2).all(|pair| pair[0] < pair[1]) { Ok(items) } else { Err(ReadFault::Field) }
    }
    /// `None` for a null, else what `item` takes.
    pub fn nullable<T>(&mut self, item: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        if self.peek()? == Type::Null {
            field(self.decoder.null())?;
            return Ok(None);
        }
        item(self).map(Some)
    }
    /// Whether an array stands next.
    pub fn at_array(&self) -> Read<bool> {
        Ok(self.peek()? == Type::Array)
    }
    fn peek(&self) -> Read<Type> {
        field(self.decoder.datatype())
    }

    /// A map with unsigned keys. `fields` takes them in ascending order; a key that it leaves behind is unknown.
    pub fn map<T>(&mut self, fields: impl FnOnce(&mut MapReader<'_, 'b>) -> Read<T>) -> Read<T> {
        let left = field(self.decoder.map())?.ok_or(ReadFault::Field)?;
        let mut map = MapReader { reader: self, left, key: None };
        map.advance()?;
        let value = fields(&mut map)?;
        if map.key.is_some() { Err(ReadFault::Keys) } else { Ok(value) }
    }
    /// Looks at the first fields of a map and leaves the rest unread: for the version number, by which the other keys
    /// are judged. To be called on a clone.
    pub fn map_start<T>(mut self, fields: impl FnOnce(&mut MapReader<'_, 'b>) -> Read<T>) -> Read<T> {
        let left = field(self.decoder.map())?.ok_or(ReadFault::Field)?;
        let mut map = MapReader { reader: &mut self, left, key: None };
        map.advance()?;
        fields(&mut map)
    }
    /// The head of a map with other than number keys: its number of pairs. Their order was checked.
    pub fn pairs(&mut self) -> Read<u64> {
        field(self.decoder.map())?.ok_or(ReadFault::Field)
    }
}

/// The fields of one map, to be asked for in ascending order of their keys.
#[derive(Debug)]
pub struct MapReader<'r, 'b> {
    reader: &'r mut Reader<'b>,
    /// Pairs whose key has not been read.
    left: u64,
    /// The key whose value stands next.
    key: Option<u64>,
}

impl<'b> MapReader<'_, 'b> {
    fn advance(&mut self) -> Read<()> {
        self.key = match self.left.checked_sub(1) {
            None => None,
            Some(left) => {
                self.left = left;
                // A key that is no unsigned number is a key that no version knows.
                Some(self.reader.decoder.u64().map_err(|_| ReadFault::Keys)?)
            }
        };
        Ok(())
    }

    /// The value under `key`, which must be there.
    pub fn required<T>(&mut self, key: u64, value: impl FnOnce(&mut Reader<'b>) -> Read<T>) -> Read<T> {
        self.optional(key, value)?.ok_or(ReadFault::Keys)
    }

    /// The value under `key`, if it is there.
    pub fn optional<T>(&mut self, key: u64, value: impl FnOnce(&mut Reader<'b>) -> Read<T>) -> Read<Option<T>> {
        match self.key {
            Some(found) if found == key => {
                let value = value(self.reader)?;
                self.advance()?;
                Ok(Some(value))
            }
            Some(found) if found < key => Err(ReadFault::Keys),
            _ => Ok(None),
        }
    }

    /// The numbers under the keys 0 and 1 that open every signed map: format version and suite.
    pub fn version(&mut self) -> Read<(u64, u64)> {
        Ok((self.required(0, Reader::unsigned)?, self.required(1, Reader::unsigned)?))
    }

    /// The array under `key`, which is absent when empty: 1 to `most` items, or an empty list.
    pub fn some_list<T>(
        &mut self,
        key: u64,
        most: usize,
        item: impl FnMut(&mut Reader<'b>) -> Read<T>,
    ) -> Read<Vec<T>> {
        Ok(self.optional(key, |reader| reader.list(1, most, item))?.unwrap_or_default())
    }
}
