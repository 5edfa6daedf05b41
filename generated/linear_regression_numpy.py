# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     m = wx + b
#     r = m − y
#     L = r²
#     R = λw²
#     J = L + R
# Sensitivities
#     δ = ∂L/∂m = 2r
# Gradient
#     ∂J/∂w = δx + 2λw
#     ∂J/∂b = δ
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

    w: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w: float
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


def value(w, b, x, y, lam=0.01) -> float:
    """Return J, the mean over the samples."""
    w = _number("w", w)
    b = _number("b", b)
    lam = _number("lam", lam)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        R = lam*w*w
        _sums = []
        for x, y, _r0 in _blocks(1, _data):
            m = np.multiply(x, w, _r0)
            m += b
            r = np.subtract(m, y, _r0)
            _sum_L = _dot(r, r)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 'y'), _data)
        return float(R + _mean_L)


def gradient(w, b, x, y, lam=0.01) -> Gradient:
    """Return the derivative of J by each parameter."""
    w = _number("w", w)
    b = _number("b", b)
    lam = _number("lam", lam)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0 in _blocks(1, _data):
            m = np.multiply(x, w, _r0)
            m += b
            r = np.subtract(m, y, _r0)
            delta = np.multiply(r, 2.0, _r0)
            _sum_dJ_dw = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_dJ_dw, _sum_delta))
        _mean_dJ_dw, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (2.0*lam*w + _mean_dJ_dw, _mean_delta)))


def value_and_gradient(w, b, x, y, lam=0.01) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    w = _number("w", w)
    b = _number("b", b)
    lam = _number("lam", lam)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        t1 = lam*w
        R = t1*w
        _sums = []
        for x, y, _r0 in _blocks(1, _data):
            m = np.multiply(x, w, _r0)
            m += b
            r = np.subtract(m, y, _r0)
            _sum_L = _dot(r, r)
            delta = np.multiply(r, 2.0, _r0)
            _sum_dJ_dw = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_L, _sum_dJ_dw, _sum_delta))
        _mean_L, _mean_dJ_dw, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return float(R + _mean_L), Gradient(*map(float, (2.0*t1 + _mean_dJ_dw, _mean_delta)))


def update(w, b, x, y, lam=0.01, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w, b, x, y, lam)
    return Params(*map(float, (w - rate*grad.w, b - rate*grad.b)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, x, y, lam=0.01) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y, lam)
    return found, np.array(slope)
