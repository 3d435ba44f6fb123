//! A code as a person typed it or a spreadsheet kept it (R52).
//!
//! A spreadsheet rounds 18 digits, writes them as `9.1E+17`, puts an apostrophe before them; a copy from a page brings
//! characters that nobody sees. One such error in a cell is taken away where it is certain what was meant, and told; two
//! are refused, and so is everything after which the code can only be guessed. Imports, look-ups and the command line
//! read codes here, so that a typing error never answers "nothing counts here".

use super::{SubjectFault, SubjectId, check_uscc, personal_number};
use crate::text::is_refused;
use std::fmt;

/// A code that was read, and what was taken away around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredCode {
    pub id: SubjectId,
    pub cleaning: Option<Cleaning>,
}

/// One kind of shape error that is certain enough to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cleaning {
    /// `'9199…`: how a spreadsheet marks text.
    Apostrophe,
    /// `="9199…"`: how text survives a spreadsheet.
    Formula,
    /// Characters of no width, marks of direction, controls.
    Invisible,
    /// `９１９９…`.
    FullWidth,
    /// White space before or after.
    Space,
}

impl Cleaning {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Apostrophe => "cleaned_apostrophe",
            Self::Formula => "cleaned_formula",
            Self::Invisible => "cleaned_invisible",
            Self::FullWidth => "cleaned_full_width",
            Self::Space => "cleaned_space",
        }
    }
    /// The same sentence in English and Chinese.
    #[must_use]
    pub const fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Apostrophe => ("the apostrophe before the code was taken away", "已去掉代码前的撇号"),
            Self::Formula => ("the formula =\"…\" around the code was taken away", "已去掉代码外的公式 =\"…\""),
            Self::Invisible => {
                ("characters that cannot be seen were taken out of the code", "已去掉代码中的不可见字符")
            }
            Self::FullWidth => ("full-width characters were written as plain ones", "已将全角字符改为半角"),
            Self::Space => ("the space around the code was taken away", "已去掉代码前后的空格"),
        }
    }
}

/// Why what was entered is no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeFault {
    Empty,
    /// `#N/A`, `#REF!`: the cell holds a spreadsheet's error and no value.
    ErrorCell,
    /// `9.1E+17`: the last digits are gone.
    Scientific,
    /// A number that ends in 000 where a spreadsheet keeps no digits, and does not check.
    Rounded,
    /// 15 digits: the registration number of before 2015.
    OldRegistration,
    /// 9 characters, or 8 and 1 with a hyphen.
    Organisation,
    Masked,
    /// What could be a resident's number. It is not repeated.
    PersonalNumber,
    SeveralErrors(Vec<Cleaning>),
    Shape(SubjectFault),
}

impl CodeFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "code_empty",
            Self::ErrorCell => "code_error_cell",
            Self::Scientific => "code_scientific",
            Self::Rounded => "code_rounded",
            Self::OldRegistration => "code_old_registration",
            Self::Organisation => "code_organisation",
            Self::Masked => "code_masked",
            Self::PersonalNumber => "personal_number",
            Self::SeveralErrors(_) => "code_several_errors",
            Self::Shape(_) => "code_shape",
        }
    }

    /// What is wrong and what to look for, in English and Chinese.
    #[must_use]
    pub fn text(&self) -> (String, String) {
        let (en, zh) = match self {
            Self::Empty => ("no code was given", "没有填写代码"),
            Self::ErrorCell => (
                "the cell holds a spreadsheet's error and no code; mend the formula or type the code from the certificate",
                "单元格是表格软件的错误值，不是代码；请改正公式或按证照重新录入",
            ),
            Self::Scientific => (
                "the code was turned into a number in scientific notation and lost its last digits; take it again from the source, with the column formatted as text",
                "代码被表格软件改成了科学计数法，末尾数字已经丢失；请将该列设为文本后从原始数据重新导出",
            ),
            Self::Rounded => (
                "the code ends in 000 and does not check: a spreadsheet has rounded it; take it again from the source, with the column formatted as text",
                "代码末尾为000且校验不符，应为表格软件四舍五入所致；请将该列设为文本后从原始数据重新导出",
            ),
            Self::OldRegistration => (
                "this is a registration number of 15 digits; look up the unified social credit code of 18 characters that replaced it",
                "这是15位的旧注册号；请查找替代它的18位统一社会信用代码",
            ),
            Self::Organisation => (
                "this is an organisation code of 9 characters; look up the unified social credit code of 18 characters that contains it at places 9 to 17",
                "这是9位组织机构代码；请查找第9至17位含有它的18位统一社会信用代码",
            ),
            Self::Masked => (
                "part of the code is masked; take the whole code from the source",
                "代码有一部分被遮盖；请从原始数据取得完整代码",
            ),
            Self::PersonalNumber => (
                "this could be a resident's identity number, which is never signed or shown in clear",
                "这可能是居民身份证号码，不得以明文签发或展示",
            ),
            Self::SeveralErrors(kinds) => {
                let en: Vec<&str> = kinds.iter().map(|kind| kind.text().0).collect();
                let zh: Vec<&str> = kinds.iter().map(|kind| kind.text().1).collect();
                return (
                    format!("more than one thing is wrong with the code ({}); correct it in the source", en.join("; ")),
                    format!("代码有多处问题（{}）；请在原始数据中更正", zh.join("；")),
                );
            }
            Self::Shape(fault) => {
                return (fault.to_string(), "代码的长度或字符不符合该类代码的规定；请按证照核对".to_owned());
            }
        };
        (en.to_owned(), zh.to_owned())
    }
}

