"""Deterministic CBOR (RFC 8949 section 4.2) as the format restricts it: shortest heads, definite lengths, ascending keys,
NFC text, no tags, no floats, of the simple values only false, true and null."""

import unicodedata

from . import Refused, require

DEPTH = 16


def decode(data):
    """The one item that `data` is; Refused for any other bytes. Maps become dicts, text str, byte strings bytes."""
    value, end = _item(bytes(data), 0, DEPTH)
    require(end == len(data), "bytes follow the CBOR item")
    return value


def _take(data, at, count):
    require(at + count <= len(data), "CBOR ends in the middle of an item")
    return data[at:at + count], at + count


def _head(data, at):
    (initial,), at = _take(data, at, 1)
    major, info = initial >> 5, initial & 31
    require(major not in (6,), "a CBOR tag")
    if major == 7:
        require(info in (20, 21, 22), "a float or a simple value that is not used")
        return major, info, at
    if info < 24:
        return major, info, at
    require(info != 31, "a CBOR item of indefinite length")
    require(info <= 27, "a reserved CBOR head")
    width = 1 << (info - 24)
    rest, at = _take(data, at, width)
    value = int.from_bytes(rest, "big")
    require(value >= {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[width], "a CBOR head that is not the shortest")
    return major, value, at


def _item(data, at, depth):
    major, value, at = _head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major == 2:
        return _take(data, at, value)
    if major == 3:
        raw, at = _take(data, at, value)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise Refused("a text that is not UTF-8") from fault
        require(unicodedata.is_normalized("NFC", text), "a text that is not NFC")
        return text, at
    if major == 7:
        return {20: False, 21: True, 22: None}[value], at
    require(depth > 0, "CBOR nested too deeply")
    if major == 4:
        items = []
        for _ in range(value):
            item, at = _item(data, at, depth - 1)
            items.append(item)
        return items, at
    pairs, last = {}, b""
    for _ in range(value):
        start = at
        key, at = _item(data, at, depth - 1)
        require(data[start:at] > last, "CBOR keys out of order or repeated")
        last = data[start:at]
        require(isinstance(key, (int, str)) and not isinstance(key, bool), "a CBOR key that is neither number nor text")
        pairs[key], at = _item(data, at, depth - 1)
    return pairs, at


def fields(value, required, optional=()):
    """`value` as a map with these keys and no others."""
    require(isinstance(value, dict), "not a map")
    require(set(required) <= value.keys() <= set(required) | set(optional), "a key is missing or unknown")
    return value


def unsigned(value, most=2**64 - 1):
    require(type(value) is int and 0 <= value <= most, "not an unsigned number in range")
    return value


def of_length(value, length):
    require(isinstance(value, bytes) and len(value) == length, f"not {length} bytes")
    return value
