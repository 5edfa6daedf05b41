// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = a·x + b
//     m = log(1 + exp(z))
//     e = m − y
//     J = e²/2
// Sensitivities
//     δ = ∂J/∂z = e·sigmoid(z)
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Computed in another form, which keeps more digits
//     m = softplus(z)
#include "softplus_regression.h"

#include <math.h>
#include <string.h>

/* log(1 + exp(x)), exact for large |x| too. */
static double sg_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}

/* 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
static double sg_sigmoid(double x) {
    const double z = exp(-fabs(x));
    return (x >= 0.0 ? 1.0 : z) / (1.0 + z);
}

double softplus_regression_value(double a, double b, double x, double y) {
    const double z = a*x + b;
    const double m = sg_softplus(z);
    const double e = m - y;
    const double J = e*e/2.0;
    return J;
}

softplus_regression_params softplus_regression_gradient(double a, double b, double x, double y) {
    const double z = a*x + b;
    const double m = sg_softplus(z);
    const double e = m - y;
    const double delta = e*sg_sigmoid(z);
    const double dJ_da = delta*x;
    softplus_regression_params out;
    out.a = dJ_da;
    out.b = delta;
    return out;
}

softplus_regression_params softplus_regression_value_and_gradient(double a, double b, double x, double y, double *value) {
    const double z = a*x + b;
    const double m = sg_softplus(z);
    const double e = m - y;
    const double J = e*e/2.0;
    const double delta = e*sg_sigmoid(z);
    const double dJ_da = delta*x;
    *value = J;
    softplus_regression_params out;
    out.a = dJ_da;
    out.b = delta;
    return out;
}

static softplus_regression_params step_from(softplus_regression_params grad, double a, double b, double rate) {
    softplus_regression_params out;
    out.a = a - rate*grad.a;
    out.b = b - rate*grad.b;
    return out;
}

softplus_regression_params softplus_regression_update(double a, double b, double x, double y, double rate) {
    const softplus_regression_params grad = softplus_regression_gradient(a, b, x, y);
    return step_from(grad, a, b, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double a, double b, double acc[][LANES], size_t lane) {
    const double z = a*x + b;
    const double m = sg_softplus(z);
    const double e = m - y;
    const double delta = e*sg_sigmoid(z);
    const double dJ_da = delta*x;
    acc[0][lane] += e*e;
    acc[1][lane] += dJ_da;
    acc[2][lane] += delta;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *y, double a, double b, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], y[start + lane], a, b, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], y[start + lane], a, b, acc, lane);
        }
        for (size_t item = 0; item < SUMS; item++) {
            for (size_t half = LANES / 2; half > 0; half /= 2) {
                for (size_t lane = 0; lane < half; lane++) {
                    acc[item][lane] += acc[item][lane + half];
                }
            }
            add_part(&total[item], &carry[item], acc[item][0]);
        }
    }
}

/* The same means where a plain sum leaves the range of numbers: every sample is divided first. */
static void careful_sums(
    size_t count, const double *x, const double *y, double a, double b, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, y + start, a, b, part, carry);
        for (size_t item = 0; item < SUMS; item++) {
            add_part(&sums[item], &rest[item], part[item] / (double)count);
        }
    }
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] += isfinite(sums[item]) ? rest[item] : 0;
    }
}

/* The means of the sums over all samples; chunks are added in order, however many threads run. */
static void mean_sums(
    size_t count, const double *x, const double *y, double a, double b, double sums[]) {
    enum { PARTS = CHUNKS < 64 ? CHUNKS : 64 };
    double total[PARTS][SUMS], carry[PARTS][SUMS];
    const size_t share = (count / PARTS / BLOCK + 1) * BLOCK;
    const size_t chunk = share < 8192 ? 8192 : share;
    const int parts = (int)((count + chunk - 1) / chunk);
    int finite = 1;
    memset(total, 0, sizeof total);
    memset(carry, 0, sizeof carry);
#if defined(_OPENMP) && defined(SYMGRAD_THREADS)
#pragma omp parallel for schedule(dynamic) num_threads(SYMGRAD_THREADS) if (count >= 65536)
#elif defined(_OPENMP)
#pragma omp parallel for schedule(dynamic) if (count >= 65536)
#endif
    for (int part = 0; part < parts; part++) {
        const size_t start = (size_t)part * chunk;
        const size_t length = count - start < chunk ? count - start : chunk;
        add_chunk(length, x + start, y + start, a, b, total[part], carry[part]);
    }
    for (size_t item = 0; item < SUMS; item++) {
        double sum = 0, rest = 0;
        for (int part = 0; part < parts; part++) {
            add_part(&sum, &rest, total[part][item]);
            rest += carry[part][item];
        }
        sums[item] = (sum + rest) / (double)count;
        finite = finite && isfinite(sums[item]);
    }
    if (!finite && count > 0) {
        careful_sums(count, x, y, a, b, sums);
    }
}

softplus_regression_params softplus_regression_batch_value_and_gradient(
    double a, double b, size_t count, const double *x, const double *y, double *value) {
    double sums[SUMS];
    mean_sums(count, x, y, a, b, sums);
    *value = sums[0]/2.0;
    softplus_regression_params out;
    out.a = sums[1];
    out.b = sums[2];
    return out;
}

double softplus_regression_batch_value(double a, double b, size_t count, const double *x, const double *y) {
    double value;
    (void)softplus_regression_batch_value_and_gradient(a, b, count, x, y, &value);
    return value;
}

softplus_regression_params softplus_regression_batch_gradient(double a, double b, size_t count, const double *x, const double *y) {
    double value;
    return softplus_regression_batch_value_and_gradient(a, b, count, x, y, &value);
}

softplus_regression_params softplus_regression_batch_update(
    double a, double b, size_t count, const double *x, const double *y, double rate) {
    const softplus_regression_params grad = softplus_regression_batch_gradient(a, b, count, x, y);
    return step_from(grad, a, b, rate);
}
