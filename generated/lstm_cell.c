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
#include "lstm_cell.h"

#include <math.h>
#include <string.h>

/* 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
static double sg_sigmoid(double x) {
    const double z = exp(-fabs(x));
    return (x >= 0.0 ? 1.0 : z) / (1.0 + z);
}

double lstm_cell_value(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y) {
    const double z_i = w_i*x + u_i*h0 + b_i;
    const double z_f = w_f*x + u_f*h0 + b_f;
    const double z_o = w_o*x + u_o*h0 + b_o;
    const double z_g = w_g*x + u_g*h0 + b_g;
    const double i = 1.0/(1.0 + exp(-z_i));
    const double f = 1.0/(1.0 + exp(-z_f));
    const double o = 1.0/(1.0 + exp(-z_o));
    const double g = tanh(z_g);
    const double c = f*c0 + i*g;
    const double h = o*tanh(c);
    const double t1 = h - y;
    const double L = t1*t1/2.0;
    return L;
}

lstm_cell_params lstm_cell_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y) {
    const double z_i = w_i*x + u_i*h0 + b_i;
    const double z_f = w_f*x + u_f*h0 + b_f;
    const double z_o = w_o*x + u_o*h0 + b_o;
    const double z_g = w_g*x + u_g*h0 + b_g;
    const double t1 = -z_i;
    const double i = 1.0/(1.0 + exp(t1));
    const double t2 = -z_f;
    const double f = 1.0/(1.0 + exp(t2));
    const double t3 = -z_o;
    const double o = 1.0/(1.0 + exp(t3));
    const double g = tanh(z_g);
    const double t4 = f*c0;
    const double t5 = i*g;
    const double c = t4 + t5;
    const double h = o*tanh(c);
    const double delta_h = h - y;
    const double t6 = cosh(c);
    const double t7 = t6*t6;
    const double delta_c = o*(delta_h/t7);
    const double t8 = cosh(z_g);
    const double delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8));
    const double delta_z_o = delta_h*sg_sigmoid(t3)*h;
    const double delta_z_f = delta_c*t4*sg_sigmoid(t2);
    const double delta_z_i = delta_c*t5*sg_sigmoid(t1);
    const double dL_dw_i = delta_z_i*x;
    const double dL_du_i = delta_z_i*h0;
    const double dL_dw_f = delta_z_f*x;
    const double dL_du_f = delta_z_f*h0;
    const double dL_dw_o = delta_z_o*x;
    const double dL_du_o = delta_z_o*h0;
    const double dL_dw_g = delta_z_g*x;
    const double dL_du_g = delta_z_g*h0;
    lstm_cell_params out;
    out.w_i = dL_dw_i;
    out.u_i = dL_du_i;
    out.b_i = delta_z_i;
    out.w_f = dL_dw_f;
    out.u_f = dL_du_f;
    out.b_f = delta_z_f;
    out.w_o = dL_dw_o;
    out.u_o = dL_du_o;
    out.b_o = delta_z_o;
    out.w_g = dL_dw_g;
    out.u_g = dL_du_g;
    out.b_g = delta_z_g;
    return out;
}

lstm_cell_params lstm_cell_value_and_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y, double *value) {
    const double z_i = w_i*x + u_i*h0 + b_i;
    const double z_f = w_f*x + u_f*h0 + b_f;
    const double z_o = w_o*x + u_o*h0 + b_o;
    const double z_g = w_g*x + u_g*h0 + b_g;
    const double t1 = -z_i;
    const double i = 1.0/(1.0 + exp(t1));
    const double t2 = -z_f;
    const double f = 1.0/(1.0 + exp(t2));
    const double t3 = -z_o;
    const double o = 1.0/(1.0 + exp(t3));
    const double g = tanh(z_g);
    const double t4 = f*c0;
    const double t5 = i*g;
    const double c = t4 + t5;
    const double h = o*tanh(c);
    const double delta_h = h - y;
    const double L = delta_h*delta_h/2.0;
    const double t6 = cosh(c);
    const double t7 = t6*t6;
    const double delta_c = o*(delta_h/t7);
    const double t8 = cosh(z_g);
    const double delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8));
    const double delta_z_o = delta_h*sg_sigmoid(t3)*h;
    const double delta_z_f = delta_c*t4*sg_sigmoid(t2);
    const double delta_z_i = delta_c*t5*sg_sigmoid(t1);
    const double dL_dw_i = delta_z_i*x;
    const double dL_du_i = delta_z_i*h0;
    const double dL_dw_f = delta_z_f*x;
    const double dL_du_f = delta_z_f*h0;
    const double dL_dw_o = delta_z_o*x;
    const double dL_du_o = delta_z_o*h0;
    const double dL_dw_g = delta_z_g*x;
    const double dL_du_g = delta_z_g*h0;
    *value = L;
    lstm_cell_params out;
    out.w_i = dL_dw_i;
    out.u_i = dL_du_i;
    out.b_i = delta_z_i;
    out.w_f = dL_dw_f;
    out.u_f = dL_du_f;
    out.b_f = delta_z_f;
    out.w_o = dL_dw_o;
    out.u_o = dL_du_o;
    out.b_o = delta_z_o;
    out.w_g = dL_dw_g;
    out.u_g = dL_du_g;
    out.b_g = delta_z_g;
    return out;
}

static lstm_cell_params step_from(
    lstm_cell_params grad, double w_i, double u_i, double b_i, double w_f, double u_f, double b_f,
    double w_o, double u_o, double b_o, double w_g, double u_g, double b_g, double rate) {
    lstm_cell_params out;
    out.w_i = w_i - rate*grad.w_i;
    out.u_i = u_i - rate*grad.u_i;
    out.b_i = b_i - rate*grad.b_i;
    out.w_f = w_f - rate*grad.w_f;
    out.u_f = u_f - rate*grad.u_f;
    out.b_f = b_f - rate*grad.b_f;
    out.w_o = w_o - rate*grad.w_o;
    out.u_o = u_o - rate*grad.u_o;
    out.b_o = b_o - rate*grad.b_o;
    out.w_g = w_g - rate*grad.w_g;
    out.u_g = u_g - rate*grad.u_g;
    out.b_g = b_g - rate*grad.b_g;
    return out;
}

lstm_cell_params lstm_cell_update(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double x, double h0, double c0,
    double y, double rate) {
    const lstm_cell_params grad = lstm_cell_gradient(w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y);
    return step_from(grad, w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 13, CHUNKS = 315 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double h0, double c0, double y, double w_i, double u_i, double b_i, double w_f,
    double u_f, double b_f, double w_o, double u_o, double b_o, double w_g, double u_g,
    double b_g, double acc[][LANES], size_t lane) {
    const double z_i = w_i*x + u_i*h0 + b_i;
    const double z_f = w_f*x + u_f*h0 + b_f;
    const double z_o = w_o*x + u_o*h0 + b_o;
    const double z_g = w_g*x + u_g*h0 + b_g;
    const double t1 = -z_i;
    const double i = 1.0/(1.0 + exp(t1));
    const double t2 = -z_f;
    const double f = 1.0/(1.0 + exp(t2));
    const double t3 = -z_o;
    const double o = 1.0/(1.0 + exp(t3));
    const double g = tanh(z_g);
    const double t4 = f*c0;
    const double t5 = i*g;
    const double c = t4 + t5;
    const double h = o*tanh(c);
    const double delta_h = h - y;
    const double t6 = cosh(c);
    const double t7 = t6*t6;
    const double delta_c = o*(delta_h/t7);
    const double t8 = cosh(z_g);
    const double delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8));
    const double delta_z_o = delta_h*sg_sigmoid(t3)*h;
    const double delta_z_f = delta_c*t4*sg_sigmoid(t2);
    const double delta_z_i = delta_c*t5*sg_sigmoid(t1);
    const double dL_dw_i = delta_z_i*x;
    const double dL_du_i = delta_z_i*h0;
    const double dL_dw_f = delta_z_f*x;
    const double dL_du_f = delta_z_f*h0;
    const double dL_dw_o = delta_z_o*x;
    const double dL_du_o = delta_z_o*h0;
    const double dL_dw_g = delta_z_g*x;
    const double dL_du_g = delta_z_g*h0;
    acc[0][lane] += delta_h*delta_h;
    acc[1][lane] += dL_dw_i;
    acc[2][lane] += dL_du_i;
    acc[3][lane] += delta_z_i;
    acc[4][lane] += dL_dw_f;
    acc[5][lane] += dL_du_f;
    acc[6][lane] += delta_z_f;
    acc[7][lane] += dL_dw_o;
    acc[8][lane] += dL_du_o;
    acc[9][lane] += delta_z_o;
    acc[10][lane] += dL_dw_g;
    acc[11][lane] += dL_du_g;
    acc[12][lane] += delta_z_g;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *h0, const double *c0, const double *y,
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double total[], double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], h0[start + lane], c0[start + lane], y[start + lane], w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], h0[start + lane], c0[start + lane], y[start + lane], w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, acc, lane);
        }
        for (size_t item = 0; item < SUMS; item++) {
            for (size_t half = LANES / 2; half > 0; half /= 2) {
                for (size_t lane = 0; lane < half; lane++) {
                    acc[item][lane] += acc[item][lane + half];
                }
            }
            add_part(&total[item], &carry[item], acc[item][0]);
        }
    }
}

/* The same means where a plain sum leaves the range of numbers: every sample is divided first. */
static void careful_sums(
    size_t count, const double *x, const double *h0, const double *c0, const double *y,
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, h0 + start, c0 + start, y + start, w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, part, carry);
        for (size_t item = 0; item < SUMS; item++) {
            add_part(&sums[item], &rest[item], part[item] / (double)count);
        }
    }
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] += isfinite(sums[item]) ? rest[item] : 0;
    }
}

