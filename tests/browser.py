"""One headless Chromium for many pages: its protocol over pipes, and what its console says."""

import atexit
import functools
import json
import os
import select
import shutil
import subprocess
import tempfile

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
LONGEST = 120  # seconds without an answer
BUDGET = 10_000  # milliseconds of a page's own time, which passes at once where it only waits
SPEAKS = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


class Browser:
    """A running Chromium, which is asked one thing after the other."""

    def __init__(self, profile):
        theirs, self.send = os.pipe()
        self.receive, answers = os.pipe()
        # Chromium reads what it is asked from descriptor 3, and answers on descriptor 4.
        command = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "-", str(theirs), str(answers),
             CHROMIUM, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(theirs, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs)
        os.close(answers)
        self.buffer, self.last, self.events = b"", 0, []

    def ask(self, method, session=None, **params):
        """Return the result of a method; events that come before it are kept."""
        self.last += 1
        asked = {"id": self.last, "method": method, "params": params}
        asked |= {"sessionId": session} if session else {}
        os.write(self.send, json.dumps(asked).encode() + b"\0")
        while True:
            found = self._message()
            if found.get("id") == self.last:
                assert "result" in found, f"{method}: {found}"
                return found["result"]
            self.events.append(found)

    def until(self, method):
        """Read events up to the first of this name."""
        while not any(event["method"] == method for event in self.events):
            self.events.append(self._message())

    def _message(self):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.receive], [], [], LONGEST)
            read = ready and os.read(self.receive, 1 << 20)
            assert read, "Chromium has ended, or says nothing"
            self.buffer += read
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def shown(self, address):
        """Return a page as it stands after its scripts have run, and what its console says."""
        self.events = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable", session)
        self.ask("Page.navigate", session, url=address)
        self.until("Page.loadEventFired")
        self.ask("Emulation.setVirtualTimePolicy", session, policy="advance", budget=BUDGET)
        self.until("Emulation.virtualTimeBudgetExpired")
        whole = {"expression": "document.documentElement.outerHTML", "returnByValue": True}
        text = self.ask("Runtime.evaluate", session, **whole)["result"]["value"]
        spoken = [json.dumps(event["params"]) for event in self.events if event["method"] in SPEAKS]
        self.ask("Target.closeTarget", targetId=target)
        return text, spoken


@functools.cache
def browser():
    """Return the one browser of this process, which ends with it."""
    profile = tempfile.TemporaryDirectory()
    started = Browser(profile.name)

    def end():
        os.close(started.send)  # Chromium ends where nobody can ask any more
        started.process.wait(20)
        os.close(started.receive)
        profile.cleanup()

    atexit.register(end)
    return started
