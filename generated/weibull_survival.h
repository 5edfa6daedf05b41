// Made by symgrad: value, gradient and update step of J.
//
// Maximize J, where
//     q = t/λ
//     H = q^k
//     f = log(k/λ) + (k − 1)·log(q)
//     J = d·f − H
// Gradient
//     ∂J/∂k = d·(1/k + log(q)) − log(q)·H
//     ∂J/∂λ = k·(q^k − d)/λ
// Names here: λ is lam.
// Assumed: k > 0.
// Assumed: λ > 0.
// Assumed: t > 0.
#ifndef WEIBULL_SURVIVAL_H
#define WEIBULL_SURVIVAL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct weibull_survival_params {
    double k;
    double lam;
} weibull_survival_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J. */
double weibull_survival_value(double k, double lam, double t, double d);

/* The derivative of J by each parameter. */
weibull_survival_params weibull_survival_gradient(double k, double lam, double t, double d);

/* J into *value, and its derivative by each parameter. */
weibull_survival_params weibull_survival_value_and_gradient(double k, double lam, double t, double d, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
weibull_survival_params weibull_survival_update(double k, double lam, double t, double d, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double weibull_survival_batch_value(double k, double lam, size_t count, const double *t, const double *d);
weibull_survival_params weibull_survival_batch_gradient(double k, double lam, size_t count, const double *t, const double *d);
weibull_survival_params weibull_survival_batch_value_and_gradient(
    double k, double lam, size_t count, const double *t, const double *d, double *value);
weibull_survival_params weibull_survival_batch_update(
    double k, double lam, size_t count, const double *t, const double *d, double rate);

#ifdef __cplusplus
}
#endif

#endif
