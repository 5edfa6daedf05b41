// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = a·x + b
//     r = y − m
//     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
// Sensitivities
//     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Convention: at the border of a where the side that the condition selects counts.
// Convention: the derivative of |z| at z = 0 is taken as 0.
#include "huber.h"

#include <math.h>
#include <string.h>

/* The sign of x: 1, -1 or 0. */
static double sg_sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
}

double huber_value(double a, double b, double x, double y, double k) {
    const double m = a*x + b;
    const double r = y - m;
    const double t1 = fabs(r);
    const double J = (t1 <= k) ? r*r/2.0 : k*(t1 - k/2.0);
    return J;
}

huber_params huber_gradient(double a, double b, double x, double y, double k) {
    const double m = a*x + b;
    const double r = y - m;
    const double delta = -((fabs(r) <= k) ? r : k*sg_sign(r));
    const double dJ_da = delta*x;
    huber_params out;
    out.a = dJ_da;
    out.b = delta;
    return out;
}

huber_params huber_value_and_gradient(double a, double b, double x, double y, double k, double *value) {
    const double m = a*x + b;
    const double r = y - m;
    const double t1 = fabs(r);
    const double J = (t1 <= k) ? r*r/2.0 : k*(t1 - k/2.0);
    const double delta = -((t1 <= k) ? r : k*sg_sign(r));
    const double dJ_da = delta*x;
    *value = J;
    huber_params out;
    out.a = dJ_da;
    out.b = delta;
    return out;
}

static huber_params step_from(huber_params grad, double a, double b, double rate) {
    huber_params out;
    out.a = a - rate*grad.a;
    out.b = b - rate*grad.b;
    return out;
}

huber_params huber_update(double a, double b, double x, double y, double k, double rate) {
    const huber_params grad = huber_gradient(a, b, x, y, k);
    return step_from(grad, a, b, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double a, double b, double k, double acc[][LANES], size_t lane) {
    const double m = a*x + b;
    const double r = y - m;
    const double t1 = fabs(r);
    const double J = (t1 <= k) ? r*r/2.0 : k*(t1 - k/2.0);
    const double delta = -((t1 <= k) ? r : k*sg_sign(r));
    const double dJ_da = delta*x;
    acc[0][lane] += J;
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
    size_t count, const double *x, const double *y, double a, double b, double k, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], y[start + lane], a, b, k, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], y[start + lane], a, b, k, acc, lane);
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
    size_t count, const double *x, const double *y, double a, double b, double k, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, y + start, a, b, k, part, carry);
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
    size_t count, const double *x, const double *y, double a, double b, double k, double sums[]) {
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
        add_chunk(length, x + start, y + start, a, b, k, total[part], carry[part]);
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
        careful_sums(count, x, y, a, b, k, sums);
    }
}

huber_params huber_batch_value_and_gradient(
    double a, double b, size_t count, const double *x, const double *y, double k, double *value) {
    double sums[SUMS];
    mean_sums(count, x, y, a, b, k, sums);
    *value = sums[0];
    huber_params out;
    out.a = sums[1];
    out.b = sums[2];
    return out;
}

double huber_batch_value(
    double a, double b, size_t count, const double *x, const double *y, double k) {
    double value;
    (void)huber_batch_value_and_gradient(a, b, count, x, y, k, &value);
    return value;
}

huber_params huber_batch_gradient(
    double a, double b, size_t count, const double *x, const double *y, double k) {
    double value;
    return huber_batch_value_and_gradient(a, b, count, x, y, k, &value);
}

huber_params huber_batch_update(
    double a, double b, size_t count, const double *x, const double *y, double k, double rate) {
    const huber_params grad = huber_batch_gradient(a, b, count, x, y, k);
    return step_from(grad, a, b, rate);
}
