"""Code that Numba compiles as it stands: `dialect=numba` of the Python and the NumPy target.

Functions take doubles and arrays of doubles and check nothing; sums are added one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from symgrad.errors import Diagnostic, SymgradError
from symgrad.program.batch import Batch, needed
from symgrad.targets.base import Sheet
from symgrad.targets.layout import in_tuple, listed, respelt
from symgrad.targets.naming import transliterated
from symgrad.targets.numpy_batch import mean_names
from symgrad.targets.numpy_functions import NumpyPrinter
from symgrad.targets.numpy_plain import PlainWriter
from symgrad.targets.numpy_rows import indented
from symgrad.targets.printing import Spelling
from symgrad.targets.task import Options

NUMBA_NOTE = "For numba.njit, function by function: nothing is checked"
NO_SAMPLES = ["if _sums[0] == 0.0:", '    raise ValueError("the chunks hold no samples")']
_PHI = re.compile(r"phi\d+")
_MADE = re.compile(r"np\.(?:where|ones_like|zeros_like)\(")
_CHANGES = (("npt.ArrayLike", "_Array"), ("np.tile(", "_tile("))

_TILE = '''\
def _tile(row: npt.NDArray[np.intp], times: int) -> npt.NDArray[np.intp]:
    """Return a row so many times, one after the other."""
    return (np.zeros((times, 1), dtype=np.intp) + row).ravel()
'''

_LOGSUMEXP = '''\
def _logsumexp(x: Any, y: Any) -> Any:
    """Return log(exp(x) + exp(y)), the larger of the terms taken out first."""
    top = np.maximum(x, y)
    return np.where(np.isinf(top), top, top + np.log1p(np.exp(-np.abs(x - y))))
'''

# Abramowitz and Stegun 6.4.6 (recurrence), 6.4.7 (reflection), 6.4.11 (asymptotic series).
_POLYGAMMA = '''\
def _factorial(n: int) -> float:
    """Return n!."""
    found = 1.0
    for k in range(2, n + 1):
        found *= k
    return found


def _polygamma(order: float, x: Any) -> Any:
    """Return the derivative of digamma of a whole order."""
    n = int(order)
    factor = _factorial(n)
    y = np.where(x > 0.0, x, 1.0 - x)
    total = np.zeros_like(y)
    for _ in range(15 + n):
        low = y < 15.0 + n
        total = np.where(low, total + factor / y ** (n + 1), total)
        y = np.where(low, y + 1.0, y)
    total = total + factor / n / y**n + 0.5 * factor / y ** (n + 1)
    for k, b in enumerate((1.0/6.0, -1.0/30.0, 1.0/42.0, -1.0/30.0, 5.0/66.0, -691.0/2730.0,
                           7.0/6.0, -3617.0/510.0), 1):
        total = total + b * _factorial(2 * k + n - 1) / _factorial(2 * k) / y ** (2 * k + n)
    slope = np.zeros(n + 3)  # the derivatives of cot(pi x) are polynomials in cot(pi x)
    slope[1] = 1.0
    for _ in range(n):
        own = slope * np.arange(n + 3)
        slope[:] = 0.0
        slope[:-1] -= np.pi * own[1:]
        slope[1:] -= np.pi * own[:-1]
    around = np.pi * _polynomial(slope[::-1], _cot_pi(x))
    positive = total if n % 2 else -total
    return np.where(x > 0.0, positive, (-1.0) ** n * positive - around)
'''

_OWN: Mapping[str, str] = {"_logsumexp": _LOGSUMEXP, "_polygamma": _POLYGAMMA}
_PAIRS = {"logsumexp": Spelling("_logsumexp({0}, {1})", ("_logsumexp",), folds=True)}


def unfit(names: Iterable[str]) -> frozenset[str]:
    """Return the identifiers that Numba mistakes for names of its own, `$phi` and an offset.

    >>> sorted(unfit(["φ2", "phi", "psi2"]))
    ['phi2']
    """
    return frozenset(name for name in map(transliterated, names) if _PHI.fullmatch(name))


def refuse(sheet: Sheet) -> None:
    """Raise SymgradError for what Numba cannot compile; keyword-only arguments it mixes up."""
    names = [name for name in ("self_check", "weights") if sheet.has(name)]
    for name in (*names, *sheet.callables.values()):
        raise SymgradError(Diagnostic(f"Numba cannot compile `{name}`"))


def refuse_options(options: Options) -> None:
    """Raise SymgradError for an option of NumPy files that Numba cannot compile."""
    for name, text in (("style", "fast"), ("special", "scipy")):
        if options.settings.get(name) == text:
            raise SymgradError(Diagnostic(f"Numba cannot compile `{name}={text}`"))


def of_numbers(text: str) -> str:
    """Return code in which arrays that may be of one number alone are numbers then.

    >>> of_numbers("np.where(x < 0.0, f(x), x) + 1.0")
    'np.where(x < 0.0, f(x), x)[()] + 1.0'
    """
    found = _MADE.search(text)
    if found is None:
        return text
    depth, end = 1, found.end()
    while depth:
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    inside = of_numbers(text[found.end() : end])
    return f"{text[: found.end()]}{inside}[()]{of_numbers(text[end:])}"


class NumbaWriter(PlainWriter):
    """Writes NumPy files in the plain style without checks, for arrays of doubles."""

    style = "numba"
    decorator = ""

    def __init__(self, sheet: Sheet) -> None:
        refuse(sheet)
        refuse_options(sheet.options)
        if sheet.has("update") and not set(sheet.program.wrt).isdisjoint(sheet.program.data):
            raise SymgradError(Diagnostic("Numba cannot compile `update` of data"))
        super().__init__(sheet)
        for printer in (sheet.plain, sheet.careful):
            printer.functions = {**printer.functions, **_PAIRS}
            if isinstance(printer, NumpyPrinter):
                printer.numbers = True

    def numbers(self, names: Sequence[str]) -> list[str]:
        """Return nothing: numbers are what they are said to be."""
        del names
        return []

    def checked(self, columns: Sequence[str]) -> list[str]:
        """Return nothing: no argument is checked."""
        del columns
        return []

    checked_rows = checked

    def taken_from(self, names: Sequence[str], vector: str) -> str:
        """Return the line that takes numbers from a vector; Numba knows no unpacking of one."""
        if not names:
            return ""
        left, right = (
            in_tuple(texts, " " * 8, 99 - 40)
            for texts in (names, [f"{vector}[{i}]" for i in range(len(names))])
        )
        left, right = (f"({text})" if "\n" in text else text for text in (left, right))
        return f"{left} = {right}"

    @property
    def unpacked(self) -> str:
        """The line that takes the parameters from a flat vector."""
        return self.taken_from(self.sheet.fields, self._theta)

    def direction_taken(self, names: Sequence[str]) -> str:
        """Return the line that takes the direction of a product."""
        return self.taken_from(names, self.direction)

    def made(self, kind: str, parts: Sequence[str], indent: str, beside: int) -> str:
        """Return a named tuple, made by a call of its numbers."""
        return f"{kind}({listed(parts, indent, beside)})"

    def chunk_opened(self) -> list[str]:
        """Return nothing: no argument is checked."""
        return []

    def each_opened(self) -> list[str]:
        """Return nothing: no argument is checked."""
        return []

    def each_typed(self, arguments: Sequence[str]) -> Sequence[str]:
        """Return the declared arguments: only data are arrays."""
        return arguments

    def each_varies(self) -> set[str]:
        """Return the inputs that are arrays."""
        return {*self.program.data}

    def _flat_given(self) -> tuple[list[str], list[str]]:
        """Return the arguments of a function from a flat vector, and those beside the vector."""
        _, others = super()._flat_given()
        fields = {name: f"{self._theta}[{i}]" for i, name in enumerate(self.sheet.fields)}
        return [fields.get(name, name) for name in self.given], others

    def _combined(self, batch: Batch, names: Mapping[str, str], parts: str) -> str:
        """Return the body of `combine_sums`."""
        means = mean_names(names)
        lines = [f"_sums = _added({parts})", *NO_SAMPLES]
        lines += self.assignments(needed(batch.before, [f.operands for _, f in batch.results]))
        lines += [f"{mean} = _sums[{i}]/_sums[0]" for i, mean in enumerate(means.values(), 1)]
        results = [self.formula(formula, means) for _, formula in batch.results]
        return indented([*lines, f"return {self.returned(results, 'value_and_gradient')}"])

    def context(self) -> dict[str, object]:
        """Return all texts, in what Numba knows of NumPy."""
        made = respelt(super().context(), _CHANGES)
        tiles = any("_tile(" in str(text) for text in made.values())
        helpers = "\n\n".join(filter(None, [_TILE if tiles else "", str(made["helpers"])]))
        loose = "Any" in helpers or bool(self.sheet.callables)
        more = {"helpers": helpers, "typing": "Any, NamedTuple" if loose else "NamedTuple"}
        return {**made, **more, "vectors": "", "note": NUMBA_NOTE, "flat_line": ""}

    def _imports(self, *, vectors: bool) -> dict[str, str]:
        """Return what the file imports, and its helpers as Numba compiles them."""
        sheet = self.sheet
        found = super()._imports(vectors=vectors and "_polynomial" in sheet.all_needs(sheet.needed))
        text = found["helpers"]
        for name, own in _OWN.items():
            text = text.replace(sheet.target.helpers[name].text, own)
        return {**found, "imports": "", "helpers": of_numbers(text)}
