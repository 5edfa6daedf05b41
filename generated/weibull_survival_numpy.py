# Made by symgrad: value, gradient and update step of J.
#
# Maximize J, where
#     q = t/λ
#     H = q^k
#     f = log(k/λ) + (k − 1)·log(q)
#     J = d·f − H
# Gradient
#     ∂J/∂k = d·(1/k + log(q)) − log(q)·H
#     ∂J/∂λ = k·(q^k − d)/λ
# Names here: λ is lam.
# Assumed: k > 0.
# Assumed: λ > 0.
# Assumed: t > 0.
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

    k: float
    lam: float


class Params(NamedTuple):
    """The parameters after a step."""

    k: float
    lam: float


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


def value(k, lam, t, d) -> float:
    """Return J, the mean over the samples."""
    k = _number("k", k)
    lam = _number("lam", lam)
    _data = _samples(('t', 'd'), (t, d))
    with np.errstate(all="ignore"):
        _sums = []
        for t, d, _r0, _r1 in _blocks(2, _data):
            q = np.divide(t, lam, _r0)
            H = np.power(q, k, _r1)
            f = np.log(q, _r0)
            f *= k - 1.0
            f += np.log(k/lam)
            np.multiply(d, f, _r0)
            _r0 -= H
            _sum_J = np.add.reduce(_r0)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('t', 'd'), _data)
        return float(_mean_J)


def gradient(k, lam, t, d) -> Gradient:
    """Return the derivative of J by each parameter."""
    k = _number("k", k)
    lam = _number("lam", lam)
    _data = _samples(('t', 'd'), (t, d))
    with np.errstate(all="ignore"):
        _sums = []
        for t, d, _r0, _r1, _r2 in _blocks(3, _data):
            q = np.divide(t, lam, _r0)
            H = np.power(q, k, _r1)
            np.subtract(H, d, _r2)
            _sum_dJ_dlam = np.add.reduce(_r2)
            t1 = np.log(q, _r0)
            np.add(1.0/k, t1, _r2)
            _r2 *= d
            np.multiply(t1, H, _r0)
            _r2 -= _r0
            _sum_dJ_dk = np.add.reduce(_r2)
            _sums.append((_sum_dJ_dk, _sum_dJ_dlam))
        _mean_dJ_dk, _mean_dJ_dlam = _means(_sums, ('t', 'd'), _data)
        return Gradient(*map(float, (_mean_dJ_dk, k*_mean_dJ_dlam/lam)))


def value_and_gradient(k, lam, t, d) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    k = _number("k", k)
    lam = _number("lam", lam)
    _data = _samples(('t', 'd'), (t, d))
    with np.errstate(all="ignore"):
        _sums = []
        for t, d, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            q = np.divide(t, lam, _r0)
            H = np.power(q, k, _r1)
            np.subtract(H, d, _r2)
            _sum_dJ_dlam = np.add.reduce(_r2)
            t1 = np.log(q, _r0)
            np.add(1.0/k, t1, _r2)
            _r2 *= d
            np.multiply(t1, H, _r3)
            _r2 -= _r3
            _sum_dJ_dk = np.add.reduce(_r2)
            f = np.multiply(t1, k - 1.0, _r0)
            f += np.log(k/lam)
            np.multiply(d, f, _r0)
            _r0 -= H
            _sum_J = np.add.reduce(_r0)
            _sums.append((_sum_J, _sum_dJ_dk, _sum_dJ_dlam))
        _mean_J, _mean_dJ_dk, _mean_dJ_dlam = _means(_sums, ('t', 'd'), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_dk, k*_mean_dJ_dlam/lam)))


def update(k, lam, t, d, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(k, lam, t, d)
    return Params(*map(float, (k + rate*grad.k, lam + rate*grad.lam)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, t, d) -> tuple[float, np.ndarray]:
    """Return -J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, t, d)
    return -found, -np.array(slope)
