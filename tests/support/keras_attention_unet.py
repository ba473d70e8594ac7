# SPDX-License-Identifier: MIT
"""The Attention U-Nets of `anomalousnet` in Keras 3, with the layer names that `network import` looks for."""
import keras
from keras import layers


def attention_unet(filters, bottom, inter_divisor=1, gate_output_conv=False, batch_norm=False, outputs=1, size=(64, 208), activation=None):
    """A model from (rows, columns, 2) to (rows, columns, outputs)."""

    def block(x, channels, name):
        for number in "12":
            x = layers.Conv2D(channels, 3, padding="same", name=f"{name}_conv{number}")(x)
            if batch_norm:
                x = layers.BatchNormalization(name=f"{name}_bn{number}")(x)
            x = layers.ReLU(name=f"{name}_relu{number}")(x)
        return x

    def gate(skip, coarse, name):
        channels = skip.shape[-1]
        inside = max(1, channels // inter_divisor)
        theta = layers.Conv2D(inside, 2, strides=2, padding="same", name=f"{name}_theta")(skip)
        phi = layers.Conv2D(inside, 1, name=f"{name}_phi")(coarse)
        both = layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([theta, phi]))
        psi = layers.Conv2D(1, 1, activation="sigmoid", name=f"{name}_psi")(both)
        opening = layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_upsample")(psi)
        y = layers.Multiply(name=f"{name}_multiply")([skip, opening])
        if gate_output_conv:
            y = layers.Conv2D(channels, 1, name=f"{name}_w")(y)
            if batch_norm:
                y = layers.BatchNormalization(name=f"{name}_w_bn")(y)
        return y

    x = given = layers.Input((*size, 2))
    skips = []
    for level, channels in enumerate(filters, 1):
        x = block(x, channels, f"enc{level}")
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"enc{level}_pool")(x)
    x = block(x, bottom, "bottom")
    for level in range(len(filters), 0, -1):
        gated = gate(skips[level - 1], x, f"gate{level}")
        up = layers.Conv2DTranspose(filters[level - 1], 2, strides=2, padding="same", name=f"dec{level}_up")(x)
        x = block(layers.Concatenate(name=f"dec{level}_concat")([up, gated]), filters[level - 1], f"dec{level}")
    return keras.Model(given, layers.Conv2D(outputs, 1, activation=activation, name="head")(x))
