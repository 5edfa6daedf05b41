"""The special functions: everything that SymPy can differentiate and that is real, by SymPy's name.

Their derivatives are asked of SymPy; values come from mpmath and certified ones from Arb. A graph
may use any of these names for something else: then the name is what the graph says. Formulas:
NIST Digital Library of Mathematical Functions, chapters 5 to 10, 13, 14, 18, 19 and 25.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symgrad.expression.function import Arguments, Function
from symgrad.expression.spelling import (
    ATOM,
    IEEE,
    PRODUCT,
    UNARY,
    Spelling,
    jax_special,
    julia_special,
)
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    number,
    product_of,
)

Real = Any  # a number of mpmath, or a ball; neither library has types
TWO = number(2)
PI = Constant("pi")
HALF = Number(Fraction(1, 2))


def _call(name: str, *arguments: Expression) -> Expression:
    return Call(name, arguments)


def _scipy(code: str, *, julia: str = "", jax: str = "") -> tuple[tuple[str, Spelling], ...]:
    """Return the spelling in SciPy, and those in Julia's SpecialFunctions and JAX if there are."""
    level = PRODUCT if "*" in code else UNARY if code.startswith("-") else ATOM
    others = [("julia", julia_special(julia))] if julia else []
    others += [("jax", jax_special(jax))] if jax else []
    return (("scipy", Spelling(f"special.{code}", ("scipy",), level, tight="*" in code)), *others)


def _positive(place: int = 0) -> Any:  # noqa: ANN401  (a Domain)
    return lambda a: (Compare(">", a[place], ZERO),)


def _nonzero() -> Any:  # noqa: ANN401
    return lambda a: (Compare("!=", a[0], ZERO),)


def _below_one(place: int = 0) -> Any:  # noqa: ANN401
    return lambda a: (Compare("<", a[place], ONE),)


def _between(low: Expression, high: Expression) -> Any:  # noqa: ANN401
    return lambda a: (Compare(">", a[0], low), Compare("<", a[0], high))


def _row(name: str, arity: int = 1, **known: Any) -> Function:  # noqa: ANN401
    """Return a record under SymPy's name, for SymPy to differentiate."""
    most = known.pop("most", arity)
    known.setdefault("sympy", name)
    known.setdefault("costly", True)
    known.setdefault("by_sympy", known["sympy"] is not None)
    known.setdefault("latex", rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}")
    return Function(name, arity, most, reserved=False, **known)


def _over_gammas(above: tuple[Expression, ...], below: tuple[Expression, ...]) -> Expression:
    top = tuple(_call("gamma", z) for z in above)
    bottom = tuple(_call("gamma", z) for z in below)
    return Div(product_of(top), product_of(bottom))


def _binomial(a: Arguments) -> Expression:
    n, k = a
    rest = Add((Add((n, Neg(k))), ONE))
    return _over_gammas((Add((n, ONE)),), (Add((k, ONE)), rest))


def _spherical(name: str) -> Any:  # noqa: ANN401
    """Return the definition by a Bessel function of half-odd order."""

    def definition(a: Arguments) -> Expression:
        root = _call("sqrt", Div(PI, Mul((TWO, a[1]))))
        return Mul((root, _call(name, Add((a[0], HALF)), a[1])))

    return definition


def _reciprocal(name: str, latex: str) -> Function:
    below = {"sec": "cos", "csc": "sin", "sech": "cosh", "csch": "sinh"}[name]
    return _row(name, definition=lambda a: Div(ONE, _call(below, a[0])), latex=latex)


def _cotangent(name: str, above: str, below: str, latex: str) -> Function:
    return _row(name, definition=lambda a: Div(_call(above, a[0]), _call(below, a[0])), latex=latex)


def _inverse_of_reciprocal(name: str, other: str) -> Function:
    return _row(name, definition=lambda a: _call(other, Div(ONE, a[0])))


def _elliptic_pi(mp: Real, n: Real, *z: Real) -> Real:
    """Return the integral by Carlson's forms (DLMF 19.25.14); mpmath's own can take minutes."""
    if n >= 1 or z[-1] >= 1:
        raise ValueError("at and beyond a pole")
    if not z[1:] or abs(z[0]) > mp.pi / 2:
        return mp.ellippi(n, *z)
    s, m = mp.sin(z[0]), z[1]
    squares = (1 - s**2, 1 - m * s**2, 1)
    whole = s * mp.elliprf(*squares) + n * s**3 / 3 * mp.elliprj(*squares, 1 - n * s**2)
    return whole.real if whole.imag == 0 else whole


def _lambert(mp: Real, x: Real, branch: Real = 0) -> Real:
    if branch != int(branch):
        raise ValueError("a branch is a whole number")
    found = mp.lambertw(x, int(branch))
    return found.real if found.imag == 0 else found