/* The means of the sums over all samples; chunks are added in order, however many threads run. */
static void mean_sums(
    size_t count, const double *x, const double *h0, const double *c0, const double *y,
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, double sums[]) {
    enum { PARTS = CHUNKS < 64 ? CHUNKS : 64 };
    double total[PARTS][SUMS], carry[PARTS][SUMS];
    const size_t share = (count / PARTS / BLOCK + 1) * BLOCK;
    const size_t chunk = share < 8192 ? 8192 : share;
    const int parts = (int)((count + chunk - 1) / chunk);
    int finite = 1;
    memset(total, 0, sizeof total);
    memset(carry, 0, sizeof carry);
#if defined(_OPENMP) && defined(SYMGRAD_THREADS)
#pragma omp parallel for schedule(dynamic) num_threads(SYMGRAD_THREADS) if (count >= 65536)
#elif defined(_OPENMP)
#pragma omp parallel for schedule(dynamic) if (count >= 65536)
#endif
    for (int part = 0; part < parts; part++) {
        const size_t start = (size_t)part * chunk;
        const size_t length = count - start < chunk ? count - start : chunk;
        add_chunk(length, x + start, h0 + start, c0 + start, y + start, w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, total[part], carry[part]);
    }
    for (size_t item = 0; item < SUMS; item++) {
        double sum = 0, rest = 0;
        for (int part = 0; part < parts; part++) {
            add_part(&sum, &rest, total[part][item]);
            rest += carry[part][item];
        }
        sums[item] = (sum + rest) / (double)count;
        finite = finite && isfinite(sums[item]);
    }
    if (!finite && count > 0) {
        careful_sums(count, x, h0, c0, y, w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, sums);
    }
}

