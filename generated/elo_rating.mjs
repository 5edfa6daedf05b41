// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     E = 1/(1 + 10^((B − A)/400))
//     L = −(S·log(E) + (1 − S)·log(1 − E))
// Gradient
//     ∂L/∂A = log(10)·(E − S)/400
//     ∂L/∂B = log(10)·(S − E)/400
// Computed in another form, which keeps more digits
//     L = S·softplus(B·log(10)/400 − A·log(10)/400) + (1 − S)·softplus(−B·log(10)/400 + A·log(10)/400)

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
  const E = 1/(1 + Math.pow(10, (B - A)/400));
  const dL_dA = 0.005756462732485115*(E - S);
  const dL_dB = 0.005756462732485115*(S - E);
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
  const E = 1/(1 + Math.pow(10, (B - A)/400));
  const t1 = 0.005756462732485115*B;
  const t2 = 0.005756462732485115*A;
  const L = S*_softplus(t1 - t2) + (1 - S)*_softplus(t2 - t1);
  const dL_dA = 0.005756462732485115*(E - S);
  const dL_dB = 0.005756462732485115*(S - E);
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
