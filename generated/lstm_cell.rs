// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z_i = w_i·x + u_i·h₀ + b_i
//     z_f = w_f·x + u_f·h₀ + b_f
//     z_o = w_o·x + u_o·h₀ + b_o
//     z_g = w_g·x + u_g·h₀ + b_g
//     i = 1/(1 + exp(−z_i))
//     f = 1/(1 + exp(−z_f))
//     o = 1/(1 + exp(−z_o))
//     g = tanh(z_g)
//     c = fc₀ + ig
//     h = o·tanh(c)
//     L = (h − y)²/2
// Sensitivities
//     δ_h = ∂L/∂h = h − y
//     δ_c = ∂L/∂c = δ_h·o·(1 − tanh(c)²)
//     δ_z_g = ∂L/∂z_g = δ_c·i·(1 − g²)
//     δ_z_o = ∂L/∂z_o = δ_h·(1 − o)·h
//     δ_z_f = ∂L/∂z_f = δ_c·c₀f·(1 − f)
//     δ_z_i = ∂L/∂z_i = δ_c·gi·(1 − i)
// Gradient
//     ∂L/∂w_i = δ_z_i·x
//     ∂L/∂u_i = δ_z_i·h₀
//     ∂L/∂b_i = δ_z_i
//     ∂L/∂w_f = δ_z_f·x
//     ∂L/∂u_f = δ_z_f·h₀
//     ∂L/∂b_f = δ_z_f
//     ∂L/∂w_o = δ_z_o·x
//     ∂L/∂u_o = δ_z_o·h₀
//     ∂L/∂b_o = δ_z_o
//     ∂L/∂w_g = δ_z_g·x
//     ∂L/∂u_g = δ_z_g·h₀
//     ∂L/∂b_g = δ_z_g
// Computed in another form, which keeps more digits
//     δ_c = o·(δ_h/cosh(c)²)
//     δ_z_g = (o·tanh(fc₀ + i·tanh(z_g)) − y)·o·(1/cosh(fc₀ + i·tanh(z_g))²)·i·(1/cosh(z_g)²)
//     δ_z_o = δ_h·sigmoid(−z_o)·h
//     δ_z_f = δ_c·c₀f·sigmoid(−z_f)
//     δ_z_i = δ_c·gi·sigmoid(−z_i)
#![allow(non_snake_case, non_upper_case_globals, dead_code, unused_parens)]
#![allow(clippy::too_many_arguments, clippy::excessive_precision)]

/// The derivative of L by each parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient {
    pub w_i: f64,
    pub u_i: f64,
    pub b_i: f64,
    pub w_f: f64,
    pub u_f: f64,
    pub b_f: f64,
    pub w_o: f64,
    pub u_o: f64,
    pub b_o: f64,
    pub w_g: f64,
    pub u_g: f64,
    pub b_g: f64,
}

/// The parameters after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Params {
    pub w_i: f64,
    pub u_i: f64,
    pub b_i: f64,
    pub w_f: f64,
    pub u_f: f64,
    pub b_f: f64,
    pub w_o: f64,
    pub u_o: f64,
    pub b_o: f64,
    pub w_g: f64,
    pub u_g: f64,
    pub b_g: f64,
}

/// What constants, the rate and the settings of the update rule are unless chosen otherwise.
pub mod defaults {
    pub const rate: f64 = 0.5;
}

/// Functions of the library.
mod math {
    #[inline]
    pub fn cosh(x: f64) -> f64 {
        f64::cosh(x)
    }
    #[inline]
    pub fn exp(x: f64) -> f64 {
        f64::exp(x)
    }
    #[inline]
    pub fn tanh(x: f64) -> f64 {
        f64::tanh(x)
    }
}

/// 1/(1 + exp(-x)); exp is only taken where it cannot overflow.
fn _sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0/(1.0 + math::exp(-x))
    } else {
        let z = math::exp(x);
        z/(1.0 + z)
    }
}

/// L.
pub fn value(
    w_i: f64, u_i: f64, b_i: f64, w_f: f64, u_f: f64, b_f: f64, w_o: f64, u_o: f64, b_o: f64,
    w_g: f64, u_g: f64, b_g: f64, x: f64, h0: f64, c0: f64, y: f64,
) -> f64 {
    let z_i = w_i*x + u_i*h0 + b_i;
    let z_f = w_f*x + u_f*h0 + b_f;
    let z_o = w_o*x + u_o*h0 + b_o;
    let z_g = w_g*x + u_g*h0 + b_g;
    let i = 1.0/(1.0 + math::exp(-z_i));
    let f = 1.0/(1.0 + math::exp(-z_f));
    let o = 1.0/(1.0 + math::exp(-z_o));
    let g = math::tanh(z_g);
    let c = f*c0 + i*g;
    let h = o*math::tanh(c);
    let t1 = h - y;
    let L = t1*t1/2.0;
    L
}

