//! What an officer's files become, through the real command line and a real node: input, and exactly what each row was
//! answered. The cases that once failed stand in `../shared/cases`; their siblings are made here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod imports {
    pub mod cases;
    pub mod office;
    pub mod siblings;
}
mod lone;
