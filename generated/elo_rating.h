// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     E = 1/(1 + 10^((B − A)/400))
//     L = −(S·log(E) + (1 − S)·log(1 − E))
// Gradient
//     ∂L/∂A = log(10)·(E − S)/400
//     ∂L/∂B = log(10)·(S − E)/400
// Computed in another form, which keeps more digits
//     L = S·softplus(B·log(10)/400 − A·log(10)/400) + (1 − S)·softplus(−B·log(10)/400 + A·log(10)/400)
#ifndef ELO_RATING_H
#define ELO_RATING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct elo_rating_params {
    double A;
    double B;
} elo_rating_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L. */
double elo_rating_value(double A, double B, double S);

/* The derivative of L by each parameter. */
elo_rating_params elo_rating_gradient(double A, double B, double S);

/* L into *value, and its derivative by each parameter. */
elo_rating_params elo_rating_value_and_gradient(double A, double B, double S, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 5558.97. */
elo_rating_params elo_rating_update(double A, double B, double S, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double elo_rating_batch_value(double A, double B, size_t count, const double *S);
elo_rating_params elo_rating_batch_gradient(double A, double B, size_t count, const double *S);
elo_rating_params elo_rating_batch_value_and_gradient(double A, double B, size_t count, const double *S, double *value);
elo_rating_params elo_rating_batch_update(double A, double B, size_t count, const double *S, double rate);

#ifdef __cplusplus
}
#endif

#endif
