"""How each function of the graph language is read: through exponentials where it has them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import HALF, Fn, Group, Mono, Poly


def _odd(name: str) -> Callable[[Look, Poly], Poly]:
    def rule(look: Look, x: Poly) -> Poly:
        if x.terms and n.leading_negative(x):
            return n.scale(n.atom(Fn(name, (n.negative(x),))), -1)
        return n.atom(Fn(name, (x,))) if x.terms else n.ZERO

    return rule


_sin = _odd("sin")


def _cos(look: Look, x: Poly) -> Poly:
    if not x.terms:
        return n.ONE
    return n.atom(Fn("cos", (n.negative(x) if n.leading_negative(x) else x,)))


def _sigmoid(look: Look, z: Poly) -> Poly:
    return n.power(n.one_plus_exp(n.negative(z)), Fraction(-1))


def _tanh(look: Look, z: Poly) -> Poly:
    twice = n.scale(z, 2)
    return n.multiply(n.exp_minus_one(twice), n.power(n.one_plus_exp(twice), Fraction(-1)))


def _hyperbolic(make: Callable[[Poly], Poly]) -> Callable[[Look, Poly], Poly]:
    def rule(look: Look, z: Poly) -> Poly:
        product = n.multiply(make(n.scale(z, 2)), n.exp(n.negative(z)))
        return n.scale(product, HALF)

    return rule


def _normal_pdf(look: Look, x: Poly) -> Poly:
    squared = n.scale(n.power(x, Fraction(2)), -HALF)
    two_pi = n.scale(n.atom(Fn("pi", ())), 2)
    return n.multiply(n.exp(squared), n.power(two_pi, -HALF))


def erfc(look: Look, x: Poly) -> Poly:
    """Return the complement of erf at x, as 2Φ(-√2·x) where x is something over √2."""
    two = Group(n.const(2))
    if x.terms and all(mono.power_of(two) == -HALF for mono, _ in x.terms):
        inner = n.times(x, Mono(((two, HALF),)))
        return n.scale(n.atom(Fn("normal_cdf", (n.negative(inner),))), 2)
    return n.atom(Fn("erfc", (x,)))


def _log_base(base: int) -> Callable[[Look, Poly], Poly]:
    def rule(look: Look, x: Poly) -> Poly:
        scale = n.power(n.atom(Fn("log", (n.const(base),))), Fraction(-1))
        before = look.fired
        inner = look.logarithm(x)
        if look.fired == before:
            return n.atom(Fn(f"log{base}", (x,)))
        return look.product(inner, scale)

    return rule


def _hypot(look: Look, *sides: Poly) -> Poly:
    return n.atom(Fn("hypot", sides))


FUNCTION_RULES: dict[str, Callable[..., Poly]] = {
    "exp": lambda look, x: look.exponential(x),
    "expm1": lambda look, x: n.exp_minus_one(x),
    "log": lambda look, x: look.logarithm(x),
    "log1p": lambda look, x: look.logarithm(look.sum(n.add(n.ONE, x))),
    "log2": _log_base(2),
    "log10": _log_base(10),
    "sqrt": lambda look, x: look.power(x, HALF),
    "sin": _sin,
    "cos": _cos,
    "tan": lambda look, x: n.multiply(_sin(look, x), n.power(_cos(look, x), Fraction(-1))),
    "sigmoid": _sigmoid,
    "softplus": lambda look, x: look.logarithm(n.one_plus_exp(x)),
    "silu": lambda look, x: look.product(x, _sigmoid(look, x)),
    "gelu": lambda look, x: look.product(x, n.atom(Fn("normal_cdf", (x,)))),
    "tanh": _tanh,
    "sinh": _hyperbolic(n.exp_minus_one),
    "cosh": _hyperbolic(n.one_plus_exp),
    "erf": _odd("erf"),
    "erfc": erfc,
    "normal_pdf": _normal_pdf,
    "hypot": _hypot,
    "logsumexp": lambda look, *xs: look.logarithm(look.sum(n.add(*(n.exp(x) for x in xs)))),
    "asinh": _odd("asinh"),
    "atanh": _odd("atanh"),
    "asin": _odd("asin"),
    "atan": _odd("atan"),
    "cbrt": _odd("cbrt"),
    "stop_gradient": lambda look, x: x,
}  # fmt: skip
