# Made by symgrad: value, gradient, residuals, Jacobian and update step of L.
#
# Minimize L, where
#     a₁ = w₁₁x₁ + w₁₂x₂
#     a₂ = w₂₁x₁ + w₂₂x₂
#     r = √((a₁² + a₂²)/2 + ε)
#     y₁ = g₁a₁/r
#     y₂ = g₂a₂/r
#     L = ((y₁ − t₁)² + (y₂ − t₂)²)/2
# Sensitivities
#     δ_y2 = ∂L/∂y₂ = y₂ − t₂
#     δ_y1 = ∂L/∂y₁ = y₁ − t₁
#     δ_r = ∂L/∂r = −(δ_y1·y₁ + δ_y2·y₂)/r
#     δ_a2 = ∂L/∂a₂ = δ_r·a₂/(2r) + δ_y2·g₂/r
#     δ_a1 = ∂L/∂a₁ = δ_r·a₁/(2r) + δ_y1·g₁/r
# Gradient
#     ∂L/∂w₁₁ = δ_a1·x₁
#     ∂L/∂w₁₂ = δ_a1·x₂
#     ∂L/∂w₂₁ = δ_a2·x₁
#     ∂L/∂w₂₂ = δ_a2·x₂
#     ∂L/∂g₁ = δ_y1·a₁/r
#     ∂L/∂g₂ = δ_y2·a₂/r
# Names here: ε is epsilon.
# Accuracy: dL_dw11 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
# Accuracy: dL_dw12 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
# Accuracy: dL_dw21 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
# Accuracy: dL_dw22 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
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

    w11: float
    w12: float
    w21: float
    w22: float
    g1: float
    g2: float


class Params(NamedTuple):
    """The parameters after a step."""

    w11: float
    w12: float
    w21: float
    w22: float
    g1: float
    g2: float


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


def value(
    w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05,
) -> float:
    """Return L, the mean over the samples."""
    w11 = _number("w11", w11)
    w12 = _number("w12", w12)
    w21 = _number("w21", w21)
    w22 = _number("w22", w22)
    g1 = _number("g1", g1)
    g2 = _number("g2", g2)
    epsilon = _number("epsilon", epsilon)
    _data = _samples(('x1', 'x2', 't1', 't2'), (x1, x2, t1, t2))
    _no_nan("x1", _data[0])
    _no_nan("x2", _data[1])
    _no_nan("t1", _data[2])
    _no_nan("t2", _data[3])
    with np.errstate(all="ignore"):
        _sums = []
        for x1, x2, t1, t2, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            a1 = np.multiply(x1, w11, _r0)
            np.multiply(x2, w12, _r1)
            a1 += _r1
            a2 = np.multiply(x1, w21, _r1)
            np.multiply(x2, w22, _r2)
            a2 += _r2
            r = np.multiply(a1, a1, _r2)
            np.multiply(a2, a2, _r3)
            r += _r3
            r *= 0.5
            r += epsilon
            np.sqrt(r, r)
            y1 = np.multiply(a1, g1, _r0)
            y1 /= r
            y2 = np.multiply(a2, g2, _r1)
            y2 /= r
            tmp1 = np.subtract(y1, t1, _r0)
            tmp2 = np.subtract(y2, t2, _r1)
            np.power(tmp1, 2.0, _r0)
            np.power(tmp2, 2.0, _r1)
            _r0 += _r1
            _sum_L = np.add.reduce(_r0)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x1', 'x2', 't1', 't2'), _data)
        return float(_mean_L/2.0)


