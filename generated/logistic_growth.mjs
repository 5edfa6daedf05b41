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
  const t1 = K - N0;
  const q = t1/N0;
  const t2 = Math.exp(-r*t);
  const N = K/(1 + q*t2);
  const t3 = (1 + t2*t1/N0)*y;
  const t4 = (K - t3)/t3;
  const t5 = (Math.abs(t4) < 0.5) ? Math.log1p(t4) : Math.log(N/y);
  const J = t5*t5;
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
  const t1 = r*t;
  const t2 = 1 + q*Math.exp(-t1);
  const N = K/t2;
  const t3 = Math.exp(t1) + q;
  const t4 = t2*y;
  const t5 = (K - t4)/t4;
  const t6 = (Math.abs(t5) < 0.5) ? Math.log1p(t5) : Math.log(N/y);
  const delta_q = -2*t6/t3;
  const dJ_dK = -delta_q*(Math.expm1(t1)/K);
  const dJ_dr = q*(2*t6*t/t3);
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
  const t1 = K - N0;
  const q = t1/N0;
  const t2 = r*t;
  const t3 = Math.exp(-t2);
  const t4 = 1 + q*t3;
  const N = K/t4;
  const t5 = (1 + t3*t1/N0)*y;
  const t6 = (K - t5)/t5;
  const t7 = (Math.abs(t6) < 0.5) ? Math.log1p(t6) : Math.log(N/y);
  const J = t7*t7;
  const t8 = Math.exp(t2) + q;
  const t9 = t4*y;
  const t10 = (K - t9)/t9;
  const t11 = (Math.abs(t10) < 0.5) ? Math.log1p(t10) : Math.log(N/y);
  const delta_q = -2*t11/t8;
  const dJ_dK = -delta_q*(Math.expm1(t2)/K);
  const dJ_dr = q*(2*t11*t/t8);
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
