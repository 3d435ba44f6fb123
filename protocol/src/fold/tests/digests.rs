//! The digests of a view (R140 to R142).

use super::book::*;
use crate::digest::Digest;
use crate::ids::{Seq, Size};
use crate::ruling::log_digest;
use crate::time::Millis;

#[test]
fn the_log_digest_covers_each_part() {
    let book = Book::recognising();
    let plain = log_digest(book.sources.values());
    let changes: [fn(&mut crate::fold::SourceFact); 9] = [
        |source| source.epoch = source.epoch.next(),
        |source| source.size = Size(101),
        |source| source.root.0[0] ^= 1,
        |source| source.last_record.0[0] ^= 1,
        |source| source.abandoned_heads.push(Digest([4; 32])),
        |source| source.frozen = true,
        |source| source.history_cut = true,
        |source| source.lacking = [Seq(3)].into(),
        |source| source.city = city("999999"),
    ];
    let mut seen = vec![plain];
    for change in changes {
        let mut book = book.clone();
        change(book.source(zhoushan()));
        let digest = log_digest(book.sources.values());
        assert!(!seen.contains(&digest));
        seen.push(digest);
    }
    // Times, witnesses and the order of sets are no part of it.
    let mut book = book;
    book.source(zhoushan()).freshness = None;
    book.source(zhoushan()).witnesses = [(hezhou(), Size(1))].into();
    book.source(zhoushan()).name = "改名".to_owned();
    assert_eq!(log_digest(book.sources.values()), plain);
    book.source(zhoushan()).lacking = [Seq(4), Seq(3)].into();
    let sorted = log_digest(book.sources.values());
    book.source(zhoushan()).lacking = [Seq(3), Seq(4)].into();
    assert_eq!(log_digest(book.sources.values()), sorted);
}

/// The bytes under the digest, written out by hand for one city: a second implementation can check itself here.
#[test]
fn the_log_digest_of_one_city_by_hand() {
    let mut book = Book::new();
    book.sources.retain(|city, _| *city == zhoushan());
    let source = book.source(zhoushan());
    source.size = Size(300);
    source.lacking = [Seq(5)].into();
    let mut bytes = vec![0x81, 0x89, 0x66];
    bytes.extend_from_slice(b"330900");
    bytes.extend_from_slice(&[0x01, 0x19, 0x01, 0x2c, 0x58, 0x20]);
    bytes.extend_from_slice(&[7; 32]);
    bytes.extend_from_slice(&[0x58, 0x20]);
    bytes.extend_from_slice(&[1; 32]);
    bytes.extend_from_slice(&[0x80, 0xf4, 0xf4, 0x81, 0x05]);
    assert_eq!(log_digest(book.sources.values()), crate::digest::Context::View.digest(&bytes));
}

#[test]
fn the_ruling_digest_adds_viewer_instant_edition_and_sources() {
    let mut book = Book::recognising();
    book.list(zhoushan(), "g", black());
    let plain = book.ask(ningbo());
    assert_eq!(plain.ruling_digest, book.ask(ningbo()).ruling_digest);
    let mut digests = vec![plain.ruling_digest, book.ask(zhoushan()).ruling_digest];
    digests.push(book.ask_at(ningbo(), Millis(today().0 + 1)).ruling_digest);
    let mut case = book.case(ningbo(), today(), true);
    case.view.crosswalk = Some(Digest([6; 32]));
    digests.push(crate::fold::rule(&case).ruling_digest);
    let mut fresher = book.clone();
    fresher.source(hezhou()).freshness = None;
    digests.push(fresher.ask(ningbo()).ruling_digest);
    let mut witnessed = book.clone();
    witnessed.source(hezhou()).witnesses = [(ningbo(), Size(1))].into();
    digests.push(witnessed.ask(ningbo()).ruling_digest);
    let distinct: std::collections::BTreeSet<Digest> = digests.iter().copied().collect();
    assert_eq!(distinct.len(), digests.len());
    assert_eq!(plain.log_digest, witnessed.ask(ningbo()).log_digest);
}

/// R142: heartbeats and witnesses change no content.
#[test]
fn equal_views_have_equal_content() {
    let mut book = Book::recognising();
    book.list(zhoushan(), "g", black());
    let plain = book.ask(ningbo());
    book.source(zhoushan()).freshness = Some(Millis(1));
    book.source(zhoushan()).witnesses = [(ningbo(), Size(1)), (hezhou(), Size(1))].into();
    let stale = book.ask(ningbo());
    assert_ne!(plain, stale);
    assert_eq!(plain.log_digest, stale.log_digest);
    assert_eq!(plain.content_bytes(), stale.content_bytes());
    book.source(zhoushan()).lacking = [Seq(0)].into();
    assert_ne!(plain.content_bytes(), book.ask(ningbo()).content_bytes());
}

/// A ruling survives its own JSON.
#[test]
fn a_ruling_reads_back() {
    let mut book = Book::recognising();
    book.list(zhoushan(), "g", black());
    book.list(zhoushan(), "r", red());
    let ruling = book.ask(ningbo());
    let text = serde_json::to_string(&ruling).unwrap();
    let back: crate::ruling::Ruling = serde_json::from_str(&text).unwrap();
    assert_eq!(back, ruling);
}
