//! The keys that the engine may use: those of the epochs in the key folder, opened once and kept in memory.

use crate::fault::Fault;
use huxin_engine::Signer;
use huxin_keys::{EpochSigner, KeyFolder, KeysFault, Passphrase};
use huxin_protocol::ids::Epoch;
use huxin_protocol::key::Sign;
use std::collections::BTreeMap;
use std::path::Path;

/// From this many messages on, a second thread signs half of them: starting one costs as much as two signatures.
const SHARE_FROM: usize = 16;

/// The city's keys by epoch.
pub struct NodeSigner {
    folder: KeyFolder,
    /// Kept to open the keys of epochs that are made while the node runs.
    passphrase: Option<Passphrase>,
    epochs: BTreeMap<Epoch, EpochSigner>,
}

impl NodeSigner {
    /// Opens the newest two epochs: the one in force, and one before in case its closing record has not come yet.
    ///
    /// # Errors
    /// A key of the newest epoch cannot be opened.
    pub fn open(folder: KeyFolder, passphrase: Option<Passphrase>) -> Result<Self, Fault> {
        let newest = folder.newest_epoch();
        let mut signer = Self { folder, passphrase, epochs: BTreeMap::new() };
        signer.take(newest)?;
        if let Some(before) = newest.0.checked_sub(1).filter(|number| *number > 0)
            && let Err(fault) = signer.take(Epoch(before))
        {
            tracing::info!(%fault, epoch = before, "the keys of the epoch before are away");
        }
        Ok(signer)
    }

    /// A second set of the same keys for another thread: standing notes are signed while the writer writes.
    ///
    /// # Errors
    /// As for [`NodeSigner::open`].
    pub fn open_again(other: &Self) -> Result<Self, Fault> {
        let folder = KeyFolder::open(other.folder.path(), other.passphrase.clone())?;
        Self::open(folder, other.passphrase.clone())
    }

    fn take(&mut self, epoch: Epoch) -> Result<(), KeysFault> {
        let keys = self.folder.epoch_signer(epoch)?;
        self.epochs.insert(epoch, keys);
        Ok(())
    }

    /// Opens epochs that were added to the folder since; before a key record is handled.
    pub fn refresh(&mut self) {
        match KeyFolder::open(self.folder.path(), self.passphrase.clone()) {
            Ok(folder) => self.folder = folder,
            Err(fault) => {
                tracing::warn!(%fault, "the key folder could not be looked at again");
                return;
            }
        }
        let newest = self.epochs.keys().next_back().copied().unwrap_or(Epoch(0));
        let listed: Vec<Epoch> = self.folder.show().epochs.iter().map(|keys| keys.epoch).collect();
        for epoch in listed.into_iter().filter(|epoch| *epoch > newest) {
            match self.take(epoch) {
                Ok(()) => tracing::info!(epoch = epoch.0, "the keys of a new epoch were opened"),
                Err(fault) => tracing::warn!(%fault, epoch = epoch.0, "the keys of a new epoch could not be opened"),
            }
        }
    }

    /// Epochs newer than `known` whose records lie in the folder, as bytes: a crash may have come between signing a record
    /// and sending it.
    pub fn records_after(&self, known: Epoch) -> Vec<Vec<u8>> {
        let epochs = self.folder.show().epochs.iter().filter(|keys| keys.epoch > known);
        epochs.filter_map(|keys| self.folder.record_bytes(keys.epoch).ok().flatten()).collect()
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Signer for NodeSigner {
    fn log_key(&self, epoch: Epoch) -> Option<&(dyn Sign + Sync)> {
        self.epochs.get(&epoch).map(|keys| &keys.log as &(dyn Sign + Sync))
    }
    fn cosigner_key(&self, epoch: Epoch) -> Option<&(dyn Sign + Sync)> {
        self.epochs.get(&epoch).map(|keys| &keys.cosigner as &(dyn Sign + Sync))
    }
    fn sign_many(&self, epoch: Epoch, messages: &[Vec<u8>]) -> Option<Vec<[u8; 64]>> {
        let key = self.log_key(epoch)?;
        let sign = |messages: &[Vec<u8>]| messages.iter().map(|message| key.sign(message)).collect::<Vec<_>>();
        if messages.len() < SHARE_FROM {
            return Some(sign(messages));
        }
        let (first, second) = messages.split_at(messages.len() / 2);
        let mut signatures = Vec::with_capacity(messages.len());
        std::thread::scope(|scope| {
            let other = scope.spawn(|| sign(second));
            signatures.extend(sign(first));
            // A thread that only signs has no way to panic; without its half nothing is signed.
            if let Ok(rest) = other.join() {
                signatures.extend(rest);
            }
        });
        (signatures.len() == messages.len()).then_some(signatures)
    }
}
