// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = w₁x₁ + w₂x₂ + b
//     p = 1/(1 + exp(−z))
//     L = −(y·log(p) + (1 − y)·log(1 − p))
//     R = λ/2·(w₁² + w₂²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂z = p − y
// Gradient
//     ∂J/∂w₁ = δx₁ + λw₁
//     ∂J/∂w₂ = δx₂ + λw₂
//     ∂J/∂b = δ
// Names here: λ is lam.
// Computed in another form, which keeps more digits
//     L = −(y·(−softplus(−z)) + (1 − y)·(−softplus(z)))
#ifndef LOGISTIC_REGRESSION_H
#define LOGISTIC_REGRESSION_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct logistic_regression_params {
    double w1;
    double w2;
    double b;
} logistic_regression_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: lam = 0.01. */
double logistic_regression_value(
    double w1, double w2, double b, double x1, double x2, double y, double lam);

/* The derivative of J by each parameter. */
logistic_regression_params logistic_regression_gradient(
    double w1, double w2, double b, double x1, double x2, double y, double lam);

/* J into *value, and its derivative by each parameter. */
logistic_regression_params logistic_regression_value_and_gradient(
    double w1, double w2, double b, double x1, double x2, double y, double lam, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
logistic_regression_params logistic_regression_update(
    double w1, double w2, double b, double x1, double x2, double y, double lam, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double logistic_regression_batch_value(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam);
logistic_regression_params logistic_regression_batch_gradient(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam);
logistic_regression_params logistic_regression_batch_value_and_gradient(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam, double *value);
logistic_regression_params logistic_regression_batch_update(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam, double rate);

#ifdef __cplusplus
}
#endif

#endif
