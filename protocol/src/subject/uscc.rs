//! Unified social credit code (GB 32100-2015) and the organisation code inside it (GB 11714-1997).

/// Parts of a well-formed code. Region codes are not checked against a fixed table (DOMAIN rule 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsccParts<'a> {
    pub registrar: char,
    pub class: char,
    pub region: &'a str,
    pub organisation: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsccFault {
    #[error("it has {0} characters where 18 are due")]
    Length(usize),
    #[error("character {0} may not stand in a code (I, O, S, V and Z never do)")]
    Character(usize),
    #[error("the check character is {found} where {due} is due")]
    Check { found: char, due: char },
    #[error("the organisation code inside has check character {found} where {due} is due")]
    Organisation { found: char, due: char },
}

pub fn check_uscc(code: &str) -> Result<UsccParts<'_>, UsccFault> {
    let _ = code;
    todo!()
}
