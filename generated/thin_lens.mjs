// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     P = (n − 1)·(1/R₁ − 1/R₂)
//     q = P − 1/s
//     i = 1/q
//     J = (i − y)²
// Sensitivities
//     δ = ∂J/∂P = −2(i − y)·i²
// Gradient
//     ∂J/∂R₁ = δ·(1 − n)/R₁²
//     ∂J/∂R₂ = δ·(n − 1)/R₂²
// Computed in another form, which keeps more digits
//     dJ_dR1 = where(n ≤ 3/2, where(R₁² == 0, 0, δ·(1 − n)/R₁²), −2/R₁·((1/q − y)/R₁)·((1 − n)/q)·(1/q))
// Accuracy: J loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
// Accuracy: dJ_dR1 loses all digits at R1 = 0, R2 = -0.0724438, s = 1.0243, y = 0.150181, n = 1.46058.
// Accuracy: dJ_dR2 loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} R1
 * @property {number} R2
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} R1
 * @property {number} R2
 */

/**
 * J.
 * @param {number} R1
 * @param {number} R2
 * @param {number} s
 * @param {number} y
 * @param {number} [n=1.5168]
 * @returns {number}
 */
export function value(R1, R2, s, y, n = 1.5168) {
  const P = (n - 1)*(1/R1 - 1/R2);
  const q = P - 1/s;
  const i = 1/q;
  const t1 = i - y;
  const J = t1*t1;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} R1
 * @param {number} R2
 * @param {number} s
 * @param {number} y
 * @param {number} [n=1.5168]
 * @returns {Gradient}
 */
export function gradient(R1, R2, s, y, n = 1.5168) {
  const t1 = n - 1;
  const P = t1*(1/R1 - 1/R2);
  const q = P - 1/s;
  const i = 1/q;
  const t2 = i - y;
  const delta = -2*t2*i*i;
  const t3 = R1*R1;
  const t4 = 1 - n;
  const dJ_dR1 = (n <= 1.5) ? ((t3 == 0) ? 0 : delta*t4/t3) : -2/R1*(t2/R1)*(t4/q)*i;
  const dJ_dR2 = delta*t1/(R2*R2);
  return {R1: dJ_dR1, R2: dJ_dR2};
}

/**
 * J and its derivative by each parameter.
 * @param {number} R1
 * @param {number} R2
 * @param {number} s
 * @param {number} y
 * @param {number} [n=1.5168]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(R1, R2, s, y, n = 1.5168) {
  const t1 = n - 1;
  const P = t1*(1/R1 - 1/R2);
  const q = P - 1/s;
  const i = 1/q;
  const t2 = i - y;
  const J = t2*t2;
  const delta = -2*t2*i*i;
  const t3 = R1*R1;
  const t4 = 1 - n;
  const dJ_dR1 = (n <= 1.5) ? ((t3 == 0) ? 0 : delta*t4/t3) : -2/R1*(t2/R1)*(t4/q)*i;
  const dJ_dR2 = delta*t1/(R2*R2);
  return [J, {R1: dJ_dR1, R2: dJ_dR2}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} R1
 * @param {number} R2
 * @param {number} s
 * @param {number} y
 * @param {number} [n=1.5168]
 * @param {number} [rate=0.2]
 * @returns {Params}
 */
export function update(R1, R2, s, y, n = 1.5168, rate = 0.2) {
  const grad = gradient(R1, R2, s, y, n);
  return {R1: R1 - rate*grad.R1, R2: R2 - rate*grad.R2};
}
