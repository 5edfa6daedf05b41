// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     μ = ax + b
//     s = cx + d
//     σ = exp(s/2)
//     z = μ + σε
//     q = wz + k
//     E = (x − q)²/2
//     D = (μ² + exp(s) − s − 1)/2
//     J = E + βD
// Sensitivities
//     δ_q = ∂E/∂q = q − x
//     δ_z = ∂E/∂z = δ_q·w
//     δ_s = ∂J/∂s = δ_z·εσ/2 + β·(exp(s)/2 − 1/2)
//     δ_μ = ∂J/∂μ = δ_z + βμ
// Gradient
//     ∂J/∂a = δ_μ·x
//     ∂J/∂b = δ_μ
//     ∂J/∂c = δ_s·x
//     ∂J/∂d = δ_s
//     ∂J/∂w = δ_q·z
//     ∂J/∂k = δ_q
// Names here: ε is epsilon, β is beta, μ is mu, σ is sigma.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} a
 * @property {number} b
 * @property {number} c
 * @property {number} d
 * @property {number} w
 * @property {number} k
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} a
 * @property {number} b
 * @property {number} c
 * @property {number} d
 * @property {number} w
 * @property {number} k
 */

/**
 * J.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} w
 * @param {number} k
 * @param {number} x
 * @param {number} epsilon
 * @param {number} [beta=1]
 * @returns {number}
 */
export function value(a, b, c, d, w, k, x, epsilon, beta = 1) {
  const mu = a*x + b;
  const s = c*x + d;
  const sigma = Math.exp(s/2);
  const z = mu + sigma*epsilon;
  const q = w*z + k;
  const t1 = x - q;
  const E = t1*t1/2;
  const D = ((Math.abs(s) < 0.0625) ? s*s*(0.5 + s*(1/6 + s*(1/24 + s*(1/120 + s*(1/720 + s*(1/5040 + s*(2.48015873015873e-05 + s*(2.7557319223985893e-06 + 2.755731922398589e-07*s)))))))) : Math.expm1(s) - s)/2 + mu*mu/2;
  const J = E + beta*D;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} w
 * @param {number} k
 * @param {number} x
 * @param {number} epsilon
 * @param {number} [beta=1]
 * @returns {Gradient}
 */
export function gradient(a, b, c, d, w, k, x, epsilon, beta = 1) {
  const mu = a*x + b;
  const s = c*x + d;
  const sigma = Math.exp(s/2);
  const t1 = sigma*epsilon;
  const z = mu + t1;
  const q = w*z + k;
  const delta_q = q - x;
  const delta_z = delta_q*w;
  const delta_s = delta_z*(t1/2) + Math.expm1(s)*beta/2;
  const delta_mu = delta_z + beta*mu;
  const dJ_da = delta_mu*x;
  const dJ_dc = delta_s*x;
  const dJ_dw = delta_q*z;
  return {a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s, w: dJ_dw, k: delta_q};
}

/**
 * J and its derivative by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} w
 * @param {number} k
 * @param {number} x
 * @param {number} epsilon
 * @param {number} [beta=1]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(a, b, c, d, w, k, x, epsilon, beta = 1) {
  const mu = a*x + b;
  const s = c*x + d;
  const sigma = Math.exp(s/2);
  const t1 = sigma*epsilon;
  const z = mu + t1;
  const q = w*z + k;
  const t2 = x - q;
  const E = t2*t2/2;
  const t3 = Math.expm1(s);
  const D = ((Math.abs(s) < 0.0625) ? s*s*(0.5 + s*(1/6 + s*(1/24 + s*(1/120 + s*(1/720 + s*(1/5040 + s*(2.48015873015873e-05 + s*(2.7557319223985893e-06 + 2.755731922398589e-07*s)))))))) : t3 - s)/2 + mu*mu/2;
  const J = E + beta*D;
  const delta_q = q - x;
  const delta_z = delta_q*w;
  const delta_s = delta_z*(t1/2) + t3*beta/2;
  const delta_mu = delta_z + beta*mu;
  const dJ_da = delta_mu*x;
  const dJ_dc = delta_s*x;
  const dJ_dw = delta_q*z;
  return [J, {a: dJ_da, b: delta_mu, c: dJ_dc, d: delta_s, w: dJ_dw, k: delta_q}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} w
 * @param {number} k
 * @param {number} x
 * @param {number} epsilon
 * @param {number} [beta=1]
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(a, b, c, d, w, k, x, epsilon, beta = 1, rate = 0.1) {
  const grad = gradient(a, b, c, d, w, k, x, epsilon, beta);
  return {
    a: a - rate*grad.a, b: b - rate*grad.b, c: c - rate*grad.c, d: d - rate*grad.d,
    w: w - rate*grad.w, k: k - rate*grad.k,
  };
}
