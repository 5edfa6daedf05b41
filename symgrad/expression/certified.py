"""The numbers of certified evaluation: python-flint's, or mpmath's intervals where it is missing.

Every room takes them from here. python-flint is a required dependency; WebAssembly has no build of
it, and there `enclosures` does the same, slower: a page in the browser judges with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    flint: Any
else:
    try:
        import flint
    except ImportError:
        from symgrad.expression import enclosures as flint

HAS_FLINT = flint.__name__ == "flint"

acb = flint.acb
arb = flint.arb
ctx = flint.ctx
fmpq = flint.fmpq
fmpz = flint.fmpz
fmpq_series = getattr(flint, "fmpq_series", None)  # exact series: python-flint only

__all__ = ["HAS_FLINT", "acb", "arb", "ctx", "flint", "fmpq", "fmpq_series", "fmpz"]
