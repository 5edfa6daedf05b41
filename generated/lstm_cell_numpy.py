# Made by symgrad: value, gradient, residuals, Jacobian and update step of L.
#
# Minimize L, where
#     z_i = w_i·x + u_i·h₀ + b_i
#     z_f = w_f·x + u_f·h₀ + b_f
#     z_o = w_o·x + u_o·h₀ + b_o
#     z_g = w_g·x + u_g·h₀ + b_g
#     i = 1/(1 + exp(−z_i))
#     f = 1/(1 + exp(−z_f))
#     o = 1/(1 + exp(−z_o))
#     g = tanh(z_g)
#     c = fc₀ + ig
#     h = o·tanh(c)
#     L = (h − y)²/2
# Sensitivities
#     δ_h = ∂L/∂h = h − y
#     δ_c = ∂L/∂c = δ_h·o·(1 − tanh(c)²)
#     δ_z_g = ∂L/∂z_g = δ_c·i·(1 − g²)
#     δ_z_o = ∂L/∂z_o = δ_h·(1 − o)·h
#     δ_z_f = ∂L/∂z_f = δ_c·c₀f·(1 − f)
#     δ_z_i = ∂L/∂z_i = δ_c·gi·(1 − i)
# Gradient
#     ∂L/∂w_i = δ_z_i·x
#     ∂L/∂u_i = δ_z_i·h₀
#     ∂L/∂b_i = δ_z_i
#     ∂L/∂w_f = δ_z_f·x
#     ∂L/∂u_f = δ_z_f·h₀
#     ∂L/∂b_f = δ_z_f
#     ∂L/∂w_o = δ_z_o·x
#     ∂L/∂u_o = δ_z_o·h₀
#     ∂L/∂b_o = δ_z_o
#     ∂L/∂w_g = δ_z_g·x
#     ∂L/∂u_g = δ_z_g·h₀
#     ∂L/∂b_g = δ_z_g
# Computed in another form, which keeps more digits
#     δ_c = o·(δ_h/cosh(c)²)
#     δ_z_g = (o·tanh(fc₀ + i·tanh(z_g)) − y)·o·(1/cosh(fc₀ + i·tanh(z_g))²)·i·(1/cosh(z_g)²)
#     δ_z_o = δ_h·sigmoid(−z_o)·h
#     δ_z_f = δ_c·c₀f·sigmoid(−z_f)
#     δ_z_i = δ_c·gi·sigmoid(−z_i)
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

    w_i: float
    u_i: float
    b_i: float
    w_f: float
    u_f: float
    b_f: float
    w_o: float
    u_o: float
    b_o: float
    w_g: float
    u_g: float
    b_g: float


class Params(NamedTuple):
    """The parameters after a step."""

    w_i: float
    u_i: float
    b_i: float
    w_f: float
    u_f: float
    b_f: float
    w_o: float
    u_o: float
    b_o: float
    w_g: float
    u_g: float
    b_g: float


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
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) -> float:
    """Return L, the mean over the samples."""
    w_i = _number("w_i", w_i)
    u_i = _number("u_i", u_i)
    b_i = _number("b_i", b_i)
    w_f = _number("w_f", w_f)
    u_f = _number("u_f", u_f)
    b_f = _number("b_f", b_f)
    w_o = _number("w_o", w_o)
    u_o = _number("u_o", u_o)
    b_o = _number("b_o", b_o)
    w_g = _number("w_g", w_g)
    u_g = _number("u_g", u_g)
    b_g = _number("b_g", b_g)
    _data = _samples(('x', 'h0', 'c0', 'y'), (x, h0, c0, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, h0, c0, y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            z_i = np.multiply(x, w_i, _r0)
            np.multiply(h0, u_i, _r1)
            z_i += _r1
            z_i += b_i
            z_f = np.multiply(x, w_f, _r1)
            np.multiply(h0, u_f, _r2)
            z_f += _r2
            z_f += b_f
            z_o = np.multiply(x, w_o, _r2)
            np.multiply(h0, u_o, _r3)
            z_o += _r3
            z_o += b_o
            z_g = np.multiply(x, w_g, _r3)
            np.multiply(h0, u_g, _r4)
            z_g += _r4
            z_g += b_g
            i = np.negative(z_i, _r0)
            np.exp(i, i)
            i += 1.0
            np.divide(1.0, i, i)
            f = np.negative(z_f, _r1)
            np.exp(f, f)
            f += 1.0
            np.divide(1.0, f, f)
            o = np.negative(z_o, _r2)
            np.exp(o, o)
            o += 1.0
            np.divide(1.0, o, o)
            g = np.tanh(z_g, _r3)
            c = np.multiply(f, c0, _r1)
            np.multiply(i, g, _r0)
            c += _r0
            np.tanh(c, _r1)
            h = np.multiply(o, _r1, _r2)
            t1 = np.subtract(h, y, _r2)
            _sum_L = _dot(t1, t1)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 'h0', 'c0', 'y'), _data)
        return float(_mean_L/2.0)


