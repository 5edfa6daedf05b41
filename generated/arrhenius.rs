// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     k = exp(a)·exp(−E/(RT))
//     q = log(k/y)
//     J = q²
// Gradient
//     ∂J/∂a = 2q
//     ∂J/∂E = −2q/(RT)
// Computed in another form, which keeps more digits
//     q = a − E/(RT) − log(y)
// Assumed: T > 0.
// Assumed: y > 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub a: f64,
    pub E: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub a: f64,
    pub E: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const R: f64 = 0.008314;
    pub const rate: f64 = 0.2;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn log(x: f64) -> f64 {
        f64::ln(x)
    }
}

/// J.
pub fn value(a: f64, E: f64, T: f64, y: f64, R: f64) -> f64 {
    let q = a - E/(R*T) - math::log(y);
    let J = q*q;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(a: f64, E: f64, T: f64, y: f64, R: f64) -> Gradient {
    let t1 = R*T;
    let q = a - E/t1 - math::log(y);
    let dJ_da = 2.0*q;
    let dJ_dE = -dJ_da/t1;
    Gradient { a: dJ_da, E: dJ_dE }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(a: f64, E: f64, T: f64, y: f64, R: f64) -> (f64, Gradient) {
    let t1 = R*T;
    let q = a - E/t1 - math::log(y);
    let J = q*q;
    let dJ_da = 2.0*q;
    let dJ_dE = -dJ_da/t1;
    (J, Gradient { a: dJ_da, E: dJ_dE })
}

/// The parameters after one step of gradient descent.
pub fn update(a: f64, E: f64, T: f64, y: f64, R: f64, rate: f64) -> Params {
    let grad = gradient(a, E, T, y, R);
    Params { a: a - rate*grad.a, E: E - rate*grad.E }
}
