// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z = wx + b
//     Φ = (1 + erf(z/√2))/2
//     h = zΦ
//     L = (h − y)²/2
// Sensitivities
//     δ_h = ∂L/∂h = h − y
//     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
// Gradient
//     ∂L/∂w = δ_z·x
//     ∂L/∂b = δ_z
// Names here: Φ is Phi.
// Computed in another form, which keeps more digits
//     Φ = erfc(−z/√2)/2
#ifndef GELU_NEURON_H
#define GELU_NEURON_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct gelu_neuron_params {
    double w;
    double b;
} gelu_neuron_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L. */
double gelu_neuron_value(double w, double b, double x, double y);

/* The derivative of L by each parameter. */
gelu_neuron_params gelu_neuron_gradient(double w, double b, double x, double y);

/* L into *value, and its derivative by each parameter. */
gelu_neuron_params gelu_neuron_value_and_gradient(double w, double b, double x, double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.2. */
gelu_neuron_params gelu_neuron_update(double w, double b, double x, double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double gelu_neuron_batch_value(double w, double b, size_t count, const double *x, const double *y);
gelu_neuron_params gelu_neuron_batch_gradient(double w, double b, size_t count, const double *x, const double *y);
gelu_neuron_params gelu_neuron_batch_value_and_gradient(
    double w, double b, size_t count, const double *x, const double *y, double *value);
gelu_neuron_params gelu_neuron_batch_update(
    double w, double b, size_t count, const double *x, const double *y, double rate);

#ifdef __cplusplus
}
#endif

#endif
