# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     m = a·x + b
#     r = y − m
#     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
# Sensitivities
#     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
# Gradient
#     ∂J/∂a = δx
#     ∂J/∂b = δ
# Convention: at the border of a where the side that the condition selects counts.
# Convention: the derivative of |z| at z = 0 is taken as 0.
"""Value, gradient and update step of J, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    a: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float


def _number(name, value):
    """Return an argument as a double."""
    if type(value) is not float:
        found = np.asarray(value)
        if found.dtype.kind not in "biuf":
            raise TypeError(f"`{name}` must be a real number, not {type(value).__name__}")
        if found.ndim:
            raise ValueError(f"`{name}` must be a single number, not an array {found.shape}")
        value = float(found)
    if value != value:
        raise ValueError(f"`{name}` is NaN")
    return np.float64(value)


def _array(name, values):
    """Return data as an array of doubles: of shape (n,), or () for a single number."""
    if type(values) is np.ndarray and values.dtype is _DOUBLE and values.ndim == 1 and values.size:
        return values
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"`{name}` must be a plain array, not a masked one")
    try:
        found = np.asarray(values)
    except ValueError:
        raise ValueError(f"`{name}` must be an array of shape (n,)") from None
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.ndim > 1:
        raise ValueError(f"`{name}` must have the shape (n,), not {found.shape}")
    if not found.size:
        raise ValueError(f"`{name}` is empty")
    return found.astype(np.float64, copy=False)


def _samples(names, given):
    """Return all data as arrays of one length; a single number counts for every sample."""
    arrays = [_array(name, values) for name, values in zip(names, given)]
    shapes = {array.shape for array in arrays if array.ndim}
    if len(shapes) > 1:
        lengths = ", ".join(f"`{n}` {a.size}" for n, a in zip(names, arrays) if a.ndim)
        raise ValueError(f"arrays of different length: {lengths}")
    shape = shapes.pop() if shapes else (1,)
    return [array if array.ndim else np.broadcast_to(array, shape) for array in arrays]


def _no_nan(name, array):
    """Raise an exception where data are not numbers."""
    if np.isnan(array).any():
        place = int(np.argmax(np.isnan(array)))
        raise ValueError(f"`{name}` is NaN at sample {place}")


def _blocks(buffers, data):
    """Yield the data in blocks of samples, each with arrays to compute in."""
    count = len(data[0])
    size = max(512, min(32768, _CACHE // (buffers + len(data))))
    if count <= size:
        yield (*data, *np.empty((buffers, count)))
        return
    pieces = -(-count // size)
    size = -(-count // pieces)
    size += -size % 512
    room = np.empty((buffers, size))
    for start in range(0, count, size):
        if start + size > count:
            room = room[:, : count - start]
        yield (*[values[start : start + size] for values in data], *room)


def _means(sums, names, data):
    """Return the means over all samples from the sums over blocks."""
    count = len(data[0])
    totals = sums[0] if len(sums) == 1 else [_total(column) for column in zip(*sums)]
    if any(total != total for total in totals):
        for name, array in zip(names, data):
            _no_nan(name, array)
    return [np.float64(total) / count for total in totals]


def _total(parts):
    """Return the sum, rounded once."""
    try:
        return fsum(parts)
    except (OverflowError, ValueError):
        return np.add.reduce(parts)


def _row_dots(x, y):
    """Return the sum of products of each row."""
    return np.matmul(x[:, None, :], y[:, :, None]).ravel()


_row_dots = getattr(np, "vecdot", _row_dots)  # new in NumPy 2.0


def _dot(x, y):
    """Return the sum of x*y: rows of 512 products, then the rows pairwise."""
    rows = len(x) // 512
    if rows < 2:
        return np.dot(x, y)
    end = 512 * rows
    total = np.add.reduce(_row_dots(x[:end].reshape(rows, 512), y[:end].reshape(rows, 512)))
    return total if end == len(x) else total + np.dot(x[end:], y[end:])


def value(a, b, x, y, k=1.345) -> float:
    """Return J, the mean over the samples."""
    a = _number("a", a)
    b = _number("b", b)
    k = _number("k", k)
    _data = _samples(('x', 'y'), (x, y))
    _no_nan("x", _data[0])
    _no_nan("y", _data[1])
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            m = np.multiply(x, a, _r0)
            m += b
            r = np.subtract(y, m, _r0)
            t1 = np.abs(r, _r1)
            np.multiply(r, 0.5, _r2)
            _r2 *= r
            np.subtract(t1, k/2.0, _r0)
            _r0 *= k
            _w0 = np.where(t1 <= k, _r2, _r0)
            _sum_J = np.add.reduce(_w0)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('x', 'y'), _data)
        return float(_mean_J)


def gradient(a, b, x, y, k=1.345) -> Gradient:
    """Return the derivative of J by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    k = _number("k", k)
    _data = _samples(('x', 'y'), (x, y))
    _no_nan("y", _data[1])
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            m = np.multiply(x, a, _r0)
            m += b
            r = np.subtract(y, m, _r0)
            np.abs(r, _r1)
            np.sign(r, _r2)
            _r2 *= k
            _w0 = np.where(_r1 <= k, r, _r2)
            delta = np.negative(_w0, _w0)
            _sum_dJ_da = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_dJ_da, _sum_delta))
        _mean_dJ_da, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (_mean_dJ_da, _mean_delta)))


