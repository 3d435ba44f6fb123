"""The bodies of joint action as R35 to R39, R44 and R48 say: what each kind holds, by its keys."""

import datetime
import re

from . import require
from .cbor import decode

CODE, NAME, REFERENCE, LONG = 128, 512, 256, 8192
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text(most):
    def check(value):
        require(isinstance(value, str) and 1 <= len(value.encode()) <= most, "not a text of that length")
    return check


def date(value):
    require(isinstance(value, str) and DATE.fullmatch(value), "not a day")
    try:
        datetime.date.fromisoformat(value)
    except ValueError as fault:
        require(False, f"no day of the calendar: {fault}")


def choice(count):
    def check(value):
        require(type(value) is int and 0 <= value < count, "none of the choices")
    return check


def truth(value):
    require(isinstance(value, bool), "neither true nor false")


def digest(value):
    require(isinstance(value, bytes) and len(value) == 32, "not a digest")


def some(item):
    def check(value):
        require(isinstance(value, list) and 1 <= len(value) <= 64, "not 1 to 64 items")
        for one in value:
            item(one)
    return check


def fields(needed, optional):
    """A map with all of the needed keys, some of the optional ones, and no other."""
    def check(value):
        require(isinstance(value, dict), "not a map")
        require(needed.keys() <= value.keys() <= needed.keys() | optional.keys(), "other keys than this kind has")
        for key, item in value.items():
            (needed | optional)[key](item)
    return check


def salt(value):
    require(isinstance(value, bytes) and len(value) == 16, "not a salt")


def body(needed, optional):
    return fields({0: salt} | needed, optional)


def answers(value):
    some(fields({1: text(CODE), 2: choice(3)}, {3: text(LONG), 4: date}))(value)
    measures = [said[1] for said in value]
    require(len(set(measures)) == len(measures), "one measure twice")


ORDER = {2: text(REFERENCE), 3: text(NAME), 4: date, 6: text(REFERENCE)}
CONDITIONS = fields({key: truth for key in range(1, 6)}, {})
FILING = {5: some(digest), 6: text(REFERENCE)}
FORMS = {
    "suspension": body({1: text(LONG)}, ORDER | {7: date}),
    "resumption": body({1: text(LONG)}, ORDER),
    "response": body({1: answers}, {2: text(LONG)}),
    "feedback": body({1: text(CODE), 2: choice(4), 3: fields({1: text(NAME)}, {2: text(18)}), 4: date},
                     {5: date, 6: date, 7: text(REFERENCE), 8: text(LONG)}),
    "application": body({1: text(LONG), 2: date, 3: choice(3), 4: CONDITIONS}, FILING),
    "objection": body({1: text(LONG), 2: date, 3: choice(3), 4: choice(3)}, FILING),
    "ruling": body({1: choice(3), 2: text(LONG), 3: date}, {4: text(REFERENCE), 5: text(NAME)}),
    "step": body({1: choice(5), 2: date}, {3: text(LONG), 4: date}),
    "withdrawal": body({1: text(LONG)}, ORDER),
}


# Number of a kind -> form of its body.
KINDS = {8: "suspension", 9: "resumption", 16: "response", 17: "feedback", 24: "application", 25: "objection", 26: "ruling",
         27: "step", 28: "withdrawal"}


def check(form, data):
    """Refused for bytes that are no body of this form."""
    check_body(form, decode(data))


def check_body(form, value):
    FORMS[form](value)
