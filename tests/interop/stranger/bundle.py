"""A bundle, `*.huxin`: one statement with all that a stranger needs to check it."""

import json
from dataclasses import dataclass

from . import Refused, joint, require
from .cbor import decode, fields, of_length, unsigned
from .keys import Envelope, digest, _bytes
from .log import MOST, NUMBER, Checkpoint, leaf_hash, root_of, unbase64
from .members import Federation, city_code
from .text import check_subject

MEMBERS = {"version", "genesis", "records", "statement", "body", "proof", "standing"}
# Keys of each kind's body: required and optional.
ACT = ({0, 1}, {2, 3, 4, 5, 6})
LISTING = ({0, 1, 2, 3, 4, 5, 7, 8, 12, 16}, {6, 9, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22})
BODIES = {1: LISTING, 2: LISTING, 3: ACT, 4: ACT, 5: ACT, 6: ACT, 7: ACT,
          48: ({0, 1, 2}, {3}), 49: ({0, 1, 2, 8, 9, 11}, {3, 4, 5, 6, 7, 10, 12, 13}), 50: ({0, 1}, set())}
KINDS = {1: "entry", 2: "amendment", 3: "annulment", 4: "removal", 5: "repair", 6: "erasure", 7: "reinstatement",
         8: "suspension", 9: "resumption", 16: "response", 17: "feedback", 24: "repair_application", 25: "objection",
         26: "ruling", 27: "step", 28: "withdrawal", 48: "node_announcement", 49: "recognition", 50: "decline"}


@dataclass
class Shown:
    """What a bundle shows. It cannot show that nothing came later; the standing note is the exporter's word on that."""
    federation: str
    city: str
    epoch: int
    seq: int
    kind: str
    digest: str
    issued_at: int
    body: dict | None
    size: int
    root: str
    key_state: int
    voided: bool
    witnesses: list
    own_time: int | None
    invalid_lines: list
    standing: str | None
    retired_lines: list
    standing_epoch_closed: bool


def _about(value):
    require(isinstance(value, list) and len(value) == 4, "not a reference to a statement")
    return [city_code(value[0]), unsigned(value[1]), unsigned(value[2]), of_length(value[3], 32)]


def _members(file):
    require(len(file) <= 4 << 20, "a bundle is at most 4 MiB long")
    try:
        text = file.decode("utf-8")
        members = json.loads(text)
    except ValueError as fault:
        raise Refused("not JSON") from fault
    require(isinstance(members, dict) and members.keys() == MEMBERS, "the members of a bundle")
    require(type(members["version"]) is int and members["version"] == 1, "another version")
    for name in ("genesis", "statement", "proof"):
        require(isinstance(members[name], str), f"{name} is a text")
    for name in ("body", "standing"):
        require(members[name] is None or isinstance(members[name], str), f"{name} is a text or null")
    require(isinstance(members["records"], list) and all(isinstance(r, str) for r in members["records"]), "records are texts")
    # For these members sorted keys and no white space is RFC 8785.
    canonical = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    require(canonical == text, "the file is not in canonical form")
    return members


def _proof(text):
    """A C2SP tlog-proof without extra line: (index, hashes, checkpoint's note)."""
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    require(gap and len(lines) >= 2 and lines[0] == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
    require(lines[1].startswith("index "), "a tlog-proof without extra line begins with its index")
    number = lines[1].removeprefix("index ")
    require(NUMBER.fullmatch(number) and int(number) <= MOST, "an index is a plain number")
    hashes = [unbase64(line) for line in lines[2:]]
    require(len(hashes) <= 64 and all(len(h) == 32 for h in hashes), "a proof is of hashes, at most 64")
    return int(number), hashes, note


def _header(payload):
    says = fields(decode(payload), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12), (10, 11))
    require((says[0], says[1]) == (1, 1), "another version or suite of the header")
    city_code(says[2])
    unsigned(says[3], 2**32 - 1), unsigned(says[4]), unsigned(says[7], 2**16 - 1), unsigned(says[8], 2**16 - 1)
    of_length(says[12], 32)
    if 10 in says:
        _about(says[10])
    if 11 in says:
        of_length(says[11], 32)
    return says


