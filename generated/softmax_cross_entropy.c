// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     z₂ = w₂x + b₂
//     z₃ = w₃x + b₃
//     s = exp(z₁) + exp(z₂) + exp(z₃)
//     p₁ = exp(z₁)/s
//     p₂ = exp(z₂)/s
//     p₃ = exp(z₃)/s
//     L = −(t₁·log(p₁) + t₂·log(p₂) + t₃·log(p₃))
// Sensitivities
//     δ₃ = ∂L/∂z₃ = p₃ − t₃
//     δ₂ = ∂L/∂z₂ = p₂ − t₂
//     δ₁ = ∂L/∂z₁ = p₁ − t₁
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂x
//     ∂L/∂b₂ = δ₂
//     ∂L/∂w₃ = δ₃x
//     ∂L/∂b₃ = δ₃
// Computed in another form, which keeps more digits
//     p₂ = 1/(1 + exp(z₁ − z₂) + exp(z₃ − z₂))
//     p₃ = exp(z₃ − logsumexp(z₁, z₂, z₃))
//     L = t₁·logsumexp(0, z₂ − z₁, z₃ − z₁) + t₂·logsumexp(z₁ − z₂, 0, z₃ − z₂) + t₃·logsumexp(z₁ − z₃, z₂ − z₃, 0)
// Assumed: t1 + t2 + t3 = 1.
#include "softmax_cross_entropy.h"

#include <math.h>
#include <string.h>

/* log(exp(x[0]) + exp(x[1]) + ...), the largest term taken out first. */
static double sg_logsumexp(size_t count, const double x[]) {
    size_t place = 0;
    double sum = 0.0;
    for (size_t i = 1; i < count; i++) {
        place = x[i] > x[place] ? i : place;
    }
    if (isinf(x[place])) {
        return x[place];
    }
    for (size_t i = 0; i < count; i++) {
        sum += i == place ? 0.0 : exp(x[i] - x[place]);
    }
    return x[place] + log1p(sum);
}

double softmax_cross_entropy_value(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3) {
    const double z1 = w1*x + b1;
    const double z2 = w2*x + b2;
    const double z3 = w3*x + b3;
    const double L = t1*sg_logsumexp(3, (const double[]){0.0, z2 - z1, z3 - z1}) + t2*sg_logsumexp(3, (const double[]){z1 - z2, 0.0, z3 - z2}) + t3*sg_logsumexp(3, (const double[]){z1 - z3, z2 - z3, 0.0});
    return L;
}

softmax_cross_entropy_params softmax_cross_entropy_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3) {
    const double z1 = w1*x + b1;
    const double z2 = w2*x + b2;
    const double z3 = w3*x + b3;
    const double tmp1 = exp(z1);
    const double s = tmp1 + exp(z2) + exp(z3);
    const double p1 = tmp1/s;
    const double p2 = 1.0/(1.0 + exp(z1 - z2) + exp(z3 - z2));
    const double p3 = exp(z3 - sg_logsumexp(3, (const double[]){z1, z2, z3}));
    const double delta_3 = p3 - t3;
    const double delta_2 = p2 - t2;
    const double delta_1 = p1 - t1;
    const double dL_dw1 = delta_1*x;
    const double dL_dw2 = delta_2*x;
    const double dL_dw3 = delta_3*x;
    softmax_cross_entropy_params out;
    out.w1 = dL_dw1;
    out.b1 = delta_1;
    out.w2 = dL_dw2;
    out.b2 = delta_2;
    out.w3 = dL_dw3;
    out.b3 = delta_3;
    return out;
}

softmax_cross_entropy_params softmax_cross_entropy_value_and_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3, double *value) {
    const double z1 = w1*x + b1;
    const double z2 = w2*x + b2;
    const double z3 = w3*x + b3;
    const double tmp1 = exp(z1);
    const double s = tmp1 + exp(z2) + exp(z3);
    const double p1 = tmp1/s;
    const double tmp2 = z1 - z2;
    const double tmp3 = z3 - z2;
    const double p2 = 1.0/(1.0 + exp(tmp2) + exp(tmp3));
    const double p3 = exp(z3 - sg_logsumexp(3, (const double[]){z1, z2, z3}));
    const double L = t1*sg_logsumexp(3, (const double[]){0.0, z2 - z1, z3 - z1}) + t2*sg_logsumexp(3, (const double[]){tmp2, 0.0, tmp3}) + t3*sg_logsumexp(3, (const double[]){z1 - z3, z2 - z3, 0.0});
    const double delta_3 = p3 - t3;
    const double delta_2 = p2 - t2;
    const double delta_1 = p1 - t1;
    const double dL_dw1 = delta_1*x;
    const double dL_dw2 = delta_2*x;
    const double dL_dw3 = delta_3*x;
    *value = L;
    softmax_cross_entropy_params out;
    out.w1 = dL_dw1;
    out.b1 = delta_1;
    out.w2 = dL_dw2;
    out.b2 = delta_2;
    out.w3 = dL_dw3;
    out.b3 = delta_3;
    return out;
}

