// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     a = v·cos(θ)
//     b = v·sin(θ)
//     t = (b + √(b² + 2gk))/g
//     X = at
//     J = (X − D)²
// Sensitivities
//     δ_X = ∂J/∂X = 2(X − D)
//     δ_b = ∂J/∂b = δ_X·a·(1 + b/√(b² + 2gk))/g
//     δ_a = ∂J/∂a = δ_X·t
// Gradient
//     ∂J/∂v = δ_a·cos(θ) + δ_b·sin(θ)
//     ∂J/∂θ = −δ_a·b + δ_b·a
// Names here: θ is theta.
// Computed in another form, which keeps more digits
//     t = where(b ≤ 0, 2gk/(√(b² + 2gk) − b)/g, (b + √(b² + 2gk))/g)
//     δ_b = a·(δ_X·where(b < 0, 2gk/(√(b² + 2gk) − b), √(b² + 2gk) + b)/(√(b² + 2gk)·g))
// Accuracy: dJ_dv loses 14 of 16 digits at v = 74.8193, θ = -0.104809, D = 0.265258, g = -1.35382e-07, k = -3.1434e-06.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} v
 * @property {number} theta
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} v
 * @property {number} theta
 */

/**
 * J.
 * @param {number} v
 * @param {number} theta
 * @param {number} D
 * @param {number} [g=9.81]
 * @param {number} [k=1.5]
 * @returns {number}
 */
export function value(v, theta, D, g = 9.81, k = 1.5) {
  const a = v*Math.cos(theta);
  const b = v*Math.sin(theta);
  const t1 = 2*g*k;
  const t2 = b*b + t1;
  const t = (b <= 0) ? t1/(Math.sqrt(t2) - b)/g : (b + Math.sqrt(t2))/g;
  const X = a*t;
  const t3 = X - D;
  const J = t3*t3;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} v
 * @param {number} theta
 * @param {number} D
 * @param {number} [g=9.81]
 * @param {number} [k=1.5]
 * @returns {Gradient}
 */
export function gradient(v, theta, D, g = 9.81, k = 1.5) {
  const t1 = Math.cos(theta);
  const a = v*t1;
  const t2 = Math.sin(theta);
  const b = v*t2;
  const t3 = 2*g*k;
  const t4 = Math.sqrt(b*b + t3);
  const t5 = t4 - b;
  const t6 = b + t4;
  const t = (b <= 0) ? t3/t5/g : t6/g;
  const X = a*t;
  const delta_X = 2*(X - D);
  const delta_b = a*(delta_X*((b < 0) ? t3/t5 : t6)/(t4*g));
  const delta_a = delta_X*t;
  const dJ_dv = delta_a*t1 + delta_b*t2;
  const dJ_dtheta = delta_b*a - delta_a*b;
  return {v: dJ_dv, theta: dJ_dtheta};
}

/**
 * J and its derivative by each parameter.
 * @param {number} v
 * @param {number} theta
 * @param {number} D
 * @param {number} [g=9.81]
 * @param {number} [k=1.5]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(v, theta, D, g = 9.81, k = 1.5) {
  const t1 = Math.cos(theta);
  const a = v*t1;
  const t2 = Math.sin(theta);
  const b = v*t2;
  const t3 = 2*g*k;
  const t4 = Math.sqrt(b*b + t3);
  const t5 = t4 - b;
  const t6 = b + t4;
  const t = (b <= 0) ? t3/t5/g : t6/g;
  const X = a*t;
  const t7 = X - D;
  const J = t7*t7;
  const delta_X = 2*t7;
  const delta_b = a*(delta_X*((b < 0) ? t3/t5 : t6)/(t4*g));
  const delta_a = delta_X*t;
  const dJ_dv = delta_a*t1 + delta_b*t2;
  const dJ_dtheta = delta_b*a - delta_a*b;
  return [J, {v: dJ_dv, theta: dJ_dtheta}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} v
 * @param {number} theta
 * @param {number} D
 * @param {number} [g=9.81]
 * @param {number} [k=1.5]
 * @param {number} [rate=0.01]
 * @returns {Params}
 */
export function update(v, theta, D, g = 9.81, k = 1.5, rate = 0.01) {
  const grad = gradient(v, theta, D, g, k);
  return {v: v - rate*grad.v, theta: theta - rate*grad.theta};
}
