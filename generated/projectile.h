// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     a = v·cos(θ)
//     b = v·sin(θ)
//     t = (b + √(b² + 2gk))/g
//     X = at
//     J = (X − D)²
// Sensitivities
//     δ_X = ∂J/∂X = 2(X − D)
//     δ_b = ∂J/∂b = δ_X·a·(1 + b/√(b² + 2gk))/g
//     δ_a = ∂J/∂a = δ_X·t
// Gradient
//     ∂J/∂v = δ_a·cos(θ) + δ_b·sin(θ)
//     ∂J/∂θ = −δ_a·b + δ_b·a
// Names here: θ is theta.
// Computed in another form, which keeps more digits
//     t = where(b ≤ 0, 2gk/(√(b² + 2gk) − b)/g, (b + √(b² + 2gk))/g)
//     δ_b = a·(δ_X·where(b < 0, 2gk/(√(b² + 2gk) − b), √(b² + 2gk) + b)/(√(b² + 2gk)·g))
// Accuracy: dJ_dv loses 14 of 16 digits at v = 74.8193, θ = -0.104809, D = 0.265258, g = -1.35382e-07, k = -3.1434e-06.
#ifndef PROJECTILE_H
#define PROJECTILE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct projectile_params {
    double v;
    double theta;
} projectile_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: g = 9.81, k = 1.5. */
double projectile_value(double v, double theta, double D, double g, double k);

/* The derivative of J by each parameter. */
projectile_params projectile_gradient(double v, double theta, double D, double g, double k);

/* J into *value, and its derivative by each parameter. */
projectile_params projectile_value_and_gradient(double v, double theta, double D, double g, double k, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.01. */
projectile_params projectile_update(double v, double theta, double D, double g, double k, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double projectile_batch_value(
    double v, double theta, size_t count, const double *D, double g, double k);
projectile_params projectile_batch_gradient(
    double v, double theta, size_t count, const double *D, double g, double k);
projectile_params projectile_batch_value_and_gradient(
    double v, double theta, size_t count, const double *D, double g, double k, double *value);
projectile_params projectile_batch_update(
    double v, double theta, size_t count, const double *D, double g, double k, double rate);

#ifdef __cplusplus
}
#endif

#endif
