// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     φ = θ₁ + θ₂
//     x = l₁·cos(θ₁) + l₂·cos(φ)
//     y = l₁·sin(θ₁) + l₂·sin(φ)
//     L = (x − X)² + (y − Y)²
//     R = μθ₂²
//     J = L + R
// Sensitivities
//     δ_y = ∂L/∂y = 2(y − Y)
//     δ_x = ∂L/∂x = 2(x − X)
//     δ_φ = ∂L/∂φ = −δ_x·l₂·sin(φ) + δ_y·l₂·cos(φ)
// Gradient
//     ∂J/∂θ₁ = δ_φ − δ_x·l₁·sin(θ₁) + δ_y·l₁·cos(θ₁)
//     ∂J/∂θ₂ = δ_φ + 2μθ₂
// Names here: θ1 is theta1, θ2 is theta2, μ is mu, φ is phi.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} theta1
 * @property {number} theta2
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} theta1
 * @property {number} theta2
 */

/**
 * J.
 * @param {number} theta1
 * @param {number} theta2
 * @param {number} X
 * @param {number} Y
 * @param {number} [l1=1]
 * @param {number} [l2=0.7]
 * @param {number} [mu=0.001]
 * @returns {number}
 */
export function value(theta1, theta2, X, Y, l1 = 1, l2 = 0.7, mu = 0.001) {
  const phi = theta1 + theta2;
  const x = l1*Math.cos(theta1) + l2*Math.cos(phi);
  const y = l1*Math.sin(theta1) + l2*Math.sin(phi);
  const t1 = x - X;
  const t2 = y - Y;
  const L = t1*t1 + t2*t2;
  const R = mu*theta2*theta2;
  const J = L + R;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} theta1
 * @param {number} theta2
 * @param {number} X
 * @param {number} Y
 * @param {number} [l1=1]
 * @param {number} [l2=0.7]
 * @param {number} [mu=0.001]
 * @returns {Gradient}
 */
export function gradient(theta1, theta2, X, Y, l1 = 1, l2 = 0.7, mu = 0.001) {
  const phi = theta1 + theta2;
  const t1 = l1*Math.cos(theta1);
  const t2 = l2*Math.cos(phi);
  const x = t1 + t2;
  const t3 = l1*Math.sin(theta1);
  const t4 = l2*Math.sin(phi);
  const y = t3 + t4;
  const delta_y = 2*(y - Y);
  const delta_x = 2*(x - X);
  const delta_phi = delta_y*t2 - delta_x*t4;
  const dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1;
  const dJ_dtheta2 = delta_phi + 2*mu*theta2;
  return {theta1: dJ_dtheta1, theta2: dJ_dtheta2};
}

/**
 * J and its derivative by each parameter.
 * @param {number} theta1
 * @param {number} theta2
 * @param {number} X
 * @param {number} Y
 * @param {number} [l1=1]
 * @param {number} [l2=0.7]
 * @param {number} [mu=0.001]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(theta1, theta2, X, Y, l1 = 1, l2 = 0.7, mu = 0.001) {
  const phi = theta1 + theta2;
  const t1 = l1*Math.cos(theta1);
  const t2 = l2*Math.cos(phi);
  const x = t1 + t2;
  const t3 = l1*Math.sin(theta1);
  const t4 = l2*Math.sin(phi);
  const y = t3 + t4;
  const t5 = x - X;
  const t6 = y - Y;
  const L = t5*t5 + t6*t6;
  const t7 = mu*theta2;
  const R = t7*theta2;
  const J = L + R;
  const delta_y = 2*t6;
  const delta_x = 2*t5;
  const delta_phi = delta_y*t2 - delta_x*t4;
  const dJ_dtheta1 = delta_phi - delta_x*t3 + delta_y*t1;
  const dJ_dtheta2 = delta_phi + 2*t7;
  return [J, {theta1: dJ_dtheta1, theta2: dJ_dtheta2}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} theta1
 * @param {number} theta2
 * @param {number} X
 * @param {number} Y
 * @param {number} [l1=1]
 * @param {number} [l2=0.7]
 * @param {number} [mu=0.001]
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(theta1, theta2, X, Y, l1 = 1, l2 = 0.7, mu = 0.001, rate = 0.1) {
  const grad = gradient(theta1, theta2, X, Y, l1, l2, mu);
  return {
    theta1: theta1 - rate*grad.theta1, theta2: theta2 - rate*grad.theta2,
  };
}
