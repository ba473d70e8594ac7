#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes tests/fixtures/network/batch_norm_float64.h5: an Attention U-Net with batch norms, in Keras in float64.

usage: make_network_fixtures.py OUTPUT.h5      (Keras 3.15.1, TensorFlow 2.21.0)

In float32 Keras itself is off: TensorFlow sums a channel's 26624 pixels one by one in float32 for the batch moments, which
moves outputs of a net of this kind by 3e-4 and gradients of its inner layers by up to 10 % from float64's (at 2 x 64 x 208,
filters 6-10-12-16). The layout is a weights file's, with /input, /target, /output (inference), /output_training, /loss and
/gradients/LAYER/VARIABLE; --float32 prints how far Keras' float32 is from what is written.
"""
import pathlib
import sys

import h5py
import keras
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from keras_attention_unet import attention_unet

SHAPE = dict(filters=[4, 6], bottom=8, inter_divisor=2, gate_output_conv=True, batch_norm=True)
SIZE = (64, 104)


def numbers(rng):
    x = rng.normal(0, 1, (2, *SIZE, 2)).astype("f4")
    x[:, SIZE[0] // 2 + 3:] = 0  # no particles
    x[0, :, SIZE[1] * 3 // 4:] = 0  # no frames
    return x, rng.integers(0, 4, (2, *SIZE)).astype("i4")


def random_weights(model, rng):
    weights = {}
    for layer in model.layers:
        for v in layer.weights:
            value = {"kernel": lambda s: rng.normal(0, (2 / np.prod(s[:3])) ** .5, s), "gamma": lambda s: rng.normal(1, .1, s),
                     "moving_variance": lambda s: rng.uniform(.5, 1.5, s)}.get(v.name, lambda s: rng.normal(0, .1, s))(v.shape)
            weights[layer.name, v.name] = value.astype("f4")
    return weights


def evaluate(dtype, x, target, weights):
    keras.config.set_dtype_policy(dtype)
    model = attention_unet(**SHAPE, outputs=4, size=SIZE, activation="softmax")
    weights = weights or random_weights(model, np.random.default_rng(8))
    for layer in model.layers:
        for v in layer.weights:
            v.assign(weights[layer.name, v.name])
    output = model(x.astype("f8"), training=False).numpy()
    with tf.GradientTape() as tape:
        training = model(x.astype("f8"), training=True)
        loss = keras.losses.SparseCategoricalCrossentropy()(target, training)
    gradients = tape.gradient(loss, model.trainable_variables)
    return weights, output, training.numpy(), float(loss), {v.path: g.numpy() for v, g in zip(model.trainable_variables, gradients)}


def main():
    keras.config.set_floatx("float64")
    x, target = numbers(np.random.default_rng(7))
    weights, output, training, loss, gradients = evaluate("float64", x, target, None)
    with h5py.File(sys.argv[1], "w") as file:
        file.attrs.update(SHAPE, task="cce", keras=keras.__version__, tensorflow=tf.__version__)
        for name, data in (("input", x), ("target", target), ("output", output.astype("f4")), ("output_training", training.astype("f4"))):
            file.create_dataset(name, data=data, compression=9, shuffle=True)
        file["loss"] = loss
        for (layer, variable), value in weights.items():
            file[f"layers/{layer}/{variable}"] = value
        for path, value in gradients.items():
            file[f"gradients/{path}"] = value.astype("f4")
    if "--float32" in sys.argv:
        keras.config.set_floatx("float32")
        _, _, single, _, single_gradients = evaluate("float32", x, target, weights)
        worst = max(abs(single_gradients[k] - g).max() / abs(g).max() for k, g in gradients.items() if abs(g).max() > 1e-6)
        print(f"float32 from float64: output {abs(single - training).max():.1e}, gradients of a variable {worst:.1e}")


if __name__ == "__main__":
    main()
