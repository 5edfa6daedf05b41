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
// Computed in another form, which keeps more digits
//     δ_φ = −2l₂·(l₁·cos(θ₁)·sin(φ) − l₁·cos(φ)·sin(θ₁) + cos(φ)·Y − X·sin(φ))
//     dJ_dθ1 = −2(l₁·cos(θ₁)·Y − l₁X·sin(θ₁) + l₂·cos(φ)·Y − l₂X·sin(φ))
// Accuracy: dJ_dθ2 loses 5 of 16 digits at θ1 = -8.31145, θ2 = 6.37369e-06, X = 1.31266e-06, Y = -0.000644779, l1 = 12.266, l2 = -0.111119, μ = -3.84602.
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
    const double t1 = cos(phi);
    const double t2 = sin(phi);
    const double t3 = cos(theta1);
    const double t4 = sin(theta1);
    const double t5 = t1*Y - X*t2;
    const double delta_phi = -2.0*l2*(l1*t3*t2 - l1*t1*t4 + t5);
    const double dJ_dtheta1 = -2.0*(l1*(t3*Y - X*t4) + l2*t5);
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
    const double t1 = cos(phi);
    const double t2 = cos(theta1);
    const double t3 = l1*t2;
    const double x = t3 + l2*t1;
    const double t4 = sin(phi);
    const double t5 = sin(theta1);
    const double t6 = l1*t5;
    const double y = t6 + l2*t4;
    const double t7 = x - X;
    const double t8 = y - Y;
    const double L = t7*t7 + t8*t8;
    const double t9 = mu*theta2;
    const double R = t9*theta2;
    const double J = L + R;
    const double t10 = t1*Y - X*t4;
    const double delta_phi = -2.0*l2*(t3*t4 - t6*t1 + t10);
    const double dJ_dtheta1 = -2.0*(l1*(t2*Y - X*t5) + l2*t10);
    const double dJ_dtheta2 = delta_phi + 2.0*t9;
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
    double X, double Y, double l1, double l2, double t1, double t2, double t3, double x,
    double t4, double t5, double t6, double y, double acc[][LANES], size_t lane) {
    const double t7 = x - X;
    const double t8 = y - Y;
    const double L = t7*t7 + t8*t8;
    const double t10 = t1*Y - X*t4;
    const double delta_phi = -2.0*l2*(t3*t4 - t6*t1 + t10);
    acc[0][lane] += L;
    acc[1][lane] += l1*(t2*Y - X*t5) + l2*t10;
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
    size_t count, const double *X, const double *Y, double l1, double l2, double t1, double t2,
    double t3, double x, double t4, double t5, double t6, double y, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(X[start + lane], Y[start + lane], l1, l2, t1, t2, t3, x, t4, t5, t6, y, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(X[start + lane], Y[start + lane], l1, l2, t1, t2, t3, x, t4, t5, t6, y, acc, lane);
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
    size_t count, const double *X, const double *Y, double l1, double l2, double t1, double t2,
    double t3, double x, double t4, double t5, double t6, double y, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, X + start, Y + start, l1, l2, t1, t2, t3, x, t4, t5, t6, y, part, carry);
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
    size_t count, const double *X, const double *Y, double l1, double l2, double t1, double t2,
    double t3, double x, double t4, double t5, double t6, double y, double sums[]) {
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
        add_chunk(length, X + start, Y + start, l1, l2, t1, t2, t3, x, t4, t5, t6, y, total[part], carry[part]);
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
        careful_sums(count, X, Y, l1, l2, t1, t2, t3, x, t4, t5, t6, y, sums);
    }
}

robot_arm_params robot_arm_batch_value_and_gradient(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu, double *value) {
    double sums[SUMS];
    const double phi = theta1 + theta2;
    const double t1 = cos(phi);
    const double t2 = cos(theta1);
    const double t3 = l1*t2;
    const double x = t3 + l2*t1;
    const double t4 = sin(phi);
    const double t5 = sin(theta1);
    const double t6 = l1*t5;
    const double y = t6 + l2*t4;
    const double t9 = mu*theta2;
    const double R = t9*theta2;
    mean_sums(count, X, Y, l1, l2, t1, t2, t3, x, t4, t5, t6, y, sums);
    *value = R + sums[0];
    robot_arm_params out;
    out.theta1 = -2.0*sums[1];
    out.theta2 = 2.0*t9 + sums[2];
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
