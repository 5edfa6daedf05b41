// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = ax + b
//     h = u²
//     v = ch + u + d
//     p = 1/(1 + v)
//     L = (p − y)²
//     R = λ/2·(a² + c²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂v = −2(p − y)·p²
// Gradient
//     ∂J/∂a = δ·(2cu + 1)·x + λa
//     ∂J/∂b = δ·(2cu + 1)
//     ∂J/∂c = δh + λc
//     ∂J/∂d = δ
// Names here: λ is lam.
#include "branch_and_merge.h"

#include <math.h>
#include <string.h>

double branch_and_merge_value(
    double a, double b, double c, double d, double x, double y, double lam) {
    const double u = a*x + b;
    const double h = u*u;
    const double v = c*h + u + d;
    const double p = 1.0/(1.0 + v);
    const double t1 = p - y;
    const double L = t1*t1;
    const double R = lam/2.0*(a*a + c*c);
    const double J = L + R;
    return J;
}

branch_and_merge_params branch_and_merge_gradient(
    double a, double b, double c, double d, double x, double y, double lam) {
    const double u = a*x + b;
    const double h = u*u;
    const double t1 = c*u;
    const double t2 = t1 + 1.0;
    const double v = u*t2 + d;
    const double p = 1.0/(1.0 + v);
    const double delta = -2.0*(p - y)*p*p;
    const double dJ_db = delta*(t1 + t2);
    const double dJ_da = dJ_db*x + lam*a;
    const double dJ_dc = delta*h + lam*c;
    branch_and_merge_params out;
    out.a = dJ_da;
    out.b = dJ_db;
    out.c = dJ_dc;
    out.d = delta;
    return out;
}

branch_and_merge_params branch_and_merge_value_and_gradient(
    double a, double b, double c, double d, double x, double y, double lam, double *value) {
    const double u = a*x + b;
    const double h = u*u;
    const double t1 = c*u;
    const double t2 = t1 + 1.0;
    const double v = u*t2 + d;
    const double p = 1.0/(1.0 + v);
    const double t3 = p - y;
    const double L = t3*t3;
    const double t4 = lam*a;
    const double t5 = lam*c;
    const double R = (t4*a + t5*c)/2.0;
    const double J = L + R;
    const double delta = -2.0*t3*p*p;
    const double dJ_db = delta*(t1 + t2);
    const double dJ_da = dJ_db*x + t4;
    const double dJ_dc = delta*h + t5;
    *value = J;
    branch_and_merge_params out;
    out.a = dJ_da;
    out.b = dJ_db;
    out.c = dJ_dc;
    out.d = delta;
    return out;
}

static branch_and_merge_params step_from(
    branch_and_merge_params grad, double a, double b, double c, double d, double rate) {
    branch_and_merge_params out;
    out.a = a - rate*grad.a;
    out.b = b - rate*grad.b;
    out.c = c - rate*grad.c;
    out.d = d - rate*grad.d;
    return out;
}

branch_and_merge_params branch_and_merge_update(
    double a, double b, double c, double d, double x, double y, double lam, double rate) {
    const branch_and_merge_params grad = branch_and_merge_gradient(a, b, c, d, x, y, lam);
    return step_from(grad, a, b, c, d, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 5, CHUNKS = 819 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double a, double b, double c, double d, double acc[][LANES], size_t lane) {
    const double u = a*x + b;
    const double h = u*u;
    const double t1 = c*u;
    const double t2 = t1 + 1.0;
    const double v = u*t2 + d;
    const double p = 1.0/(1.0 + v);
    const double t3 = p - y;
    const double L = t3*t3;
    const double delta = -2.0*t3*p*p;
    const double dJ_db = delta*(t1 + t2);
    acc[0][lane] += L;
    acc[1][lane] += dJ_db*x;
    acc[2][lane] += dJ_db;
    acc[3][lane] += delta*h;
    acc[4][lane] += delta;
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

branch_and_merge_params branch_and_merge_batch_value_and_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam, double *value) {
    double sums[SUMS];
    const double t4 = lam*a;
    const double t5 = lam*c;
    const double R = (t4*a + t5*c)/2.0;
    mean_sums(count, x, y, a, b, c, d, sums);
    *value = R + sums[0];
    branch_and_merge_params out;
    out.a = t4 + sums[1];
    out.b = sums[2];
    out.c = t5 + sums[3];
    out.d = sums[4];
    return out;
}

double branch_and_merge_batch_value(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam) {
    double value;
    (void)branch_and_merge_batch_value_and_gradient(a, b, c, d, count, x, y, lam, &value);
    return value;
}

branch_and_merge_params branch_and_merge_batch_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam) {
    double value;
    return branch_and_merge_batch_value_and_gradient(a, b, c, d, count, x, y, lam, &value);
}

branch_and_merge_params branch_and_merge_batch_update(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam, double rate) {
    const branch_and_merge_params grad = branch_and_merge_batch_gradient(a, b, c, d, count, x, y, lam);
    return step_from(grad, a, b, c, d, rate);
}
