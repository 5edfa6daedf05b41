// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     r = E − e·sin(E) − M
//     J = r²/2
// Gradient
//     ∂J/∂E = r·(1 − e·cos(E))
#include "kepler.h"

#include <math.h>
#include <string.h>

double kepler_value(double E, double M, double e) {
    const double r = E - e*sin(E) - M;
    const double J = r*r/2.0;
    return J;
}

kepler_params kepler_gradient(double E, double M, double e) {
    const double r = E - e*sin(E) - M;
    const double dJ_dE = r*(1.0 - e*cos(E));
    kepler_params out;
    out.E = dJ_dE;
    return out;
}

kepler_params kepler_value_and_gradient(double E, double M, double e, double *value) {
    const double r = E - e*sin(E) - M;
    const double J = r*r/2.0;
    const double dJ_dE = r*(1.0 - e*cos(E));
    *value = J;
    kepler_params out;
    out.E = dJ_dE;
    return out;
}

static kepler_params step_from(kepler_params grad, double E, double rate) {
    kepler_params out;
    out.E = E - rate*grad.E;
    return out;
}

kepler_params kepler_update(double E, double M, double e, double rate) {
    const kepler_params grad = kepler_gradient(E, M, e);
    return step_from(grad, E, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 2, CHUNKS = 2048 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(double M, double E, double e, double acc[][LANES], size_t lane) {
    const double r = E - e*sin(E) - M;
    acc[0][lane] += r*r;
    acc[1][lane] += r;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *M, double E, double e, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(M[start + lane], E, e, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(M[start + lane], E, e, acc, lane);
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
static void careful_sums(size_t count, const double *M, double E, double e, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, M + start, E, e, part, carry);
        for (size_t item = 0; item < SUMS; item++) {
            add_part(&sums[item], &rest[item], part[item] / (double)count);
        }
    }
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] += isfinite(sums[item]) ? rest[item] : 0;
    }
}

/* The means of the sums over all samples; chunks are added in order, however many threads run. */
static void mean_sums(size_t count, const double *M, double E, double e, double sums[]) {
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
        add_chunk(length, M + start, E, e, total[part], carry[part]);
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
        careful_sums(count, M, E, e, sums);
    }
}

kepler_params kepler_batch_value_and_gradient(double E, size_t count, const double *M, double e, double *value) {
    double sums[SUMS];
    mean_sums(count, M, E, e, sums);
    *value = sums[0]/2.0;
    kepler_params out;
    out.E = sums[1]*(1.0 - e*cos(E));
    return out;
}

double kepler_batch_value(double E, size_t count, const double *M, double e) {
    double value;
    (void)kepler_batch_value_and_gradient(E, count, M, e, &value);
    return value;
}

kepler_params kepler_batch_gradient(double E, size_t count, const double *M, double e) {
    double value;
    return kepler_batch_value_and_gradient(E, count, M, e, &value);
}

kepler_params kepler_batch_update(double E, size_t count, const double *M, double e, double rate) {
    const kepler_params grad = kepler_batch_gradient(E, count, M, e);
    return step_from(grad, E, rate);
}
