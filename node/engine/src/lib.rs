//! huxin-engine: the node as a pure state machine.
//!
//! Inputs go in, one step comes out: a batch of writes and the effects that may leave once the batch is durable. The
//! engine knows no clock, disk, socket, thread or chance; RocksDB, libp2p and HTTP drive it, and so does a simulator.
//!
//! - [`ledger`]: the registry of stored families and keys, what can be read, and the batch under construction.
//! - [`wire`]: what nodes ask each other.
//! - [`heads`]: how far each log is held, as nodes compare it.
//! - [`mesh`]: the numbers by which gossip spreads.
//! - [`serve`]: answers to those questions, from the ledger alone.
//! - [`news`]: whether a message by gossip can tell anything new.
//! - [`gather`]: the case file of a subject, for a ruling.
//! - [`lacks`]: which bodies are not here, in memory.
//! - [`fsck`]: the whole ledger read again and compared with what follows from it.
//! - [`witness`]: whose logs a city cosigns.
//! - [`Engine`]: the state machine: [`Input`]s in, [`Effect`]s out.

pub mod effect;
pub mod fsck;
pub mod gather;
pub mod heads;
pub mod input;
pub mod lacks;
pub mod ledger;
pub mod mesh;
pub mod news;
pub mod serve;
pub mod wire;

mod abandon;
mod admit;
mod branch;
mod clock;
mod engine;
mod fork;
pub mod index;
mod publish;
mod record;
mod room;
mod signing;
mod spread;
mod sync;
mod voices;
pub mod witness;

pub use clock::ClockView;
pub use effect::{Effect, Event, Outcome, Refusal};
pub use engine::{Engine, EngineFault, Settings, Signer};
pub use input::{Consent, Draft, Input, Peer, Road, Ticket};
pub use room::{Quota, Room};
pub use signing::{AFTER_A_RESTORE, ClosedReason, Continuity, SigningState, partners_to_ask};
pub use sync::Bound;
