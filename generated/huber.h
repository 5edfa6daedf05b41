// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = a·x + b
//     r = y − m
//     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
// Sensitivities
//     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Convention: at the border of a where the side that the condition selects counts.
// Convention: the derivative of |z| at z = 0 is taken as 0.
#ifndef HUBER_H
#define HUBER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct huber_params {
    double a;
    double b;
} huber_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: k = 1.345. */
double huber_value(double a, double b, double x, double y, double k);

/* The derivative of J by each parameter. */
huber_params huber_gradient(double a, double b, double x, double y, double k);

/* J into *value, and its derivative by each parameter. */
huber_params huber_value_and_gradient(double a, double b, double x, double y, double k, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.2. */
huber_params huber_update(double a, double b, double x, double y, double k, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double huber_batch_value(
    double a, double b, size_t count, const double *x, const double *y, double k);
huber_params huber_batch_gradient(
    double a, double b, size_t count, const double *x, const double *y, double k);
huber_params huber_batch_value_and_gradient(
    double a, double b, size_t count, const double *x, const double *y, double k, double *value);
huber_params huber_batch_update(
    double a, double b, size_t count, const double *x, const double *y, double k, double rate);

#ifdef __cplusplus
}
#endif

#endif
