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

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} w_i
 * @property {number} u_i
 * @property {number} b_i
 * @property {number} w_f
 * @property {number} u_f
 * @property {number} b_f
 * @property {number} w_o
 * @property {number} u_o
 * @property {number} b_o
 * @property {number} w_g
 * @property {number} u_g
 * @property {number} b_g
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w_i
 * @property {number} u_i
 * @property {number} b_i
 * @property {number} w_f
 * @property {number} u_f
 * @property {number} b_f
 * @property {number} w_o
 * @property {number} u_o
 * @property {number} b_o
 * @property {number} w_g
 * @property {number} u_g
 * @property {number} b_g
 */

/** 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
function _sigmoid(x) {
  if (x >= 0) {
    return 1/(1 + Math.exp(-x));
  }
  const z = Math.exp(x);
  return z/(1 + z);
}

/**
 * L.
 * @param {number} w_i
 * @param {number} u_i
 * @param {number} b_i
 * @param {number} w_f
 * @param {number} u_f
 * @param {number} b_f
 * @param {number} w_o
 * @param {number} u_o
 * @param {number} b_o
 * @param {number} w_g
 * @param {number} u_g
 * @param {number} b_g
 * @param {number} x
 * @param {number} h0
 * @param {number} c0
 * @param {number} y
 * @returns {number}
 */
export function value(
  w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) {
  const z_i = w_i*x + u_i*h0 + b_i;
  const z_f = w_f*x + u_f*h0 + b_f;
  const z_o = w_o*x + u_o*h0 + b_o;
  const z_g = w_g*x + u_g*h0 + b_g;
  const i = 1/(1 + Math.exp(-z_i));
  const f = 1/(1 + Math.exp(-z_f));
  const o = 1/(1 + Math.exp(-z_o));
  const g = Math.tanh(z_g);
  const c = f*c0 + i*g;
  const h = o*Math.tanh(c);
  const t1 = h - y;
  const L = t1*t1/2;
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} w_i
 * @param {number} u_i
 * @param {number} b_i
 * @param {number} w_f
 * @param {number} u_f
 * @param {number} b_f
 * @param {number} w_o
 * @param {number} u_o
 * @param {number} b_o
 * @param {number} w_g
 * @param {number} u_g
 * @param {number} b_g
 * @param {number} x
 * @param {number} h0
 * @param {number} c0
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(
  w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) {
  const z_i = w_i*x + u_i*h0 + b_i;
  const z_f = w_f*x + u_f*h0 + b_f;
  const z_o = w_o*x + u_o*h0 + b_o;
  const z_g = w_g*x + u_g*h0 + b_g;
  const t1 = -z_i;
  const i = 1/(1 + Math.exp(t1));
  const t2 = -z_f;
  const f = 1/(1 + Math.exp(t2));
  const t3 = -z_o;
  const o = 1/(1 + Math.exp(t3));
  const g = Math.tanh(z_g);
  const t4 = f*c0;
  const t5 = i*g;
  const c = t4 + t5;
  const h = o*Math.tanh(c);
  const delta_h = h - y;
  const t6 = Math.cosh(c);
  const t7 = t6*t6;
  const delta_c = o*(delta_h/t7);
  const t8 = Math.cosh(z_g);
  const delta_z_g = delta_h*o*(1/t7)*i*(1/(t8*t8));
  const delta_z_o = delta_h*_sigmoid(t3)*h;
  const delta_z_f = delta_c*t4*_sigmoid(t2);
  const delta_z_i = delta_c*t5*_sigmoid(t1);
  const dL_dw_i = delta_z_i*x;
  const dL_du_i = delta_z_i*h0;
  const dL_dw_f = delta_z_f*x;
  const dL_du_f = delta_z_f*h0;
  const dL_dw_o = delta_z_o*x;
  const dL_du_o = delta_z_o*h0;
  const dL_dw_g = delta_z_g*x;
  const dL_du_g = delta_z_g*h0;
  return {
    w_i: dL_dw_i, u_i: dL_du_i, b_i: delta_z_i, w_f: dL_dw_f, u_f: dL_du_f, b_f: delta_z_f,
    w_o: dL_dw_o, u_o: dL_du_o, b_o: delta_z_o, w_g: dL_dw_g, u_g: dL_du_g, b_g: delta_z_g,
  };
}

