// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = X − x
//     v = Y − y
//     d = √(u² + v²)
//     ψ = atan2(v, u)
//     A = ((d − r)/σ_r)²/2
//     B = ((ψ − φ)/σ_φ)²/2
//     J = A + B
// Sensitivities
//     δ_ψ = ∂B/∂ψ = (ψ − φ)/σ_φ²
//     δ_d = ∂A/∂d = (d − r)/σ_r²
// Gradient
//     ∂J/∂x = −δ_d·u/d + δ_ψ·v/(u² + v²)
//     ∂J/∂y = −(δ_d·v/d + δ_ψ·u/(u² + v²))
// Names here: φ is phi, σ_r is sigma_r, σ_φ is sigma_phi, ψ is psi.
// Computed in another form, which keeps more digits
//     d = hypot(u, v)
//     dJ_dx = −δ_d/d·u + δ_ψ/(v + u/v·u)
//     dJ_dy = −(δ_d/d·v + δ_ψ/(u + v/u·v))
#include "landmark_fix.h"

#include <math.h>
#include <string.h>

double landmark_fix_value(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi) {
    const double u = X - x;
    const double v = Y - y;
    const double d = hypot(u, v);
    const double psi = atan2(v, u);
    const double t1 = (d - r)/sigma_r;
    const double A = t1*t1/2.0;
    const double t2 = (psi - phi)/sigma_phi;
    const double B = t2*t2/2.0;
    const double J = A + B;
    return J;
}

landmark_fix_params landmark_fix_gradient(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi) {
    const double u = X - x;
    const double v = Y - y;
    const double d = hypot(u, v);
    const double psi = atan2(v, u);
    const double delta_psi = (psi - phi)/(sigma_phi*sigma_phi);
    const double delta_d = (d - r)/(sigma_r*sigma_r);
    const double t1 = delta_d/d;
    const double dJ_dx = delta_psi/(v + u/v*u) - t1*u;
    const double dJ_dy = -(t1*v + delta_psi/(u + v/u*v));
    landmark_fix_params out;
    out.x = dJ_dx;
    out.y = dJ_dy;
    return out;
}

landmark_fix_params landmark_fix_value_and_gradient(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi, double *value) {
    const double u = X - x;
    const double v = Y - y;
    const double d = hypot(u, v);
    const double psi = atan2(v, u);
    const double t1 = d - r;
    const double t2 = t1/sigma_r;
    const double A = t2*t2/2.0;
    const double t3 = psi - phi;
    const double t4 = t3/sigma_phi;
    const double B = t4*t4/2.0;
    const double J = A + B;
    const double delta_psi = t3/(sigma_phi*sigma_phi);
    const double delta_d = t1/(sigma_r*sigma_r);
    const double t5 = delta_d/d;
    const double dJ_dx = delta_psi/(v + u/v*u) - t5*u;
    const double dJ_dy = -(t5*v + delta_psi/(u + v/u*v));
    *value = J;
    landmark_fix_params out;
    out.x = dJ_dx;
    out.y = dJ_dy;
    return out;
}

static landmark_fix_params step_from(landmark_fix_params grad, double x, double y, double rate) {
    landmark_fix_params out;
    out.x = x - rate*grad.x;
    out.y = y - rate*grad.y;
    return out;
}

landmark_fix_params landmark_fix_update(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi, double rate) {
    const landmark_fix_params grad = landmark_fix_gradient(x, y, X, Y, r, phi, sigma_r, sigma_phi);
    return step_from(grad, x, y, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double X, double Y, double r, double phi, double x, double y, double sigma_r,
    double sigma_phi, double acc[][LANES], size_t lane) {
    const double u = X - x;
    const double v = Y - y;
    const double d = hypot(u, v);
    const double psi = atan2(v, u);
    const double t1 = d - r;
    const double t2 = t1/sigma_r;
    const double A = t2*t2/2.0;
    const double t3 = psi - phi;
    const double t4 = t3/sigma_phi;
    const double B = t4*t4/2.0;
    const double delta_psi = t3/(sigma_phi*sigma_phi);
    const double delta_d = t1/(sigma_r*sigma_r);
    const double t5 = delta_d/d;
    acc[0][lane] += A + B;
    acc[1][lane] += delta_psi/(v + u/v*u) - t5*u;
    acc[2][lane] += t5*v + delta_psi/(u + v/u*v);
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *X, const double *Y, const double *r, const double *phi, double x,
    double y, double sigma_r, double sigma_phi, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(X[start + lane], Y[start + lane], r[start + lane], phi[start + lane], x, y, sigma_r, sigma_phi, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(X[start + lane], Y[start + lane], r[start + lane], phi[start + lane], x, y, sigma_r, sigma_phi, acc, lane);
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
    size_t count, const double *X, const double *Y, const double *r, const double *phi, double x,
    double y, double sigma_r, double sigma_phi, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, X + start, Y + start, r + start, phi + start, x, y, sigma_r, sigma_phi, part, carry);
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
    size_t count, const double *X, const double *Y, const double *r, const double *phi, double x,
    double y, double sigma_r, double sigma_phi, double sums[]) {
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
        add_chunk(length, X + start, Y + start, r + start, phi + start, x, y, sigma_r, sigma_phi, total[part], carry[part]);
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
        careful_sums(count, X, Y, r, phi, x, y, sigma_r, sigma_phi, sums);
    }
}

landmark_fix_params landmark_fix_batch_value_and_gradient(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi, double *value) {
    double sums[SUMS];
    mean_sums(count, X, Y, r, phi, x, y, sigma_r, sigma_phi, sums);
    *value = sums[0];
    landmark_fix_params out;
    out.x = sums[1];
    out.y = -sums[2];
    return out;
}

double landmark_fix_batch_value(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi) {
    double value;
    (void)landmark_fix_batch_value_and_gradient(x, y, count, X, Y, r, phi, sigma_r, sigma_phi, &value);
    return value;
}

landmark_fix_params landmark_fix_batch_gradient(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi) {
    double value;
    return landmark_fix_batch_value_and_gradient(x, y, count, X, Y, r, phi, sigma_r, sigma_phi, &value);
}

landmark_fix_params landmark_fix_batch_update(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi, double rate) {
    const landmark_fix_params grad = landmark_fix_batch_gradient(x, y, count, X, Y, r, phi, sigma_r, sigma_phi);
    return step_from(grad, x, y, rate);
}
