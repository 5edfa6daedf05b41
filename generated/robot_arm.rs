// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     φ = θ₁ + θ₂
//     x = l₁·cos(θ₁) + l₂·cos(φ)
//     y = l₁·sin(θ₁) + l₂·sin(φ)
//     L = (x − X)² + (y − Y)²
//     R = μθ₂²
//     J = L + R
// Sensitivities
//     δ_y = ∂L/∂y = 2(y − Y)
//     δ_x = ∂L/∂x = 2(x − X)
//     δ_φ = ∂L/∂φ = −δ_x·l₂·sin(φ) + δ_y·l₂·cos(φ)
// Gradient
//     ∂J/∂θ₁ = δ_φ − δ_x·l₁·sin(θ₁) + δ_y·l₁·cos(θ₁)
//     ∂J/∂θ₂ = δ_φ + 2μθ₂
// Names here: θ1 is theta1, θ2 is theta2, μ is mu, φ is phi.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub theta1: f64,
    pub theta2: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub theta1: f64,
    pub theta2: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const l1: f64 = 1.0;
    pub const l2: f64 = 0.7;
    pub const mu: f64 = 0.001;
    pub const rate: f64 = 0.1;
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
pub fn value(theta1: f64, theta2: f64, X: f64, Y: f64, l1: f64, l2: f64, mu: f64) -> f64 {
    let phi = theta1 + theta2;
    let x = l1*math::cos(theta1) + l2*math::cos(phi);
    let y = l1*math::sin(theta1) + l2*math::sin(phi);
    let t1 = x - X;
    let t2 = y - Y;
    let L = t1*t1 + t2*t2;
    let R = mu*theta2*theta2;
    let J = L + R;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(theta1: f64, theta2: f64, X: f64, Y: f64, l1: f64, l2: f64, mu: f64) -> Gradient {
    let phi = theta1 + theta2;
    let t1 = l1*math::cos(theta1);
    let t2 = l2*math::cos(phi);
    let x = t1 + t2;
    let t3 = l1*math::sin(theta1);
    let t4 = l2*math::sin(phi);
    let y = t3 + t4;
    let delta_y = 2.0*(y - Y);
    let delta_x = 2.0*(x - X);
    let delta_phi = delta_y*t2 - delta_x*t4;
    let dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1;
    let dJ_dtheta2 = delta_phi + 2.0*mu*theta2;
    Gradient { theta1: dJ_dtheta1, theta2: dJ_dtheta2 }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(theta1: f64, theta2: f64, X: f64, Y: f64, l1: f64, l2: f64, mu: f64) -> (f64, Gradient) {
    let phi = theta1 + theta2;
    let t1 = l1*math::cos(theta1);
    let t2 = l2*math::cos(phi);
    let x = t1 + t2;
    let t3 = l1*math::sin(theta1);
    let t4 = l2*math::sin(phi);
    let y = t3 + t4;
    let t5 = x - X;
    let t6 = y - Y;
    let L = t5*t5 + t6*t6;
    let t7 = mu*theta2;
    let R = t7*theta2;
    let J = L + R;
    let delta_y = 2.0*t6;
    let delta_x = 2.0*t5;
    let delta_phi = delta_y*t2 - delta_x*t4;
    let dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1;
    let dJ_dtheta2 = delta_phi + 2.0*t7;
    (J, Gradient { theta1: dJ_dtheta1, theta2: dJ_dtheta2 })
}

/// The parameters after one step of gradient descent.
pub fn update(
    theta1: f64, theta2: f64, X: f64, Y: f64, l1: f64, l2: f64, mu: f64, rate: f64,
) -> Params {
    let grad = gradient(theta1, theta2, X, Y, l1, l2, mu);
    Params {
        theta1: theta1 - rate*grad.theta1, theta2: theta2 - rate*grad.theta2,
    }
}