def gradient(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) -> Gradient:
    """Return the derivative of L by each parameter."""
    w_i = _number("w_i", w_i)
    u_i = _number("u_i", u_i)
    b_i = _number("b_i", b_i)
    w_f = _number("w_f", w_f)
    u_f = _number("u_f", u_f)
    b_f = _number("b_f", b_f)
    w_o = _number("w_o", w_o)
    u_o = _number("u_o", u_o)
    b_o = _number("b_o", b_o)
    w_g = _number("w_g", w_g)
    u_g = _number("u_g", u_g)
    b_g = _number("b_g", b_g)
    _data = _samples(('x', 'h0', 'c0', 'y'), (x, h0, c0, y))
    with np.errstate(all="ignore"):
        _sums = []
        for (
            x, h0, c0, y, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10, _r11,
        ) in _blocks(12, _data):
            z_i = np.multiply(x, w_i, _r0)
            np.multiply(h0, u_i, _r1)
            z_i += _r1
            z_i += b_i
            z_f = np.multiply(x, w_f, _r1)
            np.multiply(h0, u_f, _r2)
            z_f += _r2
            z_f += b_f
            z_o = np.multiply(x, w_o, _r2)
            np.multiply(h0, u_o, _r3)
            z_o += _r3
            z_o += b_o
            z_g = np.multiply(x, w_g, _r3)
            np.multiply(h0, u_g, _r4)
            z_g += _r4
            z_g += b_g
            t1 = np.negative(z_i, _r0)
            i = np.exp(t1, _r4)
            i += 1.0
            np.divide(1.0, i, i)
            t2 = np.negative(z_f, _r1)
            f = np.exp(t2, _r5)
            f += 1.0
            np.divide(1.0, f, f)
            t3 = np.negative(z_o, _r2)
            o = np.exp(t3, _r6)
            o += 1.0
            np.divide(1.0, o, o)
            g = np.tanh(z_g, _r7)
            t4 = np.multiply(f, c0, _r5)
            t5 = np.multiply(i, g, _r7)
            c = np.add(t4, t5, _r8)
            h = np.tanh(c, _r9)
            h *= o
            delta_h = np.subtract(h, y, _r10)
            t6 = np.cosh(c, _r8)
            t7 = np.multiply(t6, t6, _r8)
            delta_c = np.divide(delta_h, t7, _r11)
            delta_c *= o
            t8 = np.cosh(z_g, _r3)
            delta_z_g = np.multiply(delta_h, o, _r6)
            np.divide(1.0, t7, _r8)
            delta_z_g *= _r8
            delta_z_g *= i
            np.multiply(t8, t8, _r3)
            np.divide(1.0, _r3, _r3)
            delta_z_g *= _r3
            _sum_dL_dw_g = _dot(delta_z_g, x)
            _sum_dL_du_g = _dot(delta_z_g, h0)
            _sum_delta_z_g = np.add.reduce(delta_z_g)
            np.negative(t3, _r2)
            np.exp(_r2, _r2)
            _r2 += 1.0
            np.divide(1.0, _r2, _r2)
            delta_z_o = np.multiply(delta_h, _r2, _r10)
            delta_z_o *= h
            _sum_dL_dw_o = _dot(delta_z_o, x)
            _sum_dL_du_o = _dot(delta_z_o, h0)
            _sum_delta_z_o = np.add.reduce(delta_z_o)
            delta_z_f = np.multiply(delta_c, t4, _r5)
            np.negative(t2, _r1)
            np.exp(_r1, _r1)
            _r1 += 1.0
            np.divide(1.0, _r1, _r1)
            delta_z_f *= _r1
            _sum_dL_dw_f = _dot(delta_z_f, x)
            _sum_dL_du_f = _dot(delta_z_f, h0)
            _sum_delta_z_f = np.add.reduce(delta_z_f)
            delta_z_i = np.multiply(delta_c, t5, _r11)
            np.negative(t1, _r0)
            np.exp(_r0, _r0)
            _r0 += 1.0
            np.divide(1.0, _r0, _r0)
            delta_z_i *= _r0
            _sum_dL_dw_i = _dot(delta_z_i, x)
            _sum_dL_du_i = _dot(delta_z_i, h0)
            _sum_delta_z_i = np.add.reduce(delta_z_i)
            _sums.append((
                _sum_dL_dw_i, _sum_dL_du_i, _sum_delta_z_i, _sum_dL_dw_f, _sum_dL_du_f,
                _sum_delta_z_f, _sum_dL_dw_o, _sum_dL_du_o, _sum_delta_z_o, _sum_dL_dw_g,
                _sum_dL_du_g, _sum_delta_z_g,
            ))
        (
            _mean_dL_dw_i, _mean_dL_du_i, _mean_delta_z_i, _mean_dL_dw_f, _mean_dL_du_f,
            _mean_delta_z_f, _mean_dL_dw_o, _mean_dL_du_o, _mean_delta_z_o, _mean_dL_dw_g,
            _mean_dL_du_g, _mean_delta_z_g,
        ) = _means(_sums, ('x', 'h0', 'c0', 'y'), _data)
        return Gradient(*map(float, (
            _mean_dL_dw_i, _mean_dL_du_i, _mean_delta_z_i, _mean_dL_dw_f, _mean_dL_du_f,
            _mean_delta_z_f, _mean_dL_dw_o, _mean_dL_du_o, _mean_delta_z_o, _mean_dL_dw_g,
            _mean_dL_du_g, _mean_delta_z_g,
        )))


