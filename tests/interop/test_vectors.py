"""The committed vectors (tests/vectors) as a stranger judges them: every case comes out as its file says. `make interop`."""

import json
import pathlib
import unittest

import cbor2

import grammar
from stranger import Refused, joint, text
from stranger.bundle import verify
from stranger.cbor import decode
from stranger.edition import name_of
from stranger.keys import digest

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"


def cases(form):
    found = [json.loads(path.read_text()) for path in sorted((VECTORS / form).glob("*.json"))]
    assert found, f"no cases of {form}"
    return found


class Bundles(unittest.TestCase):
    def test_every_bundle_is_judged_as_its_file_says(self):
        holding = refused = 0
        for case in cases("bundle"):
            with self.subTest(case["title"]):
                try:
                    shown = verify(case["text"].encode(), bytes.fromhex(case["federation"]))
                except Refused as fault:
                    self.assertIn("refused", case["expected"], f"{case['title']}: {fault}")
                    refused += 1
                    continue
                expected = case["expected"].get("holds")
                self.assertIsNotNone(expected, f"{case['title']} must be refused")
                holding += 1
                found = {
                    "place": f"{shown.city}/{shown.epoch}/{shown.seq}", "digest": shown.digest, "size": shown.size,
                    "key_state": shown.key_state, "voided": shown.voided, "body": shown.body is not None,
                    "witnesses": shown.witnesses, "invalid_lines": len(shown.invalid_lines),
                }
                if shown.retired_lines:
                    found["retired_lines"] = len(shown.retired_lines)
                if shown.standing_epoch_closed:
                    found["standing_epoch_closed"] = True
                if shown.standing is not None:
                    found["standing"] = shown.standing
                self.assertEqual(found, expected)
        self.assertGreaterEqual(holding, 15)
        self.assertGreater(refused, 2 * holding)

    def test_every_view_has_the_digests_that_its_file_says(self):
        """R140 and R141, from the rules alone."""
        for case in cases("view"):
            with self.subTest(case["title"]):
                view = json.loads(case["text"])
                sources = sorted(view["sources"], key=lambda source: source["city"].encode())
                raw = bytes.fromhex
                view_input = cbor2.dumps([
                    [s["city"], s["epoch"], s["size"], raw(s["root"]), raw(s["last_record"]),
                     sorted(map(raw, s["abandoned_heads"])), s["frozen"], s["history_cut"], sorted(s["lacking"])]
                    for s in sources], canonical=True)
                logs = digest("huxin view v1", view_input)
                ruling_input = cbor2.dumps([
                    logs, view["viewer"], view["at"], sorted(map(raw, view["editions"])),
                    view["crosswalk"] and raw(view["crosswalk"]),
                    [[s["freshness"], sorted(s["witnesses"])] for s in sources]], canonical=True)
                ruling = digest("huxin ruling v1", ruling_input)
                self.assertIsNone(grammar.Grammar().fault("view-input", view_input))
                self.assertIsNone(grammar.Grammar().fault("ruling-input", ruling_input))
                holds = case["expected"]["holds"]
                self.assertEqual((logs.hex(), ruling.hex()), (holds["digest"], holds["ruling_digest"]))

    def test_every_text_is_judged_as_its_file_says(self):
        for case in cases("text"):
            with self.subTest(case["title"]):
                if "refused" in case["expected"]:
                    self.assertRaises(Refused, text.check, case["text"])
                    continue
                text.check(case["text"])
                form = case["expected"]["holds"]["folded"]
                self.assertEqual(text.folded(case["text"]), form)
                self.assertEqual(text.folded(form), form)

    def test_every_subject_has_the_shape_of_its_scheme(self):
        """R50, over the vectors of listings that it decides."""
        seen = 0
        for case in (case for case in cases("listing") if case["rule"] == "R50"):
            with self.subTest(case["title"]):
                subject = decode(bytes.fromhex(case["bytes"]))[1]
                seen += 1
                if "refused" in case["expected"]:
                    self.assertRaises(Refused, text.check_subject, subject)
                else:
                    text.check_subject(subject)
        self.assertGreaterEqual(seen, 8)

    def test_every_body_of_joint_action_is_judged_as_its_file_says(self):
        """R35 to R39, R44 and R48, from the rules alone."""
        for form in joint.FORMS:
            holding = refused = 0
            for case in cases(form):
                with self.subTest(form=form, title=case["title"]):
                    body = bytes.fromhex(case["bytes"])
                    if "refused" in case["expected"]:
                        self.assertRaises(Refused, joint.check, form, body)
                        refused += 1
                    else:
                        joint.check(form, body)
                        holding += 1
            self.assertGreaterEqual((holding, refused), (2, 4), form)

    def test_every_edition_in_order_has_the_digest_of_its_file(self):
        """R151; a layer names the digest of what it lies on (R155)."""
        seen = 0
        for case in (case for case in cases("edition") if "holds" in case["expected"]):
            with self.subTest(case["title"]):
                *bases, last = json.loads(case["text"])
                self.assertEqual(name_of(last), case["expected"]["holds"]["digest"])
                if bases:
                    self.assertEqual(name_of(bases[-1]), last["base"])
                seen += 1
        self.assertGreaterEqual(seen, 3)

    def test_a_changed_byte_anywhere_is_seen(self):
        """One byte of every hundredth of a good bundle, and all around its signatures."""
        case = next(case for case in cases("bundle") if case["title"] == "an entry with one witness")
        written = case["text"].encode()
        whole = verify(written, bytes.fromhex(case["federation"]))
        for at in range(0, len(written), max(1, len(written) // 300)):
            changed = bytearray(written)
            changed[at] = ord("B") if written[at] != ord("B") else ord("C")
            with self.subTest(at=at):
                try:
                    shown = verify(bytes(changed), bytes.fromhex(case["federation"]))
                except Refused:
                    continue
                # What may change without a refusal is a cosignature, and then it is listed.
                self.assertGreater(len(shown.invalid_lines), len(whole.invalid_lines))


class EvidenceHeld(unittest.TestCase):
    def test_objects_are_hashed_ascending_by_epoch(self):
        for case in cases("evidence-held"):
            with self.subTest(case["title"]):
                objects = sorted((int(epoch), bytes.fromhex(text))
                                 for epoch, text in (line.split(" ") for line in case["text"].splitlines()))
                found = digest("huxin view v1", b"".join(text for _, text in objects)).hex() if objects else "00" * 32
                self.assertEqual(found, case["expected"]["holds"]["digest"])


if __name__ == "__main__":
    unittest.main()
