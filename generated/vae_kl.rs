// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     σ = exp(s/2)
//     z = μ + σε
//     q = wz + k
//     E = (x − q)²/2
//     D = (μ² + exp(s) − s − 1)/2
//     J = E + βD
// Sensitivities
//     δ_q = ∂E/∂q = q − x
//     δ_z = ∂E/∂z = δ_q·w
//     δ_s = ∂J/∂s = δ_z·εσ/2 + β·(exp(s)/2 − 1/2)
//     δ_μ = ∂J/∂μ = δ_z + βμ
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
//     ∂J/∂w = δ_q·z
//     ∂J/∂k = δ_q
// Names here: ε is epsilon, β is beta, μ is mu, σ is sigma.
// Computed in another form, which keeps more digits
//     D = μ²·(1/2) + (exp(s)/2 − s/2 − 1/2), by a function of its own
//     δ_s = δ_z·εσ/2 + β·(expm1(s)/2)
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub w: f64,
    pub k: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub w: f64,
    pub k: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const beta: f64 = 1.0;
    pub const rate: f64 = 0.1;
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
}

/// |x|.
fn _abs(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !(1 << 63))
}

/// J.
pub fn value(
    a: f64, b: f64, c: f64, d: f64, w: f64, k: f64, x: f64, epsilon: f64, beta: f64,
) -> f64 {
    let mu = a*x + b;
    let s = c*x + d;
    let sigma = math::exp(s/2.0);
    let z = mu + sigma*epsilon;
    let q = w*z + k;
    let t1 = x - q;
    let E = t1*t1/2.0;
    let D = mu*mu*(if _abs(s) < 1.0 { 0.5 } else { 0.5 }) + (if _abs(s) < 1.0 { s*s*(0.25 + s*(1.0/12.0 + s*(1.0/48.0 + s*(1.0/240.0 + s*(1.0/1440.0 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) } else { math::exp(s)/2.0 - s/2.0 - 0.5 });
    let J = E + beta*D;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(
    a: f64, b: f64, c: f64, d: f64, w: f64, k: f64, x: f64, epsilon: f64, beta: f64,
) -> Gradient {
    let mu = a*x + b;
    let s = c*x + d;
    let sigma = math::exp(s/2.0);
    let t1 = sigma*epsilon;
    let z = mu + t1;
    let q = w*z + k;
    let delta_q = q - x;
    let delta_z = delta_q*w;
    let delta_s = delta_z*t1/2.0 + beta*(math::expm1(s)/2.0);
    let delta_mu = delta_z + beta*mu;
    let dJ_da = delta_mu*x;
    let dJ_dc = delta_s*x;
    let dJ_dw = delta_q*z;
    Gradient { a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s, w: dJ_dw, k: delta_q }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(
    a: f64, b: f64, c: f64, d: f64, w: f64, k: f64, x: f64, epsilon: f64, beta: f64,
) -> (f64, Gradient) {
    let mu = a*x + b;
    let s = c*x + d;
    let sigma = math::exp(s/2.0);
    let t1 = sigma*epsilon;
    let z = mu + t1;
    let q = w*z + k;
    let t2 = x - q;
    let E = t2*t2/2.0;
    let D = mu*mu*(if _abs(s) < 1.0 { 0.5 } else { 0.5 }) + (if _abs(s) < 1.0 { s*s*(0.25 + s*(1.0/12.0 + s*(1.0/48.0 + s*(1.0/240.0 + s*(1.0/1440.0 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) } else { math::exp(s)/2.0 - s/2.0 - 0.5 });
    let J = E + beta*D;
    let delta_q = q - x;
    let delta_z = delta_q*w;
    let delta_s = delta_z*t1/2.0 + beta*(math::expm1(s)/2.0);
    let delta_mu = delta_z + beta*mu;
    let dJ_da = delta_mu*x;
    let dJ_dc = delta_s*x;
    let dJ_dw = delta_q*z;
    (J, Gradient { a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s, w: dJ_dw, k: delta_q })
}

/// The parameters after one step of gradient descent.
pub fn update(
    a: f64, b: f64, c: f64, d: f64, w: f64, k: f64, x: f64, epsilon: f64, beta: f64, rate: f64,
) -> Params {
    let grad = gradient(a, b, c, d, w, k, x, epsilon, beta);
    Params {
        a: a - rate*grad.a, b: b - rate*grad.b, c: c - rate*grad.c, d: d - rate*grad.d,
        w: w - rate*grad.w, k: k - rate*grad.k,
    }
}