def value_and_gradient(a, b, x, y, k=1.345) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    k = _number("k", k)
    _data = _samples(('x', 'y'), (x, y))
    _no_nan("y", _data[1])
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            m = np.multiply(x, a, _r0)
            m += b
            r = np.subtract(y, m, _r0)
            t1 = np.abs(r, _r1)
            np.multiply(r, 0.5, _r2)
            _r2 *= r
            np.subtract(t1, k/2.0, _r3)
            _r3 *= k
            _w0 = np.where(t1 <= k, _r2, _r3)
            _sum_J = np.add.reduce(_w0)
            np.sign(r, _r2)
            _r2 *= k
            _w1 = np.where(t1 <= k, r, _r2)
            delta = np.negative(_w1, _w1)
            _sum_dJ_da = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_J, _sum_dJ_da, _sum_delta))
        _mean_J, _mean_dJ_da, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_da, _mean_delta)))


def update(a, b, x, y, k=1.345, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, x, y, k)
    return Params(*map(float, (a - rate*grad.a, b - rate*grad.b)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, x, y, k=1.345) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y, k)
    return found, np.array(slope)


def _slope(function, x):
    """Return a derivative and its error: central differences, extrapolated (Ridders 1982)."""
    best, error, h = 0.0, float("inf"), 0.05 * (abs(x) or 1.0)
    above = []
    for _ in range(12):
        row = [(function(x + h) - function(x - h)) / (2.0 * h)]
        for i, old in enumerate(above):
            factor = 1.96 ** (i + 1)
            row.append((row[i] * factor - old) / (factor - 1.0))
            wrong = max(abs(row[-1] - row[i]), abs(row[-1] - old))
            if wrong < error:
                best, error = row[-1], wrong
        above, h = row, h / 1.4
    return best, error


def _apart(one, other, least):
    """Return how far two numbers are apart, beside the larger; infinite where just one is NaN."""
    if one == other or (one != one and other != other):
        return 0.0
    off = abs(one - other) / max(abs(one), abs(other), least)
    return off if off == off else float("inf")


def _self_check():
    """Compare the functions with each other and with differences of the value; tell if they fit."""
    names = ('a', 'b', 'x', 'y', 'k')
    points = (
        (1.0059, 0.9868, -1.0, 0.44, 1.345),
        (1.0222, 1.0031, -0.5, 0.73, 1.345),
        (0.9885, 1.0194, 0.4, 11.9, 1.345),
    )
    worst, where, compared = 0.0, "", 0
    for point in points:
        try:
            found = gradient(*point)
            both, slopes = value_and_gradient(*point)
            size = max((abs(number) for number in found if number - number == 0.0), default=0.0)
            least = max(1e-3 * size, 1e-9)
            fields = Gradient._fields
            results = zip(("value", *fields), (value(*point), *found), (both, *slopes))
            for name, one, other in results:
                off = _apart(one, other, least)
                if off > worst:
                    worst, where = off, f" (value_and_gradient, {name} at {point})"
            for k in range(0, len(fields), len(fields) // 40 + 1):
                i = names.index(fields[k])
                slope, error = _slope(lambda x: value(*point[:i], x, *point[i + 1 :]), point[i])
                scale = max(abs(slope), least)
                off = max(0.0, abs(found[k] - slope) - 20.0 * error) / scale
                compared += error < 1e-3 * scale
                if found[k] != found[k] and error < 1e-3 * scale:
                    off = float("inf")
                if off > worst:
                    worst, where = off, f" (by {fields[k]} at {point})"
        except (ArithmeticError, ValueError):
            continue
    if not compared:
        return "nothing compared: no built-in point lies in the domain", True
    text = f"{compared} derivatives compared with differences of the value"
    if worst <= 1e-6:
        return f"{text}: all agree", True
    return f"{text}: off by {worst:.1e}{where}", False


if __name__ == "__main__":
    message, agrees = _self_check()
    print(f"J: {message}")
    raise SystemExit(0 if agrees else 1)
