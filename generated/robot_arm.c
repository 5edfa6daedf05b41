// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     φ = θ₁ + θ₂
//     x = l₁·cos(θ₁) + l₂·cos(φ)
//     y = l₁·sin(θ₁) + l₂·sin(φ)
//     L = (x − X)² + (y − Y)²
//     R = μθ₂²
//     J = L + R
// Sensitivities
//     δ_y = ∂L/∂y = 2(y − Y)
//     δ_x = ∂L/∂x = 2(x − X)
//     δ_φ = ∂L/∂φ = −δ_x·l₂·sin(φ) + δ_y·l₂·cos(φ)
// Gradient
//     ∂J/∂θ₁ = δ_φ − δ_x·l₁·sin(θ₁) + δ_y·l₁·cos(θ₁)
//     ∂J/∂θ₂ = δ_φ + 2μθ₂
// Names here: θ1 is theta1, θ2 is theta2, μ is mu, φ is phi.
#include "robot_arm.h"

#include <math.h>
#include <string.h>

double robot_arm_value(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu) {
    const double phi = theta1 + theta2;
    const double x = l1*cos(theta1) + l2*cos(phi);
    const double y = l1*sin(theta1) + l2*sin(phi);
    const double t1 = x - X;
    const double t2 = y - Y;
    const double L = t1*t1 + t2*t2;
    const double R = mu*theta2*theta2;
    const double J = L + R;
    return J;
}

robot_arm_params robot_arm_gradient(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu) {
    const double phi = theta1 + theta2;
    const double t1 = l1*cos(theta1);
    const double t2 = l2*cos(phi);
    const double x = t1 + t2;
    const double t3 = l1*sin(theta1);
    const double t4 = l2*sin(phi);
    const double y = t3 + t4;
    const double delta_y = 2.0*(y - Y);
    const double delta_x = 2.0*(x - X);
    const double delta_phi = delta_y*t2 - delta_x*t4;
    const double dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1;
    const double dJ_dtheta2 = delta_phi + 2.0*mu*theta2;
    robot_arm_params out;
    out.theta1 = dJ_dtheta1;
    out.theta2 = dJ_dtheta2;
    return out;
}

robot_arm_params robot_arm_value_and_gradient(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu,
    double *value) {
    const double phi = theta1 + theta2;
    const double t1 = l1*cos(theta1);
    const double t2 = l2*cos(phi);
    const double x = t1 + t2;
    const double t3 = l1*sin(theta1);
    const double t4 = l2*sin(phi);
    const double y = t3 + t4;
    const double t5 = x - X;
    const double t6 = y - Y;
    const double L = t5*t5 + t6*t6;
    const double t7 = mu*theta2;
    const double R = t7*theta2;
    const double J = L + R;
    const double delta_y = 2.0*t6;
    const double delta_x = 2.0*t5;
    const double delta_phi = delta_y*t2 - delta_x*t4;
    const double dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1;
    const double dJ_dtheta2 = delta_phi + 2.0*t7;
    *value = J;
    robot_arm_params out;
    out.theta1 = dJ_dtheta1;
    out.theta2 = dJ_dtheta2;
    return out;
}

static robot_arm_params step_from(robot_arm_params grad, double theta1, double theta2, double rate) {
    robot_arm_params out;
    out.theta1 = theta1 - rate*grad.theta1;
    out.theta2 = theta2 - rate*grad.theta2;
    return out;
}

robot_arm_params robot_arm_update(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu,
    double rate) {
    const robot_arm_params grad = robot_arm_gradient(theta1, theta2, X, Y, l1, l2, mu);
    return step_from(grad, theta1, theta2, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double X, double Y, double t1, double t2, double x, double t3, double t4, double y,
    double acc[][LANES], size_t lane) {
    const double t5 = x - X;
    const double t6 = y - Y;
    const double L = t5*t5 + t6*t6;
    const double delta_y = 2.0*t6;
    const double delta_x = 2.0*t5;
    const double delta_phi = delta_y*t2 - delta_x*t4;
    acc[0][lane] += L;
    acc[1][lane] += delta_phi - delta_x*t3 + delta_y*t1;
    acc[2][lane] += delta_phi;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *X, const double *Y, double t1, double t2, double x, double t3,
    double t4, double y, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(X[start + lane], Y[start + lane], t1, t2, x, t3, t4, y, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(X[start + lane], Y[start + lane], t1, t2, x, t3, t4, y, acc, lane);
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
    size_t count, const double *X, const double *Y, double t1, double t2, double x, double t3,
    double t4, double y, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, X + start, Y + start, t1, t2, x, t3, t4, y, part, carry);
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
    size_t count, const double *X, const double *Y, double t1, double t2, double x, double t3,
    double t4, double y, double sums[]) {
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
        add_chunk(length, X + start, Y + start, t1, t2, x, t3, t4, y, total[part], carry[part]);
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
        careful_sums(count, X, Y, t1, t2, x, t3, t4, y, sums);
    }
}

robot_arm_params robot_arm_batch_value_and_gradient(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu, double *value) {
    double sums[SUMS];
    const double phi = theta1 + theta2;
    const double t1 = l1*cos(theta1);
    const double t2 = l2*cos(phi);
    const double x = t1 + t2;
    const double t3 = l1*sin(theta1);
    const double t4 = l2*sin(phi);
    const double y = t3 + t4;
    const double t7 = mu*theta2;
    const double R = t7*theta2;
    mean_sums(count, X, Y, t1, t2, x, t3, t4, y, sums);
    *value = R + sums[0];
    robot_arm_params out;
    out.theta1 = sums[1];
    out.theta2 = 2.0*t7 + sums[2];
    return out;
}

double robot_arm_batch_value(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu) {
    double value;
    (void)robot_arm_batch_value_and_gradient(theta1, theta2, count, X, Y, l1, l2, mu, &value);
    return value;
}

robot_arm_params robot_arm_batch_gradient(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu) {
    double value;
    return robot_arm_batch_value_and_gradient(theta1, theta2, count, X, Y, l1, l2, mu, &value);
}

robot_arm_params robot_arm_batch_update(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu, double rate) {
    const robot_arm_params grad = robot_arm_batch_gradient(theta1, theta2, count, X, Y, l1, l2, mu);
    return step_from(grad, theta1, theta2, rate);
}
