// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     q = w_q·x₂
//     k₁ = w_k·x₁
//     k₂ = w_k·x₂
//     v₁ = w_v·x₁
//     v₂ = w_v·x₂
//     s₁ = qk₁/√d
//     s₂ = qk₂/√d
//     Z = exp(s₁) + exp(s₂)
//     α₁ = exp(s₁)/Z
//     α₂ = exp(s₂)/Z
//     o = α₁v₁ + α₂v₂
//     L = (o − y)²/2
// Sensitivities
//     δ_o = ∂L/∂o = o − y
//     δ_α2 = ∂L/∂α₂ = δ_o·v₂
//     δ_α1 = ∂L/∂α₁ = δ_o·v₁
//     δ_Z = ∂L/∂Z = −(δ_α1·α₁ + δ_α2·α₂)/Z
//     δ_s2 = ∂L/∂s₂ = δ_Z·exp(s₂) + δ_α2·α₂
//     δ_s1 = ∂L/∂s₁ = δ_Z·exp(s₁) + δ_α1·α₁
// Gradient
//     ∂L/∂w_q = x₂·(δ_s1·k₁ + δ_s2·k₂)/√d
//     ∂L/∂w_k = q·(δ_s1·x₁ + δ_s2·x₂)/√d
//     ∂L/∂w_v = δ_o·(α₁x₁ + α₂x₂)
// Names here: α1 is alpha1, α2 is alpha2.
// Computed in another form, which keeps more digits
//     α₂ = sigmoid(s₂ − s₁)
// Accuracy: dL_dw_q loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
// Accuracy: dL_dw_k loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of L by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w_q: f64,
    pub w_k: f64,
    pub w_v: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w_q: f64,
    pub w_k: f64,
    pub w_v: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const d: f64 = 1.0;
    pub const rate: f64 = 0.1;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
    }
    #[inline]
    pub fn sqrt(x: f64) -> f64 {
        f64::sqrt(x)
    }
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

/// L.
pub fn value(w_q: f64, w_k: f64, w_v: f64, x1: f64, x2: f64, y: f64, d: f64) -> f64 {
    let q = w_q*x2;
    let k1 = w_k*x1;
    let k2 = w_k*x2;
    let v1 = w_v*x1;
    let v2 = w_v*x2;
    let t1 = math::sqrt(d);
    let s1 = q*k1/t1;
    let s2 = q*k2/t1;
    let t2 = math::exp(s1);
    let Z = t2 + math::exp(s2);
    let alpha1 = t2/Z;
    let alpha2 = _sigmoid(s2 - s1);
    let o = alpha1*v1 + alpha2*v2;
    let t3 = o - y;
    let L = t3*t3/2.0;
    L
}

/// The derivative of L by each parameter.
pub fn gradient(w_q: f64, w_k: f64, w_v: f64, x1: f64, x2: f64, y: f64, d: f64) -> Gradient {
    let q = w_q*x2;
    let k1 = w_k*x1;
    let k2 = w_k*x2;
    let v1 = w_v*x1;
    let v2 = w_v*x2;
    let t1 = math::sqrt(d);
    let s1 = q*k1/t1;
    let s2 = q*k2/t1;
    let t2 = math::exp(s1);
    let t3 = math::exp(s2);
    let Z = t2 + t3;
    let alpha1 = t2/Z;
    let alpha2 = _sigmoid(s2 - s1);
    let o = alpha1*v1 + alpha2*v2;
    let delta_o = o - y;
    let delta_alpha2 = delta_o*v2;
    let delta_alpha1 = delta_o*v1;
    let t4 = delta_alpha1*alpha1;
    let t5 = delta_alpha2*alpha2;
    let delta_Z = -(t4 + t5)/Z;
    let delta_s2 = delta_Z*t3 + t5;
    let delta_s1 = delta_Z*t2 + t4;
    let dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1;
    let dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1;
    let dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
    Gradient { w_q: dL_dw_q, w_k: dL_dw_k, w_v: dL_dw_v }
}

/// L and its derivative by each parameter.
pub fn value_and_gradient(w_q: f64, w_k: f64, w_v: f64, x1: f64, x2: f64, y: f64, d: f64) -> (f64, Gradient) {
    let q = w_q*x2;
    let k1 = w_k*x1;
    let k2 = w_k*x2;
    let v1 = w_v*x1;
    let v2 = w_v*x2;
    let t1 = math::sqrt(d);
    let s1 = q*k1/t1;
    let s2 = q*k2/t1;
    let t2 = math::exp(s1);
    let t3 = math::exp(s2);
    let Z = t2 + t3;
    let alpha1 = t2/Z;
    let alpha2 = _sigmoid(s2 - s1);
    let o = alpha1*v1 + alpha2*v2;
    let delta_o = o - y;
    let L = delta_o*delta_o/2.0;
    let delta_alpha2 = delta_o*v2;
    let delta_alpha1 = delta_o*v1;
    let t4 = delta_alpha1*alpha1;
    let t5 = delta_alpha2*alpha2;
    let delta_Z = -(t4 + t5)/Z;
    let delta_s2 = delta_Z*t3 + t5;
    let delta_s1 = delta_Z*t2 + t4;
    let dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1;
    let dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1;
    let dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
    (L, Gradient { w_q: dL_dw_q, w_k: dL_dw_k, w_v: dL_dw_v })
}

/// The parameters after one step of gradient descent.
pub fn update(
    w_q: f64, w_k: f64, w_v: f64, x1: f64, x2: f64, y: f64, d: f64, rate: f64,
) -> Params {
    let grad = gradient(w_q, w_k, w_v, x1, x2, y, d);
    Params {
        w_q: w_q - rate*grad.w_q, w_k: w_k - rate*grad.w_k, w_v: w_v - rate*grad.w_v,
    }
}
