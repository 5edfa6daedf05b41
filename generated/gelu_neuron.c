// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z = wx + b
//     Φ = (1 + erf(z/√2))/2
//     h = zΦ
//     L = (h − y)²/2
// Sensitivities
//     δ_h = ∂L/∂h = h − y
//     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
// Gradient
//     ∂L/∂w = δ_z·x
//     ∂L/∂b = δ_z
// Names here: Φ is Phi.
// Computed in another form, which keeps more digits
//     Φ = erfc(−z/√2)/2
#include "gelu_neuron.h"

#include <math.h>
#include <string.h>

double gelu_neuron_value(double w, double b, double x, double y) {
    const double z = w*x + b;
    const double Phi = erfc(-z/1.4142135623730951)/2.0;
    const double h = z*Phi;
    const double t1 = h - y;
    const double L = t1*t1/2.0;
    return L;
}

gelu_neuron_params gelu_neuron_gradient(double w, double b, double x, double y) {
    const double z = w*x + b;
    const double Phi = erfc(-z/1.4142135623730951)/2.0;
    const double h = z*Phi;
    const double delta_h = h - y;
    const double delta_z = delta_h*(z*exp(-z*z/2.0)/2.5066282746310002 + Phi);
    const double dL_dw = delta_z*x;
    gelu_neuron_params out;
    out.w = dL_dw;
    out.b = delta_z;
    return out;
}

gelu_neuron_params gelu_neuron_value_and_gradient(double w, double b, double x, double y, double *value) {
    const double z = w*x + b;
    const double Phi = erfc(-z/1.4142135623730951)/2.0;
    const double h = z*Phi;
    const double delta_h = h - y;
    const double L = delta_h*delta_h/2.0;
    const double delta_z = delta_h*(z*exp(-z*z/2.0)/2.5066282746310002 + Phi);
    const double dL_dw = delta_z*x;
    *value = L;
    gelu_neuron_params out;
    out.w = dL_dw;
    out.b = delta_z;
    return out;
}

static gelu_neuron_params step_from(gelu_neuron_params grad, double w, double b, double rate) {
    gelu_neuron_params out;
    out.w = w - rate*grad.w;
    out.b = b - rate*grad.b;
    return out;
}

gelu_neuron_params gelu_neuron_update(double w, double b, double x, double y, double rate) {
    const gelu_neuron_params grad = gelu_neuron_gradient(w, b, x, y);
    return step_from(grad, w, b, rate);
}

enum { LANES = 8, BLOCK = 128, SUMS = 3, CHUNKS = 1365 };

/* Add what one sample contributes to the sums, in one lane. */
static inline void add_sample(
    double x, double y, double w, double b, double acc[][LANES], size_t lane) {
    const double z = w*x + b;
    const double Phi = erfc(-z/1.4142135623730951)/2.0;
    const double h = z*Phi;
    const double delta_h = h - y;
    const double delta_z = delta_h*(z*exp(-z*z/2.0)/2.5066282746310002 + Phi);
    const double dL_dw = delta_z*x;
    acc[0][lane] += delta_h*delta_h;
    acc[1][lane] += dL_dw;
    acc[2][lane] += delta_z;
}

/* total + carry becomes total + carry + part, without rounding the sum of total and part. */
static inline void add_part(double *total, double *carry, double part) {
    const double sum = *total + part;
    const double back = sum - *total;
    *carry += (*total - (sum - back)) + (part - back);
    *total = sum;
}

static void add_chunk(
    size_t count, const double *x, const double *y, double w, double b, double total[],
    double carry[]) {
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t last = count - first < BLOCK ? count : first + BLOCK;
        double acc[SUMS][LANES];
        size_t start = first;
        memset(acc, 0, sizeof acc);
        for (; start + LANES <= last; start += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                add_sample(x[start + lane], y[start + lane], w, b, acc, lane);
            }
        }
        for (size_t lane = 0; start + lane < last; lane++) {
            add_sample(x[start + lane], y[start + lane], w, b, acc, lane);
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
    size_t count, const double *x, const double *y, double w, double b, double sums[]) {
    double rest[SUMS];
    memset(rest, 0, sizeof rest);
    for (size_t item = 0; item < SUMS; item++) {
        sums[item] = 0;
    }
    for (size_t start = 0; start < count; start++) {
        double part[SUMS], carry[SUMS];
        memset(part, 0, sizeof part);
        memset(carry, 0, sizeof carry);
        add_chunk(1, x + start, y + start, w, b, part, carry);
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
    size_t count, const double *x, const double *y, double w, double b, double sums[]) {
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
        add_chunk(length, x + start, y + start, w, b, total[part], carry[part]);
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
        careful_sums(count, x, y, w, b, sums);
    }
}

gelu_neuron_params gelu_neuron_batch_value_and_gradient(
    double w, double b, size_t count, const double *x, const double *y, double *value) {
    double sums[SUMS];
    mean_sums(count, x, y, w, b, sums);
    *value = sums[0]/2.0;
    gelu_neuron_params out;
    out.w = sums[1];
    out.b = sums[2];
    return out;
}

double gelu_neuron_batch_value(double w, double b, size_t count, const double *x, const double *y) {
    double value;
    (void)gelu_neuron_batch_value_and_gradient(w, b, count, x, y, &value);
    return value;
}

gelu_neuron_params gelu_neuron_batch_gradient(double w, double b, size_t count, const double *x, const double *y) {
    double value;
    return gelu_neuron_batch_value_and_gradient(w, b, count, x, y, &value);
}

gelu_neuron_params gelu_neuron_batch_update(
    double w, double b, size_t count, const double *x, const double *y, double rate) {
    const gelu_neuron_params grad = gelu_neuron_batch_gradient(w, b, count, x, y);
    return step_from(grad, w, b, rate);
}
