// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     a₁ = w₁₁x₁ + w₁₂x₂
//     a₂ = w₂₁x₁ + w₂₂x₂
//     r = √((a₁² + a₂²)/2 + ε)
//     y₁ = g₁a₁/r
//     y₂ = g₂a₂/r
//     L = ((y₁ − t₁)² + (y₂ − t₂)²)/2
// Sensitivities
//     δ_y2 = ∂L/∂y₂ = y₂ − t₂
//     δ_y1 = ∂L/∂y₁ = y₁ − t₁
//     δ_r = ∂L/∂r = −(δ_y1·y₁ + δ_y2·y₂)/r
//     δ_a2 = ∂L/∂a₂ = δ_r·a₂/(2r) + δ_y2·g₂/r
//     δ_a1 = ∂L/∂a₁ = δ_r·a₁/(2r) + δ_y1·g₁/r
// Gradient
//     ∂L/∂w₁₁ = δ_a1·x₁
//     ∂L/∂w₁₂ = δ_a1·x₂
//     ∂L/∂w₂₁ = δ_a2·x₁
//     ∂L/∂w₂₂ = δ_a2·x₂
//     ∂L/∂g₁ = δ_y1·a₁/r
//     ∂L/∂g₂ = δ_y2·a₂/r
// Names here: ε is epsilon.
// Accuracy: dL_dw11 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
// Accuracy: dL_dw12 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
// Accuracy: dL_dw21 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
// Accuracy: dL_dw22 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
#include "rms_norm.h"

#include <math.h>
#include <string.h>

double rms_norm_value(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon) {
    const double a1 = w11*x1 + w12*x2;
    const double a2 = w21*x1 + w22*x2;
    const double r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon);
    const double y1 = g1*a1/r;
    const double y2 = g2*a2/r;
    const double tmp1 = y1 - t1;
    const double tmp2 = y2 - t2;
    const double L = (tmp1*tmp1 + tmp2*tmp2)/2.0;
    return L;
}

rms_norm_params rms_norm_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon) {
    const double a1 = w11*x1 + w12*x2;
    const double a2 = w21*x1 + w22*x2;
    const double r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon);
    const double y1 = g1*a1/r;
    const double y2 = g2*a2/r;
    const double delta_y2 = y2 - t2;
    const double delta_y1 = y1 - t1;
    const double delta_r = -(delta_y1*y1 + delta_y2*y2)/r;
    const double delta_a2 = (delta_r*a2/2.0 + delta_y2*g2)/r;
    const double delta_a1 = (delta_r*a1/2.0 + delta_y1*g1)/r;
    const double dL_dw11 = delta_a1*x1;
    const double dL_dw12 = delta_a1*x2;
    const double dL_dw21 = delta_a2*x1;
    const double dL_dw22 = delta_a2*x2;
    const double dL_dg1 = delta_y1*a1/r;
    const double dL_dg2 = delta_y2*a2/r;
    rms_norm_params out;
    out.w11 = dL_dw11;
    out.w12 = dL_dw12;
    out.w21 = dL_dw21;
    out.w22 = dL_dw22;
    out.g1 = dL_dg1;
    out.g2 = dL_dg2;
    return out;
}

rms_norm_params rms_norm_value_and_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon, double *value) {
    const double a1 = w11*x1 + w12*x2;
    const double a2 = w21*x1 + w22*x2;
    const double r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon);
    const double y1 = g1*a1/r;
    const double y2 = g2*a2/r;
    const double delta_y1 = y1 - t1;
    const double delta_y2 = y2 - t2;
    const double L = (delta_y1*delta_y1 + delta_y2*delta_y2)/2.0;
    const double delta_r = -(delta_y1*y1 + delta_y2*y2)/r;
    const double delta_a2 = (delta_r*a2/2.0 + delta_y2*g2)/r;
    const double delta_a1 = (delta_r*a1/2.0 + delta_y1*g1)/r;
    const double dL_dw11 = delta_a1*x1;
    const double dL_dw12 = delta_a1*x2;
    const double dL_dw21 = delta_a2*x1;
    const double dL_dw22 = delta_a2*x2;
    const double dL_dg1 = delta_y1*a1/r;
    const double dL_dg2 = delta_y2*a2/r;
    *value = L;
    rms_norm_params out;
    out.w11 = dL_dw11;
    out.w12 = dL_dw12;
    out.w21 = dL_dw21;
    out.w22 = dL_dw22;
    out.g1 = dL_dg1;
    out.g2 = dL_dg2;
    return out;
}

