// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     k = exp(a)·exp(−E/(RT))
//     q = log(k/y)
//     J = q²
// Gradient
//     ∂J/∂a = 2q
//     ∂J/∂E = −2q/(RT)
// Computed in another form, which keeps more digits
//     q = a − E/(RT) − log(y)
// Assumed: T > 0.
// Assumed: y > 0.
#include "arrhenius.h"

#include <math.h>
#include <string.h>

double arrhenius_value(double a, double E, double T, double y, double R) {
    const double q = a - E/(R*T) - log(y);
    const double J = q*q;
    return J;
}

arrhenius_params arrhenius_gradient(double a, double E, double T, double y, double R) {
    const double t1 = R*T;
    const double q = a - E/t1 - log(y);
    const double dJ_da = 2.0*q;
    const double dJ_dE = -dJ_da/t1;
    arrhenius_params out;
    out.a = dJ_da;
    out.E = dJ_dE;
    return out;
}

arrhenius_params arrhenius_value_and_gradient(double a, double E, double T, double y, double R, double *value) {
    const double t1 = R*T;
    const double q = a - E/t1 - log(y);
    const double J = q*q;
    const double dJ_da = 2.0*q;
    const double dJ_dE = -dJ_da/t1;
    *value = J;
    arrhenius_params out;
    out.a = dJ_da;
    out.E = dJ_dE;
    return out;
}

static arrhenius_params step_from(arrhenius_params grad, double a, double E, double rate) {
    arrhenius_params out;
    out.a = a - rate*grad.a;
    out.E = E - rate*grad.E;
    return out;
}

arrhenius_params arrhenius_update(double a, double E, double T, double y, double R, double rate) {
    const arrhenius_params grad = arrhenius_gradient(a, E, T, y, R);
    return step_from(grad, a, E, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double T, double y, double a, double E, double R, double acc[][LANES], size_t lane) {
    const double t1 = R*T;
    const double q = a - E/t1 - log(y);
    const double J = q*q;
    const double dJ_da = 2.0*q;
    acc[0][lane] += J;
    acc[1][lane] += dJ_da;
    acc[2][lane] += dJ_da/t1;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *T, const double *y, double a, double E, double R, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(T[start + lane], y[start + lane], a, E, R, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(T[start + lane], y[start + lane], a, E, R, acc, lane);
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
    size_t count, const double *T, const double *y, double a, double E, double R, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, T + start, y + start, a, E, R, part, carry);
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
    size_t count, const double *T, const double *y, double a, double E, double R, double sums[]) {
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
        add_chunk(length, T + start, y + start, a, E, R, total[part], carry[part]);
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
        careful_sums(count, T, y, a, E, R, sums);
    }
}

arrhenius_params arrhenius_batch_value_and_gradient(
    double a, double E, size_t count, const double *T, const double *y, double R, double *value) {
    double sums[SUMS];
    mean_sums(count, T, y, a, E, R, sums);
    *value = sums[0];
    arrhenius_params out;
    out.a = sums[1];
    out.E = -sums[2];
    return out;
}

double arrhenius_batch_value(
    double a, double E, size_t count, const double *T, const double *y, double R) {
    double value;
    (void)arrhenius_batch_value_and_gradient(a, E, count, T, y, R, &value);
    return value;
}

arrhenius_params arrhenius_batch_gradient(
    double a, double E, size_t count, const double *T, const double *y, double R) {
    double value;
    return arrhenius_batch_value_and_gradient(a, E, count, T, y, R, &value);
}

arrhenius_params arrhenius_batch_update(
    double a, double E, size_t count, const double *T, const double *y, double R, double rate) {
    const arrhenius_params grad = arrhenius_batch_gradient(a, E, count, T, y, R);
    return step_from(grad, a, E, rate);
}
