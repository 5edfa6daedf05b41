# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     μ = ax + b
#     s = cx + d
#     v = exp(s)
#     r = y − μ
#     J = log(2πv)/2 + r²/(2v)
# Sensitivities
#     δ_s = ∂J/∂s = (1 − r²/v)/2
#     δ_μ = ∂J/∂μ = −r/v
# Gradient
#     ∂J/∂a = δ_μ·x
#     ∂J/∂b = δ_μ
#     ∂J/∂c = δ_s·x
#     ∂J/∂d = δ_s
# Names here: μ is mu.
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
    c: float
    d: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float
    c: float
    d: float


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


def value(a, b, c, d, x, y) -> float:
    """Return J, the mean over the samples."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    _data = _samples(('x', 'y'), (x, y))
    _no_nan("y", _data[1])
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            mu = np.multiply(x, a, _r0)
            mu += b
            s = np.multiply(x, c, _r1)
            s += d
            v = np.exp(s, _r1)
            r = np.subtract(y, mu, _r0)
            np.multiply(v, 6.283185307179586, _r2)
            np.log(_r2, _r2)
            _r2 *= 0.5
            np.power(r, 2.0, _r0)
            np.multiply(v, 2.0, _r1)
            _r0 /= _r1
            _r2 += _r0
            _sum_J = np.add.reduce(_r2)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('x', 'y'), _data)
        return float(_mean_J)


def gradient(a, b, c, d, x, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            mu = np.multiply(x, a, _r0)
            mu += b
            s = np.multiply(x, c, _r1)
            s += d
            v = np.exp(s, _r1)
            r = np.subtract(y, mu, _r0)
            delta_s = np.multiply(r, r, _r2)
            delta_s /= v
            np.subtract(1.0, delta_s, delta_s)
            delta_s *= 0.5
            _sum_dJ_dc = _dot(delta_s, x)
            _sum_delta_s = np.add.reduce(delta_s)
            delta_mu = np.divide(r, v, _r0)
            np.negative(delta_mu, delta_mu)
            _sum_dJ_da = _dot(delta_mu, x)
            _sum_delta_mu = np.add.reduce(delta_mu)
            _sums.append((_sum_dJ_da, _sum_delta_mu, _sum_dJ_dc, _sum_delta_s))
        (
            _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s,
        ) = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (_mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s)))


def value_and_gradient(a, b, c, d, x, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            mu = np.multiply(x, a, _r0)
            mu += b
            s = np.multiply(x, c, _r1)
            s += d
            v = np.exp(s, _r1)
            r = np.subtract(y, mu, _r0)
            t1 = np.multiply(r, r, _r2)
            np.multiply(v, 6.283185307179586, _r3)
            np.log(_r3, _r3)
            _r3 *= 0.5
            np.multiply(v, 2.0, _r4)
            np.divide(t1, _r4, _r4)
            _r3 += _r4
            _sum_J = np.add.reduce(_r3)
            delta_s = np.divide(t1, v, _r2)
            np.subtract(1.0, delta_s, delta_s)
            delta_s *= 0.5
            _sum_dJ_dc = _dot(delta_s, x)
            _sum_delta_s = np.add.reduce(delta_s)
            delta_mu = np.divide(r, v, _r0)
            np.negative(delta_mu, delta_mu)
            _sum_dJ_da = _dot(delta_mu, x)
            _sum_delta_mu = np.add.reduce(delta_mu)
            _sums.append((_sum_J, _sum_dJ_da, _sum_delta_mu, _sum_dJ_dc, _sum_delta_s))
        (
            _mean_J, _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s,
        ) = _means(_sums, ('x', 'y'), _data)
        return float(_mean_J), Gradient(*map(float, (
            _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s,
        )))


def update(a, b, c, d, x, y, rate=0.02) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y)
    return Params(*map(float, (
        a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d,
    )))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, x, y) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y)
    return found, np.array(slope)
