// Made by symgrad: value, gradient and update step of L.
//
// Minimize L, where
//     z = wx + b
//     Φ = (1 + erf(z/√2))/2
//     h = zΦ
//     L = (h − y)²/2
// Sensitivities
//     δ_h = ∂L/∂h = h − y
//     δ_z = ∂L/∂z = δ_h·(z·exp(−z²/2)/√(2π) + Φ)
// Gradient
//     ∂L/∂w = δ_z·x
//     ∂L/∂b = δ_z
// Names here: Φ is Phi.
// Computed in another form, which keeps more digits
//     Φ = erfc(−z/√2)/2

/**
 * The derivative of L by each parameter.
 * @typedef {object} Gradient
 * @property {number} w
 * @property {number} b
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} w
 * @property {number} b
 */

/** exp(-x*x), the square taken in two parts so that its rounding does not grow. */
function _exp_minus_square(x) {
  const head = Math.trunc(x*16)/16;
  return Math.exp(-head*head)*Math.exp(-(x - head)*(x + head));
}

/** The error function: a series (Abramowitz and Stegun 7.1.6), or 1 - erfc. */
function _erf(x) {
  if (Math.abs(x) >= 2) {
    return x < 0 ? _erfc(-x) - 1 : 1 - _erfc(x);
  }
  let term = x, sum = x;
  for (let n = 1; n < 100 && Math.abs(term) > 1e-18*Math.abs(sum); n += 1) {
    term *= 2*x*x/(2*n + 1);
    sum += term;
  }
  return 1.1283791670955126*_exp_minus_square(x)*sum;
}

/** 1 - erf(x): the continued fraction of Abramowitz and Stegun 7.1.14 for larger x. */
function _erfc(x) {
  if (!(x >= 1)) {
    return x < -2 ? 2 - _erfc(-x) : 1 - _erf(x);
  }
  if (x > 27.5) {
    return 0;
  }
  let below = x;
  for (let k = Math.ceil(30 + 190/(x*x)); k > 0; k -= 1) {
    below = x + 0.5*k/below;
  }
  return 0.5641895835477563*_exp_minus_square(x)/below;
}

/**
 * L.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @returns {number}
 */
export function value(w, b, x, y) {
  const z = w*x + b;
  const Phi = _erfc(-z/1.4142135623730951)/2;
  const h = z*Phi;
  const t1 = h - y;
  const L = t1*t1/2;
  return L;
}

/**
 * The derivative of L by each parameter.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @returns {Gradient}
 */
export function gradient(w, b, x, y) {
  const z = w*x + b;
  const Phi = _erfc(-z/1.4142135623730951)/2;
  const h = z*Phi;
  const delta_h = h - y;
  const delta_z = delta_h*(z*Math.exp(-z*z/2)/2.5066282746310002 + Phi);
  const dL_dw = delta_z*x;
  return {w: dL_dw, b: delta_z};
}

/**
 * L and its derivative by each parameter.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(w, b, x, y) {
  const z = w*x + b;
  const Phi = _erfc(-z/1.4142135623730951)/2;
  const h = z*Phi;
  const delta_h = h - y;
  const L = delta_h*delta_h/2;
  const delta_z = delta_h*(z*Math.exp(-z*z/2)/2.5066282746310002 + Phi);
  const dL_dw = delta_z*x;
  return [L, {w: dL_dw, b: delta_z}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} w
 * @param {number} b
 * @param {number} x
 * @param {number} y
 * @param {number} [rate=0.2]
 * @returns {Params}
 */
export function update(w, b, x, y, rate = 0.2) {
  const grad = gradient(w, b, x, y);
  return {w: w - rate*grad.w, b: b - rate*grad.b};
}
