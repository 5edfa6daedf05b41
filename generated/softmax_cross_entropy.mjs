// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z₁ = w₁x + b₁
//     z₂ = w₂x + b₂
//     z₃ = w₃x + b₃
//     s = exp(z₁) + exp(z₂) + exp(z₃)
//     p₁ = exp(z₁)/s
//     p₂ = exp(z₂)/s
//     p₃ = exp(z₃)/s
//     L = −(t₁·log(p₁) + t₂·log(p₂) + t₃·log(p₃))
// Sensitivities
//     δ₃ = ∂L/∂z₃ = p₃ − t₃
//     δ₂ = ∂L/∂z₂ = p₂ − t₂
//     δ₁ = ∂L/∂z₁ = p₁ − t₁
// Gradient
//     ∂L/∂w₁ = δ₁x
//     ∂L/∂b₁ = δ₁
//     ∂L/∂w₂ = δ₂x
//     ∂L/∂b₂ = δ₂
//     ∂L/∂w₃ = δ₃x
//     ∂L/∂b₃ = δ₃
// Computed in another form, which keeps more digits
//     p₂ = 1/(1 + exp(z₁ − z₂) + exp(z₃ − z₂))
//     L = −(t₁·(z₁ − log(s)) + t₂·log(exp(z₂)/s) + t₃·log(exp(z₃)/s))
// Accuracy: L loses all digits at w1 = -0.0217382, b1 = 0.000102954, w2 = -0.0797931, b2 = -0.000215883, w3 = 185.134, b3 = 0.606451, x = -19.0462, t1 = -0.00051307, ….
// Accuracy: dL_dw3 loses all digits at w1 = -0.8285, b1 = 2.24617, w2 = 0.625724, b2 = 0.894562, w3 = 0.7041, b3 = -1.79941, x = 1200, t1 = 0.907772, ….
// Accuracy: dL_db3 loses all digits at w1 = -0.8285, b1 = 2.24617, w2 = 0.625724, b2 = 0.894562, w3 = 0.7041, b3 = -1.79941, x = 1200, t1 = 0.907772, ….
// Assumed: t1 + t2 + t3 = 1.

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} w1
 * @property {number} b1
 * @property {number} w2
 * @property {number} b2
 * @property {number} w3
 * @property {number} b3
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w1
 * @property {number} b1
 * @property {number} w2
 * @property {number} b2
 * @property {number} w3
 * @property {number} b3
 */

/**
 * L.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} w3
 * @param {number} b3
 * @param {number} x
 * @param {number} t1
 * @param {number} t2
 * @param {number} t3
 * @returns {number}
 */
export function value(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) {
  const z1 = w1*x + b1;
  const z2 = w2*x + b2;
  const z3 = w3*x + b3;
  const tmp1 = Math.exp(z2);
  const tmp2 = Math.exp(z3);
  const s = Math.exp(z1) + tmp1 + tmp2;
  const L = -(t1*(z1 - Math.log(s)) + t2*Math.log(tmp1/s) + t3*Math.log(tmp2/s));
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} w3
 * @param {number} b3
 * @param {number} x
 * @param {number} t1
 * @param {number} t2
 * @param {number} t3
 * @returns {Gradient}
 */
export function gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) {
  const z1 = w1*x + b1;
  const z2 = w2*x + b2;
  const z3 = w3*x + b3;
  const tmp1 = Math.exp(z1);
  const tmp2 = Math.exp(z3);
  const s = tmp1 + Math.exp(z2) + tmp2;
  const p1 = tmp1/s;
  const p2 = 1/(1 + Math.exp(z1 - z2) + Math.exp(z3 - z2));
  const p3 = tmp2/s;
  const delta_3 = p3 - t3;
  const delta_2 = p2 - t2;
  const delta_1 = p1 - t1;
  const dL_dw1 = delta_1*x;
  const dL_dw2 = delta_2*x;
  const dL_dw3 = delta_3*x;
  return {
    w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2, w3: dL_dw3, b3: delta_3,
  };
}

/**
 * L and its derivative by each parameter.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} w3
 * @param {number} b3
 * @param {number} x
 * @param {number} t1
 * @param {number} t2
 * @param {number} t3
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3) {
  const z1 = w1*x + b1;
  const z2 = w2*x + b2;
  const z3 = w3*x + b3;
  const tmp1 = Math.exp(z3);
  const tmp2 = Math.exp(z1);
  const tmp3 = Math.exp(z2);
  const s = tmp2 + tmp3 + tmp1;
  const p1 = tmp2/s;
  const p2 = 1/(1 + Math.exp(z1 - z2) + Math.exp(z3 - z2));
  const p3 = tmp1/s;
  const L = -(t1*(z1 - Math.log(s)) + t2*Math.log(tmp3/s) + t3*Math.log(p3));
  const delta_3 = p3 - t3;
  const delta_2 = p2 - t2;
  const delta_1 = p1 - t1;
  const dL_dw1 = delta_1*x;
  const dL_dw2 = delta_2*x;
  const dL_dw3 = delta_3*x;
  return [L, {
    w1: dL_dw1, b1: delta_1, w2: dL_dw2, b2: delta_2, w3: dL_dw3, b3: delta_3,
  }];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w1
 * @param {number} b1
 * @param {number} w2
 * @param {number} b2
 * @param {number} w3
 * @param {number} b3
 * @param {number} x
 * @param {number} t1
 * @param {number} t2
 * @param {number} t3
 * @param {number} [rate=0.1]
 * @returns {Params}
 */
export function update(w1, b1, w2, b2, w3, b3, x, t1, t2, t3, rate = 0.1) {
  const grad = gradient(w1, b1, w2, b2, w3, b3, x, t1, t2, t3);
  return {
    w1: w1 - rate*grad.w1, b1: b1 - rate*grad.b1, w2: w2 - rate*grad.w2, b2: b2 - rate*grad.b2,
    w3: w3 - rate*grad.w3, b3: b3 - rate*grad.b3,
  };
}
