// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = (K − N₀)/N₀
//     N = K/(1 + q·exp(−rt))
//     J = (log(N) − log(y))²
// Sensitivities
//     δ_N = ∂J/∂N = 2(log(N) − log(y))/N
//     δ_q = ∂J/∂q = −δ_N·exp(−rt)·N/(1 + q·exp(−rt))
// Gradient
//     ∂J/∂K = δ_q/N₀ + δ_N/(1 + q·exp(−rt))
//     ∂J/∂r = δ_N·q·exp(−rt)·tN/(1 + q·exp(−rt))
//     ∂J/∂N₀ = −δ_q·(1 + q)/N₀
// Assumed: K > 0.
// Assumed: N0 > 0.
// Assumed: y > 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub K: f64,
    pub r: f64,
    pub N0: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub K: f64,
    pub r: f64,
    pub N0: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.005;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
    }
    #[inline]
    pub fn expm1(x: f64) -> f64 {
        f64::exp_m1(x)
    }
    #[inline]
    pub fn log(x: f64) -> f64 {
        f64::ln(x)
    }
    #[inline]
    pub fn log1p(x: f64) -> f64 {
        f64::ln_1p(x)
    }
}

/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// J.
pub fn value(K: f64, r: f64, N0: f64, t: f64, y: f64) -> f64 {
    let t1 = K - N0;
    let q = t1/N0;
    let t2 = math::exp(-r*t);
    let N = K/(1.0 + q*t2);
    let t3 = (1.0 + t2*t1/N0)*y;
    let t4 = (K - t3)/t3;
    let t5 = if _abs(t4) < 0.5 { math::log1p(t4) } else { math::log(N/y) };
    let J = t5*t5;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(K: f64, r: f64, N0: f64, t: f64, y: f64) -> Gradient {
    let q = (K - N0)/N0;
    let t1 = r*t;
    let t2 = 1.0 + q*math::exp(-t1);
    let N = K/t2;
    let t3 = math::exp(t1) + q;
    let t4 = t2*y;
    let t5 = (K - t4)/t4;
    let t6 = if _abs(t5) < 0.5 { math::log1p(t5) } else { math::log(N/y) };
    let delta_q = -2.0*t6/t3;
    let dJ_dK = -delta_q*(math::expm1(t1)/K);
    let dJ_dr = q*(2.0*t6*t/t3);
    let dJ_dN0 = -delta_q*(1.0 + q)/N0;
    Gradient { K: dJ_dK, r: dJ_dr, N0: dJ_dN0 }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(K: f64, r: f64, N0: f64, t: f64, y: f64) -> (f64, Gradient) {
    let t1 = K - N0;
    let q = t1/N0;
    let t2 = r*t;
    let t3 = math::exp(-t2);
    let t4 = 1.0 + q*t3;
    let N = K/t4;
    let t5 = (1.0 + t3*t1/N0)*y;
    let t6 = (K - t5)/t5;
    let t7 = if _abs(t6) < 0.5 { math::log1p(t6) } else { math::log(N/y) };
    let J = t7*t7;
    let t8 = math::exp(t2) + q;
    let t9 = t4*y;
    let t10 = (K - t9)/t9;
    let t11 = if _abs(t10) < 0.5 { math::log1p(t10) } else { math::log(N/y) };
    let delta_q = -2.0*t11/t8;
    let dJ_dK = -delta_q*(math::expm1(t2)/K);
    let dJ_dr = q*(2.0*t11*t/t8);
    let dJ_dN0 = -delta_q*(1.0 + q)/N0;
    (J, Gradient { K: dJ_dK, r: dJ_dr, N0: dJ_dN0 })
}

/// The parameters after one step of gradient descent.
pub fn update(K: f64, r: f64, N0: f64, t: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(K, r, N0, t, y);
    Params { K: K - rate*grad.K, r: r - rate*grad.r, N0: N0 - rate*grad.N0 }
}
