// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     r = E − e·sin(E) − M
//     J = r²/2
// Gradient
//     ∂J/∂E = r·(1 − e·cos(E))
#ifndef KEPLER_H
#define KEPLER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct kepler_params {
    double E;
} kepler_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: e = 0.2056. */
double kepler_value(double E, double M, double e);

/* The derivative of J by each parameter. */
kepler_params kepler_gradient(double E, double M, double e);

/* J into *value, and its derivative by each parameter. */
kepler_params kepler_value_and_gradient(double E, double M, double e, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.9. */
kepler_params kepler_update(double E, double M, double e, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double kepler_batch_value(double E, size_t count, const double *M, double e);
kepler_params kepler_batch_gradient(double E, size_t count, const double *M, double e);
kepler_params kepler_batch_value_and_gradient(double E, size_t count, const double *M, double e, double *value);
kepler_params kepler_batch_update(double E, size_t count, const double *M, double e, double rate);

#ifdef __cplusplus
}
#endif

#endif
