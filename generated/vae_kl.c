// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     σ = exp(s/2)
//     z = μ + σε
//     q = wz + k
//     E = (x − q)²/2
//     D = (μ² + exp(s) − s − 1)/2
//     J = E + βD
// Sensitivities
//     δ_q = ∂E/∂q = q − x
//     δ_z = ∂E/∂z = δ_q·w
//     δ_s = ∂J/∂s = δ_z·εσ/2 + β·(exp(s)/2 − 1/2)
//     δ_μ = ∂J/∂μ = δ_z + βμ
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
//     ∂J/∂w = δ_q·z
//     ∂J/∂k = δ_q
// Names here: ε is epsilon, β is beta, μ is mu, σ is sigma.
// Computed in another form, which keeps more digits
//     D = μ²·(1/2) + (exp(s)/2 − s/2 − 1/2), by a function of its own
//     δ_s = δ_z·εσ/2 + β·(expm1(s)/2)
#include "vae_kl.h"

#include <math.h>
#include <string.h>

double vae_kl_value(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double sigma = exp(s/2.0);
    const double z = mu + sigma*epsilon;
    const double q = w*z + k;
    const double t1 = x - q;
    const double E = t1*t1/2.0;
    const double D = mu*mu*((fabs(s) < 1.0) ? 0.5 : 0.5) + ((fabs(s) < 1.0) ? s*s*(0.25 + s*(1.0/12.0 + s*(1.0/48.0 + s*(1.0/240.0 + s*(1.0/1440.0 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) : exp(s)/2.0 - s/2.0 - 0.5);
    const double J = E + beta*D;
    return J;
}

vae_kl_params vae_kl_gradient(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double sigma = exp(s/2.0);
    const double t1 = sigma*epsilon;
    const double z = mu + t1;
    const double q = w*z + k;
    const double delta_q = q - x;
    const double delta_z = delta_q*w;
    const double delta_s = delta_z*t1/2.0 + beta*(expm1(s)/2.0);
    const double delta_mu = delta_z + beta*mu;
    const double dJ_da = delta_mu*x;
    const double dJ_dc = delta_s*x;
    const double dJ_dw = delta_q*z;
    vae_kl_params out;
    out.a = dJ_da;
    out.b = delta_mu;
    out.c = dJ_dc;
    out.d = delta_s;
    out.w = dJ_dw;
    out.k = delta_q;
    return out;
}

vae_kl_params vae_kl_value_and_gradient(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta, double *value) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double sigma = exp(s/2.0);
    const double t1 = sigma*epsilon;
    const double z = mu + t1;
    const double q = w*z + k;
    const double t2 = x - q;
    const double E = t2*t2/2.0;
    const double D = mu*mu*((fabs(s) < 1.0) ? 0.5 : 0.5) + ((fabs(s) < 1.0) ? s*s*(0.25 + s*(1.0/12.0 + s*(1.0/48.0 + s*(1.0/240.0 + s*(1.0/1440.0 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) : exp(s)/2.0 - s/2.0 - 0.5);
    const double J = E + beta*D;
    const double delta_q = q - x;
    const double delta_z = delta_q*w;
    const double delta_s = delta_z*t1/2.0 + beta*(expm1(s)/2.0);
    const double delta_mu = delta_z + beta*mu;
    const double dJ_da = delta_mu*x;
    const double dJ_dc = delta_s*x;
    const double dJ_dw = delta_q*z;
    *value = J;
    vae_kl_params out;
    out.a = dJ_da;
    out.b = delta_mu;
    out.c = dJ_dc;
    out.d = delta_s;
    out.w = dJ_dw;
    out.k = delta_q;
    return out;
}

static vae_kl_params step_from(
    vae_kl_params grad, double a, double b, double c, double d, double w, double k, double rate) {
    vae_kl_params out;
    out.a = a - rate*grad.a;
    out.b = b - rate*grad.b;
    out.c = c - rate*grad.c;
    out.d = d - rate*grad.d;
    out.w = w - rate*grad.w;
    out.k = k - rate*grad.k;
    return out;
}

vae_kl_params vae_kl_update(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta, double rate) {
    const vae_kl_params grad = vae_kl_gradient(a, b, c, d, w, k, x, epsilon, beta);
    return step_from(grad, a, b, c, d, w, k, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 7, CHUNKS = 585 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double epsilon, double a, double b, double c, double d, double w, double k,
    double beta, double acc[][LANES], size_t lane) {
    const double mu = a*x + b;
    const double s = c*x + d;
    const double sigma = exp(s/2.0);
    const double t1 = sigma*epsilon;
    const double z = mu + t1;
    const double q = w*z + k;
    const double t2 = x - q;
    const double E = t2*t2/2.0;
    const double D = mu*mu*((fabs(s) < 1.0) ? 0.5 : 0.5) + ((fabs(s) < 1.0) ? s*s*(0.25 + s*(1.0/12.0 + s*(1.0/48.0 + s*(1.0/240.0 + s*(1.0/1440.0 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) : exp(s)/2.0 - s/2.0 - 0.5);
    const double delta_q = q - x;
    const double delta_z = delta_q*w;
    const double delta_s = delta_z*t1/2.0 + beta*(expm1(s)/2.0);
    const double delta_mu = delta_z + beta*mu;
    const double dJ_da = delta_mu*x;
    const double dJ_dc = delta_s*x;
    const double dJ_dw = delta_q*z;
    acc[0][lane] += E + beta*D;
    acc[1][lane] += dJ_da;
    acc[2][lane] += delta_mu;
    acc[3][lane] += dJ_dc;
    acc[4][lane] += delta_s;
    acc[5][lane] += dJ_dw;
    acc[6][lane] += delta_q;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *epsilon, double a, double b, double c, double d,
    double w, double k, double beta, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], epsilon[start + lane], a, b, c, d, w, k, beta, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], epsilon[start + lane], a, b, c, d, w, k, beta, acc, lane);
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
    size_t count, const double *x, const double *epsilon, double a, double b, double c, double d,
    double w, double k, double beta, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, epsilon + start, a, b, c, d, w, k, beta, part, carry);
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
    size_t count, const double *x, const double *epsilon, double a, double b, double c, double d,
    double w, double k, double beta, double sums[]) {
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
        add_chunk(length, x + start, epsilon + start, a, b, c, d, w, k, beta, total[part], carry[part]);
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
        careful_sums(count, x, epsilon, a, b, c, d, w, k, beta, sums);
    }
}

vae_kl_params vae_kl_batch_value_and_gradient(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta, double *value) {
    double sums[SUMS];
    mean_sums(count, x, epsilon, a, b, c, d, w, k, beta, sums);
    *value = sums[0];
    vae_kl_params out;
    out.a = sums[1];
    out.b = sums[2];
    out.c = sums[3];
    out.d = sums[4];
    out.w = sums[5];
    out.k = sums[6];
    return out;
}

double vae_kl_batch_value(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta) {
    double value;
    (void)vae_kl_batch_value_and_gradient(a, b, c, d, w, k, count, x, epsilon, beta, &value);
    return value;
}

vae_kl_params vae_kl_batch_gradient(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta) {
    double value;
    return vae_kl_batch_value_and_gradient(a, b, c, d, w, k, count, x, epsilon, beta, &value);
}

vae_kl_params vae_kl_batch_update(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta, double rate) {
    const vae_kl_params grad = vae_kl_batch_gradient(a, b, c, d, w, k, count, x, epsilon, beta);
    return step_from(grad, a, b, c, d, w, k, rate);
}
