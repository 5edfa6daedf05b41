"""How a trace that was written to a file is known again, where its format has no comments."""

from __future__ import annotations

import re

_CSV = re.compile(r"step,[^\n]*,d[^\n,/]+/d[^\n,/]+,[^\n]*'\r?(\n|\Z)")
_TABLE = re.compile(r" *step  [^\n]*(′\n─+|'\n-+)\n")
_LONG = re.compile(r"\S+ is (minimized|maximized) by [^\n]+\n(Start: [^\n]+\n)?[^\n]*\n?\nStep 1\b")
_SHORT = re.compile(r"Step 1(: [^\n]+)?\n  [^\n]+\n(  [^\n]+\n)*?  [^\n]* (←|<-) ")
_LINES = re.compile(r"Step 1: [^\n]+; [^\n]+; [^\n]+ (←|<-) [^\n]+\n")


def is_trace(data: bytes) -> bool:
    """Tell whether a file is a trace as CSV, table or text: each starts in a way of its own.

    >>> is_trace(b"step,x,a,J,dJ/da,a'\\n1,2,1,4,8,0.2\\n"), is_trace(b"step,x,y\\n1,2,3\\n")
    (True, False)
    """
    text = data.decode("utf-8", errors="replace")
    return any(form.match(text) for form in (_CSV, _TABLE, _LONG, _SHORT, _LINES))