static softmax_cross_entropy_params step_from(
    softmax_cross_entropy_params grad, double w1, double b1, double w2, double b2, double w3,
    double b3, double rate) {
    softmax_cross_entropy_params out;
    out.w1 = w1 - rate*grad.w1;
    out.b1 = b1 - rate*grad.b1;
    out.w2 = w2 - rate*grad.w2;
    out.b2 = b2 - rate*grad.b2;
    out.w3 = w3 - rate*grad.w3;
    out.b3 = b3 - rate*grad.b3;
    return out;
}

softmax_cross_entropy_params softmax_cross_entropy_update(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3, double rate) {
    const softmax_cross_entropy_params grad = softmax_cross_entropy_gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3);
    return step_from(grad, w1, b1, w2, b2, w3, b3, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 7, CHUNKS = 585 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double t1, double t2, double t3, double w1, double b1, double w2, double b2,
    double w3, double b3, double acc[][LANES], size_t lane) {
    const double z1 = w1*x + b1;
    const double z2 = w2*x + b2;
    const double z3 = w3*x + b3;
    const double tmp1 = exp(z1);
    const double s = tmp1 + exp(z2) + exp(z3);
    const double p1 = tmp1/s;
    const double tmp2 = z1 - z2;
    const double tmp3 = z3 - z2;
    const double p2 = 1.0/(1.0 + exp(tmp2) + exp(tmp3));
    const double p3 = exp(z3 - sg_logsumexp(3, (const double[]){z1, z2, z3}));
    const double delta_3 = p3 - t3;
    const double delta_2 = p2 - t2;
    const double delta_1 = p1 - t1;
    const double dL_dw1 = delta_1*x;
    const double dL_dw2 = delta_2*x;
    const double dL_dw3 = delta_3*x;
    acc[0][lane] += t1*sg_logsumexp(3, (const double[]){0.0, z2 - z1, z3 - z1}) + t2*sg_logsumexp(3, (const double[]){tmp2, 0.0, tmp3}) + t3*sg_logsumexp(3, (const double[]){z1 - z3, z2 - z3, 0.0});
    acc[1][lane] += dL_dw1;
    acc[2][lane] += delta_1;
    acc[3][lane] += dL_dw2;
    acc[4][lane] += delta_2;
    acc[5][lane] += dL_dw3;
    acc[6][lane] += delta_3;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *t1, const double *t2, const double *t3,
    double w1, double b1, double w2, double b2, double w3, double b3, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], t1[start + lane], t2[start + lane], t3[start + lane], w1, b1, w2, b2, w3, b3, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], t1[start + lane], t2[start + lane], t3[start + lane], w1, b1, w2, b2, w3, b3, acc, lane);
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
    size_t count, const double *x, const double *t1, const double *t2, const double *t3,
    double w1, double b1, double w2, double b2, double w3, double b3, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, t1 + start, t2 + start, t3 + start, w1, b1, w2, b2, w3, b3, part, carry);
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
    size_t count, const double *x, const double *t1, const double *t2, const double *t3,
    double w1, double b1, double w2, double b2, double w3, double b3, double sums[]) {
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
        add_chunk(length, x + start, t1 + start, t2 + start, t3 + start, w1, b1, w2, b2, w3, b3, total[part], carry[part]);
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
        careful_sums(count, x, t1, t2, t3, w1, b1, w2, b2, w3, b3, sums);
    }
}

softmax_cross_entropy_params softmax_cross_entropy_batch_value_and_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3, double *value) {
    double sums[SUMS];
    mean_sums(count, x, t1, t2, t3, w1, b1, w2, b2, w3, b3, sums);
    *value = sums[0];
    softmax_cross_entropy_params out;
    out.w1 = sums[1];
    out.b1 = sums[2];
    out.w2 = sums[3];
    out.b2 = sums[4];
    out.w3 = sums[5];
    out.b3 = sums[6];
    return out;
}

double softmax_cross_entropy_batch_value(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3) {
    double value;
    (void)softmax_cross_entropy_batch_value_and_gradient(w1, b1, w2, b2, w3, b3, count, x, t1, t2, t3, &value);
    return value;
}

softmax_cross_entropy_params softmax_cross_entropy_batch_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3) {
    double value;
    return softmax_cross_entropy_batch_value_and_gradient(w1, b1, w2, b2, w3, b3, count, x, t1, t2, t3, &value);
}

softmax_cross_entropy_params softmax_cross_entropy_batch_update(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3, double rate) {
    const softmax_cross_entropy_params grad = softmax_cross_entropy_batch_gradient(w1, b1, w2, b2, w3, b3, count, x, t1, t2, t3);
    return step_from(grad, w1, b1, w2, b2, w3, b3, rate);
}
