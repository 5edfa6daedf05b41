// Made by symgrad: value, gradient and update step of H.
//
// Minimize H, where
//     v = lω
//     h = l·(1 − cos(θ))
//     T = mv²/2
//     U = mgh
//     H = T + U
// Gradient
//     ∂H/∂θ = mgl·sin(θ)
//     ∂H/∂ω = mvl
// Names here: θ is theta, ω is omega.
// Computed in another form, which keeps more digits
//     h = l·(2·sin(θ/2)²)
#ifndef PENDULUM_ENERGY_H
#define PENDULUM_ENERGY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct pendulum_energy_params {
    double theta;
    double omega;
} pendulum_energy_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* H; usual constants: g = 9.81. */
double pendulum_energy_value(double theta, double omega, double m, double l, double g);

/* The derivative of H by each parameter. */
pendulum_energy_params pendulum_energy_gradient(double theta, double omega, double m, double l, double g);

/* H into *value, and its derivative by each parameter. */
pendulum_energy_params pendulum_energy_value_and_gradient(
    double theta, double omega, double m, double l, double g, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.05. */
pendulum_energy_params pendulum_energy_update(double theta, double omega, double m, double l, double g, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double pendulum_energy_batch_value(
    double theta, double omega, size_t count, const double *m, const double *l, double g);
pendulum_energy_params pendulum_energy_batch_gradient(
    double theta, double omega, size_t count, const double *m, const double *l, double g);
pendulum_energy_params pendulum_energy_batch_value_and_gradient(
    double theta, double omega, size_t count, const double *m, const double *l, double g,
    double *value);
pendulum_energy_params pendulum_energy_batch_update(
    double theta, double omega, size_t count, const double *m, const double *l, double g,
    double rate);

#ifdef __cplusplus
}
#endif

#endif
