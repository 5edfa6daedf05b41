// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     v = VS/(K + S)
//     r = v − y
//     J = r²
// Sensitivities
//     δ = ∂J/∂v = 2r
// Gradient
//     ∂J/∂V = δS/(K + S)
//     ∂J/∂K = −δv/(K + S)
// Assumed: K > 0.
// Assumed: S > 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub V: f64,
    pub K: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub V: f64,
    pub K: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.01;
}

/// J.
pub fn value(V: f64, K: f64, S: f64, y: f64) -> f64 {
    let v = V*S/(K + S);
    let r = v - y;
    let J = r*r;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(V: f64, K: f64, S: f64, y: f64) -> Gradient {
    let t1 = K + S;
    let v = V*S/t1;
    let r = v - y;
    let delta = 2.0*r;
    let dJ_dV = delta*S/t1;
    let dJ_dK = -delta*v/t1;
    Gradient { V: dJ_dV, K: dJ_dK }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(V: f64, K: f64, S: f64, y: f64) -> (f64, Gradient) {
    let t1 = K + S;
    let v = V*S/t1;
    let r = v - y;
    let J = r*r;
    let delta = 2.0*r;
    let dJ_dV = delta*S/t1;
    let dJ_dK = -delta*v/t1;
    (J, Gradient { V: dJ_dV, K: dJ_dK })
}

/// The parameters after one step of gradient descent.
pub fn update(V: f64, K: f64, S: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(V, K, S, y);
    Params { V: V - rate*grad.V, K: K - rate*grad.K }
}
