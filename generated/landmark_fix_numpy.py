# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     u = X − x
#     v = Y − y
#     d = √(u² + v²)
#     ψ = atan2(v, u)
#     A = ((d − r)/σ_r)²/2
#     B = ((ψ − φ)/σ_φ)²/2
#     J = A + B
# Sensitivities
#     δ_ψ = ∂B/∂ψ = (ψ − φ)/σ_φ²
#     δ_d = ∂A/∂d = (d − r)/σ_r²
# Gradient
#     ∂J/∂x = −δ_d·u/d + δ_ψ·v/(u² + v²)
#     ∂J/∂y = −(δ_d·v/d + δ_ψ·u/(u² + v²))
# Names here: φ is phi, σ_r is sigma_r, σ_φ is sigma_phi, ψ is psi.
# Computed in another form, which keeps more digits
#     d = hypot(u, v)
#     dJ_dx = −δ_d/d·u + δ_ψ/(v + u/v·u)
#     dJ_dy = −(δ_d/d·v + δ_ψ/(u + v/u·v))
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

    x: float
    y: float


class Params(NamedTuple):
    """The parameters after a step."""

    x: float
    y: float


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


def value(
    x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05,
) -> float:
    """Return J, the mean over the samples."""
    x = _number("x", x)
    y = _number("y", y)
    sigma_r = _number("sigma_r", sigma_r)
    sigma_phi = _number("sigma_phi", sigma_phi)
    _data = _samples(('X', 'Y', 'r', 'phi'), (X, Y, r, phi))
    with np.errstate(all="ignore"):
        _sums = []
        for X, Y, r, phi, _r0, _r1, _r2 in _blocks(3, _data):
            u = np.subtract(X, x, _r0)
            v = np.subtract(Y, y, _r1)
            d = np.hypot(u, v, _r2)
            psi = np.arctan2(v, u, _r1)
            t1 = np.subtract(d, r, _r2)
            t1 /= sigma_r
            A = np.multiply(t1, 0.5, _r0)
            A *= t1
            t2 = np.subtract(psi, phi, _r1)
            t2 /= sigma_phi
            B = np.multiply(t2, 0.5, _r2)
            B *= t2
            np.add(A, B, _r0)
            _sum_J = np.add.reduce(_r0)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('X', 'Y', 'r', 'phi'), _data)
        return float(_mean_J)


def gradient(
    x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05,
) -> Gradient:
    """Return the derivative of J by each parameter."""
    x = _number("x", x)
    y = _number("y", y)
    sigma_r = _number("sigma_r", sigma_r)
    sigma_phi = _number("sigma_phi", sigma_phi)
    _data = _samples(('X', 'Y', 'r', 'phi'), (X, Y, r, phi))
    with np.errstate(all="ignore"):
        _sums = []
        for X, Y, r, phi, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, _data):
            u = np.subtract(X, x, _r0)
            v = np.subtract(Y, y, _r1)
            d = np.hypot(u, v, _r2)
            psi = np.arctan2(v, u, _r3)
            delta_psi = np.subtract(psi, phi, _r3)
            delta_psi /= sigma_phi*sigma_phi
            delta_d = np.subtract(d, r, _r4)
            delta_d /= sigma_r*sigma_r
            t1 = np.divide(delta_d, d, _r4)
            np.divide(u, v, _r2)
            _r2 *= u
            _r2 += v
            np.divide(delta_psi, _r2, _r2)
            np.multiply(t1, u, _r5)
            _r2 -= _r5
            _sum_dJ_dx = np.add.reduce(_r2)
            np.multiply(t1, v, _r4)
            np.divide(v, u, _r2)
            _r2 *= v
            np.add(u, _r2, _r0)
            np.divide(delta_psi, _r0, _r3)
            _r4 += _r3
            _sum_dJ_dy = np.add.reduce(_r4)
            _sums.append((_sum_dJ_dx, _sum_dJ_dy))
        _mean_dJ_dx, _mean_dJ_dy = _means(_sums, ('X', 'Y', 'r', 'phi'), _data)
        return Gradient(*map(float, (_mean_dJ_dx, -_mean_dJ_dy)))


