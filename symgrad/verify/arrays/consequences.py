"""Statements behind a gradient that is set to zero."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.tree import names_in
from symgrad.sources.problems import Fault, ShapesDoNotFit
from symgrad.verify.arrays.conditions import is_zero
from symgrad.verify.arrays.descent import rates_in, step_of
from symgrad.verify.arrays.notations import rewritten
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.scope import NotTold
from symgrad.verify.arrays.sides import Reading
from symgrad.verify.arrays.stationary import Stationary, input_of, where_zero, without_hat
from symgrad.verify.arrays.telling import Telling
from symgrad.verify.model import Status, Verdict


class Consequences(Telling):
    """Judges what follows where a gradient is zero."""

    def step(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on a step of descent: ΔW = −ηG, W ← W − ηG; None where it is none.

        The rate is a number of the graph or a letter that nothing else is called by.
        """
        form = step_of(statement.sides, self.scope)
        if form is None:
            return None
        outside = self.scope, self.decider
        try:
            rates = {word: leaves.name(word, ()) for word in rates_in(form.text, self.scope)}
            if rates:
                self.add_directions(rates)
            told = rewritten(form.text, self.scope)
            gradient = self.side(f"∂{self.graph.objective}/∂{form.of}", statement, None)
            change = self.side(told, statement, gradient).value
            own = self.graph.variables[form.of]
            change = build.sub(change, own) if form.whole else change
            names = dict.fromkeys((*names_in(change), *rates))
            for name in names:
                rate = rates.get(name) or self.graph.variables.get(name)
                if rate is None or rate.shape or name in self.graph.parameters:
                    continue
                right = build.neg(build.mul(rate, gradient.value))
                if self.decider.decide(change, right, self.limit).status == "proved":
                    return self.verdict("proved", statement, "a step against the gradient")
            open_sign = f"`{statement.sides[0].strip()}` may be a gradient or a step"
            fits = change.shape == gradient.value.shape and not form.whole
            return self.unclear(statement, open_sign) if fits else None
        except (Fault, NotTold, RecursionError):
            return None
        finally:
            self.scope, self.decider = outside

    def set_to_zero(self, statement: ArrayStatement) -> None:
        """Remember the gradient that a statement sets to zero, for what follows from it."""
        left = rewritten(statement.sides[0], self.scope)
        before, self.zero, self.at_zero = self.zero, None, True
        by = input_of(left, self.scope)
        if by:
            with suppress(Fault, NotTold, RecursionError):
                value = self.side(left, statement, None).value
                self.zero = Stationary(value, by, alone=before is None or before.by == by)

    def solved(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on μ̂ = …, behind a gradient by μ that is zero; None on all else."""
        left = statement.sides[0].strip()
        name = without_hat(left)
        if name == left or self.scope.known(left):
            return None
        node, before = self.scope.resolve(name), self.zero
        if before is None and node in self.graph.parameters:
            self.set_to_zero(replace(statement, sides=(f"∂{self.graph.objective}/∂{name}", "0")))
        if self.zero is None or node != self.zero.by:
            self.zero, self.at_zero = before, before is not None
            return None
        found = self.follows(replace(statement, sides=(name, *statement.sides[1:])))
        if found is not None and found.ok:
            self.tell(statement)
        elif before is None:
            self.zero, self.at_zero, found = None, False, None  # optimal in another way
        return found

    def follows(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on an equation behind a gradient that is set to zero, or None.

        It is wrong only if it is by every reading.
        """
        first = Reading()
        self.reader.met.clear()
        found = self.follows_as(first, statement)
        if found is None or not found.ok:
            for other in first.others(frozenset(self.reader.met)):
                again = self.follows_as(other, statement)
                if again is not None and again.ok:
                    return again
        return found

    def follows_as(self, reading: Reading, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict by one reading."""
        if len(statement.sides) != 2 or self.zero is None or is_zero(statement.sides[1]):
            return None
        self.reader.reading = reading
        try:
            texts = [rewritten(side, self.scope) for side in statement.sides]
            left = self.side(texts[0], statement, None)
            right = self.side(texts[1], statement, left)
        except Fault as problem:
            solved = self.scope.resolve(statement.sides[0]) == self.zero.by
            if problem.kind is ShapesDoNotFit and solved:
                return self.misfit(statement, problem, 0)
            return None
        except (NotTold, RecursionError):
            return None
        if left.letters or left.value.shape != right.value.shape:
            return None
        found = where_zero(self.zero, left.value, right.value, self.decider)
        if found is None or found.status == "undecided":
            return None
        message = found.text if found.status == "refuted" else f"where that is zero: {found.text}"
        return self.verdict(_known(found.status), statement, message)


def _known(text: str) -> Status:
    return "proved" if text == "proved" else "refuted" if text == "refuted" else "agrees"
