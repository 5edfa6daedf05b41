// Made by symgrad: value, gradient and update step of C.
//
// Minimize C, where
//     d₁ = (log(S/K) + (r + σ²/2)·T)/(σ·√T)
//     d₂ = d₁ − σ·√T
//     C = S·normal_cdf(d₁) − K·exp(−rT)·normal_cdf(d₂)
// Sensitivities
//     δ = ∂C/∂d₂ = −S·normal_pdf(d₁)
// Gradient
//     ∂C/∂S = normal_cdf(d₁)
//     ∂C/∂r = K·normal_cdf(d₂)·exp(−rT)·T
//     ∂C/∂σ = −δ·√T
//     ∂C/∂T = −δσ/(2·√T) + K·normal_cdf(d₂)·exp(−rT)·r
// Names here: σ is sigma.
// Accuracy: C loses 5 of 16 digits at S = 1, r = 0.116561, σ = 0.215587, T = 0.406341, K = 43.8695.
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.
#ifndef BLACK_SCHOLES_H
#define BLACK_SCHOLES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct black_scholes_params {
    double S;
    double r;
    double sigma;
    double T;
} black_scholes_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* C. */
double black_scholes_value(double S, double r, double sigma, double T, double K);

/* The derivative of C by each parameter. */
black_scholes_params black_scholes_gradient(double S, double r, double sigma, double T, double K);

/* C into *value, and its derivative by each parameter. */
black_scholes_params black_scholes_value_and_gradient(double S, double r, double sigma, double T, double K, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.0001. */
black_scholes_params black_scholes_update(double S, double r, double sigma, double T, double K, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double black_scholes_batch_value(
    double S, double r, double sigma, double T, size_t count, const double *K);
black_scholes_params black_scholes_batch_gradient(
    double S, double r, double sigma, double T, size_t count, const double *K);
black_scholes_params black_scholes_batch_value_and_gradient(
    double S, double r, double sigma, double T, size_t count, const double *K, double *value);
black_scholes_params black_scholes_batch_update(
    double S, double r, double sigma, double T, size_t count, const double *K, double rate);

#ifdef __cplusplus
}
#endif

#endif
