// Made by symgrad: value, gradient and update step of J.
//
// Maximize J, where
//     q = t/λ
//     H = q^k
//     f = log(k/λ) + (k − 1)·log(q)
//     J = d·f − H
// Gradient
//     ∂J/∂k = d·(1/k + log(q)) − log(q)·H
//     ∂J/∂λ = k·(q^k − d)/λ
// Names here: λ is lam.
// Assumed: k > 0.
// Assumed: λ > 0.
// Assumed: t > 0.
#include "weibull_survival.h"

#include <math.h>
#include <string.h>

double weibull_survival_value(double k, double lam, double t, double d) {
    const double q = t/lam;
    const double H = pow(q, k);
    const double f = log(k/lam) + (k - 1.0)*log(q);
    const double J = d*f - H;
    return J;
}

weibull_survival_params weibull_survival_gradient(double k, double lam, double t, double d) {
    const double q = t/lam;
    const double H = pow(q, k);
    const double t1 = log(q);
    const double dJ_dk = d*(1.0/k + t1) - t1*H;
    const double dJ_dlam = k*(H - d)/lam;
    weibull_survival_params out;
    out.k = dJ_dk;
    out.lam = dJ_dlam;
    return out;
}

weibull_survival_params weibull_survival_value_and_gradient(double k, double lam, double t, double d, double *value) {
    const double q = t/lam;
    const double H = pow(q, k);
    const double t1 = log(q);
    const double f = log(k/lam) + (k - 1.0)*t1;
    const double J = d*f - H;
    const double dJ_dk = d*(1.0/k + t1) - t1*H;
    const double dJ_dlam = k*(H - d)/lam;
    *value = J;
    weibull_survival_params out;
    out.k = dJ_dk;
    out.lam = dJ_dlam;
    return out;
}

static weibull_survival_params step_from(weibull_survival_params grad, double k, double lam, double rate) {
    weibull_survival_params out;
    out.k = k + rate*grad.k;
    out.lam = lam + rate*grad.lam;
    return out;
}

weibull_survival_params weibull_survival_update(double k, double lam, double t, double d, double rate) {
    const weibull_survival_params grad = weibull_survival_gradient(k, lam, t, d);
    return step_from(grad, k, lam, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double t, double d, double k, double lam, double acc[][LANES], size_t lane) {
    const double q = t/lam;
    const double H = pow(q, k);
    const double t1 = log(q);
    const double f = log(k/lam) + (k - 1.0)*t1;
    acc[0][lane] += d*f - H;
    acc[1][lane] += d*(1.0/k + t1) - t1*H;
    acc[2][lane] += H - d;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *t, const double *d, double k, double lam, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(t[start + lane], d[start + lane], k, lam, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(t[start + lane], d[start + lane], k, lam, acc, lane);
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
    size_t count, const double *t, const double *d, double k, double lam, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, t + start, d + start, k, lam, part, carry);
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
    size_t count, const double *t, const double *d, double k, double lam, double sums[]) {
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
        add_chunk(length, t + start, d + start, k, lam, total[part], carry[part]);
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
        careful_sums(count, t, d, k, lam, sums);
    }
}

weibull_survival_params weibull_survival_batch_value_and_gradient(
    double k, double lam, size_t count, const double *t, const double *d, double *value) {
    double sums[SUMS];
    mean_sums(count, t, d, k, lam, sums);
    *value = sums[0];
    weibull_survival_params out;
    out.k = sums[1];
    out.lam = k*sums[2]/lam;
    return out;
}

double weibull_survival_batch_value(double k, double lam, size_t count, const double *t, const double *d) {
    double value;
    (void)weibull_survival_batch_value_and_gradient(k, lam, count, t, d, &value);
    return value;
}

weibull_survival_params weibull_survival_batch_gradient(double k, double lam, size_t count, const double *t, const double *d) {
    double value;
    return weibull_survival_batch_value_and_gradient(k, lam, count, t, d, &value);
}

weibull_survival_params weibull_survival_batch_update(
    double k, double lam, size_t count, const double *t, const double *d, double rate) {
    const weibull_survival_params grad = weibull_survival_batch_gradient(k, lam, count, t, d);
    return step_from(grad, k, lam, rate);
}