/**
 * L and its derivative by each parameter.
 * @param {number} w_i
 * @param {number} u_i
 * @param {number} b_i
 * @param {number} w_f
 * @param {number} u_f
 * @param {number} b_f
 * @param {number} w_o
 * @param {number} u_o
 * @param {number} b_o
 * @param {number} w_g
 * @param {number} u_g
 * @param {number} b_g
 * @param {number} x
 * @param {number} h0
 * @param {number} c0
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(
  w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
) {
  const z_i = w_i*x + u_i*h0 + b_i;
  const z_f = w_f*x + u_f*h0 + b_f;
  const z_o = w_o*x + u_o*h0 + b_o;
  const z_g = w_g*x + u_g*h0 + b_g;
  const t1 = -z_i;
  const i = 1/(1 + Math.exp(t1));
  const t2 = -z_f;
  const f = 1/(1 + Math.exp(t2));
  const t3 = -z_o;
  const o = 1/(1 + Math.exp(t3));
  const g = Math.tanh(z_g);
  const t4 = f*c0;
  const t5 = i*g;
  const c = t4 + t5;
  const h = o*Math.tanh(c);
  const delta_h = h - y;
  const L = delta_h*delta_h/2;
  const t6 = Math.cosh(c);
  const t7 = t6*t6;
  const delta_c = o*(delta_h/t7);
  const t8 = Math.cosh(z_g);
  const delta_z_g = delta_h*o*(1/t7)*i*(1/(t8*t8));
  const delta_z_o = delta_h*_sigmoid(t3)*h;
  const delta_z_f = delta_c*t4*_sigmoid(t2);
  const delta_z_i = delta_c*t5*_sigmoid(t1);
  const dL_dw_i = delta_z_i*x;
  const dL_du_i = delta_z_i*h0;
  const dL_dw_f = delta_z_f*x;
  const dL_du_f = delta_z_f*h0;
  const dL_dw_o = delta_z_o*x;
  const dL_du_o = delta_z_o*h0;
  const dL_dw_g = delta_z_g*x;
  const dL_du_g = delta_z_g*h0;
  return [L, {
    w_i: dL_dw_i, u_i: dL_du_i, b_i: delta_z_i, w_f: dL_dw_f, u_f: dL_du_f, b_f: delta_z_f,
    w_o: dL_dw_o, u_o: dL_du_o, b_o: delta_z_o, w_g: dL_dw_g, u_g: dL_du_g, b_g: delta_z_g,
  }];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w_i
 * @param {number} u_i
 * @param {number} b_i
 * @param {number} w_f
 * @param {number} u_f
 * @param {number} b_f
 * @param {number} w_o
 * @param {number} u_o
 * @param {number} b_o
 * @param {number} w_g
 * @param {number} u_g
 * @param {number} b_g
 * @param {number} x
 * @param {number} h0
 * @param {number} c0
 * @param {number} y
 * @param {number} [rate=0.5]
 * @returns {Params}
 */
export function update(
  w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y, rate = 0.5,
) {
  const grad = gradient(
    w_i, u_i, b_i, w_f, u_f, b_f, w_o, u_o, b_o, w_g, u_g, b_g, x, h0, c0, y,
  );
  return {
    w_i: w_i - rate*grad.w_i, u_i: u_i - rate*grad.u_i, b_i: b_i - rate*grad.b_i,
    w_f: w_f - rate*grad.w_f, u_f: u_f - rate*grad.u_f, b_f: b_f - rate*grad.b_f,
    w_o: w_o - rate*grad.w_o, u_o: u_o - rate*grad.u_o, b_o: b_o - rate*grad.b_o,
    w_g: w_g - rate*grad.w_g, u_g: u_g - rate*grad.u_g, b_g: b_g - rate*grad.b_g,
  };
}
