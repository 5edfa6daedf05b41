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
// Computed in another form, which keeps more digits
//     δ_φ = −2l₂·(l₁·cos(θ₁)·sin(φ) − l₁·cos(φ)·sin(θ₁) + cos(φ)·Y − X·sin(φ))
//     dJ_dθ1 = −2(l₁·cos(θ₁)·Y − l₁X·sin(θ₁) + l₂·cos(φ)·Y − l₂X·sin(φ))
// Accuracy: dJ_dθ2 loses 5 of 16 digits at θ1 = -8.31145, θ2 = 6.37369e-06, X = 1.31266e-06, Y = -0.000644779, l1 = 12.266, l2 = -0.111119, μ = -3.84602.
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
    let t1 = math::cos(phi);
    let t2 = math::sin(phi);
    let t3 = math::cos(theta1);
    let t4 = math::sin(theta1);
    let t5 = t1*Y - X*t2;
    let delta_phi = -2.0*l2*(l1*t3*t2 - l1*t1*t4 + t5);
    let dJ_dtheta1 = -2.0*(l1*(t3*Y - X*t4) + l2*t5);
    let dJ_dtheta2 = delta_phi + 2.0*mu*theta2;
    Gradient { theta1: dJ_dtheta1, theta2: dJ_dtheta2 }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(theta1: f64, theta2: f64, X: f64, Y: f64, l1: f64, l2: f64, mu: f64) -> (f64, Gradient) {
    let phi = theta1 + theta2;
    let t1 = math::cos(phi);
    let t2 = math::cos(theta1);
    let t3 = l1*t2;
    let x = t3 + l2*t1;
    let t4 = math::sin(phi);
    let t5 = math::sin(theta1);
    let t6 = l1*t5;
    let y = t6 + l2*t4;
    let t7 = x - X;
    let t8 = y - Y;
    let L = t7*t7 + t8*t8;
    let t9 = mu*theta2;
    let R = t9*theta2;
    let J = L + R;
    let t10 = t1*Y - X*t4;
    let delta_phi = -2.0*l2*(t3*t4 - t6*t1 + t10);
    let dJ_dtheta1 = -2.0*(l1*(t2*Y - X*t5) + l2*t10);
    let dJ_dtheta2 = delta_phi + 2.0*t9;
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
