//! The state machine's one entrance.

use crate::effect::Effect;
use crate::input::Input;
use crate::ledger::{LedgerRead, ReadFault, Txn};
use crate::signing::{Continuity, SigningState};
use huxin_protocol::digest::Digest;
use huxin_protocol::edition::Edition;
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::key::Sign;
use huxin_protocol::roster::Roster;
use huxin_protocol::time::Millis;
use std::collections::BTreeMap;

/// The keys of the own city, by epoch. The engine asks for signatures and never sees a secret.
pub trait Signer {
    fn log_key(&self, epoch: Epoch) -> Option<&(dyn Sign + Sync)>;
    fn cosigner_key(&self, epoch: Epoch) -> Option<&(dyn Sign + Sync)>;
    /// Signs many messages with one log key; implementations may use several threads.
    fn sign_many(&self, epoch: Epoch, messages: &[Vec<u8>]) -> Option<Vec<[u8; 64]>> {
        let key = self.log_key(epoch)?;
        Some(messages.iter().map(|message| key.sign(message)).collect())
    }
}

#[derive(Clone, Debug)]
pub struct Settings {
    pub city: CityCode,
    pub editions: BTreeMap<Digest, Edition>,
    /// Milliseconds between rounds of anti-entropy with a peer (30,000).
    pub sync_every_ms: i64,
    /// Milliseconds between own cosignatures on a quiet log (60,000).
    pub heartbeat_every_ms: i64,
    /// Whether fresh statements are spread by gossip.
    pub gossip: bool,
    /// Whether logs are compared and pulled.
    pub anti_entropy: bool,
    /// Partners that must have confirmed our log before the first signature after a start; 0 signs at once.
    pub partners_before_signing: usize,
    /// Milliseconds that a hold lasts (60,000).
    pub hold_ms: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineFault {
    #[error(transparent)]
    Read(#[from] ReadFault),
    #[error("the stored head of {city} does not fit its checkpoint or its leaves; run `huxin fsck`")]
    Head { city: CityCode },
    #[error("the key folder has no keys for the epoch in force ({0})")]
    NoKeys(Epoch),
    #[error("the own city {0} is no member of the federation")]
    NotAMember(CityCode),
    #[error("a stored key record is refused ({code})")]
    Record { code: &'static str },
}

pub struct Engine {
    pub(crate) settings: Settings,
    pub(crate) roster: Roster,
}

impl Engine {
    /// Starts from what is stored. `roster` is fresh from the genesis; stored key records are taken up here, and every stored
    /// head is checked against its checkpoint.
    pub fn open(
        settings: Settings,
        roster: Roster,
        continuity: Continuity,
        read: &impl LedgerRead,
        now: Millis,
    ) -> Result<Self, EngineFault> {
        let _ = (continuity, read, now);
        Ok(Self { settings, roster })
    }

    /// Handles one input. Nothing leaves and nothing is durable until the group is [sealed](Self::seal) and committed; what
    /// is written goes into `txn`, what is to be said is kept until then.
    pub fn handle(&mut self, now: Millis, input: Input, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<(), ReadFault> {
        let _ = (now, input, txn, signer);
        todo!()
    }

    /// Closes a group of inputs: signs what was drafted and one checkpoint over it, and hands out the effects, which may leave
    /// only after `txn.batch` is durable. After a failed commit the engine must be dropped.
    pub fn seal(&mut self, now: Millis, txn: &mut Txn<'_>, signer: &dyn Signer) -> Result<Vec<Effect>, ReadFault> {
        let _ = (now, txn, signer);
        todo!()
    }

    /// The roster as the engine knows it; it grows by key records.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }
    #[must_use]
    pub fn signing(&self) -> SigningState {
        todo!()
    }
}

