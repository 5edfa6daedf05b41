// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     h₁ = tanh(z₁)
//     z₂ = w₂h₁ + b₂
//     h₂ = tanh(z₂)
//     L = (h₂ − y)²/2
// Sensitivities
//     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
//     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂h₁
//     ∂L/∂b₂ = δ₂
// Computed in another form, which keeps more digits
//     δ₂ = (h₂ − y)/cosh(z₂)²
//     δ₁ = δ₂w₂/cosh(z₁)²
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of L by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w1: f64,
    pub b1: f64,
    pub w2: f64,
    pub b2: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w1: f64,
    pub b1: f64,
    pub w2: f64,
    pub b2: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.5;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn cosh(x: f64) -> f64 {
        f64::cosh(x)
    }
    #[inline]
    pub fn tanh(x: f64) -> f64 {
        f64::tanh(x)
    }
}

/// L.
pub fn value(w1: f64, b1: f64, w2: f64, b2: f64, x: f64, y: f64) -> f64 {
    let z1 = w1*x + b1;
    let h1 = math::tanh(z1);
    let z2 = w2*h1 + b2;
    let h2 = math::tanh(z2);
    let t1 = h2 - y;
    let L = t1*t1/2.0;
    L
}

/// The derivative of L by each parameter.
pub fn gradient(w1: f64, b1: f64, w2: f64, b2: f64, x: f64, y: f64) -> Gradient {
    let z1 = w1*x + b1;
    let h1 = math::tanh(z1);
    let z2 = w2*h1 + b2;
    let h2 = math::tanh(z2);
    let t1 = math::cosh(z2);
    let delta_2 = (h2 - y)/(t1*t1);
    let t2 = math::cosh(z1);
    let delta_1 = delta_2*w2/(t2*t2);
    let dL_dw1 = delta_1*x;
    let dL_dw2 = delta_2*h1;
    Gradient { w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2 }
}

/// L and its derivative by each parameter.
pub fn value_and_gradient(w1: f64, b1: f64, w2: f64, b2: f64, x: f64, y: f64) -> (f64, Gradient) {
    let z1 = w1*x + b1;
    let h1 = math::tanh(z1);
    let z2 = w2*h1 + b2;
    let h2 = math::tanh(z2);
    let t1 = h2 - y;
    let L = t1*t1/2.0;
    let t2 = math::cosh(z2);
    let delta_2 = t1/(t2*t2);
    let t3 = math::cosh(z1);
    let delta_1 = delta_2*w2/(t3*t3);
    let dL_dw1 = delta_1*x;
    let dL_dw2 = delta_2*h1;
    (L, Gradient { w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2 })
}

/// The parameters after one step of gradient descent.
pub fn update(w1: f64, b1: f64, w2: f64, b2: f64, x: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(w1, b1, w2, b2, x, y);
    Params {
        w1: w1 - rate*grad.w1, b1: b1 - rate*grad.b1, w2: w2 - rate*grad.w2,
        b2: b2 - rate*grad.b2,
    }
}
