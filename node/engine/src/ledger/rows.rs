//! Stored rows that have a form of their own, each with a version byte first, so that old data can climb.

use super::{Family, LedgerRead, ReadFault, city_key, cosignature_key, scan_prefix};
use huxin_protocol::checkpoint::{Origin, UnverifiedCheckpoint};
use huxin_protocol::cosignature::Cosignature;
use huxin_protocol::digest::TreeHash;
use huxin_protocol::ids::{CityCode, Epoch, Size};
use huxin_protocol::note::SignatureLine;
use huxin_protocol::roster::Roster;
use huxin_protocol::tree::Frontier;

const FORM: u8 = 1;

/// Row of [`Family::Head`]: how far we hold a city's log, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HeadRow {
    pub frontier: Frontier,
    /// Note bytes (log line only) of the newest checkpoint whose size the frontier has reached: what we serve and cosign.
    pub checkpoint: Option<Vec<u8>>,
}

impl HeadRow {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let nodes = self.frontier.nodes();
        let mut out = Vec::with_capacity(16 + nodes.len() * 32 + self.checkpoint.as_ref().map_or(0, Vec::len));
        out.push(FORM);
        out.extend_from_slice(&self.frontier.size().0.to_be_bytes());
        for node in nodes {
            out.extend_from_slice(&node.0);
        }
        out.extend_from_slice(self.checkpoint.as_deref().unwrap_or_default());
        out
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, ReadFault> {
        let fault = || ReadFault::row(Family::Head);
        let (form, rest) = bytes.split_first().ok_or_else(fault)?;
        let size: [u8; 8] = rest.get(..8).and_then(|b| b.try_into().ok()).ok_or_else(fault)?;
        let size = u64::from_be_bytes(size);
        let count = size.count_ones() as usize;
        let nodes = rest.get(8..8 + 32 * count).ok_or_else(fault)?;
        let nodes = nodes.chunks_exact(32).filter_map(|n| n.try_into().ok().map(TreeHash)).collect();
        let note = &rest[8 + 32 * count..];
        if *form != FORM {
            return Err(fault());
        }
        Ok(Self {
            frontier: Frontier::from_parts(Size(size), nodes).map_err(|_| fault())?,
            checkpoint: (!note.is_empty()).then(|| note.to_vec()),
        })
    }

    pub fn read(read: &(impl LedgerRead + ?Sized), city: CityCode) -> Result<Self, ReadFault> {
        read.get(Family::Head, &city_key(city))?.map_or_else(|| Ok(Self::default()), |bytes| Self::decode(&bytes))
    }

    /// The stored checkpoint, parsed. Its signature was checked at the door.
    pub fn checkpoint(&self) -> Result<Option<UnverifiedCheckpoint>, ReadFault> {
        self.checkpoint
            .as_ref()
            .map(|note| UnverifiedCheckpoint::parse(note).map_err(|_| ReadFault::row(Family::Head)))
            .transpose()
    }
}

/// Row of [`Family::Cosignature`]: the newest that one city's cosigner said of another's log. Verified before it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureRow {
    /// Epoch of the log's origin.
    pub epoch: Epoch,
    pub size: Size,
    pub root: TreeHash,
    pub time_s: u64,
    pub line: SignatureLine,
}

impl CosignatureRow {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        out.extend_from_slice(&self.epoch.0.to_be_bytes());
        out.extend_from_slice(&self.size.0.to_be_bytes());
        out.extend_from_slice(&self.root.0);
        out.extend_from_slice(&self.time_s.to_be_bytes());
        out.extend_from_slice(&self.line.key_id);
        out.extend_from_slice(&(self.line.signature.len() as u16).to_be_bytes());
        out.extend_from_slice(&self.line.signature);
        out.extend_from_slice(self.line.name.as_bytes());
        out
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, ReadFault> {
        fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
            let (head, tail) = rest.split_first_chunk::<N>()?;
            *rest = tail;
            Some(*head)
        }
        let parse = || {
            let mut rest = bytes;
            if take::<1>(&mut rest)? != [FORM] {
                return None;
            }
            let epoch = Epoch(u32::from_be_bytes(take(&mut rest)?));
            let size = Size(u64::from_be_bytes(take(&mut rest)?));
            let root = TreeHash(take(&mut rest)?);
            let time_s = u64::from_be_bytes(take(&mut rest)?);
            let key_id = take(&mut rest)?;
            let length = u16::from_be_bytes(take(&mut rest)?) as usize;
            let signature = rest.get(..length)?.to_vec();
            let name = std::str::from_utf8(&rest[length..]).ok()?.to_owned();
            Some(Self { epoch, size, root, time_s, line: SignatureLine { name, key_id, signature } })
        };
        parse().ok_or_else(|| ReadFault::row(Family::Cosignature))
    }

    pub fn read(
        read: &(impl LedgerRead + ?Sized),
        log: CityCode,
        cosigner: CityCode,
    ) -> Result<Option<Self>, ReadFault> {
        read.get(Family::Cosignature, &cosignature_key(log, cosigner))?.map(|b| Self::decode(&b)).transpose()
    }

    /// Whether it counts: the cosigner's epoch that signed it is the one in force. A key that a record retired speaks for
    /// nobody any more (R79).
    #[must_use]
    pub fn is_in_force(&self, roster: &Roster) -> bool {
        let in_force = |cosigner: Origin| Some(cosigner.epoch) == roster.city(cosigner.city).map(|c| c.current().epoch);
        Cosignature::cosigner_of(&self.line).is_ok_and(in_force)
    }

    /// As [`CosignatureRow::read`], where it counts.
    pub fn read_in_force(
        read: &(impl LedgerRead + ?Sized),
        roster: &Roster,
        log: CityCode,
        cosigner: CityCode,
    ) -> Result<Option<Self>, ReadFault> {
        Ok(Self::read(read, log, cosigner)?.filter(|row| row.is_in_force(roster)))
    }

    /// As [`CosignatureRow::read_all`], those that count.
    pub fn read_all_in_force(
        read: &(impl LedgerRead + ?Sized),
        roster: &Roster,
        log: CityCode,
    ) -> Result<Vec<(CityCode, Self)>, ReadFault> {
        let mut rows = Self::read_all(read, log)?;
        rows.retain(|(_, row)| row.is_in_force(roster));
        Ok(rows)
    }

    /// All cosignatures held on one city's log, by cosigner.
    pub fn read_all(read: &(impl LedgerRead + ?Sized), log: CityCode) -> Result<Vec<(CityCode, Self)>, ReadFault> {
        let mut rows = Vec::new();
        let mut fault = None;
        scan_prefix(read, Family::Cosignature, log.key_bytes(), &mut |key, value| {
            let cosigner = key.get(16..32).and_then(|k| k.try_into().ok()).map(CityCode::from_key_bytes);
            match (cosigner, Self::decode(value)) {
                (Some(Ok(cosigner)), Ok(row)) => rows.push((cosigner, row)),
                _ => fault = Some(ReadFault::row(Family::Cosignature)),
            }
            fault.is_none()
        })?;
        fault.map_or(Ok(rows), Err)
    }
}
