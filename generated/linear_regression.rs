// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = wx + b
//     r = m − y
//     L = r²
//     R = λw²
//     J = L + R
// Sensitivities
//     δ = ∂L/∂m = 2r
// Gradient
//     ∂J/∂w = δx + 2λw
//     ∂J/∂b = δ
// Names here: λ is lam.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w: f64,
    pub b: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w: f64,
    pub b: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const lam: f64 = 0.01;
    pub const rate: f64 = 0.002;
}

/// J.
pub fn value(w: f64, b: f64, x: f64, y: f64, lam: f64) -> f64 {
    let m = w*x + b;
    let r = m - y;
    let L = r*r;
    let R = lam*w*w;
    let J = L + R;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(w: f64, b: f64, x: f64, y: f64, lam: f64) -> Gradient {
    let m = w*x + b;
    let r = m - y;
    let delta = 2.0*r;
    let dJ_dw = delta*x + 2.0*lam*w;
    Gradient { w: dJ_dw, b: delta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(w: f64, b: f64, x: f64, y: f64, lam: f64) -> (f64, Gradient) {
    let m = w*x + b;
    let r = m - y;
    let L = r*r;
    let t1 = lam*w;
    let R = t1*w;
    let J = L + R;
    let delta = 2.0*r;
    let dJ_dw = delta*x + 2.0*t1;
    (J, Gradient { w: dJ_dw, b: delta })
}

/// The parameters after one step of gradient descent.
pub fn update(w: f64, b: f64, x: f64, y: f64, lam: f64, rate: f64) -> Params {
    let grad = gradient(w, b, x, y, lam);
    Params { w: w - rate*grad.w, b: b - rate*grad.b }
}
