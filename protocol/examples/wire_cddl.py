#!/usr/bin/env python3
"""Holds the samples of wire.rs against huxin.cddl, and alterations of them, all of which the grammar must refuse.

    cargo run -q -p huxin-protocol --example wire | python3 protocol/examples/wire_cddl.py

Needs `zcbor==0.9.1` and `cbor2<6`. zcbor knows no .regexp, so texts are held against their sizes only, and it does not look
into the byte strings of a message; pycddl does both (tests/interop/grammar.py), but lets alterations inside lists pass.
"""

import collections
import pathlib
import re
import sys

import cbor2
import zcbor

# zcbor names the fields it reads by their types, and two fields of one type would clash.
named = collections.namedtuple
sys.modules["zcbor.zcbor.zcbor"].namedtuple = lambda name, fields: named(name, fields, rename=True)

MOST = 9000  # items in one list
DIGEST = bytes(32)
# Questions and answers between nodes are written by the engine, so their samples are written out here.
MESSAGES = [
    ("request", [1, DIGEST]),
    ("request", [2, "330900", 0, 5, 1]),
    ("request", [3, [["330900", 1, 5]]]),
    ("request", [3, []]),
    ("request", [4, "330900", 5]),
    ("request", [5, "330900"]),
    ("request", [6]),
    ("response", [1]),
    ("response", [2, [["330900", 1, 5, DIGEST, DIGEST, 4, DIGEST, DIGEST, False]]]),
    ("response", [4, [["330900", 1, 5, b"body"], ["330900", 1, 6, b""]]]),
    ("response", [5]),
    ("response", [6, 1000]),
    ("response", [7, "busy"]),
    ("response", [8, DIGEST, DIGEST + DIGEST, b"note"]),
    ("response", [9, [b"evidence"]]),
    ("response", [9, []]),
    ("response", [10, 1767225600000]),
]


def grammar():
    text = (pathlib.Path(__file__).parent.parent / "huxin.cddl").read_text(encoding="utf-8")
    text = re.sub(r";.*", "", text)
    text = re.sub(r'\.regexp "[^"]*"', "", text)
    return zcbor.DataTranslator.from_cddl(cddl_string=text, default_max_qty=MOST).my_types


def fault(rules, rule, data):
    try:
        rules[rule].validate_str(data)
    except Exception as refused:  # zcbor has no one class for it
        return f"{type(refused).__name__}: {refused}"[:300]
    return None


def altered(item):
    """Copies of an item with one departure each that no rule lets pass: a float, an unknown key or another tag."""
    if isinstance(item, dict):
        yield {**item, 99: 0}
        for key in item:
            yield {**item, key: 1.5}
            yield from ({**item, key: other} for other in altered(item[key]))
    elif isinstance(item, list):
        for at, inner in enumerate(item):
            for other in [1.5, *altered(inner)]:
                yield [*item[:at], other, *item[at + 1 :]]
    elif isinstance(item, cbor2.CBORTag):
        yield cbor2.CBORTag(17, item.value)
        yield from (cbor2.CBORTag(item.tag, other) for other in altered(list(item.value)))


def main():
    rules = grammar()
    samples = [(rule, bytes.fromhex(data)) for rule, data in map(str.split, sys.stdin)]
    if not samples:
        sys.exit("no samples on standard input")
    samples += [(rule, cbor2.dumps(item)) for rule, item in MESSAGES]
    surprises, alterations = [], 0
    for rule, data in samples:
        if why := fault(rules, rule, data):
            surprises.append(f"{rule} is refused: {why}")
        for other in altered(cbor2.loads(data)):
            alterations += 1
            if fault(rules, rule, cbor2.dumps(other)) is None:
                surprises.append(f"{rule} lets pass: {other}"[:300])
    print(*surprises, sep="\n", end="\n" if surprises else "")
    print(f"{len(samples)} samples, {alterations} alterations, {len(surprises)} surprises")
    sys.exit(bool(surprises))


if __name__ == "__main__":
    main()
