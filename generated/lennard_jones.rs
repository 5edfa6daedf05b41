// Made by symgrad: value, gradient and update step of V.
//
// Minimize V, where
//     r = √((x − X)² + (y − Y)²)
//     s = (σ/r)⁶
//     V = 4ε·(s² − s)
// Sensitivities
//     δ = ∂V/∂r = −24ε·(2s − 1)·s/r
// Gradient
//     ∂V/∂x = δ·(x − X)/r
//     ∂V/∂y = δ·(y − Y)/r
// Names here: ε is epsilon, σ is sigma.
// Computed in another form, which keeps more digits
//     s = σ/r·(σ/r)·(σ/r)·(σ/r)·(σ/r)·(σ/r)
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of V by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub x: f64,
    pub y: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub x: f64,
    pub y: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const epsilon: f64 = 120.0;
    pub const sigma: f64 = 3.4;
    pub const rate: f64 = 0.001;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn sqrt(x: f64) -> f64 {
        f64::sqrt(x)
    }
}

/// V.
pub fn value(x: f64, y: f64, X: f64, Y: f64, epsilon: f64, sigma: f64) -> f64 {
    let t1 = x - X;
    let t2 = y - Y;
    let r = math::sqrt(t1*t1 + t2*t2);
    let t3 = sigma/r;
    let t4 = t3*t3;
    let s = t4*t4*t4;
    let V = 4.0*epsilon*(s*s - s);
    V
}

/// The derivative of V by each parameter.
pub fn gradient(x: f64, y: f64, X: f64, Y: f64, epsilon: f64, sigma: f64) -> Gradient {
    let t1 = x - X;
    let t2 = y - Y;
    let r = math::sqrt(t1*t1 + t2*t2);
    let t3 = sigma/r;
    let t4 = t3*t3;
    let s = t4*t4*t4;
    let delta = -24.0*epsilon*(2.0*s - 1.0)*s/r;
    let dV_dx = delta*t1/r;
    let dV_dy = delta*t2/r;
    Gradient { x: dV_dx, y: dV_dy }
}

/// V and its derivative by each parameter.
pub fn value_and_gradient(x: f64, y: f64, X: f64, Y: f64, epsilon: f64, sigma: f64) -> (f64, Gradient) {
    let t1 = x - X;
    let t2 = y - Y;
    let r = math::sqrt(t1*t1 + t2*t2);
    let t3 = sigma/r;
    let t4 = t3*t3;
    let s = t4*t4*t4;
    let t5 = s - 1.0;
    let V = 4.0*epsilon*(s*t5);
    let delta = -24.0*epsilon*(s + t5)*s/r;
    let dV_dx = delta*t1/r;
    let dV_dy = delta*t2/r;
    (V, Gradient { x: dV_dx, y: dV_dy })
}

/// The parameters after one step of gradient descent.
pub fn update(x: f64, y: f64, X: f64, Y: f64, epsilon: f64, sigma: f64, rate: f64) -> Params {
    let grad = gradient(x, y, X, Y, epsilon, sigma);
    Params { x: x - rate*grad.x, y: y - rate*grad.y }
}
