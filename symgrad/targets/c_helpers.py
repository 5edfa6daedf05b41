"""Functions that <math.h> lacks, as text that the emitted C file brings along.

They are static and named sg_…, which no author's name is. Sources of the formulas: Abramowitz and
Stegun, Handbook of Mathematical Functions, 6.3 and 6.4 (digamma, polygamma).
"""

from __future__ import annotations

from symgrad.targets.helper import Helper

MAX = """\
/* The larger number; NaN where one of them is. */
static double sg_max(double x, double y) {
    return x > y || isnan(x) ? x : y;
}
"""

MIN = """\
/* The smaller number; NaN where one of them is. */
static double sg_min(double x, double y) {
    return x < y || isnan(x) ? x : y;
}
"""

SIGN = """\
/* The sign of x: 1, -1 or 0. */
static double sg_sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}
"""

SIGMOID = """\
/* 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
static double sg_sigmoid(double x) {
    const double z = exp(-fabs(x));
    return (x >= 0.0 ? 1.0 : z) / (1.0 + z);
}
"""

SOFTPLUS = """\
/* log(1 + exp(x)), exact for large |x| too. */
static double sg_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}
"""

LOG_SIGMOID = """\
/* log(1/(1 + exp(-x))), exact for large |x| too. */
static double sg_log_sigmoid(double x) {
    return (x < 0.0 ? x : 0.0) - log1p(exp(-fabs(x)));
}
"""

LOGADDEXP = """\
/* log(exp(x) + exp(y)), the larger taken out first. */
static double sg_logaddexp(double x, double y) {
    const double large = x > y ? x : y, small = x > y ? y : x;
    return isinf(large) ? large : large + log1p(exp(small - large));
}
"""

NORMAL_PDF = """\
/* The density of the standard normal distribution. */
static double sg_normal_pdf(double x) {
    return 0.3989422804014327 * exp(-0.5 * x * x);
}
"""

NORMAL_CDF = """\
/* The distribution function of the standard normal distribution. */
static double sg_normal_cdf(double x) {
    return 0.5 * erfc(-0.7071067811865476 * x);
}
"""

COT_PI = """\
/* The cotangent of pi*x, with x reduced first. */
static double sg_cot_pi(double x) {
    return 1.0 / tan(3.141592653589793 * (x - nearbyint(x)));
}
"""

DIGAMMA = """\
/* The derivative of lgamma: recurrence to x >= 10, then the asymptotic series. */
static double sg_digamma(double x) {
    const double mirrored = x;
    double shift = 0.0, z, tail;
    if (mirrored <= 0.0) {
        x = 1.0 - x;
    }
    while (x < 10.0) {
        shift += 1.0 / x;
        x += 1.0;
    }
    z = 1.0 / (x * x);
    tail = z * (1.0 / 12.0 - z * (1.0 / 120.0 - z * (1.0 / 252.0 - z * (1.0 / 240.0 - z * (
        1.0 / 132.0 - z * (691.0 / 32760.0 - z * (1.0 / 12.0 - z * 3617.0 / 8160.0)))))));
    z = log(x) - 0.5 / x - tail - shift;
    return mirrored <= 0.0 ? z - 3.141592653589793 * sg_cot_pi(mirrored) : z;
}
"""

POLYGAMMA = """\
/* The derivative of digamma of order 1 to 8: recurrence, then the asymptotic series. */
static double sg_polygamma(double order, double x) {
    static const double b[8] = {1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0,
        -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0};
    const int n = (int)order;
    const double degree = (double)n;
    double total = 0.0, around = 0.0, sign = 1.0, factor;
    if (n < 1 || n > 8) {
        return n == 0 ? sg_digamma(x) : (double)NAN;
    }
    if (x <= 0.0) {
        const double c = sg_cot_pi(x);
        double slope[12] = {0.0, 1.0};
        for (int round = 0; round < n; round++) {
            double next[12] = {0.0};
            for (int k = 1; k < 11; k++) {
                next[k - 1] -= 3.141592653589793 * (double)k * slope[k];
                next[k + 1] -= 3.141592653589793 * (double)k * slope[k];
            }
            for (int k = 0; k < 12; k++) {
                slope[k] = next[k];
            }
        }
        around = slope[n + 1];
        for (int k = n; k >= 0; k--) {
            around = around * c + slope[k];
        }
        around *= 3.141592653589793;
        sign = n % 2 ? -1.0 : 1.0;
        x = 1.0 - x;
    }
    factor = tgamma(degree + 1.0);
    while (x < 15.0 + degree) {
        total += factor / pow(x, degree + 1.0);
        x += 1.0;
    }
    total += tgamma(degree) / pow(x, degree) + 0.5 * factor / pow(x, degree + 1.0);
    for (int k = 1; k <= 8; k++) {
        const double even = 2.0 * (double)k;
        total += b[k - 1] * tgamma(even + degree) / tgamma(even + 1.0) / pow(x, even + degree);
    }
    return sign * (n % 2 ? total : -total) - around;
}
"""

HELPERS = {
    "sg_max": Helper(MAX),
    "sg_min": Helper(MIN),
    "sg_sign": Helper(SIGN),
    "sg_sigmoid": Helper(SIGMOID),
    "sg_softplus": Helper(SOFTPLUS),
    "sg_log_sigmoid": Helper(LOG_SIGMOID),
    "sg_logaddexp": Helper(LOGADDEXP),
    "sg_normal_pdf": Helper(NORMAL_PDF),
    "sg_normal_cdf": Helper(NORMAL_CDF),
    "sg_cot_pi": Helper(COT_PI),
    "sg_digamma": Helper(DIGAMMA, ("sg_cot_pi",)),
    "sg_polygamma": Helper(POLYGAMMA, ("sg_digamma", "sg_cot_pi")),
}
