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
#ifndef ROBOT_ARM_H
#define ROBOT_ARM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct robot_arm_params {
    double theta1;
    double theta2;
} robot_arm_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: l1 = 1.0, l2 = 0.7, mu = 0.001. */
double robot_arm_value(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu);

/* The derivative of J by each parameter. */
robot_arm_params robot_arm_gradient(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu);

/* J into *value, and its derivative by each parameter. */
robot_arm_params robot_arm_value_and_gradient(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu,
    double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
robot_arm_params robot_arm_update(
    double theta1, double theta2, double X, double Y, double l1, double l2, double mu,
    double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double robot_arm_batch_value(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu);
robot_arm_params robot_arm_batch_gradient(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu);
robot_arm_params robot_arm_batch_value_and_gradient(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu, double *value);
robot_arm_params robot_arm_batch_update(
    double theta1, double theta2, size_t count, const double *X, const double *Y, double l1,
    double l2, double mu, double rate);

#ifdef __cplusplus
}
#endif

#endif
