// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     z = a·x + b
//     m = log(1 + exp(z))
//     e = m − y
//     J = e²/2
// Sensitivities
//     δ = ∂J/∂z = e·sigmoid(z)
// Gradient
//     ∂J/∂a = δx
//     ∂J/∂b = δ
// Computed in another form, which keeps more digits
//     m = softplus(z)

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

/** log(1 + exp(x)), exact for large |x| too. */
function _softplus(x) {
  return (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
function _sigmoid(x) {
  if (x >= 0) {
    return 1/(1 + Math.exp(-x));
  }
  const z = Math.exp(x);
  return z/(1 + z);
}

/**
 * J.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @returns {number}
 */
export function value(a, b, x, y) {
  const z = a*x + b;
  const m = _softplus(z);
  const e = m - y;
  const J = e*e/2;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(a, b, x, y) {
  const z = a*x + b;
  const m = _softplus(z);
  const e = m - y;
  const delta = e*_sigmoid(z);
  const dJ_da = delta*x;
  return {a: dJ_da, b: delta};
}

/**
 * J and its derivative by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(a, b, x, y) {
  const z = a*x + b;
  const m = _softplus(z);
  const e = m - y;
  const J = e*e/2;
  const delta = e*_sigmoid(z);
  const dJ_da = delta*x;
  return [J, {a: dJ_da, b: delta}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} a
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [rate=0.2]
 * @returns {Params}
 */
export function update(a, b, x, y, rate = 0.2) {
  const grad = gradient(a, b, x, y);
  return {a: a - rate*grad.a, b: b - rate*grad.b};
}
