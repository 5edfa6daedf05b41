# Made by symgrad: value, gradient, residuals, Jacobian and update step of L.
#
# Minimize L, where
#     q = w_q·x₂
#     k₁ = w_k·x₁
#     k₂ = w_k·x₂
#     v₁ = w_v·x₁
#     v₂ = w_v·x₂
#     s₁ = qk₁/√d
#     s₂ = qk₂/√d
#     Z = exp(s₁) + exp(s₂)
#     α₁ = exp(s₁)/Z
#     α₂ = exp(s₂)/Z
#     o = α₁v₁ + α₂v₂
#     L = (o − y)²/2
# Sensitivities
#     δ_o = ∂L/∂o = o − y
#     δ_α2 = ∂L/∂α₂ = δ_o·v₂
#     δ_α1 = ∂L/∂α₁ = δ_o·v₁
#     δ_Z = ∂L/∂Z = −(δ_α1·α₁ + δ_α2·α₂)/Z
#     δ_s2 = ∂L/∂s₂ = δ_Z·exp(s₂) + δ_α2·α₂
#     δ_s1 = ∂L/∂s₁ = δ_Z·exp(s₁) + δ_α1·α₁
# Gradient
#     ∂L/∂w_q = x₂·(δ_s1·k₁ + δ_s2·k₂)/√d
#     ∂L/∂w_k = q·(δ_s1·x₁ + δ_s2·x₂)/√d
#     ∂L/∂w_v = δ_o·(α₁x₁ + α₂x₂)
# Names here: α1 is alpha1, α2 is alpha2.
# Computed in another form, which keeps more digits
#     α₂ = sigmoid(s₂ − s₁)
# Accuracy: dL_dw_q loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
# Accuracy: dL_dw_k loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
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

    w_q: float
    w_k: float
    w_v: float


class Params(NamedTuple):
    """The parameters after a step."""

    w_q: float
    w_k: float
    w_v: float


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


def value(w_q, w_k, w_v, x1, x2, y, d=1.0) -> float:
    """Return L, the mean over the samples."""
    w_q = _number("w_q", w_q)
    w_k = _number("w_k", w_k)
    w_v = _number("w_v", w_v)
    d = _number("d", d)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(d)
        _sums = []
        for x1, x2, y, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, _data):
            q = np.multiply(x2, w_q, _r0)
            k1 = np.multiply(x1, w_k, _r1)
            k2 = np.multiply(x2, w_k, _r2)
            v1 = np.multiply(x1, w_v, _r3)
            v2 = np.multiply(x2, w_v, _r4)
            s1 = np.multiply(q, k1, _r1)
            s1 /= t1
            s2 = np.multiply(q, k2, _r0)
            s2 /= t1
            t2 = np.exp(s1, _r2)
            Z = np.exp(s2, _r5)
            Z += t2
            alpha1 = np.divide(t2, Z, _r2)
            alpha2 = np.subtract(s1, s2, _r1)
            np.exp(alpha2, alpha2)
            alpha2 += 1.0
            np.divide(1.0, alpha2, alpha2)
            o = np.multiply(alpha1, v1, _r2)
            np.multiply(alpha2, v2, _r1)
            o += _r1
            t3 = np.subtract(o, y, _r2)
            _sum_L = _dot(t3, t3)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x1', 'x2', 'y'), _data)
        return float(_mean_L/2.0)


