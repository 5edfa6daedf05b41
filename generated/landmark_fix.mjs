// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     u = X − x
//     v = Y − y
//     d = √(u² + v²)
//     ψ = atan2(v, u)
//     A = ((d − r)/σ_r)²/2
//     B = ((ψ − φ)/σ_φ)²/2
//     J = A + B
// Sensitivities
//     δ_ψ = ∂B/∂ψ = (ψ − φ)/σ_φ²
//     δ_d = ∂A/∂d = (d − r)/σ_r²
// Gradient
//     ∂J/∂x = −δ_d·u/d + δ_ψ·v/(u² + v²)
//     ∂J/∂y = −(δ_d·v/d + δ_ψ·u/(u² + v²))
// Names here: φ is phi, σ_r is sigma_r, σ_φ is sigma_phi, ψ is psi.
// Computed in another form, which keeps more digits
//     d = hypot(u, v)
//     dJ_dx = −δ_d/d·u + δ_ψ/(v + u/v·u)
//     dJ_dy = −(δ_d/d·v + δ_ψ/(u + v/u·v))

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} x
 * @property {number} y
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} x
 * @property {number} y
 */

/**
 * J.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} r
 * @param {number} phi
 * @param {number} [sigma_r=0.1]
 * @param {number} [sigma_phi=0.05]
 * @returns {number}
 */
export function value(x, y, X, Y, r, phi, sigma_r = 0.1, sigma_phi = 0.05) {
  const u = X - x;
  const v = Y - y;
  const d = Math.hypot(u, v);
  const psi = Math.atan2(v, u);
  const t1 = (d - r)/sigma_r;
  const A = t1*t1/2;
  const t2 = (psi - phi)/sigma_phi;
  const B = t2*t2/2;
  const J = A + B;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} r
 * @param {number} phi
 * @param {number} [sigma_r=0.1]
 * @param {number} [sigma_phi=0.05]
 * @returns {Gradient}
 */
export function gradient(x, y, X, Y, r, phi, sigma_r = 0.1, sigma_phi = 0.05) {
  const u = X - x;
  const v = Y - y;
  const d = Math.hypot(u, v);
  const psi = Math.atan2(v, u);
  const delta_psi = (psi - phi)/(sigma_phi*sigma_phi);
  const delta_d = (d - r)/(sigma_r*sigma_r);
  const t1 = delta_d/d;
  const dJ_dx = delta_psi/(v + u/v*u) - t1*u;
  const dJ_dy = -(t1*v + delta_psi/(u + v/u*v));
  return {x: dJ_dx, y: dJ_dy};
}

/**
 * J and its derivative by each parameter.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} r
 * @param {number} phi
 * @param {number} [sigma_r=0.1]
 * @param {number} [sigma_phi=0.05]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(x, y, X, Y, r, phi, sigma_r = 0.1, sigma_phi = 0.05) {
  const u = X - x;
  const v = Y - y;
  const d = Math.hypot(u, v);
  const psi = Math.atan2(v, u);
  const t1 = d - r;
  const t2 = t1/sigma_r;
  const A = t2*t2/2;
  const t3 = psi - phi;
  const t4 = t3/sigma_phi;
  const B = t4*t4/2;
  const J = A + B;
  const delta_psi = t3/(sigma_phi*sigma_phi);
  const delta_d = t1/(sigma_r*sigma_r);
  const t5 = delta_d/d;
  const dJ_dx = delta_psi/(v + u/v*u) - t5*u;
  const dJ_dy = -(t5*v + delta_psi/(u + v/u*v));
  return [J, {x: dJ_dx, y: dJ_dy}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} r
 * @param {number} phi
 * @param {number} [sigma_r=0.1]
 * @param {number} [sigma_phi=0.05]
 * @param {number} [rate=0.002]
 * @returns {Params}
 */
export function update(x, y, X, Y, r, phi, sigma_r = 0.1, sigma_phi = 0.05, rate = 0.002) {
  const grad = gradient(x, y, X, Y, r, phi, sigma_r, sigma_phi);
  return {x: x - rate*grad.x, y: y - rate*grad.y};
}
