// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = wx + b
//     r = m − y
//     L = r²
//     R = λw²
//     J = L + R
// Sensitivities
//     δ = ∂L/∂m = 2r
// Gradient
//     ∂J/∂w = δx + 2λw
//     ∂J/∂b = δ
// Names here: λ is lam.
#ifndef LINEAR_REGRESSION_H
#define LINEAR_REGRESSION_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct linear_regression_params {
    double w;
    double b;
} linear_regression_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: lam = 0.01. */
double linear_regression_value(double w, double b, double x, double y, double lam);

/* The derivative of J by each parameter. */
linear_regression_params linear_regression_gradient(double w, double b, double x, double y, double lam);

/* J into *value, and its derivative by each parameter. */
linear_regression_params linear_regression_value_and_gradient(double w, double b, double x, double y, double lam, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.002. */
linear_regression_params linear_regression_update(double w, double b, double x, double y, double lam, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double linear_regression_batch_value(
    double w, double b, size_t count, const double *x, const double *y, double lam);
linear_regression_params linear_regression_batch_gradient(
    double w, double b, size_t count, const double *x, const double *y, double lam);
linear_regression_params linear_regression_batch_value_and_gradient(
    double w, double b, size_t count, const double *x, const double *y, double lam, double *value);
linear_regression_params linear_regression_batch_update(
    double w, double b, size_t count, const double *x, const double *y, double lam, double rate);

#ifdef __cplusplus
}
#endif

#endif
