"""Functions that JavaScript's Math lacks, as text that the emitted module brings along.

Their names begin with an underscore, which no author's name does in emitted code. Sources of the
formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1 (gamma), 6.3 and 6.4
(digamma, polygamma), 7.1 (error function).
"""

from __future__ import annotations

import re

from symgrad.targets.helper import Helper

_FUNCTION = re.compile(r"^/\*\* (.*) \*/\nfunction \w+\((.*)\) \{$", re.MULTILINE)

SIGMOID = """\
/** 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
function _sigmoid(x) {
  if (x >= 0) {
    return 1/(1 + Math.exp(-x));
  }
  const z = Math.exp(x);
  return z/(1 + z);
}
"""

SOFTPLUS = """\
/** log(1 + exp(x)), exact for large |x| too. */
function _softplus(x) {
  return (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
"""

LOG_SIGMOID = """\
/** log(1/(1 + exp(-x))), exact for large |x| too. */
function _log_sigmoid(x) {
  return (x < 0 ? x : 0) - Math.log1p(Math.exp(-Math.abs(x)));
}
"""

LOGSUMEXP = """\
/** log(exp(x1) + exp(x2) + ...), the largest term taken out first. */
function _logsumexp(...xs) {
  const top = Math.max(...xs);
  if (!Number.isFinite(top)) {
    return top;
  }
  const place = xs.indexOf(top);
  const rest = xs.reduce((sum, x, i) => i === place ? sum : sum + Math.exp(x - top), 0);
  return top + Math.log1p(rest);
}
"""

EXP_SQUARE = """\
/** exp(-x*x), the square taken in two parts so that its rounding does not grow. */
function _exp_minus_square(x) {
  const head = Math.trunc(x*16)/16;
  return Math.exp(-head*head)*Math.exp(-(x - head)*(x + head));
}
"""

# 7.1.6: a series of positive terms; 7.1.14: the continued fraction, from its end backwards.
ERF = """\
/** The error function: a series (Abramowitz and Stegun 7.1.6), or 1 - erfc. */
function _erf(x) {
  if (Math.abs(x) >= 2) {
    return x < 0 ? _erfc(-x) - 1 : 1 - _erfc(x);
  }
  let term = x, sum = x;
  for (let n = 1; n < 100 && Math.abs(term) > 1e-18*Math.abs(sum); n += 1) {
    term *= 2*x*x/(2*n + 1);
    sum += term;
  }
  return 1.1283791670955126*_exp_minus_square(x)*sum;
}
"""

ERFC = """\
/** 1 - erf(x): the continued fraction of Abramowitz and Stegun 7.1.14 for larger x. */
function _erfc(x) {
  if (!(x >= 1)) {
    return x < -2 ? 2 - _erfc(-x) : 1 - _erf(x);
  }
  if (x > 27.5) {
    return 0;
  }
  let below = x;
  for (let k = Math.ceil(30 + 190/(x*x)); k > 0; k -= 1) {
    below = x + 0.5*k/below;
  }
  return 0.5641895835477563*_exp_minus_square(x)/below;
}
"""

NORMAL_PDF = """\
/** The density of the standard normal distribution. */
function _normal_pdf(x) {
  return 0.3989422804014327*Math.exp(-0.5*x*x);
}
"""

NORMAL_CDF = """\
/** The distribution function of the standard normal distribution. */
function _normal_cdf(x) {
  return 0.5*_erfc(-0.7071067811865476*x);
}
"""

# 6.1.33 near 1 and 2, 6.1.41 for large x, 6.1.17 for negative x.
LGAMMA = """\
/** zeta(k) - 1 for k = 2, 3, ... */
const _ZETA = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993,
  0.01734306198444914, 0.00834927738192283, 0.0040773561979443396, 0.0020083928260822143,
  0.0009945751278180853, 0.0004941886041194645, 0.0002460865533080483, 0.0001227133475784891,
  6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05, 7.637197637899763e-06,
  3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878066e-07,
];

/** The logarithm of |gamma(x)|. */
function _lgamma(x) {
  if (x === Infinity) {
    return x;
  }
  if (x <= 0) {
    if (Number.isInteger(x)) {
      return Infinity;
    }
    const r = x - 2*Math.round(x/2);
    return Math.log(Math.PI/Math.abs(Math.sin(Math.PI*r))) - _lgamma(1 - x);
  }
  if (x > 0.5 && x < 2.5) {
    const z = x < 1.5 ? x - 1 : x - 2;
    let power = -z, sum = 0.42278433509846713*z;
    for (let k = 2; k < _ZETA.length + 2; k += 1) {
      power *= -z;
      sum += _ZETA[k - 2]*power/k;
    }
    return x < 1.5 ? sum - Math.log1p(z) : sum;
  }
  let product = 1;
  while (x < 10) {
    product *= x;
    x += 1;
  }
  const z = 1/(x*x);
  const tail = (1/12 - z*(1/360 - z*(1/1260 - z*(1/1680 - z*(1/1188 - z*(691/360360
    - z*(1/156 - z*3617/122400)))))))/x;
  return (x - 0.5)*Math.log(x) - x + 0.9189385332046728 + tail - Math.log(product);
}
"""

