// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     q = w_q·x₂
//     k₁ = w_k·x₁
//     k₂ = w_k·x₂
//     v₁ = w_v·x₁
//     v₂ = w_v·x₂
//     s₁ = qk₁/√d
//     s₂ = qk₂/√d
//     Z = exp(s₁) + exp(s₂)
//     α₁ = exp(s₁)/Z
//     α₂ = exp(s₂)/Z
//     o = α₁v₁ + α₂v₂
//     L = (o − y)²/2
// Sensitivities
//     δ_o = ∂L/∂o = o − y
//     δ_α2 = ∂L/∂α₂ = δ_o·v₂
//     δ_α1 = ∂L/∂α₁ = δ_o·v₁
//     δ_Z = ∂L/∂Z = −(δ_α1·α₁ + δ_α2·α₂)/Z
//     δ_s2 = ∂L/∂s₂ = δ_Z·exp(s₂) + δ_α2·α₂
//     δ_s1 = ∂L/∂s₁ = δ_Z·exp(s₁) + δ_α1·α₁
// Gradient
//     ∂L/∂w_q = x₂·(δ_s1·k₁ + δ_s2·k₂)/√d
//     ∂L/∂w_k = q·(δ_s1·x₁ + δ_s2·x₂)/√d
//     ∂L/∂w_v = δ_o·(α₁x₁ + α₂x₂)
// Names here: α1 is alpha1, α2 is alpha2.
// Computed in another form, which keeps more digits
//     α₂ = sigmoid(s₂ − s₁)
// Accuracy: dL_dw_q loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
// Accuracy: dL_dw_k loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
#ifndef ATTENTION_H
#define ATTENTION_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct attention_params {
    double w_q;
    double w_k;
    double w_v;
} attention_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L; usual constants: d = 1.0. */
double attention_value(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d);

/* The derivative of L by each parameter. */
attention_params attention_gradient(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d);

/* L into *value, and its derivative by each parameter. */
attention_params attention_value_and_gradient(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
attention_params attention_update(
    double w_q, double w_k, double w_v, double x1, double x2, double y, double d, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double attention_batch_value(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d);
attention_params attention_batch_gradient(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d);
attention_params attention_batch_value_and_gradient(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d, double *value);
attention_params attention_batch_update(
    double w_q, double w_k, double w_v, size_t count, const double *x1, const double *x2,
    const double *y, double d, double rate);

#ifdef __cplusplus
}
#endif

#endif
