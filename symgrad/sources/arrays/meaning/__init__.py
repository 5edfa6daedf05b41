"""What array syntax means: shapes are checked here, and every complaint names both of them."""

from __future__ import annotations

from symgrad.expression.arrays import build
from symgrad.sources.arrays.meaning.base import Habits, Value
from symgrad.sources.arrays.meaning.parts import Parts
from symgrad.sources.arrays.meaning.products import is_vec
from symgrad.sources.arrays.tokens import Syntax

# Words of papers for det(X) X⁻¹ and its transpose, which no code is made of.
COFACTORS = {"adj": False, "adjugate": False, "Adj": False, "cof": True, "Cof": True}


class Meaning(Parts):
    """Gives syntax its meaning in a table of names: all of it, calls of functions last."""

    def _call(self, x: Syntax) -> Value:
        if self.claims and is_vec(x):
            return self.indices.vec(self.array(x.args[0]), self, x)
        if self.claims and x.data in COFACTORS and len(x.args) == 1:
            matrix = self.square(self.array(x.args[0]), x.args[0])
            made = build.mul(build.scalar_of_matrix("det", matrix), build.inverse(matrix))
            return build.transposed(made) if COFACTORS[str(x.data)] else made
        return self.calls(self, x)


__all__ = ["COFACTORS", "Habits", "Meaning", "Value"]
