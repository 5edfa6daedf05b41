// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = σ·√T
//     d₁ = (log(S/K) + (r + σ²/2)·T)/q
//     d₂ = d₁ − q
//     N₁ = (1 + erf(d₁/√2))/2
//     N₂ = (1 + erf(d₂/√2))/2
//     C = SN₁ − K·exp(−rT)·N₂
//     J = (C − m)²
// Gradient
//     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
// Names here: σ is sigma.
// Computed in another form, which keeps more digits
//     N₂ = erfc(−d₂/√2)/2
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.
#ifndef IMPLIED_VOLATILITY_H
#define IMPLIED_VOLATILITY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct implied_volatility_params {
    double sigma;
} implied_volatility_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: r = 0.1. */
double implied_volatility_value(double sigma, double S, double K, double T, double m, double r);

/* The derivative of J by each parameter. */
implied_volatility_params implied_volatility_gradient(double sigma, double S, double K, double T, double m, double r);

/* J into *value, and its derivative by each parameter. */
implied_volatility_params implied_volatility_value_and_gradient(
    double sigma, double S, double K, double T, double m, double r, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.002. */
implied_volatility_params implied_volatility_update(
    double sigma, double S, double K, double T, double m, double r, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double implied_volatility_batch_value(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r);
implied_volatility_params implied_volatility_batch_gradient(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r);
implied_volatility_params implied_volatility_batch_value_and_gradient(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r, double *value);
implied_volatility_params implied_volatility_batch_update(
    double sigma, size_t count, const double *S, const double *K, const double *T,
    const double *m, double r, double rate);

#ifdef __cplusplus
}
#endif

#endif
