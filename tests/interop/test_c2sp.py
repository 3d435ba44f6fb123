"""The proofs in the committed bundles, by aics-tlog."""

import unittest

import check_c2sp
from test_vectors import cases


class C2sp(unittest.TestCase):
    def test_every_bundle_that_holds_is_read_by_a_public_tool(self):
        read = 0
        for case in cases("bundle"):
            if "holds" not in case["expected"]:
                continue
            # A damaged line under a key that it knows makes aics-tlog refuse the whole checkpoint; we list it.
            if case["title"] in ("a damaged cosignature is listed", "a cosignature of another checkpoint is listed"):
                with self.subTest(case["title"]), self.assertRaises(check_c2sp.Wrong):
                    check_c2sp.check_bundle(case["text"])
                continue
            with self.subTest(case["title"]):
                holds = case["expected"]["holds"]
                index, size, cosigners = check_c2sp.check_bundle(case["text"])
                self.assertEqual(f"{holds['place'].rpartition('/')[0]}/{index}", holds["place"])
                self.assertEqual(size, holds["size"])
                # Ours counts cities that are no issuer; the issuer's own line is one more cosigner.
                self.assertLessEqual(len(holds["witnesses"]), cosigners)
                read += 1
        self.assertGreaterEqual(read, 12)


if __name__ == "__main__":
    unittest.main()
