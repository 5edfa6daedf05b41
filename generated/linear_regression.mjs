// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = wx + b
//     r = m − y
//     L = r²
//     R = λw²
//     J = L + R
// Sensitivities
//     δ = ∂L/∂m = 2r
// Gradient
//     ∂J/∂w = δx + 2λw
//     ∂J/∂b = δ
// Names here: λ is lam.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} w
 * @property {number} b
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w
 * @property {number} b
 */

/**
 * J.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [lam=0.01]
 * @returns {number}
 */
export function value(w, b, x, y, lam = 0.01) {
  const m = w*x + b;
  const r = m - y;
  const L = r*r;
  const R = lam*w*w;
  const J = L + R;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [lam=0.01]
 * @returns {Gradient}
 */
export function gradient(w, b, x, y, lam = 0.01) {
  const m = w*x + b;
  const r = m - y;
  const delta = 2*r;
  const dJ_dw = delta*x + 2*lam*w;
  return {w: dJ_dw, b: delta};
}

/**
 * J and its derivative by each parameter.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [lam=0.01]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w, b, x, y, lam = 0.01) {
  const m = w*x + b;
  const r = m - y;
  const L = r*r;
  const t1 = lam*w;
  const R = t1*w;
  const J = L + R;
  const delta = 2*r;
  const dJ_dw = delta*x + 2*t1;
  return [J, {w: dJ_dw, b: delta}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [lam=0.01]
 * @param {number} [rate=0.002]
 * @returns {Params}
 */
export function update(w, b, x, y, lam = 0.01, rate = 0.002) {
  const grad = gradient(w, b, x, y, lam);
  return {w: w - rate*grad.w, b: b - rate*grad.b};
}