static rms_norm_params step_from(
    rms_norm_params grad, double w11, double w12, double w21, double w22, double g1, double g2,
    double rate) {
    rms_norm_params out;
    out.w11 = w11 - rate*grad.w11;
    out.w12 = w12 - rate*grad.w12;
    out.w21 = w21 - rate*grad.w21;
    out.w22 = w22 - rate*grad.w22;
    out.g1 = g1 - rate*grad.g1;
    out.g2 = g2 - rate*grad.g2;
    return out;
}

rms_norm_params rms_norm_update(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon, double rate) {
    const rms_norm_params grad = rms_norm_gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon);
    return step_from(grad, w11, w12, w21, w22, g1, g2, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 7, CHUNKS = 585 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x1, double x2, double t1, double t2, double w11, double w12, double w21, double w22,
    double g1, double g2, double epsilon, double acc[][LANES], size_t lane) {
    const double a1 = w11*x1 + w12*x2;
    const double a2 = w21*x1 + w22*x2;
    const double r = sqrt((a1*a1 + a2*a2)/2.0 + epsilon);
    const double y1 = g1*a1/r;
    const double y2 = g2*a2/r;
    const double delta_y1 = y1 - t1;
    const double delta_y2 = y2 - t2;
    const double delta_r = -(delta_y1*y1 + delta_y2*y2)/r;
    const double delta_a2 = (delta_r*a2/2.0 + delta_y2*g2)/r;
    const double delta_a1 = (delta_r*a1/2.0 + delta_y1*g1)/r;
    const double dL_dw11 = delta_a1*x1;
    const double dL_dw12 = delta_a1*x2;
    const double dL_dw21 = delta_a2*x1;
    const double dL_dw22 = delta_a2*x2;
    const double dL_dg1 = delta_y1*a1/r;
    const double dL_dg2 = delta_y2*a2/r;
    acc[0][lane] += pow(delta_y1, 2.0) + pow(delta_y2, 2.0);
    acc[1][lane] += dL_dw11;
    acc[2][lane] += dL_dw12;
    acc[3][lane] += dL_dw21;
    acc[4][lane] += dL_dw22;
    acc[5][lane] += dL_dg1;
    acc[6][lane] += dL_dg2;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x1, const double *x2, const double *t1, const double *t2,
    double w11, double w12, double w21, double w22, double g1, double g2, double epsilon,
    double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x1[start + lane], x2[start + lane], t1[start + lane], t2[start + lane], w11, w12, w21, w22, g1, g2, epsilon, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x1[start + lane], x2[start + lane], t1[start + lane], t2[start + lane], w11, w12, w21, w22, g1, g2, epsilon, acc, lane);
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
    size_t count, const double *x1, const double *x2, const double *t1, const double *t2,
    double w11, double w12, double w21, double w22, double g1, double g2, double epsilon,
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
        add_chunk(1, x1 + start, x2 + start, t1 + start, t2 + start, w11, w12, w21, w22, g1, g2, epsilon, part, carry);
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
    size_t count, const double *x1, const double *x2, const double *t1, const double *t2,
    double w11, double w12, double w21, double w22, double g1, double g2, double epsilon,
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
        add_chunk(length, x1 + start, x2 + start, t1 + start, t2 + start, w11, w12, w21, w22, g1, g2, epsilon, total[part], carry[part]);
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
        careful_sums(count, x1, x2, t1, t2, w11, w12, w21, w22, g1, g2, epsilon, sums);
    }
}

rms_norm_params rms_norm_batch_value_and_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon,
    double *value) {
    double sums[SUMS];
    mean_sums(count, x1, x2, t1, t2, w11, w12, w21, w22, g1, g2, epsilon, sums);
    *value = sums[0]/2.0;
    rms_norm_params out;
    out.w11 = sums[1];
    out.w12 = sums[2];
    out.w21 = sums[3];
    out.w22 = sums[4];
    out.g1 = sums[5];
    out.g2 = sums[6];
    return out;
}

double rms_norm_batch_value(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon) {
    double value;
    (void)rms_norm_batch_value_and_gradient(w11, w12, w21, w22, g1, g2, count, x1, x2, t1, t2, epsilon, &value);
    return value;
}

rms_norm_params rms_norm_batch_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon) {
    double value;
    return rms_norm_batch_value_and_gradient(w11, w12, w21, w22, g1, g2, count, x1, x2, t1, t2, epsilon, &value);
}

rms_norm_params rms_norm_batch_update(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon,
    double rate) {
    const rms_norm_params grad = rms_norm_batch_gradient(w11, w12, w21, w22, g1, g2, count, x1, x2, t1, t2, epsilon);
    return step_from(grad, w11, w12, w21, w22, g1, g2, rate);
}
