"""A stranger's reading of Huxin's bytes, written from the format's description alone.

Nothing here shares code with the node: CBOR is read by a few strict lines, COSE by pycose, signatures are checked by
`cryptography`, digests by `blake3`. What this package and the node both accept, two implementations agree on.
"""


class Refused(Exception):
    """The bytes do not hold; the message says why."""


def require(condition, why):
    if not condition:
        raise Refused(why)
