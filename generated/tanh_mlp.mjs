// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     h₁ = tanh(z₁)
//     z₂ = w₂h₁ + b₂
//     h₂ = tanh(z₂)
//     L = (h₂ − y)²/2
// Sensitivities
//     δ₂ = ∂L/∂z₂ = (h₂ − y)·(1 − h₂²)
//     δ₁ = ∂L/∂z₁ = δ₂w₂·(1 − h₁²)
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂h₁
//     ∂L/∂b₂ = δ₂
// Computed in another form, which keeps more digits
//     δ₂ = (h₂ − y)/cosh(z₂)²
//     δ₁ = δ₂w₂/cosh(z₁)²

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} w1
 * @property {number} b1
 * @property {number} w2
 * @property {number} b2
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w1
 * @property {number} b1
 * @property {number} w2
 * @property {number} b2
 */

/**
 * L.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} x
 * @param {number} y
 * @returns {number}
 */
export function value(w1, b1, w2, b2, x, y) {
  const z1 = w1*x + b1;
  const h1 = Math.tanh(z1);
  const z2 = w2*h1 + b2;
  const h2 = Math.tanh(z2);
  const t1 = h2 - y;
  const L = t1*t1/2;
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} x
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(w1, b1, w2, b2, x, y) {
  const z1 = w1*x + b1;
  const h1 = Math.tanh(z1);
  const z2 = w2*h1 + b2;
  const h2 = Math.tanh(z2);
  const t1 = Math.cosh(z2);
  const delta_2 = (h2 - y)/(t1*t1);
  const t2 = Math.cosh(z1);
  const delta_1 = delta_2*w2/(t2*t2);
  const dL_dw1 = delta_1*x;
  const dL_dw2 = delta_2*h1;
  return {w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2};
}

/**
 * L and its derivative by each parameter.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} x
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w1, b1, w2, b2, x, y) {
  const z1 = w1*x + b1;
  const h1 = Math.tanh(z1);
  const z2 = w2*h1 + b2;
  const h2 = Math.tanh(z2);
  const t1 = h2 - y;
  const L = t1*t1/2;
  const t2 = Math.cosh(z2);
  const delta_2 = t1/(t2*t2);
  const t3 = Math.cosh(z1);
  const delta_1 = delta_2*w2/(t3*t3);
  const dL_dw1 = delta_1*x;
  const dL_dw2 = delta_2*h1;
  return [L, {w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} x
 * @param {number} y
 * @param {number} [rate=0.5]
 * @returns {Params}
 */
export function update(w1, b1, w2, b2, x, y, rate = 0.5) {
  const grad = gradient(w1, b1, w2, b2, x, y);
  return {
    w1: w1 - rate*grad.w1, b1: b1 - rate*grad.b1, w2: w2 - rate*grad.w2, b2: b2 - rate*grad.b2,
  };
}