impl fmt::Display for CodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().0)
    }
}
impl std::error::Error for CodeFault {}

/// Reads the code of `scheme` from what was entered (R52). A failing check character is no fault here: ask
/// [`SubjectId::check_code`]. Lower case is no error.
///
/// # Errors
/// What is wrong, the surest kind first: see [`CodeFault`].
pub fn enter_code(scheme: &str, entered: &str) -> Result<EnteredCode, CodeFault> {
    let (text, cleanings) = cleaned(entered);
    if text.is_empty() {
        return Err(CodeFault::Empty);
    }
    if is_error_cell(&text) {
        return Err(CodeFault::ErrorCell);
    }
    if is_scientific(&text) {
        return Err(CodeFault::Scientific);
    }
    let formal = matches!(scheme, SubjectId::USCC | SubjectId::LEI);
    if formal && is_masked_organisation(&text) {
        return Err(CodeFault::Masked);
    }
    if personal_number(&text).is_some() {
        return Err(CodeFault::PersonalNumber);
    }
    if formal {
        look_alike(&text)?;
    }
    if is_boolean(&text) {
        return Err(CodeFault::Shape(SubjectFault::Shape));
    }
    let id = SubjectId::new(scheme, &text).map_err(CodeFault::Shape)?;
    if cleanings.len() > 1 {
        return Err(CodeFault::SeveralErrors(cleanings));
    }
    if scheme == SubjectId::USCC && is_rounded(id.id()) {
        return Err(CodeFault::Rounded);
    }
    Ok(EnteredCode { id, cleaning: cleanings.first().copied() })
}

/// Reads a whole subject as a person enters it, `scheme:code`; 18 characters without a scheme are read as a `uscc`.
///
/// # Errors
/// As [`enter_code`]; without a scheme and without the length of a code, [`SubjectFault::Shape`].
pub fn enter_subject(entered: &str) -> Result<EnteredCode, CodeFault> {
    match entered.split_once([':', '：']) {
        Some((scheme, code)) => enter_code(scheme.trim(), code),
        None => match enter_code(SubjectId::USCC, entered) {
            Err(CodeFault::Shape(_)) => Err(CodeFault::Shape(SubjectFault::Shape)),
            read => read,
        },
    }
}

/// The text without what can be taken away, and the kinds of errors that this took, ascending.
fn cleaned(entered: &str) -> (String, Vec<Cleaning>) {
    let mut kinds = std::collections::BTreeSet::new();
    let mut text = entered.to_owned();
    if text.chars().any(|c| is_refused(c) && !c.is_whitespace()) {
        text.retain(|c| !is_refused(c) || c.is_whitespace());
        kinds.insert(Cleaning::Invisible);
    }
    // One wrapping may lie inside another; each round takes one away, and the text only gets shorter.
    loop {
        let inner = text.trim();
        if inner.len() < text.len() {
            kinds.insert(Cleaning::Space);
            text = inner.to_owned();
            continue;
        }
        let narrow: String = text.chars().map(narrowed).collect();
        if narrow != text {
            kinds.insert(Cleaning::FullWidth);
            text = narrow;
            continue;
        }
        if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
            kinds.insert(Cleaning::Formula);
            text = inner.to_owned();
            continue;
        }
        if let Some(inner) = text.strip_prefix(['\'', '\u{2018}', '\u{2019}', '`']) {
            kinds.insert(Cleaning::Apostrophe);
            text = inner.to_owned();
            continue;
        }
        return (text, kinds.into_iter().collect());
    }
}

