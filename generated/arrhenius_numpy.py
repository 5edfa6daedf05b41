# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     k = exp(a)·exp(−E/(RT))
#     q = log(k/y)
#     J = q²
# Gradient
#     ∂J/∂a = 2q
#     ∂J/∂E = −2q/(RT)
# Assumed: T > 0.
# Assumed: y > 0.
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

    a: float
    E: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
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


def value(a, E, T, y, R=0.008314) -> float:
    """Return J, the mean over the samples."""
    a = _number("a", a)
    E = _number("E", E)
    R = _number("R", R)
    _data = _samples(('T', 'y'), (T, y))
    _no_nan("T", _data[0])
    with np.errstate(all="ignore"):
        _sums = []
        for T, y, _r0, _r1, _r2 in _blocks(3, _data):
            t1 = np.multiply(T, R, _r0)
            t2 = np.abs(t1, _r1)
            np.divide(E, t1, _r0)
            np.divide(E/R, T, _r2)
            _w0 = np.where(np.logical_and(t2 < 1e+300, t2 > 1e-290), _r0, _r2)
            np.subtract(a, _w0, _w0)
            np.log(y, _r1)
            q = np.subtract(_w0, _r1, _w0)
            _sum_J = _dot(q, q)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('T', 'y'), _data)
        return float(_mean_J)


def gradient(a, E, T, y, R=0.008314) -> Gradient:
    """Return the derivative of J by each parameter."""
    a = _number("a", a)
    E = _number("E", E)
    R = _number("R", R)
    _data = _samples(('T', 'y'), (T, y))
    with np.errstate(all="ignore"):
        _sums = []
        for T, y, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            t1 = np.multiply(T, R, _r0)
            t2 = np.abs(t1, _r1)
            np.divide(E, t1, _r2)
            np.divide(E/R, T, _r3)
            _w0 = np.where(np.logical_and(t2 < 1e+300, t2 > 1e-290), _r2, _r3)
            np.subtract(a, _w0, _w0)
            np.log(y, _r1)
            q = np.subtract(_w0, _r1, _w0)
            dJ_da = np.multiply(q, 2.0, _w0)
            _sum_dJ_da = np.add.reduce(dJ_da)
            np.divide(dJ_da, t1, _w0)
            _sum_dJ_dE = np.add.reduce(_w0)
            _sums.append((_sum_dJ_da, _sum_dJ_dE))
        _mean_dJ_da, _mean_dJ_dE = _means(_sums, ('T', 'y'), _data)
        return Gradient(*map(float, (_mean_dJ_da, -_mean_dJ_dE)))


def value_and_gradient(a, E, T, y, R=0.008314) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    a = _number("a", a)
    E = _number("E", E)
    R = _number("R", R)
    _data = _samples(('T', 'y'), (T, y))
    with np.errstate(all="ignore"):
        _sums = []
        for T, y, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            t1 = np.multiply(T, R, _r0)
            t2 = np.abs(t1, _r1)
            np.divide(E, t1, _r2)
            np.divide(E/R, T, _r3)
            _w0 = np.where(np.logical_and(t2 < 1e+300, t2 > 1e-290), _r2, _r3)
            np.subtract(a, _w0, _w0)
            np.log(y, _r1)
            q = np.subtract(_w0, _r1, _w0)
            _sum_J = _dot(q, q)
            dJ_da = np.multiply(q, 2.0, _w0)
            _sum_dJ_da = np.add.reduce(dJ_da)
            np.divide(dJ_da, t1, _w0)
            _sum_dJ_dE = np.add.reduce(_w0)
            _sums.append((_sum_J, _sum_dJ_da, _sum_dJ_dE))
        _mean_J, _mean_dJ_da, _mean_dJ_dE = _means(_sums, ('T', 'y'), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_da, -_mean_dJ_dE)))


def update(a, E, T, y, R=0.008314, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, E, T, y, R)
    return Params(*map(float, (a - rate*grad.a, E - rate*grad.E)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, T, y, R=0.008314) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, T, y, R)
    return found, np.array(slope)


