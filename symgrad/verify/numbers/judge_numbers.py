"""Numeric claims: a number, or arithmetic on numbers, against the value at the point in force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from symgrad.derivation import analysis
from symgrad.expression.certified import ctx, fmpq
from symgrad.expression.certified_values import Value
from symgrad.expression.printer import Printer
from symgrad.expression.tree import Expression, Number, Var
from symgrad.sources import exact
from symgrad.verify.deciding.equality import decide
from symgrad.verify.deciding.limits import Stop, names_in, substituted
from symgrad.verify.model import (
    Claim,
    DerivativeTarget,
    Diagnosis,
    Link,
    NameTarget,
    UpdateTarget,
)
from symgrad.verify.numbers.decimals import (
    Judged,
    bounds,
    decimal_literals,
    is_worked_out,
    judge_number,
    plain_value,
    rounded_range,
    significant,
    worked_out,
    written,
)
from symgrad.verify.numbers.outcomes import Outcome
from symgrad.verify.numbers.shares import explained_number
from symgrad.verify.truth import PRECISION, MissingValue, Point, Truth

_MAX_CARRIED = 8
_POWER_OF_TEN = re.compile(
    r"[-−]?\s*10\s*\^\s*[{(]?\s*[-−+]?\s*\d{1,3}\s*[})]?|[-−]?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+"
)
_TRIALS = (Fraction(1), Fraction(1, 3))
_CLOSE = ("truncated", "misrounded", "near")  # numbers a few units in the last place off
_SLACK = 1000  # units in the last place within which rounded operands may explain a number


class NumberJudge:
    """Judges numbers printed about one graph."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.printer = Printer(truth.graph.index)

    def judge(
        self, claim: Claim, index: int, left: Expression, meanings: Mapping[str | int, Expression]
    ) -> Outcome:
        """Judge a numeric link at the values in force, and where the author has updated also there.

        Raises:
            MissingValue: when the values in force leave it open.
        """
        link = claim.links[index]
        points = [claim.point]
        if isinstance(claim.left, UpdateTarget):
            return self._outcome_at(claim, index, left, meanings, claim.point)
        if claim.after:
            points.append(claim.after)
        first: Outcome | None = None
        for point in points:
            outcome = self._outcome_at(claim, index, left, meanings, point)
            if outcome.status in ("proved", "agrees"):
                later = ("at the values behind the step",) if first is not None else ()
                return replace(outcome, remarks=(*outcome.remarks, *later))
            first = first or outcome
        if first is None:
            raise MissingValue(link.text)
        return first

    def _outcome_at(
        self, claim: Claim, index: int, left: Expression,
        meanings: Mapping[str | int, Expression], point: Point,
    ) -> Outcome:  # fmt: skip
        link = claim.links[index]
        try:
            value = self._value(left, point)
        except ArithmeticError:
            return Outcome("undecided", "not decided: there is no certain value here")
        if link.decimals is None:
            return self._arithmetic(claim, index, value)
        printed = exact.rational(link.expression)
        if printed is None:
            return Outcome("undecided", "not decided: this number cannot be read exactly")
        judged = judge_number(printed, link.decimals, value, cut=link.cut)
        if judged.ok:
            where = self._where(claim, point)
            if judged.kind == "rounded" and link.relation == "=" and not link.cut:
                # equal is what is equal: a rounded decimal only agrees
                digits = _digits(printed, link.decimals)
                message = f"agrees to {digits} digit{'' if digits == 1 else 's'}{where}"
                arrow = isinstance(claim.left, UpdateTarget)
                remark = f"a rounded value: `≈` says so ({judged.value}…)"
                return Outcome("agrees", message, remarks=() if arrow else (remark,))
            words = "exactly" if judged.kind == "exact" else "as printed"
            return Outcome("proved", f"right {words}: {judged.value}{where}")
        # exactly what printed arithmetic gives; a 0 at its end would claim a digit more
        exact_digits = (printed * Fraction(10) ** (link.decimals - 1)).denominator > 1
        explained = exact_digits and _within_rounding(claim, index - 1, value)
        if (explained or judged.kind in _CLOSE) and self._worked_out(claim, index, printed):
            message = "agrees within the rounding of the numbers that it is worked out from"
            remark = f"from full precision it is {judged.value}…, which rounds to {judged.right}"
            return Outcome("agrees", message, remarks=(remark,))
        return self._refuted(claim, index, judged, value, meanings, point)

    def _worked_out(self, claim: Claim, index: int, printed: Fraction) -> bool:
        """Tell whether printed arithmetic gives a number exactly, here or where it stood first."""
        if abs(printed) in worked_out(claim):
            return True
        return index > 0 and is_worked_out(claim.links[index - 1], claim.links[index])

    def _value(self, left: Expression, point: Point) -> Value:
        """Return a value; an input that has none is no obstacle where the value does not need it.

        Raises:
            MissingValue: when it depends on an input that has no value.
            ArithmeticError: when there is no value, or none that is certain.
        """
        try:
            return self.truth.value(left, point)
        except MissingValue as missing:
            given = {name for name, _ in point}
            whole = self.truth.expand(left)
            free = [str(name) for name in names_in(whole) if name not in given]
            for trial in _TRIALS:
                chosen: Point = tuple((name, trial + i) for i, name in enumerate(free))
                numbers: dict[str | int, Expression] = {n: Number(v) for n, v in chosen}
                if decide(whole, substituted(whole, numbers)).status == "proved":
                    return self.truth.value(left, (*point, *chosen))
            raise missing from None

    def _where(self, claim: Claim, point: Point) -> str:
        """Return the data values of the point: the values that tell it from the other steps."""
        graph = self.truth.graph
        shown = [
            f"{self.printer.name(name)} = {significant(value, 6)}"
            for name, value in point
            if name in graph.index and graph.index[name].kind == "data"
        ]
        return f" (at {', '.join(shown[:6])})" if shown and claim.left is not None else ""

    def _arithmetic(self, claim: Claim, index: int, value: Value) -> Outcome:
        """Judge numbers put in: right if numbers that round to the printed ones give the value."""
        link = claim.links[index]
        with ctx.workprec(PRECISION):
            own = plain_value(link.expression)
            if own is None:
                return Outcome("undecided", "not decided: this has no certain value")
            if _same(own, value):
                return Outcome("proved", "right: the numbers put in give the value exactly")
            if link.relation == "≈" and _POWER_OF_TEN.fullmatch(link.text):
                ratio = abs((bounds(value)[0] + bounds(value)[1]) / sum(bounds(own)))
                if Fraction(1, 10) <= ratio**2 <= 10:  # half a decade
                    return Outcome("proved", f"right in its order of magnitude: {_short(value)}")
        if _within_rounding(claim, index, value):
            remark = f"`{link.text}` is made of rounded numbers; the value is {_short(value)}"
            if link.relation == "=":
                return Outcome(
                    "agrees", "agrees within the rounding of its numbers", remarks=(remark,)
                )
            words = "right within the rounding of its numbers"
            return Outcome("proved", words, remarks=(remark,))
        message = f"wrong: the numbers put in give {_short(own)}, the value is {_short(value)}"
        diagnosis = Diagnosis(
            "wrong_intermediate_step" if len(claim.links) > 1 else "other",
            f"the numbers put in give {_short(own)}, but the value is {_short(value)}",
            f"{_named(claim)} ≈ {_short(value)}",
            yours=_short(own), right=_short(value),
        )  # fmt: skip
        return Outcome("refuted", message, diagnosis=diagnosis)

    # -- why a number is wrong -----------------------------------------------------------------

    def _refuted(
        self, claim: Claim, index: int, judged: Judged, value: Value,
        meanings: Mapping[str | int, Expression], point: Point,
    ) -> Outcome:  # fmt: skip
        link = claim.links[index]
        left = _named(claim)
        right = f"{left} ≈ {judged.right}"
        carried = self._carried(claim, index, value, meanings, point)
        where = ""
        kind = {"truncated": "truncated", "misrounded": "misrounded", "near": "misrounded"}.get(
            judged.kind, "other"
        )
        if judged.kind == "truncated":
            text = (
                f"{link.text} is cut off, not rounded: the value is {judged.value}…, "
                f"which rounds to {judged.right}"
            )
            if carried:
                text += f" (with {carried} put in, rounding gives {link.text})"
        elif carried:
            kind = "misrounded"
            text = (
                f"{link.text} is what comes out with {carried} put in, which is itself rounded; "
                f"from full precision it is {judged.value}…, which rounds to {judged.right}"
            )
        elif kind == "misrounded":
            rounded = f"{judged.right}, not to {link.text}"
            text = f"the value is {judged.value}…, which rounds to {rounded}"
        else:
            text = f"the value is {judged.value}, which rounds to {judged.right}"
            found = explained_number(self.truth, claim, link, value, point, self.printer)
            if found is not None:
                kind, where = found.kind, found.where
                text = f"{found.text}; {text}"
        diagnosis = Diagnosis(
            kind, text, right, yours=link.text, right=judged.value,
            witness=tuple((name, significant(v, 8)) for name, v in point), where=where,
        )  # fmt: skip
        return Outcome("refuted", f"{_WORDS.get(kind, 'wrong')}: {text}", diagnosis=diagnosis)

    def _carried(
        self, claim: Claim, index: int, value: Value, meanings: Mapping[str | int, Expression],
        point: Point,
    ) -> str:  # fmt: skip
        """Return the rounded operands that explain a number, as `δ ≈ 0.034985`, or ""."""
        link = claim.links[index]
        printed = exact.rational(link.expression)
        if printed is None or link.decimals is None:
            return ""
        scale = Fraction(10) ** link.decimals
        if abs(printed - bounds(value)[0]) * scale > _SLACK:
            return ""
        before = claim.links[index - 1] if index else None
        if before is not None and before.numeric and before.decimals is None:
            own = plain_value(before.expression)
            literals = decimal_literals(before.text)
            if own is not None and literals and _rounds_to(own, printed, link.decimals):
                return ", ".join(_decimal(number) for number in literals)
        formulas = [item.expression for item in claim.links[:index] if not item.numeric]
        items = [(name, number) for name, number in claim.printed if name != _key_of(claim)][
            -_MAX_CARRIED:
        ]
        meant = meanings.get(_key_of(claim))
        own = [*self._own_formulas(claim), *([] if meant is None else [meant])]
        for formula in (*reversed(formulas), *own):
            for count in (1, 2, len(items)):
                for chosen in combinations(items, count) if count else ():
                    if self._gives(formula, dict(chosen), meanings, point, link):
                        return ", ".join(
                            f"{self.printer.name(name)} ≈ {_decimal(number)}"
                            for name, number in chosen
                        )
        return ""

    def _own_formulas(self, claim: Claim) -> list[Expression]:
        """Return formulas in named values by which the author may have computed the number."""
        derivation = self.truth.derivation
        graph = self.truth.graph
        match claim.left:
            case DerivativeTarget(top, bottom, None, ()) if (
                top == graph.objective and bottom in derivation.wrt
            ):
                return [derivation.form(bottom).expression]
            case NameTarget(name) if name in graph.index:
                formula = graph.index[name].formula
                return [Var(name)] if formula is None else [formula.expression, Var(name)]
            case UpdateTarget(name) if graph.rate is not None:
                key = DerivativeTarget(graph.objective, name).key
                return [self.truth.updated(name, Var(key))]
            case _:
                return []

    def _gives(
        self, formula: Expression, carried: dict[str, Fraction],
        meanings: Mapping[str | int, Expression], point: Point, link: Link,
    ) -> bool:  # fmt: skip
        graph = self.truth.graph
        moved = dict(point)
        numbers: dict[str | int, Expression] = {}
        for name, number in carried.items():
            if name in graph.index:
                moved[name] = number
            else:
                numbers[name] = Number(number)
        try:
            known = {**meanings, **self._slopes(formula)}
            plain = substituted(substituted(formula, numbers), known)
            if not carried.keys() & ({*names_in(formula)} | self._below(plain)):
                return False
            value = self.truth.value(plain, tuple(moved.items()))
        except (MissingValue, ArithmeticError, Stop):
            return False
        printed = exact.rational(link.expression)
        return printed is not None and _rounds_to(value, printed, link.decimals or 0)

    def _slopes(self, formula: Expression) -> dict[str | int, Expression]:
        """Return the objective's derivatives that a formula of ours names by their keys."""
        graph = self.truth.graph
        keys = {DerivativeTarget(graph.objective, p).key: p for p in graph.parameters}
        return {
            key: self.truth.total(graph.objective, keys[str(key)])
            for key in names_in(formula)
            if key in keys
        }

    def _below(self, expression: Expression) -> set[str | int]:
        graph = self.truth.graph
        found: set[str | int] = set()
        for name in names_in(expression):
            found |= analysis.ancestors(graph, str(name)) if name in graph.index else {name}
        return found


