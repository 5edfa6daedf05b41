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
// Accuracy: J loses 3 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dK loses all digits at K = 293.935, r = 6.42308e-07, N0 = 2.89608e-05, t = -7.76497e-05, y = 0.005072.
// Accuracy: dJ_dr loses 4 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dN0 loses 12 of 16 digits at K = 1e-12, r = 0.337262, N0 = 2.91527, t = 11.2651, y = 53.701.
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
    pub fn log(x: f64) -> f64 {
        f64::ln(x)
    }
}

/// J.
pub fn value(K: f64, r: f64, N0: f64, t: f64, y: f64) -> f64 {
    let q = (K - N0)/N0;
    let N = K/(1.0 + q*math::exp(-r*t));
    let t1 = math::log(N) - math::log(y);
    let J = t1*t1;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(K: f64, r: f64, N0: f64, t: f64, y: f64) -> Gradient {
    let q = (K - N0)/N0;
    let t1 = math::exp(-r*t);
    let t2 = q*t1;
    let t3 = 1.0 + t2;
    let N = K/t3;
    let delta_N = 2.0*(math::log(N) - math::log(y))/N;
    let t4 = delta_N*N;
    let delta_q = -t4*t1/t3;
    let dJ_dK = delta_q/N0 + delta_N/t3;
    let dJ_dr = t4*t2*t/t3;
    let dJ_dN0 = -delta_q*(1.0 + q)/N0;
    Gradient { K: dJ_dK, r: dJ_dr, N0: dJ_dN0 }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(K: f64, r: f64, N0: f64, t: f64, y: f64) -> (f64, Gradient) {
    let q = (K - N0)/N0;
    let t1 = math::exp(-r*t);
    let t2 = q*t1;
    let t3 = 1.0 + t2;
    let N = K/t3;
    let t4 = math::log(N) - math::log(y);
    let J = t4*t4;
    let delta_N = 2.0*t4/N;
    let t5 = delta_N*N;
    let delta_q = -t5*t1/t3;
    let dJ_dK = delta_q/N0 + delta_N/t3;
    let dJ_dr = t5*t2*t/t3;
    let dJ_dN0 = -delta_q*(1.0 + q)/N0;
    (J, Gradient { K: dJ_dK, r: dJ_dr, N0: dJ_dN0 })
}

/// The parameters after one step of gradient descent.
pub fn update(K: f64, r: f64, N0: f64, t: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(K, r, N0, t, y);
    Params { K: K - rate*grad.K, r: r - rate*grad.r, N0: N0 - rate*grad.N0 }
}
