// What a network says at places of the plane: its decision regions, and a map of each hidden unit.

const TILE = 24; // places in a row of a unit's map
const [HIGH, LOW] = [[0, 114, 178], [213, 94, 0]];

// ---- decision regions: at each place the colour of the likeliest class, paler where others are nearly as likely

function drawRegions(network, frame, { side, x: places }) {
  const canvas = network.place.querySelector(".regions");
  const { classes, box, points, labels } = network;
  const n = side * side;
  const shares = softmax(forward(network, frame, places, n).at(-1), classes.length, n);
  const [paper, ink] = [channels(themed("--paper")), channels(themed("--ink"))];
  const colours = classes.map((_, label) => channels(colour(label)));
  const winners = Int16Array.from({ length: n }, (_, i) => winner(shares, i, n));
  const areas = new Array(classes.length).fill(0);
  const [context, size] = cleared(canvas, canvas.clientWidth);
  context.drawImage(picture(side, (i) => {
    const label = winners[i];
    if (label < 0) return paper;
    areas[label] += 1 / n;
    const edge = (i % side < side - 1 && winners[i + 1] !== label) || (i + side < n && winners[i + side] !== label);
    const sure = (shares[label * n + i] - 1 / classes.length) / (1 - 1 / classes.length);
    return mixed(mixed(paper, colours[label], 0.15 + 0.45 * sure), ink, edge ? 0.35 : 0);
  }), 0, 0, size, size);
  context.strokeStyle = themed("--ink");
  labels.forEach((label, i) => {
    const x = size * (points[i] - box[0]) / (box[1] - box[0]);
    const y = size * (box[3] - points[labels.length + i]) / (box[3] - box[2]);
    const radius = Math.max(size / 110, 2.4);
    const path = new Path2D();
    path.addPath(new Path2D(mark(label)), new DOMMatrix([radius, 0, 0, radius, x, y]));
    context.fillStyle = colour(label);
    context.lineWidth = 0.8;
    context.fill(path);
    context.stroke(path);
  });
  const parts = areas.map((area, label) => `${classes[label]} ${percent(area)}`).join(", ");
  const none = winners.includes(-1) ? "; elsewhere its outputs are no numbers" : "";
  describe(canvas, `Decision regions at epoch ${network.epochs[frame]}, shares of the plane: ${parts}${none}`);
}

// The likeliest class of point i, -1 where there is none.
function winner(shares, i, n) {
  let best = -1;
  for (let label = 0; label * n < shares.length; label += 1) {
    const share = shares[label * n + i];
    if (Number.isNaN(share)) return -1;
    if (best < 0 || share > shares[best * n + i]) best = label;
  }
  return best;
}

// ---- hidden units: a small map of each, or a bar for each class where there is no plane

function drawUnits(network, frame) {
  const hidden = network.plane ? forward(network, frame, network.tile, TILE * TILE).slice(0, -1) : null;
  for (const canvas of network.place.querySelectorAll(".units")) {
    const layer = Number(canvas.dataset.layer);
    const units = network.units[layer];
    const columns = Math.min(6, units.length);
    const size = Math.min(canvas.clientWidth / columns, 76);
    const height = size * Math.ceil(units.length / columns);
    canvas.style.height = `${height}px`;
    const [context] = cleared(canvas, height);
    let silent = 0;
    units.forEach((unit, i) => {
      const [x, y, inner] = [size * (i % columns), size * Math.floor(i / columns), size - 5];
      const values = hidden ? hidden[layer].subarray(unit * TILE * TILE, (unit + 1) * TILE * TILE) : network.responses[frame][layer][i];
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      silent += largest === 0 ? 1 : 0;
      if (hidden) drawMap(context, values, largest, x, y, inner);
      else drawBars(context, values, largest, x, y, inner);
      context.strokeStyle = themed("--quiet");
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, inner - 1, inner - 1);
    });
    describe(canvas, `${units.length} units of layer ${layer + 1} at epoch ${network.epochs[frame]}; ${silent} of them say 0 ${hidden ? "everywhere" : "to all points"}`);
  }
}

function drawMap(context, values, largest, x, y, size) {
  const paper = channels(themed("--paper"));
  const map = picture(TILE, (i) => {
    const share = values[i] / (largest || 1);
    return mixed(paper, share > 0 ? HIGH : LOW, Math.abs(share) || 0);
  });
  context.drawImage(map, x, y, size, size);
}

function drawBars(context, values, largest, x, y, size) {
  const middle = values.some((value) => value < 0) ? y + size / 2 : y + size;
  const unit = (middle - y) / (largest || 1);
  const width = size / values.length;
  values.forEach((value, i) => {
    context.fillStyle = colour(i);
    context.fillRect(x + i * width, Math.min(middle, middle - value * unit), Math.max(width - 1, 1), Math.abs(value * unit));
  });
}
