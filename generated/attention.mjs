// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     q = w_q·x₂
//     k₁ = w_k·x₁
//     k₂ = w_k·x₂
//     v₁ = w_v·x₁
//     v₂ = w_v·x₂
//     s₁ = qk₁/√d
//     s₂ = qk₂/√d
//     Z = exp(s₁) + exp(s₂)
//     α₁ = exp(s₁)/Z
//     α₂ = exp(s₂)/Z
//     o = α₁v₁ + α₂v₂
//     L = (o − y)²/2
// Sensitivities
//     δ_o = ∂L/∂o = o − y
//     δ_α2 = ∂L/∂α₂ = δ_o·v₂
//     δ_α1 = ∂L/∂α₁ = δ_o·v₁
//     δ_Z = ∂L/∂Z = −(δ_α1·α₁ + δ_α2·α₂)/Z
//     δ_s2 = ∂L/∂s₂ = δ_Z·exp(s₂) + δ_α2·α₂
//     δ_s1 = ∂L/∂s₁ = δ_Z·exp(s₁) + δ_α1·α₁
// Gradient
//     ∂L/∂w_q = x₂·(δ_s1·k₁ + δ_s2·k₂)/√d
//     ∂L/∂w_k = q·(δ_s1·x₁ + δ_s2·x₂)/√d
//     ∂L/∂w_v = δ_o·(α₁x₁ + α₂x₂)
// Names here: α1 is alpha1, α2 is alpha2.
// Computed in another form, which keeps more digits
//     α₂ = sigmoid(s₂ − s₁)
// Accuracy: dL_dw_q loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.
// Accuracy: dL_dw_k loses all digits at w_q = 0.799493, w_k = 0.751247, w_v = 1.35567, x1 = 0.902459, x2 = -0.610328, y = 1.35876, d = 1e-06.

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} w_q
 * @property {number} w_k
 * @property {number} w_v
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w_q
 * @property {number} w_k
 * @property {number} w_v
 */

/** 1/(1 + exp(-x)); exp is only taken where it cannot overflow. */
function _sigmoid(x) {
  if (x >= 0) {
    return 1/(1 + Math.exp(-x));
  }
  const z = Math.exp(x);
  return z/(1 + z);
}

/**
 * L.
 * @param {number} w_q
 * @param {number} w_k
 * @param {number} w_v
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [d=1]
 * @returns {number}
 */
export function value(w_q, w_k, w_v, x1, x2, y, d = 1) {
  const q = w_q*x2;
  const k1 = w_k*x1;
  const k2 = w_k*x2;
  const v1 = w_v*x1;
  const v2 = w_v*x2;
  const t1 = Math.sqrt(d);
  const s1 = q*k1/t1;
  const s2 = q*k2/t1;
  const t2 = Math.exp(s1);
  const Z = t2 + Math.exp(s2);
  const alpha1 = t2/Z;
  const alpha2 = _sigmoid(s2 - s1);
  const o = alpha1*v1 + alpha2*v2;
  const t3 = o - y;
  const L = t3*t3/2;
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} w_q
 * @param {number} w_k
 * @param {number} w_v
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [d=1]
 * @returns {Gradient}
 */
export function gradient(w_q, w_k, w_v, x1, x2, y, d = 1) {
  const q = w_q*x2;
  const k1 = w_k*x1;
  const k2 = w_k*x2;
  const v1 = w_v*x1;
  const v2 = w_v*x2;
  const t1 = Math.sqrt(d);
  const s1 = q*k1/t1;
  const s2 = q*k2/t1;
  const t2 = Math.exp(s1);
  const t3 = Math.exp(s2);
  const Z = t2 + t3;
  const alpha1 = t2/Z;
  const alpha2 = _sigmoid(s2 - s1);
  const o = alpha1*v1 + alpha2*v2;
  const delta_o = o - y;
  const delta_alpha2 = delta_o*v2;
  const delta_alpha1 = delta_o*v1;
  const t4 = delta_alpha1*alpha1;
  const t5 = delta_alpha2*alpha2;
  const delta_Z = -(t4 + t5)/Z;
  const delta_s2 = delta_Z*t3 + t5;
  const delta_s1 = delta_Z*t2 + t4;
  const dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1;
  const dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1;
  const dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
  return {w_q: dL_dw_q, w_k: dL_dw_k, w_v: dL_dw_v};
}

/**
 * L and its derivative by each parameter.
 * @param {number} w_q
 * @param {number} w_k
 * @param {number} w_v
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [d=1]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w_q, w_k, w_v, x1, x2, y, d = 1) {
  const q = w_q*x2;
  const k1 = w_k*x1;
  const k2 = w_k*x2;
  const v1 = w_v*x1;
  const v2 = w_v*x2;
  const t1 = Math.sqrt(d);
  const s1 = q*k1/t1;
  const s2 = q*k2/t1;
  const t2 = Math.exp(s1);
  const t3 = Math.exp(s2);
  const Z = t2 + t3;
  const alpha1 = t2/Z;
  const alpha2 = _sigmoid(s2 - s1);
  const o = alpha1*v1 + alpha2*v2;
  const delta_o = o - y;
  const L = delta_o*delta_o/2;
  const delta_alpha2 = delta_o*v2;
  const delta_alpha1 = delta_o*v1;
  const t4 = delta_alpha1*alpha1;
  const t5 = delta_alpha2*alpha2;
  const delta_Z = -(t4 + t5)/Z;
  const delta_s2 = delta_Z*t3 + t5;
  const delta_s1 = delta_Z*t2 + t4;
  const dL_dw_q = x2*(delta_s1*k1 + delta_s2*k2)/t1;
  const dL_dw_k = q*(delta_s1*x1 + delta_s2*x2)/t1;
  const dL_dw_v = delta_o*(alpha1*x1 + alpha2*x2);
  return [L, {w_q: dL_dw_q, w_k: dL_dw_k, w_v: dL_dw_v}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w_q
 * @param {number} w_k
 * @param {number} w_v
 * @param {number} x1
 * @param {number} x2
 * @param {number} y
 * @param {number} [d=1]
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(w_q, w_k, w_v, x1, x2, y, d = 1, rate = 0.1) {
  const grad = gradient(w_q, w_k, w_v, x1, x2, y, d);
  return {
    w_q: w_q - rate*grad.w_q, w_k: w_k - rate*grad.w_k, w_v: w_v - rate*grad.w_v,
  };
}
