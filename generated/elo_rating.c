// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     E = 1/(1 + 10^((B − A)/400))
//     L = −(S·log(E) + (1 − S)·log(1 − E))
// Gradient
//     ∂L/∂A = log(10)·(E − S)/400
//     ∂L/∂B = log(10)·(S − E)/400
// Computed in another form, which keeps more digits
//     L = S·softplus(B·log(10)/400 − A·log(10)/400) + (1 − S)·softplus(−B·log(10)/400 + A·log(10)/400)
#include "elo_rating.h"

#include <math.h>
#include <string.h>

/* log(1 + exp(x)), exact for large |x| too. */
static double sg_softplus(double x) {
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}

double elo_rating_value(double A, double B, double S) {
    const double t1 = 0.005756462732485115*B;
    const double t2 = 0.005756462732485115*A;
    const double L = S*sg_softplus(t1 - t2) + (1.0 - S)*sg_softplus(t2 - t1);
    return L;
}

elo_rating_params elo_rating_gradient(double A, double B, double S) {
    const double E = 1.0/(1.0 + pow(10.0, (B - A)/400.0));
    const double dL_dA = 0.005756462732485115*(E - S);
    const double dL_dB = 0.005756462732485115*(S - E);
    elo_rating_params out;
    out.A = dL_dA;
    out.B = dL_dB;
    return out;
}

elo_rating_params elo_rating_value_and_gradient(double A, double B, double S, double *value) {
    const double E = 1.0/(1.0 + pow(10.0, (B - A)/400.0));
    const double t1 = 0.005756462732485115*B;
    const double t2 = 0.005756462732485115*A;
    const double L = S*sg_softplus(t1 - t2) + (1.0 - S)*sg_softplus(t2 - t1);
    const double dL_dA = 0.005756462732485115*(E - S);
    const double dL_dB = 0.005756462732485115*(S - E);
    *value = L;
    elo_rating_params out;
    out.A = dL_dA;
    out.B = dL_dB;
    return out;
}

static elo_rating_params step_from(elo_rating_params grad, double A, double B, double rate) {
    elo_rating_params out;
    out.A = A - rate*grad.A;
    out.B = B - rate*grad.B;
    return out;
}

elo_rating_params elo_rating_update(double A, double B, double S, double rate) {
    const elo_rating_params grad = elo_rating_gradient(A, B, S);
    return step_from(grad, A, B, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 2, CHUNKS = 2048 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(double S, double t1, double t2, double acc[][LANES], size_t lane) {
    acc[0][lane] += S*sg_softplus(t1 - t2) + (1.0 - S)*sg_softplus(t2 - t1);
    acc[1][lane] += S;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *S, double t1, double t2, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(S[start + lane], t1, t2, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(S[start + lane], t1, t2, acc, lane);
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
static void careful_sums(size_t count, const double *S, double t1, double t2, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, S + start, t1, t2, part, carry);
        for (size_t item = 0; item < SUMS; item++) {
            add_part(&sums[item], &rest[item], part[item] / (double)count);
        }
    }
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] += isfinite(sums[item]) ? rest[item] : 0;
    }
}

/* The means of the sums over all samples; chunks are added in order, however many threads run. */
static void mean_sums(size_t count, const double *S, double t1, double t2, double sums[]) {
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
        add_chunk(length, S + start, t1, t2, total[part], carry[part]);
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
        careful_sums(count, S, t1, t2, sums);
    }
}

elo_rating_params elo_rating_batch_value_and_gradient(double A, double B, size_t count, const double *S, double *value) {
    double sums[SUMS];
    const double E = 1.0/(1.0 + pow(10.0, (B - A)/400.0));
    const double t1 = 0.005756462732485115*B;
    const double t2 = 0.005756462732485115*A;
    mean_sums(count, S, t1, t2, sums);
    *value = sums[0];
    elo_rating_params out;
    out.A = 0.005756462732485115*E - 0.005756462732485115*sums[1];
    out.B = 0.005756462732485115*sums[1] - 0.005756462732485115*E;
    return out;
}

double elo_rating_batch_value(double A, double B, size_t count, const double *S) {
    double value;
    (void)elo_rating_batch_value_and_gradient(A, B, count, S, &value);
    return value;
}

elo_rating_params elo_rating_batch_gradient(double A, double B, size_t count, const double *S) {
    double value;
    return elo_rating_batch_value_and_gradient(A, B, count, S, &value);
}

elo_rating_params elo_rating_batch_update(double A, double B, size_t count, const double *S, double rate) {
    const elo_rating_params grad = elo_rating_batch_gradient(A, B, count, S);
    return step_from(grad, A, B, rate);
}