def gradient(
    w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05,
) -> Gradient:
    """Return the derivative of L by each parameter."""
    w11 = _number("w11", w11)
    w12 = _number("w12", w12)
    w21 = _number("w21", w21)
    w22 = _number("w22", w22)
    g1 = _number("g1", g1)
    g2 = _number("g2", g2)
    epsilon = _number("epsilon", epsilon)
    _data = _samples(('x1', 'x2', 't1', 't2'), (x1, x2, t1, t2))
    with np.errstate(all="ignore"):
        _sums = []
        for x1, x2, t1, t2, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7 in _blocks(8, _data):
            a1 = np.multiply(x1, w11, _r0)
            np.multiply(x2, w12, _r1)
            a1 += _r1
            a2 = np.multiply(x1, w21, _r1)
            np.multiply(x2, w22, _r2)
            a2 += _r2
            r = np.multiply(a1, a1, _r2)
            np.multiply(a2, a2, _r3)
            r += _r3
            r *= 0.5
            r += epsilon
            np.sqrt(r, r)
            y1 = np.multiply(a1, g1, _r3)
            y1 /= r
            y2 = np.multiply(a2, g2, _r4)
            y2 /= r
            delta_y2 = np.subtract(y2, t2, _r5)
            np.multiply(delta_y2, a2, _r6)
            _r6 /= r
            _sum_dL_dg2 = np.add.reduce(_r6)
            delta_y1 = np.subtract(y1, t1, _r6)
            np.multiply(delta_y1, a1, _r7)
            _r7 /= r
            _sum_dL_dg1 = np.add.reduce(_r7)
            delta_r = np.multiply(delta_y1, y1, _r3)
            np.multiply(delta_y2, y2, _r4)
            delta_r += _r4
            delta_r /= r
            np.negative(delta_r, delta_r)
            delta_a2 = np.multiply(delta_r, 0.5, _r4)
            delta_a2 *= a2
            np.multiply(delta_y2, g2, _r5)
            delta_a2 += _r5
            delta_a2 /= r
            _sum_dL_dw21 = _dot(delta_a2, x1)
            _sum_dL_dw22 = _dot(delta_a2, x2)
            delta_a1 = np.multiply(delta_r, 0.5, _r3)
            delta_a1 *= a1
            np.multiply(delta_y1, g1, _r6)
            delta_a1 += _r6
            delta_a1 /= r
            _sum_dL_dw11 = _dot(delta_a1, x1)
            _sum_dL_dw12 = _dot(delta_a1, x2)
            _sums.append((
                _sum_dL_dw11, _sum_dL_dw12, _sum_dL_dw21, _sum_dL_dw22, _sum_dL_dg1, _sum_dL_dg2,
            ))
        (
            _mean_dL_dw11, _mean_dL_dw12, _mean_dL_dw21, _mean_dL_dw22, _mean_dL_dg1,
            _mean_dL_dg2,
        ) = _means(_sums, ('x1', 'x2', 't1', 't2'), _data)
        return Gradient(*map(float, (
            _mean_dL_dw11, _mean_dL_dw12, _mean_dL_dw21, _mean_dL_dw22, _mean_dL_dg1,
            _mean_dL_dg2,
        )))


