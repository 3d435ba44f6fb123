#!/usr/bin/env python3
"""Compares protocol/huxin.cddl with the vectors: messages whose shape is right are held by its rules, and those whose shape
is wrong are not. What a grammar cannot say (the deterministic form of the bytes, a signature, the order of an array) is left
out by the code of the refusal, or stands in BEYOND_A_GRAMMAR.

The grammar is read as `protocol/examples/wire_cddl.py` reads it, with zcbor; why not with another tool stands there."""

import importlib.util
import pathlib
import re
import sys

import cbor2

from test_vectors import cases

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "protocol" / "examples"
# Form of a vector -> rule of the grammar.
RULES = {"header": "header", "listing": "entry-body", "act": "act-body", "record": "key-record", "genesis": "genesis",
         "segment": "segment"}
# Codes for what is wrong with bytes whose shape is right.
NOT_OF_SHAPE = re.compile(r"_not_canonical$|_signature$")
# Shapes that the grammar has no words for, each with its reason. (zcbor knows no .regexp, so texts by their size only.)
BEYOND_A_GRAMMAR = {
    "with readers out of order": "the order of an array",
    "decided on a day that does not exist": "the calendar",
    "of a city code in capitals": "a text's letters",
    "of a removal with conditions of a repair": "what a body may hold under its header's kind",
    "followed by a byte": "what stands behind the item",
}


def wire_cddl():
    spec = importlib.util.spec_from_file_location("wire_cddl", EXAMPLES / "wire_cddl.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def problems():
    wire, found, checked = wire_cddl(), [], 0
    rules = wire.grammar()
    for form, rule in RULES.items():
        for case in cases(form):
            refused = case["expected"].get("refused", "")
            if NOT_OF_SHAPE.search(refused) or case["title"] in BEYOND_A_GRAMMAR:
                continue
            checked += 1
            data = bytes.fromhex(case["bytes"])
            why = wire.fault(rules, rule, data)
            if form == "record" and not why:
                # zcbor does not look into the byte strings of a message.
                why = wire.fault(rules, "key-record-payload", cbor2.loads(data).value[2])
            if bool(why) != bool(refused):
                found.append(f"{form}: {case['title']}: {why or 'the grammar lets it pass'}")
    return found, checked


if __name__ == "__main__":
    found, checked = problems()
    for line in found:
        print(f"check_cddl: {line}", file=sys.stderr)
    print(f"check_cddl: {checked} messages, {len(found)} judged otherwise than the vectors say")
    sys.exit(1 if found else 0)
