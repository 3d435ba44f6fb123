"""A federation of real processes (`huxin demo`), read by other people's tools: see check_live. `make interop`."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import tomllib
import unittest

import check_live

# Most seconds that the demonstration may take until its round is over; it ends by itself after less.
PATIENCE = 300


def skipped(test, why):
    if os.environ.get("CI") == "true":
        test.fail(f"skipped: {why}; with CI=true that is a failure")
    test.skipTest(why)


class Live(unittest.TestCase):
    def test_other_peoples_tools_read_a_running_federation(self):
        binary = os.environ.get("HUXIN_BINARY")
        if not binary or not pathlib.Path(binary).is_file():
            skipped(self, "HUXIN_BINARY names no program; make interop builds and names it")
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary, "federation")
            with subprocess.Popen([binary, "--json", "demo", "--cities", "3", "--folder", folder], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as demo:
                watch = signal.signal(signal.SIGALRM, lambda *_: demo.kill())
                signal.alarm(PATIENCE)
                try:
                    shown = self.round_of(demo)
                    self.assertTrue(shown["converged"])
                    self.assertEqual(len(shown["cities"]), 3)
                    for city in shown["cities"]:
                        self.check_city(folder, city["code"])
                finally:
                    signal.alarm(0)
                    signal.signal(signal.SIGALRM, watch)
                    demo.send_signal(signal.SIGINT)
                _, said = demo.communicate(timeout=60)
                self.assertEqual(demo.returncode, 0, said)

    def round_of(self, demo):
        """The JSON document that the demonstration prints after its round; it runs on then."""
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if line == "}\n":
                return json.loads("".join(lines))
        self.fail(f"the demonstration ended before its round was over: {demo.stderr.read()}")

    def check_city(self, folder, code):
        place = folder / code
        settings = tomllib.loads((place / "huxin.toml").read_text())
        url, genesis = f"http://{settings['listen']['api']}", (place / "genesis.cbor").read_bytes()
        token = (place / settings["listen"]["token"]).read_text().strip()
        with self.subTest(city=code):
            logs = check_live.check_c2sp.check_node(url, genesis, token)
            self.assertEqual(len(logs), 3)
            bundles = check_live.check_bundles(url, genesis, token)
            self.assertEqual(len(bundles), 3)
            check_live.check_metrics(url, token)
            print("\n".join([f"as {code} holds it:", *logs, *bundles]))


if __name__ == "__main__":
    unittest.main()
