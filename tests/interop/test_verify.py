"""`huxin verify` and `verify_bundle.py` come to the same exit code on every committed bundle: 0 it holds, 3 it is refused,
4 it holds and a cosignature in it does not."""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import verify_bundle
from stranger.log import unbase64
from test_live import skipped
from test_vectors import cases


class Verify(unittest.TestCase):
    def test_both_programs_end_with_the_same_code(self):
        binary = os.environ.get("HUXIN_BINARY")
        if not binary or not pathlib.Path(binary).is_file():
            skipped(self, "HUXIN_BINARY names no program; make interop builds and names it")
        good = next(case for case in cases("bundle") if case["title"] == "an entry with one witness")
        codes = {}
        with tempfile.TemporaryDirectory() as folder:
            genesis, bundle = pathlib.Path(folder, "genesis.cbor"), pathlib.Path(folder, "case.huxin")
            genesis.write_bytes(unbase64(json.loads(good["text"])["genesis"]))
            for case in cases("bundle"):
                if case["federation"] != good["federation"]:
                    continue
                bundle.write_text(case["text"], newline="")
                ours = subprocess.run([binary, "verify", "--federation", genesis, bundle], capture_output=True, text=True)
                with contextlib.redirect_stdout(io.StringIO()) as said:
                    theirs = verify_bundle.main([bundle, genesis])
                with self.subTest(case["title"]):
                    self.assertEqual(ours.returncode, theirs, ours.stderr + said.getvalue())
                    codes[theirs] = codes.get(theirs, 0) + 1
        # Each way to end occurs, and most are refusals.
        self.assertEqual(set(codes), {0, 3, 4})
        self.assertGreater(codes[3], codes[0] + codes[4])


if __name__ == "__main__":
    unittest.main()
