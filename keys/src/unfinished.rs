//! A rotation that is under way, as its own file in the key folder says: from before the first key is made until the node
//! has taken the record up. Whatever interrupts it, the file is there afterwards, so that the next command knows that
//! something was begun, what it was to be, and how far it came.
//!
//! A record that was signed and not taken up must not be sent once the log has grown: it would leave everything that was
//! signed since outside the log. So a rotation is resumed where the log stands then, and the earlier record is put aside,
//! which never left this house. Or it is cancelled, and the log goes on under the old keys.

use crate::fault::KeysFault;
use crate::folder::KeyFolder;
use crate::private_file;
use crate::rotation::RotationOrder;
use huxin_protocol::digest::{Digest, TreeHash};
use huxin_protocol::ids::{Epoch, Seq, Size};
use huxin_protocol::key_record::{SignedRecord, Tail};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the file in the key folder.
pub const UNFINISHED_FILE: &str = "rotation.json";

/// What a rotation that is under way is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfinished {
    /// 1.
    pub version: u16,
    pub federation: Digest,
    /// The epoch to open.
    pub epoch: Epoch,
    pub previous: Digest,
    /// Size and root of the log at which it was to begin when it was ordered.
    pub size: Size,
    pub root: TreeHash,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub void_after: Option<Seq>,
    /// Whether endings among the leaves that are left behind keep their effect.
    pub keeps_endings: bool,
}

impl Unfinished {
    /// The same rotation, to begin where the log stands now. Statements beyond the earlier place are kept by that; the earlier
    /// record, if there was one, is put aside.
    #[must_use]
    pub const fn order_at(&self, continues_at: (Size, TreeHash)) -> RotationOrder {
        RotationOrder {
            federation: self.federation,
            epoch: self.epoch,
            previous: self.previous,
            continues_at,
            void_after: self.void_after,
            tail: if self.keeps_endings { Tail::Endings } else { Tail::Void },
            forced: true,
        }
    }
}

impl KeyFolder {
    /// The rotation that is under way: by its file, or because the folder has keys of an epoch after `known`, the one that the
    /// node has in force.
    pub fn unfinished(&self, known: Epoch, federation: &Digest) -> Result<Option<Unfinished>, KeysFault> {
        if let Some(noted) = Self::noted_rotation(&self.path)? {
            return Ok(Some(noted));
        }
        let newest = self.newest_epoch();
        if newest <= known {
            return Ok(None);
        }
        let signed = self.read_record(newest, federation, &self.public.root)?;
        Ok(signed.map(|signed| {
            let record = signed.record();
            Unfinished {
                version: 1,
                federation: *federation,
                epoch: record.epoch,
                previous: record.previous,
                size: record.continues_at.0,
                root: record.continues_at.1,
                void_after: record.void_after,
                keeps_endings: record.tail == Tail::Endings,
            }
        }))
    }

    /// What the file in a key folder says.
    pub fn noted_rotation(key_folder: &Path) -> Result<Option<Unfinished>, KeysFault> {
        let path = key_folder.join(UNFINISHED_FILE);
        let bytes = match private_file::read_public(&path) {
            Err(KeysFault::Missing { .. }) => return Ok(None),
            other => other?,
        };
        let shape = |source| KeysFault::RotationShape { path: path.clone(), source };
        let noted: Unfinished = serde_json::from_slice(&bytes).map_err(shape)?;
        if noted.version != 1 {
            return Err(shape(serde::de::Error::custom("a version other than 1 needs a newer program")));
        }
        Ok(Some(noted))
    }

    pub(crate) fn note_rotation(&self, order: &RotationOrder) -> Result<(), KeysFault> {
        let noted = Unfinished {
            version: 1,
            federation: order.federation,
            epoch: order.epoch,
            previous: order.previous,
            size: order.continues_at.0,
            root: order.continues_at.1,
            void_after: order.void_after,
            keeps_endings: order.tail == Tail::Endings,
        };
        let mut bytes = serde_json::to_vec_pretty(&noted).map_err(|_| KeysFault::Encode)?;
        bytes.push(b'\n');
        private_file::replace(&self.unfinished_path(), &bytes)
    }

    /// The node has taken the record up, and the rotation is over.
    pub fn finish_rotation(&self) -> Result<(), KeysFault> {
        let path = self.unfinished_path();
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(KeysFault::io("remove", &path)(source)),
            _ => private_file::sync_folder(&self.path),
        }
    }

    /// Gives up a rotation whose record the node has not taken up. What the root signed is put aside and answered; the keys stay
    /// for the next rotation, since nobody was told of them. Called again after a crash it goes on.
    pub fn cancel_rotation(&mut self, unfinished: &Unfinished) -> Result<Option<PathBuf>, KeysFault> {
        let _lock = self.lock()?;
        self.public = Self::read_public(&self.path)?;
        let record: Option<SignedRecord> =
            self.read_record(unfinished.epoch, &unfinished.federation, &self.public.root)?;
        if self.public.epochs.iter().any(|keys| keys.epoch == unfinished.epoch) {
            // First the list: a node that starts takes up what the list names.
            self.public.epochs.retain(|keys| keys.epoch < unfinished.epoch);
            self.save_public()?;
        }
        let mut aside = None;
        if let Some(record) = record {
            let place = self.superseded_path(unfinished.epoch, &record);
            private_file::replace(&place, record.bytes())?;
            let path = self.record_path(unfinished.epoch);
            fs::remove_file(&path).map_err(KeysFault::io("remove", &path))?;
            aside = Some(place);
        }
        self.finish_rotation()?;
        Ok(aside)
    }

    fn unfinished_path(&self) -> PathBuf {
        self.path.join(UNFINISHED_FILE)
    }
}
