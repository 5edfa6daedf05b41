"""The playground in headless Chromium, by clicks and typing.

    python -m tests.browser_playground SITE axe.min.js

Serves the built site, adds a script that does what a person does, and checks what it notes, and
what axe-core finds for people with other devices. It is no test of pytest's: it needs Pyodide, and
half a minute. `.ci/run` runs it.
"""

import functools
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.browser import CHROMIUM

SECONDS = 240
TYPES = {
    **http.server.SimpleHTTPRequestHandler.extensions_map,
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
}

SCRIPT = r"""
const at = (selector) => document.querySelector(selector);
const texts = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
const notes = {};
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (holds, ms = 60000) => {
  const start = performance.now();
  while (!holds() && performance.now() - start < ms) await sleep(10);
  return performance.now() - start;
};
const type = (element, value) => {
  element.focus();
  element.value = value;
  element.dispatchEvent(new Event("input", { bubbles: true }));
};
const formula = () => texts("#formulas .gradient annotation")[0] ?? "";
window.addEventListener("error", (event) => { notes.error = event.message; });
window.addEventListener("securitypolicyviolation", (event) => {
  notes.policy = event.violatedDirective;
});

async function drive() {
  notes.at_once = [formula(), document.querySelectorAll("#picture g.node").length];
  await until(() => /live|bad/.test(at("#state").className), 180000);
  notes.state = at("#state").textContent;
  notes.live = Math.round(performance.now());

  const graph = at("#text").value;
  notes.edits = [];
  const rows = () => [...document.querySelectorAll("#formulas li.row")];
  const untouched = rows();
  for (const [from, to] of [["u^2", "u^3"], ["u^3", "u^4"], ["u^4", "u^2"]]) {
    const before = formula();
    type(at("#text"), at("#text").value.replace(from, to));
    notes.edits.push(Math.round(await until(() => formula() !== before)));
    await sleep(400);
  }
  await until(() => !at(".stale"));
  notes.kept = [untouched.filter((row) => row.isConnected).length, untouched.length];
  const pick = at("#equations .pick");
  pick.focus();
  pick.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  const picks = [...document.querySelectorAll("#equations .pick")];
  notes.focused = picks.indexOf(document.activeElement);
  type(at("#text"), graph.replace("c*h", "c*hh"));
  await until(() => at("#faults li"));
  notes.fault = [at("#faults").textContent, at("#marks mark").textContent];
  at("#faults button").click();
  notes.selected = at("#text").value.slice(at("#text").selectionStart, at("#text").selectionEnd);
  type(at("#text"), graph);
  await until(() => !at("#faults li") && !at(".stale"));

  const value = () => at('text[data-value="u"]').textContent;
  notes.before = value();
  type(at("#input-0"), "3");
  await until(() => value() !== notes.before);
  notes.after = value();
  at("#input-0").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
  notes.nudged = at("#input-0").value;
  const node = at('g.node[data-node="x"]');
  const pointer = (name, x) => new PointerEvent(name, { clientX: x, bubbles: true });
  const held = at("#input-4").value;
  node.dispatchEvent(pointer("pointerdown", 100));
  window.dispatchEvent(pointer("pointermove", 180));
  window.dispatchEvent(pointer("pointerup", 180));
  notes.dragged = Number(at("#input-4").value) > Number(held);
  await sleep(1500);

  at('li[data-kind="path"] .pick').click();
  notes.lit = document.querySelectorAll("#graph g.node.lit").length;
  at("#next").click();
  notes.step = at("#step").textContent;
  at("#guess").click();
  const field = at("#formulas .num input");
  field.value = "0.12";
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  notes.guessed = at("#formulas .num").className;
  at("#guess").click();
  notes.unguessed = document.querySelectorAll("#formulas .num input").length;

  type(at("#claims"), "dJ/dd = 2*(p-y)*p^2");
  at("#judge").click();
  await until(() => at("#verdicts li"));
  notes.hint = at("#verdicts").textContent.replace(/\s+/g, " ");
  const short = notes.hint.length;
  at("#answers").click();
  await until(() => at("#verdicts").textContent.replace(/\s+/g, " ").length > short);
  notes.answer = at("#verdicts").textContent.replace(/\s+/g, " ");

  at("#explain").click();
  await until(() => at(".step"));
  const shown = () => [...document.querySelectorAll(".step")].filter((step) => !step.hidden).length;
  notes.explained = [shown()];
  at("#reveal").click();
  notes.explained.push(shown());

  at("#tab-c").click();
  await until(() => texts("#code code").some((text) => text.endsWith(".h")));
  notes.code = texts("#code .bar code");
  at("#share").click();
  await until(() => location.hash.length > 20);
  notes.shared = location.hash.slice(0, 3);
  at("#example").value = "hinge_svm";
  at("#example").dispatchEvent(new Event("change"));
  await until(() => at("#text").value.includes("hinge") && formula() && !formula().includes("2cu"));
  notes.example = formula();
  await until(() => !at(".stale"));
  await sleep(500);
  notes.barriers = (await axe.run()).violations.map((v) => [v.id, v.nodes[0].html]);
  notes.wide = document.documentElement.scrollWidth <= window.innerWidth;
}

drive().catch((error) => { notes.error = String(error.stack ?? error); }).finally(() => {
  fetch("notes", { method: "POST", body: JSON.stringify(notes) });
});
"""


