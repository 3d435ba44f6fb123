//! Partners that lie, and what partners say of each other.
//!
//! A liar is an honest node whose answers pass through a function of the test before they leave: it may change them, make
//! them up, or keep them back. Its own engine knows nothing of that, so everything else about it stays true.

use huxin_engine::wire::{Request, Response};
use huxin_protocol::ids::CityCode;

/// What a liar makes of its node's honest answer to a question of `asker`; `None` where it never answers.
pub type Liar = Box<dyn FnMut(CityCode, &Request, Response) -> Option<Response>>;

/// One node said that another did what only a broken or hostile one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blame {
    /// Names on the network.
    pub by: CityCode,
    pub of: CityCode,
    pub code: &'static str,
}
