# Made by symgrad: value, gradient and update step of L.
#
# Minimize L, where
#     η = ax + b
#     μ = exp(η)
#     L = μ − y·log(μ) + lgamma(y + 1)
# Sensitivities
#     δ = ∂L/∂η = μ − y
# Gradient
#     ∂L/∂a = δx
#     ∂L/∂b = δ
# Names here: η is eta, μ is mu.
# Computed in another form, which keeps more digits
#     L = μ − yη + lgamma(y + 1)
# Accuracy: L loses 3 of 16 digits at a = 0.00212879, b = -8.31145, x = 6.37369e-06, y = 1.31266e-06.
# Assumed: y >= 0.
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


def _polynomial(coefficients, x):
    """Return a polynomial; its coefficients are given from the highest power down."""
    total = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        total += coefficient
        total *= x
    return total + coefficients[-1]


_ZETA = tuple(  # (zeta(k) - 1)/k with changing signs, from k = 21 down to 2, then 1 - 0.577...
    sign * value / k
    for sign, value, k in zip(
        (-1.0, 1.0) * 10,
        (4.769329867878065e-07, 9.539620338727962e-07, 1.9082127165539390e-06,
         3.817293264999840e-06, 7.637197637899762e-06, 1.528225940865187e-05,
         3.058823630702049e-05, 6.124813505870483e-05, 0.0001227133475784891,
         0.0002460865533080483, 0.0004941886041194645, 0.0009945751278180853,
         0.0020083928260822143, 0.0040773561979443396, 0.00834927738192283, 0.01734306198444914,
         0.03692775514336993, 0.08232323371113819, 0.2020569031595943, 0.6449340668482264),
        range(21, 1, -1),
    )
) + (0.42278433509846714, 0.0)


def _lgamma(x):
    """Return the logarithm of |gamma(x)|."""
    y = np.where(x > 0.0, x, 1.0 - x)
    z = np.where(y < 1.5, y - 1.0, y - 2.0)
    middle = _polynomial(_ZETA, np.where(np.abs(z) <= 0.5, z, 0.0))
    middle -= np.where(y < 1.5, np.log1p(z), 0.0)
    top, product = y, np.ones_like(y)
    for _ in range(10):
        low = top < 10.0
        product = np.where(low, product * top, product)
        top = np.where(low, top + 1.0, top)
    tail = _polynomial((-3617.0/122400.0, 1.0/156.0, -691.0/360360.0, 1.0/1188.0, -1.0/1680.0,
                        1.0/1260.0, -1.0/360.0, 1.0/12.0), 1.0 / (top * top)) / top
    far = (top - 0.5) * (np.log(top) - 1.0) + 0.4189385332046728 + tail - np.log(product)
    positive = np.where(np.isinf(y), np.inf, np.where((y > 0.5) & (y < 2.5), middle, far))
    r = x - 2.0 * np.round(0.5 * x)
    mirrored = np.log(np.pi / np.abs(np.sin(np.pi * r))) - positive
    return np.where(x > 0.0, positive, np.where(x == np.floor(x), np.inf, mirrored))


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
    """Return L, the mean over the samples."""
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1 in _blocks(2, _data):
            eta = np.multiply(x, a, _r0)
            eta += b
            mu = np.exp(eta, _r1)
            np.multiply(y, eta, _r0)
            np.subtract(mu, _r0, _r1)
            np.add(y, 1.0, _r0)
            _w0 = _lgamma(_r0)
            _r1 += _w0
            _sum_L = np.add.reduce(_r1)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 'y'), _data)
        return float(_mean_L)


def gradient(a, b, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0 in _blocks(1, _data):
            eta = np.multiply(x, a, _r0)
            eta += b
            mu = np.exp(eta, _r0)
            delta = np.subtract(mu, y, _r0)
            _sum_dL_da = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_dL_da, _sum_delta))
        _mean_dL_da, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (_mean_dL_da, _mean_delta)))


def value_and_gradient(a, b, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            eta = np.multiply(x, a, _r0)
            eta += b
            mu = np.exp(eta, _r1)
            np.multiply(y, eta, _r0)
            np.subtract(mu, _r0, _r0)
            np.add(y, 1.0, _r2)
            _w0 = _lgamma(_r2)
            _r0 += _w0
            _sum_L = np.add.reduce(_r0)
            delta = np.subtract(mu, y, _r1)
            _sum_dL_da = _dot(delta, x)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_L, _sum_dL_da, _sum_delta))
        _mean_L, _mean_dL_da, _mean_delta = _means(_sums, ('x', 'y'), _data)
        return float(_mean_L), Gradient(*map(float, (_mean_dL_da, _mean_delta)))


def update(a, b, x, y, rate=0.002) -> Params:
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
    """Return L and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, y)
    return found, np.array(slope)