def served(site: Path, heard: dict) -> http.server.ThreadingHTTPServer:
    """Return a server of the site that puts what the page notes into `heard`."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = TYPES

        def log_message(self, *_):
            pass

        def do_POST(self):
            heard.update(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()
            heard["done"].set()

    handler = functools.partial(Handler, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def driven(folder: Path, axe: Path, size: str) -> dict:
    """Return what the page noted in a window of a size."""
    heard = {"done": threading.Event()}
    with tempfile.TemporaryDirectory() as temporary:
        site = Path(temporary) / "site"
        shutil.copytree(folder, site)
        page = site / "index.html"
        script = axe.read_text(encoding="utf-8") + SCRIPT
        (site / "drive.js").write_text(script, encoding="utf-8")
        tag = '<script src="drive.js" defer></script></body>'
        page.write_text(page.read_text(encoding="utf-8").replace("</body>", tag), encoding="utf-8")
        server = served(site, heard)
        address = f"http://127.0.0.1:{server.server_port}/index.html"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--remote-debugging-port=0", f"--window-size={size}",
                 f"--user-data-dir={temporary}/profile"]  # fmt: skip
        browser = subprocess.Popen([CHROMIUM, *flags, address], stderr=subprocess.DEVNULL)
        try:
            assert heard["done"].wait(SECONDS), "the page did not finish"
        finally:
            browser.kill()
            browser.wait()
            server.shutdown()
    return heard


def check(heard: dict) -> None:
    """Check what a person would have seen."""
    assert "error" not in heard, heard["error"]
    assert "policy" not in heard, heard["policy"]
    assert r"\delta(2cu + 1)x + \lambda a" in heard["at_once"][0]
    assert heard["at_once"][1] >= 14
    assert heard["state"] == "live"
    assert heard["kept"][0] > heard["kept"][1] / 3, "an edit sets again what it leaves as it was"
    assert heard["focused"] == 1, "a key is heard once, however many edits there were"
    assert "unknown name `hh`" in heard["fault"][0]
    assert heard["fault"][1] == heard["selected"] == "hh"
    assert (heard["before"], heard["after"], heard["nudged"]) == ("2", "6", "4")
    assert heard["dragged"]
    assert heard["lit"] >= 5
    assert heard["step"] == "2"
    assert "wrong" in heard["guessed"] or "right" in heard["guessed"]
    assert heard["unguessed"] == 0
    assert "sign is wrong" in heard["hint"]
    assert "-2" in heard["answer"].replace("−", "-")
    assert heard["explained"] == [1, 2]
    assert heard["code"] == ["model.h", "model.c"]
    assert heard["shared"] == "#g="
    assert r"\frac" in heard["example"]
    assert heard["barriers"] == []
    assert heard["wide"]


def main() -> None:
    """Drive the site in a wide window and in one as narrow as a phone's."""
    for size in ("1400,1000", "500,900"):
        heard = driven(Path(sys.argv[1]), Path(sys.argv[2]), size)
        check(heard)
        print(  # noqa: T201
            f"playground at {size}: live after {heard['live']} ms, edits {heard['edits']} ms"
        )


if __name__ == "__main__":
    main()
