# Made by symgrad: value, gradient, residuals, Jacobian and update step of L.
#
# Minimize L, where
#     z = wx + b
#     Φ = (1 + erf(z/√2))/2
#     h = zΦ
#     L = (h − y)²/2
# Sensitivities
#     δ_h = ∂L/∂h = h − y
#     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
# Gradient
#     ∂L/∂w = δ_z·x
#     ∂L/∂b = δ_z
# Names here: Φ is Phi.
# Computed in another form, which keeps more digits
#     Φ = erfc(−z/√2)/2
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

    w: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w: float
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


_ERFC = (
    4.2514714447963895e-10, 3.1114333809799254e-10, -5.1739902140113095e-09,
    -3.744210080962018e-09, 3.8675334242222354e-08, 2.3263508708859124e-08,
    -2.5866850716155884e-07, -5.7218230603224086e-08, 1.751637648849062e-06,
    -9.73559896736775e-07, -1.1444146237700524e-05, 2.238423915508223e-05,
    5.164909889268241e-05, -0.0002901540805408417, 0.0002937136655913448,
    0.0017556258528952954, -0.009746579558029276, 0.028362277418956406,
    -0.05869339858963677, 0.09230432116037748, -0.10880393014174886, 0.0822767384901452,
    0.0035854154854644293, -0.14024059858554697, 1.2375126308378275,
)


def _erfc_tail(x):
    """Return erfc(|x|), as a polynomial in (|x| - 3.75)/(|x| + 3.75)."""
    x = np.minimum(np.abs(x), 30.0)
    head = np.trunc(16.0 * x) / 16.0
    # The square is taken in two parts, so that its rounding does not grow in exp.
    factor = np.exp(-head * head) * np.exp((head - x) * (head + x))
    return factor * _polynomial(_ERFC, (x - 3.75) / (x + 3.75)) / (1.0 + 2.0 * x)


def _erfc(x):
    """Return 1 - erf(x), without cancellation."""
    tail = _erfc_tail(x)
    return np.where(x < 0.0, 2.0 - tail, tail)


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


def value(w, b, x, y) -> float:
    """Return L, the mean over the samples."""
    w = _number("w", w)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1 in _blocks(2, _data):
            z = np.multiply(x, w, _r0)
            z += b
            np.divide(z, -1.4142135623730951, _r1)
            _w0 = _erfc(_r1)
            Phi = np.multiply(_w0, 0.5, _w0)
            h = np.multiply(z, Phi, _r0)
            t1 = np.subtract(h, y, _r0)
            _sum_L = _dot(t1, t1)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x', 'y'), _data)
        return float(_mean_L/2.0)


def gradient(w, b, x, y) -> Gradient:
    """Return the derivative of L by each parameter."""
    w = _number("w", w)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            z = np.multiply(x, w, _r0)
            z += b
            np.divide(z, -1.4142135623730951, _r1)
            _w0 = _erfc(_r1)
            Phi = np.multiply(_w0, 0.5, _w0)
            h = np.multiply(z, Phi, _r1)
            delta_h = np.subtract(h, y, _r1)
            np.multiply(z, -0.5, _r2)
            _r2 *= z
            np.exp(_r2, _r2)
            np.multiply(z, _r2, _r0)
            _r0 /= 2.5066282746310002
            _r0 += Phi
            delta_z = np.multiply(delta_h, _r0, _r1)
            _sum_dL_dw = _dot(delta_z, x)
            _sum_delta_z = np.add.reduce(delta_z)
            _sums.append((_sum_dL_dw, _sum_delta_z))
        _mean_dL_dw, _mean_delta_z = _means(_sums, ('x', 'y'), _data)
        return Gradient(*map(float, (_mean_dL_dw, _mean_delta_z)))


def value_and_gradient(w, b, x, y) -> tuple[float, Gradient]:
    """Return L and its derivative by each parameter."""
    w = _number("w", w)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x, y, _r0, _r1, _r2 in _blocks(3, _data):
            z = np.multiply(x, w, _r0)
            z += b
            np.divide(z, -1.4142135623730951, _r1)
            _w0 = _erfc(_r1)
            Phi = np.multiply(_w0, 0.5, _w0)
            h = np.multiply(z, Phi, _r1)
            delta_h = np.subtract(h, y, _r1)
            _sum_L = _dot(delta_h, delta_h)
            np.multiply(z, -0.5, _r2)
            _r2 *= z
            np.exp(_r2, _r2)
            np.multiply(z, _r2, _r0)
            _r0 /= 2.5066282746310002
            _r0 += Phi
            delta_z = np.multiply(delta_h, _r0, _r1)
            _sum_dL_dw = _dot(delta_z, x)
            _sum_delta_z = np.add.reduce(delta_z)
            _sums.append((_sum_L, _sum_dL_dw, _sum_delta_z))
        _mean_L, _mean_dL_dw, _mean_delta_z = _means(_sums, ('x', 'y'), _data)
        return float(_mean_L/2.0), Gradient(*map(float, (_mean_dL_dw, _mean_delta_z)))


def update(w, b, x, y, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w, b, x, y)
    return Params(*map(float, (w - rate*grad.w, b - rate*grad.b)))


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


def residuals(theta, x, y) -> np.ndarray:
    """Return what is squared in L, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    w, b = _flat
    w = _number("w", w)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    for _name, _values in zip(('x', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for x, y, _block, _r0, _r1 in _blocks(2, (*_data, _rows)):
            z = np.multiply(x, w, _r0)
            z += b
            np.divide(z, -1.4142135623730951, _r1)
            _w0 = _erfc(_r1)
            Phi = np.multiply(_w0, 0.5, _w0)
            h = np.multiply(z, Phi, _r0)
            residual = np.subtract(h, y, _r0)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, x, y) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    w, b = _flat
    w = _number("w", w)
    b = _number("b", b)
    _data = _samples(('x', 'y'), (x, y))
    for _name, _values in zip(('x', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 2))
    with np.errstate(all="ignore"):
        for x, y, _block, _r0, _r1 in _blocks(2, (*_data, _rows)):
            z = np.multiply(x, w, _r0)
            z += b
            np.divide(z, -1.4142135623730951, _r1)
            _w0 = _erfc(_r1)
            Phi = np.multiply(_w0, 0.5, _w0)
            np.multiply(z, -0.5, _r1)
            _r1 *= z
            np.exp(_r1, _r1)
            delta = np.multiply(z, _r1, _r0)
            delta /= 2.5066282746310002
            delta += Phi
            dresidual_dw = np.multiply(delta, x, _r1)
            _block[:, 0, 0] = dresidual_dw
            _block[:, 0, 1] = delta
    return _rows.reshape(-1, 2)
