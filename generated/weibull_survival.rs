// Made by symgrad: value, gradient and update step of J.
//
// Maximize J, where
//     q = t/λ
//     H = q^k
//     f = log(k/λ) + (k − 1)·log(q)
//     J = d·f − H
// Gradient
//     ∂J/∂k = d·(1/k + log(q)) − log(q)·H
//     ∂J/∂λ = k·(q^k − d)/λ
// Names here: λ is lam.
// Assumed: k > 0.
// Assumed: λ > 0.
// Assumed: t > 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub k: f64,
    pub lam: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub k: f64,
    pub lam: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.1;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn log(x: f64) -> f64 {
        f64::ln(x)
    }
    #[inline]
    pub fn pow(x: f64, y: f64) -> f64 {
        f64::powf(x, y)
    }
}

/// J.
pub fn value(k: f64, lam: f64, t: f64, d: f64) -> f64 {
    let q = t/lam;
    let H = math::pow(q, k);
    let f = math::log(k/lam) + (k - 1.0)*math::log(q);
    let J = d*f - H;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(k: f64, lam: f64, t: f64, d: f64) -> Gradient {
    let q = t/lam;
    let H = math::pow(q, k);
    let t1 = math::log(q);
    let dJ_dk = d*(1.0/k + t1) - t1*H;
    let dJ_dlam = k*(H - d)/lam;
    Gradient { k: dJ_dk, lam: dJ_dlam }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(k: f64, lam: f64, t: f64, d: f64) -> (f64, Gradient) {
    let q = t/lam;
    let H = math::pow(q, k);
    let t1 = math::log(q);
    let f = math::log(k/lam) + (k - 1.0)*t1;
    let J = d*f - H;
    let dJ_dk = d*(1.0/k + t1) - t1*H;
    let dJ_dlam = k*(H - d)/lam;
    (J, Gradient { k: dJ_dk, lam: dJ_dlam })
}

/// The parameters after one step of gradient descent.
pub fn update(k: f64, lam: f64, t: f64, d: f64, rate: f64) -> Params {
    let grad = gradient(k, lam, t, d);
    Params { k: k + rate*grad.k, lam: lam + rate*grad.lam }
}
