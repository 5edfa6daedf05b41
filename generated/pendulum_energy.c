// Made by symgrad: value, gradient and update step of H.
//
// Minimize H, where
//     v = lω
//     h = l·(1 − cos(θ))
//     T = mv²/2
//     U = mgh
//     H = T + U
// Gradient
//     ∂H/∂θ = mgl·sin(θ)
//     ∂H/∂ω = mvl
// Names here: θ is theta, ω is omega.
// Computed in another form, which keeps more digits
//     h = l·(2·sin(θ/2)²)
#include "pendulum_energy.h"

#include <math.h>
#include <string.h>

double pendulum_energy_value(double theta, double omega, double m, double l, double g) {
    const double v = l*omega;
    const double t1 = sin(theta/2.0);
    const double h = l*(2.0*t1*t1);
    const double T = m*v*v/2.0;
    const double U = m*g*h;
    const double H = T + U;
    return H;
}

pendulum_energy_params pendulum_energy_gradient(double theta, double omega, double m, double l, double g) {
    const double v = l*omega;
    const double t1 = m*l;
    const double dH_dtheta = t1*g*sin(theta);
    const double dH_domega = t1*v;
    pendulum_energy_params out;
    out.theta = dH_dtheta;
    out.omega = dH_domega;
    return out;
}

pendulum_energy_params pendulum_energy_value_and_gradient(
    double theta, double omega, double m, double l, double g, double *value) {
    const double v = l*omega;
    const double t1 = sin(theta/2.0);
    const double h = l*(2.0*t1*t1);
    const double t2 = m*v;
    const double T = t2*v/2.0;
    const double t3 = m*g;
    const double U = t3*h;
    const double H = T + U;
    const double dH_dtheta = t3*l*sin(theta);
    const double dH_domega = t2*l;
    *value = H;
    pendulum_energy_params out;
    out.theta = dH_dtheta;
    out.omega = dH_domega;
    return out;
}

static pendulum_energy_params step_from(pendulum_energy_params grad, double theta, double omega, double rate) {
    pendulum_energy_params out;
    out.theta = theta - rate*grad.theta;
    out.omega = omega - rate*grad.omega;
    return out;
}

pendulum_energy_params pendulum_energy_update(double theta, double omega, double m, double l, double g, double rate) {
    const pendulum_energy_params grad = pendulum_energy_gradient(theta, omega, m, l, g);
    return step_from(grad, theta, omega, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double m, double l, double theta, double omega, double g, double t1, double acc[][LANES],
    size_t lane) {
    const double v = l*omega;
    const double h = l*(2.0*t1*t1);
    const double t2 = m*v;
    const double T = t2*v/2.0;
    const double t3 = m*g;
    const double U = t3*h;
    const double dH_dtheta = t3*l*sin(theta);
    const double dH_domega = t2*l;
    acc[0][lane] += T + U;
    acc[1][lane] += dH_dtheta;
    acc[2][lane] += dH_domega;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *m, const double *l, double theta, double omega, double g,
    double t1, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(m[start + lane], l[start + lane], theta, omega, g, t1, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(m[start + lane], l[start + lane], theta, omega, g, t1, acc, lane);
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
    size_t count, const double *m, const double *l, double theta, double omega, double g,
    double t1, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, m + start, l + start, theta, omega, g, t1, part, carry);
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
    size_t count, const double *m, const double *l, double theta, double omega, double g,
    double t1, double sums[]) {
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
        add_chunk(length, m + start, l + start, theta, omega, g, t1, total[part], carry[part]);
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
        careful_sums(count, m, l, theta, omega, g, t1, sums);
    }
}

pendulum_energy_params pendulum_energy_batch_value_and_gradient(
    double theta, double omega, size_t count, const double *m, const double *l, double g,
    double *value) {
    double sums[SUMS];
    const double t1 = sin(theta/2.0);
    mean_sums(count, m, l, theta, omega, g, t1, sums);
    *value = sums[0];
    pendulum_energy_params out;
    out.theta = sums[1];
    out.omega = sums[2];
    return out;
}

double pendulum_energy_batch_value(
    double theta, double omega, size_t count, const double *m, const double *l, double g) {
    double value;
    (void)pendulum_energy_batch_value_and_gradient(theta, omega, count, m, l, g, &value);
    return value;
}

pendulum_energy_params pendulum_energy_batch_gradient(
    double theta, double omega, size_t count, const double *m, const double *l, double g) {
    double value;
    return pendulum_energy_batch_value_and_gradient(theta, omega, count, m, l, g, &value);
}

pendulum_energy_params pendulum_energy_batch_update(
    double theta, double omega, size_t count, const double *m, const double *l, double g,
    double rate) {
    const pendulum_energy_params grad = pendulum_energy_batch_gradient(theta, omega, count, m, l, g);
    return step_from(grad, theta, omega, rate);
}
