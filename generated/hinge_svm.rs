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
    pub const lam: f64 = 0.1;
    pub const rate: f64 = 0.2;
}

/// The largest of some numbers; NaN where one of them is NaN.
fn _max(xs: &[f64]) -> f64 {
    xs.iter().skip(1).fold(xs[0], |top, &x| if x > top || x.is_nan() { x } else { top })
}

/// J.
pub fn value(w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64) -> f64 {
    let z = w1*x1 + w2*x2 + b;
    let m = y*z;
    let L = _max(&[0.0, 1.0 - m]);
    let R = lam/2.0*(w1*w1 + w2*w2);
    let J = L + R;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64) -> Gradient {
    let z = w1*x1 + w2*x2 + b;
    let m = y*z;
    let delta = (if m >= 1.0 { 0.0 } else { -1.0 })*y;
    let dJ_dw1 = delta*x1 + lam*w1;
    let dJ_dw2 = delta*x2 + lam*w2;
    Gradient { w1: dJ_dw1, w2: dJ_dw2, b: delta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64) -> (f64, Gradient) {
    let z = w1*x1 + w2*x2 + b;
    let m = y*z;
    let L = _max(&[0.0, 1.0 - m]);
    let t1 = lam*w1;
    let t2 = lam*w2;
    let R = (t1*w1 + t2*w2)/2.0;
    let J = L + R;
    let delta = (if m >= 1.0 { 0.0 } else { -1.0 })*y;
    let dJ_dw1 = delta*x1 + t1;
    let dJ_dw2 = delta*x2 + t2;
    (J, Gradient { w1: dJ_dw1, w2: dJ_dw2, b: delta })
}

/// The parameters after one step of gradient descent.
pub fn update(
    w1: f64, w2: f64, b: f64, x1: f64, x2: f64, y: f64, lam: f64, rate: f64,
) -> Params {
    let grad = gradient(w1, w2, b, x1, x2, y, lam);
    Params { w1: w1 - rate*grad.w1, w2: w2 - rate*grad.w2, b: b - rate*grad.b }
}
