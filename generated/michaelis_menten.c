// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     v = VS/(K + S)
//     r = v − y
//     J = r²
// Sensitivities
//     δ = ∂J/∂v = 2r
// Gradient
//     ∂J/∂V = δS/(K + S)
//     ∂J/∂K = −δv/(K + S)
// Assumed: K > 0.
// Assumed: S > 0.
#include "michaelis_menten.h"

#include <math.h>
#include <string.h>

double michaelis_menten_value(double V, double K, double S, double y) {
    const double v = V*S/(K + S);
    const double r = v - y;
    const double J = r*r;
    return J;
}

michaelis_menten_params michaelis_menten_gradient(double V, double K, double S, double y) {
    const double t1 = K + S;
    const double v = V*S/t1;
    const double r = v - y;
    const double delta = 2.0*r;
    const double dJ_dV = delta*S/t1;
    const double dJ_dK = -delta*v/t1;
    michaelis_menten_params out;
    out.V = dJ_dV;
    out.K = dJ_dK;
    return out;
}

michaelis_menten_params michaelis_menten_value_and_gradient(double V, double K, double S, double y, double *value) {
    const double t1 = K + S;
    const double v = V*S/t1;
    const double r = v - y;
    const double J = r*r;
    const double delta = 2.0*r;
    const double dJ_dV = delta*S/t1;
    const double dJ_dK = -delta*v/t1;
    *value = J;
    michaelis_menten_params out;
    out.V = dJ_dV;
    out.K = dJ_dK;
    return out;
}

static michaelis_menten_params step_from(michaelis_menten_params grad, double V, double K, double rate) {
    michaelis_menten_params out;
    out.V = V - rate*grad.V;
    out.K = K - rate*grad.K;
    return out;
}

michaelis_menten_params michaelis_menten_update(double V, double K, double S, double y, double rate) {
    const michaelis_menten_params grad = michaelis_menten_gradient(V, K, S, y);
    return step_from(grad, V, K, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double S, double y, double V, double K, double acc[][LANES], size_t lane) {
    const double t1 = K + S;
    const double v = V*S/t1;
    const double r = v - y;
    const double J = r*r;
    const double delta = 2.0*r;
    const double dJ_dV = delta*S/t1;
    acc[0][lane] += J;
    acc[1][lane] += dJ_dV;
    acc[2][lane] += delta*v/t1;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *S, const double *y, double V, double K, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(S[start + lane], y[start + lane], V, K, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(S[start + lane], y[start + lane], V, K, acc, lane);
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
    size_t count, const double *S, const double *y, double V, double K, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, S + start, y + start, V, K, part, carry);
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
    size_t count, const double *S, const double *y, double V, double K, double sums[]) {
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
        add_chunk(length, S + start, y + start, V, K, total[part], carry[part]);
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
        careful_sums(count, S, y, V, K, sums);
    }
}

michaelis_menten_params michaelis_menten_batch_value_and_gradient(
    double V, double K, size_t count, const double *S, const double *y, double *value) {
    double sums[SUMS];
    mean_sums(count, S, y, V, K, sums);
    *value = sums[0];
    michaelis_menten_params out;
    out.V = sums[1];
    out.K = -sums[2];
    return out;
}

double michaelis_menten_batch_value(double V, double K, size_t count, const double *S, const double *y) {
    double value;
    (void)michaelis_menten_batch_value_and_gradient(V, K, count, S, y, &value);
    return value;
}

michaelis_menten_params michaelis_menten_batch_gradient(double V, double K, size_t count, const double *S, const double *y) {
    double value;
    return michaelis_menten_batch_value_and_gradient(V, K, count, S, y, &value);
}

michaelis_menten_params michaelis_menten_batch_update(
    double V, double K, size_t count, const double *S, const double *y, double rate) {
    const michaelis_menten_params grad = michaelis_menten_batch_gradient(V, K, count, S, y);
    return step_from(grad, V, K, rate);
}
