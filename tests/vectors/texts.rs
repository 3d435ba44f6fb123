//! Texts: which may be signed (R6), and in which form they are compared (R8). Form `text` holds with its folded form.

use crate::{Case, Expected, Facts};
use huxin_protocol::text::{check_text, folded};

pub fn judge(case: &Case) -> Expected {
    let text = case.text.as_ref().expect("a text has its text");
    match check_text(text) {
        Err(fault) => Expected::Refused { refused: fault.code().to_owned() },
        Ok(()) => Expected::Holds { holds: Facts { folded: Some(folded(text)), ..Facts::default() } },
    }
}

/// Title, text, and its folded form; none where it may not be signed.
const CASES: &[(&str, &str, Option<&str>)] = &[
    ("a name in Chinese", "示例甲（合成） 有限公司", Some("示例甲(合成)有限公司")),
    ("a document number in full width", "浙舟示罚〔２０２６〕 1－12 号", Some("浙舟示罚(2026)1-12号")),
    ("a document number in other brackets", "浙舟示罚【2026】1—12号", Some("浙舟示罚(2026)1-12号")),
    ("another document number", "浙舟示罚〔2026〕11-2号", Some("浙舟示罚(2026)11-2号")),
    ("a name in Latin letters", "Example Company, Ltd.", Some("example-company-ltd-")),
    ("a name with quotation marks", "ООО «Пример» — 2", Some("ооо\"пример\"-2")),
    ("numbers parted by a space", "1 12号", Some("1-12号")),
    ("separators in a row", " - 1 .、/ 2 - ", Some("-1-2-")),
    ("a character that composes", "E\u{301}x\u{212B}", Some("éxå")),
    ("with an override of direction", "示例\u{202E}甲", None),
    ("with a character of no width", "示例\u{200B}甲", None),
    ("with a line break", "示例\n甲", None),
    ("with an escape", "\u{1B}[31m示例", None),
    ("with a variation selector", "示例\u{FE00}", None),
    ("with a tag", "示例\u{E0041}", None),
    ("with a noncharacter of a higher plane", "示例\u{5FFFF}", None),
];

pub fn cases() -> Vec<Case> {
    let case = |(title, text, folded): &(&str, &str, Option<&str>)| Case {
        title: (*title).to_owned(),
        rule: if folded.is_some() { "R8" } else { "R6" }.to_owned(),
        form: "text".to_owned(),
        federation: None,
        text: Some((*text).to_owned()),
        bytes: None,
        expected: match folded {
            Some(folded) => Expected::Holds { holds: Facts { folded: Some((*folded).to_owned()), ..Facts::default() } },
            None => Expected::Refused { refused: "text_unsafe".to_owned() },
        },
    };
    let all: Vec<Case> = CASES.iter().map(case).collect();
    for case in &all {
        assert_eq!(judge(case), case.expected, "{}", case.title);
    }
    all
}