/// The derivative of L by each parameter.
pub fn gradient(
    w_i: f64, u_i: f64, b_i: f64, w_f: f64, u_f: f64, b_f: f64, w_o: f64, u_o: f64, b_o: f64,
    w_g: f64, u_g: f64, b_g: f64, x: f64, h0: f64, c0: f64, y: f64,
) -> Gradient {
    let z_i = w_i*x + u_i*h0 + b_i;
    let z_f = w_f*x + u_f*h0 + b_f;
    let z_o = w_o*x + u_o*h0 + b_o;
    let z_g = w_g*x + u_g*h0 + b_g;
    let t1 = -z_i;
    let i = 1.0/(1.0 + math::exp(t1));
    let t2 = -z_f;
    let f = 1.0/(1.0 + math::exp(t2));
    let t3 = -z_o;
    let o = 1.0/(1.0 + math::exp(t3));
    let g = math::tanh(z_g);
    let t4 = f*c0;
    let t5 = i*g;
    let c = t4 + t5;
    let h = o*math::tanh(c);
    let delta_h = h - y;
    let t6 = math::cosh(c);
    let t7 = t6*t6;
    let delta_c = o*(delta_h/t7);
    let t8 = math::cosh(z_g);
    let delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8));
    let delta_z_o = delta_h*_sigmoid(t3)*h;
    let delta_z_f = delta_c*t4*_sigmoid(t2);
    let delta_z_i = delta_c*t5*_sigmoid(t1);
    let dL_dw_i = delta_z_i*x;
    let dL_du_i = delta_z_i*h0;
    let dL_dw_f = delta_z_f*x;
    let dL_du_f = delta_z_f*h0;
    let dL_dw_o = delta_z_o*x;
    let dL_du_o = delta_z_o*h0;
    let dL_dw_g = delta_z_g*x;
    let dL_du_g = delta_z_g*h0;
    Gradient {
        w_i: dL_dw_i, u_i: dL_du_i, b_i: delta_z_i, w_f: dL_dw_f, u_f: dL_du_f, b_f: delta_z_f,
        w_o: dL_dw_o, u_o: dL_du_o, b_o: delta_z_o, w_g: dL_dw_g, u_g: dL_du_g, b_g: delta_z_g,
    }
}

/// L and its derivative by each parameter.
pub fn value_and_gradient(
    w_i: f64, u_i: f64, b_i: f64, w_f: f64, u_f: f64, b_f: f64, w_o: f64, u_o: f64, b_o: f64,
    w_g: f64, u_g: f64, b_g: f64, x: f64, h0: f64, c0: f64, y: f64,
) -> (f64, Gradient) {
    let z_i = w_i*x + u_i*h0 + b_i;
    let z_f = w_f*x + u_f*h0 + b_f;
    let z_o = w_o*x + u_o*h0 + b_o;
    let z_g = w_g*x + u_g*h0 + b_g;
    let t1 = -z_i;
    let i = 1.0/(1.0 + math::exp(t1));
    let t2 = -z_f;
    let f = 1.0/(1.0 + math::exp(t2));
    let t3 = -z_o;
    let o = 1.0/(1.0 + math::exp(t3));
    let g = math::tanh(z_g);
    let t4 = f*c0;
    let t5 = i*g;
    let c = t4 + t5;
    let h = o*math::tanh(c);
    let delta_h = h - y;
    let L = delta_h*delta_h/2.0;
    let t6 = math::cosh(c);
    let t7 = t6*t6;
    let delta_c = o*(delta_h/t7);
    let t8 = math::cosh(z_g);
    let delta_z_g = delta_h*o*(1.0/t7)*i*(1.0/(t8*t8));
    let delta_z_o = delta_h*_sigmoid(t3)*h;
    let delta_z_f = delta_c*t4*_sigmoid(t2);
    let delta_z_i = delta_c*t5*_sigmoid(t1);
    let dL_dw_i = delta_z_i*x;
    let dL_du_i = delta_z_i*h0;
    let dL_dw_f = delta_z_f*x;
    let dL_du_f = delta_z_f*h0;
    let dL_dw_o = delta_z_o*x;
    let dL_du_o = delta_z_o*h0;
    let dL_dw_g = delta_z_g*x;
    let dL_du_g = delta_z_g*h0;
    (L, Gradient {
        w_i: dL_dw_i, u_i: dL_du_i, b_i: delta_z_i, w_f: dL_dw_f, u_f: dL_du_f, b_f: delta_z_f,
        w_o: dL_dw_o, u_o: dL_du_o, b_o: delta_z_o, w_g: dL_dw_g, u_g: dL_du_g, b_g: delta_z_g,
    })
}

/// The parameters after one step of gradient descent.
pub fn update(
    w_i: f64, u_i: f64, b_i: f64, w_f: f64, u_f: f64, b_f: f64, w_o: f64, u_o: f64, b_o: f64,
    w_g: f64, u_g: f64, b_g: f64, x: f64, h0: f64, c0: f64, y: f64, rate: f64,
) -> Params {
    let grad = gradient(
        w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
    );
    Params {
        w_i: w_i - rate*grad.w_i, u_i: u_i - rate*grad.u_i, b_i: b_i - rate*grad.b_i,
        w_f: w_f - rate*grad.w_f, u_f: u_f - rate*grad.u_f, b_f: b_f - rate*grad.b_f,
        w_o: w_o - rate*grad.w_o, u_o: u_o - rate*grad.u_o, b_o: b_o - rate*grad.b_o,
        w_g: w_g - rate*grad.w_g, u_g: u_g - rate*grad.u_g, b_g: b_g - rate*grad.b_g,
    }
}
