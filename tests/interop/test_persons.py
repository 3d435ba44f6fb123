"""The digests of made-up persons (SPEC R53 to R55), worked out with other libraries than the node's."""
import json
import pathlib
import unittest

import blake3
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

CASES = pathlib.Path(__file__).parents[2] / "keys/tests/person.json"


def part(purpose, federation, secret):
    return blake3.blake3(purpose + federation + secret, derive_key_context="huxin person v1").digest()


class Persons(unittest.TestCase):
    def test_every_person_has_the_digest_that_the_file_says(self):
        cases = json.loads(CASES.read_text())
        self.assertGreaterEqual(len(cases), 3)
        for case in cases:
            secret, federation = bytes.fromhex(case["secret"]), bytes.fromhex(case["federation"])
            key_id = part(b"id", federation, secret)
            self.assertEqual(key_id.hex(), case["key_id"])
            keyed = blake3.blake3(case["number"].encode("ascii"), key=part(b"mac", federation, secret)).digest()
            argon2 = Argon2id(salt=key_id[:16], length=32, iterations=3, lanes=1, memory_cost=65536)
            self.assertEqual(argon2.derive(keyed).hex(), case["digest"])


if __name__ == "__main__":
    unittest.main()
