// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     z₂ = w₂x + b₂
//     z₃ = w₃x + b₃
//     s = exp(z₁) + exp(z₂) + exp(z₃)
//     p₁ = exp(z₁)/s
//     p₂ = exp(z₂)/s
//     p₃ = exp(z₃)/s
//     L = −(t₁·log(p₁) + t₂·log(p₂) + t₃·log(p₃))
// Sensitivities
//     δ₃ = ∂L/∂z₃ = p₃ − t₃
//     δ₂ = ∂L/∂z₂ = p₂ − t₂
//     δ₁ = ∂L/∂z₁ = p₁ − t₁
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂x
//     ∂L/∂b₂ = δ₂
//     ∂L/∂w₃ = δ₃x
//     ∂L/∂b₃ = δ₃
// Computed in another form, which keeps more digits
//     p₂ = 1/(1 + exp(z₁ − z₂) + exp(z₃ − z₂))
//     p₃ = exp(z₃ − logsumexp(z₁, z₂, z₃))
//     L = t₁·logsumexp(0, z₂ − z₁, z₃ − z₁) + t₂·logsumexp(z₁ − z₂, 0, z₃ − z₂) + t₃·logsumexp(z₁ − z₃, z₂ − z₃, 0)
// Assumed: t1 + t2 + t3 = 1.
#ifndef SOFTMAX_CROSS_ENTROPY_H
#define SOFTMAX_CROSS_ENTROPY_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct softmax_cross_entropy_params {
    double w1;
    double b1;
    double w2;
    double b2;
    double w3;
    double b3;
} softmax_cross_entropy_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L. */
double softmax_cross_entropy_value(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3);

/* The derivative of L by each parameter. */
softmax_cross_entropy_params softmax_cross_entropy_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3);

/* L into *value, and its derivative by each parameter. */
softmax_cross_entropy_params softmax_cross_entropy_value_and_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.1. */
softmax_cross_entropy_params softmax_cross_entropy_update(
    double w1, double b1, double w2, double b2, double w3, double b3, double x, double t1,
    double t2, double t3, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double softmax_cross_entropy_batch_value(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3);
softmax_cross_entropy_params softmax_cross_entropy_batch_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3);
softmax_cross_entropy_params softmax_cross_entropy_batch_value_and_gradient(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3, double *value);
softmax_cross_entropy_params softmax_cross_entropy_batch_update(
    double w1, double b1, double w2, double b2, double w3, double b3, size_t count,
    const double *x, const double *t1, const double *t2, const double *t3, double rate);

#ifdef __cplusplus
}
#endif

#endif
