#!/usr/bin/env python3
"""Compares protocol/huxin.cddl with the vectors: messages whose shape is right validate against it, and those whose shape
is wrong do not. What a schema cannot say (the deterministic form of the bytes, a signature, the order of an array) stands
in NOT_OF_SHAPE by the code of its refusal."""

import pathlib
import re
import sys

import pycddl

from test_vectors import cases

CDDL = pathlib.Path(__file__).resolve().parents[2] / "protocol" / "huxin.cddl"
# Form of a vector -> rule of the CDDL.
RULES = {"header": "header", "listing": "entry-body", "act": "act-body", "record": "key-record", "genesis": "genesis",
         "segment": "segment"}
# Codes for what is wrong with bytes whose shape is right.
NOT_OF_SHAPE = re.compile(r"_not_canonical$|_signature$|_version$")


def schema(rule):
    """The file with this rule first: the first rule is what is validated."""
    return pycddl.Schema(f"chosen-by-the-test = {rule}\n{CDDL.read_text()}")


def check_wire(lines):
    """Lines of `<rule> <hex>`, one per form that the protocol's own example prints: each validates against its rule."""
    found, checked = [], 0
    for line in filter(None, lines):
        rule, data = line.split(" ")
        checked += 1
        try:
            schema(rule).validate_cbor(bytes.fromhex(data))
        except pycddl.ValidationError as fault:
            found.append(f"{rule}: {fault}")
    return found, checked


def problems():
    found, checked = [], 0
    for form, rule in RULES.items():
        chosen = schema(rule)
        for case in cases(form):
            refused = case["expected"].get("refused", "")
            if NOT_OF_SHAPE.search(refused):
                continue
            checked += 1
            try:
                chosen.validate_cbor(bytes.fromhex(case["bytes"]))
                valid = True
            except pycddl.ValidationError:
                valid = False
            if valid == bool(refused) and case["title"] not in BEYOND_A_SCHEMA:
                found.append(f"{form}: {case['title']}: {'validates' if valid else 'does not validate'}")
    return found, checked


# Shapes that CDDL has no words for, each with its reason.
BEYOND_A_SCHEMA = {
    "with readers out of order": "the order of an array",
    "decided on a day that does not exist": "the calendar",
    "of a removal with conditions of a repair": "what a body may hold under its header's kind",
    "followed by a byte": "what stands behind the item",
}


if __name__ == "__main__":
    found, checked = problems()
    for line in found:
        print(f"check_cddl: {line}", file=sys.stderr)
    print(f"check_cddl: {checked} messages, {len(found)} judged otherwise than the vectors say")
    sys.exit(1 if found else 0)
