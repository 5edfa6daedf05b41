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
// Computed in another form, which keeps more digits
//     δ_φ = −2l₂·(l₁·cos(θ₁)·sin(φ) − l₁·cos(φ)·sin(θ₁) + cos(φ)·Y − X·sin(φ))
//     dJ_dθ1 = −2(l₁·cos(θ₁)·Y − l₁X·sin(θ₁) + l₂·cos(φ)·Y − l₂X·sin(φ))
// Accuracy: dJ_dθ2 loses 5 of 16 digits at θ1 = -8.31145, θ2 = 6.37369e-06, X = 1.31266e-06, Y = -0.000644779, l1 = 12.266, l2 = -0.111119, μ = -3.84602.

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
  const t1 = Math.cos(phi);
  const t2 = Math.sin(phi);
  const t3 = Math.cos(theta1);
  const t4 = Math.sin(theta1);
  const t5 = t1*Y - X*t2;
  const delta_phi = -2*l2*(l1*t3*t2 - l1*t1*t4 + t5);
  const dJ_dtheta1 = -2*(l1*(t3*Y - X*t4) + l2*t5);
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
  const t1 = Math.cos(phi);
  const t2 = Math.cos(theta1);
  const t3 = l1*t2;
  const x = t3 + l2*t1;
  const t4 = Math.sin(phi);
  const t5 = Math.sin(theta1);
  const t6 = l1*t5;
  const y = t6 + l2*t4;
  const t7 = x - X;
  const t8 = y - Y;
  const L = t7*t7 + t8*t8;
  const t9 = mu*theta2;
  const R = t9*theta2;
  const J = L + R;
  const t10 = t1*Y - X*t4;
  const delta_phi = -2*l2*(t3*t4 - t6*t1 + t10);
  const dJ_dtheta1 = -2*(l1*(t2*Y - X*t5) + l2*t10);
  const dJ_dtheta2 = delta_phi + 2*t9;
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
