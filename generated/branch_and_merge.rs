// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = ax + b
//     h = u²
//     v = ch + u + d
//     p = 1/(1 + v)
//     L = (p − y)²
//     R = λ/2·(a² + c²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂v = −2(p − y)·p²
// Gradient
//     ∂J/∂a = δ·(2cu + 1)·x + λa
//     ∂J/∂b = δ·(2cu + 1)
//     ∂J/∂c = δh + λc
//     ∂J/∂d = δ
// Names here: λ is lam.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of J by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const lam: f64 = 0.1;
    pub const rate: f64 = 0.1;
}

/// J.
pub fn value(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64, lam: f64) -> f64 {
    let u = a*x + b;
    let h = u*u;
    let v = c*h + u + d;
    let p = 1.0/(1.0 + v);
    let t1 = p - y;
    let L = t1*t1;
    let R = lam/2.0*(a*a + c*c);
    let J = L + R;
    J
}

/// The derivative of J by each parameter.
pub fn gradient(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64, lam: f64) -> Gradient {
    let u = a*x + b;
    let h = u*u;
    let t1 = c*u;
    let t2 = t1 + 1.0;
    let v = u*t2 + d;
    let p = 1.0/(1.0 + v);
    let delta = -2.0*(p - y)*p*p;
    let dJ_db = delta*(t1 + t2);
    let dJ_da = dJ_db*x + lam*a;
    let dJ_dc = delta*h + lam*c;
    Gradient { a: dJ_da, b: dJ_db, c: dJ_dc, d: delta }
}

/// J and its derivative by each parameter.
pub fn value_and_gradient(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64, lam: f64) -> (f64, Gradient) {
    let u = a*x + b;
    let h = u*u;
    let t1 = c*u;
    let t2 = t1 + 1.0;
    let v = u*t2 + d;
    let p = 1.0/(1.0 + v);
    let t3 = p - y;
    let L = t3*t3;
    let t4 = lam*a;
    let t5 = lam*c;
    let R = (t4*a + t5*c)/2.0;
    let J = L + R;
    let delta = -2.0*t3*p*p;
    let dJ_db = delta*(t1 + t2);
    let dJ_da = dJ_db*x + t4;
    let dJ_dc = delta*h + t5;
    (J, Gradient { a: dJ_da, b: dJ_db, c: dJ_dc, d: delta })
}

/// The parameters after one step of gradient descent.
pub fn update(a: f64, b: f64, c: f64, d: f64, x: f64, y: f64, lam: f64, rate: f64) -> Params {
    let grad = gradient(a, b, c, d, x, y, lam);
    Params {
        a: a - rate*grad.a, b: b - rate*grad.b, c: c - rate*grad.c, d: d - rate*grad.d,
    }
}
