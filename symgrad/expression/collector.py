"""Long lists of small tuples, made without the garbage collector looking at them every time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the cyclic collector: what is made inside has no cycles, so there is nothing to find.

    With 100,000 live tuples the collector's passes would take longer than the work itself.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