def gradient(w_q, w_k, w_v, x1, x2, y, d=1.0) -> Gradient:
    """Return the derivative of L by each parameter."""
    w_q = _number("w_q", w_q)
    w_k = _number("w_k", w_k)
    w_v = _number("w_v", w_v)
    d = _number("d", d)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(d)
        _sums = []
        for (
            x1, x2, y, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10, _r11, _r12,
        ) in _blocks(13, _data):
            q = np.multiply(x2, w_q, _r0)
            k1 = np.multiply(x1, w_k, _r1)
            k2 = np.multiply(x2, w_k, _r2)
            v1 = np.multiply(x1, w_v, _r3)
            v2 = np.multiply(x2, w_v, _r4)
            s1 = np.multiply(q, k1, _r5)
            s1 /= t1
            s2 = np.multiply(q, k2, _r6)
            s2 /= t1
            t2 = np.exp(s1, _r7)
            t3 = np.exp(s2, _r8)
            Z = np.add(t2, t3, _r9)
            alpha1 = np.divide(t2, Z, _r10)
            alpha2 = np.subtract(s1, s2, _r5)
            np.exp(alpha2, alpha2)
            alpha2 += 1.0
            np.divide(1.0, alpha2, alpha2)
            o = np.multiply(alpha1, v1, _r6)
            np.multiply(alpha2, v2, _r11)
            o += _r11
            delta_o = np.subtract(o, y, _r6)
            np.multiply(alpha1, x1, _r11)
            np.multiply(alpha2, x2, _r12)
            _r11 += _r12
            _sum_dL_dw_v = _dot(delta_o, _r11)
            delta_alpha2 = np.multiply(delta_o, v2, _r4)
            delta_alpha1 = np.multiply(delta_o, v1, _r6)
            t4 = np.multiply(delta_alpha1, alpha1, _r6)
            t5 = np.multiply(delta_alpha2, alpha2, _r4)
            delta_Z = np.add(t4, t5, _r5)
            delta_Z /= Z
            np.negative(delta_Z, delta_Z)
            delta_s2 = np.multiply(delta_Z, t3, _r8)
            delta_s2 += t5
            delta_s1 = np.multiply(delta_Z, t2, _r5)
            delta_s1 += t4
            np.multiply(delta_s1, k1, _r1)
            np.multiply(delta_s2, k2, _r2)
            _r1 += _r2
            _sum_dL_dw_q = _dot(x2, _r1)
            np.multiply(delta_s1, x1, _r5)
            np.multiply(delta_s2, x2, _r8)
            _r5 += _r8
            _sum_dL_dw_k = _dot(q, _r5)
            _sums.append((_sum_dL_dw_q, _sum_dL_dw_k, _sum_dL_dw_v))
        _mean_dL_dw_q, _mean_dL_dw_k, _mean_dL_dw_v = _means(_sums, ('x1', 'x2', 'y'), _data)
        return Gradient(*map(float, (_mean_dL_dw_q/t1, _mean_dL_dw_k/t1, _mean_dL_dw_v)))


def value_and_gradient(w_q, w_k, w_v, x1, x2, y, d=1.0) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    w_q = _number("w_q", w_q)
    w_k = _number("w_k", w_k)
    w_v = _number("w_v", w_v)
    d = _number("d", d)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(d)
        _sums = []
        for (
            x1, x2, y, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10, _r11, _r12,
        ) in _blocks(13, _data):
            q = np.multiply(x2, w_q, _r0)
            k1 = np.multiply(x1, w_k, _r1)
            k2 = np.multiply(x2, w_k, _r2)
            v1 = np.multiply(x1, w_v, _r3)
            v2 = np.multiply(x2, w_v, _r4)
            s1 = np.multiply(q, k1, _r5)
            s1 /= t1
            s2 = np.multiply(q, k2, _r6)
            s2 /= t1
            t2 = np.exp(s1, _r7)
            t3 = np.exp(s2, _r8)
            Z = np.add(t2, t3, _r9)
            alpha1 = np.divide(t2, Z, _r10)
            alpha2 = np.subtract(s1, s2, _r5)
            np.exp(alpha2, alpha2)
            alpha2 += 1.0
            np.divide(1.0, alpha2, alpha2)
            o = np.multiply(alpha1, v1, _r6)
            np.multiply(alpha2, v2, _r11)
            o += _r11
            delta_o = np.subtract(o, y, _r6)
            _sum_L = _dot(delta_o, delta_o)
            np.multiply(alpha1, x1, _r11)
            np.multiply(alpha2, x2, _r12)
            _r11 += _r12
            _sum_dL_dw_v = _dot(delta_o, _r11)
            delta_alpha2 = np.multiply(delta_o, v2, _r4)
            delta_alpha1 = np.multiply(delta_o, v1, _r6)
            t4 = np.multiply(delta_alpha1, alpha1, _r6)
            t5 = np.multiply(delta_alpha2, alpha2, _r4)
            delta_Z = np.add(t4, t5, _r5)
            delta_Z /= Z
            np.negative(delta_Z, delta_Z)
            delta_s2 = np.multiply(delta_Z, t3, _r8)
            delta_s2 += t5
            delta_s1 = np.multiply(delta_Z, t2, _r5)
            delta_s1 += t4
            np.multiply(delta_s1, k1, _r1)
            np.multiply(delta_s2, k2, _r2)
            _r1 += _r2
            _sum_dL_dw_q = _dot(x2, _r1)
            np.multiply(delta_s1, x1, _r5)
            np.multiply(delta_s2, x2, _r8)
            _r5 += _r8
            _sum_dL_dw_k = _dot(q, _r5)
            _sums.append((_sum_L, _sum_dL_dw_q, _sum_dL_dw_k, _sum_dL_dw_v))
        (
            _mean_L, _mean_dL_dw_q, _mean_dL_dw_k, _mean_dL_dw_v,
        ) = _means(_sums, ('x1', 'x2', 'y'), _data)
        return float(_mean_L/2.0), Gradient(*map(float, (
            _mean_dL_dw_q/t1, _mean_dL_dw_k/t1, _mean_dL_dw_v,
        )))


