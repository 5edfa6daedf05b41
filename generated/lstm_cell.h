// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z_i = w_i·x + u_i·h₀ + b_i
//     z_f = w_f·x + u_f·h₀ + b_f
//     z_o = w_o·x + u_o·h₀ + b_o
//     z_g = w_g·x + u_g·h₀ + b_g
//     i = 1/(1 + exp(−z_i))
//     f = 1/(1 + exp(−z_f))
//     o = 1/(1 + exp(−z_o))
//     g = tanh(z_g)
//     c = fc₀ + ig
//     h = o·tanh(c)
//     L = (h − y)²/2
// Sensitivities
//     δ_h = ∂L/∂h = h − y
//     δ_c = ∂L/∂c = δ_h·o·(1 − tanh(c)²)
//     δ_z_g = ∂L/∂z_g = δ_c·i·(1 − g²)
//     δ_z_o = ∂L/∂z_o = δ_h·(1 − o)·h
//     δ_z_f = ∂L/∂z_f = δ_c·c₀f·(1 − f)
//     δ_z_i = ∂L/∂z_i = δ_c·gi·(1 − i)
// Gradient
//     ∂L/∂w_i = δ_z_i·x
//     ∂L/∂u_i = δ_z_i·h₀
//     ∂L/∂b_i = δ_z_i
//     ∂L/∂w_f = δ_z_f·x
//     ∂L/∂u_f = δ_z_f·h₀
//     ∂L/∂b_f = δ_z_f
//     ∂L/∂w_o = δ_z_o·x
//     ∂L/∂u_o = δ_z_o·h₀
//     ∂L/∂b_o = δ_z_o
//     ∂L/∂w_g = δ_z_g·x
//     ∂L/∂u_g = δ_z_g·h₀
//     ∂L/∂b_g = δ_z_g
// Computed in another form, which keeps more digits
//     δ_c = o·(δ_h/cosh(c)²)
//     δ_z_g = (o·tanh(fc₀ + i·tanh(z_g)) − y)·o·(1/cosh(fc₀ + i·tanh(z_g))²)·i·(1/cosh(z_g)²)
//     δ_z_o = δ_h·sigmoid(−z_o)·h
//     δ_z_f = δ_c·c₀f·sigmoid(−z_f)
//     δ_z_i = δ_c·gi·sigmoid(−z_i)
#ifndef LSTM_CELL_H
#define LSTM_CELL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One number for each parameter: a gradient, or the parameters after a step. */
typedef struct lstm_cell_params {
    double w_i;
    double u_i;
    double b_i;
    double w_f;
    double u_f;
    double b_f;
    double w_o;
    double u_o;
    double b_o;
    double w_g;
    double u_g;
    double b_g;
} lstm_cell_params;

/* Numbers follow IEEE 754: NaN among the arguments, and a point outside the domain, give NaN (where a
   formula depends on it); an overflow or a pole is infinite. No function allocates memory, keeps
   state of its own or sets more than errno. */

/* L. */
double lstm_cell_value(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y);

/* The derivative of L by each parameter. */
lstm_cell_params lstm_cell_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y);

/* L into *value, and its derivative by each parameter. */
lstm_cell_params lstm_cell_value_and_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y, double *value);

/* The parameters after one step of gradient descent; usual settings: rate = 0.5. */
lstm_cell_params lstm_cell_update(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y, double rate);

/* The same over `count` samples, each array of that length: means over the samples. With no sample
   a term that depends on data is NaN. A term without data counts once. */
double lstm_cell_batch_value(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y);
lstm_cell_params lstm_cell_batch_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y);
lstm_cell_params lstm_cell_batch_value_and_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y, double *value);
lstm_cell_params lstm_cell_batch_update(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y, double rate);

#ifdef __cplusplus
}
#endif

#endif
