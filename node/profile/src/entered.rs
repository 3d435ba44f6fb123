//! Codes as a person or a spreadsheet entered them are read by the protocol's one function.

pub use huxin_protocol::subject::{Cleaning, CodeFault, EnteredCode, enter_code};

pub const fn code_of(fault: &CodeFault) -> &'static str {
    fault.code()
}
