//! RFC 8032 signatures: the 1,024 Ed25519 vectors of the original `sign.input`, one a line, as
//! `secret ‖ public : public : message : signature ‖ message :`. Shows R12: what is right is accepted by strict
//! verification, and one changed bit anywhere is not.

use ed25519_dalek::{Signer as _, SigningKey};
use huxin_protocol::key::{KeyFault, PublicKey, Sign};
use huxin_tests::data::require_data;

struct Key {
    secret: SigningKey,
    public: PublicKey,
}

impl Sign for Key {
    fn public(&self) -> &PublicKey {
        &self.public
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

fn key(secret: &[u8; 32]) -> Key {
    let secret = SigningKey::from_bytes(secret);
    let public = PublicKey::new(secret.verifying_key().as_bytes()).expect("no vector has a weak key");
    Key { secret, public }
}

#[test]
fn every_public_vector_signs_and_verifies_and_no_changed_one_does() {
    let Some(data) = require_data("standards::signatures") else { return };
    let mut count = 0;
    for line in crate::read(&data, "ed25519/sign.input").lines() {
        let fields: Vec<Vec<u8>> =
            line.split(':').take(4).map(|field| hex::decode(field).expect("the vectors are hex")).collect();
        let [secret, public, message, signed] = fields.as_slice() else { panic!("four fields: {line}") };
        let secret: &[u8; 32] = secret[..32].try_into().expect("a secret");
        let signature: [u8; 64] = signed[..64].try_into().expect("a signature");
        assert_eq!(&signed[64..], message.as_slice());

        let key = key(secret);
        assert_eq!(key.public().bytes().as_slice(), public.as_slice(), "line {count}");
        assert_eq!(key.sign(message), signature, "line {count}");
        assert_eq!(key.public().verify(message, &signature), Ok(()), "line {count}");

        // One bit, another place on every line: of the signature, and of the message where there is one.
        let mut changed = signature;
        changed[count % 64] ^= 1 << (count % 8);
        assert!(key.public().verify(message, &changed).is_err(), "line {count}: changed signature");
        if !message.is_empty() {
            let mut other = message.clone();
            other[count % message.len()] ^= 1 << (count % 8);
            assert!(key.public().verify(&other, &signature).is_err(), "line {count}: changed message");
        }
        count += 1;
    }
    assert_eq!(count, 1024);
}

/// The points of small order, under each of which signatures exist that hold for any message.
#[test]
fn keys_of_small_order_are_refused() {
    let weak = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for point in weak {
        let mut bytes = [0; 32];
        hex::decode_to_slice(point, &mut bytes).expect("hex");
        assert_eq!(PublicKey::new(&bytes).unwrap_err(), KeyFault::Weak, "{point}");
    }
    // 2 is not the y of any point.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    assert_eq!(PublicKey::new(&no_point).unwrap_err(), KeyFault::NotAKey);
}
