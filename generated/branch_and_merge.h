// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = ax + b
//     h = u²
//     v = ch + u + d
//     p = 1/(1 + v)
//     L = (p − y)²
//     R = λ/2·(a² + c²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂v = −2(p − y)·p²
// Gradient
//     ∂J/∂a = δ·(2cu + 1)·x + λa
//     ∂J/∂b = δ·(2cu + 1)
//     ∂J/∂c = δh + λc
//     ∂J/∂d = δ
// Names here: λ is lam.
#ifndef BRANCH_AND_MERGE_H
#define BRANCH_AND_MERGE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct branch_and_merge_params {
    double a;
    double b;
    double c;
    double d;
} branch_and_merge_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: lam = 0.1. */
double branch_and_merge_value(
    double a, double b, double c, double d, double x, double y, double lam);

/* The derivative of J by each parameter. */
branch_and_merge_params branch_and_merge_gradient(
    double a, double b, double c, double d, double x, double y, double lam);

/* J into *value, and its derivative by each parameter. */
branch_and_merge_params branch_and_merge_value_and_gradient(
    double a, double b, double c, double d, double x, double y, double lam, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
branch_and_merge_params branch_and_merge_update(
    double a, double b, double c, double d, double x, double y, double lam, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double branch_and_merge_batch_value(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam);
branch_and_merge_params branch_and_merge_batch_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam);
branch_and_merge_params branch_and_merge_batch_value_and_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam, double *value);
branch_and_merge_params branch_and_merge_batch_update(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double lam, double rate);

#ifdef __cplusplus
}
#endif

#endif
