//! One secret of 32 bytes in one file: PKCS#8 in PEM form, as OpenSSL reads and writes it (RFC 5958, RFC 8410).
//!
//! Encryption is PBES2 with scrypt and AES-256-CBC. Work factors: N = 16384, r = 8, p = 1: 16 MiB, and 40 to 80 ms of
//! processor time a file in a build for development. These are OpenSSL's own, and its memory limit of 32 MiB refuses
//! the double, so that a file which this program wrote can be opened without it. A node opens four files when it
//! starts, and so is up within a third of a second; a guess costs an attacker the same 16 MiB each time.
//!
//! The private key alone is stored (version 1 of the format): OpenSSL 3.0 does not read the public half beside it.
//! Whether it is the right one is judged against the folder's list of public keys, not against the file itself.

use crate::fault::KeysFault;
use crate::passphrase::Passphrase;
use crate::private_file;
use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::pkcs5::{EncryptionScheme, scrypt};
use pkcs8::{
    DecodePrivateKey, EncodePrivateKey, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, SecretDocument,
};
use std::path::Path;
use zeroize::Zeroizing;

/// 32 secret bytes, wiped when dropped.
pub type Secret = Zeroizing<[u8; 32]>;

const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN: &str = "PRIVATE KEY";

const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 1;

/// How much work a sealed file may ask for before it is opened. The file names its own work factors, and one from
/// elsewhere must not hold up the start for minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Product of scrypt's N, r and p.
    pub scrypt: u64,
    /// Rounds of PBKDF2.
    pub rounds: u64,
}

impl Work {
    /// What a node allows: scrypt with 16 times our own factors, and PBKDF2, which OpenSSL may have used, with ten
    /// million rounds (its present default is 2048, advice is 600,000).
    pub const MOST: Self =
        Self { scrypt: 16 * (1 << SCRYPT_LOG_N) * (SCRYPT_R as u64) * (SCRYPT_P as u64), rounds: 10_000_000 };
}

/// PEM text of `secret`; encrypted if there is a passphrase.
pub fn encode(secret: &Secret, passphrase: Option<&Passphrase>) -> Result<Zeroizing<String>, KeysFault> {
    let pair = KeypairBytes { secret_key: **secret, public_key: None };
    let plain = pair.to_pkcs8_der().map_err(|_| KeysFault::Encode)?;
    let Some(passphrase) = passphrase else {
        return plain.to_pem(PLAIN, LineEnding::LF).map_err(|_| KeysFault::Encode);
    };
    let params = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P).map_err(|_| KeysFault::Encode)?;
    let salt = private_file::random::<16>()?;
    let iv = private_file::random::<16>()?;
    let scheme = Parameters::generate_scrypt_aes256cbc(params, salt.as_slice(), *iv).map_err(|_| KeysFault::Encode)?;
    PrivateKeyInfoRef::try_from(plain.as_bytes())
        .and_then(|info| info.encrypt_with_params(scheme, passphrase.expose()))
        .map_err(|_| KeysFault::Encode)?
        .to_pem(ENCRYPTED, LineEnding::LF)
        .map_err(|_| KeysFault::Encode)
}

/// Writes a secret into a file that must not exist yet.
pub fn write(path: &Path, secret: &Secret, passphrase: Option<&Passphrase>) -> Result<(), KeysFault> {
    private_file::place(path, encode(secret, passphrase)?.as_bytes())
}

/// Reads a secret from its file, see [`decode`].
pub fn read(path: &Path, passphrase: Option<&Passphrase>) -> Result<Secret, KeysFault> {
    decode(&private_file::read_private(path)?, path, passphrase, Work::MOST)
}

/// Reads a secret. An encrypted file without passphrase is refused, and so is a plain file with one: somebody who
/// gave a passphrase relies on it. `path` names the file in faults.
pub fn decode(bytes: &[u8], path: &Path, passphrase: Option<&Passphrase>, most: Work) -> Result<Secret, KeysFault> {
    let unreadable = || KeysFault::Unreadable { path: path.to_owned() };
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable())?;
    let (label, document) = SecretDocument::from_pem(text).map_err(|_| unreadable())?;
    match (label, passphrase) {
        (PLAIN, None) => secret_of(document.as_bytes(), path, unreadable),
        (PLAIN, Some(_)) => Err(KeysFault::NotEncrypted { path: path.to_owned() }),
        (ENCRYPTED, None) => Err(KeysFault::PassphraseNeeded { path: path.to_owned() }),
        (ENCRYPTED, Some(passphrase)) => {
            let sealed = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| unreadable())?;
            check_work(&sealed.encryption_algorithm, path, most)?;
            // CBC has no check value of its own: a wrong passphrase shows as bad padding, or as bytes that are not a
            // key. Both are one answer.
            let wrong = || KeysFault::WrongPassphrase { path: path.to_owned() };
            let opened = sealed.decrypt(passphrase.expose()).map_err(|_| wrong())?;
            secret_of(opened.as_bytes(), path, wrong)
        }
        _ => Err(unreadable()),
    }
}

fn secret_of(der: &[u8], path: &Path, not_a_key: impl Fn() -> KeysFault) -> Result<Secret, KeysFault> {
    PrivateKeyInfoRef::try_from(der).map_err(|_| not_a_key())?;
    let pair = KeypairBytes::from_pkcs8_der(der).map_err(|_| KeysFault::NotEd25519 { path: path.to_owned() })?;
    Ok(Zeroizing::new(pair.secret_key))
}

fn check_work(scheme: &EncryptionScheme, path: &Path, most: Work) -> Result<(), KeysFault> {
    let unreadable = || KeysFault::Unreadable { path: path.to_owned() };
    let fits = match scheme.pbes2().map(|params| &params.kdf) {
        Some(Kdf::Scrypt(scrypt)) => {
            let factors = [scrypt.cost_parameter, scrypt.block_size.into(), scrypt.parallelization.into()];
            // RFC 7914: N is a power of two above 1, r and p are at least 1. The library reckons with N = 0 unseen.
            if factors.contains(&0) || !scrypt.cost_parameter.is_power_of_two() || scrypt.cost_parameter == 1 {
                return Err(unreadable());
            }
            factors
                .iter()
                .try_fold(1, |work: u64, factor| work.checked_mul(*factor))
                .is_some_and(|work| work <= most.scrypt)
        }
        Some(Kdf::Pbkdf2(pbkdf2)) => u64::from(pbkdf2.iteration_count) <= most.rounds,
        _ => return Err(unreadable()),
    };
    if fits { Ok(()) } else { Err(KeysFault::CostTooHigh { path: path.to_owned() }) }
}
