# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     z₁ = w₁x + b₁
#     z₂ = w₂x + b₂
#     z₃ = w₃x + b₃
#     s = exp(z₁) + exp(z₂) + exp(z₃)
#     p₁ = exp(z₁)/s
#     p₂ = exp(z₂)/s
#     p₃ = exp(z₃)/s
#     L = −(t₁·log(p₁) + t₂·log(p₂) + t₃·log(p₃))
# Sensitivities
#     δ₃ = ∂L/∂z₃ = p₃ − t₃
#     δ₂ = ∂L/∂z₂ = p₂ − t₂
#     δ₁ = ∂L/∂z₁ = p₁ − t₁
# Gradient
#     ∂L/∂w₁ = δ₁x
#     ∂L/∂b₁ = δ₁
#     ∂L/∂w₂ = δ₂x
#     ∂L/∂b₂ = δ₂
#     ∂L/∂w₃ = δ₃x
#     ∂L/∂b₃ = δ₃
# Computed in another form, which keeps more digits
#     p₂ = 1/(1 + exp(z₁ − z₂) + exp(z₃ − z₂))
#     p₃ = exp(z₃ − logsumexp(z₁, z₂, z₃))
#     L = t₁·logsumexp(0, z₂ − z₁, z₃ − z₁) + t₂·logsumexp(z₁ − z₂, 0, z₃ − z₂) + t₃·logsumexp(z₁ − z₃, z₂ − z₃, 0)
# Assumed: t1 + t2 + t3 = 1.
"""Value, gradient and update step of L, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of L by each parameter."""

    w1: float
    b1: float
    w2: float
    b2: float
    w3: float
    b3: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    b1: float
    w2: float
    b2: float
    w3: float
    b3: float


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


def _logsumexp(first, *others):
    """Return log(exp(x1) + exp(x2) + ...), the larger of two terms taken out first."""
    for x in others:
        top = np.maximum(first, x)
        sum_ = top + np.log1p(np.exp(-np.abs(first - x)))
        first = np.where(np.isinf(top), top, sum_)
    return first


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


def value(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> float:
    """Return L, the mean over the samples."""
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    w3 = _number("w3", w3)
    b3 = _number("b3", b3)
    _data = _samples(('x', 't1', 't2', 't3'), (x, t1, t2, t3))
    with np.errstate(all="ignore"):
        _sums = []
        for x, t1, t2, t3, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            z2 = np.multiply(x, w2, _r1)
            z2 += b2
            z3 = np.multiply(x, w3, _r2)
            z3 += b3
            np.subtract(z2, z1, _r3)
            np.subtract(z3, z1, _r4)
            _w0 = _logsumexp(0.0, _r3, _r4)
            _w0 *= t1
            np.subtract(z1, z2, _r3)
            np.subtract(z3, z2, _r4)
            _w1 = _logsumexp(_r3, 0.0, _r4)
            _w1 *= t2
            _w0 += _w1
            np.subtract(z1, z3, _r0)
            np.subtract(z2, z3, _r1)
            _w2 = _logsumexp(_r0, _r1, 0.0)
            _w2 *= t3
            _w0 += _w2
            _sum_L = np.add.reduce(_w0)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 't1', 't2', 't3'), _data)
        return float(_mean_L)


def gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> Gradient:
    """Return the derivative of L by each parameter."""
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    w3 = _number("w3", w3)
    b3 = _number("b3", b3)
    _data = _samples(('x', 't1', 't2', 't3'), (x, t1, t2, t3))
    with np.errstate(all="ignore"):
        _sums = []
        for x, t1, t2, t3, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, _data):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            z2 = np.multiply(x, w2, _r1)
            z2 += b2
            z3 = np.multiply(x, w3, _r2)
            z3 += b3
            tmp1 = np.exp(z1, _r3)
            s = np.exp(z2, _r4)
            s += tmp1
            np.exp(z3, _r5)
            s += _r5
            p1 = np.divide(tmp1, s, _r3)
            p2 = np.subtract(z1, z2, _r4)
            np.exp(p2, p2)
            p2 += 1.0
            np.subtract(z3, z2, _r5)
            np.exp(_r5, _r5)
            p2 += _r5
            np.divide(1.0, p2, p2)
            _w0 = _logsumexp(z1, z2, z3)
            p3 = np.subtract(z3, _w0, _r2)
            np.exp(p3, p3)
            delta_3 = np.subtract(p3, t3, _r2)
            _sum_dL_dw3 = _dot(delta_3, x)
            _sum_delta_3 = np.add.reduce(delta_3)
            delta_2 = np.subtract(p2, t2, _r4)
            _sum_dL_dw2 = _dot(delta_2, x)
            _sum_delta_2 = np.add.reduce(delta_2)
            delta_1 = np.subtract(p1, t1, _r3)
            _sum_dL_dw1 = _dot(delta_1, x)
            _sum_delta_1 = np.add.reduce(delta_1)
            _sums.append((
                _sum_dL_dw1, _sum_delta_1, _sum_dL_dw2, _sum_delta_2, _sum_dL_dw3, _sum_delta_3,
            ))
        (
            _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2, _mean_dL_dw3, _mean_delta_3,
        ) = _means(_sums, ('x', 't1', 't2', 't3'), _data)
        return Gradient(*map(float, (
            _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2, _mean_dL_dw3, _mean_delta_3,
        )))


