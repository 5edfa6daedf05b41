// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     v = exp(s)
//     r = y − μ
//     J = log(2πv)/2 + r²/(2v)
// Sensitivities
//     δ_s = ∂J/∂s = (1 − r²/v)/2
//     δ_μ = ∂J/∂μ = −r/v
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
// Names here: μ is mu.
#include "gaussian_nll.h"

#include <math.h>
#include <string.h>

double gaussian_nll_value(double a, double b, double c, double d, double x, double y) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double v = exp(s);
    const double r = y - mu;
    const double J = log(2.0*3.141592653589793*v)/2.0 + r*r/(2.0*v);
    return J;
}

gaussian_nll_params gaussian_nll_gradient(double a, double b, double c, double d, double x, double y) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double v = exp(s);
    const double r = y - mu;
    const double delta_s = (1.0 - r*r/v)/2.0;
    const double delta_mu = -r/v;
    const double dJ_da = delta_mu*x;
    const double dJ_dc = delta_s*x;
    gaussian_nll_params out;
    out.a = dJ_da;
    out.b = delta_mu;
    out.c = dJ_dc;
    out.d = delta_s;
    return out;
}

gaussian_nll_params gaussian_nll_value_and_gradient(
    double a, double b, double c, double d, double x, double y, double *value) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double v = exp(s);
    const double r = y - mu;
    const double t1 = r*r;
    const double J = log(2.0*3.141592653589793*v)/2.0 + t1/(2.0*v);
    const double delta_s = (1.0 - t1/v)/2.0;
    const double delta_mu = -r/v;
    const double dJ_da = delta_mu*x;
    const double dJ_dc = delta_s*x;
    *value = J;
    gaussian_nll_params out;
    out.a = dJ_da;
    out.b = delta_mu;
    out.c = dJ_dc;
    out.d = delta_s;
    return out;
}

static gaussian_nll_params step_from(
    gaussian_nll_params grad, double a, double b, double c, double d, double rate) {
    gaussian_nll_params out;
    out.a = a - rate*grad.a;
    out.b = b - rate*grad.b;
    out.c = c - rate*grad.c;
    out.d = d - rate*grad.d;
    return out;
}

gaussian_nll_params gaussian_nll_update(
    double a, double b, double c, double d, double x, double y, double rate) {
    const gaussian_nll_params grad = gaussian_nll_gradient(a, b, c, d, x, y);
    return step_from(grad, a, b, c, d, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 5, CHUNKS = 819 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double a, double b, double c, double d, double acc[][LANES], size_t lane) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double v = exp(s);
    const double r = y - mu;
    const double t1 = r*r;
    const double delta_s = (1.0 - t1/v)/2.0;
    const double delta_mu = -r/v;
    const double dJ_da = delta_mu*x;
    const double dJ_dc = delta_s*x;
    acc[0][lane] += log(2.0*3.141592653589793*v)/2.0 + t1/(2.0*v);
    acc[1][lane] += dJ_da;
    acc[2][lane] += delta_mu;
    acc[3][lane] += dJ_dc;
    acc[4][lane] += delta_s;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *y, double a, double b, double c, double d,
    double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], y[start + lane], a, b, c, d, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], y[start + lane], a, b, c, d, acc, lane);
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
    size_t count, const double *x, const double *y, double a, double b, double c, double d,
    double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, y + start, a, b, c, d, part, carry);
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
    size_t count, const double *x, const double *y, double a, double b, double c, double d,
    double sums[]) {
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
        add_chunk(length, x + start, y + start, a, b, c, d, total[part], carry[part]);
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
        careful_sums(count, x, y, a, b, c, d, sums);
    }
}

gaussian_nll_params gaussian_nll_batch_value_and_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double *value) {
    double sums[SUMS];
    mean_sums(count, x, y, a, b, c, d, sums);
    *value = sums[0];
    gaussian_nll_params out;
    out.a = sums[1];
    out.b = sums[2];
    out.c = sums[3];
    out.d = sums[4];
    return out;
}

double gaussian_nll_batch_value(
    double a, double b, double c, double d, size_t count, const double *x, const double *y) {
    double value;
    (void)gaussian_nll_batch_value_and_gradient(a, b, c, d, count, x, y, &value);
    return value;
}

gaussian_nll_params gaussian_nll_batch_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y) {
    double value;
    return gaussian_nll_batch_value_and_gradient(a, b, c, d, count, x, y, &value);
}

gaussian_nll_params gaussian_nll_batch_update(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double rate) {
    const gaussian_nll_params grad = gaussian_nll_batch_gradient(a, b, c, d, count, x, y);
    return step_from(grad, a, b, c, d, rate);
}
