"""The Merkle log: hashes, inclusion proofs (RFC 9162), signed notes, checkpoints and cosignatures (C2SP)."""

import base64
import binascii
import hashlib
import re

from . import Refused, require
from .keys import verify

EMPTY_ROOT = hashlib.sha256(b"").digest()
MOST = 2**63 - 1


def unbase64(text):
    """Standard base64 with padding and without stray bits."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Refused("not base64") from fault
    require(base64.b64encode(data).decode() == text, "not base64 in its one spelling")
    return data


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def root_of(leaf, index, size, proof):
    """The root that an inclusion proof leads to, by the recursive definition of the tree rather than the iterative one:
    the largest power of two below the size is the left subtree."""
    require(0 <= index < size, "the place lies outside the tree")

    def climb(index, size, hashes):
        if size == 1:
            require(not hashes, "the proof is too long")
            return leaf
        require(hashes, "the proof is too short")
        split = 1 << ((size - 1).bit_length() - 1)
        *inner, sibling = hashes
        if index < split:
            return hashlib.sha256(b"\x01" + climb(index, split, inner) + sibling).digest()
        return hashlib.sha256(b"\x01" + sibling + climb(index - split, size - split, inner)).digest()

    return climb(index, size, list(proof))


def key_id(name, kind, raw):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]


class Note:
    """A signed note: text, and lines of (name, key id, signature)."""

    def __init__(self, text):
        require(all(ord(c) >= 32 or c == "\n" for c in text), "a control character in a note")
        head, gap, tail = text.rpartition("\n\n")
        require(gap and tail.endswith("\n"), "a note without signatures")
        self.text = head + "\n"
        self.lines = [self._line(line) for line in tail[:-1].split("\n")]

    @staticmethod
    def _line(line):
        require(line.startswith("— "), "a signature line begins with an em dash and a space")
        parts = line[2:].split(" ")
        require(len(parts) == 2 and parts[0] and "+" not in parts[0], "a signature line has a name and a signature")
        require(not re.search(r"\s", parts[0]), "a key name has no spaces")
        blob = unbase64(parts[1])
        require(len(blob) > 4, "a signature line without a signature")
        return parts[0], blob[:4], blob[4:]


ORIGIN = re.compile(r"huxin/([0-9a-f]{64})/([a-z0-9]{2,16})/([1-9][0-9]{0,9})")
NUMBER = re.compile(r"0|[1-9][0-9]*")


def origin(text):
    """(federation, city, epoch) of an origin."""
    match = ORIGIN.fullmatch(text)
    require(match and int(match[3]) < 2**32, "not an origin of this format")
    return bytes.fromhex(match[1]), match[2], int(match[3])


class Checkpoint:
    """A checkpoint with its note's lines; nothing is verified by reading it."""

    def __init__(self, note):
        self.note = Note(note)
        lines = self.note.text.split("\n")
        require(len(lines) == 4 and lines[3] == "", "a checkpoint has three lines")
        self.name = lines[0]
        self.federation, self.city, self.epoch = origin(lines[0])
        require(NUMBER.fullmatch(lines[1]) and int(lines[1]) <= MOST, "a checkpoint's size is a plain number")
        self.size, self.root = int(lines[1]), unbase64(lines[2])
        require(len(self.root) == 32, "a root has 32 bytes")
        names = [name for name, _, _ in self.note.lines]
        require(names[0] == self.name and self.name not in names[1:], "the log's own line stands first, and once")

    def verify(self, log_key):
        _, found, signature = self.note.lines[0]
        require(found == key_id(self.name, 1, log_key), "the checkpoint is signed by another key")
        verify(log_key, self.note.text.encode(), signature)

    def cosigner(self, line, key_of):
        """(city, epoch, time in seconds) of a cosignature line that holds. `key_of(city, epoch)` gives its key."""
        name, found, blob = line
        require(name.endswith("/cosigner"), "not a cosigner's line")
        federation, city, epoch = origin(name.removesuffix("/cosigner"))
        require(federation == self.federation and len(blob) == 72, "not a cosignature of this federation")
        key = key_of(city, epoch)
        require(key is not None, "an unknown cosigner")
        require(found == key_id(name, 4, key), "another cosigner key")
        time = int.from_bytes(blob[:8], "big")
        verify(key, f"cosignature/v1\ntime {time}\n{self.note.text}".encode(), blob[8:])
        return city, epoch, time
