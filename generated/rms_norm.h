// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     a₁ = w₁₁x₁ + w₁₂x₂
//     a₂ = w₂₁x₁ + w₂₂x₂
//     r = √((a₁² + a₂²)/2 + ε)
//     y₁ = g₁a₁/r
//     y₂ = g₂a₂/r
//     L = ((y₁ − t₁)² + (y₂ − t₂)²)/2
// Sensitivities
//     δ_y2 = ∂L/∂y₂ = y₂ − t₂
//     δ_y1 = ∂L/∂y₁ = y₁ − t₁
//     δ_r = ∂L/∂r = −(δ_y1·y₁ + δ_y2·y₂)/r
//     δ_a2 = ∂L/∂a₂ = δ_r·a₂/(2r) + δ_y2·g₂/r
//     δ_a1 = ∂L/∂a₁ = δ_r·a₁/(2r) + δ_y1·g₁/r
// Gradient
//     ∂L/∂w₁₁ = δ_a1·x₁
//     ∂L/∂w₁₂ = δ_a1·x₂
//     ∂L/∂w₂₁ = δ_a2·x₁
//     ∂L/∂w₂₂ = δ_a2·x₂
//     ∂L/∂g₁ = δ_y1·a₁/r
//     ∂L/∂g₂ = δ_y2·a₂/r
// Names here: ε is epsilon.
// Accuracy: dL_dw11 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
// Accuracy: dL_dw12 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
// Accuracy: dL_dw21 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
// Accuracy: dL_dw22 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
#ifndef RMS_NORM_H
#define RMS_NORM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct rms_norm_params {
    double w11;
    double w12;
    double w21;
    double w22;
    double g1;
    double g2;
} rms_norm_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L; usual constants: epsilon = 1e-05. */
double rms_norm_value(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon);

/* The derivative of L by each parameter. */
rms_norm_params rms_norm_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon);

/* L into *value, and its derivative by each parameter. */
rms_norm_params rms_norm_value_and_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
rms_norm_params rms_norm_update(
    double w11, double w12, double w21, double w22, double g1, double g2, double x1, double x2,
    double t1, double t2, double epsilon, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double rms_norm_batch_value(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon);
rms_norm_params rms_norm_batch_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon);
rms_norm_params rms_norm_batch_value_and_gradient(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon,
    double *value);
rms_norm_params rms_norm_batch_update(
    double w11, double w12, double w21, double w22, double g1, double g2, size_t count,
    const double *x1, const double *x2, const double *t1, const double *t2, double epsilon,
    double rate);

#ifdef __cplusplus
}
#endif

#endif
