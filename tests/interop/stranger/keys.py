"""Keys, digests and COSE envelopes."""

import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import CoseMessage, Sign1Message

from . import Refused, require

# The y of the points of small order: orders 1, 2, 4 and 8.
P = 2**255 - 19
_ORDER_8 = int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")
_WEAK_Y = {0, 1, P - 1, _ORDER_8, P - _ORDER_8}


def digest(context, data):
    """BLAKE3 in derive-key mode under a named context, 32 bytes."""
    return blake3.blake3(data, derive_key_context=context).digest()


def key_digest(raw):
    return digest("huxin key v1", raw)


def public_key(raw):
    """A usable Ed25519 key: canonical, on the curve, not of small order."""
    require(isinstance(raw, bytes) and len(raw) == 32, "a key has 32 bytes")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    require(y < P, "a key that is not written canonically")
    require(y not in _WEAK_Y, "a weak key")
    return raw


def verify(raw, message, signature):
    """Ed25519; Refused if it does not hold. (OpenSSL refuses s ≥ L, as the strict rule asks.)"""
    require(len(signature) == 64, "a signature has 64 bytes")
    r_y = int.from_bytes(signature[:32], "little") & (2**255 - 1)
    require(r_y not in _WEAK_Y, "a signature with a weak R")
    try:
        Ed25519PublicKey.from_public_bytes(public_key(raw)).verify(signature, message)
    except (InvalidSignature, ValueError) as fault:
        raise Refused("a signature does not hold") from fault


def external(kind, federation):
    return f"huxin/{kind}/v1".encode() + federation


class Envelope:
    """A COSE_Sign1 in the one shape of the format. Read by pycose; the shape is compared byte by byte."""

    def __init__(self, data, kind, federation):
        self.data = bytes(data)
        try:
            message = CoseMessage.decode(self.data)
        except Exception as fault:  # pycose raises many kinds
            raise Refused("not a COSE message") from fault
        require(isinstance(message, Sign1Message), "not a COSE_Sign1")
        require(message.phdr.get(Algorithm) is EdDSA, "another algorithm than EdDSA")
        self.kid = message.phdr.get(KID)
        require(isinstance(self.kid, bytes) and len(self.kid) == 32, "no key digest as kid")
        require(isinstance(message.payload, bytes) and isinstance(message.signature, bytes), "payload or signature missing")
        require(len(message.signature) == 64, "a signature has 64 bytes")
        self.payload, self.signature = message.payload, message.signature
        protected = bytes.fromhex("a2012704" + "5820") + self.kid
        rebuilt = (b"\xd2\x84" + _bytes(protected) + b"\xa0" + _bytes(self.payload) + _bytes(self.signature))
        require(rebuilt == self.data, "the envelope is not in the one shape: headers or encoding differ")
        self._message = message
        message.external_aad = external(kind, federation)
        self.signed = b"\x84\x6aSignature1" + _bytes(protected) + _bytes(message.external_aad) + _bytes(self.payload)

    def verify(self, raw):
        """Under the key `raw`, by pycose and once more by hand."""
        require(self.kid == key_digest(raw), "the message names another key")
        self._message.key = OKPKey(crv=Ed25519, x=public_key(raw))
        try:
            holds = self._message.verify_signature()
        except Exception as fault:
            raise Refused("a signature does not hold") from fault
        require(holds, "a signature does not hold")
        verify(raw, self.signed, self.signature)


def _bytes(data):
    """A CBOR byte string with the shortest head."""
    length = len(data)
    if length < 24:
        return bytes([0x40 + length]) + data
    if length < 1 << 8:
        return b"\x58" + length.to_bytes(1, "big") + data
    require(length < 1 << 16, "a payload of 64 KiB or more has no place here")
    return b"\x59" + length.to_bytes(2, "big") + data
