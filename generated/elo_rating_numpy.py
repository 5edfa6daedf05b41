# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     E = 1/(1 + 10^((B − A)/400))
#     L = −(S·log(E) + (1 − S)·log(1 − E))
# Gradient
#     ∂L/∂A = log(10)·(E − S)/400
#     ∂L/∂B = log(10)·(S − E)/400
# Computed in another form, which keeps more digits
#     L = S·softplus(B·log(10)/400 − A·log(10)/400) + (1 − S)·softplus(−B·log(10)/400 + A·log(10)/400)
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

    A: float
    B: float


class Params(NamedTuple):
    """The parameters after a step."""

    A: float
    B: float


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


def value(A, B, S) -> float:
    """Return L, the mean over the samples."""
    A = _number("A", A)
    B = _number("B", B)
    _data = _samples(('S',), (S,))
    with np.errstate(all="ignore"):
        t1 = 0.005756462732485115*B
        t2 = 0.005756462732485115*A
        _sums = []
        for S, _r0, _r1 in _blocks(2, _data):
            np.multiply(S, np.maximum(t1 - t2, 0.0) + np.log1p(np.exp(-np.abs(t1 - t2))), _r0)
            np.subtract(1.0, S, _r1)
            _r1 *= np.maximum(t2 - t1, 0.0) + np.log1p(np.exp(-np.abs(t2 - t1)))
            _r0 += _r1
            _sum_L = np.add.reduce(_r0)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('S',), _data)
        return float(_mean_L)


def gradient(A, B, S) -> Gradient:
    """Return the derivative of L by each parameter."""
    A = _number("A", A)
    B = _number("B", B)
    _data = _samples(('S',), (S,))
    with np.errstate(all="ignore"):
        E = 1.0/(1.0 + np.power(10.0, (B - A)/400.0))
        _sums = []
        for S, in _blocks(0, _data):
            _sum_S = np.add.reduce(S)
            _sums.append((_sum_S,))
        _mean_S, = _means(_sums, ('S',), _data)
        return Gradient(*map(float, (
            0.005756462732485115*E - 0.005756462732485115*_mean_S,
            0.005756462732485115*_mean_S - 0.005756462732485115*E,
        )))


def value_and_gradient(A, B, S) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    A = _number("A", A)
    B = _number("B", B)
    _data = _samples(('S',), (S,))
    with np.errstate(all="ignore"):
        E = 1.0/(1.0 + np.power(10.0, (B - A)/400.0))
        t1 = 0.005756462732485115*B
        t2 = 0.005756462732485115*A
        _sums = []
        for S, _r0, _r1 in _blocks(2, _data):
            np.multiply(S, np.maximum(t1 - t2, 0.0) + np.log1p(np.exp(-np.abs(t1 - t2))), _r0)
            np.subtract(1.0, S, _r1)
            _r1 *= np.maximum(t2 - t1, 0.0) + np.log1p(np.exp(-np.abs(t2 - t1)))
            _r0 += _r1
            _sum_L = np.add.reduce(_r0)
            _sum_S = np.add.reduce(S)
            _sums.append((_sum_L, _sum_S))
        _mean_L, _mean_S = _means(_sums, ('S',), _data)
        return float(_mean_L), Gradient(*map(float, (
            0.005756462732485115*E - 0.005756462732485115*_mean_S,
            0.005756462732485115*_mean_S - 0.005756462732485115*E,
        )))


def update(A, B, S, rate=5558.97) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(A, B, S)
    return Params(*map(float, (A - rate*grad.A, B - rate*grad.B)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, S) -> tuple[float, np.ndarray]:
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, S)
    return found, np.array(slope)
