// Made by symgrad: value, gradient and update step of C.
//
// Minimize C, where
//     d₁ = (log(S/K) + (r + σ²/2)·T)/(σ·√T)
//     d₂ = d₁ − σ·√T
//     C = S·normal_cdf(d₁) − K·exp(−rT)·normal_cdf(d₂)
// Sensitivities
//     δ = ∂C/∂d₂ = −S·normal_pdf(d₁)
// Gradient
//     ∂C/∂S = normal_cdf(d₁)
//     ∂C/∂r = K·normal_cdf(d₂)·exp(−rT)·T
//     ∂C/∂σ = −δ·√T
//     ∂C/∂T = −δσ/(2·√T) + K·normal_cdf(d₂)·exp(−rT)·r
// Names here: σ is sigma.
// Accuracy: C loses 5 of 16 digits at S = 1, r = 0.116561, σ = 0.215587, T = 0.406341, K = 43.8695.
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of C by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub S: f64,
    pub r: f64,
    pub sigma: f64,
    pub T: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub S: f64,
    pub r: f64,
    pub sigma: f64,
    pub T: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.0001;
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

/// The distribution function of the standard normal distribution.
fn _normal_cdf(x: f64) -> f64 {
    0.5*_erfc(-0.7071067811865476*x)
}

/// The density of the standard normal distribution.
fn _normal_pdf(x: f64) -> f64 {
    0.3989422804014327*math::exp(-0.5*x*x)
}

/// C.
pub fn value(S: f64, r: f64, sigma: f64, T: f64, K: f64) -> f64 {
    let t1 = sigma*math::sqrt(T);
    let d1 = (math::log(S/K) + (r + sigma*sigma/2.0)*T)/t1;
    let d2 = d1 - t1;
    let C = S*_normal_cdf(d1) - K*math::exp(-r*T)*_normal_cdf(d2);
    C
}

/// The derivative of C by each parameter.
pub fn gradient(S: f64, r: f64, sigma: f64, T: f64, K: f64) -> Gradient {
    let t1 = math::sqrt(T);
    let t2 = sigma*t1;
    let d1 = (math::log(S/K) + (r + sigma*sigma/2.0)*T)/t2;
    let d2 = d1 - t2;
    let delta = -S*_normal_pdf(d1);
    let dC_dS = _normal_cdf(d1);
    let t3 = K*_normal_cdf(d2)*math::exp(-r*T);
    let dC_dr = t3*T;
    let dC_dsigma = -delta*t1;
    let dC_dT = t3*r - delta*sigma/(2.0*t1);
    Gradient { S: dC_dS, r: dC_dr, sigma: dC_dsigma, T: dC_dT }
}

/// C and its derivative by each parameter.
pub fn value_and_gradient(S: f64, r: f64, sigma: f64, T: f64, K: f64) -> (f64, Gradient) {
    let t1 = math::sqrt(T);
    let t2 = sigma*t1;
    let d1 = (math::log(S/K) + (r + sigma*sigma/2.0)*T)/t2;
    let d2 = d1 - t2;
    let dC_dS = _normal_cdf(d1);
    let t3 = K*_normal_cdf(d2)*math::exp(-r*T);
    let C = S*dC_dS - t3;
    let delta = -S*_normal_pdf(d1);
    let dC_dr = t3*T;
    let dC_dsigma = -delta*t1;
    let dC_dT = t3*r - delta*sigma/(2.0*t1);
    (C, Gradient { S: dC_dS, r: dC_dr, sigma: dC_dsigma, T: dC_dT })
}

/// The parameters after one step of gradient descent.
pub fn update(S: f64, r: f64, sigma: f64, T: f64, K: f64, rate: f64) -> Params {
    let grad = gradient(S, r, sigma, T, K);
    Params {
        S: S - rate*grad.S, r: r - rate*grad.r, sigma: sigma - rate*grad.sigma,
        T: T - rate*grad.T,
    }
}
