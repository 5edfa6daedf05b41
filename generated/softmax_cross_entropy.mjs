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
//     p₃ = exp(z₃ − logsumexp(z₁, z₂, z₃))
//     L = t₁·logsumexp(0, z₂ − z₁, z₃ − z₁) + t₂·logsumexp(z₁ − z₂, 0, z₃ − z₂) + t₃·logsumexp(z₁ − z₃, z₂ − z₃, 0)
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

/** log(exp(x1) + exp(x2) + ...), the largest term taken out first. */
function _logsumexp(...xs) {
  const top = Math.max(...xs);
  if (!Number.isFinite(top)) {
    return top;
  }
  const place = xs.indexOf(top);
  return top + Math.log1p(xs.reduce((sum, x, i) => i === place ? sum : sum + Math.exp(x - top), 0));
}

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
  const L = t1*_logsumexp(0, z2 - z1, z3 - z1) + t2*_logsumexp(z1 - z2, 0, z3 - z2) + t3*_logsumexp(z1 - z3, z2 - z3, 0);
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
  const s = tmp1 + Math.exp(z2) + Math.exp(z3);
  const p1 = tmp1/s;
  const p2 = 1/(1 + Math.exp(z1 - z2) + Math.exp(z3 - z2));
  const p3 = Math.exp(z3 - _logsumexp(z1, z2, z3));
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
  const tmp1 = Math.exp(z1);
  const s = tmp1 + Math.exp(z2) + Math.exp(z3);
  const p1 = tmp1/s;
  const tmp2 = z1 - z2;
  const tmp3 = z3 - z2;
  const p2 = 1/(1 + Math.exp(tmp2) + Math.exp(tmp3));
  const p3 = Math.exp(z3 - _logsumexp(z1, z2, z3));
  const L = t1*_logsumexp(0, z2 - z1, z3 - z1) + t2*_logsumexp(tmp2, 0, tmp3) + t3*_logsumexp(z1 - z3, z2 - z3, 0);
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
