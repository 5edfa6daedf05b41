// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = w₁x₁ + w₂x₂ + b
//     p = 1/(1 + exp(−z))
//     L = −(y·log(p) + (1 − y)·log(1 − p))
//     R = λ/2·(w₁² + w₂²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂z = p − y
// Gradient
//     ∂J/∂w₁ = δx₁ + λw₁
//     ∂J/∂w₂ = δx₂ + λw₂
//     ∂J/∂b = δ
// Names here: λ is lam.
// Computed in another form, which keeps more digits
//     L = −(y·(−softplus(−z)) + (1 − y)·(−softplus(z)))

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} w1
 * @property {number} w2
 * @property {number} b
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w1
 * @property {number} w2
 * @property {number} b
 */

/** log(1 + exp(x)), exact for large |x| too. */
function _softplus(x) {
  return (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * J.
 * @param {number} w1
 * @param {number} w2
 * @param {number} b
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [lam=0.01]
 * @returns {number}
 */
export function value(w1, w2, b, x1, x2, y, lam = 0.01) {
  const z = w1*x1 + w2*x2 + b;
  const L = y*_softplus(-z) + (1 - y)*_softplus(z);
  const R = lam/2*(w1*w1 + w2*w2);
  const J = L + R;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} w1
 * @param {number} w2
 * @param {number} b
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [lam=0.01]
 * @returns {Gradient}
 */
export function gradient(w1, w2, b, x1, x2, y, lam = 0.01) {
  const z = w1*x1 + w2*x2 + b;
  const p = 1/(1 + Math.exp(-z));
  const delta = p - y;
  const dJ_dw1 = delta*x1 + lam*w1;
  const dJ_dw2 = delta*x2 + lam*w2;
  return {w1: dJ_dw1, w2: dJ_dw2, b: delta};
}

/**
 * J and its derivative by each parameter.
 * @param {number} w1
 * @param {number} w2
 * @param {number} b
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [lam=0.01]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w1, w2, b, x1, x2, y, lam = 0.01) {
  const z = w1*x1 + w2*x2 + b;
  const t1 = -z;
  const p = 1/(1 + Math.exp(t1));
  const L = y*_softplus(t1) + (1 - y)*_softplus(z);
  const t2 = lam*w1;
  const t3 = lam*w2;
  const R = (t2*w1 + t3*w2)/2;
  const J = L + R;
  const delta = p - y;
  const dJ_dw1 = delta*x1 + t2;
  const dJ_dw2 = delta*x2 + t3;
  return [J, {w1: dJ_dw1, w2: dJ_dw2, b: delta}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w1
 * @param {number} w2
 * @param {number} b
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [lam=0.01]
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(w1, w2, b, x1, x2, y, lam = 0.01, rate = 0.1) {
  const grad = gradient(w1, w2, b, x1, x2, y, lam);
  return {w1: w1 - rate*grad.w1, w2: w2 - rate*grad.w2, b: b - rate*grad.b};
}
