//! huxin-profile: official lists in files become requests to publish.
//!
//! A **profile** (TOML, `deploy/profiles`) says how one publisher's file is read: which column gives which field, which
//! facts about the *list* are constants and where they come from, what a value means, how a record is recognised when it
//! comes again. Nothing about a *case* is invented: a missing fact stays absent, and where the entry needs it the row goes to
//! the rejects with its reason (DOMAIN section 5).
//!
//! [`Table::read`] reads the file, [`plan`] applies the profile to every row before anything is signed. What the plan holds
//! can be published; rejects can be written back out with their reasons.

mod carry_out;
mod cell;
mod confirmed;
mod crosswalk;
mod csv_text;
mod date;
mod decision;
mod desk;
mod encoding;
pub mod entry_file;
mod explain;
mod file;
pub mod form;
mod issue_check;
mod json_lines;
mod outcome;
mod plan;
mod profile;
mod profile_check;
mod profile_keys;
mod profile_sense;
mod reason;
mod record_key;
pub mod rejects;
mod report;
mod row_request;
mod rule;
mod sheet;
mod table;
mod table_fault;
mod workbook;
mod workbook_unseen;
mod written;

pub use carry_out::{AMEND_LIMIT, Carried, GONE_LIMIT, Gone, Orders, Stop, WHOLE, carry_out, unsent, vanished};
pub use cell::{Cell, CellFault};
pub use confirmed::{Confirmation, ConfirmedCodes, ConfirmedFault};
pub use crosswalk::{Crosswalk, CrosswalkFault, Link, normalised_name};
pub use csv_text::sniffed;
pub use date::DateFault;
pub use decision::{Decision, Known, Rules, Settled, Step, decide, differing};
pub use desk::{Answer, Command, Desk, KnownRecord, PAGE};
pub use encoding::{EncodingFault, Seen, kind as kind_of_file, text as file_text};
pub use explain::{Explained, explain};
pub use file::{Encoding, File, Format, Hidden};
pub use outcome::{Outcome, RowAnswer};
pub use plan::{Operation, Plan, Record, Reject, Remark, SAME_KEY_TWICE, Setting, plan, row_digest};
pub use profile::{Key, Over, Profile, ProfileFault, Publication};
pub use profile_check::{Checked, Counted, checked, is_clean, missing_columns};
pub use profile_keys::{FIELDS, PROFILE, RULE};
pub use reason::Reason;
pub use report::{RemarkItem, Report, Stopped};
pub use rule::{Rule, RuleFault};
pub use sheet::{Sheet, SheetFault, armed, disarmed};
pub use table::{Row, Table};
pub use table_fault::{Place, Places, TableFault, Wrong};
pub use written::{FileFault, Shape, Written};
