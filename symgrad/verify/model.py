"""What a claim, a verdict and a diagnosis are: the values that pass between the parts of verify."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from symgrad.errors import Diagnostic, Place
from symgrad.expression.tree import Compare, Expression, Logic, Var, variables, walk

if TYPE_CHECKING:
    from symgrad.verify.deciding.equality import Decision

Status = Literal[
    "proved", "agrees", "refuted", "unreadable", "undecided", "definition", "condition"
]
CLAIM_NOTHING: tuple[Status, ...] = ("definition", "condition")
Relation = Literal["=", "≈"]

KINDS = (
    "missing_branch",
    "missing_regularization",
    "sign",
    "factor",
    "constant_dropped",
    "missing_chain_factor",
    "extra_chain_factor",
    "wrong_exponent",
    "swapped_variable",
    "product_rule_slip",
    "quotient_rule_slip",
    "wrong_function_derivative",
    "dropped_term",
    "extra_term",
    "wrong_region",
    "rounded_constant",
    "missing_assumption",
    "wrong_intermediate_step",
    "misrounded",
    "truncated",
    "shape",
    "transposed",
    "product_order",
    "hadamard_for_product",
    "missing_sum_over_samples",
    "symmetric_assumed",
    "other",
)


@dataclass(frozen=True, slots=True)
class DerivativeTarget:
    """The total derivative of `top` by `bottom`, every path counted.

    `top` is a node, or a name that the author defined. Where the author differentiates an
    expression (`d/du(c*h + u + d)`) it is `expression`, and `top` is its text. `further` are the
    names of the second and later derivatives: (∂/∂b)(∂J/∂a) has bottom a and further ("b",).
    """

    top: str
    bottom: str
    expression: Expression | None = None
    further: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of the `Var` that stands for this derivative in expressions: ∂h/∂u."""
        top = f"({self.top})" if self.expression is not None else self.top
        if not self.further:
            return f"∂{top}/∂{self.bottom}"
        below = "".join(f"∂{name}" for name in (*reversed(self.further), self.bottom))
        return f"∂^{1 + len(self.further)}{top}/{below}"


@dataclass(frozen=True, slots=True)
class NameTarget:
    """A node of the graph, a sensitivity of its derivation, or a name that the author defines."""

    name: str


@dataclass(frozen=True, slots=True)
class UpdateTarget:
    """The value of a parameter after one step of gradient descent: `a ← 0.955015`."""

    name: str


@dataclass(frozen=True, slots=True)
class ExpressionTarget:
    """Any other left side: an expression."""

    expression: Expression


Target: TypeAlias = DerivativeTarget | NameTarget | UpdateTarget | ExpressionTarget


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way to read a link. `said` tells how, where it is what was meant if it is right.

    Without it a link that is wrong as it stands and right so is not decided.
    """

    expression: Expression
    said: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One right side of a chain, as the author wrote it.

    A derivative that is used in it stands there as a `Var` whose key is a `DerivativeTarget.key`.
    `decimals` is how many digits after the point a lone number has (0 for a whole number, -2 for
    1.3e3 shown to the hundreds), None for other links; `cut` says that an ellipsis follows it.
    `others` are further ways to read a link such as `1/2v` or `ln x y`; `direct` is the link
    with derivatives between neighbours that hold all other operands fixed, None where that is the
    same; `either` is the link with − for its ±.
    """

    expression: Expression
    text: str
    relation: Relation
    place: Place
    decimals: int | None = None
    cut: bool = False
    others: tuple[Reading, ...] = ()
    either: Expression | None = None

    @property
    def numeric(self) -> bool:
        """Whether the link holds no name: plain numbers put in."""
        return not any(isinstance(part, Var) for part in walk(self.expression))