def update(w_q, w_k, w_v, x1, x2, y, d=1.0, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w_q, w_k, w_v, x1, x2, y, d)
    return Params(*map(float, (
        w_q - rate*grad.w_q, w_k - rate*grad.w_k, w_v - rate*grad.w_v,
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


def fun_and_jac(theta, x1, x2, y, d=1.0) -> tuple[float, np.ndarray]:
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x1, x2, y, d)
    return found, np.array(slope)


def residuals(theta, x1, x2, y, d=1.0) -> np.ndarray:
    """Return what is squared in L, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    w_q, w_k, w_v = _flat
    w_q = _number("w_q", w_q)
    w_k = _number("w_k", w_k)
    w_v = _number("w_v", w_v)
    d = _number("d", d)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    for _name, _values in zip(('x1', 'x2', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(d)
        for x1, x2, y, _block, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, (*_data, _rows)):
            q = np.multiply(x2, w_q, _r0)
            k1 = np.multiply(x1, w_k, _r1)
            k2 = np.multiply(x2, w_k, _r2)
            v1 = np.multiply(x1, w_v, _r3)
            v2 = np.multiply(x2, w_v, _r4)
            s1 = np.multiply(q, k1, _r1)
            s1 /= t1
            s2 = np.multiply(q, k2, _r0)
            s2 /= t1
            t2 = np.exp(s1, _r2)
            Z = np.exp(s2, _r5)
            Z += t2
            alpha1 = np.divide(t2, Z, _r2)
            alpha2 = np.subtract(s1, s2, _r1)
            np.exp(alpha2, alpha2)
            alpha2 += 1.0
            np.divide(1.0, alpha2, alpha2)
            o = np.multiply(alpha1, v1, _r2)
            np.multiply(alpha2, v2, _r1)
            o += _r1
            residual = np.subtract(o, y, _r2)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, x1, x2, y, d=1.0) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    w_q, w_k, w_v = _flat
    w_q = _number("w_q", w_q)
    w_k = _number("w_k", w_k)
    w_v = _number("w_v", w_v)
    d = _number("d", d)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    for _name, _values in zip(('x1', 'x2', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 3))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(d)
        for (
            x1, x2, y, _block, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10,
        ) in _blocks(11, (*_data, _rows)):
            q = np.multiply(x2, w_q, _r0)
            k1 = np.multiply(x1, w_k, _r1)
            k2 = np.multiply(x2, w_k, _r2)
            v1 = np.multiply(x1, w_v, _r3)
            v2 = np.multiply(x2, w_v, _r4)
            s1 = np.multiply(q, k1, _r5)
            s1 /= t1
            s2 = np.multiply(q, k2, _r6)
            s2 /= t1
            t2 = np.exp(s1, _r7)
            t3 = np.exp(s2, _r8)
            Z = np.add(t2, t3, _r9)
            alpha1 = np.divide(t2, Z, _r10)
            alpha2 = np.subtract(s1, s2, _r5)
            np.exp(alpha2, alpha2)
            alpha2 += 1.0
            np.divide(1.0, alpha2, alpha2)
            t4 = np.multiply(v1, alpha1, _r3)
            t5 = np.multiply(v2, alpha2, _r4)
            delta_Z = np.add(t4, t5, _r6)
            delta_Z /= Z
            np.negative(delta_Z, delta_Z)
            delta_s2 = np.multiply(delta_Z, t3, _r8)
            delta_s2 += t5
            delta_s1 = np.multiply(delta_Z, t2, _r6)
            delta_s1 += t4
            dresidual_dw_q = np.multiply(delta_s1, k1, _r1)
            np.multiply(delta_s2, k2, _r2)
            dresidual_dw_q += _r2
            dresidual_dw_q *= x2
            dresidual_dw_q /= t1
            np.multiply(delta_s1, x1, _r6)
            np.multiply(delta_s2, x2, _r8)
            _r6 += _r8
            dresidual_dw_k = np.multiply(q, _r6, _r0)
            dresidual_dw_k /= t1
            dresidual_dw_v = np.multiply(alpha1, x1, _r10)
            np.multiply(alpha2, x2, _r5)
            dresidual_dw_v += _r5
            _block[:, 0, 0] = dresidual_dw_q
            _block[:, 0, 1] = dresidual_dw_k
            _block[:, 0, 2] = dresidual_dw_v
    return _rows.reshape(-1, 3)