def residuals(theta, T, y, R=0.008314) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    a, E = _flat
    a = _number("a", a)
    E = _number("E", E)
    R = _number("R", R)
    _data = _samples(('T', 'y'), (T, y))
    for _name, _values in zip(('T', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for T, y, _block, _r0, _r1, _r2 in _blocks(3, (*_data, _rows)):
            t1 = np.multiply(T, R, _r0)
            t2 = np.abs(t1, _r1)
            np.divide(E, t1, _r0)
            np.divide(E/R, T, _r2)
            _w0 = np.where(np.logical_and(t2 < 1e+300, t2 > 1e-290), _r0, _r2)
            np.subtract(a, _w0, _w0)
            np.log(y, _r1)
            q = np.subtract(_w0, _r1, _w0)
            _block[:, 0] = q
    return _rows.ravel()


def jacobian(theta, T, y, R=0.008314) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    a, E = _flat
    a = _number("a", a)
    E = _number("E", E)
    R = _number("R", R)
    _data = _samples(('T', 'y'), (T, y))
    for _name, _values in zip(('T', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1, 2))
    with np.errstate(all="ignore"):
        dq_da = 1.0
        for T, y, _block, _r0 in _blocks(1, (*_data, _rows)):
            dq_dE = np.multiply(T, R, _r0)
            np.divide(-1.0, dq_dE, dq_dE)
            _block[:, 0, 0] = dq_da
            _block[:, 0, 1] = dq_dE
    return _rows.reshape(-1, 2)


def _slope(function, x):
    """Return a derivative and its error: central differences, extrapolated (Ridders 1982)."""
    best, error, h = 0.0, float("inf"), 0.05 * (abs(x) or 1.0)
    above = []
    for _ in range(12):
        row = [(function(x + h) - function(x - h)) / (2.0 * h)]
        for i, old in enumerate(above):
            factor = 1.96 ** (i + 1)
            row.append((row[i] * factor - old) / (factor - 1.0))
            wrong = max(abs(row[-1] - row[i]), abs(row[-1] - old))
            if wrong < error:
                best, error = row[-1], wrong
        above, h = row, h / 1.4
    return best, error


def _apart(one, other, least):
    """Return how far two numbers are apart, beside the larger; infinite where just one is NaN."""
    if one == other or (one != one and other != other):
        return 0.0
    off = abs(one - other) / max(abs(one), abs(other), least)
    return off if off == off else float("inf")


def _self_check():
    """Compare the functions with each other and with differences of the value; tell if they fit."""
    names = ('a', 'E', 'T', 'y', 'R')
    points = (
        (31.1829, 101.6404, 298.0, 3.460000092266669e-05, 0.008314),
        (31.6882, 103.3193, 318.0, 0.000498, 0.008314),
        (30.6435, 104.9982, 338.0, 0.00487, 0.008314),
    )
    worst, where, compared = 0.0, "", 0
    for point in points:
        try:
            found = gradient(*point)
            both, slopes = value_and_gradient(*point)
            size = max((abs(number) for number in found if number - number == 0.0), default=0.0)
            least = max(1e-3 * size, 1e-9)
            fields = Gradient._fields
            results = zip(("value", *fields), (value(*point), *found), (both, *slopes))
            for name, one, other in results:
                off = _apart(one, other, least)
                if off > worst:
                    worst, where = off, f" (value_and_gradient, {name} at {point})"
            for k in range(0, len(fields), len(fields) // 40 + 1):
                i = names.index(fields[k])
                slope, error = _slope(lambda x: value(*point[:i], x, *point[i + 1 :]), point[i])
                scale = max(abs(slope), least)
                off = max(0.0, abs(found[k] - slope) - 20.0 * error) / scale
                compared += error < 1e-3 * scale
                if found[k] != found[k] and error < 1e-3 * scale:
                    off = float("inf")
                if off > worst:
                    worst, where = off, f" (by {fields[k]} at {point})"
        except (ArithmeticError, ValueError):
            continue
    if not compared:
        return "nothing compared: no built-in point lies in the domain", True
    text = f"{compared} derivatives compared with differences of the value"
    if worst <= 1e-6:
        return f"{text}: all agree", True
    return f"{text}: off by {worst:.1e}{where}", False


if __name__ == "__main__":
    message, agrees = _self_check()
    print(f"J: {message}")
    raise SystemExit(0 if agrees else 1)
