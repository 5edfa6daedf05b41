// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = w₁x₁ + w₂x₂ + b
//     m = yz
//     L = max(0, 1 − m)
//     R = λ/2·(w₁² + w₂²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂z = where(m ≥ 1, 0, −1)·y
// Gradient
//     ∂J/∂w₁ = δx₁ + λw₁
//     ∂J/∂w₂ = δx₂ + λw₂
//     ∂J/∂b = δ
// Convention: where arguments of max are equal the first one counts.
// Names here: λ is lam.
// Accuracy: dJ_dw1 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
// Accuracy: dJ_dw2 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
// Accuracy: dJ_db loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
#include "hinge_svm.h"

#include <math.h>
#include <string.h>

/* The larger number; NaN where one of them is. */
static double sg_max(double x, double y) {
    return x > y || x != x ? x : y;
}

double hinge_svm_value(
    double w1, double w2, double b, double x1, double x2, double y, double lam) {
    const double z = w1*x1 + w2*x2 + b;
    const double m = y*z;
    const double L = sg_max(0.0, 1.0 - m);
    const double R = lam/2.0*(w1*w1 + w2*w2);
    const double J = L + R;
    return J;
}

hinge_svm_params hinge_svm_gradient(
    double w1, double w2, double b, double x1, double x2, double y, double lam) {
    const double z = w1*x1 + w2*x2 + b;
    const double m = y*z;
    const double delta = ((m >= 1.0) ? 0.0 : -1.0)*y;
    const double dJ_dw1 = delta*x1 + lam*w1;
    const double dJ_dw2 = delta*x2 + lam*w2;
    hinge_svm_params out;
    out.w1 = dJ_dw1;
    out.w2 = dJ_dw2;
    out.b = delta;
    return out;
}

hinge_svm_params hinge_svm_value_and_gradient(
    double w1, double w2, double b, double x1, double x2, double y, double lam, double *value) {
    const double z = w1*x1 + w2*x2 + b;
    const double m = y*z;
    const double L = sg_max(0.0, 1.0 - m);
    const double t1 = lam*w1;
    const double t2 = lam*w2;
    const double R = (t1*w1 + t2*w2)/2.0;
    const double J = L + R;
    const double delta = ((m >= 1.0) ? 0.0 : -1.0)*y;
    const double dJ_dw1 = delta*x1 + t1;
    const double dJ_dw2 = delta*x2 + t2;
    *value = J;
    hinge_svm_params out;
    out.w1 = dJ_dw1;
    out.w2 = dJ_dw2;
    out.b = delta;
    return out;
}

static hinge_svm_params step_from(hinge_svm_params grad, double w1, double w2, double b, double rate) {
    hinge_svm_params out;
    out.w1 = w1 - rate*grad.w1;
    out.w2 = w2 - rate*grad.w2;
    out.b = b - rate*grad.b;
    return out;
}

hinge_svm_params hinge_svm_update(
    double w1, double w2, double b, double x1, double x2, double y, double lam, double rate) {
    const hinge_svm_params grad = hinge_svm_gradient(w1, w2, b, x1, x2, y, lam);
    return step_from(grad, w1, w2, b, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 4, CHUNKS = 1024 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x1, double x2, double y, double w1, double w2, double b, double acc[][LANES],
    size_t lane) {
    const double z = w1*x1 + w2*x2 + b;
    const double m = y*z;
    const double L = sg_max(0.0, 1.0 - m);
    const double delta = ((m >= 1.0) ? 0.0 : -1.0)*y;
    acc[0][lane] += L;
    acc[1][lane] += delta*x1;
    acc[2][lane] += delta*x2;
    acc[3][lane] += delta;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x1, const double *x2, const double *y, double w1, double w2,
    double b, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x1[start + lane], x2[start + lane], y[start + lane], w1, w2, b, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x1[start + lane], x2[start + lane], y[start + lane], w1, w2, b, acc, lane);
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
    size_t count, const double *x1, const double *x2, const double *y, double w1, double w2,
    double b, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x1 + start, x2 + start, y + start, w1, w2, b, part, carry);
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
    size_t count, const double *x1, const double *x2, const double *y, double w1, double w2,
    double b, double sums[]) {
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
        add_chunk(length, x1 + start, x2 + start, y + start, w1, w2, b, total[part], carry[part]);
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
        careful_sums(count, x1, x2, y, w1, w2, b, sums);
    }
}

hinge_svm_params hinge_svm_batch_value_and_gradient(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam, double *value) {
    double sums[SUMS];
    const double t1 = lam*w1;
    const double t2 = lam*w2;
    const double R = (t1*w1 + t2*w2)/2.0;
    mean_sums(count, x1, x2, y, w1, w2, b, sums);
    *value = R + sums[0];
    hinge_svm_params out;
    out.w1 = t1 + sums[1];
    out.w2 = t2 + sums[2];
    out.b = sums[3];
    return out;
}

double hinge_svm_batch_value(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam) {
    double value;
    (void)hinge_svm_batch_value_and_gradient(w1, w2, b, count, x1, x2, y, lam, &value);
    return value;
}

hinge_svm_params hinge_svm_batch_gradient(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam) {
    double value;
    return hinge_svm_batch_value_and_gradient(w1, w2, b, count, x1, x2, y, lam, &value);
}

hinge_svm_params hinge_svm_batch_update(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam, double rate) {
    const hinge_svm_params grad = hinge_svm_batch_gradient(w1, w2, b, count, x1, x2, y, lam);
    return step_from(grad, w1, w2, b, rate);
}
