// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     E = 1/(1 + 10^((B − A)/400))
//     L = −(S·log(E) + (1 − S)·log(1 − E))
// Gradient
//     ∂L/∂A = log(10)·(E − S)/400
//     ∂L/∂B = log(10)·(S − E)/400
// Computed in another form, which keeps more digits
//     L = S·softplus(B·log(10)/400 − A·log(10)/400) + (1 − S)·softplus(−B·log(10)/400 + A·log(10)/400)
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of L by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub A: f64,
    pub B: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub A: f64,
    pub B: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 5558.97;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
    }
    #[inline]
    pub fn log1p(x: f64) -> f64 {
        f64::ln_1p(x)
    }
    #[inline]
    pub fn pow(x: f64, y: f64) -> f64 {
        f64::powf(x, y)
    }
}

/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// log(1 + exp(x)), exact for large |x| too.
fn _softplus(x: f64) -> f64 {
    (if x > 0.0 { x } else { 0.0 }) + math::log1p(math::exp(-_abs(x)))
}

/// L.
pub fn value(A: f64, B: f64, S: f64) -> f64 {
    let t1 = 0.005756462732485115*B;
    let t2 = 0.005756462732485115*A;
    let L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1);
    L
}

/// The derivative of L by each parameter.
pub fn gradient(A: f64, B: f64, S: f64) -> Gradient {
    let E = 1.0/(1.0 + math::pow(10.0, (B - A)/400.0));
    let dL_dA = 0.005756462732485115*(E - S);
    let dL_dB = 0.005756462732485115*(S - E);
    Gradient { A: dL_dA, B: dL_dB }
}

/// L and its derivative by each parameter.
pub fn value_and_gradient(A: f64, B: f64, S: f64) -> (f64, Gradient) {
    let E = 1.0/(1.0 + math::pow(10.0, (B - A)/400.0));
    let t1 = 0.005756462732485115*B;
    let t2 = 0.005756462732485115*A;
    let L = S*_softplus(t1 - t2) + (1.0 - S)*_softplus(t2 - t1);
    let dL_dA = 0.005756462732485115*(E - S);
    let dL_dB = 0.005756462732485115*(S - E);
    (L, Gradient { A: dL_dA, B: dL_dB })
}

/// The parameters after one step of gradient descent.
pub fn update(A: f64, B: f64, S: f64, rate: f64) -> Params {
    let grad = gradient(A, B, S);
    Params { A: A - rate*grad.A, B: B - rate*grad.B }
}