COT_PI = """\
/** The cotangent of pi*x, with x reduced first. */
function _cot_pi(x) {
  return 1/Math.tan(Math.PI*(x - Math.round(x)));
}
"""

DIGAMMA = """\
/** The derivative of lgamma: recurrence to x >= 10, then the asymptotic series. */
function _digamma(x) {
  if (x <= 0) {
    return _digamma(1 - x) - Math.PI*_cot_pi(x);
  }
  let shift = 0;
  while (x < 10) {
    shift += 1/x;
    x += 1;
  }
  const z = 1/(x*x);
  const tail = z*(1/12 - z*(1/120 - z*(1/252 - z*(1/240 - z*(1/132 - z*(691/32760
    - z*(1/12 - z*3617/8160)))))));
  return Math.log(x) - 0.5/x - tail - shift;
}
"""

POLYGAMMA = """\
/** n! */
function _factorial(n) {
  let product = 1;
  for (let k = 2; k <= n; k += 1) {
    product *= k;
  }
  return product;
}

/** The n-th derivative of digamma: recurrence to x >= 15 + n, then the asymptotic series. */
function _polygamma(n, x) {
  if (n === 0) {
    return _digamma(x);
  }
  if (x <= 0) {
    const c = _cot_pi(x);
    let slope = [0, 1];
    for (let i = 0; i < n; i += 1) {
      const d = slope.slice(1).map((a, k) => (k + 1)*a);
      slope = [...d, 0, 0].map((a, k) => -Math.PI*(a + (k > 1 ? d[k - 2] : 0)));
    }
    const around = slope.reduceRight((sum, a) => sum*c + a);
    return (n % 2 ? -1 : 1)*_polygamma(n, 1 - x) - Math.PI*around;
  }
  let total = 0;
  const factor = _factorial(n);
  while (x < 15 + n) {
    total += factor/Math.pow(x, n + 1);
    x += 1;
  }
  total += _factorial(n - 1)/Math.pow(x, n) + 0.5*factor/Math.pow(x, n + 1);
  [1/6, -1/30, 1/42, -1/30, 5/66, -691/2730, 7/6, -3617/510].forEach((b, i) => {
    const k = 2*(i + 1);
    total += b*_factorial(k + n - 1)/_factorial(k)/Math.pow(x, k + n);
  });
  return n % 2 ? total : -total;
}
"""


def _documented(found: re.Match[str]) -> str:
    """Return the head of a function of numbers with the types that a checker reads."""
    about, listed = found.groups()
    names = [
        f"{{...number}} {n[3:]}" if n[:3] == "..." else f"{{number}} {n}"
        for n in listed.split(", ")
    ]
    lines = [about, *(f"@param {name}" for name in names), "@returns {number}"]
    return "\n".join(["/**", *(f" * {line}" for line in lines), " */", found[0].split("\n")[1]])


def _typed(text: str, *needs: str) -> Helper:
    return Helper(_FUNCTION.sub(_documented, text), needs)


HELPERS = {
    "_sigmoid": _typed(SIGMOID),
    "_softplus": _typed(SOFTPLUS),
    "_log_sigmoid": _typed(LOG_SIGMOID),
    "_logsumexp": _typed(LOGSUMEXP),
    "_exp_minus_square": _typed(EXP_SQUARE),
    "_erf": _typed(ERF, "_exp_minus_square", "_erfc"),
    "_erfc": _typed(ERFC, "_exp_minus_square", "_erf"),
    "_normal_pdf": _typed(NORMAL_PDF),
    "_normal_cdf": _typed(NORMAL_CDF, "_erfc"),
    "_lgamma": _typed(LGAMMA),
    "_cot_pi": _typed(COT_PI),
    "_digamma": _typed(DIGAMMA, "_cot_pi"),
    "_polygamma": _typed(POLYGAMMA, "_cot_pi", "_digamma"),
}
