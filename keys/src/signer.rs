//! Signers: key files in memory, behind the protocol's [`Sign`]. A hardware module would be a second one.

use crate::fault::KeysFault;
use crate::passphrase::Passphrase;
use crate::secret_file::{self, Secret, Work};
use ed25519_dalek::{Signer, SigningKey};
use huxin_protocol::ids::Epoch;
use huxin_protocol::key::{PublicKey, Sign};
use std::fmt;
use std::path::Path;

/// An Ed25519 key from a file. The secret is wiped when it is dropped and shows nowhere.
pub struct FileSigner {
    key: SigningKey,
    public: PublicKey,
}

impl FileSigner {
    /// Opens a key file, whatever key it holds.
    pub fn open(path: &Path, passphrase: Option<&Passphrase>) -> Result<Self, KeysFault> {
        Self::from_secret(&secret_file::read(path, passphrase)?, path)
    }

    /// Opens a key file that must hold the key `due` (from the manifest, the roster or the folder's list).
    pub fn open_due(path: &Path, passphrase: Option<&Passphrase>, due: &PublicKey) -> Result<Self, KeysFault> {
        let signer = Self::open(path, passphrase)?;
        check_due(&signer.public, due, path)?;
        Ok(signer)
    }

    /// As [`FileSigner::open`], with the file's bytes handed in; `path` names it in faults, and `most` is the work that
    /// the file may ask for.
    pub fn from_pem(bytes: &[u8], path: &Path, passphrase: Option<&Passphrase>, most: Work) -> Result<Self, KeysFault> {
        Self::from_secret(&secret_file::decode(bytes, path, passphrase, most)?, path)
    }

    pub(crate) fn from_secret(secret: &Secret, path: &Path) -> Result<Self, KeysFault> {
        let key = SigningKey::from_bytes(secret);
        let public = PublicKey::new(key.verifying_key().as_bytes())
            .map_err(|fault| KeysFault::Unusable { path: path.to_owned(), fault })?;
        Ok(Self { key, public })
    }

    /// Signatures over several messages, in their order.
    #[must_use]
    pub fn sign_many(&self, messages: &[&[u8]]) -> Vec<[u8; 64]> {
        messages.iter().map(|message| self.sign(message)).collect()
    }
}

impl Sign for FileSigner {
    fn public(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for FileSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileSigner({:?})", self.public)
    }
}

/// The two keys of one epoch. They are never exchanged for each other: the log key speaks for the city, the cosigner
/// key only says what it saw.
#[derive(Debug)]
pub struct EpochSigner {
    pub epoch: Epoch,
    pub log: FileSigner,
    pub cosigner: FileSigner,
}

pub(crate) fn check_due(found: &PublicKey, due: &PublicKey, path: &Path) -> Result<(), KeysFault> {
    if found == due {
        return Ok(());
    }
    Err(KeysFault::Foreign { path: path.to_owned(), found: format!("{found:?}"), due: format!("{due:?}") })
}
