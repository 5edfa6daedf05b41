// Made by symgrad: value, gradient and update step of V.
//
// Minimize V, where
//     r = √((x − X)² + (y − Y)²)
//     s = (σ/r)⁶
//     V = 4ε·(s² − s)
// Sensitivities
//     δ = ∂V/∂r = −24ε·(2s − 1)·s/r
// Gradient
//     ∂V/∂x = δ·(x − X)/r
//     ∂V/∂y = δ·(y − Y)/r
// Names here: ε is epsilon, σ is sigma.
// Computed in another form, which keeps more digits
//     s = σ/r·(σ/r)·(σ/r)·(σ/r)·(σ/r)·(σ/r)
#include "lennard_jones.h"

#include <math.h>
#include <string.h>

double lennard_jones_value(double x, double y, double X, double Y, double epsilon, double sigma) {
    const double t1 = x - X;
    const double t2 = y - Y;
    const double r = sqrt(t1*t1 + t2*t2);
    const double t3 = sigma/r;
    const double t4 = t3*t3;
    const double s = t4*t4*t4;
    const double V = 4.0*epsilon*(s*s - s);
    return V;
}

lennard_jones_params lennard_jones_gradient(double x, double y, double X, double Y, double epsilon, double sigma) {
    const double t1 = x - X;
    const double t2 = y - Y;
    const double r = sqrt(t1*t1 + t2*t2);
    const double t3 = sigma/r;
    const double t4 = t3*t3;
    const double s = t4*t4*t4;
    const double delta = -24.0*epsilon*(2.0*s - 1.0)*s/r;
    const double dV_dx = delta*t1/r;
    const double dV_dy = delta*t2/r;
    lennard_jones_params out;
    out.x = dV_dx;
    out.y = dV_dy;
    return out;
}

lennard_jones_params lennard_jones_value_and_gradient(
    double x, double y, double X, double Y, double epsilon, double sigma, double *value) {
    const double t1 = x - X;
    const double t2 = y - Y;
    const double r = sqrt(t1*t1 + t2*t2);
    const double t3 = sigma/r;
    const double t4 = t3*t3;
    const double s = t4*t4*t4;
    const double t5 = s - 1.0;
    const double V = 4.0*epsilon*(s*t5);
    const double delta = -24.0*epsilon*(s + t5)*s/r;
    const double dV_dx = delta*t1/r;
    const double dV_dy = delta*t2/r;
    *value = V;
    lennard_jones_params out;
    out.x = dV_dx;
    out.y = dV_dy;
    return out;
}

static lennard_jones_params step_from(lennard_jones_params grad, double x, double y, double rate) {
    lennard_jones_params out;
    out.x = x - rate*grad.x;
    out.y = y - rate*grad.y;
    return out;
}

lennard_jones_params lennard_jones_update(
    double x, double y, double X, double Y, double epsilon, double sigma, double rate) {
    const lennard_jones_params grad = lennard_jones_gradient(x, y, X, Y, epsilon, sigma);
    return step_from(grad, x, y, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double X, double Y, double x, double y, double epsilon, double sigma, double acc[][LANES],
    size_t lane) {
    const double t1 = x - X;
    const double t2 = y - Y;
    const double r = sqrt(t1*t1 + t2*t2);
    const double t3 = sigma/r;
    const double t4 = t3*t3;
    const double s = t4*t4*t4;
    const double t5 = s - 1.0;
    const double delta = -24.0*epsilon*(s + t5)*s/r;
    const double dV_dx = delta*t1/r;
    const double dV_dy = delta*t2/r;
    acc[0][lane] += s*t5;
    acc[1][lane] += dV_dx;
    acc[2][lane] += dV_dy;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *X, const double *Y, double x, double y, double epsilon,
    double sigma, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(X[start + lane], Y[start + lane], x, y, epsilon, sigma, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(X[start + lane], Y[start + lane], x, y, epsilon, sigma, acc, lane);
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
    size_t count, const double *X, const double *Y, double x, double y, double epsilon,
    double sigma, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, X + start, Y + start, x, y, epsilon, sigma, part, carry);
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
    size_t count, const double *X, const double *Y, double x, double y, double epsilon,
    double sigma, double sums[]) {
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
        add_chunk(length, X + start, Y + start, x, y, epsilon, sigma, total[part], carry[part]);
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
        careful_sums(count, X, Y, x, y, epsilon, sigma, sums);
    }
}

lennard_jones_params lennard_jones_batch_value_and_gradient(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma, double *value) {
    double sums[SUMS];
    mean_sums(count, X, Y, x, y, epsilon, sigma, sums);
    *value = 4.0*epsilon*sums[0];
    lennard_jones_params out;
    out.x = sums[1];
    out.y = sums[2];
    return out;
}

double lennard_jones_batch_value(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma) {
    double value;
    (void)lennard_jones_batch_value_and_gradient(x, y, count, X, Y, epsilon, sigma, &value);
    return value;
}

lennard_jones_params lennard_jones_batch_gradient(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma) {
    double value;
    return lennard_jones_batch_value_and_gradient(x, y, count, X, Y, epsilon, sigma, &value);
}

lennard_jones_params lennard_jones_batch_update(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma, double rate) {
    const lennard_jones_params grad = lennard_jones_batch_gradient(x, y, count, X, Y, epsilon, sigma);
    return step_from(grad, x, y, rate);
}
