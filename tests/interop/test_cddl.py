"""protocol/huxin.cddl, the vectors and the protocol's own examples say the same."""

import os
import re
import subprocess
import sys
import unittest

import cbor2

import check_cddl
import grammar


class Cddl(unittest.TestCase):
    def printed(self):
        program = os.environ.get("HUXIN_WIRE")
        if not program:
            if os.environ.get("CI") == "true":
                self.fail("skipped: HUXIN_WIRE is not set; make interop sets it")
            self.skipTest("HUXIN_WIRE names no program; make interop builds and names it")
        return subprocess.run([program], check=True, capture_output=True).stdout

    def test_vectors_of_a_right_shape_validate_and_wrong_shapes_do_not(self):
        done = check_cddl.compare_vectors()
        self.assertEqual(done.surprises, [])
        self.assertGreaterEqual(len(done.held), 11)
        self.assertGreaterEqual(len(done.refused), 15)
        # Of the wrong shapes none is left out but these.
        self.assertLessEqual(len(done.beyond), 35, done.beyond)

    def test_every_form_that_the_protocol_prints_validates(self):
        """pycddl, layer after layer; every rule of a layer was used."""
        done = check_cddl.compare_wire(self.printed().decode())
        self.assertEqual(done.surprises, [])
        rules = set(re.findall(r"^([a-z-]+-layer) =", grammar.FILE.read_text(encoding="utf-8"), re.M))
        self.assertEqual(rules - set(done.layers), set())

    def test_a_wrong_layer_is_seen(self):
        """A header with an unknown kind of disclosure within an envelope that is right."""
        rules = grammar.Grammar()
        lines = map(str.split, self.printed().decode().splitlines())
        good = cbor2.loads(next(bytes.fromhex(data) for rule, data in lines if rule == "statement"))
        self.assertIsNone(rules.fault("statement", cbor2.dumps(good)))
        header = cbor2.loads(good.value[2])
        bad = list(good.value)
        bad[2] = cbor2.dumps({**header, 9: 7})
        self.assertIn("header", rules.fault("statement", cbor2.dumps(cbor2.CBORTag(18, bad))))
        self.assertIn("clock-name", self.long_clock(rules))

    def long_clock(self, rules):
        lines = map(str.split, self.printed().decode().splitlines())
        manifest = cbor2.loads(next(bytes.fromhex(data) for rule, data in lines if rule == "manifest"))
        return rules.fault("manifest", cbor2.dumps({**manifest, 4: {"x" * 65: 1}}))

    def test_alterations_are_refused(self):
        """zcbor: each sample with one departure that no rule lets pass."""
        done = subprocess.run([sys.executable, check_cddl.EXAMPLES / "wire_cddl.py"], input=self.printed(), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stdout.decode() + done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
