#!/usr/bin/env python3
"""Checks a bundle (`*.huxin`) as a stranger would, with none of the node's code:

    verify_bundle.py FILE GENESIS     GENESIS is the genesis file of the federation that the reader trusts

Exit codes: 0 it holds, 4 it holds and a cosignature in it does not, 3 it is refused, 2 the command line is wrong.
Prints one JSON object.
"""

import dataclasses
import json
import pathlib
import sys

from stranger import Refused
from stranger.bundle import verify
from stranger.members import Federation


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    file, genesis = (pathlib.Path(argument).read_bytes() for argument in arguments)
    try:
        shown = verify(file, Federation(genesis).id)
    except Refused as fault:
        print(json.dumps({"holds": False, "why": str(fault)}, ensure_ascii=False))
        return 3
    report = {"holds": True, **dataclasses.asdict(shown)}
    report["body"] = shown.body is not None
    report["standing"] = shown.standing or "not shown by this file"
    print(json.dumps(report, ensure_ascii=False, indent=2))
    return 4 if shown.invalid_lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
