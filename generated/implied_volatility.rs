// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = σ·√T
//     d₁ = (log(S/K) + (r + σ²/2)·T)/q
//     d₂ = d₁ − q
//     N₁ = (1 + erf(d₁/√2))/2
//     N₂ = (1 + erf(d₂/√2))/2
//     C = SN₁ − K·exp(−rT)·N₂
//     J = (C − m)²
// Gradient
//     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
// Names here: σ is sigma.
// Computed in another form, which keeps more digits
//     N₂ = erfc(−d₂/√2)/2
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub sigma: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub sigma: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const r: f64 = 0.1;
    pub const rate: f64 = 0.002;
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
    #[inline]
    pub fn sqrt(x: f64) -> f64 {
        f64::sqrt(x)
    }
}

/// The whole number nearest to x, for |x| below 2^51.
fn _round(x: f64) -> f64 {
    (x + 6755399441055744.0) - 6755399441055744.0
}

/// exp(-x*x), the square taken in two parts so that its rounding does not grow.
fn _exp_minus_square(x: f64) -> f64 {
    let head = _round(x*16.0)/16.0;
    math::exp(-head*head)*math::exp(-(x - head)*(x + head))
}

/// 1 - erf(x): the continued fraction of Abramowitz and Stegun 7.1.14 for larger x.
fn _erfc(x: f64) -> f64 {
    if !(x >= 1.0) {
        return if x < -2.0 { 2.0 - _erfc(-x) } else { 1.0 - _erf(x) };
    }
    if x > 27.5 {
        return 0.0;
    }
    let mut below = x;
    let mut k = _round(30.5 + 190.0/(x*x));
    while k > 0.0 {
        below = x + 0.5*k/below;
        k -= 1.0;
    }
    0.5641895835477563*_exp_minus_square(x)/below
}

/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// The error function: a series (Abramowitz and Stegun 7.1.6), or 1 - erfc.
fn _erf(x: f64) -> f64 {
    if _abs(x) >= 2.0 {
        return if x < 0.0 { _erfc(-x) - 1.0 } else { 1.0 - _erfc(x) };
    }
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while n < 100.0 && _abs(term) > 1e-18*_abs(sum) {
        term *= 2.0*x*x/(2.0*n + 1.0);
        sum += term;
        n += 1.0;
    }
    1.1283791670955126*_exp_minus_square(x)*sum
}

/// J.
pub fn value(sigma: f64, S: f64, K: f64, T: f64, m: f64, r: f64) -> f64 {
    let q = sigma*math::sqrt(T);
    let d1 = (math::log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    let d2 = d1 - q;
    let N1 = (1.0 + _erf(d1/1.4142135623730951))/2.0;
    let N2 = _erfc(-d2/1.4142135623730951)/2.0;
    let C = S*N1 - K*math::exp(-r*T)*N2;
    let t1 = C - m;
    let J = t1*t1;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(sigma: f64, S: f64, K: f64, T: f64, m: f64, r: f64) -> Gradient {
    let t1 = math::sqrt(T);
    let q = sigma*t1;
    let d1 = (math::log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    let d2 = d1 - q;
    let N1 = (1.0 + _erf(d1/1.4142135623730951))/2.0;
    let N2 = _erfc(-d2/1.4142135623730951)/2.0;
    let C = S*N1 - K*math::exp(-r*T)*N2;
    let dJ_dsigma = 0.7978845608028654*(C - m)*S*math::exp(-d1*d1/2.0)*t1;
    Gradient { sigma: dJ_dsigma }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(sigma: f64, S: f64, K: f64, T: f64, m: f64, r: f64) -> (f64, Gradient) {
    let t1 = math::sqrt(T);
    let q = sigma*t1;
    let d1 = (math::log(S/K) + (r + sigma*sigma/2.0)*T)/q;
    let d2 = d1 - q;
    let N1 = (1.0 + _erf(d1/1.4142135623730951))/2.0;
    let N2 = _erfc(-d2/1.4142135623730951)/2.0;
    let C = S*N1 - K*math::exp(-r*T)*N2;
    let t2 = C - m;
    let J = t2*t2;
    let dJ_dsigma = 0.7978845608028654*t2*S*math::exp(-d1*d1/2.0)*t1;
    (J, Gradient { sigma: dJ_dsigma })
}

/// The parameters after one step of gradient descent.
pub fn update(sigma: f64, S: f64, K: f64, T: f64, m: f64, r: f64, rate: f64) -> Params {
    let grad = gradient(sigma, S, K, T, m, r);
    Params { sigma: sigma - rate*grad.sigma }
}
