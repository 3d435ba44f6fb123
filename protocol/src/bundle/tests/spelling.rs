//! A file has one form, and every bit of it is bound.

use super::*;

#[test]
fn a_file_has_one_form() {
    let good = String::from_utf8(bundle_of(8).encode().unwrap()).unwrap();
    let decode = |text: String| Bundle::decode(text.as_bytes()).unwrap_err();
    assert_eq!(decode(good.trim_end().to_owned()), BundleFault::NotCanonical);
    assert_eq!(decode(format!("{good}\n")), BundleFault::NotCanonical);
    assert_eq!(decode(good.replacen("{", "{ ", 1)), BundleFault::NotCanonical);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":1.0")), BundleFault::Shape);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":2")), BundleFault::Version);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":1,\"more\":1")), BundleFault::Shape);
    assert_eq!(decode(good.replace("\"version\":1", "\"version\":1,\"version\":1")), BundleFault::Shape);
    assert_eq!(decode(good.replace("\\n\u{2014}", "\\n\\u2014")), BundleFault::NotCanonical);
    let no_standing = Bundle { standing: None, ..bundle_of(8) }.encode().unwrap();
    let absent = String::from_utf8(no_standing).unwrap().replace(",\"standing\":null", "");
    assert_eq!(decode(absent), BundleFault::NotCanonical, "null is written");
    assert_eq!(decode(good.replace("=\"", "\"")), BundleFault::Base64, "padding is written");
    assert_eq!(decode("[]\n".to_owned()), BundleFault::Shape);
    assert_eq!(decode(" ".repeat(BUNDLE_BYTES + 1)), BundleFault::TooLong);
    assert_eq!(decode(" ".repeat(BUNDLE_BYTES)), BundleFault::Shape, "as long as may be");
}

/// Every bit of a bundle is bound: a changed one refuses the file, or, within a cosignature's line, has it listed invalid.
#[test]
fn every_changed_bit_is_seen() {
    let (genesis, federation) = (genesis(), federation());
    let bundle = bundle_of(8);
    let file = bundle.encode().unwrap();
    assert!(Bundle::verify(&file, &federation).unwrap().all_lines_hold());
    // Where the cosignature lines stand: from the line break before the first one to the end of the proof's text.
    let find = |needle: &str| file.windows(needle.len()).position(|window| window == needle.as_bytes()).unwrap();
    let first = find("/cosigner ");
    let lines = file[..first].windows(2).rposition(|window| window == b"\\n").unwrap();
    let lines = lines..find("\",\"records\"");
    let (mut refused, mut listed) = (0, 0);
    // The genesis holds wherever it is unchanged: its signatures need not be checked 40,000 times.
    let verify = |changed: &[u8]| match Bundle::decode(changed)? {
        parts if parts.genesis == bundle.genesis => parts.check_under(genesis.clone()),
        parts => parts.check(&federation),
    };
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            match verify(&changed) {
                Err(_) => refused += 1,
                Ok(shown) => {
                    assert!(lines.contains(&at), "byte {at} bit {bit} is not bound");
                    assert!(!shown.all_lines_hold(), "byte {at} bit {bit} is not bound");
                    listed += 1;
                }
            }
        }
    }
    assert_eq!(refused + listed, 8 * file.len());
    assert!(listed > 1000 && refused > 10 * listed, "{refused} refused, {listed} listed");
}
