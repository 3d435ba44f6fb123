#!/usr/bin/env python3
"""Shows that a tool which nobody here wrote reads our logs: aics-tlog, for the public C2SP formats (signed notes,
checkpoints, cosignatures, tlog-proofs) and the Merkle tree.

    check_c2sp.py bundle FILE                        the proof in a bundle
    check_c2sp.py node URL GENESIS TOKEN_FILE        every log of a running node, fetched leaf by leaf

Our own reader (stranger) is used for one thing only: to take the keys out of genesis and key records, and the leaves out
of segments. Everything about logs is aics-tlog's.
"""

import json
import pathlib
import sys
import urllib.request

from aics_tlog import (
    MerkleTree, cosignature_vkey, parse_checkpoint, parse_note, verify_checkpoint, verify_consistency,
    verify_inclusion, verify_leaf_inclusion, vkey_from_ed25519, leaf_hash,
)

from stranger.cbor import decode
from stranger.log import unbase64
from stranger.members import Federation


class Wrong(Exception):
    pass


def expect(condition, why):
    if not condition:
        raise Wrong(why)


def keys_for(federation, note):
    """The log's key of the checkpoint's epoch, and the cosigner keys of the cities whose lines resolve."""
    origin = note.text.split("\n")[0]
    city, epoch = origin.split("/")[2:4]
    log_key = vkey_from_ed25519(origin, federation.city(city).epoch(int(epoch)).log)
    cosigners = []
    for line in note.signatures[1:]:
        parts = line.name.split("/")
        known = federation.cities.get(parts[2]) if len(parts) == 5 else None
        keys = known.epoch(int(parts[3])) if known else None
        if keys is not None:
            key = cosignature_vkey(line.name, keys.cosigner)
            if key.key_id == line.key_id:
                cosigners.append(key)
    return log_key, cosigners


def check_note(federation, text):
    """(checkpoint, cosigners): the log's signature and every line that resolves hold, by aics-tlog."""
    note = parse_note(text)
    expect(note.serialise() == text, "the note has another spelling")
    log_key, cosigners = keys_for(federation, note)
    result = verify_checkpoint(note, log_key, cosigners, len(cosigners), expected_origin=log_key.name)
    expect(result.ok and result.log_ok, f"checkpoint: {result.error}")
    expect(result.cosignature_count == len(cosigners), "a cosignature does not hold")
    checkpoint = parse_checkpoint(note.text)
    expect((checkpoint.origin, checkpoint.size, checkpoint.root) == (result.origin, result.size, result.root), "two readings")
    return checkpoint, len(cosigners)


def federation_of(genesis, records):
    federation = Federation(genesis)
    for record in records:
        federation.add(record)
    return federation


def check_bundle(text):
    """The tlog-proof of a bundle: checkpoint, cosignatures and inclusion. Answers (index, size, cosigners)."""
    members = json.loads(text)
    federation = federation_of(unbase64(members["genesis"]), map(unbase64, members["records"]))
    head, _, note = members["proof"].partition("\n\n")
    first, index, *hashes = head.split("\n")
    expect(first == "c2sp.org/tlog-proof@v1" and index.startswith("index "), "not a tlog-proof")
    index, hashes = int(index.removeprefix("index ")), [unbase64(line) for line in hashes]
    checkpoint, cosigners = check_note(federation, note)
    statement = unbase64(members["statement"])
    expect(verify_leaf_inclusion(statement, index, checkpoint.size, hashes, checkpoint.root), "the inclusion proof does not hold")
    expect(not verify_leaf_inclusion(statement + b"\0", index, checkpoint.size, hashes, checkpoint.root), "any leaf is included")
    return index, checkpoint.size, cosigners


class Segment:
    """The parts of one segment that concern the log."""

    def __init__(self, data):
        version, self.city, self.records, self.start, items, self.consistency, checkpoint = decode(data)
        expect(version == 1, "another version of segments")
        self.leaves, self.checkpoint = [item[0] for item in items], checkpoint.decode()


def fetch_log(url, token, city):
    """All leaves, the records, and the newest checkpoint's note, by as many segments as it takes. Each segment's own
    consistency proof is checked on the way."""
    leaves, records = [], []
    while True:
        request = urllib.request.Request(f"{url}/v1/segments?city={city}&from={len(leaves)}&epoch=1",
                                         headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            segment = Segment(reply.read())
        records = segment.records
        if not segment.leaves:
            return leaves, records, segment.checkpoint
        expect(segment.start == len(leaves), "the segment does not begin where it was asked to")
        leaves += segment.leaves
        size, root = segment.checkpoint.split("\n")[1:3]
        here = MerkleTree(leaves).root()
        if len(leaves) < int(size):
            expect(verify_consistency(len(leaves), int(size), here, unbase64(root), segment.consistency), "consistency")


def check_node(url, genesis, token):
    """Every member's log; answers lines for people."""
    lines, fetched = [], {}
    codes = sorted(Federation(genesis).cities)
    for code in codes:
        fetched[code] = fetch_log(url, token, code)
    federation = federation_of(genesis, [record for code in codes for record in fetched[code][1]])
    for code in codes:
        leaves, _, note = fetched[code]
        checkpoint, cosigners = check_note(federation, note)
        tree = MerkleTree(leaves)
        expect(checkpoint.size == len(leaves) and checkpoint.root == tree.root(), f"{code}: the leaves lead to another root")
        for index in {0, len(leaves) // 2, len(leaves) - 1} if leaves else ():
            proof = tree.inclusion_proof(index, len(leaves))
            expect(verify_inclusion(leaf_hash(leaves[index]), index, len(leaves), proof, checkpoint.root), f"{code}: inclusion")
        lines.append(f"{code}: {len(leaves)} statements, checkpoint with {cosigners} cosignatures: read by aics-tlog")
    return lines


def main(arguments):
    try:
        match arguments:
            case ["bundle", file]:
                index, size, cosigners = check_bundle(pathlib.Path(file).read_text())
                print(f"statement {index} of {size}, {cosigners} cosignatures: read by aics-tlog")
            case ["node", url, genesis, token_file]:
                token = pathlib.Path(token_file).read_text().strip()
                print("\n".join(check_node(url.rstrip("/"), pathlib.Path(genesis).read_bytes(), token)))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Wrong as fault:
        print(f"check_c2sp: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
