// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     v = VS/(K + S)
//     r = v − y
//     J = r²
// Sensitivities
//     δ = ∂J/∂v = 2r
// Gradient
//     ∂J/∂V = δS/(K + S)
//     ∂J/∂K = −δv/(K + S)
// Assumed: K > 0.
// Assumed: S > 0.
#ifndef MICHAELIS_MENTEN_H
#define MICHAELIS_MENTEN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct michaelis_menten_params {
    double V;
    double K;
} michaelis_menten_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J. */
double michaelis_menten_value(double V, double K, double S, double y);

/* The derivative of J by each parameter. */
michaelis_menten_params michaelis_menten_gradient(double V, double K, double S, double y);

/* J into *value, and its derivative by each parameter. */
michaelis_menten_params michaelis_menten_value_and_gradient(double V, double K, double S, double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.01. */
michaelis_menten_params michaelis_menten_update(double V, double K, double S, double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double michaelis_menten_batch_value(double V, double K, size_t count, const double *S, const double *y);
michaelis_menten_params michaelis_menten_batch_gradient(double V, double K, size_t count, const double *S, const double *y);
michaelis_menten_params michaelis_menten_batch_value_and_gradient(
    double V, double K, size_t count, const double *S, const double *y, double *value);
michaelis_menten_params michaelis_menten_batch_update(
    double V, double K, size_t count, const double *S, const double *y, double rate);

#ifdef __cplusplus
}
#endif

#endif
