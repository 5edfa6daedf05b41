// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     r = E − e·sin(E) − M
//     J = r²/2
// Gradient
//     ∂J/∂E = r·(1 − e·cos(E))
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub E: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub E: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const e: f64 = 0.2056;
    pub const rate: f64 = 0.9;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn cos(x: f64) -> f64 {
        f64::cos(x)
    }
    #[inline]
    pub fn sin(x: f64) -> f64 {
        f64::sin(x)
    }
}

/// J.
pub fn value(E: f64, M: f64, e: f64) -> f64 {
    let r = E - e*math::sin(E) - M;
    let J = r*r/2.0;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(E: f64, M: f64, e: f64) -> Gradient {
    let r = E - e*math::sin(E) - M;
    let dJ_dE = r*(1.0 - e*math::cos(E));
    Gradient { E: dJ_dE }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(E: f64, M: f64, e: f64) -> (f64, Gradient) {
    let r = E - e*math::sin(E) - M;
    let J = r*r/2.0;
    let dJ_dE = r*(1.0 - e*math::cos(E));
    (J, Gradient { E: dJ_dE })
}

/// The parameters after one step of gradient descent.
pub fn update(E: f64, M: f64, e: f64, rate: f64) -> Params {
    let grad = gradient(E, M, e);
    Params { E: E - rate*grad.E }
}
