// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     P = (n − 1)·(1/R₁ − 1/R₂)
//     q = P − 1/s
//     i = 1/q
//     J = (i − y)²
// Sensitivities
//     δ = ∂J/∂P = −2(i − y)·i²
// Gradient
//     ∂J/∂R₁ = δ·(1 − n)/R₁²
//     ∂J/∂R₂ = δ·(n − 1)/R₂²
// Computed in another form, which keeps more digits
//     dJ_dR1 = where(n ≤ 3/2, where(R₁² == 0, 0, δ·(1 − n)/R₁²), −2/R₁·((1/q − y)/R₁)·((1 − n)/q)·(1/q))
// Accuracy: J loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
// Accuracy: dJ_dR1 loses all digits at R1 = 0, R2 = -0.0724438, s = 1.0243, y = 0.150181, n = 1.46058.
// Accuracy: dJ_dR2 loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
#include "thin_lens.h"

#include <math.h>
#include <string.h>

double thin_lens_value(double R1, double R2, double s, double y, double n) {
    const double P = (n - 1.0)*(1.0/R1 - 1.0/R2);
    const double q = P - 1.0/s;
    const double i = 1.0/q;
    const double t1 = i - y;
    const double J = t1*t1;
    return J;
}

thin_lens_params thin_lens_gradient(double R1, double R2, double s, double y, double n) {
    const double t1 = n - 1.0;
    const double P = t1*(1.0/R1 - 1.0/R2);
    const double q = P - 1.0/s;
    const double i = 1.0/q;
    const double t2 = i - y;
    const double delta = -2.0*t2*i*i;
    const double t3 = R1*R1;
    const double t4 = 1.0 - n;
    const double dJ_dR1 = (n <= 1.5) ? ((t3 == 0.0) ? 0.0 : delta*t4/t3) : -2.0/R1*(t2/R1)*(t4/q)*i;
    const double dJ_dR2 = delta*t1/(R2*R2);
    thin_lens_params out;
    out.R1 = dJ_dR1;
    out.R2 = dJ_dR2;
    return out;
}

thin_lens_params thin_lens_value_and_gradient(double R1, double R2, double s, double y, double n, double *value) {
    const double t1 = n - 1.0;
    const double P = t1*(1.0/R1 - 1.0/R2);
    const double q = P - 1.0/s;
    const double i = 1.0/q;
    const double t2 = i - y;
    const double J = t2*t2;
    const double delta = -2.0*t2*i*i;
    const double t3 = R1*R1;
    const double t4 = 1.0 - n;
    const double dJ_dR1 = (n <= 1.5) ? ((t3 == 0.0) ? 0.0 : delta*t4/t3) : -2.0/R1*(t2/R1)*(t4/q)*i;
    const double dJ_dR2 = delta*t1/(R2*R2);
    *value = J;
    thin_lens_params out;
    out.R1 = dJ_dR1;
    out.R2 = dJ_dR2;
    return out;
}

static thin_lens_params step_from(thin_lens_params grad, double R1, double R2, double rate) {
    thin_lens_params out;
    out.R1 = R1 - rate*grad.R1;
    out.R2 = R2 - rate*grad.R2;
    return out;
}

thin_lens_params thin_lens_update(double R1, double R2, double s, double y, double n, double rate) {
    const thin_lens_params grad = thin_lens_gradient(R1, R2, s, y, n);
    return step_from(grad, R1, R2, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double s, double y, double R1, double n, double P, double t3, double t4, double acc[][LANES],
    size_t lane) {
    const double q = P - 1.0/s;
    const double i = 1.0/q;
    const double t2 = i - y;
    const double J = t2*t2;
    const double delta = -2.0*t2*i*i;
    const double dJ_dR1 = (n <= 1.5) ? ((t3 == 0.0) ? 0.0 : delta*t4/t3) : -2.0/R1*(t2/R1)*(t4/q)*i;
    acc[0][lane] += J;
    acc[1][lane] += dJ_dR1;
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
    size_t count, const double *s, const double *y, double R1, double n, double P, double t3,
    double t4, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(s[start + lane], y[start + lane], R1, n, P, t3, t4, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(s[start + lane], y[start + lane], R1, n, P, t3, t4, acc, lane);
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
    size_t count, const double *s, const double *y, double R1, double n, double P, double t3,
    double t4, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, s + start, y + start, R1, n, P, t3, t4, part, carry);
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
    size_t count, const double *s, const double *y, double R1, double n, double P, double t3,
    double t4, double sums[]) {
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
        add_chunk(length, s + start, y + start, R1, n, P, t3, t4, total[part], carry[part]);
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
        careful_sums(count, s, y, R1, n, P, t3, t4, sums);
    }
}

thin_lens_params thin_lens_batch_value_and_gradient(
    double R1, double R2, size_t count, const double *s, const double *y, double n, double *value) {
    double sums[SUMS];
    const double t1 = n - 1.0;
    const double P = t1*(1.0/R1 - 1.0/R2);
    const double t3 = R1*R1;
    const double t4 = 1.0 - n;
    mean_sums(count, s, y, R1, n, P, t3, t4, sums);
    *value = sums[0];
    thin_lens_params out;
    out.R1 = sums[1];
    out.R2 = sums[2]*t1/(R2*R2);
    return out;
}

double thin_lens_batch_value(
    double R1, double R2, size_t count, const double *s, const double *y, double n) {
    double value;
    (void)thin_lens_batch_value_and_gradient(R1, R2, count, s, y, n, &value);
    return value;
}

thin_lens_params thin_lens_batch_gradient(
    double R1, double R2, size_t count, const double *s, const double *y, double n) {
    double value;
    return thin_lens_batch_value_and_gradient(R1, R2, count, s, y, n, &value);
}

thin_lens_params thin_lens_batch_update(
    double R1, double R2, size_t count, const double *s, const double *y, double n, double rate) {
    const thin_lens_params grad = thin_lens_batch_gradient(R1, R2, count, s, y, n);
    return step_from(grad, R1, R2, rate);
}
