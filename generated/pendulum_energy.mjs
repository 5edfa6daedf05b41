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
//     h = l·(2·sin(θ/2)²)

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
  const t1 = Math.sin(theta/2);
  const h = l*(2*t1*t1);
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
  const t1 = Math.sin(theta/2);
  const h = l*(2*t1*t1);
  const t2 = m*v;
  const T = t2*v/2;
  const t3 = m*g;
  const U = t3*h;
  const H = T + U;
  const dH_dtheta = t3*l*Math.sin(theta);
  const dH_domega = t2*l;
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
