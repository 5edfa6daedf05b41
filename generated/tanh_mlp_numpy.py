# Made by symgrad: value, gradient, residuals, Jacobian and update step of L.
#
# Minimize L, where
#     z₁ = w₁x + b₁
#     h₁ = tanh(z₁)
#     z₂ = w₂h₁ + b₂
#     h₂ = tanh(z₂)
#     L = (h₂ − y)²/2
# Sensitivities
#     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
#     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
# Gradient
#     ∂L/∂w₁ = δ₁x
#     ∂L/∂b₁ = δ₁
#     ∂L/∂w₂ = δ₂h₁
#     ∂L/∂b₂ = δ₂
# Computed in another form, which keeps more digits
#     δ₂ = (h₂ − y)/cosh(z₂)²
#     δ₁ = δ₂w₂/cosh(z₁)²
"""Value, gradient, residuals, Jacobian and update step of L, as means over arrays of samples.

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


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    b1: float
    w2: float
    b2: float


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


def value(w1, b1, w2, b2, x, y) -> float:
    """Return L, the mean over the samples."""
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0 in _blocks(1, _data):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            h1 = np.tanh(z1, _r0)
            z2 = np.multiply(h1, w2, _r0)
            z2 += b2
            h2 = np.tanh(z2, _r0)
            t1 = np.subtract(h2, y, _r0)
            _sum_L = _dot(t1, t1)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 'y'), _data)
        return float(_mean_L/2.0)


def gradient(w1, b1, w2, b2, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            h1 = np.tanh(z1, _r1)
            z2 = np.multiply(h1, w2, _r2)
            z2 += b2
            h2 = np.tanh(z2, _r3)
            t1 = np.cosh(z2, _r2)
            delta_2 = np.subtract(h2, y, _r3)
            np.multiply(t1, t1, _r2)
            delta_2 /= _r2
            _sum_dL_dw2 = _dot(delta_2, h1)
            _sum_delta_2 = np.add.reduce(delta_2)
            t2 = np.cosh(z1, _r0)
            delta_1 = np.multiply(delta_2, w2, _r3)
            np.multiply(t2, t2, _r0)
            delta_1 /= _r0
            _sum_dL_dw1 = _dot(delta_1, x)
            _sum_delta_1 = np.add.reduce(delta_1)
            _sums.append((_sum_dL_dw1, _sum_delta_1, _sum_dL_dw2, _sum_delta_2))
        (
            _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2,
        ) = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (_mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2)))


def value_and_gradient(w1, b1, w2, b2, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            h1 = np.tanh(z1, _r1)
            z2 = np.multiply(h1, w2, _r2)
            z2 += b2
            h2 = np.tanh(z2, _r3)
            t1 = np.subtract(h2, y, _r3)
            _sum_L = _dot(t1, t1)
            t2 = np.cosh(z2, _r2)
            np.multiply(t2, t2, _r2)
            delta_2 = np.divide(t1, _r2, _r3)
            _sum_dL_dw2 = _dot(delta_2, h1)
            _sum_delta_2 = np.add.reduce(delta_2)
            t3 = np.cosh(z1, _r0)
            delta_1 = np.multiply(delta_2, w2, _r3)
            np.multiply(t3, t3, _r0)
            delta_1 /= _r0
            _sum_dL_dw1 = _dot(delta_1, x)
            _sum_delta_1 = np.add.reduce(delta_1)
            _sums.append((_sum_L, _sum_dL_dw1, _sum_delta_1, _sum_dL_dw2, _sum_delta_2))
        (
            _mean_L, _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2,
        ) = _means(_sums, ('x', 'y'), _data)
        return float(_mean_L/2.0), Gradient(*map(float, (
            _mean_dL_dw1, _mean_delta_1, _mean_dL_dw2, _mean_delta_2,
        )))


def update(w1, b1, w2, b2, x, y, rate=0.5) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, b1, w2, b2, x, y)
    return Params(*map(float, (
        w1 - rate*grad.w1, b1 - rate*grad.b1, w2 - rate*grad.w2, b2 - rate*grad.b2,
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
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y)
    return found, np.array(slope)


def residuals(theta, x, y) -> np.ndarray:
    """Return what is squared in L, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    w1, b1, w2, b2 = _flat
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    _data = _samples(('x', 'y'), (x, y))
    for _name, _values in zip(('x', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for x, y, _block, _r0 in _blocks(1, (*_data, _rows)):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            h1 = np.tanh(z1, _r0)
            z2 = np.multiply(h1, w2, _r0)
            z2 += b2
            h2 = np.tanh(z2, _r0)
            residual = np.subtract(h2, y, _r0)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, x, y) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    w1, b1, w2, b2 = _flat
    w1 = _number("w1", w1)
    b1 = _number("b1", b1)
    w2 = _number("w2", w2)
    b2 = _number("b2", b2)
    _data = _samples(('x', 'y'), (x, y))
    for _name, _values in zip(('x', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 4))
    with np.errstate(all="ignore"):
        for x, y, _block, _r0, _r1, _r2, _r3 in _blocks(4, (*_data, _rows)):
            z1 = np.multiply(x, w1, _r0)
            z1 += b1
            h1 = np.tanh(z1, _r1)
            z2 = np.multiply(h1, w2, _r2)
            z2 += b2
            t1 = np.cosh(z2, _r2)
            t2 = np.multiply(t1, t1, _r2)
            delta_2 = np.divide(1.0, t2, _r3)
            t3 = np.cosh(z1, _r0)
            delta_1 = np.multiply(t3, t3, _r0)
            np.divide(1.0, delta_1, delta_1)
            delta_1 *= w2
            delta_1 /= t2
            dresidual_dw1 = np.multiply(delta_1, x, _r2)
            dresidual_dw2 = np.multiply(delta_2, h1, _r1)
            _block[:, 0, 0] = dresidual_dw1
            _block[:, 0, 1] = delta_1
            _block[:, 0, 2] = dresidual_dw2
            _block[:, 0, 3] = delta_2
    return _rows.reshape(-1, 4)
