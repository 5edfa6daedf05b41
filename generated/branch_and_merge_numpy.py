# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     u = ax + b
#     h = u²
#     v = ch + u + d
#     p = 1/(1 + v)
#     L = (p − y)²
#     R = λ/2·(a² + c²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂v = −2(p − y)·p²
# Gradient
#     ∂J/∂a = δ·(2cu + 1)·x + λa
#     ∂J/∂b = δ·(2cu + 1)
#     ∂J/∂c = δh + λc
#     ∂J/∂d = δ
# Names here: λ is lam.
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


def value(a, b, c, d, x, y, lam=0.1) -> float:
    """Return J, the mean over the samples."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    lam = _number("lam", lam)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        R = lam/2.0*(a*a + c*c)
        _sums = []
        for x, y, _r0, _r1 in _blocks(2, _data):
            u = np.multiply(x, a, _r0)
            u += b
            h = np.multiply(u, u, _r1)
            v = np.multiply(h, c, _r1)
            v += u
            v += d
            p = np.add(1.0, v, _r1)
            np.divide(1.0, p, p)
            t1 = np.subtract(p, y, _r1)
            _sum_L = _dot(t1, t1)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 'y'), _data)
        return float(R + _mean_L)


def gradient(a, b, c, d, x, y, lam=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    lam = _number("lam", lam)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            u = np.multiply(x, a, _r0)
            u += b
            h = np.multiply(u, u, _r1)
            t1 = np.multiply(u, c, _r2)
            t2 = np.add(t1, 1.0, _r3)
            v = np.multiply(u, t2, _r0)
            v += d
            p = np.add(1.0, v, _r0)
            np.divide(1.0, p, p)
            # delta = -2.0*delta_
            delta_ = np.subtract(p, y, _r4)
            delta_ *= p
            delta_ *= p
            _sum_dJ_dc = -2.0*_dot(delta_, h)
            _sum_delta = -2.0*np.add.reduce(delta_)
            # dJ_db = -2.0*dJ_db_
            np.add(t1, t2, _r2)
            dJ_db_ = np.multiply(delta_, _r2, _r4)
            _sum_dJ_da = -2.0*_dot(dJ_db_, x)
            _sum_dJ_db = -2.0*np.add.reduce(dJ_db_)
            _sums.append((_sum_dJ_da, _sum_dJ_db, _sum_dJ_dc, _sum_delta))
        _mean_dJ_da, _mean_dJ_db, _mean_dJ_dc, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (
            lam*a + _mean_dJ_da, _mean_dJ_db, lam*c + _mean_dJ_dc, _mean_delta,
        )))


def value_and_gradient(a, b, c, d, x, y, lam=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    lam = _number("lam", lam)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        t4 = lam*a
        t5 = lam*c
        R = (t4*a + t5*c)/2.0
        _sums = []
        for x, y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            u = np.multiply(x, a, _r0)
            u += b
            h = np.multiply(u, u, _r1)
            t1 = np.multiply(u, c, _r2)
            t2 = np.add(t1, 1.0, _r3)
            v = np.multiply(u, t2, _r0)
            v += d
            p = np.add(1.0, v, _r0)
            np.divide(1.0, p, p)
            t3 = np.subtract(p, y, _r4)
            _sum_L = _dot(t3, t3)
            # delta = -2.0*delta_
            delta_ = np.multiply(t3, p, _r4)
            delta_ *= p
            _sum_dJ_dc = -2.0*_dot(delta_, h)
            _sum_delta = -2.0*np.add.reduce(delta_)
            # dJ_db = -2.0*dJ_db_
            np.add(t1, t2, _r2)
            dJ_db_ = np.multiply(delta_, _r2, _r4)
            _sum_dJ_da = -2.0*_dot(dJ_db_, x)
            _sum_dJ_db = -2.0*np.add.reduce(dJ_db_)
            _sums.append((_sum_L, _sum_dJ_da, _sum_dJ_db, _sum_dJ_dc, _sum_delta))
        (
            _mean_L, _mean_dJ_da, _mean_dJ_db, _mean_dJ_dc, _mean_delta,
        ) = _means(_sums, ('x', 'y'), _data)
        return float(R + _mean_L), Gradient(*map(float, (
            t4 + _mean_dJ_da, _mean_dJ_db, t5 + _mean_dJ_dc, _mean_delta,
        )))


def update(a, b, c, d, x, y, lam=0.1, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, x, y, lam)
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


def fun_and_jac(theta, x, y, lam=0.1) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y, lam)
    return found, np.array(slope)
