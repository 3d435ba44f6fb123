//! Who witnesses whom. Were every member to cosign every checkpoint of every other, a country of 337 cities would send
//! more than a hundred thousand cosignatures for one statement each, and no two nodes would ever hold the same sets of
//! them. So each log has a fixed, small set of witnesses that every node can work out by itself. In a federation of up to
//! [`WITNESSES`] partners that is everybody.

use huxin_protocol::digest::Context;
use huxin_protocol::ids::CityCode;
use huxin_protocol::roster::Roster;
use std::collections::BTreeSet;

/// Most witnesses of one log. Twelve of them may be down or bought, and four still cosign; a bundle with all of them
/// stays below 4 KiB.
pub const WITNESSES: usize = 16;

/// The logs that `cosigner` witnesses, where each has so many witnesses (R164).
#[must_use]
pub fn witnessed_by(roster: &Roster, cosigner: CityCode, each: usize) -> BTreeSet<CityCode> {
    let codes: Vec<CityCode> = roster.cities().map(|member| member.code).collect();
    let others = |log: CityCode| codes.iter().copied().filter(move |city| *city != log);
    let rank = |log: CityCode, city: CityCode| {
        let mut hasher = Context::View.hasher();
        hasher.update(b"witness");
        hasher.update(log.key_bytes());
        hasher.update(city.key_bytes());
        (*hasher.finalize().as_bytes(), city)
    };
    let witnesses = |log: &CityCode| {
        let mine = rank(*log, cosigner);
        *log != cosigner && others(*log).filter(|city| rank(*log, *city) < mine).take(each).count() < each
    };
    codes.iter().copied().filter(witnesses).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use huxin_protocol::genesis::{Genesis, Manifest, Member};
    use huxin_protocol::key::{PublicKey, Sign};
    use huxin_protocol::time::Millis;
    use std::collections::BTreeMap;

    struct Key(ed25519_dalek::SigningKey, PublicKey);
    impl Key {
        fn new(name: &str) -> Self {
            let key = ed25519_dalek::SigningKey::from_bytes(&blake3::derive_key("huxin tests key", name.as_bytes()));
            let public = PublicKey::new(key.verifying_key().as_bytes()).unwrap();
            Self(key, public)
        }
    }
    impl Sign for Key {
        fn public(&self) -> &PublicKey {
            &self.1
        }
        fn sign(&self, message: &[u8]) -> [u8; 64] {
            ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
        }
    }

    fn roster(count: usize) -> Roster {
        let roots: BTreeMap<CityCode, Key> =
            (0..count).map(|n| (CityCode::new(&format!("w{n:03}")).unwrap(), Key::new(&format!("root {n}")))).collect();
        let members = roots
            .iter()
            .map(|(code, root)| Member {
                code: *code,
                name: format!("Synthetic {code}"),
                root: root.1.clone(),
                log: Key::new(&format!("{code} log")).1,
                cosigner: Key::new(&format!("{code} cosigner")).1,
                peer_id: code.key_bytes().to_vec(),
                addresses: Vec::new(),
            })
            .collect();
        let manifest = Manifest {
            name: "Synthetic".to_owned(),
            members,
            threshold: (2, 3),
            clocks: BTreeMap::new(),
            founded_at: Millis(1_767_225_600_000),
        };
        let signatures = roots.iter().map(|(code, root)| (*code, manifest.sign(root))).collect();
        Roster::new(&Genesis::found(&manifest, &signatures).unwrap())
    }

    fn witnesses_of_each(count: usize) -> BTreeMap<CityCode, usize> {
        let roster = roster(count);
        let mut each: BTreeMap<CityCode, usize> = BTreeMap::new();
        for member in roster.cities() {
            let logs = witnessed_by(&roster, member.code, WITNESSES);
            assert!(!logs.contains(&member.code), "nobody witnesses himself (R78)");
            for log in logs {
                *each.entry(log).or_default() += 1;
            }
        }
        each
    }

    #[test]
    fn in_a_small_federation_everybody_witnesses_everybody() {
        assert!(witnesses_of_each(17).values().all(|count| *count == 16));
        assert!(witnesses_of_each(3).values().all(|count| *count == 2));
    }

    #[test]
    fn in_a_large_one_each_log_has_so_many_and_no_more() {
        let each = witnesses_of_each(60);
        assert_eq!(each.len(), 60);
        assert!(each.values().all(|count| *count == WITNESSES), "{each:?}");
    }
}
