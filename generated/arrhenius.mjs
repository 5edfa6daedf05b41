// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     k = exp(a)·exp(−E/(RT))
//     q = log(k/y)
//     J = q²
// Gradient
//     ∂J/∂a = 2q
//     ∂J/∂E = −2q/(RT)
// Computed in another form, which keeps more digits
//     q = a − E/(RT) − log(y)
// Assumed: T > 0.
// Assumed: y > 0.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} a
 * @property {number} E
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} a
 * @property {number} E
 */

/**
 * J.
 * @param {number} a
 * @param {number} E
 * @param {number} T
 * @param {number} y
 * @param {number} [R=0.008314]
 * @returns {number}
 */
export function value(a, E, T, y, R = 0.008314) {
  const q = a - E/(R*T) - Math.log(y);
  const J = q*q;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} a
 * @param {number} E
 * @param {number} T
 * @param {number} y
 * @param {number} [R=0.008314]
 * @returns {Gradient}
 */
export function gradient(a, E, T, y, R = 0.008314) {
  const t1 = R*T;
  const q = a - E/t1 - Math.log(y);
  const dJ_da = 2*q;
  const dJ_dE = -dJ_da/t1;
  return {a: dJ_da, E: dJ_dE};
}

/**
 * J and its derivative by each parameter.
 * @param {number} a
 * @param {number} E
 * @param {number} T
 * @param {number} y
 * @param {number} [R=0.008314]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(a, E, T, y, R = 0.008314) {
  const t1 = R*T;
  const q = a - E/t1 - Math.log(y);
  const J = q*q;
  const dJ_da = 2*q;
  const dJ_dE = -dJ_da/t1;
  return [J, {a: dJ_da, E: dJ_dE}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} a
 * @param {number} E
 * @param {number} T
 * @param {number} y
 * @param {number} [R=0.008314]
 * @param {number} [rate=0.2]
 * @returns {Params}
 */
export function update(a, E, T, y, R = 0.008314, rate = 0.2) {
  const grad = gradient(a, E, T, y, R);
  return {a: a - rate*grad.a, E: E - rate*grad.E};
}
