// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     v = exp(s)
//     r = y − μ
//     J = log(2πv)/2 + r²/(2v)
// Sensitivities
//     δ_s = ∂J/∂s = (1 − r²/v)/2
//     δ_μ = ∂J/∂μ = −r/v
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
// Names here: μ is mu.
#ifndef GAUSSIAN_NLL_H
#define GAUSSIAN_NLL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct gaussian_nll_params {
    double a;
    double b;
    double c;
    double d;
} gaussian_nll_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J. */
double gaussian_nll_value(double a, double b, double c, double d, double x, double y);

/* The derivative of J by each parameter. */
gaussian_nll_params gaussian_nll_gradient(double a, double b, double c, double d, double x, double y);

/* J into *value, and its derivative by each parameter. */
gaussian_nll_params gaussian_nll_value_and_gradient(
    double a, double b, double c, double d, double x, double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.02. */
gaussian_nll_params gaussian_nll_update(
    double a, double b, double c, double d, double x, double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double gaussian_nll_batch_value(
    double a, double b, double c, double d, size_t count, const double *x, const double *y);
gaussian_nll_params gaussian_nll_batch_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y);
gaussian_nll_params gaussian_nll_batch_value_and_gradient(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double *value);
gaussian_nll_params gaussian_nll_batch_update(
    double a, double b, double c, double d, size_t count, const double *x, const double *y,
    double rate);

#ifdef __cplusplus
}
#endif

#endif
