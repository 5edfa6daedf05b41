// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = a·x + b
//     r = y − m
//     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
// Sensitivities
//     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Convention: at the border of a where the side that the condition selects counts.
// Convention: the derivative of |z| at z = 0 is taken as 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub a: f64,
    pub b: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub a: f64,
    pub b: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const k: f64 = 1.345;
    pub const rate: f64 = 0.2;
}

/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// -1, 0 or 1.
fn _sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

/// J.
pub fn value(a: f64, b: f64, x: f64, y: f64, k: f64) -> f64 {
    let m = a*x + b;
    let r = y - m;
    let t1 = _abs(r);
    let J = if t1 <= k { r*r/2.0 } else { k*(t1 - k/2.0) };
    J
}

/// The derivative of J by each parameter.
pub fn gradient(a: f64, b: f64, x: f64, y: f64, k: f64) -> Gradient {
    let m = a*x + b;
    let r = y - m;
    let delta = -(if _abs(r) <= k { r } else { k*_sign(r) });
    let dJ_da = delta*x;
    Gradient { a: dJ_da, b: delta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(a: f64, b: f64, x: f64, y: f64, k: f64) -> (f64, Gradient) {
    let m = a*x + b;
    let r = y - m;
    let t1 = _abs(r);
    let J = if t1 <= k { r*r/2.0 } else { k*(t1 - k/2.0) };
    let delta = -(if t1 <= k { r } else { k*_sign(r) });
    let dJ_da = delta*x;
    (J, Gradient { a: dJ_da, b: delta })
}

/// The parameters after one step of gradient descent.
pub fn update(a: f64, b: f64, x: f64, y: f64, k: f64, rate: f64) -> Params {
    let grad = gradient(a, b, x, y, k);
    Params { a: a - rate*grad.a, b: b - rate*grad.b }
}
