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

/** The distribution function of the standard normal distribution. */
function _normal_cdf(x) {
  return 0.5*_erfc(-0.7071067811865476*x);
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
  const t1 = (S - K)/K;
  const d1 = (2*((Math.abs(t1) < 0.5) ? Math.log1p(t1) : Math.log(S/K)) + (2*r + sigma*sigma)*T)/2/q;
  const d2 = d1 - q;
  const N1 = _normal_cdf(d1);
  const N2 = _normal_cdf(d2);
  const C = S*N1 - K*Math.exp(-r*T)*N2;
  const t2 = C - m;
  const J = t2*t2;
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
  const t2 = (S - K)/K;
  const d1 = (2*((Math.abs(t2) < 0.5) ? Math.log1p(t2) : Math.log(S/K)) + (2*r + sigma*sigma)*T)/2/q;
  const d2 = d1 - q;
  const N1 = _normal_cdf(d1);
  const N2 = _normal_cdf(d2);
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
  const t2 = (S - K)/K;
  const d1 = (2*((Math.abs(t2) < 0.5) ? Math.log1p(t2) : Math.log(S/K)) + (2*r + sigma*sigma)*T)/2/q;
  const d2 = d1 - q;
  const N1 = _normal_cdf(d1);
  const N2 = _normal_cdf(d2);
  const C = S*N1 - K*Math.exp(-r*T)*N2;
  const t3 = C - m;
  const J = t3*t3;
  const dJ_dsigma = 0.7978845608028654*t3*S*Math.exp(-d1*d1/2)*t1;
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
