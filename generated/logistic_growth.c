// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = (K − N₀)/N₀
//     N = K/(1 + q·exp(−rt))
//     J = (log(N) − log(y))²
// Sensitivities
//     δ_N = ∂J/∂N = 2(log(N) − log(y))/N
//     δ_q = ∂J/∂q = −δ_N·exp(−rt)·N/(1 + q·exp(−rt))
// Gradient
//     ∂J/∂K = δ_q/N₀ + δ_N/(1 + q·exp(−rt))
//     ∂J/∂r = δ_N·q·exp(−rt)·tN/(1 + q·exp(−rt))
//     ∂J/∂N₀ = −δ_q·(1 + q)/N₀
// Accuracy: J loses 3 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dK loses all digits at K = 293.935, r = 6.42308e-07, N0 = 2.89608e-05, t = -7.76497e-05, y = 0.005072.
// Accuracy: dJ_dr loses 4 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dN0 loses 12 of 16 digits at K = 1e-12, r = 0.337262, N0 = 2.91527, t = 11.2651, y = 53.701.
// Assumed: K > 0.
// Assumed: N0 > 0.
// Assumed: y > 0.
#include "logistic_growth.h"

#include <math.h>
#include <string.h>

double logistic_growth_value(double K, double r, double N0, double t, double y) {
    const double q = (K - N0)/N0;
    const double N = K/(1.0 + q*exp(-r*t));
    const double t1 = log(N) - log(y);
    const double J = t1*t1;
    return J;
}

logistic_growth_params logistic_growth_gradient(double K, double r, double N0, double t, double y) {
    const double q = (K - N0)/N0;
    const double t1 = exp(-r*t);
    const double t2 = q*t1;
    const double t3 = 1.0 + t2;
    const double N = K/t3;
    const double delta_N = 2.0*(log(N) - log(y))/N;
    const double t4 = delta_N*N;
    const double delta_q = -t4*t1/t3;
    const double dJ_dK = delta_q/N0 + delta_N/t3;
    const double dJ_dr = t4*t2*t/t3;
    const double dJ_dN0 = -delta_q*(1.0 + q)/N0;
    logistic_growth_params out;
    out.K = dJ_dK;
    out.r = dJ_dr;
    out.N0 = dJ_dN0;
    return out;
}

logistic_growth_params logistic_growth_value_and_gradient(double K, double r, double N0, double t, double y, double *value) {
    const double q = (K - N0)/N0;
    const double t1 = exp(-r*t);
    const double t2 = q*t1;
    const double t3 = 1.0 + t2;
    const double N = K/t3;
    const double t4 = log(N) - log(y);
    const double J = t4*t4;
    const double delta_N = 2.0*t4/N;
    const double t5 = delta_N*N;
    const double delta_q = -t5*t1/t3;
    const double dJ_dK = delta_q/N0 + delta_N/t3;
    const double dJ_dr = t5*t2*t/t3;
    const double dJ_dN0 = -delta_q*(1.0 + q)/N0;
    *value = J;
    logistic_growth_params out;
    out.K = dJ_dK;
    out.r = dJ_dr;
    out.N0 = dJ_dN0;
    return out;
}

static logistic_growth_params step_from(
    logistic_growth_params grad, double K, double r, double N0, double rate) {
    logistic_growth_params out;
    out.K = K - rate*grad.K;
    out.r = r - rate*grad.r;
    out.N0 = N0 - rate*grad.N0;
    return out;
}

logistic_growth_params logistic_growth_update(double K, double r, double N0, double t, double y, double rate) {
    const logistic_growth_params grad = logistic_growth_gradient(K, r, N0, t, y);
    return step_from(grad, K, r, N0, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 4, CHUNKS = 1024 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double t, double y, double K, double r, double N0, double q, double acc[][LANES], size_t lane) {
    const double t1 = exp(-r*t);
    const double t2 = q*t1;
    const double t3 = 1.0 + t2;
    const double N = K/t3;
    const double t4 = log(N) - log(y);
    const double J = t4*t4;
    const double delta_N = 2.0*t4/N;
    const double t5 = delta_N*N;
    const double delta_q = -t5*t1/t3;
    const double dJ_dr = t5*t2*t/t3;
    acc[0][lane] += J;
    acc[1][lane] += delta_q/N0 + delta_N/t3;
    acc[2][lane] += dJ_dr;
    acc[3][lane] += delta_q;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *t, const double *y, double K, double r, double N0, double q,
    double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(t[start + lane], y[start + lane], K, r, N0, q, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(t[start + lane], y[start + lane], K, r, N0, q, acc, lane);
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
    size_t count, const double *t, const double *y, double K, double r, double N0, double q,
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
        add_chunk(1, t + start, y + start, K, r, N0, q, part, carry);
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
    size_t count, const double *t, const double *y, double K, double r, double N0, double q,
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
        add_chunk(length, t + start, y + start, K, r, N0, q, total[part], carry[part]);
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
        careful_sums(count, t, y, K, r, N0, q, sums);
    }
}

logistic_growth_params logistic_growth_batch_value_and_gradient(
    double K, double r, double N0, size_t count, const double *t, const double *y, double *value) {
    double sums[SUMS];
    const double q = (K - N0)/N0;
    mean_sums(count, t, y, K, r, N0, q, sums);
    *value = sums[0];
    logistic_growth_params out;
    out.K = sums[1];
    out.r = sums[2];
    out.N0 = -sums[3]*(1.0 + q)/N0;
    return out;
}

double logistic_growth_batch_value(
    double K, double r, double N0, size_t count, const double *t, const double *y) {
    double value;
    (void)logistic_growth_batch_value_and_gradient(K, r, N0, count, t, y, &value);
    return value;
}

logistic_growth_params logistic_growth_batch_gradient(
    double K, double r, double N0, size_t count, const double *t, const double *y) {
    double value;
    return logistic_growth_batch_value_and_gradient(K, r, N0, count, t, y, &value);
}

logistic_growth_params logistic_growth_batch_update(
    double K, double r, double N0, size_t count, const double *t, const double *y, double rate) {
    const logistic_growth_params grad = logistic_growth_batch_gradient(K, r, N0, count, t, y);
    return step_from(grad, K, r, N0, rate);
}
