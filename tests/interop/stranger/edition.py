"""Editions as a stranger names them: the digest of a file (R151). Whether a file makes sense is for whoever lists under it."""

import json

from .keys import digest

# Members that are absent where they say what their absence says; `requires` of nothing is no absence.
DEFAULTS = {"repairable": True, "at_max": "ends", "disclosure": "public"}
# Members that are written though they are empty: of a base, of a layer, of a kind of list, of any row, of a row that narrows.
OF_A_BASE = {"fields", "grounds", "lists", "measures", "thresholds", "clocks"}
OF_A_KIND = {"requires", "terms"}
OF_A_ROW = {"requires", "classes", "years", "holidays", "make_up_days"}
OF_A_NARROWING = {"repair_requires", "classes"}


def plain(value, always, says_defaults=False):
    """The value without optional members that say nothing (R151)."""
    if isinstance(value, list):
        return [plain(item, always, says_defaults) for item in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for name, member in value.items():
        narrowing = name in ("narrow_lists", "narrow_measures")
        below = OF_A_NARROWING if narrowing else OF_A_KIND if name in ("kinds", "red", "black", "watch") else OF_A_ROW
        member = plain(member, below, narrowing)
        says_nothing = member in ({}, []) and name not in always
        if says_nothing or (not says_defaults and name in DEFAULTS and member == DEFAULTS[name]):
            continue
        out[name] = member
    return out


def name_of(file):
    """The digest of an edition or a layer, as text."""
    # Texts, whole numbers and truth values only: their RFC 8785 form is that of sorted keys without spaces.
    short = plain(file, OF_A_ROW if "base" in file else OF_A_BASE)
    written = json.dumps(short, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return digest("huxin edition v1", written.encode()).hex()
