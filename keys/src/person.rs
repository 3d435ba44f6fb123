//! How a natural person is named without the number (R53 to R55, DOMAIN rule 11): by a digest keyed with a secret that the members of
//! a federation share, and hardened so that each guess costs.
//!
//! The secret lies in a *person key* file, which is carried by hand and never in a log. Whoever has it can tell whether a person
//! whose number he has is named somewhere, and can try numbers: there are few of them. The hardening makes that slow, and not
//! impossible; what it protects against is whoever has not got the key.

use crate::fault::KeysFault;
use crate::passphrase::Passphrase;
use crate::private_file;
use crate::secret_file::{self, Secret};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use huxin_protocol::digest::{Context, Digest};
use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::Path;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Memory of one digest in KiB, passes over it, and lanes (RFC 9106; twice the memory of its second recommended option would not fit
/// small machines that import lists). About a tenth of a second on the machines of the field.
const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// A resident's number as it is on the card: 17 digits and a check character. It is wiped when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ResidentNumber([u8; 18]);

impl fmt::Debug for ResidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentNumber(…)")
    }
}

/// Why a text is no resident's number. It never repeats what was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResidentNumberFault {
    #[error("a resident's number has 17 digits and a digit or X")]
    Shape,
    #[error("places 7 to 14 of the number are no date of birth")]
    Birth,
    #[error("the check character of the number does not hold; a digit is wrong or two are exchanged")]
    Check,
}

impl ResidentNumberFault {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "resident_number_shape",
            Self::Birth => "resident_number_birth",
            Self::Check => "resident_number_check",
        }
    }
}

impl ResidentNumber {
    /// Reads a number (R54, GB 11643: a region of six digits, which is not checked, a date of birth, three digits, and a check character by
    /// ISO 7064 MOD 11-2). Spaces around it do not matter.
    ///
    /// # Errors
    /// See [`ResidentNumberFault`].
    pub fn read(text: &str) -> Result<Self, ResidentNumberFault> {
        let mut number = Self([0; 18]);
        let signs = text.trim().as_bytes();
        if signs.len() != number.0.len() {
            return Err(ResidentNumberFault::Shape);
        }
        number.0.copy_from_slice(signs);
        number.0.make_ascii_uppercase();
        let (digits, check) = number.0.split_at(17);
        let is_check = |sign: &u8| sign.is_ascii_digit() || *sign == b'X';
        if !digits.iter().all(u8::is_ascii_digit) || !check.iter().all(is_check) {
            return Err(ResidentNumberFault::Shape);
        }
        let part =
            |from: usize, to: usize| digits[from..to].iter().fold(0_i16, |sum, sign| sum * 10 + i16::from(sign - b'0'));
        let narrow = |value: i16| i8::try_from(value).unwrap_or_default();
        if huxin_protocol::time::Date::new(part(6, 10), narrow(part(10, 12)), narrow(part(12, 14))).is_err() {
            return Err(ResidentNumberFault::Birth);
        }
        let sum = digits.iter().fold(0_u32, |sum, sign| (sum + u32::from(sign - b'0')) * 2 % 11);
        let due = (12 - sum) % 11;
        let given = if check == b"X" { 10 } else { u32::from(check[0] - b'0') };
        if given == due { Ok(number) } else { Err(ResidentNumberFault::Check) }
    }
}

/// The secret of 32 bytes by which a federation names persons, bound to that federation.
#[derive(Clone)]
pub struct PersonKey {
    id: Digest,
    mac: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonKey({}, …)", self.id)
    }
}

impl PersonKey {
    /// The key that a secret makes in a federation (R53).
    #[must_use]
    pub fn new(secret: &Secret, federation: &Digest) -> Self {
        let part = |purpose: &[u8]| {
            let mut hasher = Context::Person.hasher();
            hasher.update(purpose).update(&federation.0).update(secret.as_slice());
            *hasher.finalize().as_bytes()
        };
        Self { id: Digest(part(b"id")), mac: Zeroizing::new(part(b"mac")) }
    }

    /// A new secret in a file that must not exist yet, readable by its owner alone.
    ///
    /// # Errors
    /// The file is there, or cannot be written; the system gives no randomness.
    pub fn create(path: &Path, federation: &Digest, passphrase: Option<&Passphrase>) -> Result<Self, KeysFault> {
        let secret = private_file::random::<32>()?;
        secret_file::write(path, &secret, passphrase)?;
        Ok(Self::new(&secret, federation))
    }

    /// The key in a file.
    ///
    /// # Errors
    /// The file cannot be read, is readable by others, or its passphrase is wrong.
    pub fn open(path: &Path, federation: &Digest, passphrase: Option<&Passphrase>) -> Result<Self, KeysFault> {
        Ok(Self::new(&secret_file::read(path, passphrase)?, federation))
    }

    /// By which bodies name the key. It says nothing of the secret.
    #[must_use]
    pub const fn id(&self) -> Digest {
        self.id
    }

