# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     φ = θ₁ + θ₂
#     x = l₁·cos(θ₁) + l₂·cos(φ)
#     y = l₁·sin(θ₁) + l₂·sin(φ)
#     L = (x − X)² + (y − Y)²
#     R = μθ₂²
#     J = L + R
# Sensitivities
#     δ_y = ∂L/∂y = 2(y − Y)
#     δ_x = ∂L/∂x = 2(x − X)
#     δ_φ = ∂L/∂φ = −δ_x·l₂·sin(φ) + δ_y·l₂·cos(φ)
# Gradient
#     ∂J/∂θ₁ = δ_φ − δ_x·l₁·sin(θ₁) + δ_y·l₁·cos(θ₁)
#     ∂J/∂θ₂ = δ_φ + 2μθ₂
# Names here: θ1 is theta1, θ2 is theta2, μ is mu, φ is phi.
# Computed in another form, which keeps more digits
#     δ_φ = −2l₂·(l₁·cos(θ₁)·sin(φ) − l₁·cos(φ)·sin(θ₁) + cos(φ)·Y − X·sin(φ))
#     dJ_dθ1 = −2(l₁·cos(θ₁)·Y − l₁X·sin(θ₁) + l₂·cos(φ)·Y − l₂X·sin(φ))
# Accuracy: dJ_dθ2 loses 5 of 16 digits at θ1 = -8.31145, θ2 = 6.37369e-06, X = 1.31266e-06, Y = -0.000644779, l1 = 12.266, l2 = -0.111119, μ = -3.84602.
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

    theta1: float
    theta2: float


class Params(NamedTuple):
    """The parameters after a step."""

    theta1: float
    theta2: float


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


def value(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> float:
    """Return J, the mean over the samples."""
    theta1 = _number("theta1", theta1)
    theta2 = _number("theta2", theta2)
    l1 = _number("l1", l1)
    l2 = _number("l2", l2)
    mu = _number("mu", mu)
    _data = _samples(('X', 'Y'), (X, Y))
    with np.errstate(all="ignore"):
        phi = theta1 + theta2
        x = l1*np.cos(theta1) + l2*np.cos(phi)
        y = l1*np.sin(theta1) + l2*np.sin(phi)
        R = mu*theta2*theta2
        _sums = []
        for X, Y, _r0, _r1 in _blocks(2, _data):
            t1 = np.subtract(x, X, _r0)
            t2 = np.subtract(y, Y, _r1)
            np.multiply(t1, t1, _r0)
            np.multiply(t2, t2, _r1)
            _r0 += _r1
            _sum_L = np.add.reduce(_r0)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('X', 'Y'), _data)
        return float(R + _mean_L)


def gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> Gradient:
    """Return the derivative of J by each parameter."""
    theta1 = _number("theta1", theta1)
    theta2 = _number("theta2", theta2)
    l1 = _number("l1", l1)
    l2 = _number("l2", l2)
    mu = _number("mu", mu)
    _data = _samples(('X', 'Y'), (X, Y))
    with np.errstate(all="ignore"):
        phi = theta1 + theta2
        t1 = np.cos(phi)
        t2 = np.sin(phi)
        t3 = np.cos(theta1)
        t4 = np.sin(theta1)
        _sums = []
        for X, Y, _r0, _r1, _r2 in _blocks(3, _data):
            t5 = np.multiply(Y, t1, _r0)
            np.multiply(X, t2, _r1)
            t5 -= _r1
            np.multiply(Y, t3, _r1)
            np.multiply(X, t4, _r2)
            _r1 -= _r2
            _r1 *= l1
            np.multiply(t5, l2, _r2)
            _r1 += _r2
            _sum_dJ_dtheta1 = np.add.reduce(_r1)
            np.add(l1*t3*t2 - l1*t1*t4, t5, _r0)
            _sum_delta_phi = -2.0*l2*np.add.reduce(_r0)
            _sums.append((_sum_dJ_dtheta1, _sum_delta_phi))
        _mean_dJ_dtheta1, _mean_delta_phi = _means(_sums, ('X', 'Y'), _data)
        return Gradient(*map(float, (-2.0*_mean_dJ_dtheta1, 2.0*mu*theta2 + _mean_delta_phi)))


def value_and_gradient(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    theta1 = _number("theta1", theta1)
    theta2 = _number("theta2", theta2)
    l1 = _number("l1", l1)
    l2 = _number("l2", l2)
    mu = _number("mu", mu)
    _data = _samples(('X', 'Y'), (X, Y))
    with np.errstate(all="ignore"):
        phi = theta1 + theta2
        t1 = np.cos(phi)
        t2 = np.cos(theta1)
        t3 = l1*t2
        x = t3 + l2*t1
        t4 = np.sin(phi)
        t5 = np.sin(theta1)
        t6 = l1*t5
        y = t6 + l2*t4
        t9 = mu*theta2
        R = t9*theta2
        _sums = []
        for X, Y, _r0, _r1, _r2 in _blocks(3, _data):
            t7 = np.subtract(x, X, _r0)
            t8 = np.subtract(y, Y, _r1)
            np.multiply(t7, t7, _r0)
            np.multiply(t8, t8, _r1)
            _r0 += _r1
            _sum_L = np.add.reduce(_r0)
            t10 = np.multiply(Y, t1, _r0)
            np.multiply(X, t4, _r1)
            t10 -= _r1
            np.multiply(Y, t2, _r1)
            np.multiply(X, t5, _r2)
            _r1 -= _r2
            _r1 *= l1
            np.multiply(t10, l2, _r2)
            _r1 += _r2
            _sum_dJ_dtheta1 = np.add.reduce(_r1)
            np.add(t3*t4 - t6*t1, t10, _r0)
            _sum_delta_phi = -2.0*l2*np.add.reduce(_r0)
            _sums.append((_sum_L, _sum_dJ_dtheta1, _sum_delta_phi))
        _mean_L, _mean_dJ_dtheta1, _mean_delta_phi = _means(_sums, ('X', 'Y'), _data)
        return float(R + _mean_L), Gradient(*map(float, (
            -2.0*_mean_dJ_dtheta1, 2.0*t9 + _mean_delta_phi,
        )))


def update(theta1, theta2, X, Y, l1=1.0, l2=0.7, mu=0.001, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(theta1, theta2, X, Y, l1, l2, mu)
    return Params(*map(float, (theta1 - rate*grad.theta1, theta2 - rate*grad.theta2)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, X, Y, l1=1.0, l2=0.7, mu=0.001) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, X, Y, l1, l2, mu)
    return found, np.array(slope)
