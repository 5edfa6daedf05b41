// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     r = E − e·sin(E) − M
//     J = r²/2
// Gradient
//     ∂J/∂E = r·(1 − e·cos(E))

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} E
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} E
 */

/**
 * J.
 * @param {number} E
 * @param {number} M
 * @param {number} [e=0.2056]
 * @returns {number}
 */
export function value(E, M, e = 0.2056) {
  const r = E - e*Math.sin(E) - M;
  const J = r*r/2;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} E
 * @param {number} M
 * @param {number} [e=0.2056]
 * @returns {Gradient}
 */
export function gradient(E, M, e = 0.2056) {
  const r = E - e*Math.sin(E) - M;
  const dJ_dE = r*(1 - e*Math.cos(E));
  return {E: dJ_dE};
}

/**
 * J and its derivative by each parameter.
 * @param {number} E
 * @param {number} M
 * @param {number} [e=0.2056]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(E, M, e = 0.2056) {
  const r = E - e*Math.sin(E) - M;
  const J = r*r/2;
  const dJ_dE = r*(1 - e*Math.cos(E));
  return [J, {E: dJ_dE}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} E
 * @param {number} M
 * @param {number} [e=0.2056]
 * @param {number} [rate=0.9]
 * @returns {Params}
 */
export function update(E, M, e = 0.2056, rate = 0.9) {
  const grad = gradient(E, M, e);
  return {E: E - rate*grad.E};
}
