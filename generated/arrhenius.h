// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     k = exp(a)·exp(−E/(RT))
//     q = log(k/y)
//     J = q²
// Gradient
//     ∂J/∂a = 2q
//     ∂J/∂E = −2q/(RT)
// Computed in another form, which keeps more digits
//     q = a − E/(RT) − log(y)
// Assumed: T > 0.
// Assumed: y > 0.
#ifndef ARRHENIUS_H
#define ARRHENIUS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct arrhenius_params {
    double a;
    double E;
} arrhenius_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: R = 0.008314. */
double arrhenius_value(double a, double E, double T, double y, double R);

/* The derivative of J by each parameter. */
arrhenius_params arrhenius_gradient(double a, double E, double T, double y, double R);

/* J into *value, and its derivative by each parameter. */
arrhenius_params arrhenius_value_and_gradient(double a, double E, double T, double y, double R, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.2. */
arrhenius_params arrhenius_update(double a, double E, double T, double y, double R, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double arrhenius_batch_value(
    double a, double E, size_t count, const double *T, const double *y, double R);
arrhenius_params arrhenius_batch_gradient(
    double a, double E, size_t count, const double *T, const double *y, double R);
arrhenius_params arrhenius_batch_value_and_gradient(
    double a, double E, size_t count, const double *T, const double *y, double R, double *value);
arrhenius_params arrhenius_batch_update(
    double a, double E, size_t count, const double *T, const double *y, double R, double rate);

#ifdef __cplusplus
}
#endif

#endif
