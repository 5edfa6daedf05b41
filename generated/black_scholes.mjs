// Made by symgrad: value, gradient and update step of C.
//
// Minimize C, where
//     d₁ = (log(S/K) + (r + σ²/2)·T)/(σ·√T)
//     d₂ = d₁ − σ·√T
//     C = S·normal_cdf(d₁) − K·exp(−rT)·normal_cdf(d₂)
// Sensitivities
//     δ = ∂C/∂d₂ = −S·normal_pdf(d₁)
// Gradient
//     ∂C/∂S = normal_cdf(d₁)
//     ∂C/∂r = K·normal_cdf(d₂)·exp(−rT)·T
//     ∂C/∂σ = −δ·√T
//     ∂C/∂T = −δσ/(2·√T) + K·normal_cdf(d₂)·exp(−rT)·r
// Names here: σ is sigma.
// Accuracy: C loses 5 of 16 digits at S = 1, r = 0.116561, σ = 0.215587, T = 0.406341, K = 43.8695.
// Assumed: S > 0.
// Assumed: K > 0.
// Assumed: σ > 0.
// Assumed: T > 0.

/**
 * The derivative of C by each parameter.
 * @typedef {object} Gradient
 * @property {number} S
 * @property {number} r
 * @property {number} sigma
 * @property {number} T
 */

/**
 * The parameters after a step.
 * @typedef {object} Params
 * @property {number} S
 * @property {number} r
 * @property {number} sigma
 * @property {number} T
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

/** The density of the standard normal distribution. */
function _normal_pdf(x) {
  return 0.3989422804014327*Math.exp(-0.5*x*x);
}

/**
 * C.
 * @param {number} S
 * @param {number} r
 * @param {number} sigma
 * @param {number} T
 * @param {number} K
 * @returns {number}
 */
export function value(S, r, sigma, T, K) {
  const t1 = sigma*Math.sqrt(T);
  const d1 = (Math.log(S/K) + (r + sigma*sigma/2)*T)/t1;
  const d2 = d1 - t1;
  const C = S*_normal_cdf(d1) - K*Math.exp(-r*T)*_normal_cdf(d2);
  return C;
}

/**
 * The derivative of C by each parameter.
 * @param {number} S
 * @param {number} r
 * @param {number} sigma
 * @param {number} T
 * @param {number} K
 * @returns {Gradient}
 */
export function gradient(S, r, sigma, T, K) {
  const t1 = Math.sqrt(T);
  const t2 = sigma*t1;
  const d1 = (Math.log(S/K) + (r + sigma*sigma/2)*T)/t2;
  const d2 = d1 - t2;
  const delta = -S*_normal_pdf(d1);
  const dC_dS = _normal_cdf(d1);
  const t3 = K*_normal_cdf(d2)*Math.exp(-r*T);
  const dC_dr = t3*T;
  const dC_dsigma = -delta*t1;
  const dC_dT = t3*r - delta*sigma/(2*t1);
  return {S: dC_dS, r: dC_dr, sigma: dC_dsigma, T: dC_dT};
}

/**
 * C and its derivative by each parameter.
 * @param {number} S
 * @param {number} r
 * @param {number} sigma
 * @param {number} T
 * @param {number} K
 * @returns {[number, Gradient]}
 */
export function value_and_gradient(S, r, sigma, T, K) {
  const t1 = Math.sqrt(T);
  const t2 = sigma*t1;
  const d1 = (Math.log(S/K) + (r + sigma*sigma/2)*T)/t2;
  const d2 = d1 - t2;
  const dC_dS = _normal_cdf(d1);
  const t3 = K*_normal_cdf(d2)*Math.exp(-r*T);
  const C = S*dC_dS - t3;
  const delta = -S*_normal_pdf(d1);
  const dC_dr = t3*T;
  const dC_dsigma = -delta*t1;
  const dC_dT = t3*r - delta*sigma/(2*t1);
  return [C, {S: dC_dS, r: dC_dr, sigma: dC_dsigma, T: dC_dT}];
}

/**
 * The parameters after one step of gradient descent.
 * @param {number} S
 * @param {number} r
 * @param {number} sigma
 * @param {number} T
 * @param {number} K
 * @param {number} [rate=0.0001]
 * @returns {Params}
 */
export function update(S, r, sigma, T, K, rate = 0.0001) {
  const grad = gradient(S, r, sigma, T, K);
  return {
    S: S - rate*grad.S, r: r - rate*grad.r, sigma: sigma - rate*grad.sigma, T: T - rate*grad.T,
  };
}
