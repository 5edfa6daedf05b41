// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = a·x + b
//     m = log(1 + exp(z))
//     e = m − y
//     J = e²/2
// Sensitivities
//     δ = ∂J/∂z = e·sigmoid(z)
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Computed in another form, which keeps more digits
//     m = softplus(z)
#ifndef SOFTPLUS_REGRESSION_H
#define SOFTPLUS_REGRESSION_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct softplus_regression_params {
    double a;
    double b;
} softplus_regression_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J. */
double softplus_regression_value(double a, double b, double x, double y);

/* The derivative of J by each parameter. */
softplus_regression_params softplus_regression_gradient(double a, double b, double x, double y);

/* J into *value, and its derivative by each parameter. */
softplus_regression_params softplus_regression_value_and_gradient(double a, double b, double x, double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.2. */
softplus_regression_params softplus_regression_update(double a, double b, double x, double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double softplus_regression_batch_value(double a, double b, size_t count, const double *x, const double *y);
softplus_regression_params softplus_regression_batch_gradient(double a, double b, size_t count, const double *x, const double *y);
softplus_regression_params softplus_regression_batch_value_and_gradient(
    double a, double b, size_t count, const double *x, const double *y, double *value);
softplus_regression_params softplus_regression_batch_update(
    double a, double b, size_t count, const double *x, const double *y, double rate);

#ifdef __cplusplus
}
#endif

#endif
