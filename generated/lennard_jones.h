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
#ifndef LENNARD_JONES_H
#define LENNARD_JONES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct lennard_jones_params {
    double x;
    double y;
} lennard_jones_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* V; usual constants: epsilon = 120.0, sigma = 3.4. */
double lennard_jones_value(double x, double y, double X, double Y, double epsilon, double sigma);

/* The derivative of V by each parameter. */
lennard_jones_params lennard_jones_gradient(double x, double y, double X, double Y, double epsilon, double sigma);

/* V into *value, and its derivative by each parameter. */
lennard_jones_params lennard_jones_value_and_gradient(
    double x, double y, double X, double Y, double epsilon, double sigma, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.001. */
lennard_jones_params lennard_jones_update(
    double x, double y, double X, double Y, double epsilon, double sigma, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double lennard_jones_batch_value(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma);
lennard_jones_params lennard_jones_batch_gradient(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma);
lennard_jones_params lennard_jones_batch_value_and_gradient(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma, double *value);
lennard_jones_params lennard_jones_batch_update(
    double x, double y, size_t count, const double *X, const double *Y, double epsilon,
    double sigma, double rate);

#ifdef __cplusplus
}
#endif

#endif
