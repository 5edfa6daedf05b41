"""A word that stands for all of w_1, w_2, …: inner products w^⊤ x and norms ‖w‖."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import Call, Expression, Mul, Pow, Var, number, sum_of
from symgrad.sources import lexer
from symgrad.verify.reading.functions import FunctionParser
from symgrad.verify.reading.indices import bound
from symgrad.verify.reading.scope import Scope

NORM = "‖"
_INNER = re.compile(rf"({lexer.NAME})\s*(?:⊤|\^\s*\(?\s*T\b\s*\)?)\s*\*?\s*({lexer.NAME})")


def components(word: str, scope: Scope) -> dict[str, str]:
    """Return p_i1, p_i2, … or p_1i, p_2i, … of `p_i` by their numbers; both: nothing."""
    base, own = base_and_index(word)
    found: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for name in scope.graph.index if own and not own.isdigit() else ():
        other, index = base_and_index(name)
        for behind in (True, False):
            key = index.removeprefix(own) if behind else index.removesuffix(own)
            if other == base and key != index and key.isdigit():
                found[behind][key] = name
    return {} if found[True] and found[False] else found[True] or found[False]


def vectors(texts: Iterable[str], scope: Scope) -> frozenset[str]:
    """Return the words in products `p_i^⊤ q_j` of which the graph has the components."""
    pairs = (pair for text in texts for pair in _INNER.findall(text))
    return frozenset(
        word for pair in pairs if all(components(one, scope) for one in pair) for word in pair
    )


class FamilyParser(FunctionParser):
    """Reads vectors of which the graph has the components."""

    norms = 0  # how many are open where it reads

    def inner_product(self, token: str) -> Expression | None:
        """Read `θ^⊤ x` and `w·x` of θ_1, θ_2 and x_1, x_2; θ_0 stands alone where there is no x_0.

        None for anything else, and where the indices of the two do not go together.
        """
        first = self.members(token)
        at = self.at + 1
        if first and self.tokens[at] in ("⊤", "*"):
            at += 1
        elif first and self.tokens[at] == "^" and self.tokens[at + 1] == "T":
            at += 2
        at += first != {} and self.tokens[at] == "*" and self.tokens[at - 1] in ("⊤", "T")
        second = self.members(self.tokens[at]) if first else {}
        if len(second) > len(first):
            first, second = second, first  # x^⊤ θ
        alone = first.keys() - second.keys()
        if len(first) < 2 or not second or not second.keys() <= first.keys() or alone - {"0"}:
            return None
        self.scope.remark(f"`{token}` times `{self.tokens[at]}` read as the sum of the products")
        self.at = at + 1
        terms: list[Expression] = [Var(first[key]) for key in sorted(alone)]
        terms += [Mul((Var(first[key]), Var(second[key]))) for key in sorted(second, key=int)]
        return sum_of(terms)

    def members(self, token: str) -> dict[str, str]:
        """Return the names of the graph with one number as index of which a word is the base.

        Of `p_i`, where no p has that index alone, these are p_i1, p_i2, … or p_1i, p_2i, ….
        """
        word = bound(token, self.scope.indices)
        scope = self.scope
        meant = scope.name(word) is not None or scope.number(word) is not None
        if not lexer.IDENTIFIER.match(word) or meant:
            return {}
        index = self.scope.graph.index
        if base_and_index(word)[1]:
            return components(word, scope)
        family = self.scope.names.family(word)
        return {key: name for key, name in family.items() if key.isdigit() and name in index}

    def norm(self) -> Expression:
        """Read `‖w‖` of w_1, w_2, …, and `‖w‖_1`; of a number it is the absolute value."""
        opened = self.at
        parts = self.vectors_inside()
        inside = list(self.tokens)
        values: list[Expression] = []
        for key in sorted(parts, key=int) or [""]:
            self.tokens[:] = [parts[key].get(one, one) for one in inside] if parts else inside
            self.at = opened + 1
            self.enter()
            self.norms += 1
            values.append(self.sum())
            self.norms -= 1
            self.depth -= 1
        self.tokens[:] = inside
        self.expect(NORM, opened)
        order = self.tokens[self.at][1:] if self.tokens[self.at][:1] == "_" else "2"
        self.at += self.tokens[self.at][:1] == "_"
        if not parts:
            self.scope.remark("a norm read as an absolute value: every value is a number")
            return Call("abs", tuple(values))
        if order not in ("1", "2"):
            raise self.fault("the norm of order 1 or 2 is read here", opened, last=self.at - 1)
        for token in next(iter(parts.values())):
            named = ", ".join(parts[key][token] for key in sorted(parts, key=int))
            self.scope.remark(f"`{token}` in a norm read as {named}")
        if order == "1":
            return sum_of([Call("abs", (value,)) for value in values])
        square = sum_of([Pow(value, number(2)) for value in values])
        if self.is_squared():
            self.at += len(self.tokens_of_square())
            return square
        return Call("sqrt", (square,))

    def vectors_inside(self) -> dict[str, dict[str, str]]:
        """Return what the vectors in a norm are for each number: w_1 for w, x_1 for x; or {}."""
        end = (
            self.tokens.index(NORM, self.at + 1) if NORM in self.tokens[self.at + 1 :] else self.at
        )
        found = {token: self.members(token) for token in self.tokens[self.at + 1 : end]}
        found = {token: members for token, members in found.items() if members}
        keys = {frozenset(members) for members in found.values()}
        if len(keys) != 1:
            return {}
        return {key: {token: one[key] for token, one in found.items()} for key in keys.pop()}

    def is_squared(self) -> bool:
        """Tell whether the exponent 2 comes next."""
        return bool(self.tokens_of_square())

    def tokens_of_square(self) -> tuple[str, ...]:
        """Return the tokens of the exponent 2 that comes next, () for anything else."""
        following = tuple(self.tokens[self.at : self.at + 4])
        ways = (("²",), ("^", "2"), ("^", "(", "2", ")"))
        return next((way for way in ways if following[: len(way)] == way), ())
