//! The JSON shapes of `/v1`, shared by the server and by the command line's client, so that they cannot drift apart.
//!
//! Requests refuse unknown fields: a misspelt field of a black list entry must not be lost in silence. Replies may
//! grow: clients ignore fields that they do not know. Times are milliseconds since 1970 with an RFC 3339 text beside
//! them where people read; dates are `2026-11-22`; digests and roots are lower-case hexadecimal.

mod act;
mod binding;
mod entry;
mod filing;
mod joint;
mod log;
mod node;
mod publish;
mod records;
mod short;

pub use act::{ActRequest, ActVerb, DeclineRequest, RecognitionItem, RecognitionsReply};
pub use binding::{BINDINGS_PAGE, BindingItem, BindingsQuery, BindingsReply};
pub use entry::{ActItem, BodyView, EntryReply, LEFT_OUT_COUNTED, LeftOut, ListingView, MatterView};
pub use filing::{FILINGS_PAGE, FilingItem, FilingState, FilingsQuery, FilingsReply};
pub use joint::{
    ApplicationRequest, CarriedOutBy, FeedbackRequest, JointRequest, ObjectionRequest, ResponseRequest, RulingRequest,
    StepRequest,
};
pub use log::{
    COUNT_HEADER, CosignatureItem, FROM_HEADER, HeadItem, HeadsReply, HoldReply, ImportReply, LinkedSubject,
    ProofQuery, RecordQuery, RecordReply, SIZE_HEADER, SegmentQuery, StatusQuery,
};
pub use node::{
    AnnounceRequest, BackupReply, ClockItem, EditionItem, InfoReply, PeerItem, PeersReply, ReadyReply, SigningItem,
};
pub use publish::{BATCH_ENTRIES, DisclosureChoice, EntryRequest, PublishReply, PublishRequest, Receipt, Warning};
pub use records::{
    LiveReply, LiveRequest, RecordCommand, RecordOutcome, RecordState, RecordsReply, RecordsRequest, ReferenceItem,
    ReferencesReply, ReferencesRequest,
};
