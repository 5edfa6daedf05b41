// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     v = VS/(K + S)
//     r = v − y
//     J = r²
// Sensitivities
//     δ = ∂J/∂v = 2r
// Gradient
//     ∂J/∂V = δS/(K + S)
//     ∂J/∂K = −δv/(K + S)
// Assumed: K > 0.
// Assumed: S > 0.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} V
 * @property {number} K
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} V
 * @property {number} K
 */

/**
 * J.
 * @param {number} V
 * @param {number} K
 * @param {number} S
 * @param {number} y
 * @returns {number}
 */
export function value(V, K, S, y) {
  const v = V*S/(K + S);
  const r = v - y;
  const J = r*r;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} V
 * @param {number} K
 * @param {number} S
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(V, K, S, y) {
  const t1 = K + S;
  const v = V*S/t1;
  const r = v - y;
  const delta = 2*r;
  const dJ_dV = delta*S/t1;
  const dJ_dK = -delta*v/t1;
  return {V: dJ_dV, K: dJ_dK};
}

/**
 * J and its derivative by each parameter.
 * @param {number} V
 * @param {number} K
 * @param {number} S
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(V, K, S, y) {
  const t1 = K + S;
  const v = V*S/t1;
  const r = v - y;
  const J = r*r;
  const delta = 2*r;
  const dJ_dV = delta*S/t1;
  const dJ_dK = -delta*v/t1;
  return [J, {V: dJ_dV, K: dJ_dK}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} V
 * @param {number} K
 * @param {number} S
 * @param {number} y
 * @param {number} [rate=0.01]
 * @returns {Params}
 */
export function update(V, K, S, y, rate = 0.01) {
  const grad = gradient(V, K, S, y);
  return {V: V - rate*grad.V, K: K - rate*grad.K};
}
