"""Long lists of small tuples, made without the garbage collector looking at them every time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 20_000  # objects above which the collector's look at all of them takes milliseconds
_MOST = 2_000_000  # objects that are passed by at most before the collector looks at everything
_passed = 0


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the cyclic collector: what is made inside has no cycles, so there is nothing to find.

    With 100,000 live tuples the collector's passes would take longer than the work itself. What was
    made is counted among the old objects at the end, as if it had been looked at, so that no pass
    over it follows at once; before two million objects have passed in this way, everything is
    looked at.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            _pass_by()
            gc.enable()


def _pass_by() -> None:
    """Count all objects among the old ones, unless too many were; nobody's frozen ones thaw."""
    global _passed  # noqa: PLW0603  (the collector is one for the whole process, too)
    made = gc.get_count()[0]
    if made < _MANY or gc.get_freeze_count():
        return
    _passed += made
    if _passed > _MOST:
        _passed = 0
        gc.collect()
    else:
        gc.freeze()
        gc.unfreeze()
