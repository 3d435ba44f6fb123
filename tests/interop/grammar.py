"""protocol/huxin.cddl as pycddl reads it, one layer at a time.

A message that carries bytes of CBOR is held against its rule, and then each of those bytes against its own rule, the one with
the ending -layer. LAYERS says which bytes of which form these are. The file is given to pycddl as it stands but for two
things that pycddl does otherwise than RFC 8610, both of which make it stricter:

- a .regexp covers the whole text (RFC 8610, section 3.8.3); pycddl looks for it anywhere, so the pattern gets its ends;
- pycddl takes the first rule of a file for the root, so the rule that is asked for is moved to the front.

pycddl lets some wrong shapes pass that the grammar refuses (docs/decisions/11-grammar-in-layers.md lists them). None of the
vectors is among these; zcbor, which refuses them, reads the same file in protocol/examples/wire_cddl.py."""

import pathlib
import re

import cbor2
import pycddl

FILE = pathlib.Path(__file__).resolve().parents[2] / "protocol" / "huxin.cddl"
ENVELOPE = 2  # where COSE_Sign1 keeps its payload


def _envelope(rule):
    return lambda item: [("protected-layer", item.value[0]), (rule, item.value[ENVELOPE])]


def _evidence(item):
    carried = {3: "statement-layer", 4: "record-layer"}.get(item[1])
    return [(carried, bytes_) for bytes_ in item[2:4]] if carried else []


# Form -> what its bytes carry, as (rule, bytes). Leaves and bodies are not here: a leaf may be no statement and is carried
# all the same, and what form a body has stands in the header beside it.
LAYERS = {
    "statement": _envelope("header-layer"),
    "key-record": _envelope("key-record-payload-layer"),
    "introduction": _envelope("introduction-payload-layer"),
    "standing": _envelope("standing-payload-layer"),
    "sig-structure": lambda item: [("protected-layer", item[1])],
    "genesis": lambda item: [("manifest-layer", item[0])],
    "segment": lambda item: [("record-layer", record) for record in item[2]],
    "evidence": _evidence,
    "response": lambda item: [("segment-layer", item[1])] if item[0] == 3 else [],
}


class Grammar:
    def __init__(self):
        text = re.sub(r";.*", "", FILE.read_text(encoding="utf-8"))
        self.text = re.sub(r'\.regexp "(.*?)"', r'.regexp "^\1$"', text)
        self.rules = {found[1]: found[0] for found in re.finditer(r"^([a-z0-9-]+) = .*?(?=^[a-z]|\Z)", self.text, re.M | re.S)}
        self.schemas = {}
        self.layers = {}  # rule of a layer -> how many were held against it

    def _schema(self, rule):
        if rule not in self.schemas:
            definition = self.rules[rule]
            self.schemas[rule] = pycddl.Schema(definition + self.text.replace(definition, "", 1))
        return self.schemas[rule]

    def fault(self, rule, data):
        """None where the bytes have the form of the rule, and what they carry has its own; else what pycddl says."""
        try:
            self._schema(rule).validate_cbor(data)
        except pycddl.ValidationError as refused:
            return f"{rule}: {refused}"[:300]
        item = cbor2.loads(data)
        for layer, carried in LAYERS.get(rule, lambda _: [])(item):
            content = re.fullmatch(rf"{layer} = bstr \.cbor ([a-z-]+)\s*", self.rules[layer])[1]
            self.layers[layer] = self.layers.get(layer, 0) + 1
            why = self.fault(layer, cbor2.dumps(carried)) or self.fault(content, carried)
            if why:
                return why
        # A name of a clock is a map's key, and pycddl knows no key with a size.
        for name in item[4] if rule == "manifest" else []:
            if why := self.fault("clock-name", cbor2.dumps(name)):
                return why
        return None
