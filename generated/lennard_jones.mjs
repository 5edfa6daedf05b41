// Made by symgrad: value, gradient and update step of V.
//
// Minimize V, where
//     r = √((x − X)² + (y − Y)²)
//     s = (σ/r)⁶
//     V = 4ε·(s² − s)
// Sensitivities
//     δ = ∂V/∂r = −24ε·(2s − 1)·s/r
// Gradient
//     ∂V/∂x = δ·(x − X)/r
//     ∂V/∂y = δ·(y − Y)/r
// Names here: ε is epsilon, σ is sigma.
// Computed in another form, which keeps more digits
//     s = σ/r·(σ/r)·(σ/r)·(σ/r)·(σ/r)·(σ/r)

/**
 * The derivative of V by each parameter.
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
 * V.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} [epsilon=120]
 * @param {number} [sigma=3.4]
 * @returns {number}
 */
export function value(x, y, X, Y, epsilon = 120, sigma = 3.4) {
  const t1 = x - X;
  const t2 = y - Y;
  const r = Math.sqrt(t1*t1 + t2*t2);
  const t3 = sigma/r;
  const t4 = t3*t3;
  const s = t4*t4*t4;
  const V = 4*epsilon*(s*s - s);
  return V;
}

/**
 * The derivative of V by each parameter.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} [epsilon=120]
 * @param {number} [sigma=3.4]
 * @returns {Gradient}
 */
export function gradient(x, y, X, Y, epsilon = 120, sigma = 3.4) {
  const t1 = x - X;
  const t2 = y - Y;
  const r = Math.sqrt(t1*t1 + t2*t2);
  const t3 = sigma/r;
  const t4 = t3*t3;
  const s = t4*t4*t4;
  const delta = -24*epsilon*(2*s - 1)*s/r;
  const dV_dx = delta*t1/r;
  const dV_dy = delta*t2/r;
  return {x: dV_dx, y: dV_dy};
}

/**
 * V and its derivative by each parameter.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} [epsilon=120]
 * @param {number} [sigma=3.4]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(x, y, X, Y, epsilon = 120, sigma = 3.4) {
  const t1 = x - X;
  const t2 = y - Y;
  const r = Math.sqrt(t1*t1 + t2*t2);
  const t3 = sigma/r;
  const t4 = t3*t3;
  const s = t4*t4*t4;
  const t5 = s - 1;
  const V = 4*epsilon*(s*t5);
  const delta = -24*epsilon*(s + t5)*s/r;
  const dV_dx = delta*t1/r;
  const dV_dy = delta*t2/r;
  return [V, {x: dV_dx, y: dV_dy}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} x
 * @param {number} y
 * @param {number} X
 * @param {number} Y
 * @param {number} [epsilon=120]
 * @param {number} [sigma=3.4]
 * @param {number} [rate=0.001]
 * @returns {Params}
 */
export function update(x, y, X, Y, epsilon = 120, sigma = 3.4, rate = 0.001) {
  const grad = gradient(x, y, X, Y, epsilon, sigma);
  return {x: x - rate*grad.x, y: y - rate*grad.y};
}
