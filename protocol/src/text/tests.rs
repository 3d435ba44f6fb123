#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use proptest::prelude::*;

#[test]
fn the_table_ascends_and_does_not_overlap() {
    assert!(REFUSED.iter().all(|(first, last)| first <= last));
    assert!(REFUSED.windows(2).all(|pair| pair[0].1 < pair[1].0));
}

/// R6: one character of each kind, first and last of each range, and the neighbours that may be signed.
#[test]
fn what_is_refused_is_named_with_its_place() {
    for (first, last) in REFUSED {
        for number in [*first, *last] {
            let character = char::from_u32(number).unwrap();
            let fault = check_text(&format!("海晏{character}a")).unwrap_err();
            assert_eq!((fault.character, fault.place, fault.code()), (character, 3, "text_unsafe"), "U+{number:04X}");
            assert!(fault.to_string().contains(&format!("U+{number:04X}")), "{fault}");
        }
        for number in [first.wrapping_sub(1), last + 1] {
            let listed = REFUSED.iter().any(|(first, last)| (*first..=*last).contains(&number));
            if let Some(character) = char::from_u32(number)
                && !listed
            {
                assert_eq!(check_text(&character.to_string()), Ok(()), "U+{number:04X}");
            }
        }
    }
}

#[test]
fn what_names_are_written_with_may_be_signed() {
    for text in [
        "",
        "示例甲（合成）有限公司",
        "Société Générale d’Exemple, S.A.",
        "ООО «Пример»",
        "شركة مثال",
        "示例\u{3000}公司\u{A0}A",
        "𠮷野家",
        "\u{E000}",
        "e\u{301}",
        "㈱例 №1 ①",
    ] {
        assert_eq!(check_text(text), Ok(()), "{text}");
        assert!(matches!(harmless(text), Cow::Borrowed(_)), "{text}");
    }
}

/// R7.
#[test]
fn a_refused_character_is_shown_by_its_number() {
    let table = [
        ("甲\u{202E}乙", "甲<U+202E>乙"),
        ("\u{1B}[31m", "<U+001B>[31m"),
        ("a\r\nb\0", "a<U+000D><U+000A>b<U+0000>"),
        ("\u{E0041}", "<U+E0041>"),
        ("\u{10FFFF}", "<U+10FFFF>"),
    ];
    for (text, shown) in table {
        assert_eq!(harmless(text), shown);
    }
}

/// R8: what is the same, and what it folds to.
#[test]
fn texts_that_are_the_same() {
    let table: &[(&str, &[&str])] = &[
        (
            "浙舟市监罚(2026)12号",
            &[
                "浙舟市监罚〔2026〕12号",
                "浙舟市监罚（2026）12号",
                "浙舟市监罚[2026]12号",
                "浙舟市监罚【2026】12号",
                "浙舟市监罚{2026}12号",
                "浙舟市监罚《2026》12号",
                "浙舟市监罚〈2026〉12号",
                "浙舟市监罚「2026」12号",
                "浙舟市监罚『2026』12号",
                "浙舟市监罚〖2026〗12号",
                "浙舟市监罚﹝２０２６﹞１２号",
                " 浙舟市监罚 〔2026〕 12 号 ",
                "浙舟市监罚\u{3000}〔2026〕\u{A0}12号",
                "浙舟市监罚\t〔2026〕\n12号",
                "浙舟市监\u{200B}罚〔2026〕\u{FE0F}12号",
            ],
        ),
        (
            "第1-12号",
            &[
                "第1-12号",
                "第1—12号",
                "第1–12号",
                "第1－12号",
                "第1_12号",
                "第1/12号",
                "第1·12号",
                "第1・12号",
                "第1.12号",
                "第1、12号",
                "第1，12号",
                "第1；12号",
                "第1：12号",
                "第1 - 12号",
                "第1——12号",
                "第1 12号",
                "第1.-/12号",
                "第1。12号",
                "第1~12号",
                "第1〜12号",
                "第1‧12号",
                "第1•12号",
                "第1−12号",
                "第1\\12号",
            ],
        ),
        (
            "example-company-ltd-",
            &[
                "Example Company Ltd.",
                "EXAMPLE  COMPANY, LTD.",
                "ｅｘａｍｐｌｅ\u{A0}company ltd．",
                "Example-Company_Ltd。",
            ],
        ),
        ("d'exemple\"a\"", &["D’Exemple “A”", "d'exemple\"a\"", "D‘exemple «A»"]),
        ("пример", &["ПРИМЕР", " Пример\u{3000}"]),
        ("", &["", " ", "\u{3000}\t"]),
    ];
    for (form, texts) in table {
        for text in *texts {
            assert_eq!(folded(text), *form, "{text:?}");
        }
    }
}

#[test]
fn texts_that_are_not_the_same() {
    let table = [
        ("1-12号", "11-2号"),
        ("1-12号", "112号"),
        ("1 12号", "112号"),
        ("12号", "12-号"),
        ("A B", "AB"),
        ("2026年度A级", "2025年度A级"),
        ("甲（乙）", "甲乙"),
        ("示例一公司", "示例-公司"),
        ("示例.", "示例"),
    ];
    for (one, other) in table {
        assert_ne!(folded(one), folded(other), "{one} {other}");
    }
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let once = folded(&text);
        prop_assert_eq!(folded(&once), once);
    }

    /// Where the pieces are letters or digits, a separator between them is kept as exactly one.
    #[test]
    fn a_separator_is_never_dropped(
        pieces in proptest::collection::vec("[a-z0-9号执]{1,4}", 1..6),
        separators in proptest::collection::vec("[ ]{0,2}[-_/.,:;·•—–、，。；：・~]{1,3}[ ]{0,2}", 6),
    ) {
        let mut text = pieces[0].clone();
        for (piece, separator) in pieces[1..].iter().zip(&separators) {
            text.push_str(separator);
            text.push_str(piece);
        }
        prop_assert_eq!(folded(&text), pieces.join("-"));
    }

    #[test]
    fn what_is_shown_may_be_signed(text in any::<String>()) {
        prop_assert_eq!(check_text(&harmless(&text)), Ok(()));
    }

    #[test]
    fn width_and_case_do_not_matter(text in "[ -~]{0,40}") {
        let wide: String = text
            .chars()
            .map(|c| if c == ' ' { '\u{3000}' } else { char::from_u32(u32::from(c) + 0xFEE0).unwrap() })
            .collect();
        prop_assert_eq!(folded(&text), folded(&wide));
        prop_assert_eq!(folded(&text), folded(&text.to_uppercase()));
    }
}
