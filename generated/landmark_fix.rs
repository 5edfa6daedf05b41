// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = X − x
//     v = Y − y
//     d = √(u² + v²)
//     ψ = atan2(v, u)
//     A = ((d − r)/σ_r)²/2
//     B = ((ψ − φ)/σ_φ)²/2
//     J = A + B
// Sensitivities
//     δ_ψ = ∂B/∂ψ = (ψ − φ)/σ_φ²
//     δ_d = ∂A/∂d = (d − r)/σ_r²
// Gradient
//     ∂J/∂x = −δ_d·u/d + δ_ψ·v/(u² + v²)
//     ∂J/∂y = −(δ_d·v/d + δ_ψ·u/(u² + v²))
// Names here: φ is phi, σ_r is sigma_r, σ_φ is sigma_phi, ψ is psi.
// Computed in another form, which keeps more digits
//     d = hypot(u, v)
//     dJ_dx = −δ_d/d·u + δ_ψ/(v + u/v·u)
//     dJ_dy = −(δ_d/d·v + δ_ψ/(u + v/u·v))
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
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
    pub const sigma_r: f64 = 0.1;
    pub const sigma_phi: f64 = 0.05;
    pub const rate: f64 = 0.002;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn atan2(y: f64, x: f64) -> f64 {
        f64::atan2(y, x)
    }
    #[inline]
    pub fn hypot(x: f64, y: f64) -> f64 {
        f64::hypot(x, y)
    }
}

/// J.
pub fn value(
    x: f64, y: f64, X: f64, Y: f64, r: f64, phi: f64, sigma_r: f64, sigma_phi: f64,
) -> f64 {
    let u = X - x;
    let v = Y - y;
    let d = math::hypot(u, v);
    let psi = math::atan2(v, u);
    let t1 = (d - r)/sigma_r;
    let A = t1*t1/2.0;
    let t2 = (psi - phi)/sigma_phi;
    let B = t2*t2/2.0;
    let J = A + B;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(
    x: f64, y: f64, X: f64, Y: f64, r: f64, phi: f64, sigma_r: f64, sigma_phi: f64,
) -> Gradient {
    let u = X - x;
    let v = Y - y;
    let d = math::hypot(u, v);
    let psi = math::atan2(v, u);
    let delta_psi = (psi - phi)/(sigma_phi*sigma_phi);
    let delta_d = (d - r)/(sigma_r*sigma_r);
    let t1 = delta_d/d;
    let dJ_dx = delta_psi/(v + u/v*u) - t1*u;
    let dJ_dy = -(t1*v + delta_psi/(u + v/u*v));
    Gradient { x: dJ_dx, y: dJ_dy }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(
    x: f64, y: f64, X: f64, Y: f64, r: f64, phi: f64, sigma_r: f64, sigma_phi: f64,
) -> (f64, Gradient) {
    let u = X - x;
    let v = Y - y;
    let d = math::hypot(u, v);
    let psi = math::atan2(v, u);
    let t1 = d - r;
    let t2 = t1/sigma_r;
    let A = t2*t2/2.0;
    let t3 = psi - phi;
    let t4 = t3/sigma_phi;
    let B = t4*t4/2.0;
    let J = A + B;
    let delta_psi = t3/(sigma_phi*sigma_phi);
    let delta_d = t1/(sigma_r*sigma_r);
    let t5 = delta_d/d;
    let dJ_dx = delta_psi/(v + u/v*u) - t5*u;
    let dJ_dy = -(t5*v + delta_psi/(u + v/u*v));
    (J, Gradient { x: dJ_dx, y: dJ_dy })
}

/// The parameters after one step of gradient descent.
pub fn update(
    x: f64, y: f64, X: f64, Y: f64, r: f64, phi: f64, sigma_r: f64, sigma_phi: f64, rate: f64,
) -> Params {
    let grad = gradient(x, y, X, Y, r, phi, sigma_r, sigma_phi);
    Params { x: x - rate*grad.x, y: y - rate*grad.y }
}
