//! Legal entity identifier (ISO 17442): 18 letters or digits and two check digits (ISO 7064 MOD 97-10).

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeiFault {
    #[error("it is not 18 letters or digits followed by two digits")]
    Shape,
    #[error("the check digits do not fit")]
    Check,
}

pub fn check_lei(code: &str) -> Result<(), LeiFault> {
    let _ = code;
    todo!()
}
