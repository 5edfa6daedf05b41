// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = σ·√T
//     d₁ = (log(S/K) + (r + σ²/2)·T)/q
//     d₂ = d₁ − q
//     N₁ = (1 + erf(d₁/√2))/2
//     N₂ = (1 + erf(d₂/√2))/2
//     C = SN₁ − K·exp(−rT)·N₂
//     J = (C − m)²
// Gradient
//     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
// Names here: σ is sigma.
// Computed in another form, which keeps more digits
//     N₂ = erfc(−d₂/√2)/2
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.
#include "implied_volatility.h"

#include <math.h>
#include <string.h>

double implied_volatility_value(double sigma, double S, double K, double T, double m, double r) {
    const double q = sigma*sqrt(T);
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    const double d2 = d1 - q;
    const double N1 = (1.0 + erf(d1/1.4142135623730951))/2.0;
    const double N2 = erfc(-d2/1.4142135623730951)/2.0;
    const double C = S*N1 - K*exp(-r*T)*N2;
    const double t1 = C - m;
    const double J = t1*t1;
    return J;
}

implied_volatility_params implied_volatility_gradient(double sigma, double S, double K, double T, double m, double r) {
    const double t1 = sqrt(T);
    const double q = sigma*t1;
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    const double d2 = d1 - q;
    const double N1 = (1.0 + erf(d1/1.4142135623730951))/2.0;
    const double N2 = erfc(-d2/1.4142135623730951)/2.0;
    const double C = S*N1 - K*exp(-r*T)*N2;
    const double dJ_dsigma = 0.7978845608028654*(C - m)*S*exp(-d1*d1/2.0)*t1;
    implied_volatility_params out;
    out.sigma = dJ_dsigma;
    return out;
}

implied_volatility_params implied_volatility_value_and_gradient(
    double sigma, double S, double K, double T, double m, double r, double *value) {
    const double t1 = sqrt(T);
    const double q = sigma*t1;
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    const double d2 = d1 - q;
    const double N1 = (1.0 + erf(d1/1.4142135623730951))/2.0;
    const double N2 = erfc(-d2/1.4142135623730951)/2.0;
    const double C = S*N1 - K*exp(-r*T)*N2;
    const double t2 = C - m;
    const double J = t2*t2;
    const double dJ_dsigma = 0.7978845608028654*t2*S*exp(-d1*d1/2.0)*t1;
    *value = J;
    implied_volatility_params out;
    out.sigma = dJ_dsigma;
    return out;
}

static implied_volatility_params step_from(implied_volatility_params grad, double sigma, double rate) {
    implied_volatility_params out;
    out.sigma = sigma - rate*grad.sigma;
    return out;
}

implied_volatility_params implied_volatility_update(
    double sigma, double S, double K, double T, double m, double r, double rate) {
    const implied_volatility_params grad = implied_volatility_gradient(sigma, S, K, T, m, r);
    return step_from(grad, sigma, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 2, CHUNKS = 2048 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double S, double K, double T, double m, double sigma, double r, double acc[][LANES],
    size_t lane) {
    const double t1 = sqrt(T);
    const double q = sigma*t1;
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    const double d2 = d1 - q;
    const double N1 = (1.0 + erf(d1/1.4142135623730951))/2.0;
    const double N2 = erfc(-d2/1.4142135623730951)/2.0;
    const double C = S*N1 - K*exp(-r*T)*N2;
    const double t2 = C - m;
    const double J = t2*t2;
    const double dJ_dsigma = 0.7978845608028654*t2*S*exp(-d1*d1/2.0)*t1;
    acc[0][lane] += J;
    acc[1][lane] += dJ_dsigma;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *S, const double *K, const double *T, const double *m,
    double sigma, double r, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(S[start + lane], K[start + lane], T[start + lane], m[start + lane], sigma, r, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(S[start + lane], K[start + lane], T[start + lane], m[start + lane], sigma, r, acc, lane);
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
    size_t count, const double *S, const double *K, const double *T, const double *m,
    double sigma, double r, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, S + start, K + start, T + start, m + start, sigma, r, part, carry);
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
    size_t count, const double *S, const double *K, const double *T, const double *m,
    double sigma, double r, double sums[]) {
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
        add_chunk(length, S + start, K + start, T + start, m + start, sigma, r, total[part], carry[part]);
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
        careful_sums(count, S, K, T, m, sigma, r, sums);
    }
}

implied_volatility_params implied_volatility_batch_value_and_gradient(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r, double *value) {
    double sums[SUMS];
    mean_sums(count, S, K, T, m, sigma, r, sums);
    *value = sums[0];
    implied_volatility_params out;
    out.sigma = sums[1];
    return out;
}

double implied_volatility_batch_value(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r) {
    double value;
    (void)implied_volatility_batch_value_and_gradient(sigma, count, S, K, T, m, r, &value);
    return value;
}

implied_volatility_params implied_volatility_batch_gradient(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r) {
    double value;
    return implied_volatility_batch_value_and_gradient(sigma, count, S, K, T, m, r, &value);
}

implied_volatility_params implied_volatility_batch_update(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r, double rate) {
    const implied_volatility_params grad = implied_volatility_batch_gradient(sigma, count, S, K, T, m, r);
    return step_from(grad, sigma, rate);
}
