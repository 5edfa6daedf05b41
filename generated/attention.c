// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     q = w_q·x₂
//     k₁ = w_k·x₁
//     k₂ = w_k·x₂
//     v₁ = w_v·x₁
//     v₂ = w_v·x₂
//     s₁ = qk₁/√d
//     s₂ = qk₂/√d
//     Z = exp(s₁) + exp(s₂)
//     α₁ = exp(s₁)/Z
//     α₂ = exp(s₂)/Z
//     o = α₁v₁ + α₂v₂
//     L = (o − y)²/2
// Sensitivities
//     δ_o = ∂L/∂o = o − y
//     δ_α2 = ∂L/∂α₂ = δ_o·v₂
//     δ_α1 = ∂L/∂α₁ = δ_o·v₁
//     δ_Z = ∂L/∂Z = −(δ_α1·α₁ + δ_α2·α₂)/Z
//     δ_s2 = ∂L/∂s₂ = δ_Z·exp(s₂) + δ_α2·α₂
//     δ_s1 = ∂L/∂s₁ = δ_Z·exp(s₁) + δ_α1·α₁
// Gradient
//     ∂L/∂w_q = x₂·(δ_s1·k₁ + δ_s2·k₂)/√d
//     ∂L/∂w_k = q·(δ_s1·x₁ + δ_s2·x₂)/√d
//     ∂L/∂w_v = δ_o·(α₁x₁ + α₂x₂)
// Names here: α1 is alpha1, α2 is alpha2.
// Computed in another form, which keeps more digits
//     α₂ = sigmoid(s₂ − s₁)
// Accuracy: dL_dw_q loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
// Accuracy: dL_dw_k loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
#include "attention.h"

#include <math.h>
#include <string.h>

