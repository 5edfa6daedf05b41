// Made by symgrad: value, gradient and update step of J.
//
// Minimize J, where
//     q = σ·√T
//     d₁ = (log(S/K) + (r + σ²/2)·T)/q
//     d₂ = d₁ − q
//     N₁ = (1 + erf(d₁/√2))/2
//     N₂ = (1 + erf(d₂/√2))/2
//     C = SN₁ − K·exp(−rT)·N₂
//     J = (C − m)²
// Gradient
//     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
// Names here: σ is sigma.
// Computed in another form, which keeps more digits
//     N₂ = erfc(−d₂/√2)/2
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.

/**
 * The derivative of J by each parameter.
 * @typedef {object} Gradient
 * @property {number} sigma
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} sigma
 */

/** exp(-x*x), the square taken in two parts so that its rounding does not grow. */
function _exp_minus_square(x) {
  const head = Math.trunc(x*16)/16;
  return Math.exp(-head*head)*Math.exp(-(x - head)*(x + head));
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

/**
 * J.
 * @param {number} sigma
 * @param {number} S
 * @param {number} K
 * @param {number} T
 * @param {number} m
 * @param {number} [r=0.1]
 * @returns {number}
 */
export function value(sigma, S, K, T, m, r = 0.1) {
  const q = sigma*Math.sqrt(T);
  const d1 = (Math.log(S/K) + (r + sigma*sigma/2)*T)/q;
  const d2 = d1 - q;
  const N1 = (1 + _erf(d1/1.4142135623730951))/2;
  const N2 = _erfc(-d2/1.4142135623730951)/2;
  const C = S*N1 - K*Math.exp(-r*T)*N2;
  const t1 = C - m;
  const J = t1*t1;
  return J;
}

/**
 * The derivative of J by each parameter.
 * @param {number} sigma
 * @param {number} S
 * @param {number} K
 * @param {number} T
 * @param {number} m
 * @param {number} [r=0.1]
 * @returns {Gradient}
 */
export function gradient(sigma, S, K, T, m, r = 0.1) {
  const t1 = Math.sqrt(T);
  const q = sigma*t1;
  const d1 = (Math.log(S/K) + (r + sigma*sigma/2)*T)/q;
  const d2 = d1 - q;
  const N1 = (1 + _erf(d1/1.4142135623730951))/2;
  const N2 = _erfc(-d2/1.4142135623730951)/2;
  const C = S*N1 - K*Math.exp(-r*T)*N2;
  const dJ_dsigma = 0.7978845608028654*(C - m)*S*Math.exp(-d1*d1/2)*t1;
  return {sigma: dJ_dsigma};
}

/**
 * J and its derivative by each parameter.
 * @param {number} sigma
 * @param {number} S
 * @param {number} K
 * @param {number} T
 * @param {number} m
 * @param {number} [r=0.1]
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(sigma, S, K, T, m, r = 0.1) {
  const t1 = Math.sqrt(T);
  const q = sigma*t1;
  const d1 = (Math.log(S/K) + (r + sigma*sigma/2)*T)/q;
  const d2 = d1 - q;
  const N1 = (1 + _erf(d1/1.4142135623730951))/2;
  const N2 = _erfc(-d2/1.4142135623730951)/2;
  const C = S*N1 - K*Math.exp(-r*T)*N2;
  const t2 = C - m;
  const J = t2*t2;
  const dJ_dsigma = 0.7978845608028654*t2*S*Math.exp(-d1*d1/2)*t1;
  return [J, {sigma: dJ_dsigma}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} sigma
 * @param {number} S
 * @param {number} K
 * @param {number} T
 * @param {number} m
 * @param {number} [r=0.1]
 * @param {number} [rate=0.002]
 * @returns {Params}
 */
export function update(sigma, S, K, T, m, r = 0.1, rate = 0.002) {
  const grad = gradient(sigma, S, K, T, m, r);
  return {sigma: sigma - rate*grad.sigma};
}
