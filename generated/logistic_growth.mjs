// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = (K − N₀)/N₀
//     N = K/(1 + q·exp(−rt))
//     J = (log(N) − log(y))²
// Sensitivities
//     δ_N = ∂J/∂N = 2(log(N) − log(y))/N
//     δ_q = ∂J/∂q = −δ_N·exp(−rt)·N/(1 + q·exp(−rt))
// Gradient
//     ∂J/∂K = δ_q/N₀ + δ_N/(1 + q·exp(−rt))
//     ∂J/∂r = δ_N·q·exp(−rt)·tN/(1 + q·exp(−rt))
//     ∂J/∂N₀ = −δ_q·(1 + q)/N₀
// Accuracy: J loses 3 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dK loses all digits at K = 293.935, r = 6.42308e-07, N0 = 2.89608e-05, t = -7.76497e-05, y = 0.005072.
// Accuracy: dJ_dr loses 4 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
// Accuracy: dJ_dN0 loses 12 of 16 digits at K = 1e-12, r = 0.337262, N0 = 2.91527, t = 11.2651, y = 53.701.
// Assumed: K > 0.
// Assumed: N0 > 0.
// Assumed: y > 0.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} K
 * @property {number} r
 * @property {number} N0
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} K
 * @property {number} r
 * @property {number} N0
 */

/**
 * J.
 * @param {number} K
 * @param {number} r
 * @param {number} N0
 * @param {number} t
 * @param {number} y
 * @returns {number}
 */
export function value(K, r, N0, t, y) {
  const q = (K - N0)/N0;
  const N = K/(1 + q*Math.exp(-r*t));
  const t1 = Math.log(N) - Math.log(y);
  const J = t1*t1;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} K
 * @param {number} r
 * @param {number} N0
 * @param {number} t
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(K, r, N0, t, y) {
  const q = (K - N0)/N0;
  const t1 = Math.exp(-r*t);
  const t2 = q*t1;
  const t3 = 1 + t2;
  const N = K/t3;
  const delta_N = 2*(Math.log(N) - Math.log(y))/N;
  const t4 = delta_N*N;
  const delta_q = -t4*t1/t3;
  const dJ_dK = delta_q/N0 + delta_N/t3;
  const dJ_dr = t4*t2*t/t3;
  const dJ_dN0 = -delta_q*(1 + q)/N0;
  return {K: dJ_dK, r: dJ_dr, N0: dJ_dN0};
}

/**
 * J and its derivative by each parameter.
 * @param {number} K
 * @param {number} r
 * @param {number} N0
 * @param {number} t
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(K, r, N0, t, y) {
  const q = (K - N0)/N0;
  const t1 = Math.exp(-r*t);
  const t2 = q*t1;
  const t3 = 1 + t2;
  const N = K/t3;
  const t4 = Math.log(N) - Math.log(y);
  const J = t4*t4;
  const delta_N = 2*t4/N;
  const t5 = delta_N*N;
  const delta_q = -t5*t1/t3;
  const dJ_dK = delta_q/N0 + delta_N/t3;
  const dJ_dr = t5*t2*t/t3;
  const dJ_dN0 = -delta_q*(1 + q)/N0;
  return [J, {K: dJ_dK, r: dJ_dr, N0: dJ_dN0}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} K
 * @param {number} r
 * @param {number} N0
 * @param {number} t
 * @param {number} y
 * @param {number} [rate=0.005]
 * @returns {Params}
 */
export function update(K, r, N0, t, y, rate = 0.005) {
  const grad = gradient(K, r, N0, t, y);
  return {K: K - rate*grad.K, r: r - rate*grad.r, N0: N0 - rate*grad.N0};
}