/* 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
static double sg_sigmoid(double x) {
    const double z = exp(-fabs(x));
    return (x >= 0.0 ? 1.0 : z) / (1.0 + z);
}

double attention_value(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d) {
    const double q = w_q*x2;
    const double k1 = w_k*x1;
    const double k2 = w_k*x2;
    const double v1 = w_v*x1;
    const double v2 = w_v*x2;
    const double t1 = sqrt(d);
    const double s1 = q*k1/t1;
    const double s2 = q*k2/t1;
    const double t2 = exp(s1);
    const double Z = t2 + exp(s2);
    const double alpha1 = t2/Z;
    const double alpha2 = sg_sigmoid(s2 - s1);
    const double o = alpha1*v1 + alpha2*v2;
    const double t3 = o - y;
    const double L = t3*t3/2.0;
    return L;
}

attention_params attention_gradient(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d) {
    const double q = w_q*x2;
    const double k1 = w_k*x1;
    const double k2 = w_k*x2;
    const double v1 = w_v*x1;
    const double v2 = w_v*x2;
    const double t1 = sqrt(d);
    const double s1 = q*k1/t1;
    const double s2 = q*k2/t1;
    const double t2 = exp(s1);
    const double t3 = exp(s2);
    const double Z = t2 + t3;
    const double alpha1 = t2/Z;
    const double alpha2 = sg_sigmoid(s2 - s1);
    const double o = alpha1*v1 + alpha2*v2;
    const double delta_o = o - y;
    const double delta_alpha2 = delta_o*v2;
    const double delta_alpha1 = delta_o*v1;
    const double t4 = delta_alpha1*alpha1;
    const double t5 = delta_alpha2*alpha2;
    const double delta_Z = -(t4 + t5)/Z;
    const double delta_s2 = delta_Z*t3 + t5;
    const double delta_s1 = delta_Z*t2 + t4;
    const double dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1;
    const double dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1;
    const double dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
    attention_params out;
    out.w_q = dL_dw_q;
    out.w_k = dL_dw_k;
    out.w_v = dL_dw_v;
    return out;
}

attention_params attention_value_and_gradient(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d, double *value) {
    const double q = w_q*x2;
    const double k1 = w_k*x1;
    const double k2 = w_k*x2;
    const double v1 = w_v*x1;
    const double v2 = w_v*x2;
    const double t1 = sqrt(d);
    const double s1 = q*k1/t1;
    const double s2 = q*k2/t1;
    const double t2 = exp(s1);
    const double t3 = exp(s2);
    const double Z = t2 + t3;
    const double alpha1 = t2/Z;
    const double alpha2 = sg_sigmoid(s2 - s1);
    const double o = alpha1*v1 + alpha2*v2;
    const double delta_o = o - y;
    const double L = delta_o*delta_o/2.0;
    const double delta_alpha2 = delta_o*v2;
    const double delta_alpha1 = delta_o*v1;
    const double t4 = delta_alpha1*alpha1;
    const double t5 = delta_alpha2*alpha2;
    const double delta_Z = -(t4 + t5)/Z;
    const double delta_s2 = delta_Z*t3 + t5;
    const double delta_s1 = delta_Z*t2 + t4;
    const double dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1;
    const double dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1;
    const double dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
    *value = L;
    attention_params out;
    out.w_q = dL_dw_q;
    out.w_k = dL_dw_k;
    out.w_v = dL_dw_v;
    return out;
}

static attention_params step_from(
    attention_params grad, double w_q, double w_k, double w_v, double rate) {
    attention_params out;
    out.w_q = w_q - rate*grad.w_q;
    out.w_k = w_k - rate*grad.w_k;
    out.w_v = w_v - rate*grad.w_v;
    return out;
}

attention_params attention_update(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d, double rate) {
    const attention_params grad = attention_gradient(w_q, w_k, w_v, x1, x2, y, d);
    return step_from(grad, w_q, w_k, w_v, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 4, CHUNKS = 1024 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x1, double x2, double y, double w_q, double w_k, double w_v, double t1,
    double acc[][LANES], size_t lane) {
    const double q = w_q*x2;
    const double k1 = w_k*x1;
    const double k2 = w_k*x2;
    const double v1 = w_v*x1;
    const double v2 = w_v*x2;
    const double s1 = q*k1/t1;
    const double s2 = q*k2/t1;
    const double t2 = exp(s1);
    const double t3 = exp(s2);
    const double Z = t2 + t3;
    const double alpha1 = t2/Z;
    const double alpha2 = sg_sigmoid(s2 - s1);
    const double o = alpha1*v1 + alpha2*v2;
    const double delta_o = o - y;
    const double delta_alpha2 = delta_o*v2;
    const double delta_alpha1 = delta_o*v1;
    const double t4 = delta_alpha1*alpha1;
    const double t5 = delta_alpha2*alpha2;
    const double delta_Z = -(t4 + t5)/Z;
    const double delta_s2 = delta_Z*t3 + t5;
    const double delta_s1 = delta_Z*t2 + t4;
    const double dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
    acc[0][lane] += delta_o*delta_o;
    acc[1][lane] += x2*(delta_s1*k1 + delta_s2*k2);
    acc[2][lane] += q*(delta_s1*x1 + delta_s2*x2);
    acc[3][lane] += dL_dw_v;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x1, const double *x2, const double *y, double w_q, double w_k,
    double w_v, double t1, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x1[start + lane], x2[start + lane], y[start + lane], w_q, w_k, w_v, t1, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x1[start + lane], x2[start + lane], y[start + lane], w_q, w_k, w_v, t1, acc, lane);
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
    size_t count, const double *x1, const double *x2, const double *y, double w_q, double w_k,
    double w_v, double t1, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x1 + start, x2 + start, y + start, w_q, w_k, w_v, t1, part, carry);
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
    size_t count, const double *x1, const double *x2, const double *y, double w_q, double w_k,
    double w_v, double t1, double sums[]) {
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
        add_chunk(length, x1 + start, x2 + start, y + start, w_q, w_k, w_v, t1, total[part], carry[part]);
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
        careful_sums(count, x1, x2, y, w_q, w_k, w_v, t1, sums);
    }
}

attention_params attention_batch_value_and_gradient(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d, double *value) {
    double sums[SUMS];
    const double t1 = sqrt(d);
    mean_sums(count, x1, x2, y, w_q, w_k, w_v, t1, sums);
    *value = sums[0]/2.0;
    attention_params out;
    out.w_q = sums[1]/t1;
    out.w_k = sums[2]/t1;
    out.w_v = sums[3];
    return out;
}

double attention_batch_value(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d) {
    double value;
    (void)attention_batch_value_and_gradient(w_q, w_k, w_v, count, x1, x2, y, d, &value);
    return value;
}

attention_params attention_batch_gradient(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d) {
    double value;
    return attention_batch_value_and_gradient(w_q, w_k, w_v, count, x1, x2, y, d, &value);
}

attention_params attention_batch_update(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d, double rate) {
    const attention_params grad = attention_batch_gradient(w_q, w_k, w_v, count, x1, x2, y, d);
    return step_from(grad, w_q, w_k, w_v, rate);
}
