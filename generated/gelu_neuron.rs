// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z = wx + b
//     Φ = (1 + erf(z/√2))/2
//     h = zΦ
//     L = (h − y)²/2
// Sensitivities
//     δ_h = ∂L/∂h = h − y
//     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
// Gradient
//     ∂L/∂w = δ_z·x
//     ∂L/∂b = δ_z
// Names here: Φ is Phi.
// Computed in another form, which keeps more digits
//     Φ = erfc(−z/√2)/2
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of L by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w: f64,
    pub b: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w: f64,
    pub b: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.2;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
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

/// L.
pub fn value(w: f64, b: f64, x: f64, y: f64) -> f64 {
    let z = w*x + b;
    let Phi = _erfc(-z/1.4142135623730951)/2.0;
    let h = z*Phi;
    let t1 = h - y;
    let L = t1*t1/2.0;
    L
}

/// The derivative of L by each parameter.
pub fn gradient(w: f64, b: f64, x: f64, y: f64) -> Gradient {
    let z = w*x + b;
    let Phi = _erfc(-z/1.4142135623730951)/2.0;
    let h = z*Phi;
    let delta_h = h - y;
    let delta_z = delta_h*(z*math::exp(-z*z/2.0)/2.5066282746310002 + Phi);
    let dL_dw = delta_z*x;
    Gradient { w: dL_dw, b: delta_z }
}

/// L and its derivative by each parameter.
pub fn value_and_gradient(w: f64, b: f64, x: f64, y: f64) -> (f64, Gradient) {
    let z = w*x + b;
    let Phi = _erfc(-z/1.4142135623730951)/2.0;
    let h = z*Phi;
    let delta_h = h - y;
    let L = delta_h*delta_h/2.0;
    let delta_z = delta_h*(z*math::exp(-z*z/2.0)/2.5066282746310002 + Phi);
    let dL_dw = delta_z*x;
    (L, Gradient { w: dL_dw, b: delta_z })
}

/// The parameters after one step of gradient descent.
pub fn update(w: f64, b: f64, x: f64, y: f64, rate: f64) -> Params {
    let grad = gradient(w, b, x, y);
    Params { w: w - rate*grad.w, b: b - rate*grad.b }
}
