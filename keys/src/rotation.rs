//! A new epoch: new keys, and the root-signed record that tells everybody (R82 to R89).
//!
//! Two records on one predecessor freeze the city, so an accident must not make a second one. The order of writing
//! is: what is to be done ([`crate::unfinished`]), the new keys, then the record, then the folder's list ([`Step`]).
//! Whatever a crash interrupts, calling again goes on where it stopped: keys that exist are used again, a record that
//! exists is answered again, and an order that differs from the record on disk is refused. The record is durable before
//! it is handed out. The rotation is over when the node has taken the record up, and that is noted here too
//! ([`KeyFolder::finish_rotation`]).

use crate::fault::KeysFault;
use crate::folder::{EpochPublic, KeyFolder, cosigner_name, log_name, new_key};
use crate::private_file;
use crate::signer::FileSigner;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{Epoch, Seq, Size};
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::key_record::{KeyRecord, SignedRecord, Tail};
use huxin_protocol::roster::{CityRoster, EpochKeys};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

const LOCK: &str = ".lock";

/// What a key record is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationOrder {
    pub federation: Digest,
    /// The epoch to open: the one after the epoch in force.
    pub epoch: Epoch,
    /// Digest of the record that opened the epoch in force; the federation id while that is epoch 1.
    pub previous: Digest,
    /// Size and root of the log at which the new epoch begins.
    pub continues_at: (Size, TreeHash),
    /// Leaves of the closed epoch above this one, and below `continues_at`, are void.
    pub void_after: Option<Seq>,
    /// What becomes of endings among the leaves that are left behind.
    pub tail: Tail,
    /// Signs another record although one for this epoch lies here. Only where the first never left this house.
    pub forced: bool,
}

/// What a rotation has written, in this order. A test may let the process die after each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What is to be done.
    Noted,
    LogKey,
    CosignerKey,
    /// The root has signed the record.
    Signed,
    /// The folder's list names the new epoch.
    Listed,
}

impl Step {
    pub const ALL: [Self; 5] = [Self::Noted, Self::LogKey, Self::CosignerKey, Self::Signed, Self::Listed];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Noted => "rotation_noted",
            Self::LogKey => "rotation_log_key",
            Self::CosignerKey => "rotation_cosigner_key",
            Self::Signed => "rotation_signed",
            Self::Listed => "rotation_listed",
        }
    }
}

impl RotationOrder {
    /// A plain rotation of `city` at `continues_at`: nothing is void, endings left behind keep their effect.
    #[must_use]
    pub fn after(federation: Digest, city: &CityRoster, continues_at: (Size, TreeHash)) -> Self {
        let EpochKeys { epoch, record, .. } = city.current();
        Self {
            federation,
            epoch: epoch.next(),
            previous: *record,
            continues_at,
            void_after: None,
            tail: Tail::Endings,
            forced: false,
        }
    }

    fn is_the_one_of(&self, record: &KeyRecord) -> bool {
        (self.epoch, self.previous, self.continues_at, self.void_after, self.tail)
            == (record.epoch, record.previous, record.continues_at, record.void_after, record.tail)
    }
}

impl KeyFolder {
    /// Makes the keys of `order.epoch`, signs the record and answers it once both are durable. Called again with the
    /// same order it answers the same bytes.
    pub fn rotate(&mut self, order: &RotationOrder) -> Result<SignedRecord, KeysFault> {
        self.rotate_watched(order, &mut |_| {})
    }