def value_and_gradient(
    w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05,
) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    w11 = _number("w11", w11)
    w12 = _number("w12", w12)
    w21 = _number("w21", w21)
    w22 = _number("w22", w22)
    g1 = _number("g1", g1)
    g2 = _number("g2", g2)
    epsilon = _number("epsilon", epsilon)
    _data = _samples(('x1', 'x2', 't1', 't2'), (x1, x2, t1, t2))
    with np.errstate(all="ignore"):
        _sums = []
        for x1, x2, t1, t2, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8 in _blocks(9, _data):
            a1 = np.multiply(x1, w11, _r0)
            np.multiply(x2, w12, _r1)
            a1 += _r1
            a2 = np.multiply(x1, w21, _r1)
            np.multiply(x2, w22, _r2)
            a2 += _r2
            r = np.multiply(a1, a1, _r2)
            np.multiply(a2, a2, _r3)
            r += _r3
            r *= 0.5
            r += epsilon
            np.sqrt(r, r)
            y1 = np.multiply(a1, g1, _r3)
            y1 /= r
            y2 = np.multiply(a2, g2, _r4)
            y2 /= r
            delta_y1 = np.subtract(y1, t1, _r5)
            np.multiply(delta_y1, a1, _r6)
            _r6 /= r
            _sum_dL_dg1 = np.add.reduce(_r6)
            delta_y2 = np.subtract(y2, t2, _r6)
            np.power(delta_y1, 2.0, _r7)
            np.power(delta_y2, 2.0, _r8)
            _r7 += _r8
            _sum_L = np.add.reduce(_r7)
            np.multiply(delta_y2, a2, _r7)
            _r7 /= r
            _sum_dL_dg2 = np.add.reduce(_r7)
            delta_r = np.multiply(delta_y1, y1, _r3)
            np.multiply(delta_y2, y2, _r4)
            delta_r += _r4
            delta_r /= r
            np.negative(delta_r, delta_r)
            delta_a2 = np.multiply(delta_r, 0.5, _r4)
            delta_a2 *= a2
            np.multiply(delta_y2, g2, _r6)
            delta_a2 += _r6
            delta_a2 /= r
            _sum_dL_dw21 = _dot(delta_a2, x1)
            _sum_dL_dw22 = _dot(delta_a2, x2)
            delta_a1 = np.multiply(delta_r, 0.5, _r3)
            delta_a1 *= a1
            np.multiply(delta_y1, g1, _r5)
            delta_a1 += _r5
            delta_a1 /= r
            _sum_dL_dw11 = _dot(delta_a1, x1)
            _sum_dL_dw12 = _dot(delta_a1, x2)
            _sums.append((
                _sum_L, _sum_dL_dw11, _sum_dL_dw12, _sum_dL_dw21, _sum_dL_dw22, _sum_dL_dg1,
                _sum_dL_dg2,
            ))
        (
            _mean_L, _mean_dL_dw11, _mean_dL_dw12, _mean_dL_dw21, _mean_dL_dw22, _mean_dL_dg1,
            _mean_dL_dg2,
        ) = _means(_sums, ('x1', 'x2', 't1', 't2'), _data)
        return float(_mean_L/2.0), Gradient(*map(float, (
            _mean_dL_dw11, _mean_dL_dw12, _mean_dL_dw21, _mean_dL_dw22, _mean_dL_dg1,
            _mean_dL_dg2,
        )))


