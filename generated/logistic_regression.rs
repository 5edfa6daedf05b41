// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = w₁x₁ + w₂x₂ + b
//     p = 1/(1 + exp(−z))
//     L = −(y·log(p) + (1 − y)·log(1 − p))
//     R = λ/2·(w₁² + w₂²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂z = p − y
// Gradient
//     ∂J/∂w₁ = δx₁ + λw₁
//     ∂J/∂w₂ = δx₂ + λw₂
//     ∂J/∂b = δ
// Names here: λ is lam.
// Computed in another form, which keeps more digits
//     L = −(y·(−softplus(−z)) + (1 − y)·(−softplus(z)))
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w1: f64,
    pub w2: f64,
    pub b: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w1: f64,
    pub w2: f64,
    pub b: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const lam: f64 = 0.01;
    pub const rate: f64 = 0.1;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
    }
    #[inline]
    pub fn log1p(x: f64) -> f64 {
        f64::ln_1p(x)
    }
}

/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// log(1 + exp(x)), exact for large |x| too.
fn _softplus(x: f64) -> f64 {
    (if x > 0.0 { x } else { 0.0 }) + math::log1p(math::exp(-_abs(x)))
}

/// J.
pub fn value(w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64) -> f64 {
    let z = w1*x1 + w2*x2 + b;
    let L = y*_softplus(-z) + (1.0 - y)*_softplus(z);
    let R = lam/2.0*(w1*w1 + w2*w2);
    let J = L + R;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64) -> Gradient {
    let z = w1*x1 + w2*x2 + b;
    let p = 1.0/(1.0 + math::exp(-z));
    let delta = p - y;
    let dJ_dw1 = delta*x1 + lam*w1;
    let dJ_dw2 = delta*x2 + lam*w2;
    Gradient { w1: dJ_dw1, w2: dJ_dw2, b: delta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64) -> (f64, Gradient) {
    let z = w1*x1 + w2*x2 + b;
    let t1 = -z;
    let p = 1.0/(1.0 + math::exp(t1));
    let L = y*_softplus(t1) + (1.0 - y)*_softplus(z);
    let t2 = lam*w1;
    let t3 = lam*w2;
    let R = (t2*w1 + t3*w2)/2.0;
    let J = L + R;
    let delta = p - y;
    let dJ_dw1 = delta*x1 + t2;
    let dJ_dw2 = delta*x2 + t3;
    (J, Gradient { w1: dJ_dw1, w2: dJ_dw2, b: delta })
}

/// The parameters after one step of gradient descent.
pub fn update(
    w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64, rate: f64,
) -> Params {
    let grad = gradient(w1, w2, b, x1, x2, y, lam);
    Params { w1: w1 - rate*grad.w1, w2: w2 - rate*grad.w2, b: b - rate*grad.b }
}
