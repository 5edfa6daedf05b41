"""The inverse of a function that is written out: f(x) = y solved for x, by SymPy."""

from __future__ import annotations

from functools import lru_cache

from symgrad.errors import SymgradError
from symgrad.expression.cost import cost
from symgrad.expression.symbolic import sympy_module, to_sympy
from symgrad.expression.symbolic_reading import from_sympy
from symgrad.expression.tree import Expression, Var, substitute

VALUE = 0  # the variable that stands for the function's value in an inverse
_MAX_COST = 20  # SymPy takes long over what is larger, and people write nothing larger


@lru_cache(maxsize=64)
def inverted(function: Expression, name: str) -> Expression | None:
    """Return the only real solution of `function = y` for a name, in Var(VALUE) for y; or None.

    >>> from symgrad.expression.tree import Call
    >>> inverted(Call("log", (Var("p"),)), "p")
    Call(function='exp', arguments=(Var(key=0),))
    """
    if cost(function) > _MAX_COST:
        return None
    sp = sympy_module()
    symbols = [sp.Symbol(text, real=True) for text in ("x", "y")]
    x, y = symbols
    try:
        form = to_sympy(substitute(function, {name: Var("x")}), {"x": x})
        solutions = sp.solve(form - y, x)
        tree = from_sympy(solutions[0]) if len(solutions) == 1 else None
    except (NotImplementedError, SymgradError):
        return None
    return None if tree is None else substitute(tree, {"y": Var(VALUE)})
