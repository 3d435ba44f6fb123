//! The digests that name a view: equal log digests, viewer and instant give equal rulings (R140 to R142).

use crate::cbor::Writer;
use crate::digest::{Context, Digest};
use crate::fold::{SourceFact, Viewpoint};
use crate::ids::CityCode;

/// `huxin view v1` over CBOR, an array of one array per city, sorted by city: `[city, epoch, size, root, digest of the
/// last key record, sorted digests of abandoned heads held, frozen, history cut, sorted positions of lacking bodies]`
/// (R140). `sources` must ascend by city.
#[must_use]
pub fn log_digest<'a>(sources: impl ExactSizeIterator<Item = &'a SourceFact>) -> Digest {
    let mut out = Writer::with_capacity(16 + sources.len() * 128);
    out.array(sources.len());
    for source in sources {
        let mut heads: Vec<&Digest> = source.abandoned_heads.iter().collect();
        heads.sort_unstable();
        let mut lacking: Vec<u64> = source.lacking.iter().map(|seq| seq.0).collect();
        lacking.sort_unstable();
        out.array(9).city(source.city).unsigned(source.epoch.0).unsigned(source.size.0).bytes(&source.root.0);
        out.digest(&source.last_record);
        out.list(&heads, |out, head| {
            out.digest(head);
        });
        out.boolean(source.frozen).boolean(source.history_cut);
        out.list(&lacking, |out, seq| {
            out.unsigned(*seq);
        });
    }
    Context::View.digest(&out.finish())
}

/// `huxin ruling v1` over CBOR `[log digest, viewer, at, sorted edition digests, crosswalk digest or null, [[freshness or
/// null, sorted witness cities], …] sorted by city]` (R141). `editions` must be sorted; `sources` must ascend by city.
#[must_use]
pub fn ruling_digest<'a>(
    log_digest: &Digest,
    view: &Viewpoint,
    editions: &[Digest],
    sources: impl ExactSizeIterator<Item = &'a SourceFact>,
) -> Digest {
    let mut out = Writer::with_capacity(128 + sources.len() * 32);
    out.array(6).digest(log_digest).city(view.viewer).millis(view.at);
    out.list(editions, |out, edition| {
        out.digest(edition);
    });
    match &view.crosswalk {
        Some(crosswalk) => out.digest(crosswalk),
        None => out.null(),
    };
    out.array(sources.len());
    for source in sources {
        out.array(2);
        match source.freshness {
            Some(freshness) => out.millis(freshness),
            None => out.null(),
        };
        let witnesses: Vec<CityCode> = source.witnesses.keys().copied().collect();
        out.list(&witnesses, |out, city| {
            out.city(*city);
        });
    }
    Context::Ruling.digest(&out.finish())
}
