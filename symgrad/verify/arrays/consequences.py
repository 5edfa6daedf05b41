"""Statements behind a gradient that is set to zero."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import shape_text
from symgrad.expression.arrays.tree import names_in
from symgrad.sources.problems import Fault, ShapesDoNotFit
from symgrad.verify.arrays.conditions import is_zero
from symgrad.verify.arrays.descent import rates_in, step_of
from symgrad.verify.arrays.notations import rewritten
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.scope import NotTold
from symgrad.verify.arrays.sides import Reading
from symgrad.verify.arrays.stationary import (
    Stationary,
    input_of,
    where_zero,
    without_hat,
    without_hats,
)
from symgrad.verify.arrays.telling import Telling
from symgrad.verify.model import Diagnosis, Status, Verdict


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
            if form.in_code and change.shape not in {(), gradient.value.shape}:
                text = f"the step has the shape {shape_text(change.shape)}, `{form.of}` has another"
                return self.verdict("refuted", statement, text, diagnosis=Diagnosis("shape", text))
            names = dict.fromkeys((*names_in(change), *rates))
            for name in names:
                rate = rates.get(name) or self.graph.variables.get(name)
                if rate is None or rate.shape or name in self.graph.parameters:
                    continue
                right = build.mul(rate, gradient.value)
                right = right if self.graph.maximize else build.neg(right)
                if self.decider.decide(change, right, self.limit).status == "proved":
                    way = "along" if self.graph.maximize else "against"
                    return self.verdict("proved", statement, f"a step {way} the gradient")
            open_sign = f"`{statement.sides[0].strip()}` may be a gradient or a step"
            fits = change.shape == gradient.value.shape and not form.whole
            return self.unclear(statement, open_sign) if fits else None
        except Fault as problem:
            wrong = form.in_code and problem.kind is ShapesDoNotFit
            return self.misfit(statement, problem, 0) if wrong else None
        except (NotTold, RecursionError):
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
        if name == left or self.scope.known(left) or self.scope.resolve(name) is None:
            return self.solving(statement)
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

    def solving(self, statement: ArrayStatement) -> Verdict | None:
        """Return the verdict on an equation that a solution fulfils, as XᵀXβ̂ = Xᵀy; else None."""
        bare = [without_hats(side, self.graph.parameters) for side in statement.sides]
        found = {by for _, words in bare for by in words}
        if len(found) != 1 or len(bare) != 2:
            return None
        (by,) = found
        sides = tuple(text for text, _ in bare)
        return self.normal(replace(statement, sides=sides), by, statement)

    def normal(self, statement: ArrayStatement, by: str, shown: ArrayStatement) -> Verdict | None:
        """Return the verdict on what is zero where the gradient by a parameter is; else None."""
        before = self.zero, self.at_zero
        try:
            self.set_to_zero(replace(statement, sides=(f"∂{self.graph.objective}/∂{by}", "0")))
            found = self.follows(statement) if self.zero is not None else None
        finally:
            self.zero, self.at_zero = before
        if found is None or found.status not in {"proved", "agrees"}:
            return None
        return self.verdict(found.status, shown, found.message)

    def optimal(self, statement: ArrayStatement) -> Verdict | None:
        """Return that an equation between values asks for a gradient that is zero, else None."""
        if len(statement.sides) != 2 or any(map(_says_derivative, statement.sides)):
            return None
        word = statement.sides[0].strip()
        held = {word: self.scope.definitions.pop(word)} if word in self.scope.definitions else {}
        for by in self.graph.parameters:
            is_asked = self.graph.shape_of[by] and any(by in side for side in statement.sides)
            if is_asked and self.normal(statement, by, statement) is not None:
                text = f"a condition: it holds where ∂{self.graph.objective}/∂{by} is zero"
                return self.verdict("condition", statement, text)
        self.scope.definitions |= held
        return None

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
        if len(statement.sides) != 2 or self.zero is None:
            return None
        self.reader.reading = reading
        try:
            texts = [rewritten(side, self.scope) for side in statement.sides]
            left = self.side(texts[0], statement, None)
            if is_zero(texts[1]) and _says_derivative(texts[0]):
                return None
            right = self.side(texts[1], statement, left)
        except Fault as problem:
            solved = self.scope.resolve(statement.sides[0]) == self.zero.by
            if problem.kind is ShapesDoNotFit and solved:
                return self.misfit(statement, problem, 0)
            return None
        except (NotTold, RecursionError):
            return None
        if is_zero(texts[1]):
            right = replace(right, value=leaves.zeros(left.value.shape))
        if left.letters or left.value.shape != right.value.shape:
            return None
        found = where_zero(self.zero, left.value, right.value, self.decider)
        if found is None or found.status == "undecided":
            return None
        message = found.text if found.status == "refuted" else f"where that is zero: {found.text}"
        return self.verdict(_known(found.status), statement, message)


def _says_derivative(text: str) -> bool:
    return any(sign in text for sign in "∂∇")


def _known(text: str) -> Status:
    return "proved" if text == "proved" else "refuted" if text == "refuted" else "agrees"
