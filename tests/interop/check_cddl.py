#!/usr/bin/env python3
"""Compares protocol/huxin.cddl with the vectors: messages whose shape is right are held by its rules, and those whose shape
is wrong are not. What a grammar cannot say (the deterministic form of the bytes, a signature, the order of an array) is left
out by the code of the refusal, or stands in BEYOND_A_GRAMMAR. The grammar is read by pycddl; see grammar.py."""

import importlib.util
import pathlib
import re
import sys
from collections import namedtuple

import cbor2
from grammar import Grammar
from test_vectors import cases

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "protocol" / "examples"
# Form of a vector -> rule of the grammar.
RULES = {"header": "header", "listing": "entry-body", "act": "act-body", "record": "key-record", "genesis": "genesis",
         "segment": "segment", "suspension": "suspension-body", "resumption": "act-body", "response": "response-body",
         "feedback": "feedback-body", "application": "application-body", "objection": "objection-body",
         "ruling": "ruling-body", "step": "step-body", "withdrawal": "act-body"}
# Codes for what is wrong with bytes whose shape is right.
NOT_OF_SHAPE = re.compile(r"_not_canonical$|_signature$")
# Shapes that the grammar has no words for, each with its reason.
BEYOND_A_GRAMMAR = {
    "with readers out of order": "the order of an array",
    "decided on a day that does not exist": "the calendar",
    "told on a day that does not exist": "the calendar",
    "with a map of a decision that says nothing": "that one of several keys is there",
    "of a day that does not exist": "the calendar",
    "from a day that does not exist": "the calendar",
    "with one measure twice": "that two items differ in one member",
    "followed by a byte": "what stands behind the item",
    "of a code of 17 characters": "the shape of an id, which hangs on its scheme",
    "of a code with the letter O": "the shape of an id, which hangs on its scheme",
    "of a code in small letters": "the shape of an id, which hangs on its scheme",
    "of a number in scientific notation": "the shape of an id, which hangs on its scheme",
    "of an issuer of another city": "that two cities are the same",
    "of a legal entity without its two digits": "the shape of an id, which hangs on its scheme",
}
Comparison = namedtuple("Comparison", "surprises held refused beyond layers")


def wire_cddl():
    spec = importlib.util.spec_from_file_location("wire_cddl", EXAMPLES / "wire_cddl.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compare_vectors():
    grammar, surprises, held, refused, beyond = Grammar(), [], [], [], []
    for form, rule in RULES.items():
        for case in cases(form):
            title, code = f"{form} {case['title']}", case["expected"].get("refused", "")
            if NOT_OF_SHAPE.search(code) or case["title"] in BEYOND_A_GRAMMAR:
                beyond.append(title)
                continue
            why = grammar.fault(rule, bytes.fromhex(case["bytes"]))
            (refused if code else held).append(title)
            if bool(why) != bool(code):
                surprises.append(f"{title}: {why or 'the grammar lets it pass'}")
    return Comparison(surprises, held, refused, beyond, grammar.layers)


def compare_wire(printed):
    """The samples that protocol/examples/wire.rs prints, and those of the questions between nodes."""
    grammar, surprises, held = Grammar(), [], []
    samples = [(rule, bytes.fromhex(data)) for rule, data in map(str.split, printed.splitlines())]
    samples += [(rule, cbor2.dumps(item)) for rule, item in wire_cddl().MESSAGES]
    samples += [("response", cbor2.dumps([3, data])) for rule, data in samples if rule == "segment"]
    for rule, data in samples:
        held.append(rule)
        if why := grammar.fault(rule, data):
            surprises.append(f"{rule}: {why}")
    return Comparison(surprises, held, [], [], grammar.layers)


if __name__ == "__main__":
    done = compare_vectors()
    for line in done.surprises:
        print(f"check_cddl: {line}", file=sys.stderr)
    print(f"check_cddl: {len(done.held)} vectors hold, {len(done.refused)} are refused, {len(done.beyond)} are beyond a "
          f"grammar, {len(done.surprises)} are judged otherwise than their files say")
    sys.exit(1 if done.surprises else 0)
