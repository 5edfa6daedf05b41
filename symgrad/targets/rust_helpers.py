"""Functions that Rust's f64 lacks, as text that the emitted module brings along.

Their names begin with an underscore, which no author's name does in emitted code. Sources of the
formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1 (gamma), 6.3 and 6.4
(digamma, polygamma), 7.1 (error function).
"""

from __future__ import annotations

from symgrad.targets.helper import Helper

ABS = """\
/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}
"""

SIGN = """\
/// -1, 0 or 1.
fn _sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}
"""

MAX = """\
/// The largest of some numbers; NaN where one of them is NaN.
fn _max(xs: &[f64]) -> f64 {
    xs.iter().skip(1).fold(xs[0], |top, &x| if x > top || x.is_nan() { x } else { top })
}
"""

MIN = """\
/// The smallest of some numbers; NaN where one of them is NaN.
fn _min(xs: &[f64]) -> f64 {
    xs.iter().skip(1).fold(xs[0], |low, &x| if x < low || x.is_nan() { x } else { low })
}
"""

ROUND = """\
/// The whole number nearest to x, for |x| below 2^51.
fn _round(x: f64) -> f64 {
    (x + 6755399441055744.0) - 6755399441055744.0
}
"""

SIGMOID = """\
/// 1/(1 + exp(-x)); exp is only taken where it cannot overflow.
fn _sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0/(1.0 + math::exp(-x))
    } else {
        let z = math::exp(x);
        z/(1.0 + z)
    }
}
"""

SOFTPLUS = """\
/// log(1 + exp(x)), exact for large |x| too.
fn _softplus(x: f64) -> f64 {
    (if x > 0.0 { x } else { 0.0 }) + math::log1p(math::exp(-_abs(x)))
}
"""

LOG_SIGMOID = """\
/// log(1/(1 + exp(-x))), exact for large |x| too.
fn _log_sigmoid(x: f64) -> f64 {
    (if x < 0.0 { x } else { 0.0 }) - math::log1p(math::exp(-_abs(x)))
}
"""

LOGSUMEXP = """\
/// log(exp(x1) + exp(x2) + ...), the largest term taken out first.
fn _logsumexp(xs: &[f64]) -> f64 {
    let top = _max(xs);
    if !top.is_finite() {
        return top;
    }
    let mut place = 0;
    while xs[place] != top {
        place += 1;
    }
    let mut sum = 0.0;
    for (i, &x) in xs.iter().enumerate() {
        if i != place {
            sum += math::exp(x - top);
        }
    }
    top + math::log1p(sum)
}
"""

EXP_SQUARE = """\
/// exp(-x*x), the square taken in two parts so that its rounding does not grow.
fn _exp_minus_square(x: f64) -> f64 {
    let head = _round(x*16.0)/16.0;
    math::exp(-head*head)*math::exp(-(x - head)*(x + head))
}
"""

ERF = """\
/// The error function: a series (Abramowitz and Stegun 7.1.6), or 1 - erfc.
fn _erf(x: f64) -> f64 {
    if _abs(x) >= 2.0 {
        return if x < 0.0 { _erfc(-x) - 1.0 } else { 1.0 - _erfc(x) };
    }
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while n < 100.0 && _abs(term) > 1e-18*_abs(sum) {
        term *= 2.0*x*x/(2.0*n + 1.0);
        sum += term;
        n += 1.0;
    }
    1.1283791670955126*_exp_minus_square(x)*sum
}
"""

ERFC = """\
/// 1 - erf(x): the continued fraction of Abramowitz and Stegun 7.1.14 for larger x.
fn _erfc(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        return if x < -2.0 { 2.0 - _erfc(-x) } else { 1.0 - _erf(x) };
    }
    if x > 27.5 {
        return 0.0;
    }
    let mut below = x;
    let mut k = _round(30.5 + 190.0/(x*x));
    while k > 0.0 {
        below = x + 0.5*k/below;
        k -= 1.0;
    }
    0.5641895835477563*_exp_minus_square(x)/below
}
"""

NORMAL_PDF = """\
/// The density of the standard normal distribution.
fn _normal_pdf(x: f64) -> f64 {
    0.3989422804014327*math::exp(-0.5*x*x)
}
"""

NORMAL_CDF = """\
/// The distribution function of the standard normal distribution.
fn _normal_cdf(x: f64) -> f64 {
    0.5*_erfc(-0.7071067811865476*x)
}
"""

LGAMMA = """\
/// zeta(k) - 1 for k = 2, 3, ...
const _ZETA: [f64; 20] = [
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993,
    0.01734306198444914, 0.00834927738192283, 0.0040773561979443396, 0.0020083928260822143,
    0.0009945751278180853, 0.0004941886041194645, 0.0002460865533080483, 0.0001227133475784891,
    6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05, 7.637197637899763e-06,
    3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878066e-07,
];

/// The logarithm of |gamma(x)|.
fn _lgamma(x: f64) -> f64 {
    if x <= 0.0 {
        let r = x - 2.0*_round(x/2.0);
        if r == _round(r) {
            return f64::INFINITY;
        }
        let pi = core::f64::consts::PI;
        return math::log(pi/_abs(math::sin(pi*r))) - _lgamma(1.0 - x);
    }
    if x > 0.5 && x < 2.5 {
        let z = if x < 1.5 { x - 1.0 } else { x - 2.0 };
        let (mut power, mut sum, mut k) = (-z, 0.42278433509846713*z, 2.0);
        for zeta in _ZETA {
            power *= -z;
            sum += zeta*power/k;
            k += 1.0;
        }
        return if x < 1.5 { sum - math::log1p(z) } else { sum };
    }
    let (mut y, mut product) = (x, 1.0);
    while y < 10.0 {
        product *= y;
        y += 1.0;
    }
    let z = 1.0/(y*y);
    let tail = (1.0/12.0 - z*(1.0/360.0 - z*(1.0/1260.0 - z*(1.0/1680.0 - z*(1.0/1188.0
        - z*(691.0/360360.0 - z*(1.0/156.0 - z*3617.0/122400.0)))))))/y;
    (y - 0.5)*math::log(y) - y + 0.9189385332046728 + tail - math::log(product)
}
"""

