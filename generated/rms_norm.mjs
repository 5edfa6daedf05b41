// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     a₁ = w₁₁x₁ + w₁₂x₂
//     a₂ = w₂₁x₁ + w₂₂x₂
//     r = √((a₁² + a₂²)/2 + ε)
//     y₁ = g₁a₁/r
//     y₂ = g₂a₂/r
//     L = ((y₁ − t₁)² + (y₂ − t₂)²)/2
// Sensitivities
//     δ_y2 = ∂L/∂y₂ = y₂ − t₂
//     δ_y1 = ∂L/∂y₁ = y₁ − t₁
//     δ_r = ∂L/∂r = −(δ_y1·y₁ + δ_y2·y₂)/r
//     δ_a2 = ∂L/∂a₂ = δ_r·a₂/(2r) + δ_y2·g₂/r
//     δ_a1 = ∂L/∂a₁ = δ_r·a₁/(2r) + δ_y1·g₁/r
// Gradient
//     ∂L/∂w₁₁ = δ_a1·x₁
//     ∂L/∂w₁₂ = δ_a1·x₂
//     ∂L/∂w₂₁ = δ_a2·x₁
//     ∂L/∂w₂₂ = δ_a2·x₂
//     ∂L/∂g₁ = δ_y1·a₁/r
//     ∂L/∂g₂ = δ_y2·a₂/r
// Names here: ε is epsilon.
// Accuracy: dL_dw11 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
// Accuracy: dL_dw12 loses 5 of 16 digits at w11 = -1.00995e-07, w12 = 203.462, w21 = 236.773, w22 = 0.229572, g1 = -0.130399, g2 = -0.00010617, x1 = -1.26915e-07, x2 = 0.00682935, ….
// Accuracy: dL_dw21 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….
// Accuracy: dL_dw22 loses 7 of 16 digits at w11 = -1.68862e-06, w12 = -2.35289e-07, w21 = -1.74781e-06, w22 = 0.329467, g1 = 0.00331509, g2 = 3.97568e-06, x1 = -2.38139, x2 = -36.0624, ….

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} w11
 * @property {number} w12
 * @property {number} w21
 * @property {number} w22
 * @property {number} g1
 * @property {number} g2
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w11
 * @property {number} w12
 * @property {number} w21
 * @property {number} w22
 * @property {number} g1
 * @property {number} g2
 */

/**
 * L.
 * @param {number} w11
 * @param {number} w12
 * @param {number} w21
 * @param {number} w22
 * @param {number} g1
 * @param {number} g2
 * @param {number} x1
 * @param {number} x2
 * @param {number} t1
 * @param {number} t2
 * @param {number} [epsilon=1e-05]
 * @returns {number}
 */
export function value(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon = 1e-05) {
  const a1 = w11*x1 + w12*x2;
  const a2 = w21*x1 + w22*x2;
  const r = Math.sqrt((a1*a1 + a2*a2)/2 + epsilon);
  const y1 = g1*a1/r;
  const y2 = g2*a2/r;
  const tmp1 = y1 - t1;
  const tmp2 = y2 - t2;
  const L = (tmp1*tmp1 + tmp2*tmp2)/2;
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} w11
 * @param {number} w12
 * @param {number} w21
 * @param {number} w22
 * @param {number} g1
 * @param {number} g2
 * @param {number} x1
 * @param {number} x2
 * @param {number} t1
 * @param {number} t2
 * @param {number} [epsilon=1e-05]
 * @returns {Gradient}
 */
export function gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon = 1e-05) {
  const a1 = w11*x1 + w12*x2;
  const a2 = w21*x1 + w22*x2;
  const r = Math.sqrt((a1*a1 + a2*a2)/2 + epsilon);
  const y1 = g1*a1/r;
  const y2 = g2*a2/r;
  const delta_y2 = y2 - t2;
  const delta_y1 = y1 - t1;
  const delta_r = -(delta_y1*y1 + delta_y2*y2)/r;
  const delta_a2 = (delta_r*a2/2 + delta_y2*g2)/r;
  const delta_a1 = (delta_r*a1/2 + delta_y1*g1)/r;
  const dL_dw11 = delta_a1*x1;
  const dL_dw12 = delta_a1*x2;
  const dL_dw21 = delta_a2*x1;
  const dL_dw22 = delta_a2*x2;
  const dL_dg1 = delta_y1*a1/r;
  const dL_dg2 = delta_y2*a2/r;
  return {
    w11: dL_dw11, w12: dL_dw12, w21: dL_dw21, w22: dL_dw22, g1: dL_dg1, g2: dL_dg2,
  };
}

/**
 * L and its derivative by each parameter.
 * @param {number} w11
 * @param {number} w12
 * @param {number} w21
 * @param {number} w22
 * @param {number} g1
 * @param {number} g2
 * @param {number} x1
 * @param {number} x2
 * @param {number} t1
 * @param {number} t2
 * @param {number} [epsilon=1e-05]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon = 1e-05) {
  const a1 = w11*x1 + w12*x2;
  const a2 = w21*x1 + w22*x2;
  const r = Math.sqrt((a1*a1 + a2*a2)/2 + epsilon);
  const y1 = g1*a1/r;
  const y2 = g2*a2/r;
  const delta_y1 = y1 - t1;
  const delta_y2 = y2 - t2;
  const L = (delta_y1*delta_y1 + delta_y2*delta_y2)/2;
  const delta_r = -(delta_y1*y1 + delta_y2*y2)/r;
  const delta_a2 = (delta_r*a2/2 + delta_y2*g2)/r;
  const delta_a1 = (delta_r*a1/2 + delta_y1*g1)/r;
  const dL_dw11 = delta_a1*x1;
  const dL_dw12 = delta_a1*x2;
  const dL_dw21 = delta_a2*x1;
  const dL_dw22 = delta_a2*x2;
  const dL_dg1 = delta_y1*a1/r;
  const dL_dg2 = delta_y2*a2/r;
  return [L, {
    w11: dL_dw11, w12: dL_dw12, w21: dL_dw21, w22: dL_dw22, g1: dL_dg1, g2: dL_dg2,
  }];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w11
 * @param {number} w12
 * @param {number} w21
 * @param {number} w22
 * @param {number} g1
 * @param {number} g2
 * @param {number} x1
 * @param {number} x2
 * @param {number} t1
 * @param {number} t2
 * @param {number} [epsilon=1e-05]
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(
  w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon = 1e-05, rate = 0.1,
) {
  const grad = gradient(w11, w12, w21, w22, g1, g2, x1, x2, t1, t2, epsilon);
  return {
    w11: w11 - rate*grad.w11, w12: w12 - rate*grad.w12, w21: w21 - rate*grad.w21,
    w22: w22 - rate*grad.w22, g1: g1 - rate*grad.g1, g2: g2 - rate*grad.g2,
  };
}
