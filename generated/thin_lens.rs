// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     P = (n − 1)·(1/R₁ − 1/R₂)
//     q = P − 1/s
//     i = 1/q
//     J = (i − y)²
// Sensitivities
//     δ = ∂J/∂P = −2(i − y)·i²
// Gradient
//     ∂J/∂R₁ = δ·(1 − n)/R₁²
//     ∂J/∂R₂ = δ·(n − 1)/R₂²
// Computed in another form, which keeps more digits
//     dJ_dR1 = where(n ≤ 3/2, where(R₁² == 0, 0, δ·(1 − n)/R₁²), −2/R₁·((1/q − y)/R₁)·((1 − n)/q)·(1/q))
// Accuracy: J loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
// Accuracy: dJ_dR1 loses all digits at R1 = 0, R2 = -0.0724438, s = 1.0243, y = 0.150181, n = 1.46058.
// Accuracy: dJ_dR2 loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub R1: f64,
    pub R2: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub R1: f64,
    pub R2: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const n: f64 = 1.5168;
    pub const rate: f64 = 0.2;
}

/// J.
pub fn value(R1: f64, R2: f64, s: f64, y: f64, n: f64) -> f64 {
    let P = (n - 1.0)*(1.0/R1 - 1.0/R2);
    let q = P - 1.0/s;
    let i = 1.0/q;
    let t1 = i - y;
    let J = t1*t1;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(R1: f64, R2: f64, s: f64, y: f64, n: f64) -> Gradient {
    let t1 = n - 1.0;
    let P = t1*(1.0/R1 - 1.0/R2);
    let q = P - 1.0/s;
    let i = 1.0/q;
    let t2 = i - y;
    let delta = -2.0*t2*i*i;
    let t3 = R1*R1;
    let t4 = 1.0 - n;
    let dJ_dR1 = if n <= 1.5 { (if t3 == 0.0 { 0.0 } else { delta*t4/t3 }) } else { -2.0/R1*(t2/R1)*(t4/q)*i };
    let dJ_dR2 = delta*t1/(R2*R2);
    Gradient { R1: dJ_dR1, R2: dJ_dR2 }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(R1: f64, R2: f64, s: f64, y: f64, n: f64) -> (f64, Gradient) {
    let t1 = n - 1.0;
    let P = t1*(1.0/R1 - 1.0/R2);
    let q = P - 1.0/s;
    let i = 1.0/q;
    let t2 = i - y;
    let J = t2*t2;
    let delta = -2.0*t2*i*i;
    let t3 = R1*R1;
    let t4 = 1.0 - n;
    let dJ_dR1 = if n <= 1.5 { (if t3 == 0.0 { 0.0 } else { delta*t4/t3 }) } else { -2.0/R1*(t2/R1)*(t4/q)*i };
    let dJ_dR2 = delta*t1/(R2*R2);
    (J, Gradient { R1: dJ_dR1, R2: dJ_dR2 })
}

/// The parameters after one step of gradient descent.
pub fn update(R1: f64, R2: f64, s: f64, y: f64, n: f64, rate: f64) -> Params {
    let grad = gradient(R1, R2, s, y, n);
    Params { R1: R1 - rate*grad.R1, R2: R2 - rate*grad.R2 }
}
