// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = w₁x₁ + w₂x₂ + b
//     m = yz
//     L = max(0, 1 − m)
//     R = λ/2·(w₁² + w₂²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂z = where(m ≥ 1, 0, −1)·y
// Gradient
//     ∂J/∂w₁ = δx₁ + λw₁
//     ∂J/∂w₂ = δx₂ + λw₂
//     ∂J/∂b = δ
// Convention: where arguments of max are equal the first one counts.
// Names here: λ is lam.
// Accuracy: dJ_dw1 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
// Accuracy: dJ_dw2 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
// Accuracy: dJ_db loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
#ifndef HINGE_SVM_H
#define HINGE_SVM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct hinge_svm_params {
    double w1;
    double w2;
    double b;
} hinge_svm_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* J; usual constants: lam = 0.1. */
double hinge_svm_value(
    double w1, double w2, double b, double x1, double x2, double y, double lam);

/* The derivative of J by each parameter. */
hinge_svm_params hinge_svm_gradient(
    double w1, double w2, double b, double x1, double x2, double y, double lam);

/* J into *value, and its derivative by each parameter. */
hinge_svm_params hinge_svm_value_and_gradient(
    double w1, double w2, double b, double x1, double x2, double y, double lam, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.2. */
hinge_svm_params hinge_svm_update(
    double w1, double w2, double b, double x1, double x2, double y, double lam, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double hinge_svm_batch_value(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam);
hinge_svm_params hinge_svm_batch_gradient(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam);
hinge_svm_params hinge_svm_batch_value_and_gradient(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam, double *value);
hinge_svm_params hinge_svm_batch_update(
    double w1, double w2, double b, size_t count, const double *x1, const double *x2,
    const double *y, double lam, double rate);

#ifdef __cplusplus
}
#endif

#endif
