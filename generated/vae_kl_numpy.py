# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     μ = ax + b
#     s = cx + d
#     σ = exp(s/2)
#     z = μ + σε
#     q = wz + k
#     E = (x − q)²/2
#     D = (μ² + exp(s) − s − 1)/2
#     J = E + βD
# Sensitivities
#     δ_q = ∂E/∂q = q − x
#     δ_z = ∂E/∂z = δ_q·w
#     δ_s = ∂J/∂s = δ_z·εσ/2 + β·(exp(s)/2 − 1/2)
#     δ_μ = ∂J/∂μ = δ_z + βμ
# Gradient
#     ∂J/∂a = δ_μ·x
#     ∂J/∂b = δ_μ
#     ∂J/∂c = δ_s·x
#     ∂J/∂d = δ_s
#     ∂J/∂w = δ_q·z
#     ∂J/∂k = δ_q
# Names here: ε is epsilon, β is beta, μ is mu, σ is sigma.
# Computed in another form, which keeps more digits
#     D = μ²·(1/2) + (exp(s)/2 − s/2 − 1/2), by a function of its own
#     δ_s = δ_z·εσ/2 + β·(expm1(s)/2)
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
    b: float
    c: float
    d: float
    w: float
    k: float


class Params(NamedTuple):
    """The parameters after a step."""

    a: float
    b: float
    c: float
    d: float
    w: float
    k: float


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


def value(a, b, c, d, w, k, x, epsilon, beta=1.0) -> float:
    """Return J, the mean over the samples."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    w = _number("w", w)
    k = _number("k", k)
    beta = _number("beta", beta)
    _data = _samples(('x', 'epsilon'), (x, epsilon))
    with np.errstate(all="ignore"):
        _sums = []
        for x, epsilon, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, _data):
            mu = np.multiply(x, a, _r0)
            mu += b
            s = np.multiply(x, c, _r1)
            s += d
            sigma = np.multiply(s, 0.5, _r2)
            np.exp(sigma, sigma)
            z = np.multiply(sigma, epsilon, _r2)
            z += mu
            q = np.multiply(z, w, _r2)
            q += k
            t1 = np.subtract(x, q, _r2)
            E = np.multiply(t1, 0.5, _r3)
            E *= t1
            D = np.multiply(mu, mu, _r0)
            np.abs(s, _r2)
            _w0 = np.where(_r2 < 1.0, 0.5, 0.5)
            D *= _w0
            np.multiply(s, s, _r4)
            np.multiply(s, 4.110317623312165e-18, _r5)
            _r5 += 7.809603484293113e-17
            _r5 *= s
            _r5 += 1.4057286271727603e-15
            _r5 *= s
            _r5 += 2.3897386661936926e-14
            _r5 *= s
            _r5 += 3.823581865909908e-13
            _r5 *= s
            _r5 += 5.735372798864862e-12
            _r5 *= s
            _r5 += 8.029521918410807e-11
            _r5 *= s
            _r5 += 1.043837849393405e-09
            _r5 *= s
            _r5 += 1.252605419272086e-08
            _r5 *= s
            _r5 += 1.3778659611992944e-07
            _r5 *= s
            _r5 += 1.3778659611992946e-06
            _r5 *= s
            _r5 += 1.240079365079365e-05
            _r5 *= s
            _r5 += 9.92063492063492e-05
            _r5 *= s
            _r5 += 1.0/1440.0
            _r5 *= s
            _r5 += 1.0/240.0
            _r5 *= s
            _r5 += 1.0/48.0
            _r5 *= s
            _r5 += 1.0/12.0
            _r5 *= s
            _r5 += 0.25
            _r4 *= _r5
            np.exp(s, _r5)
            _r5 *= 0.5
            np.multiply(s, 0.5, _r1)
            _r5 -= _r1
            _r5 -= 0.5
            _w1 = np.where(_r2 < 1.0, _r4, _r5)
            D += _w1
            np.multiply(D, beta, _r0)
            np.add(E, _r0, _r3)
            _sum_J = np.add.reduce(_r3)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('x', 'epsilon'), _data)
        return float(_mean_J)


def gradient(a, b, c, d, w, k, x, epsilon, beta=1.0) -> Gradient:
    """Return the derivative of J by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    w = _number("w", w)
    k = _number("k", k)
    beta = _number("beta", beta)
    _data = _samples(('x', 'epsilon'), (x, epsilon))
    with np.errstate(all="ignore"):
        _sums = []
        for x, epsilon, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            mu = np.multiply(x, a, _r0)
            mu += b
            s = np.multiply(x, c, _r1)
            s += d
            sigma = np.multiply(s, 0.5, _r2)
            np.exp(sigma, sigma)
            t1 = np.multiply(sigma, epsilon, _r2)
            z = np.add(mu, t1, _r3)
            q = np.multiply(z, w, _r4)
            q += k
            delta_q = np.subtract(q, x, _r4)
            _sum_dJ_dw = _dot(delta_q, z)
            _sum_delta_q = np.add.reduce(delta_q)
            delta_z = np.multiply(delta_q, w, _r4)
            delta_s = np.multiply(delta_z, 0.5, _r3)
            delta_s *= t1
            np.expm1(s, _r1)
            _r1 *= 0.5
            _r1 *= beta
            delta_s += _r1
            _sum_dJ_dc = _dot(delta_s, x)
            _sum_delta_s = np.add.reduce(delta_s)
            np.multiply(mu, beta, _r0)
            delta_mu = np.add(delta_z, _r0, _r4)
            _sum_dJ_da = _dot(delta_mu, x)
            _sum_delta_mu = np.add.reduce(delta_mu)
            _sums.append((
                _sum_dJ_da, _sum_delta_mu, _sum_dJ_dc, _sum_delta_s, _sum_dJ_dw, _sum_delta_q,
            ))
        (
            _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s, _mean_dJ_dw, _mean_delta_q,
        ) = _means(_sums, ('x', 'epsilon'), _data)
        return Gradient(*map(float, (
            _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s, _mean_dJ_dw, _mean_delta_q,
        )))


