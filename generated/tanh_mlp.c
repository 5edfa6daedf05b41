// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     h₁ = tanh(z₁)
//     z₂ = w₂h₁ + b₂
//     h₂ = tanh(z₂)
//     L = (h₂ − y)²/2
// Sensitivities
//     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
//     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂h₁
//     ∂L/∂b₂ = δ₂
// Computed in another form, which keeps more digits
//     δ₂ = (h₂ − y)/cosh(z₂)²
//     δ₁ = δ₂w₂/cosh(z₁)²
#include "tanh_mlp.h"

#include <math.h>
#include <string.h>

double tanh_mlp_value(double w1, double b1, double w2, double b2, double x, double y) {
    const double z1 = w1*x + b1;
    const double h1 = tanh(z1);
    const double z2 = w2*h1 + b2;
    const double h2 = tanh(z2);
    const double t1 = h2 - y;
    const double L = t1*t1/2.0;
    return L;
}

tanh_mlp_params tanh_mlp_gradient(double w1, double b1, double w2, double b2, double x, double y) {
    const double z1 = w1*x + b1;
    const double h1 = tanh(z1);
    const double z2 = w2*h1 + b2;
    const double h2 = tanh(z2);
    const double t1 = cosh(z2);
    const double delta_2 = (h2 - y)/(t1*t1);
    const double t2 = cosh(z1);
    const double delta_1 = delta_2*w2/(t2*t2);
    const double dL_dw1 = delta_1*x;
    const double dL_dw2 = delta_2*h1;
    tanh_mlp_params out;
    out.w1 = dL_dw1;
    out.b1 = delta_1;
    out.w2 = dL_dw2;
    out.b2 = delta_2;
    return out;
}

tanh_mlp_params tanh_mlp_value_and_gradient(
    double w1, double b1, double w2, double b2, double x, double y, double *value) {
    const double z1 = w1*x + b1;
    const double h1 = tanh(z1);
    const double z2 = w2*h1 + b2;
    const double h2 = tanh(z2);
    const double t1 = h2 - y;
    const double L = t1*t1/2.0;
    const double t2 = cosh(z2);
    const double delta_2 = t1/(t2*t2);
    const double t3 = cosh(z1);
    const double delta_1 = delta_2*w2/(t3*t3);
    const double dL_dw1 = delta_1*x;
    const double dL_dw2 = delta_2*h1;
    *value = L;
    tanh_mlp_params out;
    out.w1 = dL_dw1;
    out.b1 = delta_1;
    out.w2 = dL_dw2;
    out.b2 = delta_2;
    return out;
}

static tanh_mlp_params step_from(
    tanh_mlp_params grad, double w1, double b1, double w2, double b2, double rate) {
    tanh_mlp_params out;
    out.w1 = w1 - rate*grad.w1;
    out.b1 = b1 - rate*grad.b1;
    out.w2 = w2 - rate*grad.w2;
    out.b2 = b2 - rate*grad.b2;
    return out;
}

tanh_mlp_params tanh_mlp_update(
    double w1, double b1, double w2, double b2, double x, double y, double rate) {
    const tanh_mlp_params grad = tanh_mlp_gradient(w1, b1, w2, b2, x, y);
    return step_from(grad, w1, b1, w2, b2, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 5, CHUNKS = 819 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double w1, double b1, double w2, double b2, double acc[][LANES],
    size_t lane) {
    const double z1 = w1*x + b1;
    const double h1 = tanh(z1);
    const double z2 = w2*h1 + b2;
    const double h2 = tanh(z2);
    const double t1 = h2 - y;
    const double t2 = cosh(z2);
    const double delta_2 = t1/(t2*t2);
    const double t3 = cosh(z1);
    const double delta_1 = delta_2*w2/(t3*t3);
    const double dL_dw1 = delta_1*x;
    const double dL_dw2 = delta_2*h1;
    acc[0][lane] += t1*t1;
    acc[1][lane] += dL_dw1;
    acc[2][lane] += delta_1;
    acc[3][lane] += dL_dw2;
    acc[4][lane] += delta_2;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *y, double w1, double b1, double w2, double b2,
    double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], y[start + lane], w1, b1, w2, b2, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], y[start + lane], w1, b1, w2, b2, acc, lane);
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
    size_t count, const double *x, const double *y, double w1, double b1, double w2, double b2,
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
        add_chunk(1, x + start, y + start, w1, b1, w2, b2, part, carry);
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
    size_t count, const double *x, const double *y, double w1, double b1, double w2, double b2,
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
        add_chunk(length, x + start, y + start, w1, b1, w2, b2, total[part], carry[part]);
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
        careful_sums(count, x, y, w1, b1, w2, b2, sums);
    }
}

tanh_mlp_params tanh_mlp_batch_value_and_gradient(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y,
    double *value) {
    double sums[SUMS];
    mean_sums(count, x, y, w1, b1, w2, b2, sums);
    *value = sums[0]/2.0;
    tanh_mlp_params out;
    out.w1 = sums[1];
    out.b1 = sums[2];
    out.w2 = sums[3];
    out.b2 = sums[4];
    return out;
}

double tanh_mlp_batch_value(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y) {
    double value;
    (void)tanh_mlp_batch_value_and_gradient(w1, b1, w2, b2, count, x, y, &value);
    return value;
}

tanh_mlp_params tanh_mlp_batch_gradient(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y) {
    double value;
    return tanh_mlp_batch_value_and_gradient(w1, b1, w2, b2, count, x, y, &value);
}

tanh_mlp_params tanh_mlp_batch_update(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y,
    double rate) {
    const tanh_mlp_params grad = tanh_mlp_batch_gradient(w1, b1, w2, b2, count, x, y);
    return step_from(grad, w1, b1, w2, b2, rate);
}