lstm_cell_params lstm_cell_batch_value_and_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y, double *value) {
    double sums[SUMS];
    mean_sums(count, x, h0, c0, y, w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, sums);
    *value = sums[0]/2.0;
    lstm_cell_params out;
    out.w_i = sums[1];
    out.u_i = sums[2];
    out.b_i = sums[3];
    out.w_f = sums[4];
    out.u_f = sums[5];
    out.b_f = sums[6];
    out.w_o = sums[7];
    out.u_o = sums[8];
    out.b_o = sums[9];
    out.w_g = sums[10];
    out.u_g = sums[11];
    out.b_g = sums[12];
    return out;
}

double lstm_cell_batch_value(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y) {
    double value;
    (void)lstm_cell_batch_value_and_gradient(w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, count, x, h0, c0, y, &value);
    return value;
}

lstm_cell_params lstm_cell_batch_gradient(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y) {
    double value;
    return lstm_cell_batch_value_and_gradient(w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, count, x, h0, c0, y, &value);
}

lstm_cell_params lstm_cell_batch_update(
    double w_i, double u_i, double b_i, double w_f, double u_f, double b_f, double w_o,
    double u_o, double b_o, double w_g, double u_g, double b_g, size_t count, const double *x,
    const double *h0, const double *c0, const double *y, double rate) {
    const lstm_cell_params grad = lstm_cell_batch_gradient(w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, count, x, h0, c0, y);
    return step_from(grad, w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, rate);
}
