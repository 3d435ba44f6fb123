//! What can be wrong with key files and the key folder. A variant per cause; each has a stable code and a next step.

use huxin_protocol::ids::{CityCode, Epoch};
use huxin_protocol::key::KeyFault;
use huxin_protocol::key_record::RecordFault;
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    #[error("could not {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("the key file {} does not exist", path.display())]
    Missing { path: PathBuf },
    #[error("{} may be used by other accounts (mode {mode:03o})", path.display())]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error("{} is not a PKCS#8 key file in PEM form", path.display())]
    Unreadable { path: PathBuf },
    #[error("{} holds a key of another algorithm than Ed25519", path.display())]
    NotEd25519 { path: PathBuf },
    #[error("the passphrase does not open {}", path.display())]
    WrongPassphrase { path: PathBuf },
    #[error("{} is encrypted and no passphrase was given", path.display())]
    PassphraseNeeded { path: PathBuf },
    #[error("{} is not encrypted, although a passphrase was given", path.display())]
    NotEncrypted { path: PathBuf },
    #[error("{} asks for more work to open than any file of ours", path.display())]
    CostTooHigh { path: PathBuf },
    #[error("{} holds another key than the one due: found {found}, due {due}", path.display())]
    Foreign { path: PathBuf, found: String, due: String },
    #[error("the key in {} is not usable: {fault}", path.display())]
    Unusable { path: PathBuf, fault: KeyFault },
    #[error("{} exists already and is not replaced", path.display())]
    Taken { path: PathBuf },
    #[error("there is no key folder at {}", path.display())]
    NoFolder { path: PathBuf },
    #[error("{} is not a list of public keys in the shape of version 1: {source}", path.display())]
    PublicShape { path: PathBuf, source: serde_json::Error },
    #[error("{} names no epoch, or its epochs are not in order", path.display())]
    PublicEpochs { path: PathBuf },
    #[error("the key folder {} belongs to city {found}, not to {due}", path.display())]
    ForeignCity { path: PathBuf, found: CityCode, due: CityCode },
    #[error("the key folder {} has no keys of epoch {epoch}; its newest epoch is {newest}", path.display())]
    UnknownEpoch { path: PathBuf, epoch: Epoch, newest: Epoch },
    #[error("the root key is not in the key folder: {} is away", path.display())]
    RootAway { path: PathBuf },
    #[error("another process changes the key folder {} at this moment", path.display())]
    Busy { path: PathBuf },
    #[error("epoch {epoch} cannot follow in {}: its newest finished epoch is {newest}", path.display())]
    RotationOrder { path: PathBuf, epoch: Epoch, newest: Epoch },
    #[error("a record that opens epoch {epoch} otherwise was signed already: {}", path.display())]
    RotationDiffers { path: PathBuf, epoch: Epoch },
    #[error("the key record in {} is not usable: {fault}", path.display())]
    Record { path: PathBuf, fault: RecordFault },
    #[error("{} is not a marker in the shape of version 1: {source}", path.display())]
    MarkerShape { path: PathBuf, source: serde_json::Error },
    #[error("{} does not say in the shape of version 1 what rotation is under way: {source}", path.display())]
    RotationShape { path: PathBuf, source: serde_json::Error },
    #[error("the operating system gave no random bytes")]
    Random,
    #[error("the key could not be written in PKCS#8 form")]
    Encode,
}

impl KeysFault {
    /// Stable name of the cause, for programs and for the handbook.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "keys_io",
            Self::Missing { .. } => "key_file_missing",
            Self::OpenToOthers { .. } => "key_file_open_to_others",
            Self::Unreadable { .. } => "key_file_unreadable",
            Self::NotEd25519 { .. } => "key_file_algorithm",
            Self::WrongPassphrase { .. } => "wrong_passphrase",
            Self::PassphraseNeeded { .. } => "passphrase_needed",
            Self::NotEncrypted { .. } => "key_file_not_encrypted",
            Self::CostTooHigh { .. } => "key_file_cost",
            Self::Foreign { .. } => "key_foreign",
            Self::Unusable { .. } => "key_unusable",
            Self::Taken { .. } => "key_file_taken",
            Self::NoFolder { .. } => "key_folder_missing",
            Self::PublicShape { .. } => "key_folder_shape",
            Self::PublicEpochs { .. } => "key_folder_epochs",
            Self::ForeignCity { .. } => "key_folder_city",
            Self::UnknownEpoch { .. } => "key_epoch_unknown",
            Self::RootAway { .. } => "root_key_away",
            Self::Busy { .. } => "key_folder_busy",
            Self::RotationOrder { .. } => "rotation_order",
            Self::RotationDiffers { .. } => "rotation_differs",
            Self::Record { .. } => "rotation_record",
            Self::MarkerShape { .. } => "marker_shape",
            Self::RotationShape { .. } => "rotation_shape",
            Self::Random => "no_randomness",
            Self::Encode => "key_encode",
        }
    }

    /// What to try.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check that the disk has room and that this account may use the folder",
            Self::Missing { .. } => {
                "put the file back from the backup of the key folder, or make a key record for a new epoch"
            }
            Self::OpenToOthers { .. } => {
                "take the rights of group and others away (chmod go-rwx), and rotate the keys if others may have read them"
            }
            Self::Unreadable { .. } => "put the file back from the backup of the key folder",
            Self::NotEd25519 { .. } => "put the right file back; only Ed25519 keys are used",
            Self::WrongPassphrase { .. } => {
                "check where the passphrase comes from; a damaged file answers the same, so try the backup too"
            }
            Self::PassphraseNeeded { .. } => "set [node] passphrase to prompt, environment, systemd or a file",
            Self::NotEncrypted { .. } => {
                "set [node] passphrase to none if the folder is a demonstration's, else make a new encrypted folder"
            }
            Self::CostTooHigh { .. } => "encrypt the file again with scrypt N = 16384, r = 8, p = 1",
            Self::Foreign { .. } => "put the file of this city and epoch back; keys are never mixed between folders",
            Self::Unusable { .. } => "make a new key",
            Self::Taken { .. } => {
                "choose another place, or move the old one away by hand if it is really no longer needed"
            }
            Self::NoFolder { .. } => "run huxin init, or name the folder with [node] keys",
            Self::PublicShape { .. } | Self::PublicEpochs { .. } => {
                "put public.json back from the backup of the key folder"
            }
            Self::ForeignCity { .. } => "name the key folder of this city with [node] keys",
            Self::UnknownEpoch { .. } => {
                "put back the newest backup of the key folder, or make a key record for a new epoch"
            }
            Self::RootAway { .. } => "bring root.pem back into the folder for this step, then take it away again",
            Self::Busy { .. } => "wait until the other command has ended and try again",
            Self::RotationOrder { .. } => "ask the federation's roster for the epoch in force and continue from it",
            Self::RotationDiffers { .. } => {
                "send the record that exists; force another only if the first never left this house, for two records \
                 on one predecessor freeze the city"
            }
            Self::Record { .. } => "put the record file back from the backup of the key folder",
            Self::MarkerShape { .. } => {
                "put marker.json back from the backup; without it the node asks its partners first"
            }
            Self::RotationShape { .. } => {
                "put the file back from the backup of the key folder; where there is none, compare `huxin keys show` with \
                 `huxin federation show`, and move it away only if no rotation is under way"
            }
            Self::Random => "check the machine: without random bytes no key can be made",
            Self::Encode => "this is a defect of the program; please report it",
        }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
