// Made by symgrad: value, gradient and update step of H.
//
// Minimize H, where
//     v = lω
//     h = l·(1 − cos(θ))
//     T = mv²/2
//     U = mgh
//     H = T + U
// Gradient
//     ∂H/∂θ = mgl·sin(θ)
//     ∂H/∂ω = mvl
// Names here: θ is theta, ω is omega.
// Computed in another form, which keeps more digits
//     h = l·(2·sin(θ/2)²)
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of H by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub theta: f64,
    pub omega: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub theta: f64,
    pub omega: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const g: f64 = 9.81;
    pub const rate: f64 = 0.05;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn sin(x: f64) -> f64 {
        f64::sin(x)
    }
}

/// H.
pub fn value(theta: f64, omega: f64, m: f64, l: f64, g: f64) -> f64 {
    let v = l*omega;
    let t1 = math::sin(theta/2.0);
    let h = l*(2.0*t1*t1);
    let T = m*v*v/2.0;
    let U = m*g*h;
    let H = T + U;
    H
}

/// The derivative of H by each parameter.
pub fn gradient(theta: f64, omega: f64, m: f64, l: f64, g: f64) -> Gradient {
    let v = l*omega;
    let t1 = m*l;
    let dH_dtheta = t1*g*math::sin(theta);
    let dH_domega = t1*v;
    Gradient { theta: dH_dtheta, omega: dH_domega }
}

/// H and its derivative by each parameter.
pub fn value_and_gradient(theta: f64, omega: f64, m: f64, l: f64, g: f64) -> (f64, Gradient) {
    let v = l*omega;
    let t1 = math::sin(theta/2.0);
    let h = l*(2.0*t1*t1);
    let t2 = m*v;
    let T = t2*v/2.0;
    let t3 = m*g;
    let U = t3*h;
    let H = T + U;
    let dH_dtheta = t3*l*math::sin(theta);
    let dH_domega = t2*l;
    (H, Gradient { theta: dH_dtheta, omega: dH_domega })
}

/// The parameters after one step of gradient descent.
pub fn update(theta: f64, omega: f64, m: f64, l: f64, g: f64, rate: f64) -> Params {
    let grad = gradient(theta, omega, m, l, g);
    Params { theta: theta - rate*grad.theta, omega: omega - rate*grad.omega }
}
