// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     h₁ = tanh(z₁)
//     z₂ = w₂h₁ + b₂
//     h₂ = tanh(z₂)
//     L = (h₂ − y)²/2
// Sensitivities
//     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
//     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂h₁
//     ∂L/∂b₂ = δ₂
// Computed in another form, which keeps more digits
//     δ₂ = (h₂ − y)/cosh(z₂)²
//     δ₁ = δ₂w₂/cosh(z₁)²
#ifndef TANH_MLP_H
#define TANH_MLP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct tanh_mlp_params {
    double w1;
    double b1;
    double w2;
    double b2;
} tanh_mlp_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L. */
double tanh_mlp_value(double w1, double b1, double w2, double b2, double x, double y);

/* The derivative of L by each parameter. */
tanh_mlp_params tanh_mlp_gradient(double w1, double b1, double w2, double b2, double x, double y);

/* L into *value, and its derivative by each parameter. */
tanh_mlp_params tanh_mlp_value_and_gradient(
    double w1, double b1, double w2, double b2, double x, double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.5. */
tanh_mlp_params tanh_mlp_update(
    double w1, double b1, double w2, double b2, double x, double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double tanh_mlp_batch_value(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y);
tanh_mlp_params tanh_mlp_batch_gradient(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y);
tanh_mlp_params tanh_mlp_batch_value_and_gradient(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y,
    double *value);
tanh_mlp_params tanh_mlp_batch_update(
    double w1, double b1, double w2, double b2, size_t count, const double *x, const double *y,
    double rate);

#ifdef __cplusplus
}
#endif

#endif
