#!/usr/bin/env python3
"""Other people's tools against a running node, one after the other:

    check_live.py URL GENESIS TOKEN_FILE

1. every log that the node holds, read leaf by leaf by aics-tlog (check_c2sp);
2. the bundle of the newest entries of each city, verified by code that shares nothing with the node (stranger);
3. every metric that rules and dashboard name, in its scrape (deploy/check-metrics), which promtool finds well-formed.

Exit code 0 if all hold. Nothing is changed on the node.
"""

import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import check_c2sp
from stranger import Refused
from stranger.bundle import verify
from stranger.keys import Envelope
from stranger.cbor import decode
from stranger.members import Federation

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
# How many of each city's newest statements are proved.
NEWEST = 5


def get(url, token):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read()


def statement_id(city, epoch, seq):
    return f"{city}-{seq}" if epoch == 1 else f"{city}.{epoch}-{seq}"


def check_bundles(url, genesis, token):
    federation, lines = Federation(genesis), []
    for city in sorted(federation.cities):
        leaves, _, _ = check_c2sp.fetch_log(url, token, city)
        proved = 0
        for leaf in leaves[-NEWEST:]:
            header = decode(Envelope(leaf, "statement", federation.id).payload)
            name = statement_id(header[2], header[3], header[4])
            shown = verify(get(f"{url}/v1/entries/{name}/proof", token), federation.id)
            if (shown.city, shown.epoch, shown.seq) != (header[2], header[3], header[4]):
                raise Refused(f"the bundle of {name} is of another statement")
            if shown.invalid_lines:
                raise Refused(f"the bundle of {name} has cosignatures that do not hold")
            proved += 1
        lines.append(f"{city}: {proved} bundles hold for a stranger")
    return lines


def check_metrics(url, token):
    loader = importlib.machinery.SourceFileLoader("check_metrics", str(DEPLOY / "check-metrics"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_metrics", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    scrape = get(f"{url}/metrics", token).decode()
    found, metrics, _ = module.problems(scrape)
    promtool = os.environ.get("HUXIN_PROMTOOL") or shutil.which("promtool")
    if promtool:
        done = subprocess.run([promtool, "check", "metrics"], input=scrape, text=True, capture_output=True)
        # Lint remarks about libp2p's own names are not ours to mend; a scrape that cannot be parsed is.
        ours = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("huxin_") or "error" in line]
        found += [f"promtool: {line}" for line in ours]
    if found:
        raise Refused("; ".join(found))
    return [f"{metrics} metrics of rules and dashboard are in the scrape"]


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    url, genesis, token = arguments[0].rstrip("/"), pathlib.Path(arguments[1]).read_bytes(), pathlib.Path(arguments[2]).read_text().strip()
    try:
        for line in check_c2sp.check_node(url, genesis, token) + check_bundles(url, genesis, token) + check_metrics(url, token):
            print(line)
    except (check_c2sp.Wrong, Refused, urllib.error.HTTPError) as fault:
        print(f"check_live: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
