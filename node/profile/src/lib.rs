//! huxin-profile: official lists in files become requests to publish.
//!
//! A **profile** (TOML, `deploy/profiles`) says how one publisher's file is read: which column gives which field, which
//! facts about the *list* are constants and where they come from, what a value means, how a record is recognised when it
//! comes again. Nothing about a *case* is invented: a missing fact stays absent, and where the entry needs it the row goes to
//! the rejects with its reason (DOMAIN section 5).
//!
//! [`Table::read`] reads the file, [`plan`] applies the profile to every row before anything is signed. What the plan holds
//! can be published; rejects can be written back out with their reasons.

mod cell;
mod crosswalk;
mod csv_text;
mod date;
mod encoding;
mod file;
mod json_lines;
mod plan;
mod profile;
mod rule;
mod table;
mod table_fault;
mod workbook;
mod workbook_unseen;

pub use cell::{Cell, CellFault};
pub use crosswalk::{Crosswalk, CrosswalkFault, Link, normalised_name};
pub use csv_text::sniffed;
pub use date::DateFault;
pub use encoding::{EncodingFault, Seen, kind as kind_of_file, text as file_text};
pub use file::{Encoding, File, Format, Hidden};
pub use plan::{Operation, Plan, Record, Reject, plan};
pub use profile::{Profile, ProfileFault};
pub use rule::{Rule, RuleFault};
pub use table::{Row, Table};
pub use table_fault::{Place, Places, TableFault, Wrong};
