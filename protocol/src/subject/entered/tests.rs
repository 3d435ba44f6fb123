#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use proptest::prelude::*;

const A: &str = "91990099MA00000156";
const LEI: &str = "506700GE1G29325QX363";

/// R52: what is taken away, one kind at a time.
#[test]
fn one_kind_of_error_is_taken_away_and_told() {
    let table: &[(&str, Option<Cleaning>)] = &[
        ("91990099MA00000156", None),
        ("91990099ma00000156", None),
        ("'91990099MA00000156", Some(Cleaning::Apostrophe)),
        ("’91990099MA00000156", Some(Cleaning::Apostrophe)),
        ("=\"91990099MA00000156\"", Some(Cleaning::Formula)),
        ("\u{200B}91990099MA00000156", Some(Cleaning::Invisible)),
        ("91990099\u{200B}MA0000\u{202C}0156\u{FEFF}", Some(Cleaning::Invisible)),
        ("９１９９００９９ＭＡ００００１０５６", None),
        ("９１９９００９９ＭＡ０００００１５６", Some(Cleaning::FullWidth)),
        ("91990099MA0000015６", Some(Cleaning::FullWidth)),
        (" 91990099MA00000156", Some(Cleaning::Space)),
        ("91990099MA00000156\u{A0}\u{3000}", Some(Cleaning::Space)),
        ("91990099MA00000156\t", Some(Cleaning::Space)),
        ("91990099MA00000156\r\n", Some(Cleaning::Space)),
    ];
    for (entered, cleaning) in table {
        let read = enter_code("uscc", entered);
        if entered.contains("１０５６") {
            // Well formed, whatever its check character says.
            assert_eq!(read.unwrap().id.id(), "91990099MA00001056");
            continue;
        }
        let read = read.unwrap();
        assert_eq!((read.id.id(), read.cleaning), (A, *cleaning), "{entered:?}");
    }
    assert_eq!(enter_code("lei", &format!("'{}", LEI.to_lowercase())).unwrap().id.id(), LEI);
    // A failing check character is for `check_code`.
    let mistyped = enter_code("uscc", "91990099MA00000157").unwrap();
    assert!(mistyped.id.check_code().is_err());
}

#[test]
fn everything_else_is_refused_with_its_kind() {
    let table: &[(&str, &str)] = &[
        ("", "code_empty"),
        ("  ", "code_empty"),
        ("'", "code_empty"),
        ("=\"\"", "code_empty"),
        ("\u{200B}", "code_empty"),
        ("9.1990099E+17", "code_scientific"),
        ("9.1E+17", "code_scientific"),
        ("9.1e17", "code_scientific"),
        ("9,1E+17", "code_scientific"),
        ("9E+17", "code_scientific"),
        ("'9.1E+17", "code_scientific"),
        ("919900991234560000", "code_rounded"),
        ("919900991234561000", "code_rounded"),
        ("'919900991234560000", "code_rounded"),
        ("919900991234560405.0", "code_rounded"),
        ("#N/A", "code_error_cell"),
        ("#REF!", "code_error_cell"),
        ("#VALUE!", "code_error_cell"),
        ("#DIV/0!", "code_error_cell"),
        ("#NAME?", "code_error_cell"),
        ("#NULL!", "code_error_cell"),
        ("#NUM!", "code_error_cell"),
        ("########", "code_error_cell"),
        ("#n/a ", "code_error_cell"),
        ("990099601323456", "code_old_registration"),
        ("12345678-9", "code_organisation"),
        ("123456789", "code_organisation"),
        ("MA0000015", "code_organisation"),
        ("MA000001-5", "code_organisation"),
        ("ma000001-x", "code_organisation"),
        ("9199****MA****0156", "code_masked"),
        ("91990099MA*****156", "code_masked"),
        ("91990099●●●●●●●●56", "code_masked"),
        ("91990099xxxxxxx156", "code_masked"),
        ("919900##########56", "code_masked"),
        ("******************", "code_masked"),
        ("99009919900101001X", "personal_number"),
        ("９９００９９１９９００１０１００１Ｘ", "personal_number"),
        ("990099 19900101 0011", "personal_number"),
        ("990099900101001", "personal_number"),
        ("330099********0011", "personal_number"),
        ("'\u{200B}91990099MA00000156", "code_several_errors"),
        (" '91990099MA00000156", "code_several_errors"),
        ("=\"'91990099MA00000156\"", "code_several_errors"),
        ("９1990099MA00000156 ", "code_several_errors"),
        ("＇91990099MA00000156", "code_several_errors"),
        ("TRUE", "code_shape"),
        ("false", "code_shape"),
        ("91990099MA0000015", "code_shape"),
        ("91990099MA000001566", "code_shape"),
        ("91990099MA0000015O", "code_shape"),
        ("91990099 MA00000156", "code_shape"),
        ("91990099MA00000156、", "code_shape"),
        ("示例甲有限公司", "code_shape"),
        ("-", "code_shape"),
        ("无", "code_shape"),
        ("0", "code_shape"),
    ];
    for (entered, code) in table {
        let fault = enter_code("uscc", entered).unwrap_err();
        assert_eq!(fault.code(), *code, "{entered:?}: {fault}");
        let (en, zh) = fault.text();
        assert!(!en.is_empty() && !zh.is_empty());
    }
    for entered in ["12345678-9", "506700GE1G29325QX3A3", "506700", "#N/A", "TRUE"] {
        assert!(enter_code("lei", entered).is_err(), "{entered}");
    }
}

#[test]
fn other_schemes_keep_their_ids_and_refuse_what_is_none() {
    assert_eq!(enter_code("ofac", "12345").unwrap().id.id(), "12345");
    assert_eq!(enter_code("ofac", " 12345").unwrap().cleaning, Some(Cleaning::Space));
    assert_eq!(enter_code("wb", "ab-Cd1E5").unwrap().id.id(), "ab-Cd1E5");
    let digest = "3b5d5c3712955042212316173ccf37be800f0ee3f4b2a990099199001010011a";
    assert_eq!(enter_code("person", digest).unwrap().id.id(), digest);
    let table = [
        ("wb", "990099199001010011", "personal_number"),
        ("person", "99009919900101001X", "personal_number"),
        ("ofac", "#N/A", "code_error_cell"),
        ("ofac", "TRUE", "code_shape"),
        ("ofac", "1.2E+05", "code_scientific"),
        ("ofac", "a b", "code_shape"),
        ("Ofac", "12", "code_shape"),
        ("ofac", "", "code_empty"),
    ];
    for (scheme, entered, code) in table {
        assert_eq!(enter_code(scheme, entered).unwrap_err().code(), code, "{scheme} {entered}");
    }
}

proptest! {
    /// Whatever is entered, what comes out has the shape of a code.
    #[test]
    fn what_is_read_has_the_shape_of_one(entered in "[ '\u{200B}\u{FF19}\u{FF21}=\"0-9A-Za-z*]{0,24}") {
        if let Ok(read) = enter_code("uscc", &entered) {
            prop_assert_eq!(read.id.id().len(), 18);
            prop_assert!(!matches!(check_uscc(read.id.id()), Err(super::super::UsccFault::Length(_) | super::super::UsccFault::Character(_))));
        }
    }

    #[test]
    fn nothing_panics(scheme in "[a-z]{0,6}", entered in any::<String>()) {
        let _ = enter_code(&scheme, &entered);
    }
}
