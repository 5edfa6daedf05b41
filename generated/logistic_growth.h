// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = (K − N₀)/N₀
//     N = K/(1 + q·exp(−rt))
//     J = (log(N) − log(y))²
// Sensitivities
//     δ_N = ∂J/∂N = 2(log(N) − log(y))/N
//     δ_q = ∂J/∂q = −δ_N·exp(−rt)·N/(1 + q·exp(−rt))
// Gradient
//     ∂J/∂K = δ_q/N₀ + δ_N/(1 + q·exp(−rt))
//     ∂J/∂r = δ_N·q·exp(−rt)·tN/(1 + q·exp(−rt))
//     ∂J/∂N₀ = −δ_q·(1 + q)/N₀
// Accuracy: J loses 3 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dK loses all digits at K = 293.935, r = 6.42308e-07, N0 = 2.89608e-05, t = -7.76497e-05, y = 0.005072.
// Accuracy: dJ_dr loses 4 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dN0 loses 12 of 16 digits at K = 1e-12, r = 0.337262, N0 = 2.91527, t = 11.2651, y = 53.701.
// Assumed: K > 0.
// Assumed: N0 > 0.
// Assumed: y > 0.
#ifndef LOGISTIC_GROWTH_H
#define LOGISTIC_GROWTH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct logistic_growth_params {
    double K;
    double r;
    double N0;
} logistic_growth_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J. */
double logistic_growth_value(double K, double r, double N0, double t, double y);

/* The derivative of J by each parameter. */
logistic_growth_params logistic_growth_gradient(double K, double r, double N0, double t, double y);

/* J into *value, and its derivative by each parameter. */
logistic_growth_params logistic_growth_value_and_gradient(double K, double r, double N0, double t, double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.005. */
logistic_growth_params logistic_growth_update(double K, double r, double N0, double t, double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double logistic_growth_batch_value(
    double K, double r, double N0, size_t count, const double *t, const double *y);
logistic_growth_params logistic_growth_batch_gradient(
    double K, double r, double N0, size_t count, const double *t, const double *y);
logistic_growth_params logistic_growth_batch_value_and_gradient(
    double K, double r, double N0, size_t count, const double *t, const double *y, double *value);
logistic_growth_params logistic_growth_batch_update(
    double K, double r, double N0, size_t count, const double *t, const double *y, double rate);

#ifdef __cplusplus
}
#endif

#endif