def value_and_gradient(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    w_i = _number("w_i", w_i)
    u_i = _number("u_i", u_i)
    b_i = _number("b_i", b_i)
    w_f = _number("w_f", w_f)
    u_f = _number("u_f", u_f)
    b_f = _number("b_f", b_f)
    w_o = _number("w_o", w_o)
    u_o = _number("u_o", u_o)
    b_o = _number("b_o", b_o)
    w_g = _number("w_g", w_g)
    u_g = _number("u_g", u_g)
    b_g = _number("b_g", b_g)
    _data = _samples(('x', 'h0', 'c0', 'y'), (x, h0, c0, y))
    with np.errstate(all="ignore"):
        _sums = []
        for (
            x, h0, c0, y, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10, _r11,
        ) in _blocks(12, _data):
            z_i = np.multiply(x, w_i, _r0)
            np.multiply(h0, u_i, _r1)
            z_i += _r1
            z_i += b_i
            z_f = np.multiply(x, w_f, _r1)
            np.multiply(h0, u_f, _r2)
            z_f += _r2
            z_f += b_f
            z_o = np.multiply(x, w_o, _r2)
            np.multiply(h0, u_o, _r3)
            z_o += _r3
            z_o += b_o
            z_g = np.multiply(x, w_g, _r3)
            np.multiply(h0, u_g, _r4)
            z_g += _r4
            z_g += b_g
            t1 = np.negative(z_i, _r0)
            i = np.exp(t1, _r4)
            i += 1.0
            np.divide(1.0, i, i)
            t2 = np.negative(z_f, _r1)
            f = np.exp(t2, _r5)
            f += 1.0
            np.divide(1.0, f, f)
            t3 = np.negative(z_o, _r2)
            o = np.exp(t3, _r6)
            o += 1.0
            np.divide(1.0, o, o)
            g = np.tanh(z_g, _r7)
            t4 = np.multiply(f, c0, _r5)
            t5 = np.multiply(i, g, _r7)
            c = np.add(t4, t5, _r8)
            h = np.tanh(c, _r9)
            h *= o
            delta_h = np.subtract(h, y, _r10)
            _sum_L = _dot(delta_h, delta_h)
            t6 = np.cosh(c, _r8)
            t7 = np.multiply(t6, t6, _r8)
            delta_c = np.divide(delta_h, t7, _r11)
            delta_c *= o
            t8 = np.cosh(z_g, _r3)
            delta_z_g = np.multiply(delta_h, o, _r6)
            np.divide(1.0, t7, _r8)
            delta_z_g *= _r8
            delta_z_g *= i
            np.multiply(t8, t8, _r3)
            np.divide(1.0, _r3, _r3)
            delta_z_g *= _r3
            _sum_dL_dw_g = _dot(delta_z_g, x)
            _sum_dL_du_g = _dot(delta_z_g, h0)
            _sum_delta_z_g = np.add.reduce(delta_z_g)
            np.negative(t3, _r2)
            np.exp(_r2, _r2)
            _r2 += 1.0
            np.divide(1.0, _r2, _r2)
            delta_z_o = np.multiply(delta_h, _r2, _r10)
            delta_z_o *= h
            _sum_dL_dw_o = _dot(delta_z_o, x)
            _sum_dL_du_o = _dot(delta_z_o, h0)
            _sum_delta_z_o = np.add.reduce(delta_z_o)
            delta_z_f = np.multiply(delta_c, t4, _r5)
            np.negative(t2, _r1)
            np.exp(_r1, _r1)
            _r1 += 1.0
            np.divide(1.0, _r1, _r1)
            delta_z_f *= _r1
            _sum_dL_dw_f = _dot(delta_z_f, x)
            _sum_dL_du_f = _dot(delta_z_f, h0)
            _sum_delta_z_f = np.add.reduce(delta_z_f)
            delta_z_i = np.multiply(delta_c, t5, _r11)
            np.negative(t1, _r0)
            np.exp(_r0, _r0)
            _r0 += 1.0
            np.divide(1.0, _r0, _r0)
            delta_z_i *= _r0
            _sum_dL_dw_i = _dot(delta_z_i, x)
            _sum_dL_du_i = _dot(delta_z_i, h0)
            _sum_delta_z_i = np.add.reduce(delta_z_i)
            _sums.append((
                _sum_L, _sum_dL_dw_i, _sum_dL_du_i, _sum_delta_z_i, _sum_dL_dw_f, _sum_dL_du_f,
                _sum_delta_z_f, _sum_dL_dw_o, _sum_dL_du_o, _sum_delta_z_o, _sum_dL_dw_g,
                _sum_dL_du_g, _sum_delta_z_g,
            ))
        (
            _mean_L, _mean_dL_dw_i, _mean_dL_du_i, _mean_delta_z_i, _mean_dL_dw_f, _mean_dL_du_f,
            _mean_delta_z_f, _mean_dL_dw_o, _mean_dL_du_o, _mean_delta_z_o, _mean_dL_dw_g,
            _mean_dL_du_g, _mean_delta_z_g,
        ) = _means(_sums, ('x', 'h0', 'c0', 'y'), _data)
        return float(_mean_L/2.0), Gradient(*map(float, (
            _mean_dL_dw_i, _mean_dL_du_i, _mean_delta_z_i, _mean_dL_dw_f, _mean_dL_du_f,
            _mean_delta_z_f, _mean_dL_dw_o, _mean_dL_du_o, _mean_delta_z_o, _mean_dL_dw_g,
            _mean_dL_du_g, _mean_delta_z_g,
        )))


def update(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y, rate=0.5,
) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(
        w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
    )
    return Params(*map(float, (
        w_i - rate*grad.w_i, u_i - rate*grad.u_i, b_i - rate*grad.b_i, w_f - rate*grad.w_f,
        u_f - rate*grad.u_f, b_f - rate*grad.b_f, w_o - rate*grad.w_o, u_o - rate*grad.u_o,
        b_o - rate*grad.b_o, w_g - rate*grad.w_g, u_g - rate*grad.u_g, b_g - rate*grad.b_g,
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


def fun_and_jac(theta, x, h0, c0, y) -> tuple[float, np.ndarray]:
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, h0, c0, y)
    return found, np.array(slope)


def residuals(theta, x, h0, c0, y) -> np.ndarray:
    """Return what is squared in L, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g = _flat
    w_i = _number("w_i", w_i)
    u_i = _number("u_i", u_i)
    b_i = _number("b_i", b_i)
    w_f = _number("w_f", w_f)
    u_f = _number("u_f", u_f)
    b_f = _number("b_f", b_f)
    w_o = _number("w_o", w_o)
    u_o = _number("u_o", u_o)
    b_o = _number("b_o", b_o)
    w_g = _number("w_g", w_g)
    u_g = _number("u_g", u_g)
    b_g = _number("b_g", b_g)
    _data = _samples(('x', 'h0', 'c0', 'y'), (x, h0, c0, y))
    for _name, _values in zip(('x', 'h0', 'c0', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for x, h0, c0, y, _block, _r0, _r1, _r2, _r3, _r4 in _blocks(5, (*_data, _rows)):
            z_i = np.multiply(x, w_i, _r0)
            np.multiply(h0, u_i, _r1)
            z_i += _r1
            z_i += b_i
            z_f = np.multiply(x, w_f, _r1)
            np.multiply(h0, u_f, _r2)
            z_f += _r2
            z_f += b_f
            z_o = np.multiply(x, w_o, _r2)
            np.multiply(h0, u_o, _r3)
            z_o += _r3
            z_o += b_o
            z_g = np.multiply(x, w_g, _r3)
            np.multiply(h0, u_g, _r4)
            z_g += _r4
            z_g += b_g
            i = np.negative(z_i, _r0)
            np.exp(i, i)
            i += 1.0
            np.divide(1.0, i, i)
            f = np.negative(z_f, _r1)
            np.exp(f, f)
            f += 1.0
            np.divide(1.0, f, f)
            o = np.negative(z_o, _r2)
            np.exp(o, o)
            o += 1.0
            np.divide(1.0, o, o)
            g = np.tanh(z_g, _r3)
            c = np.multiply(f, c0, _r1)
            np.multiply(i, g, _r0)
            c += _r0
            np.tanh(c, _r1)
            h = np.multiply(o, _r1, _r2)
            residual = np.subtract(h, y, _r2)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, x, h0, c0, y) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g = _flat
    w_i = _number("w_i", w_i)
    u_i = _number("u_i", u_i)
    b_i = _number("b_i", b_i)
    w_f = _number("w_f", w_f)
    u_f = _number("u_f", u_f)
    b_f = _number("b_f", b_f)
    w_o = _number("w_o", w_o)
    u_o = _number("u_o", u_o)
    b_o = _number("b_o", b_o)
    w_g = _number("w_g", w_g)
    u_g = _number("u_g", u_g)
    b_g = _number("b_g", b_g)
    _data = _samples(('x', 'h0', 'c0', 'y'), (x, h0, c0, y))
    for _name, _values in zip(('x', 'h0', 'c0', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 12))
    with np.errstate(all="ignore"):
        for (
            x, h0, c0, y, _block, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10, _r11,
        ) in _blocks(12, (*_data, _rows)):
            z_i = np.multiply(x, w_i, _r0)
            np.multiply(h0, u_i, _r1)
            z_i += _r1
            z_i += b_i
            z_f = np.multiply(x, w_f, _r1)
            np.multiply(h0, u_f, _r2)
            z_f += _r2
            z_f += b_f
            z_o = np.multiply(x, w_o, _r2)
            np.multiply(h0, u_o, _r3)
            z_o += _r3
            z_o += b_o
            z_g = np.multiply(x, w_g, _r3)
            np.multiply(h0, u_g, _r4)
            z_g += _r4
            z_g += b_g
            t1 = np.negative(z_i, _r0)
            i = np.exp(t1, _r4)
            i += 1.0
            np.divide(1.0, i, i)
            t2 = np.negative(z_f, _r1)
            f = np.exp(t2, _r5)
            f += 1.0
            np.divide(1.0, f, f)
            o = np.negative(z_o, _r6)
            np.exp(o, o)
            o += 1.0
            np.divide(1.0, o, o)
            g = np.tanh(z_g, _r7)
            t3 = np.multiply(f, c0, _r5)
            c = np.multiply(i, g, _r8)
            c += t3
            t4 = np.multiply(c, 2.0, _r9)
            np.exp(t4, t4)
            t5 = np.add(t4, 1.0, _r10)
            delta_c = np.multiply(o, 4.0, _r6)
            delta_c *= t4
            np.multiply(t5, t5, _r10)
            delta_c /= _r10
            t6 = np.multiply(delta_c, i, _r4)
            t7 = np.cosh(z_g, _r3)
            delta_z_g = np.multiply(t7, t7, _r3)
            np.divide(t6, delta_z_g, delta_z_g)
            t8 = np.exp(z_o, _r2)
            t9 = np.add(t8, 1.0, _r10)
            delta_z_o = np.tanh(c, _r8)
            delta_z_o *= t8
            np.multiply(t9, t9, _r10)
            delta_z_o /= _r10
            delta_z_f = np.multiply(delta_c, t3, _r6)
            np.negative(t2, _r1)
            np.exp(_r1, _r1)
            _r1 += 1.0
            np.divide(1.0, _r1, _r1)
            delta_z_f *= _r1
            delta_z_i = np.multiply(t6, g, _r4)
            np.negative(t1, _r0)
            np.exp(_r0, _r0)
            _r0 += 1.0
            np.divide(1.0, _r0, _r0)
            delta_z_i *= _r0
            dresidual_dw_i = np.multiply(delta_z_i, x, _r0)
            dresidual_du_i = np.multiply(delta_z_i, h0, _r7)
            dresidual_dw_f = np.multiply(delta_z_f, x, _r1)
            dresidual_du_f = np.multiply(delta_z_f, h0, _r5)
            dresidual_dw_o = np.multiply(delta_z_o, x, _r10)
            dresidual_du_o = np.multiply(delta_z_o, h0, _r2)
            dresidual_dw_g = np.multiply(delta_z_g, x, _r9)
            dresidual_du_g = np.multiply(delta_z_g, h0, _r11)
            _block[:, 0, 0] = dresidual_dw_i
            _block[:, 0, 1] = dresidual_du_i
            _block[:, 0, 2] = delta_z_i
            _block[:, 0, 3] = dresidual_dw_f
            _block[:, 0, 4] = dresidual_du_f
            _block[:, 0, 5] = delta_z_f
            _block[:, 0, 6] = dresidual_dw_o
            _block[:, 0, 7] = dresidual_du_o
            _block[:, 0, 8] = delta_z_o
            _block[:, 0, 9] = dresidual_dw_g
            _block[:, 0, 10] = dresidual_du_g
            _block[:, 0, 11] = delta_z_g
    return _rows.reshape(-1, 12)
