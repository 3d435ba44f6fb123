#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use proptest::prelude::*;

/// Made-up numbers of region 990099, which does not exist.
const FOUND: &[(&str, usize, Form)] = &[
    ("990099199001010011", 1, Form::Eighteen),
    ("99009919900101001X", 1, Form::Eighteen),
    ("99009919900101001x", 1, Form::Eighteen),
    ("张三990099199001010011号", 3, Form::Eighteen),
    ("身份证：99009919900101001x。", 5, Form::Eighteen),
    ("ID990099199001010011", 1, Form::Eighteen),
    ("id_990099202512310011", 4, Form::Eighteen),
    ("990099200002290011abc", 1, Form::Eighteen),
    ("９９００９９１９９００１０１００１Ｘ", 1, Form::Eighteen),
    ("𝟫𝟫𝟢𝟢𝟫𝟫𝟣𝟫𝟫𝟢𝟢𝟣𝟢𝟣𝟢𝟢𝟣𝟣", 1, Form::Eighteen),
    ("9900\u{200B}99199001010011", 1, Form::Eighteen),
    ("990099 19900101 0011", 1, Form::Eighteen),
    ("990099-19900101-001X", 1, Form::Eighteen),
    ("990099.19900101.001x", 1, Form::Eighteen),
    ("990099 - 19900101 - 0011", 1, Form::Eighteen),
    ("990099　19900101　0011", 1, Form::Eighteen),
    ("990099 1990 0101 0011", 1, Form::Eighteen),
    ("990099-1990-01-01-0011", 1, Form::Eighteen),
    ("9900 9919 9001 0100 11", 1, Form::Eighteen),
    ("990 099 199 001 010 011", 1, Form::Eighteen),
    ("99009919900101 0011", 1, Form::Eighteen),
    ("99009919900101001-X", 1, Form::Eighteen),
    ("甲 990099/19900101/0011 乙", 3, Form::Eighteen),
    ("2026 990099-19900101-0011", 6, Form::Eighteen),
    ("990099900101001", 1, Form::Fifteen),
    ("旧证990099900101001号", 3, Form::Fifteen),
    ("990099 900101 001", 1, Form::Fifteen),
    ("990099-900101-001", 1, Form::Fifteen),
    ("９９００９９９００１０１００１", 1, Form::Fifteen),
    ("990099********0011", 1, Form::Masked),
    ("990099********001X", 1, Form::Masked),
    ("990099＊＊＊＊＊＊＊＊0011", 1, Form::Masked),
    ("990099●●●●●●●●0011", 1, Form::Masked),
    ("990099••••••••0011", 1, Form::Masked),
    ("990099××××××××0011", 1, Form::Masked),
    ("990099########0011", 1, Form::Masked),
    ("990099xxxxxxxx0011", 1, Form::Masked),
    ("990099XXXXXXXX001X", 1, Form::Masked),
    ("9****************X", 1, Form::Masked),
    ("9900***11", 1, Form::Masked),
    ("990099****00", 1, Form::Masked),
    ("990099 **** **** 0011", 1, Form::Masked),
    ("990099-********-0011", 1, Form::Masked),
    ("990099************", 1, Form::Masked),
    ("**************001X", 1, Form::Masked),
    ("990099XXXXXXXXXXXX", 1, Form::Masked),
    ("证件号990099***0011（王*）", 4, Form::Masked),
    ("138****0000", 1, Form::Masked),
];

const NOT_FOUND: &[&str] = &[
    "",
    "示例甲（合成）有限公司",
    "91990099MA00000156",
    "uscc:91990099MA00000156",
    "919900991234560405",
    "919900991234560592",
    "91990099MAHX00016D",
    "969500KSV493XWY0PS33",
    "浙舟市监罚〔2026〕12号",
    "（2026）浙0901执1234号",
    "(2026)示例01执恢12之一号",
    "13800000000",
    "0580-2345678",
    "+86 138 0000 0000",
    "2026-01-05",
    "2026-01-05 10:20:30",
    "2019-01-01 2020-01-01 2021-01-01",
    "2019.01.01-2022.12.31",
    "2026年1月5日",
    "1,234,567.89",
    "12 345 678.90",
    "罚款100000元，没收20000元",
    // 15 digits as a registration number: places 7 to 12 are no day.
    "990099000012345",
    "990099601323456",
    // 18 digits without a birth date, and with one that cannot be.
    "990099123456789012",
    "990099199013010011",
    "990099199002300011",
    "990099189901010011",
    "990099210001010011",
    // Longer and shorter numbers.
    "9900991990010100111",
    "99009919900101001",
    "6222021990010100110",
    "A990099900101001",
    "990099900101001B",
    // Digests and names of records.
    "3b5d5c3712955042212316173ccf37be800f0ee3f4b2a990099199001010011a",
    "wb:3b5d5c3712955042212316173ccf37be",
    "550e8400-e29b-41d4-a716-446655440000",
    "ofac:12345",
    "330900.2-17",
    "c02-3",
    "张*",
    "李**",
    "****",
    "第1条 *** 2",
    "MAX5 XXX",
    "0xFF",
    "1x2x3x4",
    "12×34×56",
    "100 x 200",
    "甲#1、乙#2",
    "《中华人民共和国政府采购法》第二十二条、第七十七条",
    "DPRK2 / NPWMD; SDGT",
];

/// R51.
#[test]
fn what_could_be_a_residents_number_is_found() {
    for (text, place, form) in FOUND {
        assert_eq!(personal_number(text), Some(Found { place: *place, form: *form }), "{text}");
    }
}

#[test]
fn other_numbers_are_none() {
    for text in NOT_FOUND {
        assert_eq!(personal_number(text), None, "{text}");
    }
}

/// An organisation's code that looks like a birth date is one only if it checks, and only if it is no resident's number
/// as well.
#[test]
fn a_checked_code_of_an_organisation_is_no_residents_number() {
    let digits = "91990019850101";
    let mut seen = [false; 2];
    for n in 0..10_000_u32 {
        let code = format!("{digits}{n:04}");
        let organisation = check_uscc(&code).is_ok() && !is_checked_resident(code.as_bytes());
        assert_eq!(personal_number(&code).is_none(), organisation, "{code}");
        seen[usize::from(organisation)] = true;
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn a_long_text_costs_what_its_length_says() {
    for unit in ["9 ", "990099 ", "9*", "990099-", "9X", "*", "99009919900101", "1.", "x"] {
        let text = unit.repeat(1_000_000 / unit.len());
        let _ = personal_number(&text);
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), odd in "[0-9xX*#. \u{FF11}-]{0,60}") {
        let _ = personal_number(&text);
        let _ = personal_number(&odd);
    }

    #[test]
    fn a_number_is_found_wherever_it_stands(
        before in "[号甲、：a-w ]{0,8}", after in "[号甲、：a-w。]{0,8}",
        year in 1900..2100_u32, month in 1..13_u32, day in 1..29_u32, serial in 0..1000_u32, last in "[0-9xX]",
    ) {
        let number = format!("990099{year:04}{month:02}{day:02}{serial:03}{last}");
        prop_assume!(check_uscc(&number.to_uppercase()).is_err());
        let text = format!("{before}{number}{after}");
        // Two letters beside it can make it a legal entity's code whose check digits hold, one time in a hundred (R51).
        let is_lei = |run: &str| super::super::check_lei(&run.to_uppercase()).is_ok();
        prop_assume!(!text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_lei));
        prop_assert!(personal_number(&text).is_some(), "{}", text);
    }
}
