// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     m = a·x + b
//     r = y − m
//     J = where(|r| ≤ k, r²/2, k·(|r| − k/2))
// Sensitivities
//     δ = ∂J/∂m = −where(|r| ≤ k, r, k·sign(r))
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Convention: at the border of a where the side that the condition selects counts.
// Convention: the derivative of |z| at z = 0 is taken as 0.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} a
 * @property {number} b
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} a
 * @property {number} b
 */

/**
 * J.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [k=1.345]
 * @returns {number}
 */
export function value(a, b, x, y, k = 1.345) {
  const m = a*x + b;
  const r = y - m;
  const t1 = Math.abs(r);
  const J = (t1 <= k) ? r*r/2 : k*(t1 - k/2);
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [k=1.345]
 * @returns {Gradient}
 */
export function gradient(a, b, x, y, k = 1.345) {
  const m = a*x + b;
  const r = y - m;
  const delta = -((Math.abs(r) <= k) ? r : k*Math.sign(r));
  const dJ_da = delta*x;
  return {a: dJ_da, b: delta};
}

/**
 * J and its derivative by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [k=1.345]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(a, b, x, y, k = 1.345) {
  const m = a*x + b;
  const r = y - m;
  const t1 = Math.abs(r);
  const J = (t1 <= k) ? r*r/2 : k*(t1 - k/2);
  const delta = -((t1 <= k) ? r : k*Math.sign(r));
  const dJ_da = delta*x;
  return [J, {a: dJ_da, b: delta}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [k=1.345]
 * @param {number} [rate=0.2]
 * @returns {Params}
 */
export function update(a, b, x, y, k = 1.345, rate = 0.2) {
  const grad = gradient(a, b, x, y, k);
  return {a: a - rate*grad.a, b: b - rate*grad.b};
}