/// The plain character of a full-width one.
fn narrowed(character: char) -> char {
    match u32::from(character) {
        number @ 0xFF01..=0xFF5E => char::from_u32(number - 0xFEE0).unwrap_or(character),
        _ => character,
    }
}

/// The error words of spreadsheets, whatever their language puts after the sign.
fn is_error_cell(text: &str) -> bool {
    let word = text.to_ascii_uppercase();
    let known = [
        "#N/A",
        "#NA",
        "#REF",
        "#VALUE",
        "#DIV/0",
        "#NAME",
        "#NULL",
        "#NUM",
        "#SPILL",
        "#CALC",
        "#GETTING_DATA",
        "#FIELD",
        "#BLOCKED",
        "#UNKNOWN",
        "#CONNECT",
        "#BUSY",
        "#EXTERNAL",
        "#PYTHON",
        "#ERROR",
        "ERR:",
    ];
    let only_signs = text.len() >= 3 && text.bytes().all(|b| b == b'#');
    only_signs || known.iter().any(|known| word.starts_with(known))
}

fn is_boolean(text: &str) -> bool {
    ["true", "false", "null", "none", "nan", "真", "假"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `9.1E+17`, `9,1e17`, `91E17`: digits with an exponent. Codes of other schemes may look like the last of these.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let signed = exponent.strip_prefix(['+', '-']);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, parts) = match mantissa.split_once(['.', ',']) {
        Some((whole, part)) => (whole, digits(part) || part.is_empty()),
        None => (mantissa, true),
    };
    let marked = signed.is_some() || mantissa.contains(['.', ',']);
    marked && digits(whole) && parts && exponent.len() <= 4 && digits(signed.unwrap_or(exponent))
}

const MASKS: [char; 11] = ['*', '#', '×', '●', '•', '○', '■', '□', '※', '\u{2217}', '?'];

fn has_mask(text: &str) -> bool {
    let masks = text.chars().filter(|c| MASKS.contains(c)).count();
    masks > 0 && text.chars().any(|c| c.is_ascii_alphanumeric()) || masks >= 3
}

/// Masked, and begins as the code of a company does, which no resident's number does.
fn is_masked_organisation(text: &str) -> bool {
    let run = text.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"xxx"));
    let checks = check_uscc(&text.to_ascii_uppercase()).is_ok();
    let company = ["91", "92", "93", "MA"].iter().any(|start| text.to_ascii_uppercase().starts_with(start));
    company && (has_mask(text) || (run && !checks))
}

/// Other numbers of an organisation that people enter where its code is asked for.
fn look_alike(text: &str) -> Result<(), CodeFault> {
    if has_mask(text) {
        return Err(CodeFault::Masked);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() == 15 {
        return Err(CodeFault::OldRegistration);
    }
    let organisation = match text.as_bytes() {
        [body @ .., b'-', check] | [body @ .., check] if body.len() == 8 => Some((body, check)),
        _ => None,
    };
    if let Some((body, check)) = organisation
        && body.iter().all(u8::is_ascii_alphanumeric)
        && (check.is_ascii_digit() || check.eq_ignore_ascii_case(&b'x'))
    {
        return Err(CodeFault::Organisation);
    }
    // A number that a spreadsheet wrote out again: its last three digits are noughts, or it has a fraction.
    let whole = text.strip_suffix(".0").or_else(|| text.strip_suffix(".00"));
    if whole.is_some_and(|whole| whole.len() == 18 && whole.bytes().all(|b| b.is_ascii_digit())) {
        return Err(CodeFault::Rounded);
    }
    Ok(())
}

/// 18 digits that end in 000 and do not check: a number of about 15 digits, as a spreadsheet keeps it.
fn is_rounded(code: &str) -> bool {
    code.ends_with("000") && code.bytes().all(|b| b.is_ascii_digit()) && check_uscc(code).is_err()
}

#[cfg(test)]
mod tests;
