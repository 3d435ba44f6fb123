//! The fold: from statements to what counts. "The door admits, the fold judges": whatever lies under a valid checkpoint
//! is in the log; what it means is decided here, by pure functions of a view (R100 and on).
//!
//! [`case`] is what a ruling is made from: everything in the logs that touches one subject. [`rule`] makes the ruling, in
//! six steps, each a file and each blind to the ones after it:
//!
//! 1. [`docket`]: sorts the facts and finds, by headers alone, which of them are void or not yet;
//! 2. [`matter`]: ties amendments into chains and chains into matters, and ends what an ending ends;
//! 3. [`life`]: reads the current link of each chain against its edition: basis, term, state;
//! 4. [`recognition`]: asks the viewer's own rule whether the entry counts for it, [`voices`] what was said about it, [`origin`]
//!    whether what it was taken over from still stands, and [`measure`] what it carries;
//! 5. [`group`]: finds listings of one decision;
//! 6. [`judge`]: puts the ruling together and names what it relied on.
//!
//! [`explain`] walks the same steps and says each one in words.

pub mod case;
mod docket;
mod explain;
mod group;
mod judge;
mod life;
mod matter;
mod matter_state;
mod measure;
mod origin;
mod recognition;
mod response;
mod shown;
mod source;
#[cfg(test)]
mod tests;
mod voices;

pub use case::{BodyState, CaseFile, Fact, SourceFact, Viewpoint};
pub use docket::Heard;
pub use explain::{OwnLog, explain};
pub use group::decisions_across;
pub use judge::{rule, rule_under};
pub use matter_state::{MatterState, matter_state};
pub use origin::origins;
