"""protocol/huxin.cddl and the vectors say the same."""

import unittest

import check_cddl


class Cddl(unittest.TestCase):
    def test_messages_validate_and_wrong_shapes_do_not(self):
        found, checked = check_cddl.problems()
        self.assertEqual(found, [])
        self.assertGreaterEqual(checked, 20)


if __name__ == "__main__":
    unittest.main()
