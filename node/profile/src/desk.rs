//! The desk at which an import hands in what it wants signed. In the program it is the running node; in tests it is a book
//! in memory. An import knows nothing else of either.

use huxin_api::Problem;
use huxin_api::model::{ActRequest, EntryRequest, ListingView};
use huxin_protocol::ids::StatementId;

/// Most references in one question and most commands in one submission.
pub const PAGE: usize = 1000;

/// One thing to sign, a command of its own: what becomes of it does not depend on its neighbours.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    List(Box<EntryRequest>),
    Amend(StatementId, Box<EntryRequest>),
    Remove(StatementId, ActRequest),
}

/// What became of one command.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Signed; in a rehearsal it would be, and there is no id.
    Done {
        id: Option<StatementId>,
        warnings: Vec<(String, String)>,
    },
    Refused(Problem),
}

/// One record of a source as this city has signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRecord {
    pub record_ref: String,
    /// The current link of its chain.
    pub id: StatementId,
    pub is_live: bool,
    /// What the current link says; none where its body is not held or cannot be read.
    pub listing: Option<Box<ListingView>>,
}

/// See the module.
pub trait Desk {
    type Fault;

    /// What is known of these records; unknown ones are left out. At most [`PAGE`] references.
    ///
    /// # Errors
    /// The desk could not be asked.
    fn known(&mut self, refs: &[String]) -> Result<Vec<KnownRecord>, Self::Fault>;

    /// All live records whose reference begins with `prefix`.
    ///
    /// # Errors
    /// The desk could not be asked.
    fn live(&mut self, prefix: &str) -> Result<Vec<KnownRecord>, Self::Fault>;

    /// Answers in the order of the commands, at most [`PAGE`] of them. With `rehearse` everything is checked and nothing is
    /// signed.
    ///
    /// # Errors
    /// The connection broke: some of the commands may have been carried out all the same, and the next run finds out.
    fn submit(&mut self, commands: &[Command], rehearse: bool) -> Result<Vec<Answer>, Self::Fault>;
}