COT_PI = """\
/// The cotangent of pi*x, with x reduced first.
fn _cot_pi(x: f64) -> f64 {
    1.0/math::tan(core::f64::consts::PI*(x - _round(x)))
}
"""

DIGAMMA = """\
/// The derivative of lgamma: recurrence to x >= 10, then the asymptotic series.
fn _digamma(x: f64) -> f64 {
    if x <= 0.0 {
        return _digamma(1.0 - x) - core::f64::consts::PI*_cot_pi(x);
    }
    let (mut y, mut shift) = (x, 0.0);
    while y < 10.0 {
        shift += 1.0/y;
        y += 1.0;
    }
    let z = 1.0/(y*y);
    let tail = z*(1.0/12.0 - z*(1.0/120.0 - z*(1.0/252.0 - z*(1.0/240.0 - z*(1.0/132.0
        - z*(691.0/32760.0 - z*(1.0/12.0 - z*3617.0/8160.0)))))));
    math::log(y) - 0.5/y - tail - shift
}
"""

POLYGAMMA = """\
/// n! for n >= 0.
fn _factorial(n: f64) -> f64 {
    if n < 2.0 { 1.0 } else { n*_factorial(n - 1.0) }
}

/// The n-th derivative of digamma: recurrence to x >= 15 + n, then the asymptotic series.
/// Left of 0 by the derivatives of pi*cot(pi*x), polynomials in the cotangent, for n up to 60.
fn _polygamma(n: f64, x: f64) -> f64 {
    if n == 0.0 {
        return _digamma(x);
    }
    let odd = n - 2.0*_round(n/2.0) != 0.0;
    if x <= 0.0 {
        let pi = core::f64::consts::PI;
        let c = _cot_pi(x);
        let mut slope = [0.0; 64];
        slope[1] = 1.0;
        let mut i = 0.0;
        while i < n && i < 60.0 {
            let mut next = [0.0; 64];
            for k in 0..62 {
                let d = ((k + 1) as f64)*slope[k + 1];
                next[k] -= pi*d;
                next[k + 2] -= pi*d;
            }
            slope = next;
            i += 1.0;
        }
        let around = slope.iter().rev().fold(0.0, |sum, a| sum*c + a);
        let mirrored = _polygamma(n, 1.0 - x);
        return (if odd { -mirrored } else { mirrored }) - pi*around;
    }
    let (mut y, mut total, factor) = (x, 0.0, _factorial(n));
    while y < 15.0 + n {
        total += factor/math::pow(y, n + 1.0);
        y += 1.0;
    }
    total += _factorial(n - 1.0)/math::pow(y, n) + 0.5*factor/math::pow(y, n + 1.0);
    let mut k = 2.0;
    let bernoulli = [1.0/6.0, -1.0/30.0, 1.0/42.0, -1.0/30.0, 5.0/66.0, -691.0/2730.0, 7.0/6.0,
                     -3617.0/510.0];
    for b in bernoulli {
        total += b*_factorial(k + n - 1.0)/_factorial(k)/math::pow(y, k + n);
        k += 2.0;
    }
    if odd { total } else { -total }
}
"""

HELPERS = {
    "_abs": Helper(ABS),
    "_sign": Helper(SIGN),
    "_max": Helper(MAX),
    "_min": Helper(MIN),
    "_round": Helper(ROUND),
    "_sigmoid": Helper(SIGMOID, ("math exp(x) exp",)),
    "_softplus": Helper(SOFTPLUS, ("math exp(x) exp", "math log1p(x) ln_1p", "_abs")),
    "_log_sigmoid": Helper(LOG_SIGMOID, ("math exp(x) exp", "math log1p(x) ln_1p", "_abs")),
    "_logsumexp": Helper(LOGSUMEXP, ("math exp(x) exp", "math log1p(x) ln_1p", "_max")),
    "_exp_minus_square": Helper(EXP_SQUARE, ("math exp(x) exp", "_round")),
    "_erf": Helper(ERF, ("_exp_minus_square", "_erfc", "_abs")),
    "_erfc": Helper(ERFC, ("_exp_minus_square", "_erf", "_round")),
    "_normal_pdf": Helper(NORMAL_PDF, ("math exp(x) exp",)),
    "_normal_cdf": Helper(NORMAL_CDF, ("_erfc",)),
    "_lgamma": Helper(
        LGAMMA, ("math log(x) ln", "math log1p(x) ln_1p", "math sin(x) sin", "_abs", "_round")
    ),
    "_cot_pi": Helper(COT_PI, ("math tan(x) tan", "_round")),
    "_digamma": Helper(DIGAMMA, ("math log(x) ln", "_cot_pi")),
    "_polygamma": Helper(POLYGAMMA, ("math pow(x, y) powf", "_cot_pi", "_digamma", "_round")),
}