    /// The digest that names a person (R55). It takes 64 MiB and about a tenth of a second.
    ///
    /// # Errors
    /// There is not memory enough.
    pub fn digest(&self, number: &ResidentNumber) -> Result<Digest, KeysFault> {
        let keyed = Zeroizing::new(*blake3::keyed_hash(&self.mac, &number.0).as_bytes());
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(|_| KeysFault::Encode)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut memory: Vec<Block> = Vec::new();
        memory.try_reserve_exact(MEMORY_KIB as usize).map_err(|_| KeysFault::Encode)?;
        memory.resize(MEMORY_KIB as usize, Block::default());
        let mut digest = [0; 32];
        argon2
            .hash_password_into_with_memory(keyed.as_slice(), &self.id.0[..16], &mut digest, memory.as_mut_slice())
            .map_err(|_| KeysFault::Encode)?;
        Ok(Digest(digest))
    }
}

/// Asks for a number at the terminal without showing it; where there is no terminal, its first line comes from standard input. It is
/// never an argument, which every account of the machine could see.
///
/// # Errors
/// Nobody can be asked, and nothing comes in.
pub fn ask_number(prompt: &str) -> io::Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(prompt).map(Zeroizing::new);
    }
    let mut line = Zeroizing::new(String::with_capacity(64));
    io::stdin().lock().take(64).read_line(&mut line)?;
    Ok(line)
}

/// A person's name as it is shown: the first character and a star, 张*.
#[must_use]
pub fn masked_name(name: &str) -> Option<String> {
    name.trim().chars().next().map(|first| format!("{first}*"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Made-up numbers without their check character: there is no region 99.
    const NUMBERS: [&str; 2] = ["99000019000101123", "99000020991231999"];

    fn key(byte: u8) -> PersonKey {
        PersonKey::new(&Zeroizing::new([byte; 32]), &Digest([1; 32]))
    }

    fn with_check(digits: &str) -> String {
        let sum = digits.bytes().fold(0_u32, |sum, sign| (sum + u32::from(sign - b'0')) * 2 % 11);
        let check = (12 - sum) % 11;
        format!("{digits}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
    }

    #[test]
    fn numbers_are_checked_and_never_repeated() {
        let whole = with_check(NUMBERS[0]);
        assert!(ResidentNumber::read(&whole).is_ok() && ResidentNumber::read(&format!(" {whole}\n")).is_ok());
        let mut wrong = whole.clone().into_bytes();
        wrong.swap(15, 16);
        let rows = [
            (String::new(), ResidentNumberFault::Shape),
            (whole[..17].to_owned(), ResidentNumberFault::Shape),
            (format!("{whole}1"), ResidentNumberFault::Shape),
            (whole.replace('9', "九"), ResidentNumberFault::Shape),
            (with_check("99000019000231123"), ResidentNumberFault::Birth),
            (with_check("99000019001301123"), ResidentNumberFault::Birth),
            (String::from_utf8(wrong).unwrap(), ResidentNumberFault::Check),
        ];
        for (text, due) in rows {
            assert_eq!(ResidentNumber::read(&text).unwrap_err(), due, "{text}");
            assert!(text.len() < 4 || !format!("{due} {due:?}").contains(&text));
        }
        assert_eq!(format!("{:?}", ResidentNumber::read(&whole).unwrap()), "ResidentNumber(…)");
    }

    #[test]
    fn a_person_is_named_by_key_federation_and_number() {
        let number = ResidentNumber::read(&with_check(NUMBERS[0])).unwrap();
        let other = ResidentNumber::read(&with_check(NUMBERS[1])).unwrap();
        let base = key(1).digest(&number).unwrap();
        assert_eq!(key(1).digest(&number).unwrap(), base);
        let elsewhere = PersonKey::new(&Zeroizing::new([1; 32]), &Digest([2; 32]));
        let others = [key(1).digest(&other), key(2).digest(&number), elsewhere.digest(&number)].map(Result::unwrap);
        assert!(!others.contains(&base));
        assert!(key(1).id() != key(2).id() && key(1).id() != elsewhere.id() && key(1).id() != base);
        assert!(!format!("{:?}", key(7)).contains("0707"));
    }

    #[test]
    fn a_key_file_is_its_owners_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("person-1.key");
        let federation = Digest([1; 32]);
        let made = PersonKey::create(&path, &federation, None).unwrap();
        assert_eq!(PersonKey::open(&path, &federation, None).unwrap().id(), made.id());
        assert!(PersonKey::create(&path, &federation, None).is_err());
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(PersonKey::open(&path, &federation, None).is_err());
    }

    #[test]
    fn names_are_masked() {
        for (name, due) in [("张三", Some("张*")), (" 欧阳锋 ", Some("欧*")), ("Ann", Some("A*")), ("  ", None)]
        {
            assert_eq!(masked_name(name).as_deref(), due, "{name}");
        }
    }
}
