"""What array syntax means: shapes are checked here, and every complaint names both of them."""

from __future__ import annotations

from symgrad.sources.arrays.meaning.base import Habits, Value
from symgrad.sources.arrays.meaning.parts import Parts
from symgrad.sources.arrays.meaning.products import is_vec
from symgrad.sources.arrays.tokens import Syntax


class Meaning(Parts):
    """Gives syntax its meaning in a table of names: all of it, calls of functions last."""

    def _call(self, x: Syntax) -> Value:
        if self.claims and is_vec(x):
            return self.indices.vec(self.array(x.args[0]), self, x)
        return self.calls(self, x)


__all__ = ["Habits", "Meaning", "Value"]
