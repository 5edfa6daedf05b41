// Made by symgrad: value, gradient and update step of H.
//
// Minimize H, where
//     v = lω
//     h = l·(1 − cos(θ))
//     T = mv²/2
//     U = mgh
//     H = T + U
// Gradient
//     ∂H/∂θ = mgl·sin(θ)
//     ∂H/∂ω = mvl
// Names here: θ is theta, ω is omega.
// Computed in another form, which keeps more digits
//     h = l·(1 − cos(θ)), by a function of its own

/**
 * The derivative of H by each parameter.
 * @typedef {object} Gradient
 * @property {number} theta
 * @property {number} omega
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} theta
 * @property {number} omega
 */

/**
 * H.
 * @param {number} theta
 * @param {number} omega
 * @param {number} m
 * @param {number} l
 * @param {number} [g=9.81]
 * @returns {number}
 */
export function value(theta, omega, m, l, g = 9.81) {
  const v = l*omega;
  const h = l*((Math.abs(theta) < 1) ? theta*theta*(0.5 + theta*theta*(theta*theta*(1/720 + theta*theta*(theta*theta*(2.755731922398589e-07 + theta*theta*(theta*theta*(1.1470745597729725e-11 + theta*theta*(1.5619206968586225e-16*theta*theta - 4.779477332387385e-14)) - 2.08767569878681e-09)) - 2.48015873015873e-05)) - 1/24)) : 1 - Math.cos(theta));
  const T = m*v*v/2;
  const U = m*g*h;
  const H = T + U;
  return H;
}

/**
 * The derivative of H by each parameter.
 * @param {number} theta
 * @param {number} omega
 * @param {number} m
 * @param {number} l
 * @param {number} [g=9.81]
 * @returns {Gradient}
 */
export function gradient(theta, omega, m, l, g = 9.81) {
  const v = l*omega;
  const t1 = m*l;
  const dH_dtheta = t1*g*Math.sin(theta);
  const dH_domega = t1*v;
  return {theta: dH_dtheta, omega: dH_domega};
}

/**
 * H and its derivative by each parameter.
 * @param {number} theta
 * @param {number} omega
 * @param {number} m
 * @param {number} l
 * @param {number} [g=9.81]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(theta, omega, m, l, g = 9.81) {
  const v = l*omega;
  const h = l*((Math.abs(theta) < 1) ? theta*theta*(0.5 + theta*theta*(theta*theta*(1/720 + theta*theta*(theta*theta*(2.755731922398589e-07 + theta*theta*(theta*theta*(1.1470745597729725e-11 + theta*theta*(1.5619206968586225e-16*theta*theta - 4.779477332387385e-14)) - 2.08767569878681e-09)) - 2.48015873015873e-05)) - 1/24)) : 1 - Math.cos(theta));
  const t1 = m*v;
  const T = t1*v/2;
  const t2 = m*g;
  const U = t2*h;
  const H = T + U;
  const dH_dtheta = t2*l*Math.sin(theta);
  const dH_domega = t1*l;
  return [H, {theta: dH_dtheta, omega: dH_domega}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} theta
 * @param {number} omega
 * @param {number} m
 * @param {number} l
 * @param {number} [g=9.81]
 * @param {number} [rate=0.05]
 * @returns {Params}
 */
export function update(theta, omega, m, l, g = 9.81, rate = 0.05) {
  const grad = gradient(theta, omega, m, l, g);
  return {theta: theta - rate*grad.theta, omega: omega - rate*grad.omega};
}
