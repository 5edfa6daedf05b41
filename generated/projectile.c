// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     a = v·cos(θ)
//     b = v·sin(θ)
//     t = (b + √(b² + 2gk))/g
//     X = at
//     J = (X − D)²
// Sensitivities
//     δ_X = ∂J/∂X = 2(X − D)
//     δ_b = ∂J/∂b = δ_X·a·(1 + b/√(b² + 2gk))/g
//     δ_a = ∂J/∂a = δ_X·t
// Gradient
//     ∂J/∂v = δ_a·cos(θ) + δ_b·sin(θ)
//     ∂J/∂θ = −δ_a·b + δ_b·a
// Names here: θ is theta.
// Computed in another form, which keeps more digits
//     t = where(b ≤ 0, 2gk/(√(b² + 2gk) − b)/g, (b + √(b² + 2gk))/g)
//     δ_b = a·(δ_X·where(b < 0, 2gk/(√(b² + 2gk) − b), √(b² + 2gk) + b)/(√(b² + 2gk)·g))
// Accuracy: dJ_dv loses 14 of 16 digits at v = 74.8193, θ = -0.104809, D = 0.265258, g = -1.35382e-07, k = -3.1434e-06.
#include "projectile.h"

#include <math.h>
#include <string.h>

double projectile_value(double v, double theta, double D, double g, double k) {
    const double a = v*cos(theta);
    const double b = v*sin(theta);
    const double t1 = 2.0*g*k;
    const double t2 = b*b + t1;
    const double t = (b <= 0.0) ? t1/(sqrt(t2) - b)/g : (b + sqrt(t2))/g;
    const double X = a*t;
    const double t3 = X - D;
    const double J = t3*t3;
    return J;
}

projectile_params projectile_gradient(double v, double theta, double D, double g, double k) {
    const double t1 = cos(theta);
    const double a = v*t1;
    const double t2 = sin(theta);
    const double b = v*t2;
    const double t3 = 2.0*g*k;
    const double t4 = sqrt(b*b + t3);
    const double t5 = t4 - b;
    const double t6 = b + t4;
    const double t = (b <= 0.0) ? t3/t5/g : t6/g;
    const double X = a*t;
    const double delta_X = 2.0*(X - D);
    const double delta_b = a*(delta_X*((b < 0.0) ? t3/t5 : t6)/(t4*g));
    const double delta_a = delta_X*t;
    const double dJ_dv = delta_a*t1 + delta_b*t2;
    const double dJ_dtheta = delta_b*a - delta_a*b;
    projectile_params out;
    out.v = dJ_dv;
    out.theta = dJ_dtheta;
    return out;
}

projectile_params projectile_value_and_gradient(double v, double theta, double D, double g, double k, double *value) {
    const double t1 = cos(theta);
    const double a = v*t1;
    const double t2 = sin(theta);
    const double b = v*t2;
    const double t3 = 2.0*g*k;
    const double t4 = sqrt(b*b + t3);
    const double t5 = t4 - b;
    const double t6 = b + t4;
    const double t = (b <= 0.0) ? t3/t5/g : t6/g;
    const double X = a*t;
    const double t7 = X - D;
    const double J = t7*t7;
    const double delta_X = 2.0*t7;
    const double delta_b = a*(delta_X*((b < 0.0) ? t3/t5 : t6)/(t4*g));
    const double delta_a = delta_X*t;
    const double dJ_dv = delta_a*t1 + delta_b*t2;
    const double dJ_dtheta = delta_b*a - delta_a*b;
    *value = J;
    projectile_params out;
    out.v = dJ_dv;
    out.theta = dJ_dtheta;
    return out;
}

static projectile_params step_from(projectile_params grad, double v, double theta, double rate) {
    projectile_params out;
    out.v = v - rate*grad.v;
    out.theta = theta - rate*grad.theta;
    return out;
}

projectile_params projectile_update(double v, double theta, double D, double g, double k, double rate) {
    const projectile_params grad = projectile_gradient(v, theta, D, g, k);
    return step_from(grad, v, theta, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double D, double g, double t1, double a, double t2, double b, double t3, double t4, double t5,
    double t6, double t, double X, double acc[][LANES], size_t lane) {
    const double t7 = X - D;
    const double J = t7*t7;
    const double delta_X = 2.0*t7;
    const double delta_b = a*(delta_X*((b < 0.0) ? t3/t5 : t6)/(t4*g));
    const double delta_a = delta_X*t;
    acc[0][lane] += J;
    acc[1][lane] += delta_a*t1 + delta_b*t2;
    acc[2][lane] += delta_b*a - delta_a*b;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *D, double g, double t1, double a, double t2, double b, double t3,
    double t4, double t5, double t6, double t, double X, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(D[start + lane], g, t1, a, t2, b, t3, t4, t5, t6, t, X, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(D[start + lane], g, t1, a, t2, b, t3, t4, t5, t6, t, X, acc, lane);
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
    size_t count, const double *D, double g, double t1, double a, double t2, double b, double t3,
    double t4, double t5, double t6, double t, double X, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, D + start, g, t1, a, t2, b, t3, t4, t5, t6, t, X, part, carry);
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
    size_t count, const double *D, double g, double t1, double a, double t2, double b, double t3,
    double t4, double t5, double t6, double t, double X, double sums[]) {
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
        add_chunk(length, D + start, g, t1, a, t2, b, t3, t4, t5, t6, t, X, total[part], carry[part]);
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
        careful_sums(count, D, g, t1, a, t2, b, t3, t4, t5, t6, t, X, sums);
    }
}

projectile_params projectile_batch_value_and_gradient(
    double v, double theta, size_t count, const double *D, double g, double k, double *value) {
    double sums[SUMS];
    const double t1 = cos(theta);
    const double a = v*t1;
    const double t2 = sin(theta);
    const double b = v*t2;
    const double t3 = 2.0*g*k;
    const double t4 = sqrt(b*b + t3);
    const double t5 = t4 - b;
    const double t6 = b + t4;
    const double t = (b <= 0.0) ? t3/t5/g : t6/g;
    const double X = a*t;
    mean_sums(count, D, g, t1, a, t2, b, t3, t4, t5, t6, t, X, sums);
    *value = sums[0];
    projectile_params out;
    out.v = sums[1];
    out.theta = sums[2];
    return out;
}

double projectile_batch_value(
    double v, double theta, size_t count, const double *D, double g, double k) {
    double value;
    (void)projectile_batch_value_and_gradient(v, theta, count, D, g, k, &value);
    return value;
}

projectile_params projectile_batch_gradient(
    double v, double theta, size_t count, const double *D, double g, double k) {
    double value;
    return projectile_batch_value_and_gradient(v, theta, count, D, g, k, &value);
}

projectile_params projectile_batch_update(
    double v, double theta, size_t count, const double *D, double g, double k, double rate) {
    const projectile_params grad = projectile_batch_gradient(v, theta, count, D, g, k);
    return step_from(grad, v, theta, rate);
}
