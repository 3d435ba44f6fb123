//! Writes deterministic CBOR: shortest forms and definite lengths come from the encoder, NFC from [`Writer::text`], and
//! ascending keys from the caller, who names them in the order of the format's comment.

use crate::digest::Digest;
use crate::ids::CityCode;
use crate::time::{Date, Millis};
use minicbor::encode::Encoder;
use unicode_normalization::UnicodeNormalization;

/// Builds one item in a growing buffer. Writing to memory cannot fail, so nothing here answers a result.
#[derive(Debug)]
pub struct Writer {
    encoder: Encoder<Vec<u8>>,
}

impl Default for Writer {
    fn default() -> Self {
        Self::with_capacity(256)
    }
}

impl Writer {
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { encoder: Encoder::new(Vec::with_capacity(bytes)) }
    }
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.encoder.into_writer()
    }

    pub fn unsigned(&mut self, number: impl Into<u64>) -> &mut Self {
        let _ = self.encoder.u64(number.into());
        self
    }
    pub fn boolean(&mut self, value: bool) -> &mut Self {
        let _ = self.encoder.bool(value);
        self
    }
    pub fn null(&mut self) -> &mut Self {
        let _ = self.encoder.null();
        self
    }
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        let _ = self.encoder.bytes(bytes);
        self
    }
    /// Text in NFC, whatever form it was typed in: what is signed is always canonical.
    pub fn text(&mut self, text: &str) -> &mut Self {
        if super::is_nfc(text) {
            let _ = self.encoder.str(text);
        } else {
            let _ = self.encoder.str(&text.nfc().collect::<String>());
        }
        self
    }
    pub fn digest(&mut self, digest: &Digest) -> &mut Self {
        self.bytes(&digest.0)
    }
    pub fn city(&mut self, city: CityCode) -> &mut Self {
        let _ = self.encoder.str(city.as_str());
        self
    }
    /// Milliseconds since 1970; the formats know no time before.
    pub fn millis(&mut self, time: Millis) -> &mut Self {
        self.unsigned(time.0.max(0).unsigned_abs())
    }
    /// A civil date as text, `2026-11-22`.
    pub fn date(&mut self, date: Date) -> &mut Self {
        let _ = self.encoder.str(&date.to_string());
        self
    }
    /// An array of texts.
    pub fn texts(&mut self, texts: &[String]) -> &mut Self {
        self.list(texts, |writer, text| {
            writer.text(text);
        })
    }
    /// The head of an array of `length` items, which the caller writes next.
    pub fn array(&mut self, length: usize) -> &mut Self {
        let _ = self.encoder.array(length as u64);
        self
    }
    /// A whole array, each item written by `item`.
    pub fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) -> &mut Self {
        self.array(items.len());
        for one in items {
            item(self, one);
        }
        self
    }
    /// The head of a map of `pairs` pairs, which the caller writes next in the order of their encoded keys.
    pub fn pairs(&mut self, pairs: usize) -> &mut Self {
        let _ = self.encoder.map(pairs as u64);
        self
    }
    /// A map with unsigned keys, which `fields` writes in ascending order. The number of pairs is put in afterwards, so
    /// that absent fields need no counting.
    pub fn map(&mut self, fields: impl FnOnce(&mut MapWriter<'_>)) -> &mut Self {
        const EMPTY_MAP: u8 = 0xa0;
        let at = self.encoder.writer().len();
        self.encoder.writer_mut().push(EMPTY_MAP);
        let mut map = MapWriter { writer: self, count: 0, last: None };
        fields(&mut map);
        let count = map.count;
        // No map of this format has more than 23 keys; a longer one would still come out right.
        let mut head = Encoder::new(Vec::with_capacity(9));
        let _ = head.map(count);
        self.encoder.writer_mut().splice(at..=at, head.into_writer());
        self
    }
}

/// The fields of one map under construction.
#[derive(Debug)]
pub struct MapWriter<'w> {
    writer: &'w mut Writer,
    count: u64,
    last: Option<u64>,
}

impl MapWriter<'_> {
    /// Writes `key` and lets `value` write what stands under it.
    pub fn field<'s, R>(&'s mut self, key: u64, value: impl FnOnce(&'s mut Writer) -> R) -> R {
        debug_assert!(self.last.is_none_or(|last| last < key), "keys are written in ascending order");
        self.last = Some(key);
        self.count += 1;
        let _ = self.writer.encoder.u64(key);
        value(self.writer)
    }
    /// Writes `key` and its value if there is one.
    pub fn optional<T>(&mut self, key: u64, value: Option<&T>, write: impl FnOnce(&mut Writer, &T))
    where
        T: ?Sized,
    {
        if let Some(value) = value {
            self.field(key, |writer| write(writer, value));
        }
    }
    /// A text under `key` if there is one.
    pub fn text(&mut self, key: u64, text: Option<&str>) {
        self.optional(key, text, |writer, text| {
            writer.text(text);
        });
    }
    /// A date under `key` if there is one.
    pub fn date(&mut self, key: u64, date: Option<Date>) {
        self.optional(key, date.as_ref(), |writer, date| {
            writer.date(*date);
        });
    }
    /// An array of texts under `key`, absent when empty.
    pub fn texts(&mut self, key: u64, texts: &[String]) {
        self.optional(key, Some(texts).filter(|texts| !texts.is_empty()), |writer, texts| {
            writer.texts(texts);
        });
    }
    /// An array of digests under `key`, absent when empty.
    pub fn digests(&mut self, key: u64, digests: &[Digest]) {
        self.optional(key, Some(digests).filter(|digests| !digests.is_empty()), |writer, digests| {
            writer.list(digests, |writer, digest| {
                writer.digest(digest);
            });
        });
    }
}