def _lambert_ball(fl: Real, x: Real, branch: Real = 0) -> Real:  # noqa: ARG001
    return x.lambertw(int(branch) if isinstance(branch, int) else int(branch.unique_fmpz()))


def _heaviside(a: Arguments) -> Expression:
    middle = a[1] if a[1:] else HALF
    below = _call("where", Compare("<", a[0], ZERO), ZERO, middle)
    return _call("where", Compare(">", a[0], ZERO), ONE, below)


def _beta_increment(regularized: int) -> Any:  # noqa: ANN401
    def ball(fl: Real, a: Real, b: Real, low: Real, high: Real) -> Real:  # noqa: ARG001
        return high.beta_lower(a, b, regularized) - low.beta_lower(a, b, regularized)

    return ball


_GAMMAS = (
    _row("gamma", mpmath="gamma", ball=lambda fl, x: x.gamma(), aliases=("Gamma", "Γ"),
         latex=r"\Gamma", spellings=(
             ("python", Spelling("_gamma({0})", ("_gamma",))),
             (IEEE, Spelling("_gamma({0})", ("_gamma",))), ("c", Spelling("tgamma({0})")),
             ("cpp", Spelling("std::tgamma({0})")),
             *_scipy("gamma({0})", julia="gamma", jax="gamma"),
         )),
    _row("factorial", definition=lambda a: _call("gamma", Add((a[0], ONE)))),
    _row("trigamma", definition=lambda a: _call("polygamma", ONE, a[0])),
    _row("beta", 2, mpmath="beta",
         definition=lambda a: _over_gammas(a, (Add(a),)), spellings=_scipy("beta({0}, {1})")),
    _row("binomial", 2, mpmath="binomial", definition=_binomial,
         spellings=_scipy("binom({0}, {1})")),
    _row("harmonic", definition=lambda a: Add((
        _call("digamma", Add((a[0], ONE))), Neg(_call("digamma", ONE))))),
    _row("catalan", definition=lambda a: Div(_binomial((Mul((TWO, a[0])), a[0])),
                                             Add((a[0], ONE)))),
    _row("lowergamma", 2, mpmath=lambda mp, s, x: mp.gammainc(s, 0, x),
         ball=lambda fl, s, x: x.gamma_lower(s), domain=_positive(1),
         spellings=_scipy("gammainc({0}, {1})*special.gamma({0})")),
    _row("uppergamma", 2, mpmath=lambda mp, s, x: mp.gammainc(s, x),
         ball=lambda fl, s, x: x.gamma_upper(s), domain=_positive(1),
         spellings=_scipy("gammaincc({0}, {1})*special.gamma({0})")),
    _row("betainc", 4, mpmath="betainc", ball=_beta_increment(0),
         spellings=(("scipy", Spelling(
             "(special.betainc({0}, {1}, {3}) - special.betainc({0}, {1}, {2}))"
             "*special.beta({0}, {1})", ("scipy",), PRODUCT)),)),
    _row("betainc_regularized", 4, ball=_beta_increment(1),
         mpmath=lambda mp, a, b, x, y: mp.betainc(a, b, x, y, regularized=True),
         spellings=(("scipy", Spelling(
             "special.betainc({0}, {1}, {3}) - special.betainc({0}, {1}, {2})",
             ("scipy",), 1)),)),
)  # fmt: skip

_ERRORS = (
    _row("erfi", parity="odd", mpmath="erfi", ball=lambda fl, x: x.erfi(), total=True,
         spellings=_scipy("erfi({0})", julia="erfi")),
    _row("erfinv", parity="odd", mpmath="erfinv", ball=lambda fl, x: x.erfinv(),
         domain=_between(Neg(ONE), ONE), spellings=(
             *_scipy("erfinv({0})", julia="erfinv", jax="erfinv"),
             ("torch", Spelling("torch.special.erfinv({0})")),
         )),
    _row("erfcinv", mpmath=lambda mp, x: mp.erfinv(1 - x), ball=lambda fl, x: x.erfcinv(),
         domain=_between(ZERO, TWO),
         spellings=_scipy("erfcinv({0})", julia="erfcinv")),
    _row("erf2", 2, definition=lambda a: Add((_call("erf", a[1]), Neg(_call("erf", a[0]))))),
    _row("erf2inv", 2, definition=lambda a: _call("erfinv", Add((a[1], _call("erf", a[0]))))),
    _row("fresnels", parity="odd", mpmath="fresnels", ball=lambda fl, x: x.fresnel_s(), total=True,
         spellings=_scipy("fresnel({0})[0]")),
    _row("fresnelc", parity="odd", mpmath="fresnelc", ball=lambda fl, x: x.fresnel_c(), total=True,
         spellings=_scipy("fresnel({0})[1]")),
)  # fmt: skip

