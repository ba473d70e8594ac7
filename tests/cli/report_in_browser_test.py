#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The report's page in Chromium without a display. Ends with 77 where there is no chromium.

usage: report_in_browser_test.py PROGRAM SOURCE [FOLDER], which keeps the screenshots
"""
import functools
import http.server
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAM, SOURCE, KEEP = None, None, None
CHROMIUM = shutil.which("chromium")
# The page in a frame of a given width; what the frame measures is written into the document.
FRAME = """<!DOCTYPE html><html><body style="margin:0"><iframe src="page.html" style="border:0;width:{0}px;height:{1}px"
 onload="const d=this.contentDocument.documentElement;document.title='measured '+[d.scrollWidth,d.clientWidth,d.scrollHeight]"></iframe></body></html>"""
FAULTY = """<!DOCTYPE html><html><body><div style="width:3000px">wide</div><img src="http://faulty.example/a.png">
<script>console.error("fault")</script></body></html>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class Page:
    """What a browser makes of a page at a width."""

    def __init__(self, folder, width, screenshot=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.place = f"http://127.0.0.1:{server.server_port}"
        self.folder, self.width = folder, width
        words = self.browse(800, "--dump-dom")
        self.measured = [int(n) for n in re.search(r"measured (\d+),(\d+),(\d+)", words.stdout).groups()]
        self.console = re.findall(r"CONSOLE.*", words.stderr)
        self.requests = self.requested()
        if screenshot:
            self.browse(min(self.measured[2], 12000), f"--screenshot={screenshot}")
        server.shutdown()
        server.server_close()

    def browse(self, height, *options):
        (self.folder / "frame.html").write_text(FRAME.format(self.width, height))
        with tempfile.TemporaryDirectory() as profile:
            return subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--virtual-time-budget=5000",
                 "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--log-net-log={self.folder}/net.json",
                 f"--window-size={max(self.width, 500)},{height}", *options, f"{self.place}/frame.html"],
                capture_output=True, text=True, timeout=240)

    def requested(self):
        """Addresses that the page asked for, not the browser for itself."""
        lines = [line for line in (self.folder / "net.json").read_text().splitlines() if f'"initiator":"{self.place}"' in line]
        asked = [re.search(r'"url":"([^"]+)"', line).group(1) for line in lines]
        return {address for address in asked if not address.startswith(self.place)}


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.result = cls.folder / "result"
        done = subprocess.run([PROGRAM, "run", "--benchmark", SOURCE / "tests/fixtures/benchmark", "--output", cls.result, "-q"],
                              capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr
        bench = SOURCE / "tests/fixtures/scoring/bench_A"
        cls.several = cls.folder / "several"
        for command in (["score", "--reference", bench / "ref", "--submission", bench / "sub_good", "--submission", bench / "sub_mid"], ["report"]):
            done = subprocess.run([PROGRAM, *command, *(["--output"] if command[0] == "score" else []), cls.several, "-q"], capture_output=True, text=True, timeout=500)
            assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def open(self, name, text, width):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "page.html").write_text(text)
        screenshot = (KEEP or folder) / f"{name}_{width}.png"
        page = Page(folder, width, screenshot)
        self.assertEqual(struct.unpack(">I", screenshot.read_bytes()[16:20])[0], max(width, 500))
        return page

    def test_page_fits_and_stays_at_home(self):
        for name, folder in (("run", self.result), ("several", self.several)):
            text = (folder / "report.html").read_text()
            for width in (1280, 390):
                page = self.open(name, text, width)
                self.assertEqual(page.measured[:2], [width, width], f"{name}: scrolls sideways at {width} px")
                self.assertEqual(page.console, [], name)
                self.assertEqual(page.requests, set(), name)

    def test_faults_are_seen(self):
        page = self.open("faulty", FAULTY, 390)
        self.assertGreater(page.measured[0], 390)
        self.assertTrue(any("fault" in line for line in page.console), page.console)
        self.assertEqual(page.requests, {"http://faulty.example/a.png"})


if __name__ == "__main__":
    PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
    KEEP = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    if CHROMIUM is None:
        print("skipped: no chromium")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
