// Made by symgrad: value, gradient and update step of J.
//
// Maximize J, where
//     q = t/λ
//     H = q^k
//     f = log(k/λ) + (k − 1)·log(q)
//     J = d·f − H
// Gradient
//     ∂J/∂k = d·(1/k + log(q)) − log(q)·H
//     ∂J/∂λ = k·(q^k − d)/λ
// Names here: λ is lam.
// Assumed: k > 0.
// Assumed: λ > 0.
// Assumed: t > 0.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} k
 * @property {number} lam
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} k
 * @property {number} lam
 */

/**
 * J.
 * @param {number} k
 * @param {number} lam
 * @param {number} t
 * @param {number} d
 * @returns {number}
 */
export function value(k, lam, t, d) {
  const q = t/lam;
  const H = Math.pow(q, k);
  const f = Math.log(k/lam) + (k - 1)*Math.log(q);
  const J = d*f - H;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} k
 * @param {number} lam
 * @param {number} t
 * @param {number} d
 * @returns {Gradient}
 */
export function gradient(k, lam, t, d) {
  const q = t/lam;
  const H = Math.pow(q, k);
  const t1 = Math.log(q);
  const dJ_dk = d*(1/k + t1) - t1*H;
  const dJ_dlam = k*(H - d)/lam;
  return {k: dJ_dk, lam: dJ_dlam};
}

/**
 * J and its derivative by each parameter.
 * @param {number} k
 * @param {number} lam
 * @param {number} t
 * @param {number} d
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(k, lam, t, d) {
  const q = t/lam;
  const H = Math.pow(q, k);
  const t1 = Math.log(q);
  const f = Math.log(k/lam) + (k - 1)*t1;
  const J = d*f - H;
  const dJ_dk = d*(1/k + t1) - t1*H;
  const dJ_dlam = k*(H - d)/lam;
  return [J, {k: dJ_dk, lam: dJ_dlam}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} k
 * @param {number} lam
 * @param {number} t
 * @param {number} d
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(k, lam, t, d, rate = 0.1) {
  const grad = gradient(k, lam, t, d);
  return {k: k + rate*grad.k, lam: lam + rate*grad.lam};
}