_INTEGRALS = (
    _row("Ei", mpmath="ei", ball=lambda fl, x: x.ei(), domain=_nonzero(),
         spellings=_scipy("expi({0})", julia="expinti", jax="expi")),
    _row("expint", 2, mpmath="expint", ball=lambda fl, n, x: x.expint(n), domain=_positive(1),
         ),
    _row("E1", definition=lambda a: _call("expint", ONE, a[0]), sympy=None,
         spellings=_scipy("exp1({0})", julia="expint", jax="exp1")),
    _row("li", mpmath="li", ball=lambda fl, x: x.li(),
         domain=lambda a: (Compare(">", a[0], ZERO), Compare("!=", a[0], ONE)),
         spellings=(("scipy", Spelling("special.expi(np.log({0}))", ("scipy",))),)),
    _row("Li", definition=lambda a: Add((_call("li", a[0]), Neg(_call("li", TWO))))),
    _row("Si", parity="odd", mpmath="si", ball=lambda fl, x: x.si(), total=True,
         spellings=_scipy("sici({0})[0]")),
    _row("Ci", mpmath="ci", ball=lambda fl, x: x.ci(), domain=_positive(),
         spellings=_scipy("sici({0})[1]")),
    _row("Shi", parity="odd", mpmath="shi", ball=lambda fl, x: x.shi(), total=True,
         spellings=_scipy("shichi({0})[0]")),
    _row("Chi", mpmath="chi", ball=lambda fl, x: x.chi(), domain=_positive(),
         spellings=_scipy("shichi({0})[1]")),
    _row("LambertW", 1, most=2, mpmath=_lambert, ball=_lambert_ball, aliases=("lambertw",),

         domain=lambda a: (Compare(">", Mul((a[0], Constant("e"))), Neg(ONE)),),
         spellings=(("scipy", Spelling("special.lambertw({}).real", ("scipy",))),)),
)  # fmt: skip

_BESSELS = tuple(
    _row(f"bessel{letter}", 2, mpmath=f"bessel{letter}", ball=ball, domain=domain,
         spellings=_scipy(f"{letter}v({{0}}, {{1}})", julia=f"bessel{letter}({{0}}, {{1}})"))
    for letter, ball, domain in (
        ("j", lambda fl, n, x: x.bessel_j(n), None),
        ("y", lambda fl, n, x: x.bessel_y(n), _positive(1)),
        ("i", lambda fl, n, x: x.bessel_i(n), None),
        ("k", lambda fl, n, x: x.bessel_k(n), _positive(1)),
    )
)  # fmt: skip

_AIRYS = tuple(
    _row(name, mpmath=lambda mp, x, f=function, d=order: getattr(mp, f)(x, derivative=d),
         ball=lambda fl, x, i=place: x.airy()[i], total=True, aliases=aliases,
         spellings=_scipy(f"airy({{0}})[{place}]", julia=name))
    for name, function, order, place, aliases in (
        ("airyai", "airyai", 0, 0, ("Ai",)),
        ("airyaiprime", "airyai", 1, 1, ()),
        ("airybi", "airybi", 0, 2, ("Bi",)),
        ("airybiprime", "airybi", 1, 3, ()),
    )
)  # fmt: skip

