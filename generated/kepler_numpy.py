# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     r = E − e·sin(E) − M
#     J = r²/2
# Gradient
#     ∂J/∂E = r·(1 − e·cos(E))
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

    E: float


class Params(NamedTuple):
    """The parameters after a step."""

    E: float


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


def value(E, M, e=0.2056) -> float:
    """Return J, the mean over the samples."""
    E = _number("E", E)
    e = _number("e", e)
    _data = _samples(('M',), (M,))
    with np.errstate(all="ignore"):
        _sums = []
        for M, _r0 in _blocks(1, _data):
            r = np.subtract(E - e*np.sin(E), M, _r0)
            _sum_J = _dot(r, r)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('M',), _data)
        return float(_mean_J/2.0)


def gradient(E, M, e=0.2056) -> Gradient:
    """Return the derivative of J by each parameter."""
    E = _number("E", E)
    e = _number("e", e)
    _data = _samples(('M',), (M,))
    with np.errstate(all="ignore"):
        _sums = []
        for M, _r0 in _blocks(1, _data):
            np.subtract(E - e*np.sin(E), M, _r0)
            _sum_r = np.add.reduce(_r0)
            _sums.append((_sum_r,))
        _mean_r, = _means(_sums, ('M',), _data)
        return Gradient(*map(float, (_mean_r*(1.0 - e*np.cos(E)),)))


def value_and_gradient(E, M, e=0.2056) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    E = _number("E", E)
    e = _number("e", e)
    _data = _samples(('M',), (M,))
    with np.errstate(all="ignore"):
        _sums = []
        for M, _r0 in _blocks(1, _data):
            r = np.subtract(E - e*np.sin(E), M, _r0)
            _sum_J = _dot(r, r)
            _sum_r = np.add.reduce(r)
            _sums.append((_sum_J, _sum_r))
        _mean_J, _mean_r = _means(_sums, ('M',), _data)
        return float(_mean_J/2.0), Gradient(*map(float, (_mean_r*(1.0 - e*np.cos(E)),)))


def update(E, M, e=0.2056, rate=0.9) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(E, M, e)
    return Params(*map(float, (E - rate*grad.E,)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, M, e=0.2056) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, M, e)
    return found, np.array(slope)


def residuals(theta, M, e=0.2056) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    E, = _flat
    E = _number("E", E)
    e = _number("e", e)
    _data = _samples(('M',), (M,))
    for _name, _values in zip(('M',), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for M, _block, _r0 in _blocks(1, (*_data, _rows)):
            r = np.subtract(E - e*np.sin(E), M, _r0)
            _block[:, 0] = r
    return _rows.ravel()


def jacobian(theta, M, e=0.2056) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    E, = _flat
    E = _number("E", E)
    e = _number("e", e)
    _data = _samples(('M',), (M,))
    for _name, _values in zip(('M',), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 1))
    with np.errstate(all="ignore"):
        dr_dE = 1.0 - e*np.cos(E)
        for M, _block in _blocks(0, (*_data, _rows)):
            _block[:, 0, 0] = dr_dE
    return _rows.reshape(-1, 1)
