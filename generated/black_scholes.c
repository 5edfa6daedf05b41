// Made by symgrad: value, gradient and update step of C.
//
// Minimize C, where
//     d₁ = (log(S/K) + (r + σ²/2)·T)/(σ·√T)
//     d₂ = d₁ − σ·√T
//     C = S·normal_cdf(d₁) − K·exp(−rT)·normal_cdf(d₂)
// Sensitivities
//     δ = ∂C/∂d₂ = −S·normal_pdf(d₁)
// Gradient
//     ∂C/∂S = normal_cdf(d₁)
//     ∂C/∂r = K·normal_cdf(d₂)·exp(−rT)·T
//     ∂C/∂σ = −δ·√T
//     ∂C/∂T = −δσ/(2·√T) + K·normal_cdf(d₂)·exp(−rT)·r
// Names here: σ is sigma.
// Accuracy: C loses 5 of 16 digits at S = 1, r = 0.116561, σ = 0.215587, T = 0.406341, K = 43.8695.
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.
#include "black_scholes.h"

#include <math.h>
#include <string.h>

/* The distribution function of the standard normal distribution. */
static double sg_normal_cdf(double x) {
    return 0.5 * erfc(-0.7071067811865476 * x);
}

/* The density of the standard normal distribution. */
static double sg_normal_pdf(double x) {
    return 0.3989422804014327 * exp(-0.5 * x * x);
}

double black_scholes_value(double S, double r, double sigma, double T, double K) {
    const double t1 = sigma*sqrt(T);
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t1;
    const double d2 = d1 - t1;
    const double C = S*sg_normal_cdf(d1) - K*exp(-r*T)*sg_normal_cdf(d2);
    return C;
}

black_scholes_params black_scholes_gradient(double S, double r, double sigma, double T, double K) {
    const double t1 = sqrt(T);
    const double t2 = sigma*t1;
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t2;
    const double d2 = d1 - t2;
    const double delta = -S*sg_normal_pdf(d1);
    const double dC_dS = sg_normal_cdf(d1);
    const double t3 = K*sg_normal_cdf(d2)*exp(-r*T);
    const double dC_dr = t3*T;
    const double dC_dsigma = -delta*t1;
    const double dC_dT = t3*r - delta*sigma/(2.0*t1);
    black_scholes_params out;
    out.S = dC_dS;
    out.r = dC_dr;
    out.sigma = dC_dsigma;
    out.T = dC_dT;
    return out;
}

black_scholes_params black_scholes_value_and_gradient(double S, double r, double sigma, double T, double K, double *value) {
    const double t1 = sqrt(T);
    const double t2 = sigma*t1;
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t2;
    const double d2 = d1 - t2;
    const double dC_dS = sg_normal_cdf(d1);
    const double t3 = K*sg_normal_cdf(d2)*exp(-r*T);
    const double C = S*dC_dS - t3;
    const double delta = -S*sg_normal_pdf(d1);
    const double dC_dr = t3*T;
    const double dC_dsigma = -delta*t1;
    const double dC_dT = t3*r - delta*sigma/(2.0*t1);
    *value = C;
    black_scholes_params out;
    out.S = dC_dS;
    out.r = dC_dr;
    out.sigma = dC_dsigma;
    out.T = dC_dT;
    return out;
}

static black_scholes_params step_from(
    black_scholes_params grad, double S, double r, double sigma, double T, double rate) {
    black_scholes_params out;
    out.S = S - rate*grad.S;
    out.r = r - rate*grad.r;
    out.sigma = sigma - rate*grad.sigma;
    out.T = T - rate*grad.T;
    return out;
}

black_scholes_params black_scholes_update(double S, double r, double sigma, double T, double K, double rate) {
    const black_scholes_params grad = black_scholes_gradient(S, r, sigma, T, K);
    return step_from(grad, S, r, sigma, T, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 5, CHUNKS = 819 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double K, double S, double r, double sigma, double T, double t1, double t2,
    double acc[][LANES], size_t lane) {
    const double d1 = (log(S/K) + (r + sigma*sigma/2.0)*T)/t2;
    const double d2 = d1 - t2;
    const double dC_dS = sg_normal_cdf(d1);
    const double t3 = K*sg_normal_cdf(d2)*exp(-r*T);
    const double delta = -S*sg_normal_pdf(d1);
    acc[0][lane] += S*dC_dS - t3;
    acc[1][lane] += dC_dS;
    acc[2][lane] += t3;
    acc[3][lane] += delta;
    acc[4][lane] += t3*r - delta*sigma/(2.0*t1);
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *K, double S, double r, double sigma, double T, double t1,
    double t2, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(K[start + lane], S, r, sigma, T, t1, t2, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(K[start + lane], S, r, sigma, T, t1, t2, acc, lane);
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
    size_t count, const double *K, double S, double r, double sigma, double T, double t1,
    double t2, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, K + start, S, r, sigma, T, t1, t2, part, carry);
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
    size_t count, const double *K, double S, double r, double sigma, double T, double t1,
    double t2, double sums[]) {
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
        add_chunk(length, K + start, S, r, sigma, T, t1, t2, total[part], carry[part]);
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
        careful_sums(count, K, S, r, sigma, T, t1, t2, sums);
    }
}

black_scholes_params black_scholes_batch_value_and_gradient(
    double S, double r, double sigma, double T, size_t count, const double *K, double *value) {
    double sums[SUMS];
    const double t1 = sqrt(T);
    const double t2 = sigma*t1;
    mean_sums(count, K, S, r, sigma, T, t1, t2, sums);
    *value = sums[0];
    black_scholes_params out;
    out.S = sums[1];
    out.r = sums[2]*T;
    out.sigma = -sums[3]*t1;
    out.T = sums[4];
    return out;
}

double black_scholes_batch_value(
    double S, double r, double sigma, double T, size_t count, const double *K) {
    double value;
    (void)black_scholes_batch_value_and_gradient(S, r, sigma, T, count, K, &value);
    return value;
}

black_scholes_params black_scholes_batch_gradient(
    double S, double r, double sigma, double T, size_t count, const double *K) {
    double value;
    return black_scholes_batch_value_and_gradient(S, r, sigma, T, count, K, &value);
}

black_scholes_params black_scholes_batch_update(
    double S, double r, double sigma, double T, size_t count, const double *K, double rate) {
    const black_scholes_params grad = black_scholes_batch_gradient(S, r, sigma, T, count, K);
    return step_from(grad, S, r, sigma, T, rate);
}