def value_and_gradient(a, b, c, d, w, k, x, epsilon, beta=1.0) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    a = _number("a", a)
    b = _number("b", b)
    c = _number("c", c)
    d = _number("d", d)
    w = _number("w", w)
    k = _number("k", k)
    beta = _number("beta", beta)
    _data = _samples(('x', 'epsilon'), (x, epsilon))
    with np.errstate(all="ignore"):
        _sums = []
        for (
            x, epsilon, _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7, _r8, _r9, _r10,
        ) in _blocks(11, _data):
            mu = np.multiply(x, a, _r0)
            mu += b
            s = np.multiply(x, c, _r1)
            s += d
            sigma = np.multiply(s, 0.5, _r2)
            np.exp(sigma, sigma)
            t1 = np.multiply(sigma, epsilon, _r2)
            z = np.add(mu, t1, _r3)
            q = np.multiply(z, w, _r4)
            q += k
            t2 = np.subtract(x, q, _r5)
            E = np.multiply(t2, 0.5, _r6)
            E *= t2
            D = np.multiply(mu, mu, _r5)
            np.abs(s, _r7)
            _w0 = np.where(_r7 < 1.0, 0.5, 0.5)
            D *= _w0
            np.multiply(s, s, _r8)
            np.multiply(s, 4.110317623312165e-18, _r9)
            _r9 += 7.809603484293113e-17
            _r9 *= s
            _r9 += 1.4057286271727603e-15
            _r9 *= s
            _r9 += 2.3897386661936926e-14
            _r9 *= s
            _r9 += 3.823581865909908e-13
            _r9 *= s
            _r9 += 5.735372798864862e-12
            _r9 *= s
            _r9 += 8.029521918410807e-11
            _r9 *= s
            _r9 += 1.043837849393405e-09
            _r9 *= s
            _r9 += 1.252605419272086e-08
            _r9 *= s
            _r9 += 1.3778659611992944e-07
            _r9 *= s
            _r9 += 1.3778659611992946e-06
            _r9 *= s
            _r9 += 1.240079365079365e-05
            _r9 *= s
            _r9 += 9.92063492063492e-05
            _r9 *= s
            _r9 += 1.0/1440.0
            _r9 *= s
            _r9 += 1.0/240.0
            _r9 *= s
            _r9 += 1.0/48.0
            _r9 *= s
            _r9 += 1.0/12.0
            _r9 *= s
            _r9 += 0.25
            _r8 *= _r9
            np.exp(s, _r9)
            _r9 *= 0.5
            np.multiply(s, 0.5, _r10)
            _r9 -= _r10
            _r9 -= 0.5
            _w1 = np.where(_r7 < 1.0, _r8, _r9)
            D += _w1
            np.multiply(D, beta, _r5)
            np.add(E, _r5, _r6)
            _sum_J = np.add.reduce(_r6)
            delta_q = np.subtract(q, x, _r4)
            _sum_dJ_dw = _dot(delta_q, z)
            _sum_delta_q = np.add.reduce(delta_q)
            delta_z = np.multiply(delta_q, w, _r4)
            delta_s = np.multiply(delta_z, 0.5, _r3)
            delta_s *= t1
            np.expm1(s, _r1)
            _r1 *= 0.5
            _r1 *= beta
            delta_s += _r1
            _sum_dJ_dc = _dot(delta_s, x)
            _sum_delta_s = np.add.reduce(delta_s)
            np.multiply(mu, beta, _r0)
            delta_mu = np.add(delta_z, _r0, _r4)
            _sum_dJ_da = _dot(delta_mu, x)
            _sum_delta_mu = np.add.reduce(delta_mu)
            _sums.append((
                _sum_J, _sum_dJ_da, _sum_delta_mu, _sum_dJ_dc, _sum_delta_s, _sum_dJ_dw,
                _sum_delta_q,
            ))
        (
            _mean_J, _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s, _mean_dJ_dw,
            _mean_delta_q,
        ) = _means(_sums, ('x', 'epsilon'), _data)
        return float(_mean_J), Gradient(*map(float, (
            _mean_dJ_da, _mean_delta_mu, _mean_dJ_dc, _mean_delta_s, _mean_dJ_dw, _mean_delta_q,
        )))


def update(a, b, c, d, w, k, x, epsilon, beta=1.0, rate=0.1) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(a, b, c, d, w, k, x, epsilon, beta)
    return Params(*map(float, (
        a - rate*grad.a, b - rate*grad.b, c - rate*grad.c, d - rate*grad.d, w - rate*grad.w,
        k - rate*grad.k,
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


def fun_and_jac(theta, x, epsilon, beta=1.0) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x, epsilon, beta)
    return found, np.array(slope)