def value_and_gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    w3 = _number("w3", w3)
    b3 = _number("b3", b3)
    _data = _samples(('x', 't1', 't2', 't3'), (x, t1, t2, t3))
    with np.errstate(all="ignore"):
        _sums = []
        for x, t1, t2, t3, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7 in _blocks(8, _data):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            z2 = np.multiply(x, w2, _r1)
            z2 += b2
            z3 = np.multiply(x, w3, _r2)
            z3 += b3
            tmp1 = np.exp(z1, _r3)
            s = np.exp(z2, _r4)
            s += tmp1
            np.exp(z3, _r5)
            s += _r5
            p1 = np.divide(tmp1, s, _r3)
            tmp2 = np.subtract(z1, z2, _r4)
            tmp3 = np.subtract(z3, z2, _r5)
            np.subtract(z2, z1, _r6)
            np.subtract(z3, z1, _r7)
            _w0 = _logsumexp(0.0, _r6, _r7)
            _w0 *= t1
            _w1 = _logsumexp(tmp2, 0.0, tmp3)
            _w1 *= t2
            _w0 += _w1
            np.subtract(z1, z3, _r6)
            np.subtract(z2, z3, _r7)
            _w2 = _logsumexp(_r6, _r7, 0.0)
            _w2 *= t3
            _w0 += _w2
            _sum_L = np.add.reduce(_w0)
            p2 = np.exp(tmp2, _r4)
            p2 += 1.0
            np.exp(tmp3, _r5)
            p2 += _r5
            np.divide(1.0, p2, p2)
            _w3 = _logsumexp(z1, z2, z3)
            p3 = np.subtract(z3, _w3, _r2)
            np.exp(p3, p3)
            delta_3 = np.subtract(p3, t3, _r2)
            _sum_dL_dw3 = _dot(delta_3, x)
            _sum_delta_3 = np.add.reduce(delta_3)
            delta_2 = np.subtract(p2, t2, _r4)
            _sum_dL_dw2 = _dot(delta_2, x)
            _sum_delta_2 = np.add.reduce(delta_2)
            delta_1 = np.subtract(p1, t1, _r3)
            _sum_dL_dw1 = _dot(delta_1, x)
            _sum_delta_1 = np.add.reduce(delta_1)
            _sums.append((
                _sum_L, _sum_dL_dw1, _sum_delta_1, _sum_dL_dw2, _sum_delta_2, _sum_dL_dw3,
                _sum_delta_3,
            ))
        (
            _mean_L, _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2, _mean_dL_dw3,
            _mean_delta_3,
        ) = _means(_sums, ('x', 't1', 't2', 't3'), _data)
        return float(_mean_L), Gradient(*map(float, (
            _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2, _mean_dL_dw3, _mean_delta_3,
        )))


def update(w1, b1, w2, b2, w3, b3, x, t1, t2, t3, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3)
    return Params(*map(float, (
        w1 - rate*grad.w1, b1 - rate*grad.b1, w2 - rate*grad.w2, b2 - rate*grad.b2,
        w3 - rate*grad.w3, b3 - rate*grad.b3,
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


def fun_and_jac(theta, x, t1, t2, t3) -> tuple[float, np.ndarray]:
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, t1, t2, t3)
    return found, np.array(slope)
