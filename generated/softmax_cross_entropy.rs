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
//     L = −(t₁·(z₁ − log(s)) + t₂·log(exp(z₂)/s) + t₃·log(exp(z₃)/s))
// Accuracy: L loses all digits at w1 = -0.0217382, b1 = 0.000102954, w2 = -0.0797931, b2 = -0.000215883, w3 = 185.134, b3 = 0.606451, x = -19.0462, t1 = -0.00051307, ….
// Accuracy: dL_dw3 loses all digits at w1 = -0.8285, b1 = 2.24617, w2 = 0.625724, b2 = 0.894562, w3 = 0.7041, b3 = -1.79941, x = 1200, t1 = 0.907772, ….
// Accuracy: dL_db3 loses all digits at w1 = -0.8285, b1 = 2.24617, w2 = 0.625724, b2 = 0.894562, w3 = 0.7041, b3 = -1.79941, x = 1200, t1 = 0.907772, ….
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
    pub fn log(x: f64) -> f64 {
        f64::ln(x)
    }
}

/// L.
pub fn value(
    w1: f64, b1: f64, w2: f64, b2: f64, w3: f64, b3: f64, x: f64, t1: f64, t2: f64, t3: f64,
) -> f64 {
    let z1 = w1*x + b1;
    let z2 = w2*x + b2;
    let z3 = w3*x + b3;
    let tmp1 = math::exp(z2);
    let tmp2 = math::exp(z3);
    let s = math::exp(z1) + tmp1 + tmp2;
    let L = -(t1*(z1 - math::log(s)) + t2*math::log(tmp1/s) + t3*math::log(tmp2/s));
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
    let tmp2 = math::exp(z3);
    let s = tmp1 + math::exp(z2) + tmp2;
    let p1 = tmp1/s;
    let p2 = 1.0/(1.0 + math::exp(z1 - z2) + math::exp(z3 - z2));
    let p3 = tmp2/s;
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
    let tmp1 = math::exp(z3);
    let tmp2 = math::exp(z1);
    let tmp3 = math::exp(z2);
    let s = tmp2 + tmp3 + tmp1;
    let p1 = tmp2/s;
    let p2 = 1.0/(1.0 + math::exp(z1 - z2) + math::exp(z3 - z2));
    let p3 = tmp1/s;
    let L = -(t1*(z1 - math::log(s)) + t2*math::log(tmp3/s) + t3*math::log(p3));
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
