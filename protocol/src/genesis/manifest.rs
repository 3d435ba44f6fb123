//! The manifest's one encoding, and what a manifest must be to found anything (R81): members sorted, every key in it
//! different from every other, every length within its limit.

use super::{
    ADDRESS_BYTES, ADDRESSES, CLOCK_NAME_BYTES, CLOCKS, GenesisFault, MEMBERS, Manifest, Member, NAME_BYTES,
    PEER_ID_BYTES,
};
use crate::cbor::{ReadFault, Reader, Writer};
use crate::ids::CityCode;
use crate::key::PublicKey;
use std::collections::{BTreeMap, BTreeSet};

const MANIFEST_VERSION: u64 = 1;

/// A member whose keys have not been looked at.
struct RawMember {
    code: CityCode,
    name: String,
    /// Root, log, cosigner.
    keys: [[u8; 32]; 3],
    peer_id: Vec<u8>,
    addresses: Vec<String>,
}

impl Member {
    fn write(&self, writer: &mut Writer) {
        writer.map(|map| {
            map.field(1, |w| w.city(self.code));
            map.field(2, |w| w.text(&self.name));
            map.field(3, |w| w.bytes(self.root.bytes()));
            map.field(4, |w| w.bytes(self.log.bytes()));
            map.field(5, |w| w.bytes(self.cosigner.bytes()));
            map.field(6, |w| w.bytes(&self.peer_id));
            map.field(7, |w| {
                w.list(&self.addresses, |w, address| {
                    w.text(address);
                });
            });
        });
    }
}

impl RawMember {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ReadFault> {
        reader.map(|map| {
            let code = map.required(1, Reader::city)?;
            let name = map.required(2, |r| r.text(NAME_BYTES))?.to_owned();
            let keys = [
                map.required(3, Reader::bytes_of)?,
                map.required(4, Reader::bytes_of)?,
                map.required(5, Reader::bytes_of)?,
            ];
            let peer_id = map.required(6, Reader::bytes)?.to_vec();
            if !(1..=PEER_ID_BYTES).contains(&peer_id.len()) {
                return Err(ReadFault::Field);
            }
            let addresses = map.required(7, |r| r.list(0, ADDRESSES, |r| r.text(ADDRESS_BYTES).map(str::to_owned)))?;
            Ok(Self { code, name, keys, peer_id, addresses })
        })
    }

    fn check_keys(self) -> Result<Member, GenesisFault> {
        let Self { code, name, keys: [root, log, cosigner], peer_id, addresses } = self;
        let (root, log, cosigner) = (PublicKey::new(&root)?, PublicKey::new(&log)?, PublicKey::new(&cosigner)?);
        Ok(Member { code, name, root, log, cosigner, peer_id, addresses })
    }
}

/// Reads the clocks: a map from names to working days.
fn read_clocks(reader: &mut Reader<'_>) -> Result<BTreeMap<String, u16>, ReadFault> {
    let pairs = reader.pairs()?;
    if pairs > CLOCKS as u64 {
        return Err(ReadFault::Field);
    }
    let mut clocks = BTreeMap::new();
    for _ in 0..pairs {
        let name = reader.text(CLOCK_NAME_BYTES)?.to_owned();
        clocks.insert(name, reader.unsigned()?);
    }
    Ok(clocks)
}

impl Manifest {
    /// Deterministic CBOR of this manifest. Text is put into NFC; nothing else is mended, so [`super::Genesis::found`]
    /// reads it back.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // Deterministic order is that of the encoded keys: a shorter text stands before a longer one.
        let mut clocks: Vec<(&String, &u16)> = self.clocks.iter().collect();
        clocks.sort_by_key(|(name, _)| (name.len(), *name));
        let mut writer = Writer::with_capacity(512 * (1 + self.members.len()));
        writer.map(|map| {
            map.field(0, |w| w.unsigned(MANIFEST_VERSION));
            map.field(1, |w| w.text(&self.name));
            map.field(2, |w| {
                w.list(&self.members, |w, member| member.write(w));
            });
            map.field(3, |w| w.array(2).unsigned(self.threshold.0).unsigned(self.threshold.1));
            map.field(4, |w| {
                w.pairs(clocks.len());
                for (name, days) in clocks {
                    w.text(name).unsigned(*days);
                }
            });
            map.field(5, |w| w.millis(self.founded_at));
        });
        writer.finish()
    }

    /// Reads a manifest and checks it.
    ///
    /// # Errors
    /// What is wrong with it first.
    pub fn decode(bytes: &[u8]) -> Result<Self, GenesisFault> {
        let mut reader = Reader::checked(bytes)?;
        let (manifest, raw) = reader.map(|map| {
            if map.required(0, Reader::unsigned::<u64>)? != MANIFEST_VERSION {
                return Err(ReadFault::Field);
            }
            let name = map.required(1, |r| r.text(NAME_BYTES))?.to_owned();
            let raw = map.required(2, |r| r.list(1, MEMBERS, RawMember::read))?;
            let threshold = map.required(3, |r| {
                r.array_of(2)?;
                Ok((r.unsigned()?, r.unsigned()?))
            })?;
            let clocks = map.required(4, read_clocks)?;
            let founded_at = map.required(5, Reader::millis)?;
            Ok((Self { name, members: Vec::new(), threshold, clocks, founded_at }, raw))
        })?;
        let (numerator, denominator) = manifest.threshold;
        if numerator == 0 || numerator > denominator {
            return Err(GenesisFault::Shape);
        }
        let members = raw.into_iter().map(RawMember::check_keys).collect::<Result<_, _>>()?;
        let manifest = Self { members, ..manifest };
        manifest.check_members()?;
        Ok(manifest)
    }

    /// Members ascend by code, and no key or peer id stands twice in the whole manifest, in whatever role.
    fn check_members(&self) -> Result<(), GenesisFault> {
        for pair in self.members.windows(2) {
            match pair[0].code.cmp(&pair[1].code) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Err(GenesisFault::Repeated),
                std::cmp::Ordering::Greater => return Err(GenesisFault::Shape),
            }
        }
        let keys: BTreeSet<_> =
            self.members.iter().flat_map(|m| [m.root.bytes(), m.log.bytes(), m.cosigner.bytes()]).collect();
        let peers: BTreeSet<_> = self.members.iter().map(|m| &m.peer_id).collect();
        let distinct = keys.len() == 3 * self.members.len() && peers.len() == self.members.len();
        if distinct { Ok(()) } else { Err(GenesisFault::Repeated) }
    }
}
