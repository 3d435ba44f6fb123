//! huxin-keys: custody of a city's secrets.
//!
//! A city has three kinds of keys. The **root key** founds the federation and signs key records; it is used a few
//! times a year and may lie in a safe meanwhile. Each **epoch** has two keys: the *log key* signs statements and
//! checkpoints, the *cosigner key* signs only cosignatures, so that a witness that is tricked can never be made to
//! speak for the city. The **transport key** names the node on the network and proves nothing about what the city
//! says. Beside them lies the **ground secret**, the same in all epochs, with which the city tags what its listings
//! rest on.
//!
//! What could someone do who holds one of them? Root: replace every other key, until a partner sees two records on one
//! predecessor. Log key: speak for the city until a key record closes the epoch. Cosigner key: make the city look
//! fresh, and vouch for heads of others. Transport key: sit in the node's place on the network and withhold. Ground
//! secret: guess which decision a tag stands for. A passphrase guards them at rest only.
//!
//! Beside a city's own keys there may be [`PersonKey`]s, which the members of a federation share and carry to each other by hand: with
//! them a natural person is named by a digest.
//!
//! All secrets live in one [`KeyFolder`], each in a PKCS#8 file of its own that OpenSSL reads too. Beside them lies
//! the [`Marker`], which tells a node that its store is not the one that signed last. [`join`] makes the public file
//! with which a city joins a founding.

pub mod fault;
pub mod folder;
pub mod ground;
pub mod join;
pub mod marker;
pub mod passphrase;
pub mod peer_id;
pub mod person;
mod private_file;
mod public_text;
pub mod reached;
pub mod rotation;
mod secret_file;
pub mod signer;
pub mod transport;
pub mod unfinished;

pub use fault::KeysFault;
pub use folder::{EpochPublic, KeyFolder, KeyFolderPublic};
pub use ground::{GroundInput, GroundSecret, ground_tag};
pub use join::{FoundingSignature, FoundingTerms, JoinFault, JoinFile, collect, found};
pub use marker::Marker;
pub use passphrase::{Passphrase, PassphraseFault, PassphraseSource};
pub use peer_id::{peer_id_bytes, peer_id_text};
pub use person::{PersonKey, ResidentNumber, ResidentNumberFault, ask_number, masked_name};
pub use reached::Reached;
pub use rotation::{RotationOrder, Step};
pub use secret_file::Work;
pub use signer::{EpochSigner, FileSigner};
pub use transport::TransportKey;
pub use unfinished::Unfinished;
