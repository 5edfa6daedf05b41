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
// Computed in another form, which keeps more digits
//     D = μ²·(1/2) + (exp(s)/2 − s/2 − 1/2), by a function of its own
//     δ_s = δ_z·εσ/2 + β·(expm1(s)/2)

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
  const D = mu*mu*((Math.abs(s) < 1) ? 0.5 : 0.5) + ((Math.abs(s) < 1) ? s*s*(0.25 + s*(1/12 + s*(1/48 + s*(1/240 + s*(1/1440 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) : Math.exp(s)/2 - s/2 - 0.5);
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
  const delta_s = delta_z*t1/2 + beta*(Math.expm1(s)/2);
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
  const D = mu*mu*((Math.abs(s) < 1) ? 0.5 : 0.5) + ((Math.abs(s) < 1) ? s*s*(0.25 + s*(1/12 + s*(1/48 + s*(1/240 + s*(1/1440 + s*(9.92063492063492e-05 + s*(1.240079365079365e-05 + s*(1.3778659611992946e-06 + s*(1.3778659611992944e-07 + s*(1.252605419272086e-08 + s*(1.043837849393405e-09 + s*(8.029521918410807e-11 + s*(5.735372798864862e-12 + s*(3.823581865909908e-13 + s*(2.3897386661936926e-14 + s*(1.4057286271727603e-15 + s*(7.809603484293113e-17 + 4.110317623312165e-18*s))))))))))))))))) : Math.exp(s)/2 - s/2 - 0.5);
  const J = E + beta*D;
  const delta_q = q - x;
  const delta_z = delta_q*w;
  const delta_s = delta_z*t1/2 + beta*(Math.expm1(s)/2);
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
