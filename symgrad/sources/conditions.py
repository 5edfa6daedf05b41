"""Conditions: comparisons, chains of them, and what joins them.

    condition = both { "or" both }              both       = negated { "and" negated }
    negated   = "not" negated | comparison      comparison = sum { relation sum }

They are read only where they mean something: in where, in Piecewise and in `assume`. A chain
`0 < x < 1` is `0 < x and x < 1`. SymPy's `&`, `|`, `~` and `Eq(a, b)` are read too.
"""

from __future__ import annotations

from symgrad.expression.tree import Compare, Expression, Logic
from symgrad.sources.arithmetic import ArithmeticReader
from symgrad.sources.complaints import OPERATORS, RELATIONS
from symgrad.sources.limits import MAX_TERMS

# Eq(a, b) and its like, in SymPy's spelling.
COMPARISONS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}


class Conditions(ArithmeticReader):
    """Reads conditions. `conditions` says that one may stand where the parser is now."""

    conditions = False
    bars = 0

    def condition(self) -> Compare | Logic:
        """Read a condition."""
        start = self.at
        mode, self.conditions = self.conditions, True
        found = self.any_of()
        self.conditions = mode
        if isinstance(found, Compare | Logic):
            return found
        hint = "such as `x > 0`"
        if self.tokens[self.at] == "=":
            hint = "equality is written `==`"
        raise self.fault("a condition is expected here", start, last=self.at - 1, hint=hint)

    def any_of(self) -> Expression:
        """Read conditions joined by "or"."""
        start = self.at
        parts = [self.all_of()]
        while self.tokens[self.at] == "or" or (self.tokens[self.at] == "|" and not self.bars):
            self.at += 2 if self.tokens[self.at : self.at + 2] == ["|", "|"] else 1
            parts.append(self.all_of())
        return self.logic("or", parts, start)

    def all_of(self) -> Expression:
        """Read conditions joined by "and"."""
        start = self.at
        parts = [self.negated()]
        while self.tokens[self.at] == "and":
            self.at += 1
            parts.append(self.negated())
        return self.logic("and", parts, start)

    def negated(self) -> Expression:
        """Read a condition with "not" before it."""
        start = self.at
        if self.tokens[start] not in ("not", "~"):
            return self.comparison()
        self.enter()
        self.at += 1
        inner = self.negated()
        self.depth -= 1
        return self.logic("not", [inner], start)

    def logic(self, operator: str, parts: list[Expression], start: int) -> Expression:
        """Return the conditions joined, or the only part as it is."""
        if len(parts) == 1 and operator != "not":
            return parts[0]
        if len(parts) > MAX_TERMS:
            raise self.too_large(f"more than {MAX_TERMS} conditions", start)
        if not all(isinstance(part, Compare | Logic) for part in parts):
            raise self.fault(
                f"`{operator}` joins conditions, such as `x > 0`", start, last=self.at - 1
            )
        return Logic(operator, tuple(parts))

    def comparison(self) -> Expression:
        """Read a comparison or a chain of them; without a relation, what stands there."""
        start = self.at
        left = self.sum()
        found: list[Expression] = []
        while (relation := self.tokens[self.at]) in RELATIONS:
            at = self.at
            self.at += 1
            right = self.sum()
            for side in (left, right):
                if isinstance(side, Compare | Logic):
                    raise self.fault(f"`{relation}` compares values, not conditions", at)
            found.append(Compare(relation, left, right))
            left = right
        if not found:
            return left
        return self.logic("and", found, start)

    def check_use(self, inner: Expression, opened: int) -> None:
        """Refuse a condition in parentheses that is calculated with."""
        if not isinstance(inner, Compare | Logic):
            return
        before = self.tokens[opened - 1] if opened else ""
        if before in OPERATORS or self.tokens[self.at] in OPERATORS:
            raise self.fault(
                "a comparison has no value to calculate with",
                opened,
                last=self.at - 1,
                hint="`where(condition, 1, 0)` is 1 where the condition holds",
            )
