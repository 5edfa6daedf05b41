"""The helpers that files of loops bring along, in Python and JavaScript: flat arrays by rows."""

from __future__ import annotations

from symgrad.targets.helper import Helper

PYTHON = {
    "matmul": Helper("""
# Writes the product of two matrices; ta and tb tell that a transpose is meant.
def _matmul(
    m: int, k: int, n: int, a: list[float], ta: int, b: list[float], tb: int, out: list[float]
) -> None:
    for i in range(m):
        row = [a[p * m + i] for p in range(k)] if ta else a[i * k : (i + 1) * k]
        for j in range(n):
            column = b[j * k : (j + 1) * k] if tb else b[j::n]
            out[i * n + j] = sum(map(operator.mul, row, column))
"""),
    "factor": Helper("""
# Writes L and U of a matrix with rows exchanged into `lu`; returns the order and the sign.
def _factor(n: int, a: list[float], ta: int, lu: list[float]) -> tuple[list[int], float]:
    for i in range(n):
        for j in range(n):
            lu[i * n + j] = a[j * n + i] if ta else a[i * n + j]
    order, sign = list(range(n)), 1.0
    for c in range(n):
        best = max(range(c, n), key=lambda r: abs(lu[r * n + c]))
        if best != c:
            sign = -sign
            order[c], order[best] = order[best], order[c]
            for j in range(n):
                lu[c * n + j], lu[best * n + j] = lu[best * n + j], lu[c * n + j]
        pivot = lu[c * n + c]
        for r in range(c + 1, n):
            f = lu[r * n + c] / pivot if pivot else math.nan
            lu[r * n + c] = f
            for j in range(c + 1, n):
                lu[r * n + j] -= f * lu[c * n + j]
    return order, sign
"""),
    "solve": Helper(
        """
# Writes the solution of A X = B.
def _solve(
    n: int, columns: int, a: list[float], ta: int, b: list[float], lu: list[float], out: list[float]
) -> None:
    order, _ = _factor(n, a, ta, lu)
    for c in range(columns):
        y = [b[order[i] * columns + c] for i in range(n)]
        for i in range(n):
            y[i] -= sum(lu[i * n + j] * y[j] for j in range(i))
        for i in reversed(range(n)):
            rest = y[i] - sum(lu[i * n + j] * y[j] for j in range(i + 1, n))
            y[i] = rest / lu[i * n + i] if lu[i * n + i] else math.nan
            out[i * columns + c] = y[i]
""",
        ("factor",),
    ),
    "det": Helper(
        """
# Returns the determinant.
def _det(n: int, a: list[float], lu: list[float]) -> float:
    _, value = _factor(n, a, 0, lu)
    for i in range(n):
        value *= lu[i * n + i]
    return value
""",
        ("factor",),
    ),
    "logdet": Helper(
        """
# Returns the logarithm of the determinant, NaN where that is not above zero.
def _logdet(n: int, a: list[float], lu: list[float]) -> float:
    _, sign = _factor(n, a, 0, lu)
    total = 0.0
    for i in range(n):
        pivot = lu[i * n + i]
        sign = math.copysign(sign, sign * pivot)
        total += _ieee_log(abs(pivot))
    return total if sign > 0 else math.nan
""",
        ("factor", "_ieee_log"),
    ),
    "softmax": Helper("""
# Writes exp(x)/sum(exp(x)) of every row, or of every column.
def _softmax(count: int, length: int, by_row: int, x: list[float], out: list[float]) -> None:
    for i in range(count):
        at = range(i * length, (i + 1) * length) if by_row else range(i, count * length, count)
        top = max(x[p] for p in at)
        total = 0.0
        for p in at:
            out[p] = math.exp(x[p] - top)
            total += out[p]
        for p in at:
            out[p] /= total
"""),
    "logsumexp": Helper("""
# Writes log(sum(exp(x))) of every row, or of every column.
def _logsumexp(count: int, length: int, by_row: int, x: list[float], out: list[float]) -> None:
    for i in range(count):
        at = range(i * length, (i + 1) * length) if by_row else range(i, count * length, count)
        top = max(x[p] for p in at)
        out[i] = top + math.log(sum(math.exp(x[p] - top) for p in at))
"""),
}

