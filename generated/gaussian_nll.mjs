// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     v = exp(s)
//     r = y − μ
//     J = log(2πv)/2 + r²/(2v)
// Sensitivities
//     δ_s = ∂J/∂s = (1 − r²/v)/2
//     δ_μ = ∂J/∂μ = −r/v
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
// Names here: μ is mu.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} a
 * @property {number} b
 * @property {number} c
 * @property {number} d
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} a
 * @property {number} b
 * @property {number} c
 * @property {number} d
 */

/**
 * J.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @returns {number}
 */
export function value(a, b, c, d, x, y) {
  const mu = a*x + b;
  const s = c*x + d;
  const v = Math.exp(s);
  const r = y - mu;
  const J = Math.log(2*Math.PI*v)/2 + r*r/(2*v);
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(a, b, c, d, x, y) {
  const mu = a*x + b;
  const s = c*x + d;
  const v = Math.exp(s);
  const r = y - mu;
  const delta_s = (1 - r*r/v)/2;
  const delta_mu = -r/v;
  const dJ_da = delta_mu*x;
  const dJ_dc = delta_s*x;
  return {a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s};
}

/**
 * J and its derivative by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(a, b, c, d, x, y) {
  const mu = a*x + b;
  const s = c*x + d;
  const v = Math.exp(s);
  const r = y - mu;
  const t1 = r*r;
  const J = Math.log(2*Math.PI*v)/2 + t1/(2*v);
  const delta_s = (1 - t1/v)/2;
  const delta_mu = -r/v;
  const dJ_da = delta_mu*x;
  const dJ_dc = delta_s*x;
  return [J, {a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @param {number} [rate=0.02]
 * @returns {Params}
 */
export function update(a, b, c, d, x, y, rate = 0.02) {
  const grad = gradient(a, b, c, d, x, y);
  return {
    a: a - rate*grad.a, b: b - rate*grad.b, c: c - rate*grad.c, d: d - rate*grad.d,
  };
}
