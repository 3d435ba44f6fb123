"""The federation: genesis, and each city's chain of key records."""

import re
from dataclasses import dataclass, field

from . import Refused, require
from .cbor import decode, fields, of_length, unsigned
from .keys import Envelope, digest, external, key_digest, public_key, verify, _bytes
from .log import EMPTY_ROOT, MOST

CITY = re.compile(r"[a-z0-9]{2,16}")


def city_code(value):
    require(isinstance(value, str) and CITY.fullmatch(value), "not a city code")
    return value


@dataclass
class Epoch:
    number: int
    log: bytes
    cosigner: bytes
    begins: int
    begins_root: bytes
    record: bytes
    void_after: int | None = None


@dataclass
class City:
    code: str
    name: str
    root: bytes
    epochs: list = field(default_factory=list)

    def epoch(self, number):
        return next((epoch for epoch in self.epochs if epoch.number == number), None)

    def epoch_at(self, seq):
        return [epoch for epoch in self.epochs if epoch.begins <= seq][-1]

    def closed_at(self, number):
        return next((epoch.begins for epoch in self.epochs if epoch.number == number + 1), None)


class Federation:
    """A genesis whose every founder signed, with the key records that follow."""

    def __init__(self, genesis):
        parts = decode(genesis)
        require(isinstance(parts, list) and len(parts) == 2, "a genesis has a manifest and signatures")
        manifest_bytes, signatures = parts
        require(isinstance(manifest_bytes, bytes) and isinstance(signatures, list), "a genesis of another shape")
        self.id = digest("huxin federation v1", manifest_bytes)
        manifest = fields(decode(manifest_bytes), range(6))
        require(manifest[0] == 1, "another version of the manifest")
        self.name = manifest[1]
        members = manifest[2]
        require(isinstance(members, list) and len(members) == len(signatures) > 0, "a signature for each member")
        self.cities, used, last = {}, set(), ""
        for member, signature in zip(members, signatures):
            fields(member, range(1, 8))
            code = city_code(member[1])
            require(code > last, "members are sorted")
            last = code
            root, log, cosigner = (public_key(member[at]) for at in (3, 4, 5))
            require(len({root, log, cosigner} - used) == 3, "two members share a key")
            used |= {root, log, cosigner}
            protected = bytes.fromhex("a20127045820") + key_digest(root)
            signed = (b"\x84\x6aSignature1" + _bytes(protected) + _bytes(external("genesis", self.id))
                      + _long_bytes(manifest_bytes))
            verify(root, signed, of_length(signature, 64))
            self.cities[code] = City(code, member[2], root, [Epoch(1, log, cosigner, 0, EMPTY_ROOT, self.id)])

    def city(self, code):
        require(code in self.cities, "not a member")
        return self.cities[code]

    def add(self, record):
        """Takes up the next key record of a city; returns (city, epoch)."""
        require(len(record) <= 512, "a key record is at most 512 bytes long")
        envelope = Envelope(record, "record", self.id)
        says = fields(decode(envelope.payload), (0, 1, 2, 3, 4, 5, 6, 7, 9), (8,))
        require((says[0], says[1]) == (1, 1), "another version or suite")
        city = self.city(city_code(says[2]))
        envelope.verify(city.root)
        closed = city.epochs[-1]
        require(says[3] == closed.number + 1 and says[6] == closed.record, "the record does not follow the last one")
        log, cosigner = public_key(says[4]), public_key(says[5])
        used = {city.root} | {key for epoch in city.epochs for key in (epoch.log, epoch.cosigner)}
        require(log != cosigner and not {log, cosigner} & used, "a key is used twice")
        require(isinstance(says[7], list) and len(says[7]) == 2, "where it continues")
        size, root = unsigned(says[7][0], MOST), of_length(says[7][1], 32)
        require(size > closed.begins or (size, root) == (closed.begins, closed.begins_root), "it continues before its epoch")
        if 8 in says:
            require(max(closed.begins - 1, 0) <= unsigned(says[8]) < size, "void_after lies elsewhere")
            closed.void_after = says[8]
        require(says[9] in (0, 1) and type(says[9]) is int, "an unknown tail")
        city.epochs.append(Epoch(says[3], log, cosigner, size, root, digest("huxin record v1", envelope.signed)))
        return city.code, says[3]

    def cosigner_key(self, code, number):
        epoch = self.cities[code].epoch(number) if code in self.cities else None
        return epoch.cosigner if epoch else None


def _long_bytes(data):
    """As a CBOR byte string of any length: a manifest may be longer than a statement."""
    if len(data) < 1 << 16:
        return _bytes(data)
    if len(data) < 1 << 32:
        return b"\x5a" + len(data).to_bytes(4, "big") + data
    raise Refused("too long")