JAVASCRIPT = {
    "matmul": Helper("""
/** Writes the product of two matrices; ta and tb tell that a transpose is meant. */
function matmul(m, k, n, a, ta, b, tb, out) {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) out[i*n + j] = 0;
    for (let p = 0; p < k; p++) {
      const v = ta ? a[p*m + i] : a[i*k + p];
      if (tb) for (let j = 0; j < n; j++) out[i*n + j] += v*b[j*k + p];
      else for (let j = 0; j < n; j++) out[i*n + j] += v*b[p*n + j];
    }
  }
}
"""),
    "factor": Helper("""
/** Writes L and U, rows exchanged, into `lu`; returns the order of the rows and the sign. */
function factor(n, a, ta, lu) {
  const order = Array.from({length: n}, (_, i) => i);
  let sign = 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) lu[i*n + j] = ta ? a[j*n + i] : a[i*n + j];
  }
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c; r < n; r++) if (Math.abs(lu[r*n + c]) > Math.abs(lu[best*n + c])) best = r;
    if (best !== c) {
      sign = -sign;
      [order[c], order[best]] = [order[best], order[c]];
      for (let j = 0; j < n; j++) {
        [lu[c*n + j], lu[best*n + j]] = [lu[best*n + j], lu[c*n + j]];
      }
    }
    for (let r = c + 1; r < n; r++) {
      const f = lu[r*n + c]/lu[c*n + c];
      lu[r*n + c] = f;
      for (let j = c + 1; j < n; j++) lu[r*n + j] -= f*lu[c*n + j];
    }
  }
  return [order, sign];
}
"""),
    "solve": Helper(
        """
/** Writes the solution of A X = B. */
function solve(n, columns, a, ta, b, lu, out) {
  const [order] = factor(n, a, ta, lu);
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let rest = b[order[i]*columns + c];
      for (let j = 0; j < i; j++) rest -= lu[i*n + j]*out[j*columns + c];
      out[i*columns + c] = rest;
    }
    for (let i = n - 1; i >= 0; i--) {
      let rest = out[i*columns + c];
      for (let j = i + 1; j < n; j++) rest -= lu[i*n + j]*out[j*columns + c];
      out[i*columns + c] = rest/lu[i*n + i];
    }
  }
}
""",
        ("factor",),
    ),
    "det": Helper(
        """
/** Returns the determinant. */
function det(n, a, lu) {
  let [, value] = factor(n, a, 0, lu);
  for (let i = 0; i < n; i++) value *= lu[i*n + i];
  return value;
}
""",
        ("factor",),
    ),
    "logdet": Helper(
        """
/** Returns the logarithm of the determinant, NaN where that is not above zero. */
function logdet(n, a, lu) {
  let [, sign] = factor(n, a, 0, lu);
  let total = 0;
  for (let i = 0; i < n; i++) {
    if (lu[i*n + i] < 0) sign = -sign;
    total += Math.log(Math.abs(lu[i*n + i]));
  }
  return sign > 0 ? total : NaN;
}
""",
        ("factor",),
    ),
    "softmax": Helper("""
/** Writes exp(x)/sum(exp(x)) of every row, or of every column. */
function softmax(count, length, byRow, x, out) {
  const step = byRow ? 1 : count;
  for (let i = 0; i < count; i++) {
    const first = byRow ? i*length : i;
    let top = -Infinity, total = 0;
    for (let p = 0; p < length; p++) top = Math.max(top, x[first + p*step]);
    for (let p = 0; p < length; p++) {
      out[first + p*step] = Math.exp(x[first + p*step] - top);
      total += out[first + p*step];
    }
    for (let p = 0; p < length; p++) out[first + p*step] /= total;
  }
}
"""),
    "logsumexp": Helper("""
/** Writes log(sum(exp(x))) of every row, or of every column. */
function logsumexp(count, length, byRow, x, out) {
  const step = byRow ? 1 : count;
  for (let i = 0; i < count; i++) {
    const first = byRow ? i*length : i;
    let top = -Infinity, total = 0;
    for (let p = 0; p < length; p++) top = Math.max(top, x[first + p*step]);
    for (let p = 0; p < length; p++) total += Math.exp(x[first + p*step] - top);
    out[i] = top + Math.log(total);
  }
}
"""),
}
