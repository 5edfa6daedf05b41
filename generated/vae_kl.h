// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     σ = exp(s/2)
//     z = μ + σε
//     q = wz + k
//     E = (x − q)²/2
//     D = (μ² + exp(s) − s − 1)/2
//     J = E + βD
// Sensitivities
//     δ_q = ∂E/∂q = q − x
//     δ_z = ∂E/∂z = δ_q·w
//     δ_s = ∂J/∂s = δ_z·εσ/2 + β·(exp(s)/2 − 1/2)
//     δ_μ = ∂J/∂μ = δ_z + βμ
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
//     ∂J/∂w = δ_q·z
//     ∂J/∂k = δ_q
// Names here: ε is epsilon, β is beta, μ is mu, σ is sigma.
// Computed in another form, which keeps more digits
//     D = μ²·(1/2) + (exp(s)/2 − s/2 − 1/2), by a function of its own
//     δ_s = δ_z·εσ/2 + β·(expm1(s)/2)
#ifndef VAE_KL_H
#define VAE_KL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct vae_kl_params {
    double a;
    double b;
    double c;
    double d;
    double w;
    double k;
} vae_kl_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: beta = 1.0. */
double vae_kl_value(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta);

/* The derivative of J by each parameter. */
vae_kl_params vae_kl_gradient(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta);

/* J into *value, and its derivative by each parameter. */
vae_kl_params vae_kl_value_and_gradient(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
vae_kl_params vae_kl_update(
    double a, double b, double c, double d, double w, double k, double x, double epsilon,
    double beta, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double vae_kl_batch_value(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta);
vae_kl_params vae_kl_batch_gradient(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta);
vae_kl_params vae_kl_batch_value_and_gradient(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta, double *value);
vae_kl_params vae_kl_batch_update(
    double a, double b, double c, double d, double w, double k, size_t count, const double *x,
    const double *epsilon, double beta, double rate);

#ifdef __cplusplus
}
#endif

#endif
