// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     a = v·cos(θ)
//     b = v·sin(θ)
//     t = (b + √(b² + 2gk))/g
//     X = at
//     J = (X − D)²
// Sensitivities
//     δ_X = ∂J/∂X = 2(X − D)
//     δ_b = ∂J/∂b = δ_X·a·(1 + b/√(b² + 2gk))/g
//     δ_a = ∂J/∂a = δ_X·t
// Gradient
//     ∂J/∂v = δ_a·cos(θ) + δ_b·sin(θ)
//     ∂J/∂θ = −δ_a·b + δ_b·a
// Names here: θ is theta.
// Computed in another form, which keeps more digits
//     t = where(b ≤ 0, 2gk/(√(b² + 2gk) − b)/g, (b + √(b² + 2gk))/g)
//     δ_b = a·(δ_X·where(b < 0, 2gk/(√(b² + 2gk) − b), √(b² + 2gk) + b)/(√(b² + 2gk)·g))
// Accuracy: dJ_dv loses 14 of 16 digits at v = 74.8193, θ = -0.104809, D = 0.265258, g = -1.35382e-07, k = -3.1434e-06.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub v: f64,
    pub theta: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub v: f64,
    pub theta: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const g: f64 = 9.81;
    pub const k: f64 = 1.5;
    pub const rate: f64 = 0.01;
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
    #[inline]
    pub fn sqrt(x: f64) -> f64 {
        f64::sqrt(x)
    }
}

/// J.
pub fn value(v: f64, theta: f64, D: f64, g: f64, k: f64) -> f64 {
    let a = v*math::cos(theta);
    let b = v*math::sin(theta);
    let t1 = 2.0*g*k;
    let t2 = b*b + t1;
    let t = if b <= 0.0 { t1/(math::sqrt(t2) - b)/g } else { (b + math::sqrt(t2))/g };
    let X = a*t;
    let t3 = X - D;
    let J = t3*t3;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(v: f64, theta: f64, D: f64, g: f64, k: f64) -> Gradient {
    let t1 = math::cos(theta);
    let a = v*t1;
    let t2 = math::sin(theta);
    let b = v*t2;
    let t3 = 2.0*g*k;
    let t4 = math::sqrt(b*b + t3);
    let t5 = t4 - b;
    let t6 = b + t4;
    let t = if b <= 0.0 { t3/t5/g } else { t6/g };
    let X = a*t;
    let delta_X = 2.0*(X - D);
    let delta_b = a*(delta_X*(if b < 0.0 { t3/t5 } else { t6 })/(t4*g));
    let delta_a = delta_X*t;
    let dJ_dv = delta_a*t1 + delta_b*t2;
    let dJ_dtheta = delta_b*a - delta_a*b;
    Gradient { v: dJ_dv, theta: dJ_dtheta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(v: f64, theta: f64, D: f64, g: f64, k: f64) -> (f64, Gradient) {
    let t1 = math::cos(theta);
    let a = v*t1;
    let t2 = math::sin(theta);
    let b = v*t2;
    let t3 = 2.0*g*k;
    let t4 = math::sqrt(b*b + t3);
    let t5 = t4 - b;
    let t6 = b + t4;
    let t = if b <= 0.0 { t3/t5/g } else { t6/g };
    let X = a*t;
    let t7 = X - D;
    let J = t7*t7;
    let delta_X = 2.0*t7;
    let delta_b = a*(delta_X*(if b < 0.0 { t3/t5 } else { t6 })/(t4*g));
    let delta_a = delta_X*t;
    let dJ_dv = delta_a*t1 + delta_b*t2;
    let dJ_dtheta = delta_b*a - delta_a*b;
    (J, Gradient { v: dJ_dv, theta: dJ_dtheta })
}

/// The parameters after one step of gradient descent.
pub fn update(v: f64, theta: f64, D: f64, g: f64, k: f64, rate: f64) -> Params {
    let grad = gradient(v, theta, D, g, k);
    Params { v: v - rate*grad.v, theta: theta - rate*grad.theta }
}
