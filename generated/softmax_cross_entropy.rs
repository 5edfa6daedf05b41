// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     z₂ = w₂x + b₂
//     z₃ = w₃x + b₃
//     s = exp(z₁) + exp(z₂) + exp(z₃)
//     p₁ = exp(z₁)/s
//     p₂ = exp(z₂)/s
//     p₃ = exp(z₃)/s
//     L = −(t₁·log(p₁) + t₂·log(p₂) + t₃·log(p₃))
// Sensitivities
//     δ₃ = ∂L/∂z₃ = p₃ − t₃
//     δ₂ = ∂L/∂z₂ = p₂ − t₂
//     δ₁ = ∂L/∂z₁ = p₁ − t₁
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂x
//     ∂L/∂b₂ = δ₂
//     ∂L/∂w₃ = δ₃x
//     ∂L/∂b₃ = δ₃
// Computed in another form, which keeps more digits
//     p₂ = 1/(1 + exp(z₁ − z₂) + exp(z₃ − z₂))
//     p₃ = exp(z₃ − logsumexp(z₁, z₂, z₃))
//     L = t₁·logsumexp(0, z₂ − z₁, z₃ − z₁) + t₂·logsumexp(z₁ − z₂, 0, z₃ − z₂) + t₃·logsumexp(z₁ − z₃, z₂ − z₃, 0)
// Assumed: t1 + t2 + t3 = 1.
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of L by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w1: f64,
    pub b1: f64,
    pub w2: f64,
    pub b2: f64,
    pub w3: f64,
    pub b3: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w1: f64,
    pub b1: f64,
    pub w2: f64,
    pub b2: f64,
    pub w3: f64,
    pub b3: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.1;
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
}

/// The largest of some numbers; NaN where one of them is NaN.
fn _max(xs: &[f64]) -> f64 {
    xs.iter().skip(1).fold(xs[0], |top, &x| if x > top || x.is_nan() { x } else { top })
}

/// log(exp(x1) + exp(x2) + ...), the largest term taken out first.
fn _logsumexp(xs: &[f64]) -> f64 {
    let top = _max(xs);
    if !top.is_finite() {
        return top;
    }
    let mut place = 0;
    while xs[place] != top {
        place += 1;
    }
    let mut sum = 0.0;
    for (i, &x) in xs.iter().enumerate() {
        if i != place {
            sum += math::exp(x - top);
        }
    }
    top + math::log1p(sum)
}

/// L.
pub fn value(
    w1: f64, b1: f64, w2: f64, b2: f64, w3: f64, b3: f64, x: f64, t1: f64, t2: f64, t3: f64,
) -> f64 {
    let z1 = w1*x + b1;
    let z2 = w2*x + b2;
    let z3 = w3*x + b3;
    let L = t1*_logsumexp(&[0.0, z2 - z1, z3 - z1]) + t2*_logsumexp(&[z1 - z2, 0.0, z3 - z2]) + t3*_logsumexp(&[z1 - z3, z2 - z3, 0.0]);
    L
}

/// The derivative of L by each parameter.
pub fn gradient(
    w1: f64, b1: f64, w2: f64, b2: f64, w3: f64, b3: f64, x: f64, t1: f64, t2: f64, t3: f64,
) -> Gradient {
    let z1 = w1*x + b1;
    let z2 = w2*x + b2;
    let z3 = w3*x + b3;
    let tmp1 = math::exp(z1);
    let s = tmp1 + math::exp(z2) + math::exp(z3);
    let p1 = tmp1/s;
    let p2 = 1.0/(1.0 + math::exp(z1 - z2) + math::exp(z3 - z2));
    let p3 = math::exp(z3 - _logsumexp(&[z1, z2, z3]));
    let delta_3 = p3 - t3;
    let delta_2 = p2 - t2;
    let delta_1 = p1 - t1;
    let dL_dw1 = delta_1*x;
    let dL_dw2 = delta_2*x;
    let dL_dw3 = delta_3*x;
    Gradient {
        w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2, w3: dL_dw3, b3: delta_3,
    }
}

/// L and its derivative by each parameter.
pub fn value_and_gradient(
    w1: f64, b1: f64, w2: f64, b2: f64, w3: f64, b3: f64, x: f64, t1: f64, t2: f64, t3: f64,
) -> (f64, Gradient) {
    let z1 = w1*x + b1;
    let z2 = w2*x + b2;
    let z3 = w3*x + b3;
    let tmp1 = math::exp(z1);
    let s = tmp1 + math::exp(z2) + math::exp(z3);
    let p1 = tmp1/s;
    let tmp2 = z1 - z2;
    let tmp3 = z3 - z2;
    let p2 = 1.0/(1.0 + math::exp(tmp2) + math::exp(tmp3));
    let p3 = math::exp(z3 - _logsumexp(&[z1, z2, z3]));
    let L = t1*_logsumexp(&[0.0, z2 - z1, z3 - z1]) + t2*_logsumexp(&[tmp2, 0.0, tmp3]) + t3*_logsumexp(&[z1 - z3, z2 - z3, 0.0]);
    let delta_3 = p3 - t3;
    let delta_2 = p2 - t2;
    let delta_1 = p1 - t1;
    let dL_dw1 = delta_1*x;
    let dL_dw2 = delta_2*x;
    let dL_dw3 = delta_3*x;
    (L, Gradient {
        w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2, w3: dL_dw3, b3: delta_3,
    })
}

/// The parameters after one step of gradient descent.
pub fn update(
    w1: f64, b1: f64, w2: f64, b2: f64, w3: f64, b3: f64, x: f64, t1: f64, t2: f64, t3: f64,
    rate: f64,
) -> Params {
    let grad = gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3);
    Params {
        w1: w1 - rate*grad.w1, b1: b1 - rate*grad.b1, w2: w2 - rate*grad.w2,
        b2: b2 - rate*grad.b2, w3: w3 - rate*grad.w3, b3: b3 - rate*grad.b3,
    }
}
