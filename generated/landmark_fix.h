// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = X − x
//     v = Y − y
//     d = √(u² + v²)
//     ψ = atan2(v, u)
//     A = ((d − r)/σ_r)²/2
//     B = ((ψ − φ)/σ_φ)²/2
//     J = A + B
// Sensitivities
//     δ_ψ = ∂B/∂ψ = (ψ − φ)/σ_φ²
//     δ_d = ∂A/∂d = (d − r)/σ_r²
// Gradient
//     ∂J/∂x = −δ_d·u/d + δ_ψ·v/(u² + v²)
//     ∂J/∂y = −(δ_d·v/d + δ_ψ·u/(u² + v²))
// Names here: φ is phi, σ_r is sigma_r, σ_φ is sigma_phi, ψ is psi.
// Computed in another form, which keeps more digits
//     d = hypot(u, v)
//     dJ_dx = −δ_d/d·u + δ_ψ/(v + u/v·u)
//     dJ_dy = −(δ_d/d·v + δ_ψ/(u + v/u·v))
#ifndef LANDMARK_FIX_H
#define LANDMARK_FIX_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct landmark_fix_params {
    double x;
    double y;
} landmark_fix_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: sigma_r = 0.1, sigma_phi = 0.05. */
double landmark_fix_value(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi);

/* The derivative of J by each parameter. */
landmark_fix_params landmark_fix_gradient(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi);

/* J into *value, and its derivative by each parameter. */
landmark_fix_params landmark_fix_value_and_gradient(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.002. */
landmark_fix_params landmark_fix_update(
    double x, double y, double X, double Y, double r, double phi, double sigma_r,
    double sigma_phi, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double landmark_fix_batch_value(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi);
landmark_fix_params landmark_fix_batch_gradient(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi);
landmark_fix_params landmark_fix_batch_value_and_gradient(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi, double *value);
landmark_fix_params landmark_fix_batch_update(
    double x, double y, size_t count, const double *X, const double *Y, const double *r,
    const double *phi, double sigma_r, double sigma_phi, double rate);

#ifdef __cplusplus
}
#endif

#endif
