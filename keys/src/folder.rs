//! The key folder: every secret of one city's node, one file each, and a list of their public halves.
//!
//! ```text
//! keys/                    mode 0700
//!   root.pem               may be taken away and brought back for key records
//!   ground.pem             the ground secret, in the same form
//!   transport.pem
//!   epoch-1-log.pem        one pair an epoch
//!   epoch-1-cosigner.pem
//!   epoch-2-record.cbor    the root-signed record that opened epoch 2
//!   rotation.json          a rotation that is under way, see [`crate::unfinished`]
//!   public.json            public halves; every secret is checked against it when opened
//!   marker.json            which life of the store signed last, see [`crate::marker`]
//! ```
//!
//! A new folder is made whole under a passing name and moved into place, so that a half made one never passes for a
//! city's keys. A secret is opened when it is asked for and not before.

use crate::fault::KeysFault;
use crate::ground::GroundSecret;
use crate::marker::Marker;
use crate::passphrase::Passphrase;
use crate::peer_id::{peer_id_bytes, peer_id_text};
use crate::private_file;
use crate::secret_file;
use crate::signer::{EpochSigner, FileSigner, check_due};
use crate::transport::TransportKey;
use huxin_protocol::digest::Digest;
use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::key::{PublicKey, Sign};
use huxin_protocol::roster::CityRoster;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

const ROOT: &str = "root.pem";
const GROUND: &str = "ground.pem";
const TRANSPORT: &str = "transport.pem";
const PUBLIC: &str = "public.json";

/// The public side of a key folder: what `huxin keys show` prints and `public.json` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFolderPublic {
    /// 1.
    pub version: u16,
    pub city: CityCode,
    /// Whether a passphrase guards the files.
    pub encrypted: bool,
    #[serde(with = "crate::public_text")]
    pub root: PublicKey,
    #[serde(with = "crate::public_text")]
    pub transport: PublicKey,
    /// libp2p peer id of the transport key, for people to read.
    pub peer_id: String,
    /// The public key that the ground secret would have: tells the right file from another, and nothing else.
    #[serde(with = "crate::public_text")]
    pub ground_check: PublicKey,
    /// Ascending, never empty.
    pub epochs: Vec<EpochPublic>,
}

/// The public side of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochPublic {
    pub epoch: Epoch,
    #[serde(with = "crate::public_text")]
    pub log: PublicKey,
    #[serde(with = "crate::public_text")]
    pub cosigner: PublicKey,
    /// Digest of the key record that opened the epoch; epoch 1 has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record: Option<Digest>,
}

impl KeyFolderPublic {
    /// The libp2p peer id as multihash bytes.
    #[must_use]
    pub fn peer_id_bytes(&self) -> Vec<u8> {
        peer_id_bytes(self.transport.bytes())
    }

    /// Reads a folder's list of public keys; `list` names the file in faults.
    pub fn parse(bytes: &[u8], list: &Path) -> Result<Self, KeysFault> {
        let shape = |source| KeysFault::PublicShape { path: list.to_owned(), source };
        let public: Self = serde_json::from_slice(bytes).map_err(shape)?;
        if public.version != 1 {
            return Err(shape(serde::de::Error::custom("a version other than 1 needs a newer program")));
        }
        let ascending = public.epochs.windows(2).all(|pair| pair[0].epoch < pair[1].epoch);
        if public.epochs.is_empty() || !ascending {
            return Err(KeysFault::PublicEpochs { path: list.to_owned() });
        }
        Ok(public)
    }
}

/// An opened key folder. It holds the passphrase, and opens each secret when it is asked for.
#[derive(Debug)]
pub struct KeyFolder {
    pub(crate) path: PathBuf,
    pub(crate) public: KeyFolderPublic,
    pub(crate) passphrase: Option<Passphrase>,
}

