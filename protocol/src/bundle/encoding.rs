//! A bundle's one spelling: RFC 8785 canonical JSON and a final newline. Reading writes the same again and compares, so
//! that white space, order, escapes, repeated members and numbers of another form are all refused by one rule (R113).

use super::{BUNDLE_BYTES, Bundle, BundleFault, TlogProof};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

const BUNDLE_VERSION: u64 = 1;

/// The members as JSON has them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    version: u64,
    genesis: String,
    records: Vec<String>,
    statement: String,
    body: Option<String>,
    proof: String,
    standing: Option<String>,
}

/// Looked at first, so that a bundle of a later version is told from a broken one.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

fn bytes(text: &str) -> Result<Vec<u8>, BundleFault> {
    STANDARD.decode(text).map_err(|_| BundleFault::Base64)
}

fn canonical(members: &Members) -> Result<Vec<u8>, BundleFault> {
    let mut out = serde_json_canonicalizer::to_vec(members).map_err(|_| BundleFault::Shape)?;
    out.push(b'\n');
    Ok(out)
}

impl Bundle {
    /// The file. Nothing is checked: whoever exports verifies what it wrote.
    ///
    /// # Errors
    /// [`BundleFault::ProofText`] if the checkpoint's note is not text.
    pub fn encode(&self) -> Result<Vec<u8>, BundleFault> {
        canonical(&Members {
            version: BUNDLE_VERSION,
            genesis: STANDARD.encode(&self.genesis),
            records: self.records.iter().map(|record| STANDARD.encode(record)).collect(),
            statement: STANDARD.encode(&self.statement),
            body: self.body.as_ref().map(|body| STANDARD.encode(body)),
            proof: self.proof.encode()?,
            standing: self.standing.as_ref().map(|note| STANDARD.encode(note)),
        })
    }

    /// Takes a file apart.
    ///
    /// # Errors
    /// [`BundleFault::TooLong`], [`BundleFault::Shape`], [`BundleFault::Version`], [`BundleFault::NotCanonical`],
    /// [`BundleFault::Base64`] or [`BundleFault::ProofText`].
    pub fn decode(file: &[u8]) -> Result<Self, BundleFault> {
        if file.len() > BUNDLE_BYTES {
            return Err(BundleFault::TooLong);
        }
        let versioned: Versioned = serde_json::from_slice(file).map_err(|_| BundleFault::Shape)?;
        if versioned.version != BUNDLE_VERSION {
            return Err(BundleFault::Version);
        }
        let members: Members = serde_json::from_slice(file).map_err(|_| BundleFault::Shape)?;
        if canonical(&members)? != file {
            return Err(BundleFault::NotCanonical);
        }
        Ok(Self {
            genesis: bytes(&members.genesis)?,
            records: members.records.iter().map(|record| bytes(record)).collect::<Result<_, _>>()?,
            statement: bytes(&members.statement)?,
            body: members.body.as_deref().map(bytes).transpose()?,
            proof: TlogProof::parse(&members.proof)?,
            standing: members.standing.as_deref().map(bytes).transpose()?,
        })
    }
}
