"use strict";
// What a network computes: its stored weights, and its forward pass. nn/layers.py and nn/losses.py say the same in Python.

// Numbers from the base64 of their bytes, little-endian: float32, or float16 (`half`) times `scale`.
function numbers(base64, half = false, scale = 1) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const read = half ? (i) => scale * float16(view.getUint16(2 * i, true)) : (i) => view.getFloat32(4 * i, true);
  return Float32Array.from({ length: bytes.length / (half ? 2 : 4) }, (_, i) => read(i));
}

// IEEE 754 half precision: a sign, 5 bits of exponent, 10 of the fraction.
function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

// A product with a gate, as in nn, so that what is no number stays none.
const ACTIVATIONS = {
  "relu": (z) => z * (z > 0 ? 1 : 0),
  "leaky-relu": (z) => z * (z > 0 ? 1 : 0.01),
  "tanh": Math.tanh,
};

// W x + b for n points. `weights`: a row for each output, its last number b. `x`: a row of n numbers for each input.
function dense(weights, inputs, outputs, x, n) {
  const z = new Float32Array(outputs * n);
  for (let output = 0; output < outputs; output += 1) {
    const row = output * (inputs + 1);
    const sums = z.subarray(output * n, (output + 1) * n).fill(weights[row + inputs]);
    for (let input = 0; input < inputs; input += 1) {
      const weight = weights[row + input];
      const from = input * n;
      for (let point = 0; point < n; point += 1) sums[point] += weight * x[from + point];
    }
  }
  return z;
}

// The outputs of every layer for n points `x` (2 rows of n): hidden layers behind their activation, then the logits.
function forward(network, frame, x, n) {
  const { widths, activation, weights } = network;
  const count = weights.length / network.epochs.length;
  let start = frame * count;
  const outputs = [];
  for (let layer = 1; layer < widths.length; layer += 1) {
    const [from, to] = [widths[layer - 1], widths[layer]];
    x = dense(weights.subarray(start, start + to * (from + 1)), from, to, x, n);
    if (layer < widths.length - 1) x = x.map(ACTIVATIONS[activation]);
    outputs.push(x);
    start += to * (from + 1);
  }
  return outputs;
}

// exp(z - max z) / sum exp(z - max z) over the classes of each point; NaN where a logit is not finite.
function softmax(logits, classes, n) {
  const shares = new Float32Array(logits.length);
  for (let point = 0; point < n; point += 1) {
    let [largest, sum] = [-Infinity, 0];
    for (let i = point; i < logits.length; i += n) largest = Math.max(largest, logits[i]);
    for (let i = point; i < logits.length; i += n) sum += shares[i] = Math.exp(logits[i] - largest);
    for (let i = point; i < logits.length; i += n) shares[i] /= sum;
  }
  return shares;
}

// The places of side * side pixels of a box, from its top left, row by row: their x, then their y.
function pixels([left, right, bottom, top], side) {
  const x = new Float32Array(2 * side * side);
  for (let i = 0; i < side * side; i += 1) {
    x[i] = left + (right - left) * (i % side) / (side - 1);
    x[side * side + i] = top - (top - bottom) * Math.floor(i / side) / (side - 1);
  }
  return x;
}
