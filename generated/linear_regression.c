// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = wx + b
//     r = m − y
//     L = r²
//     R = λw²
//     J = L + R
// Sensitivities
//     δ = ∂L/∂m = 2r
// Gradient
//     ∂J/∂w = δx + 2λw
//     ∂J/∂b = δ
// Names here: λ is lam.
#include "linear_regression.h"

#include <math.h>
#include <string.h>

double linear_regression_value(double w, double b, double x, double y, double lam) {
    const double m = w*x + b;
    const double r = m - y;
    const double L = r*r;
    const double R = lam*w*w;
    const double J = L + R;
    return J;
}

linear_regression_params linear_regression_gradient(double w, double b, double x, double y, double lam) {
    const double m = w*x + b;
    const double r = m - y;
    const double delta = 2.0*r;
    const double dJ_dw = delta*x + 2.0*lam*w;
    linear_regression_params out;
    out.w = dJ_dw;
    out.b = delta;
    return out;
}

linear_regression_params linear_regression_value_and_gradient(double w, double b, double x, double y, double lam, double *value) {
    const double m = w*x + b;
    const double r = m - y;
    const double L = r*r;
    const double t1 = lam*w;
    const double R = t1*w;
    const double J = L + R;
    const double delta = 2.0*r;
    const double dJ_dw = delta*x + 2.0*t1;
    *value = J;
    linear_regression_params out;
    out.w = dJ_dw;
    out.b = delta;
    return out;
}

static linear_regression_params step_from(linear_regression_params grad, double w, double b, double rate) {
    linear_regression_params out;
    out.w = w - rate*grad.w;
    out.b = b - rate*grad.b;
    return out;
}

linear_regression_params linear_regression_update(double w, double b, double x, double y, double lam, double rate) {
    const linear_regression_params grad = linear_regression_gradient(w, b, x, y, lam);
    return step_from(grad, w, b, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double w, double b, double acc[][LANES], size_t lane) {
    const double m = w*x + b;
    const double r = m - y;
    const double L = r*r;
    const double delta = 2.0*r;
    acc[0][lane] += L;
    acc[1][lane] += delta*x;
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
    size_t count, const double *x, const double *y, double w, double b, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], y[start + lane], w, b, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], y[start + lane], w, b, acc, lane);
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
    size_t count, const double *x, const double *y, double w, double b, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, y + start, w, b, part, carry);
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
    size_t count, const double *x, const double *y, double w, double b, double sums[]) {
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
        add_chunk(length, x + start, y + start, w, b, total[part], carry[part]);
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
        careful_sums(count, x, y, w, b, sums);
    }
}

linear_regression_params linear_regression_batch_value_and_gradient(
    double w, double b, size_t count, const double *x, const double *y, double lam, double *value) {
    double sums[SUMS];
    const double t1 = lam*w;
    const double R = t1*w;
    mean_sums(count, x, y, w, b, sums);
    *value = R + sums[0];
    linear_regression_params out;
    out.w = 2.0*t1 + sums[1];
    out.b = sums[2];
    return out;
}

double linear_regression_batch_value(
    double w, double b, size_t count, const double *x, const double *y, double lam) {
    double value;
    (void)linear_regression_batch_value_and_gradient(w, b, count, x, y, lam, &value);
    return value;
}

linear_regression_params linear_regression_batch_gradient(
    double w, double b, size_t count, const double *x, const double *y, double lam) {
    double value;
    return linear_regression_batch_value_and_gradient(w, b, count, x, y, lam, &value);
}

linear_regression_params linear_regression_batch_update(
    double w, double b, size_t count, const double *x, const double *y, double lam, double rate) {
    const linear_regression_params grad = linear_regression_batch_gradient(w, b, count, x, y, lam);
    return step_from(grad, w, b, rate);
}
