// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     P = (n − 1)·(1/R₁ − 1/R₂)
//     q = P − 1/s
//     i = 1/q
//     J = (i − y)²
// Sensitivities
//     δ = ∂J/∂P = −2(i − y)·i²
// Gradient
//     ∂J/∂R₁ = δ·(1 − n)/R₁²
//     ∂J/∂R₂ = δ·(n − 1)/R₂²
// Computed in another form, which keeps more digits
//     dJ_dR1 = where(n ≤ 3/2, where(R₁² == 0, 0, δ·(1 − n)/R₁²), −2/R₁·((1/q − y)/R₁)·((1 − n)/q)·(1/q))
// Accuracy: J loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
// Accuracy: dJ_dR1 loses all digits at R1 = 0, R2 = -0.0724438, s = 1.0243, y = 0.150181, n = 1.46058.
// Accuracy: dJ_dR2 loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
#ifndef THIN_LENS_H
#define THIN_LENS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct thin_lens_params {
    double R1;
    double R2;
} thin_lens_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: n = 1.5168. */
double thin_lens_value(double R1, double R2, double s, double y, double n);

/* The derivative of J by each parameter. */
thin_lens_params thin_lens_gradient(double R1, double R2, double s, double y, double n);

/* J into *value, and its derivative by each parameter. */
thin_lens_params thin_lens_value_and_gradient(double R1, double R2, double s, double y, double n, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.2. */
thin_lens_params thin_lens_update(double R1, double R2, double s, double y, double n, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double thin_lens_batch_value(
    double R1, double R2, size_t count, const double *s, const double *y, double n);
thin_lens_params thin_lens_batch_gradient(
    double R1, double R2, size_t count, const double *s, const double *y, double n);
thin_lens_params thin_lens_batch_value_and_gradient(
    double R1, double R2, size_t count, const double *s, const double *y, double n, double *value);
thin_lens_params thin_lens_batch_update(
    double R1, double R2, size_t count, const double *s, const double *y, double n, double rate);

#ifdef __cplusplus
}
#endif

#endif
