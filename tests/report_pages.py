"""Report pages taken apart: their elements in plain Python, and what Chromium makes of them."""

import html
import json
from html.parser import HTMLParser
from pathlib import Path

from tests.browser import browser

VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """A page as elements: checks that all of them are closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.open = []
        self.texts = {}
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), f"an attribute twice: {tag} {attrs}"
        if tag not in VOID:
            self.open.append((tag, len(self.elements) - 1))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>, in line {self.getpos()[0]}"

    def handle_data(self, data):
        for _, place in self.open:
            self.texts[place] = self.texts.get(place, "") + data

    def all(self, tag=None, **attributes):
        """Return (attributes, text) of the elements with these attributes (class_ is class)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            (found, self.texts.get(place, ""))
            for place, (name, found) in enumerate(self.elements)
            if tag in (None, name) and all(found.get(k) == v for k, v in wanted.items())
        ]

    def text(self, **attributes):
        [(_, text)] = self.all(**attributes)
        return text


def in_browser(page: Path, fragment: str = "") -> Page:
    """Open a page in headless Chromium and return it as it stands after its scripts have run.

    Fails where the browser's console says anything.
    """
    text, spoken = browser().shown(f"{page.as_uri()}{fragment}")
    assert not spoken, "\n".join(spoken)
    return Page(text)


def driven(text: str, script: str, *, before: str = "") -> str:
    """Return a page with a script of a test behind its own, and `before` in front of them.

    The page's policy allows no further script, so it is taken out. What the script gives to
    `note(name, value)` is read back with `noted`.
    """
    start = text.index('<meta http-equiv="Content-Security-Policy"')
    free = text[:start] + text[text.index(">", start) + 1 :]
    place = free.index('<script type="application/json"')
    free = free[:place] + before + free[place:]
    return free.replace(
        "</body>",
        '<pre id="noted">{}</pre><script>'
        "const noted = {};"
        "function note(name, value) {"
        " noted[name] = value;"
        " document.getElementById('noted').textContent = JSON.stringify(noted); }"
        f"{script}</script></body>",
    )


def noted(page: Page) -> dict:
    """Return what the script of a test has noted."""
    return json.loads(page.text(id="noted"))


def escaped(text: str) -> str:
    """Return text for an attribute."""
    return html.escape(text, quote=True)