impl KeyFolder {
    /// Makes root, ground, transport and epoch 1 keys. `None` as passphrase writes plain files: only by explicit
    /// choice. The place must not exist, or be an empty folder.
    pub fn create(path: &Path, city: CityCode, passphrase: Option<Passphrase>) -> Result<Self, KeysFault> {
        let passing = passing_name(path)?;
        let made = Self::make(&passing, city, passphrase).and_then(|mut folder| {
            // Moving a folder onto an empty one is one step; onto one with files it fails.
            fs::rename(&passing, path).map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                    KeysFault::Taken { path: path.to_owned() }
                }
                _ => KeysFault::io("make", path)(source),
            })?;
            folder.path = path.to_owned();
            private_file::sync_folder(&parent_of(path))?;
            Ok(folder)
        });
        if made.is_err() {
            // Keys that nobody knows of yet; nothing is lost with them.
            let _ = fs::remove_dir_all(&passing);
        }
        made
    }

    fn make(path: &Path, city: CityCode, passphrase: Option<Passphrase>) -> Result<Self, KeysFault> {
        fs::DirBuilder::new().mode(0o700).recursive(true).create(path).map_err(KeysFault::io("make", path))?;
        let new = |name: &str| new_key(&path.join(name), passphrase.as_ref());
        let root = new(ROOT)?;
        let ground_check = new(GROUND)?;
        let transport = new(TRANSPORT)?;
        let log = new(&log_name(Epoch::FIRST))?;
        let cosigner = new(&cosigner_name(Epoch::FIRST))?;
        let public = KeyFolderPublic {
            version: 1,
            city,
            encrypted: passphrase.is_some(),
            peer_id: peer_id_text(&peer_id_bytes(transport.bytes())),
            root,
            transport,
            ground_check,
            epochs: vec![EpochPublic { epoch: Epoch::FIRST, log, cosigner, record: None }],
        };
        let folder = Self { path: path.to_owned(), public, passphrase };
        folder.save_public()?;
        Ok(folder)
    }

    /// Opens a folder. Refuses one in which other accounts may write, and a passphrase that the folder does not use
    /// or lacks. Whether the passphrase is right shows with the first secret.
    pub fn open(path: &Path, passphrase: Option<Passphrase>) -> Result<Self, KeysFault> {
        let public = Self::read_public(path)?;
        let list = path.join(PUBLIC);
        match (public.encrypted, &passphrase) {
            (true, None) => return Err(KeysFault::PassphraseNeeded { path: list }),
            (false, Some(_)) => return Err(KeysFault::NotEncrypted { path: list }),
            _ => {}
        }
        Ok(Self { path: path.to_owned(), public, passphrase })
    }

    /// The public side of a folder, without any passphrase.
    pub fn read_public(path: &Path) -> Result<KeyFolderPublic, KeysFault> {
        private_file::check_folder(path)?;
        let list = path.join(PUBLIC);
        let bytes = match private_file::read_public(&list) {
            Err(KeysFault::Missing { .. }) => return Err(KeysFault::NoFolder { path: path.to_owned() }),
            other => other?,
        };
        KeyFolderPublic::parse(&bytes, &list)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
    #[must_use]
    pub const fn city(&self) -> CityCode {
        self.public.city
    }
    /// Everything that may be shown.
    #[must_use]
    pub const fn show(&self) -> &KeyFolderPublic {
        &self.public
    }
    /// The newest epoch that a record (or the genesis) opened.
    #[must_use]
    pub fn newest_epoch(&self) -> Epoch {
        // Never empty, see `read_public`; folders that are made have epoch 1.
        self.public.epochs.last().map_or(Epoch::FIRST, |keys| keys.epoch)
    }

    /// The root key. It may be away: [`KeysFault::RootAway`].
    pub fn root(&self) -> Result<FileSigner, KeysFault> {
        self.signer(ROOT, &self.public.root).map_err(|fault| match fault {
            KeysFault::Missing { path } => KeysFault::RootAway { path },
            other => other,
        })
    }

    pub fn ground_secret(&self) -> Result<GroundSecret, KeysFault> {
        let path = self.path.join(GROUND);
        let secret = secret_file::read(&path, self.passphrase.as_ref())?;
        check_due(FileSigner::from_secret(&secret, &path)?.public(), &self.public.ground_check, &path)?;
        Ok(GroundSecret::new(&secret))
    }

    pub fn transport(&self) -> Result<TransportKey, KeysFault> {
        let path = self.path.join(TRANSPORT);
        let secret = secret_file::read(&path, self.passphrase.as_ref())?;
        let public = FileSigner::from_secret(&secret, &path)?.public().clone();
        check_due(&public, &self.public.transport, &path)?;
        Ok(TransportKey::new(secret, public))
    }

    /// The two keys of an epoch that the folder's own list names.
    pub fn epoch_signer(&self, epoch: Epoch) -> Result<EpochSigner, KeysFault> {
        let keys = self
            .public
            .epochs
            .iter()
            .find(|keys| keys.epoch == epoch)
            .ok_or_else(|| KeysFault::UnknownEpoch { path: self.path.clone(), epoch, newest: self.newest_epoch() })?;
        self.pair(epoch, &keys.log, &keys.cosigner)
    }

    /// The keys of the epoch that the federation holds to be in force for this city, and no others: a folder of
    /// another city, another root or another epoch pair is refused before anything is signed.
    pub fn signer_in_force(&self, roster: &CityRoster) -> Result<EpochSigner, KeysFault> {
        if roster.code != self.city() {
            return Err(KeysFault::ForeignCity { path: self.path.clone(), found: self.city(), due: roster.code });
        }
        check_due(&self.public.root, &roster.root, &self.path.join(PUBLIC))?;
        let current = roster.current();
        if self.public.epochs.iter().all(|keys| keys.epoch != current.epoch) {
            let newest = self.newest_epoch();
            return Err(KeysFault::UnknownEpoch { path: self.path.clone(), epoch: current.epoch, newest });
        }
        self.pair(current.epoch, &current.log, &current.cosigner)
    }

    /// The marker of this folder; see [`Marker`].
    pub fn marker(&self) -> Result<Option<Marker>, KeysFault> {
        Marker::read(&self.path)
    }

    fn pair(&self, epoch: Epoch, log: &PublicKey, cosigner: &PublicKey) -> Result<EpochSigner, KeysFault> {
        Ok(EpochSigner {
            epoch,
            log: self.signer(&log_name(epoch), log)?,
            cosigner: self.signer(&cosigner_name(epoch), cosigner)?,
        })
    }

    fn signer(&self, name: &str, due: &PublicKey) -> Result<FileSigner, KeysFault> {
        FileSigner::open_due(&self.path.join(name), self.passphrase.as_ref(), due)
    }

    pub(crate) fn save_public(&self) -> Result<(), KeysFault> {
        let mut bytes = serde_json::to_vec_pretty(&self.public).map_err(|_| KeysFault::Encode)?;
        bytes.push(b'\n');
        private_file::replace(&self.path.join(PUBLIC), &bytes)
    }
}

/// Makes a key, writes it and answers its public half.
pub(crate) fn new_key(path: &Path, passphrase: Option<&Passphrase>) -> Result<PublicKey, KeysFault> {
    let secret = private_file::random::<32>()?;
    let public = FileSigner::from_secret(&secret, path)?.public().clone();
    secret_file::write(path, &secret, passphrase)?;
    Ok(public)
}

pub(crate) fn log_name(epoch: Epoch) -> String {
    format!("epoch-{epoch}-log.pem")
}
pub(crate) fn cosigner_name(epoch: Epoch) -> String {
    format!("epoch-{epoch}-cosigner.pem")
}

fn passing_name(path: &Path) -> Result<PathBuf, KeysFault> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("keys");
    Ok(parent_of(path).join(format!(".{name}.{}.new", hex::encode(*private_file::random::<6>()?))))
}

fn parent_of(path: &Path) -> PathBuf {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}
