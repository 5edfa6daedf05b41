// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = a·x + b
//     m = log(1 + exp(z))
//     e = m − y
//     J = e²/2
// Sensitivities
//     δ = ∂J/∂z = e·sigmoid(z)
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Computed in another form, which keeps more digits
//     m = softplus(z)
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
    pub const rate: f64 = 0.2;
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

/// 1/(1 + exp(-x)); exp is only taken where it cannot overflow.
fn _sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0/(1.0 + math::exp(-x))
    } else {
        let z = math::exp(x);
        z/(1.0 + z)
    }
}

/// J.
pub fn value(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let z = a*x + b;
    let m = _softplus(z);
    let e = m - y;
    let J = e*e/2.0;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(a: f64, b: f64, x: f64, y: f64) -> Gradient {
    let z = a*x + b;
    let m = _softplus(z);
    let e = m - y;
    let delta = e*_sigmoid(z);
    let dJ_da = delta*x;
    Gradient { a: dJ_da, b: delta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(a: f64, b: f64, x: f64, y: f64) -> (f64, Gradient) {
    let z = a*x + b;
    let m = _softplus(z);
    let e = m - y;
    let J = e*e/2.0;
    let delta = e*_sigmoid(z);
    let dJ_da = delta*x;
    (J, Gradient { a: dJ_da, b: delta })
}

/// The parameters after one step of gradient descent.
pub fn update(a: f64, b: f64, x: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(a, b, x, y);
    Params { a: a - rate*grad.a, b: b - rate*grad.b }
}