_WORDS = {"truncated": "truncated", "misrounded": "not correctly rounded"}


def at_point(truth: Truth, claim: Claim, left: Expression, link: Link) -> Outcome:
    """Judge an exact number at the values in force.

    Raises:
        MissingValue: when the values in force leave it open.
        ArithmeticError: when a side has no certain value there.
    """
    points = [claim.point, *([claim.after] if claim.after else [])]
    message = ""
    diagnosis: Diagnosis | None = None
    for point in points:
        value = truth.value(left, point)
        with ctx.workprec(PRECISION):
            own = plain_value(link.expression)
        if own is None:
            raise ArithmeticError
        if _same(own, value) and _proved_same(truth, left, link, point):
            return Outcome("proved", f"right exactly: {_short(value)}")
        if not message:
            message = f"wrong: the value is {_short(value)}, not {link.text}"
            diagnosis = Diagnosis(
                "other", f"the value is {_short(value)}",
                f"{_named(claim)} = {_short(value)}",
                yours=link.text, right=_short(value),
            )  # fmt: skip
    return Outcome("refuted", message, diagnosis=diagnosis)


def _within_rounding(claim: Claim, index: int, value: Value) -> bool:
    """Tell whether numbers that round to those of printed arithmetic give a value."""
    link = claim.links[index] if index >= 0 else None
    if link is None or link.decimals is not None or not decimal_literals(link.text):
        return False
    with ctx.workprec(PRECISION):
        given = _inputs_written(claim, index)
        wide = rounded_range(link.expression, link.text, worked_out(claim), given)
    if wide is None:
        return False
    (low, high), (inside, outside) = bounds(wide), bounds(value)
    return low <= outside and inside <= high


