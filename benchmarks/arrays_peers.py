"""What emitted array code is measured beside: NumPy written by hand, JAX and PyTorch."""

import numpy as np


def mlp(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1.T + b1)
    z = h @ w2.T + b2
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    value = -np.mean(np.sum(y * (z - np.log(s)), axis=1))
    d2 = (e / s - y) / len(x)
    d1 = d2 @ w2 * (1 - h * h)
    return value, (d1.T @ x, d1.sum(axis=0), d2.T @ h, d2.sum(axis=0))


def softmax(w, b, x, y):
    z = x @ w + b
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    d = (e / s - y) / len(x)
    return -np.sum(y * (z - np.log(s))) / len(x), (x.T @ d, d.sum(axis=0))


def attention(a, b, c, x, g):
    q, k, v = x @ a, x @ b, x @ c
    scale = q.shape[1] ** -0.5
    s = q @ k.T * scale
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dp = g @ v.T
    ds = p * (dp - np.sum(p * dp, axis=1, keepdims=True)) * scale
    value = np.sum(g * (p @ v))
    return value, (x.T @ (ds @ k), x.T @ (ds.T @ q), x.T @ (p.T @ g))


def layer_norm(x, g, b, c):
    d = x - x.mean(axis=1, keepdims=True)
    s = np.sqrt(np.mean(d**2, axis=1, keepdims=True) + 1e-5)
    v = d / s
    t = c * g
    dx = (t - t.mean(axis=1, keepdims=True) - v * np.mean(t * v, axis=1, keepdims=True)) / s
    return np.sum(c * (v * g + b)), (dx, np.sum(c * v, axis=0), np.sum(c, axis=0))


def logistic(w, x, y):
    z = x @ w
    p = 1 / (1 + np.exp(-z))
    value = np.mean(np.logaddexp(0, z) - y * z)
    return value, (x.T @ (p - y) / len(y),)


def logistic_hessian(w, x, y):
    del y
    p = 1 / (1 + np.exp(-(x @ w)))
    return (x.T * (p * (1 - p))) @ x / len(x)


def losses(np):
    """Return the objectives in a namespace that is like NumPy: that of JAX, or of PyTorch."""

    def log_softmax(z):
        top = np.amax(z, 1)[:, None]
        return z - top - np.log(np.sum(np.exp(z - top), 1))[:, None]

    def attention(a, b, c, x, g):
        q, k, v = x @ a, x @ b, x @ c
        return np.sum(g * (np.exp(log_softmax(q @ k.T / q.shape[1] ** 0.5)) @ v))

    def layer_norm(x, g, b, c):
        d = x - np.mean(x, 1)[:, None]
        return np.sum(c * (d / np.sqrt(np.mean(d * d, 1) + 1e-5)[:, None] * g + b))

    def logistic(w, x, y):
        z = x @ w
        return np.mean(np.logaddexp(z, 0 * z) - y * z)

    return {
        "mlp": lambda w1, b1, w2, b2, x, y: (
            -np.mean(np.sum(y * log_softmax(np.tanh(x @ w1.T + b1) @ w2.T + b2), 1))
        ),
        "softmax": lambda w, b, x, y: -np.sum(y * log_softmax(x @ w + b)) / len(x),
        "attention": attention,
        "layer_norm": layer_norm,
        "logistic": logistic,
    }


def jax_call(name, arrays, count):
    """Return a call of value and gradient by the first `count` arrays, compiled by JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003  (its interface)
    both = jax.jit(jax.value_and_grad(losses(jnp)[name], argnums=tuple(range(count))))
    given = [jnp.asarray(a) for a in arrays]
    return lambda: jax.block_until_ready(both(*given))


def jax_hessian(name, arrays):
    """Return a call of the second derivatives by the first array, compiled by JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003  (its interface)
    second = jax.jit(jax.hessian(losses(jnp)[name]))
    given = [jnp.asarray(a) for a in arrays]
    return lambda: jax.block_until_ready(second(*given))


def torch_call(name, arrays, count):
    """Return a call of value and gradient by the first `count` arrays, by PyTorch's autograd."""
    import torch

    torch.set_num_threads(1)
    loss = losses(torch)[name]
    given = [torch.tensor(a, requires_grad=i < count) for i, a in enumerate(arrays)]

    def call():
        value = loss(*given)
        return value, torch.autograd.grad(value, given[:count])

    return call