def update(
    w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon=1e-05, rate=0.1,
) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon)
    return Params(*map(float, (
        w11 - rate*grad.w11, w12 - rate*grad.w12, w21 - rate*grad.w21, w22 - rate*grad.w22,
        g1 - rate*grad.g1, g2 - rate*grad.g2,
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


def fun_and_jac(theta, x1, x2, t1, t2, epsilon=1e-05) -> tuple[float, np.ndarray]:
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x1, x2, t1, t2, epsilon)
    return found, np.array(slope)


def residuals(theta, x1, x2, t1, t2, epsilon=1e-05) -> np.ndarray:
    """Return what is squared in L, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    w11, w12, w21, w22, g1, g2 = _flat
    w11 = _number("w11", w11)
    w12 = _number("w12", w12)
    w21 = _number("w21", w21)
    w22 = _number("w22", w22)
    g1 = _number("g1", g1)
    g2 = _number("g2", g2)
    epsilon = _number("epsilon", epsilon)
    _data = _samples(('x1', 'x2', 't1', 't2'), (x1, x2, t1, t2))
    for _name, _values in zip(('x1', 'x2', 't1', 't2'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 2))
    with np.errstate(all="ignore"):
        for x1, x2, t1, t2, _block, _r0, _r1, _r2, _r3 in _blocks(4, (*_data, _rows)):
            a1 = np.multiply(x1, w11, _r0)
            np.multiply(x2, w12, _r1)
            a1 += _r1
            a2 = np.multiply(x1, w21, _r1)
            np.multiply(x2, w22, _r2)
            a2 += _r2
            r = np.multiply(a1, a1, _r2)
            np.multiply(a2, a2, _r3)
            r += _r3
            r *= 0.5
            r += epsilon
            np.sqrt(r, r)
            y1 = np.multiply(a1, g1, _r0)
            y1 /= r
            residual_1 = np.subtract(y1, t1, _r0)
            y2 = np.multiply(a2, g2, _r1)
            y2 /= r
            residual_2 = np.subtract(y2, t2, _r1)
            _block[:, 0] = residual_1
            _block[:, 1] = residual_2
    return _rows.ravel()


def jacobian(theta, x1, x2, t1, t2, epsilon=1e-05) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    w11, w12, w21, w22, g1, g2 = _flat
    w11 = _number("w11", w11)
    w12 = _number("w12", w12)
    w21 = _number("w21", w21)
    w22 = _number("w22", w22)
    g1 = _number("g1", g1)
    g2 = _number("g2", g2)
    epsilon = _number("epsilon", epsilon)
    _data = _samples(('x1', 'x2', 't1', 't2'), (x1, x2, t1, t2))
    for _name, _values in zip(('x1', 'x2', 't1', 't2'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 2, 6))
    with np.errstate(all="ignore"):
        for (
            x1, x2, t1, t2, _block, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10, _r11,
        ) in _blocks(12, (*_data, _rows)):
            a1 = np.multiply(x1, w11, _r0)
            np.multiply(x2, w12, _r1)
            a1 += _r1
            a2 = np.multiply(x1, w21, _r1)
            np.multiply(x2, w22, _r2)
            a2 += _r2
            r = np.multiply(a1, a1, _r2)
            np.multiply(a2, a2, _r3)
            r += _r3
            r *= 0.5
            r += epsilon
            np.sqrt(r, r)
            y1 = np.multiply(a1, g1, _r3)
            y1 /= r
            delta_r_residual_1 = np.divide(y1, r, _r3)
            np.negative(delta_r_residual_1, delta_r_residual_1)
            tmp1 = np.multiply(r, 2.0, _r4)
            delta_a2_residual_1 = np.multiply(delta_r_residual_1, a2, _r5)
            delta_a2_residual_1 /= tmp1
            delta_a1_residual_1 = np.multiply(delta_r_residual_1, a1, _r3)
            delta_a1_residual_1 /= tmp1
            np.divide(g1, r, _r6)
            delta_a1_residual_1 += _r6
            dresidual_1_dw11 = np.multiply(delta_a1_residual_1, x1, _r6)
            dresidual_1_dw12 = np.multiply(delta_a1_residual_1, x2, _r3)
            dresidual_1_dw21 = np.multiply(delta_a2_residual_1, x1, _r7)
            dresidual_1_dw22 = np.multiply(delta_a2_residual_1, x2, _r5)
            dresidual_1_dg1 = np.divide(a1, r, _r8)
            y2 = np.multiply(a2, g2, _r9)
            y2 /= r
            delta_r_residual_2 = np.divide(y2, r, _r9)
            np.negative(delta_r_residual_2, delta_r_residual_2)
            delta_a2_residual_2 = np.multiply(delta_r_residual_2, a2, _r10)
            delta_a2_residual_2 /= tmp1
            np.divide(g2, r, _r11)
            delta_a2_residual_2 += _r11
            delta_a1_residual_2 = np.multiply(delta_r_residual_2, a1, _r9)
            delta_a1_residual_2 /= tmp1
            dresidual_2_dw11 = np.multiply(delta_a1_residual_2, x1, _r4)
            dresidual_2_dw12 = np.multiply(delta_a1_residual_2, x2, _r9)
            dresidual_2_dw21 = np.multiply(delta_a2_residual_2, x1, _r0)
            dresidual_2_dw22 = np.multiply(delta_a2_residual_2, x2, _r10)
            dresidual_2_dg2 = np.divide(a2, r, _r1)
            _block[:, 0, 0] = dresidual_1_dw11
            _block[:, 0, 1] = dresidual_1_dw12
            _block[:, 0, 2] = dresidual_1_dw21
            _block[:, 0, 3] = dresidual_1_dw22
            _block[:, 0, 4] = dresidual_1_dg1
            _block[:, 1, 0] = dresidual_2_dw11
            _block[:, 1, 1] = dresidual_2_dw12
            _block[:, 1, 2] = dresidual_2_dw21
            _block[:, 1, 3] = dresidual_2_dw22
            _block[:, 1, 5] = dresidual_2_dg2
    return _rows.reshape(-1, 6)