def _inputs_written(claim: Claim, index: int) -> set[Fraction]:
    """Return the values in force of the names in the formulas before a link: these are exact."""
    names = {str(name) for link in claim.links[:index] for name in names_in(link.expression)}
    if isinstance(claim.left, UpdateTarget):
        names.add(claim.left.name)
    return {abs(value) for name, value in claim.point if name in names}


def _same(a: Value, b: Value) -> bool:
    """Tell whether two certified values are the same: exactly, or to all of their many digits."""
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return bool(a == b)
    (low, high), (inside, outside) = bounds(a), bounds(b)
    return low <= outside and inside <= high


def _proved_same(truth: Truth, left: Expression, link: Link, point: Point) -> bool:
    """Prove that a value is an exact number that it agrees with to all digits."""
    numbers: dict[str | int, Expression] = {name: Number(value) for name, value in point}
    here = substituted(truth.expand(substituted(left, numbers)), numbers)
    return decide(here, link.expression).status == "proved"


def _digits(printed: Fraction, decimals: int) -> int:
    """Return how many digits a decimal shows from its first one that is not 0; at least 1."""
    return max(1, len(str(abs(int(printed * Fraction(10) ** decimals)))))


def _rounds_to(value: Value, printed: Fraction, decimals: int) -> bool:
    return judge_number(printed, decimals, value).ok


def _short(value: Value) -> str:
    if isinstance(value, fmpq) and int(value.q) <= 10**6:
        number = Fraction(int(value.p), int(value.q))
        text = significant(number)
        return text if Fraction(text) == number else f"{number} ≈ {text}"
    low, high = bounds(value)
    return significant((low + high) / 2)


def _decimal(number: Fraction) -> str:
    places = 0
    while (number * 10**places).denominator != 1 and places < 60:
        places += 1
    return written(number, places)


def _key_of(claim: Claim) -> str:
    match claim.left:
        case DerivativeTarget():
            return claim.left.key
        case NameTarget(name) | UpdateTarget(name):
            return name
        case _:
            return ""


def _named(claim: Claim) -> str:
    """Return the left side as the author wrote it."""
    signs = ("=", "≈", "\\approx", "\\leftarrow", "←", "\\gets", "→")
    ends = [claim.text.find(sign) for sign in signs if sign in claim.text]
    return claim.text[: min(ends, default=len(claim.text))].rstrip(" :<-")