def verify(file, federation_id=None):
    """What the bundle shows, for a reader who trusts the federation with this id (32 bytes), or, without one, the
    federation of the bundle's own genesis, which then only shows that the file is whole."""
    members = _members(file)
    federation = Federation(unbase64(members["genesis"]))
    require(federation_id in (None, federation.id), "the bundle is of another federation")
    last = ("", 0)
    for record in members["records"]:
        added = federation.add(unbase64(record))
        require(added > last, "key records are sorted by city and epoch")
        last = added

    statement = unbase64(members["statement"])
    require(len(statement) <= 4096, "a statement is at most 4 KiB long")
    envelope = Envelope(statement, "statement", federation.id)
    header = _header(envelope.payload)
    city = federation.city(header[2])
    epoch = city.epoch(header[3])
    require(epoch is not None, "the statement's epoch is not opened by the records")
    envelope.verify(epoch.log)

    index, hashes, note = _proof(members["proof"])
    checkpoint = Checkpoint(note)
    require(checkpoint.federation == federation.id, "a checkpoint of another federation")
    require(checkpoint.city == city.code, "a checkpoint of another city's log")
    keys = city.epoch(checkpoint.epoch)
    require(keys is not None, "the checkpoint's epoch is not opened by the records")
    closed = city.closed_at(checkpoint.epoch)
    require(closed is None or checkpoint.size <= closed, "the checkpoint stands beyond the end of its epoch")
    require(checkpoint.size >= keys.begins, "the checkpoint stands before its epoch")
    checkpoint.verify(keys.log)
    for border in city.epochs:
        require(checkpoint.size != border.begins or checkpoint.root == border.begins_root, "another root at an epoch's border")

    at = city.epoch_at(index)
    require(header[4] == index and header[3] == at.number, "the header names another place than the proof")
    require(root_of(leaf_hash(statement), index, checkpoint.size, hashes) == checkpoint.root, "the proof leads elsewhere")

    body = None
    if members["body"] is not None:
        raw = unbase64(members["body"])
        require(len(raw) <= 32 * 1024, "a body is at most 32 KiB long")
        opening = (b"\x85" + _bytes(federation.id) + bytes([0x60 + len(city.code)]) + city.code.encode()
                   + _number(header[7]) + _number(header[8]) + _bytes(raw))
        require(digest("huxin body v1", opening) == header[12], "the body is not the one that the statement commits to")
        body = decode(raw)
        require(header[7] in BODIES | joint.KINDS and header[8] == 1, "a body that needs a newer program")
        if header[7] in joint.KINDS:
            joint.check_body(joint.KINDS[header[7]], body)
        else:
            fields(body, *BODIES[header[7]])
        of_length(body[0], 16)
        if header[7] in (1, 2):
            check_subject(fields(body[1], {1, 2, 3, 4}, {5}))

    witnesses, own_time, invalid, retired = set(), None, [], []
    for line in checkpoint.note.lines[1:]:
        try:
            code, number, time = checkpoint.cosigner(line, federation.cosigner_key)
        except Refused:
            invalid.append(line[0])
            continue
        if number != federation.city(code).epochs[-1].number:
            # It holds, and its city has closed that epoch: whoever got hold of the old key may have written it.
            retired.append(line[0])
        elif code == city.code:
            own_time = max(time, own_time or 0)
        else:
            witnesses.add(code)

    statement_digest = digest("huxin statement v1", envelope.signed)
    standing, standing_closed = None, False
    if members["standing"] is not None:
        about = [header[2], header[3], header[4], statement_digest]
        standing, standing_closed = _standing(unbase64(members["standing"]), federation, about, checkpoint)

    return Shown(
        federation=federation.id.hex(), city=city.code, epoch=header[3], seq=index,
        kind=KINDS.get(header[7], f"kind {header[7]}"), digest=statement_digest.hex(), issued_at=header[6], body=body,
        size=checkpoint.size, root=checkpoint.root.hex(), key_state=city.epochs[-1].number,
        voided=at.void_after is not None and index > at.void_after, witnesses=sorted(witnesses), own_time=own_time,
        invalid_lines=invalid, standing=standing,
        retired_lines=retired, standing_epoch_closed=standing_closed)


def _standing(note, federation, about, checkpoint):
    require(len(note) <= 1024, "a standing note is at most 1 KiB long")
    envelope = Envelope(note, "standing", federation.id)
    says = fields(decode(envelope.payload), range(9))
    require((says[0], says[1]) == (1, 1), "another version or suite of the standing note")
    city = federation.city(city_code(says[2]))
    exporter = city.epoch(unsigned(says[3]))
    require(exporter is not None, "the exporter's epoch is not opened by the records")
    envelope.verify(exporter.log)
    require(_about(says[4]) == about, "the standing note is about another statement")
    require(says[6] == [checkpoint.epoch, checkpoint.size, checkpoint.root], "the standing note is of another state of the log")
    require(isinstance(says[5], str) and says[5] and all(c in "abcdefghijklmnopqrstuvwxyz_" for c in says[5]), "a state's code")
    of_length(says[7], 32)
    return says[5], exporter.number != city.epochs[-1].number


def _number(value):
    if value < 24:
        return bytes([value])
    if value < 1 << 8:
        return b"\x18" + bytes([value])
    return b"\x19" + value.to_bytes(2, "big")
