"""The numbers of certified evaluation: python-flint's, or mpmath's intervals where it is missing.

Every room takes them from here. python-flint is a required dependency; WebAssembly has no build of
it, and there `enclosures` does the same, slower: a page in the browser judges with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import flint
    from flint import acb, arb, ctx, fmpq, fmpq_series, fmpz
else:
    try:
        import flint
    except ImportError:
        from symgrad.expression import enclosures as flint
    acb, arb, ctx, fmpq, fmpz = flint.acb, flint.arb, flint.ctx, flint.fmpq, flint.fmpz
    fmpq_series = getattr(flint, "fmpq_series", None)  # only python-flint has them

HAS_FLINT = flint.__name__ == "flint"

__all__ = ["HAS_FLINT", "acb", "arb", "ctx", "flint", "fmpq", "fmpq_series", "fmpz"]