def value_and_gradient(
    x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05,
) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    x = _number("x", x)
    y = _number("y", y)
    sigma_r = _number("sigma_r", sigma_r)
    sigma_phi = _number("sigma_phi", sigma_phi)
    _data = _samples(('X', 'Y', 'r', 'phi'), (X, Y, r, phi))
    with np.errstate(all="ignore"):
        _sums = []
        for X, Y, r, phi, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7 in _blocks(8, _data):
            u = np.subtract(X, x, _r0)
            v = np.subtract(Y, y, _r1)
            d = np.hypot(u, v, _r2)
            psi = np.arctan2(v, u, _r3)
            t1 = np.subtract(d, r, _r4)
            t2 = np.divide(t1, sigma_r, _r5)
            A = np.multiply(t2, 0.5, _r6)
            A *= t2
            t3 = np.subtract(psi, phi, _r3)
            t4 = np.divide(t3, sigma_phi, _r5)
            B = np.multiply(t4, 0.5, _r7)
            B *= t4
            np.add(A, B, _r6)
            _sum_J = np.add.reduce(_r6)
            delta_psi = np.divide(t3, sigma_phi*sigma_phi, _r3)
            delta_d = np.divide(t1, sigma_r*sigma_r, _r4)
            t5 = np.divide(delta_d, d, _r4)
            np.divide(u, v, _r2)
            _r2 *= u
            _r2 += v
            np.divide(delta_psi, _r2, _r2)
            np.multiply(t5, u, _r6)
            _r2 -= _r6
            _sum_dJ_dx = np.add.reduce(_r2)
            np.multiply(t5, v, _r4)
            np.divide(v, u, _r2)
            _r2 *= v
            np.add(u, _r2, _r0)
            np.divide(delta_psi, _r0, _r3)
            _r4 += _r3
            _sum_dJ_dy = np.add.reduce(_r4)
            _sums.append((_sum_J, _sum_dJ_dx, _sum_dJ_dy))
        _mean_J, _mean_dJ_dx, _mean_dJ_dy = _means(_sums, ('X', 'Y', 'r', 'phi'), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_dx, -_mean_dJ_dy)))


def update(x, y, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(x, y, X, Y, r, phi, sigma_r, sigma_phi)
    return Params(*map(float, (x - rate*grad.x, y - rate*grad.y)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, X, Y, r, phi, sigma_r, sigma_phi)
    return found, np.array(slope)


def residuals(theta, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    x, y = _flat
    x = _number("x", x)
    y = _number("y", y)
    sigma_r = _number("sigma_r", sigma_r)
    sigma_phi = _number("sigma_phi", sigma_phi)
    _data = _samples(('X', 'Y', 'r', 'phi'), (X, Y, r, phi))
    for _name, _values in zip(('X', 'Y', 'r', 'phi'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 2))
    with np.errstate(all="ignore"):
        for X, Y, r, phi, _block, _r0, _r1, _r2 in _blocks(3, (*_data, _rows)):
            u = np.subtract(X, x, _r0)
            v = np.subtract(Y, y, _r1)
            d = np.hypot(u, v, _r2)
            residual_1 = np.subtract(d, r, _r2)
            residual_1 /= sigma_r
            psi = np.arctan2(v, u, _r1)
            residual_2 = np.subtract(psi, phi, _r1)
            residual_2 /= sigma_phi
            _block[:, 0] = residual_1
            _block[:, 1] = residual_2
    return _rows.ravel()


def jacobian(theta, X, Y, r, phi, sigma_r=0.1, sigma_phi=0.05) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    x, y = _flat
    x = _number("x", x)
    y = _number("y", y)
    sigma_r = _number("sigma_r", sigma_r)
    sigma_phi = _number("sigma_phi", sigma_phi)
    _data = _samples(('X', 'Y', 'r', 'phi'), (X, Y, r, phi))
    for _name, _values in zip(('X', 'Y', 'r', 'phi'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 2, 2))
    with np.errstate(all="ignore"):
        for X, Y, r, phi, _block, _r0, _r1, _r2, _r3, _r4 in _blocks(5, (*_data, _rows)):
            u = np.subtract(X, x, _r0)
            v = np.subtract(Y, y, _r1)
            d = np.hypot(u, v, _r2)
            dresidual_1_dx = np.multiply(d, sigma_r, _r3)
            np.divide(u, dresidual_1_dx, dresidual_1_dx)
            np.negative(dresidual_1_dx, dresidual_1_dx)
            _w0 = np.where(d == 0.0, 1.0, d)
            np.divide(v, _w0, _w0)
            dresidual_1_dy = np.divide(_w0, -sigma_r, _w0)
            t1 = np.multiply(u, u, _r2)
            np.multiply(v, v, _r4)
            t1 += _r4
            t1 *= sigma_phi
            dresidual_2_dx = np.divide(v, t1, _r1)
            dresidual_2_dy = np.divide(u, t1, _r0)
            np.negative(dresidual_2_dy, dresidual_2_dy)
            _block[:, 0, 0] = dresidual_1_dx
            _block[:, 0, 1] = dresidual_1_dy
            _block[:, 1, 0] = dresidual_2_dx
            _block[:, 1, 1] = dresidual_2_dy
    return _rows.reshape(-1, 2)