    /// As [`KeyFolder::rotate`]; `passed` hears of each step once it is durable.
    pub fn rotate_watched(
        &mut self,
        order: &RotationOrder,
        passed: &mut dyn FnMut(Step),
    ) -> Result<SignedRecord, KeysFault> {
        let _lock = self.lock()?;
        // Another process may have rotated since this folder was opened.
        self.public = Self::read_public(&self.path)?;
        let newest = self.newest_epoch();
        let repeats = self.public.epochs.iter().any(|keys| keys.epoch == order.epoch && keys.record.is_some());
        if order.epoch <= newest && !repeats {
            return Err(KeysFault::RotationOrder { path: self.path.clone(), epoch: order.epoch, newest });
        }
        let root = self.root()?;
        let place = self.record_path(order.epoch);
        let earlier = self.read_record(order.epoch, &order.federation, root.public())?;
        let same = earlier.as_ref().is_some_and(|earlier| order.is_the_one_of(earlier.record()));
        if earlier.is_some() && !same && !order.forced {
            return Err(KeysFault::RotationDiffers { path: place, epoch: order.epoch });
        }
        self.note_rotation(order)?;
        passed(Step::Noted);
        let log = self.take_up_key(&log_name(order.epoch))?;
        passed(Step::LogKey);
        let cosigner = self.take_up_key(&cosigner_name(order.epoch))?;
        passed(Step::CosignerKey);
        let signed = match earlier {
            Some(earlier) if same => earlier,
            earlier => {
                if let Some(earlier) = earlier {
                    // What the root once signed is kept: it may turn up again, and then this explains it.
                    private_file::replace(&self.superseded_path(order.epoch, &earlier), earlier.bytes())?;
                }
                let record = KeyRecord {
                    city: self.city(),
                    epoch: order.epoch,
                    log: log.clone(),
                    cosigner: cosigner.clone(),
                    previous: order.previous,
                    continues_at: order.continues_at,
                    void_after: order.void_after,
                    tail: order.tail,
                };
                let signed = SignedRecord::sign(record, &order.federation, &root);
                private_file::replace(&place, signed.bytes())?;
                signed
            }
        };
        passed(Step::Signed);
        self.list(EpochPublic { epoch: order.epoch, log, cosigner, record: Some(signed.digest()) })?;
        passed(Step::Listed);
        Ok(signed)
    }

    /// The record that opened an epoch, as its bytes were signed; `None` if no such record lies here. A node that
    /// starts offers it to the federation again: a crash may have come between signing and sending.
    pub fn record_bytes(&self, epoch: Epoch) -> Result<Option<Vec<u8>>, KeysFault> {
        match private_file::read_public(&self.record_path(epoch)) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(KeysFault::Missing { .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The record of an epoch that lies here, once its root signature holds.
    pub fn read_record(
        &self,
        epoch: Epoch,
        federation: &Digest,
        root: &PublicKey,
    ) -> Result<Option<SignedRecord>, KeysFault> {
        self.record_bytes(epoch)?
            .map(|bytes| SignedRecord::verify(&bytes, federation, root))
            .transpose()
            .map_err(|fault| KeysFault::Record { path: self.record_path(epoch), fault })
    }

    /// Opens the key of a half made rotation, or makes it.
    fn take_up_key(&self, name: &str) -> Result<PublicKey, KeysFault> {
        let path = self.path.join(name);
        match FileSigner::open(&path, self.passphrase.as_ref()) {
            Ok(signer) => Ok(signer.public().clone()),
            Err(KeysFault::Missing { .. }) => new_key(&path, self.passphrase.as_ref()),
            Err(fault) => Err(fault),
        }
    }

    fn list(&mut self, epoch: EpochPublic) -> Result<(), KeysFault> {
        if self.public.epochs.last() == Some(&epoch) {
            return Ok(());
        }
        let mut public = self.public.clone();
        public.epochs.retain(|known| known.epoch != epoch.epoch);
        public.epochs.push(epoch);
        public.epochs.sort_by_key(|known| known.epoch);
        let before = std::mem::replace(&mut self.public, public);
        self.save_public().inspect_err(|_| self.public = before)
    }

    pub(crate) fn lock(&self) -> Result<File, KeysFault> {
        let path = self.path.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .and_then(|file| private_file::keep_owner(&file, &path).map(|()| file))
            .map_err(KeysFault::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(KeysFault::Busy { path: self.path.clone() }),
            Err(TryLockError::Error(source)) => Err(KeysFault::io("lock", &path)(source)),
        }
    }

    pub(crate) fn record_path(&self, epoch: Epoch) -> PathBuf {
        record_path(&self.path, epoch)
    }

    pub(crate) fn superseded_path(&self, epoch: Epoch, record: &SignedRecord) -> PathBuf {
        let short: String = record.digest().to_string().chars().take(16).collect();
        self.path.join(format!("epoch-{epoch}-superseded-{short}.cbor"))
    }
}

/// Where the record that opened `epoch` lies in a key folder.
#[must_use]
pub fn record_path(key_folder: &Path, epoch: Epoch) -> PathBuf {
    key_folder.join(format!("epoch-{epoch}-record.cbor"))
}
