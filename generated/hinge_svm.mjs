// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = w₁x₁ + w₂x₂ + b
//     m = yz
//     L = max(0, 1 − m)
//     R = λ/2·(w₁² + w₂²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂z = where(m ≥ 1, 0, −1)·y
// Gradient
//     ∂J/∂w₁ = δx₁ + λw₁
//     ∂J/∂w₂ = δx₂ + λw₂
//     ∂J/∂b = δ
// Convention: where arguments of max are equal the first one counts.
// Names here: λ is lam.
// Accuracy: dJ_dw1 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
// Accuracy: dJ_dw2 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
// Accuracy: dJ_db loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.

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

/**
 * J.
 * @param {number} w1
 * @param {number} w2
 * @param {number} b
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [lam=0.1]
 * @returns {number}
 */
export function value(w1, w2, b, x1, x2, y, lam = 0.1) {
  const z = w1*x1 + w2*x2 + b;
  const m = y*z;
  const L = Math.max(0, 1 - m);
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
 * @param {number} [lam=0.1]
 * @returns {Gradient}
 */
export function gradient(w1, w2, b, x1, x2, y, lam = 0.1) {
  const z = w1*x1 + w2*x2 + b;
  const m = y*z;
  const delta = ((m >= 1) ? 0 : -1)*y;
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
 * @param {number} [lam=0.1]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w1, w2, b, x1, x2, y, lam = 0.1) {
  const z = w1*x1 + w2*x2 + b;
  const m = y*z;
  const L = Math.max(0, 1 - m);
  const t1 = lam*w1;
  const t2 = lam*w2;
  const R = (t1*w1 + t2*w2)/2;
  const J = L + R;
  const delta = ((m >= 1) ? 0 : -1)*y;
  const dJ_dw1 = delta*x1 + t1;
  const dJ_dw2 = delta*x2 + t2;
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
 * @param {number} [lam=0.1]
 * @param {number} [rate=0.2]
 * @returns {Params}
 */
export function update(w1, w2, b, x1, x2, y, lam = 0.1, rate = 0.2) {
  const grad = gradient(w1, w2, b, x1, x2, y, lam);
  return {w1: w1 - rate*grad.w1, w2: w2 - rate*grad.w2, b: b - rate*grad.b};
}
