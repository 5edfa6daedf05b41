// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     η = ax + b
//     μ = exp(η)
//     L = μ − y·log(μ) + lgamma(y + 1)
// Sensitivities
//     δ = ∂L/∂η = μ − y
// Gradient
//     ∂L/∂a = δx
//     ∂L/∂b = δ
// Names here: η is eta, μ is mu.
// Computed in another form, which keeps more digits
//     L = μ − yη + lgamma(y + 1)
// Accuracy: L loses 3 of 16 digits at a = 0.00212879, b = -8.31145, x = 6.37369e-06, y = 1.31266e-06.
// Assumed: y >= 0.
#include "poisson_regression.h"

#include <math.h>
#include <string.h>

double poisson_regression_value(double a, double b, double x, double y) {
    const double eta = a*x + b;
    const double mu = exp(eta);
    const double L = mu - y*eta + lgamma(y + 1.0);
    return L;
}

poisson_regression_params poisson_regression_gradient(double a, double b, double x, double y) {
    const double eta = a*x + b;
    const double mu = exp(eta);
    const double delta = mu - y;
    const double dL_da = delta*x;
    poisson_regression_params out;
    out.a = dL_da;
    out.b = delta;
    return out;
}

poisson_regression_params poisson_regression_value_and_gradient(double a, double b, double x, double y, double *value) {
    const double eta = a*x + b;
    const double mu = exp(eta);
    const double L = mu - y*eta + lgamma(y + 1.0);
    const double delta = mu - y;
    const double dL_da = delta*x;
    *value = L;
    poisson_regression_params out;
    out.a = dL_da;
    out.b = delta;
    return out;
}

static poisson_regression_params step_from(poisson_regression_params grad, double a, double b, double rate) {
    poisson_regression_params out;
    out.a = a - rate*grad.a;
    out.b = b - rate*grad.b;
    return out;
}

poisson_regression_params poisson_regression_update(double a, double b, double x, double y, double rate) {
    const poisson_regression_params grad = poisson_regression_gradient(a, b, x, y);
    return step_from(grad, a, b, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double a, double b, double acc[][LANES], size_t lane) {
    const double eta = a*x + b;
    const double mu = exp(eta);
    const double delta = mu - y;
    const double dL_da = delta*x;
    acc[0][lane] += mu - y*eta + lgamma(y + 1.0);
    acc[1][lane] += dL_da;
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

poisson_regression_params poisson_regression_batch_value_and_gradient(
    double a, double b, size_t count, const double *x, const double *y, double *value) {
    double sums[SUMS];
    mean_sums(count, x, y, a, b, sums);
    *value = sums[0];
    poisson_regression_params out;
    out.a = sums[1];
    out.b = sums[2];
    return out;
}

double poisson_regression_batch_value(double a, double b, size_t count, const double *x, const double *y) {
    double value;
    (void)poisson_regression_batch_value_and_gradient(a, b, count, x, y, &value);
    return value;
}

poisson_regression_params poisson_regression_batch_gradient(double a, double b, size_t count, const double *x, const double *y) {
    double value;
    return poisson_regression_batch_value_and_gradient(a, b, count, x, y, &value);
}

poisson_regression_params poisson_regression_batch_update(
    double a, double b, size_t count, const double *x, const double *y, double rate) {
    const poisson_regression_params grad = poisson_regression_batch_gradient(a, b, count, x, y);
    return step_from(grad, a, b, rate);
}
