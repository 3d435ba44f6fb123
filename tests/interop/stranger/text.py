"""Texts and subjects: what may be signed, in which form texts are compared, and the shape of codes (R6, R8, R50)."""

import re
import unicodedata

from . import require

# R6, as its ranges stand in SPEC.md; the last two of every plane are added below.
RANGES = [
    (0x0000, 0x001F), (0x007F, 0x009F), (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800),
    (0x3164, 0x3164), (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
]
SEPARATORS = set("-_/\\.,:;|~") | set(map(chr, [
    0xB7, 0x387, *range(0x2010, 0x2017), 0x2022, 0x2027, 0x2043, 0x2044, 0x2053, 0x2212, 0x2215, 0x2216, 0x2219, 0x22C5,
    0x2500, 0x2E3A, 0x2E3B, 0x3001, 0x3002, 0x301C, 0x30A0, 0x30FB]))
OPENING = set("([{<") | set(map(chr, [0x2329, 0x27E8, 0x27EA, 0x2772, 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014,
                                      0x3016, 0x3018, 0x301A]))
CLOSING = set(")]}>") | set(map(chr, [0x232A, 0x27E9, 0x27EB, 0x2773, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015,
                                      0x3017, 0x3019, 0x301B]))
SINGLE = set("`") | set(map(chr, [*range(0x2018, 0x201C), 0x2032, 0x2039, 0x203A]))
DOUBLE = set(map(chr, [*range(0x201C, 0x2020), 0x2033, 0xAB, 0xBB, 0x301D, 0x301E, 0x301F]))
CJK = [
    (0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x30FF), (0x3105, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFD),
]
USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")


def within(character, ranges):
    return any(first <= ord(character) <= last for first, last in ranges)


def may_not_be_signed(character):
    return within(character, RANGES) or ord(character) & 0xFFFE == 0xFFFE


def check(text):
    for place, character in enumerate(text, 1):
        require(not may_not_be_signed(character), f"character {place} may not be signed")


def marked(character):
    for kinds, plain in ((OPENING, "("), (CLOSING, ")"), (SINGLE, "'"), (DOUBLE, '"')):
        if character in kinds:
            return plain
    return character


def writes_spaces(character):
    return character.isalnum() and not within(character, CJK)


def folded(text):
    while (one := once(text)) != text:
        text = one
    return text


def once(text):
    text = unicodedata.normalize("NFKC", text)
    text = unicodedata.normalize("NFKC", "".join(character.lower() for character in text))
    out, space, separator = [], False, False
    for character in text:
        if character.isspace() or unicodedata.category(character) == "Cc":
            space = True
        elif may_not_be_signed(character):
            continue
        elif character in SEPARATORS:
            separator = True
        else:
            character = marked(character)
            if separator or (space and out and writes_spaces(out[-1]) and writes_spaces(character)):
                out.append("-")
            out.append(character)
            space = separator = False
    return "".join(out + ["-"] * separator)


def check_subject(subject):
    """The shape of the id of a listing's subject; other rules of a body are the reader's."""
    shape = {"uscc": USCC, "lei": LEI}.get(subject[1])
    require(isinstance(subject[2], str), "an id is text")
    require(shape is None or shape.fullmatch(subject[2]), f"not the shape of a {subject[1]}")