@dataclass(frozen=True, slots=True)
class Definition:
    """A name that the author defined, and what it stands for."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Case:
    """A claim with values put in for its indices: `i = 2`; a value "" is the index dropped."""

    indices: tuple[tuple[str, str], ...]
    claim: Claim

    def __str__(self) -> str:
        return ", ".join(
            f"{letter} = {value}" if value else letter for letter, value in self.indices
        )


@dataclass(frozen=True)
class Claim:
    """One claim: `left = link = link …`, with all that is in force where it stands.

    `left` is None where the claim cannot be read; `fault` says why then. `derivatives` are the
    derivatives that the links use (their keys are the names of `Var`s there), `definitions` the
    names that the author has defined so far, `assumptions` the conditions stated with `assume`
    (those of the graph are not repeated), `point` the values in force for numeric claims and
    `after` the same behind a step of gradient descent that the author has stated; `stated` says
    that the author gave them. `printed` are the rounded values that the author wrote before, by
    name or derivative key, `arithmetic` what was printed before with the number that it is said to
    give. `defines` is the name that the claim defines, by its first link or by a
    derivative in it. `condition` says why the formula claims nothing, where it only states values
    or a condition; it is empty for a claim.
    `otherwise` says what the formula is where it does not hold, such as a condition that is set:
    then it is not refuted. `words` say under what it holds, in words that are not read: where it
    holds in a part of its domain alone, it is not refuted. `readings` are the choices that its
    reading rests on, in words;
    `doubts` are guesses among them: where the claim is wrong as it is read, it is not refuted but
    unreadable.
    `cases` are the claims that one with a free index stands for, itself the first of them.
    """

    text: str
    place: Place
    left: Target | None = None
    links: tuple[Link, ...] = ()
    derivatives: tuple[DerivativeTarget, ...] = ()
    definitions: tuple[Definition, ...] = ()
    assumptions: tuple[Compare | Logic, ...] = ()
    point: tuple[tuple[str, Fraction], ...] = ()
    after: tuple[tuple[str, Fraction], ...] = ()
    stated: bool = False
    printed: tuple[tuple[str, Fraction], ...] = ()
    defines: str | None = None
    fault: Diagnostic | None = None
    condition: str = ""
    readings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    otherwise: str = ""
    words: str = ""
    cases: tuple[Case, ...] = ()
    arithmetic: tuple[tuple[Link, Link], ...] = ()

    def __str__(self) -> str:
        return self.text

    @property
    def names(self) -> frozenset[str]:
        """Every name that the claim uses: derivatives by their keys, and what they hold."""
        found: list[str | int] = [key for link in self.links for key in variables(link.expression)]
        if self.left_expression is not None:
            found += variables(self.left_expression)
        if isinstance(self.left, UpdateTarget):
            found.append(self.left.name)
        for item in self.definitions:
            found += [item.name, *variables(item.expression)]
        for target in self.derivatives:
            inside = () if target.expression is None else variables(target.expression)
            found += [target.key, target.bottom, *target.further, *inside]
        return frozenset(map(str, found))

    def is_definition(self, link: Link) -> bool:
        """Tell whether a link says what the claim's new name is; such a link cannot be wrong."""
        if self.defines is None:
            return False
        return any(
            item.name == self.defines and item.expression == link.expression
            for item in self.definitions
        )

    @property
    def nothing(self) -> Literal["definition", "condition"] | None:
        """What the formula is where it claims nothing; None for a claim."""
        if self.fault is not None:
            return None
        if self.condition:
            return "condition"
        only_names = self.links and all(self.is_definition(link) for link in self.links)
        return "definition" if only_names else None

    @property
    def left_expression(self) -> Expression | None:
        """The left side as an expression: a `Var` of its name or of its derivative's key."""
        match self.left:
            case DerivativeTarget():
                return Var(self.left.key)
            case NameTarget(name):
                return Var(name)
            case ExpressionTarget(expression):
                return expression
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A formula of a text that is not about the graph, and the reason why it was not judged."""

    text: str
    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What went wrong in a refuted claim.

    `text` is one plain sentence that names the path, edge or term at fault; `correction` is the
    right formula in the author's own form, as text, and `correction_expression` the same as a tree.
    `yours` and `right` are the two values at `witness`. `where` is the path or the edge at fault,
    in words, which says nothing of what is right there.
    """

    kind: str
    text: str
    correction: str = ""
    correction_expression: Expression | None = None
    yours: str = ""
    right: str = ""
    witness: tuple[tuple[str, str], ...] = ()
    where: str = ""


@dataclass(frozen=True)
class Verdict:
    """The judgement of one claim.

    `link` is the index in `claim.links` of the one at fault, None where all hold. `remarks` are
    what a reader should know besides: conditions used, points excluded, rounding.
    """

    status: Status
    claim: Claim
    message: str
    diagnosis: Diagnosis | None = None
    decision: Decision | None = None
    link: int | None = None
    place: Place | None = None
    remarks: tuple[str, ...] = field(default=())
    steps: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether the claim holds as far as can be told."""
        return self.status in ("proved", "agrees")

    @property
    def judged(self) -> bool:
        """Whether there was a claim; a formula that only names or states claims nothing."""
        return self.status not in CLAIM_NOTHING

    @property
    def line(self) -> int:
        """The line of the claim in its source."""
        return self.claim.place.line