_OTHERS = (
    _row("jn", 2, definition=_spherical("besselj"), domain=_positive(1)),
    _row("yn", 2, definition=_spherical("bessely"), domain=_positive(1)),
    _row("zeta", 1, most=2, mpmath="zeta", aliases=("ζ",), latex=r"\zeta",
         ball=lambda fl, s, *a: s.zeta(*a), domain=lambda a: (
             (Compare(">", a[0], ONE), Compare(">", a[1], ZERO)) if a[1:] else
             (Compare("!=", a[0], ONE),)),
         spellings=_scipy("zeta({})")),
    _row("polylog", 2, mpmath="polylog", ball=lambda fl, s, z: z.polylog(s), domain=_below_one(1),
         ),
    _row("lerchphi", 3, mpmath="lerchphi",
         ball=lambda fl, z, s, a: fl.acb.lerch_phi(fl.acb(z), fl.acb(s), fl.acb(a)),
         domain=lambda a: (Compare("<", a[0], ONE), Compare(">", a[2], ZERO))),
    _row("elliptic_k", mpmath="ellipk", ball=lambda fl, m: fl.acb.elliptic_k(fl.acb(m)),
         domain=_below_one(), spellings=_scipy("ellipk({0})")),
    _row("elliptic_f", 2, mpmath="ellipf", domain=_below_one(1),
         ball=lambda fl, z, m: fl.acb.elliptic_f(fl.acb(z), fl.acb(m)),
         spellings=_scipy("ellipkinc({0}, {1})")),
    _row("elliptic_e", 1, most=2, mpmath="ellipe",
         domain=lambda a: (Compare("<", a[-1], ONE),),
         ball=lambda fl, *z: (fl.acb.elliptic_e(fl.acb(z[0])) if not z[1:] else
                              fl.acb.elliptic_e_inc(fl.acb(z[0]), fl.acb(z[1])))),
    _row("elliptic_pi", 2, most=3, mpmath=_elliptic_pi,
         domain=lambda a: (Compare("<", a[0], ONE), Compare("<", a[-1], ONE)),
         ball=lambda fl, *z: (fl.acb.elliptic_pi(*map(fl.acb, z)) if not z[2:] else
                              fl.acb.elliptic_pi_inc(*map(fl.acb, z)))),
    _row("legendre", 2, mpmath="legendre", ball=lambda fl, n, x: x.legendre_p(n),
         domain=lambda a: (Compare(">", a[1], Neg(ONE)),),
         spellings=_scipy("eval_legendre({0}, {1})")),
    _row("assoc_legendre", 3, ball=lambda fl, n, m, x: x.legendre_p(n, m),
         mpmath=lambda mp, n, m, x: mp.legenp(n, m, x).real,
         domain=lambda a: (Compare(">", a[2], Neg(ONE)), Compare("<", a[2], ONE))),
    _row("hermite", 2, mpmath="hermite", ball=lambda fl, n, x: x.hermite_h(n)),
    _row("hermite_prob", 2, definition=lambda a: Div(
        _call("hermite", a[0], Div(a[1], _call("sqrt", TWO))), Pow(TWO, Div(a[0], TWO)))),
    _row("chebyshevt", 2, mpmath="chebyt", ball=lambda fl, n, x: x.chebyshev_t(n),
         spellings=_scipy("eval_chebyt({0}, {1})")),
    _row("chebyshevu", 2, mpmath="chebyu", ball=lambda fl, n, x: x.chebyshev_u(n),
         spellings=_scipy("eval_chebyu({0}, {1})")),
    _row("laguerre", 2, mpmath=lambda mp, n, x: mp.laguerre(n, 0, x),
         ball=lambda fl, n, x: x.laguerre_l(n),
         spellings=_scipy("eval_laguerre({0}, {1})")),
    _row("assoc_laguerre", 3, mpmath="laguerre", ball=lambda fl, n, a, x: x.laguerre_l(n, a),
         spellings=_scipy("eval_genlaguerre({0}, {1}, {2})")),
    _row("gegenbauer", 3, mpmath="gegenbauer", ball=lambda fl, n, a, x: x.gegenbauer_c(n, a),
         spellings=_scipy("eval_gegenbauer({0}, {1}, {2})")),
    _row("jacobi", 4, mpmath="jacobi", ball=lambda fl, n, a, b, x: x.jacobi_p(n, a, b),
         spellings=_scipy("eval_jacobi({0}, {1}, {2}, {3})")),
    _row("appellf1", 6, mpmath="appellf1",
         domain=lambda a: (Compare("<", a[4], ONE), Compare("<", a[5], ONE))),
    _row("Heaviside", 1, most=2, by_sympy=False, definition=_heaviside,
         kink="the derivative of Heaviside is taken as 0 everywhere"),
    _row("SingularityFunction", 3, by_sympy=False, domain=lambda a: (Compare(">=", a[2], ZERO),),
         definition=lambda a: _call(
        "where", Compare(">=", a[0], a[1]), Pow(Add((a[0], Neg(a[1]))), a[2]), ZERO)),
    _row("sinc", by_sympy=False, definition=lambda a: _call(
        "where", Compare("==", a[0], ZERO), ONE, Div(_call("sin", a[0]), a[0]))),
    *(_row(name, 3) for name in ("mathieus", "mathieuc", "mathieusprime", "mathieucprime")),
    _row("marcumq", 3),
    _reciprocal("sec", r"\sec"), _reciprocal("csc", r"\csc"),
    _reciprocal("sech", r"\operatorname{sech}"), _reciprocal("csch", r"\operatorname{csch}"),
    _cotangent("cot", "cos", "sin", r"\cot"), _cotangent("coth", "cosh", "sinh", r"\coth"),
    _inverse_of_reciprocal("asec", "acos"), _inverse_of_reciprocal("acsc", "asin"),
    _inverse_of_reciprocal("acot", "atan"), _inverse_of_reciprocal("asech", "acosh"),
    _inverse_of_reciprocal("acsch", "asinh"), _inverse_of_reciprocal("acoth", "atanh"),
)  # fmt: skip

ROWS = (*_GAMMAS, *_ERRORS, *_INTEGRALS, *_BESSELS, *_AIRYS, *_OTHERS)
