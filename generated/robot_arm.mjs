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
//     δ_φ = sin(θ₁)·l₁l₂·(2·cos(φ)) + Yl₂·(−2·cos(φ)) + cos(θ₁)·l₁l₂·(−2·sin(φ)) + Xl₂·(2·sin(φ)), by a function of its own
//     dJ_dθ1 = 2l₂·sin(φ)·X − 2l₂·cos(φ)·Y + 2l₁·sin(θ₁)·X − 2l₁·cos(θ₁)·Y
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
  const t1 = Math.sin(theta1);
  const t2 = Math.cos(theta1);
  const delta_phi = l2*(l1*(t1*((Math.abs(phi) < 1) ? 2 + phi*phi*(phi*phi*(1/12 + phi*phi*(phi*phi*(4.96031746031746e-05 + phi*phi*(phi*phi*(4.17535139757362e-09 + phi*phi*(phi*phi*(9.55895466477477e-14 - 3.123841393717245e-16*phi*phi) - 2.294149119545945e-11)) - 5.511463844797178e-07)) - 1/360)) - 1) : 2*Math.cos(phi)) + t2*((Math.abs(phi) < 1) ? phi*(phi*phi*(1/3 + phi*phi*(phi*phi*(1/2520 + phi*phi*(phi*phi*(5.010421677088344e-08 + phi*phi*(phi*phi*(1.5294327463639633e-12 + phi*phi*(1.644127049324866e-17*phi*phi - 5.622914508691041e-15)) - 3.2118087673643227e-10)) - 5.5114638447971785e-06)) - 1/60)) - 2) : -2*Math.sin(phi))) + Y*((Math.abs(phi) < 1) ? phi*phi*(1 + phi*phi*(phi*phi*(1/360 + phi*phi*(phi*phi*(5.511463844797178e-07 + phi*phi*(phi*phi*(2.294149119545945e-11 + phi*phi*(3.123841393717245e-16*phi*phi - 9.55895466477477e-14)) - 4.17535139757362e-09)) - 4.96031746031746e-05)) - 1/12)) - 2 : -2*Math.cos(phi)) + X*((Math.abs(phi) < 1) ? phi*(2 + phi*phi*(phi*phi*(1/60 + phi*phi*(phi*phi*(5.5114638447971785e-06 + phi*phi*(phi*phi*(3.2118087673643227e-10 + phi*phi*(phi*phi*(5.622914508691041e-15 - 1.644127049324866e-17*phi*phi) - 1.5294327463639633e-12)) - 5.010421677088344e-08)) - 1/2520)) - 1/3)) : 2*Math.sin(phi)));
  const dJ_dtheta1 = l2*(2*Math.sin(phi)*X - 2*Math.cos(phi)*Y) + l1*(2*t1*X - 2*t2*Y);
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
  const t1 = Math.cos(theta1);
  const t2 = l1*t1;
  const t3 = l2*Math.cos(phi);
  const x = t2 + t3;
  const t4 = Math.sin(theta1);
  const t5 = l1*t4;
  const t6 = l2*Math.sin(phi);
  const y = t5 + t6;
  const t7 = x - X;
  const t8 = y - Y;
  const L = t7*t7 + t8*t8;
  const t9 = mu*theta2;
  const R = t9*theta2;
  const J = L + R;
  const delta_phi = l2*(l1*(t4*((Math.abs(phi) < 1) ? 2 + phi*phi*(phi*phi*(1/12 + phi*phi*(phi*phi*(4.96031746031746e-05 + phi*phi*(phi*phi*(4.17535139757362e-09 + phi*phi*(phi*phi*(9.55895466477477e-14 - 3.123841393717245e-16*phi*phi) - 2.294149119545945e-11)) - 5.511463844797178e-07)) - 1/360)) - 1) : 2*Math.cos(phi)) + t1*((Math.abs(phi) < 1) ? phi*(phi*phi*(1/3 + phi*phi*(phi*phi*(1/2520 + phi*phi*(phi*phi*(5.010421677088344e-08 + phi*phi*(phi*phi*(1.5294327463639633e-12 + phi*phi*(1.644127049324866e-17*phi*phi - 5.622914508691041e-15)) - 3.2118087673643227e-10)) - 5.5114638447971785e-06)) - 1/60)) - 2) : -2*Math.sin(phi))) + Y*((Math.abs(phi) < 1) ? phi*phi*(1 + phi*phi*(phi*phi*(1/360 + phi*phi*(phi*phi*(5.511463844797178e-07 + phi*phi*(phi*phi*(2.294149119545945e-11 + phi*phi*(3.123841393717245e-16*phi*phi - 9.55895466477477e-14)) - 4.17535139757362e-09)) - 4.96031746031746e-05)) - 1/12)) - 2 : -2*Math.cos(phi)) + X*((Math.abs(phi) < 1) ? phi*(2 + phi*phi*(phi*phi*(1/60 + phi*phi*(phi*phi*(5.5114638447971785e-06 + phi*phi*(phi*phi*(3.2118087673643227e-10 + phi*phi*(phi*phi*(5.622914508691041e-15 - 1.644127049324866e-17*phi*phi) - 1.5294327463639633e-12)) - 5.010421677088344e-08)) - 1/2520)) - 1/3)) : 2*Math.sin(phi)));
  const dJ_dtheta1 = 2*t6*X - 2*t3*Y + 2*t5*X - 2*t2*Y;
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
