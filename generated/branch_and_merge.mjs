// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = ax + b
//     h = u²
//     v = ch + u + d
//     p = 1/(1 + v)
//     L = (p − y)²
//     R = λ/2·(a² + c²)
//     J = L + R
// Sensitivities
//     δ = ∂L/∂v = −2(p − y)·p²
// Gradient
//     ∂J/∂a = δ·(2cu + 1)·x + λa
//     ∂J/∂b = δ·(2cu + 1)
//     ∂J/∂c = δh + λc
//     ∂J/∂d = δ
// Names here: λ is lam.

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
 * @param {number} [lam=0.1]
 * @returns {number}
 */
export function value(a, b, c, d, x, y, lam = 0.1) {
  const u = a*x + b;
  const h = u*u;
  const v = c*h + u + d;
  const p = 1/(1 + v);
  const t1 = p - y;
  const L = t1*t1;
  const R = lam/2*(a*a + c*c);
  const J = L + R;
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
 * @param {number} [lam=0.1]
 * @returns {Gradient}
 */
export function gradient(a, b, c, d, x, y, lam = 0.1) {
  const u = a*x + b;
  const h = u*u;
  const t1 = c*u;
  const t2 = t1 + 1;
  const v = u*t2 + d;
  const p = 1/(1 + v);
  const delta = -2*(p - y)*p*p;
  const dJ_db = delta*(t1 + t2);
  const dJ_da = dJ_db*x + lam*a;
  const dJ_dc = delta*h + lam*c;
  return {a: dJ_da, b: dJ_db, c: dJ_dc, d: delta};
}

/**
 * J and its derivative by each parameter.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @param {number} [lam=0.1]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(a, b, c, d, x, y, lam = 0.1) {
  const u = a*x + b;
  const h = u*u;
  const t1 = c*u;
  const t2 = t1 + 1;
  const v = u*t2 + d;
  const p = 1/(1 + v);
  const t3 = p - y;
  const L = t3*t3;
  const t4 = lam*a;
  const t5 = lam*c;
  const R = (t4*a + t5*c)/2;
  const J = L + R;
  const delta = -2*t3*p*p;
  const dJ_db = delta*(t1 + t2);
  const dJ_da = dJ_db*x + t4;
  const dJ_dc = delta*h + t5;
  return [J, {a: dJ_da, b: dJ_db, c: dJ_dc, d: delta}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 * @param {number} [lam=0.1]
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(a, b, c, d, x, y, lam = 0.1, rate = 0.1) {
  const grad = gradient(a, b, c, d, x, y, lam);
  return {
    a: a - rate*grad.a, b: b - rate*grad.b, c: c - rate*grad.c, d: d - rate*grad.d,
  };
}
