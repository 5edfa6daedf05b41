// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     v = exp(s)
//     r = y − μ
//     J = log(2πv)/2 + r²/(2v)
// Sensitivities
//     δ_s = ∂J/∂s = (1 − r²/v)/2
//     δ_μ = ∂J/∂μ = −r/v
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
// Names here: μ is mu.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.02;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
    }
    #[inline]
    pub fn log(x: f64) -> f64 {
        f64::ln(x)
    }
}

/// J.
pub fn value(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64) -> f64 {
    let mu = a*x + b;
    let s = c*x + d;
    let v = math::exp(s);
    let r = y - mu;
    let J = math::log(2.0*core::f64::consts::PI*v)/2.0 + r*r/(2.0*v);
    J
}

/// The derivative of J by each parameter.
pub fn gradient(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64) -> Gradient {
    let mu = a*x + b;
    let s = c*x + d;
    let v = math::exp(s);
    let r = y - mu;
    let delta_s = (1.0 - r*r/v)/2.0;
    let delta_mu = -r/v;
    let dJ_da = delta_mu*x;
    let dJ_dc = delta_s*x;
    Gradient { a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64) -> (f64, Gradient) {
    let mu = a*x + b;
    let s = c*x + d;
    let v = math::exp(s);
    let r = y - mu;
    let t1 = r*r;
    let J = math::log(2.0*core::f64::consts::PI*v)/2.0 + t1/(2.0*v);
    let delta_s = (1.0 - t1/v)/2.0;
    let delta_mu = -r/v;
    let dJ_da = delta_mu*x;
    let dJ_dc = delta_s*x;
    (J, Gradient { a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s })
}

/// The parameters after one step of gradient descent.
pub fn update(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(a, b, c, d, x, y);
    Params {
        a: a - rate*grad.a, b: b - rate*grad.b, c: c - rate*grad.c, d: d - rate*grad.d,
    }
}
