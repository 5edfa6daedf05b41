// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     E = 1/(1 + 10^((B − A)/400))
//     L = −(S·log(E) + (1 − S)·log(1 − E))
// Gradient
//     ∂L/∂A = log(10)·(E − S)/400
//     ∂L/∂B = log(10)·(S − E)/400

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} A
 * @property {number} B
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} A
 * @property {number} B
 */

/** log(1 + exp(x)), exact for large |x| too. */
function _softplus(x) {
  return (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

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
 * @param {number} A
 * @param {number} B
 * @param {number} S
 * @returns {number}
 */
export function value(A, B, S) {
  const t1 = 0.005756462732485115*B;
  const t2 = 0.005756462732485115*A;
  const L = S*_softplus(t1 - t2) + (1 - S)*_softplus(t2 - t1);
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} A
 * @param {number} B
 * @param {number} S
 * @returns {Gradient}
 */
export function gradient(A, B, S) {
  const t1 = 0.005756462732485115*A;
  const t2 = 0.005756462732485115*B;
  const E = _sigmoid(t1 - t2);
  const dL_dA = E*(0.005756462732485115*(1 - S)) - 0.005756462732485115*_sigmoid(t2 - t1)*S;
  const dL_dB = -dL_dA;
  return {A: dL_dA, B: dL_dB};
}

/**
 * L and its derivative by each parameter.
 * @param {number} A
 * @param {number} B
 * @param {number} S
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(A, B, S) {
  const t1 = 0.005756462732485115*A;
  const t2 = 0.005756462732485115*B;
  const t3 = t1 - t2;
  const E = _sigmoid(t3);
  const t4 = 1 - S;
  const t5 = t2 - t1;
  const L = S*_softplus(t5) + t4*_softplus(t3);
  const dL_dA = E*(0.005756462732485115*t4) - 0.005756462732485115*_sigmoid(t5)*S;
  const dL_dB = -dL_dA;
  return [L, {A: dL_dA, B: dL_dB}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} A
 * @param {number} B
 * @param {number} S
 * @param {number} [rate=5558.97]
 * @returns {Params}
 */
export function update(A, B, S, rate = 5558.97) {
  const grad = gradient(A, B, S);
  return {A: A - rate*grad.A, B: B - rate*grad.B};
}
