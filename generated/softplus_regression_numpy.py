# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     z = a·x + b
#     m = log(1 + exp(z))
#     e = m − y
#     J = e²/2
# Sensitivities
#     δ = ∂J/∂z = e·sigmoid(z)
# Gradient
#     ∂J/∂a = δx
#     ∂J/∂b = δ
# Computed in another form, which keeps more digits
#     m = softplus(z)
"""Value, gradient, residuals, Jacobian and update step of J, as means over arrays of samples.

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


def value(a, b, x, y) -> float:
    """Return J, the mean over the samples."""
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1 in _blocks(2, _data):
            z = np.multiply(x, a, _r0)
            z += b
            m = np.maximum(z, 0.0, out=_r1)
            np.abs(z, _r0)
            np.negative(_r0, _r0)
            np.exp(_r0, _r0)
            np.log1p(_r0, _r0)
            m += _r0
            e = np.subtract(m, y, _r1)
            _sum_J = _dot(e, e)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('x', 'y'), _data)
        return float(_mean_J/2.0)


def gradient(a, b, x, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            z = np.multiply(x, a, _r0)
            z += b
            m = np.maximum(z, 0.0, out=_r1)
            np.abs(z, _r2)
            np.negative(_r2, _r2)
            np.exp(_r2, _r2)
            np.log1p(_r2, _r2)
            m += _r2
            e = np.subtract(m, y, _r1)
            np.negative(z, _r0)
            np.exp(_r0, _r0)
            _r0 += 1.0
            np.divide(1.0, _r0, _r0)
            delta = np.multiply(e, _r0, _r1)
            _sum_dJ_da = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_dJ_da, _sum_delta))
        _mean_dJ_da, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (_mean_dJ_da, _mean_delta)))


def value_and_gradient(a, b, x, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            z = np.multiply(x, a, _r0)
            z += b
            m = np.maximum(z, 0.0, out=_r1)
            np.abs(z, _r2)
            np.negative(_r2, _r2)
            np.exp(_r2, _r2)
            np.log1p(_r2, _r2)
            m += _r2
            e = np.subtract(m, y, _r1)
            _sum_J = _dot(e, e)
            np.negative(z, _r0)
            np.exp(_r0, _r0)
            _r0 += 1.0
            np.divide(1.0, _r0, _r0)
            delta = np.multiply(e, _r0, _r1)
            _sum_dJ_da = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_J, _sum_dJ_da, _sum_delta))
        _mean_J, _mean_dJ_da, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return float(_mean_J/2.0), Gradient(*map(float, (_mean_dJ_da, _mean_delta)))


def update(a, b, x, y, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, x, y)
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


def fun_and_jac(theta, x, y) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y)
    return found, np.array(slope)


def residuals(theta, x, y) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    a, b = _flat
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    for _name, _values in zip(('x', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for x, y, _block, _r0, _r1 in _blocks(2, (*_data, _rows)):
            z = np.multiply(x, a, _r0)
            z += b
            m = np.maximum(z, 0.0, out=_r1)
            np.abs(z, _r0)
            np.negative(_r0, _r0)
            np.exp(_r0, _r0)
            np.log1p(_r0, _r0)
            m += _r0
            e = np.subtract(m, y, _r1)
            _block[:, 0] = e
    return _rows.ravel()


def jacobian(theta, x, y) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    a, b = _flat
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    for _name, _values in zip(('x', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 2))
    with np.errstate(all="ignore"):
        for x, y, _block, _r0, _r1 in _blocks(2, (*_data, _rows)):
            z = np.multiply(x, a, _r0)
            z += b
            delta = np.negative(z, _r0)
            np.exp(delta, delta)
            delta += 1.0
            np.divide(1.0, delta, delta)
            de_da = np.multiply(delta, x, _r1)
            _block[:, 0, 0] = de_da
            _block[:, 0, 1] = delta
    return _rows.reshape(-1, 2)
