// The page: a slider over epochs, and what is drawn of each network at the epoch where it stands.

const PAGE = JSON.parse(document.getElementById("data").textContent);
const FRAME = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 125; // milliseconds, while it plays
const QUIET = 800; // milliseconds without a change before the epoch is read out
const [MOVING, RESTING] = [3e7, 2e8]; // products for all decision regions, which are coarser where they would take more
const TILE = 24; // places in a row of a unit's map
const [HIGH, LOW] = [[0, 114, 178], [213, 94, 0]];
// A mark for each class, two units wide.
const MARKS = [
  "M1 0A1 1 0 1 1-1 0 1 1 0 1 1 1 0Z", "M0-1.2 1.1.8H-1.1Z", "M-.9-.9H.9V.9H-.9Z", "M0-1.3 1.1 0 0 1.3-1.1 0Z",
  "M0 1.2 1.1-.8H-1.1Z", "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z", "M-1.2-.8H1.2L0 1.2-.6.2Z",
  "M-1.3-.4H1.3V.4H-1.3Z",
];

const colour = (label) => PAGE.colours[label % PAGE.colours.length];
const mark = (label) => MARKS[(label + Math.floor(label / PAGE.colours.length)) % MARKS.length];
const slider = document.getElementById("epoch");
const play = document.getElementById("play");
const networks = PAGE.networks.map((network, n) => prepared(network, document.querySelectorAll("article")[n]));
let timer = 0;
let settled = 0;
let due = 0;

// A network with its weights decoded and its place on the page.
function prepared(network, place) {
  place.style.setProperty("--own", network.colour);
  const list = place.querySelector(".legend");
  network.classes.forEach((name, label) => {
    const item = document.createElement("li");
    const icon = drawing("svg", { viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": "true" });
    icon.append(drawing("path", { d: mark(label), fill: colour(label), stroke: "currentColor", "stroke-width": ".25" }));
    item.append(icon, ` ${name}`);
    list.append(item);
  });
  const plane = network.plane;
  if (!plane) return { ...network, place };
  const products = network.widths.slice(1).reduce((sum, width, i) => sum + width * network.widths[i], 0);
  const pixelsFor = (work) => {
    const side = Math.round(Math.min(Math.max(Math.sqrt(work / PAGE.networks.length / products), 48), 128));
    return { side, x: pixels(plane.box, side) };
  };
  return {
    ...network, ...plane, place, coarse: pixelsFor(MOVING), fine: pixelsFor(RESTING),
    weights: numbers(plane.weights, plane.half, plane.scale), points: numbers(plane.points),
    tile: pixels(plane.box, TILE),
  };
}

// ---- small helpers

function drawing(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

const channels = (text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const percent = (share) => (share === null ? "no number" : `${(100 * share).toFixed(1)}\u00a0%`);
const threeDigits = (value) => (value === null ? "no number" : value.toPrecision(3));
const short = (value) => (value === null ? "no number" : value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4)
  ? String(Number(value.toPrecision(2))) : value.toExponential(1));

// The last of a network's frames that is not behind an epoch: a training that was shorter stays as it ended.
const frameAt = (network, epoch) => network.epochs.findLastIndex((own) => own <= epoch);
const rowAt = (network, epoch) => network.curves.epoch.indexOf(network.epochs[frameAt(network, epoch)]);

// A canvas as fine as the screen, and its drawing context in CSS pixels.
function cleared(canvas, height) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return [context, width];
}

// A picture of side * side pixels; `paint(i)` is the colour of one of them.
function picture(side, paint) {
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i += 1) {
    const [red, green, blue] = paint(i);
    image.data[4 * i] = red;
    image.data[4 * i + 1] = green;
    image.data[4 * i + 2] = blue;
    image.data[4 * i + 3] = 255;
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const mixed = ([r, g, b], [red, green, blue], share) => [r + (red - r) * share, g + (green - g) * share, b + (blue - b) * share];

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

function describe(element, text) {
  element.setAttribute("aria-label", text);
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

// ---- learning curves: epochs at their square roots, as the slider has them

const [WIDE, TALL, LEFT, BASE] = [320, 120, 44, 98]; // of a chart: its size, and where its axes cross
const along = (epoch) => LEFT + (WIDE - LEFT - 8) * Math.sqrt(epoch / PAGE.last);

function drawCurves(network) {
  for (const svg of network.place.querySelectorAll(".curve")) {
    const { what } = svg.dataset;
    const top = what === "loss" ? PAGE.scales.loss : 1;
    const losses = [...network.curves.train_loss, ...network.curves.validation_loss];
    const up = (value) => BASE - (BASE - 10) * Math.min(value / top, 1.03);
    svg.setAttribute("viewBox", `0 0 ${WIDE} ${TALL}`);
    svg.append(drawing("path", { class: "axis", d: `M${LEFT} 10V${BASE}H${WIDE - 8}` }));
    for (const share of [0, 0.5, 1]) {
      const cut = what === "loss" && share === 1 && losses.some((value) => value > top) ? "≥ " : "";
      const text = what === "loss" ? cut + short(share * top) : `${100 * share} %`;
      svg.append(drawing("text", { x: LEFT - 5, y: up(share * top) + 4, "text-anchor": "end" }, text));
    }
    for (const share of [0, 0.25, 1]) {
      const epoch = Math.round(share * PAGE.last);
      const end = share === 1 ? "end" : "middle";
      svg.append(drawing("text", { x: along(epoch), y: BASE + 15, "text-anchor": end }, String(epoch)));
    }
    svg.append(drawing("text", { ...(what === "loss" ? { x: LEFT + 6 } : { x: WIDE - 10, "text-anchor": "end" }), y: BASE - 6, class: "quiet" }, what));
    for (const split of ["train", "validation"]) {
      const values = network.curves[`${split}_${what}`];
      const parts = values.map((value, i) => (value === null ? "" : `${along(network.curves.epoch[i]).toFixed(1)} ${up(value).toFixed(1)}`));
      svg.append(drawing("path", { class: split, d: `M${parts.filter(Boolean).join("L")}` }));
    }
    svg.append(drawing("path", { class: "mark" }));
    for (const split of ["train", "validation"]) svg.append(drawing("circle", { class: "dot", r: 4, "data-split": split }));
    svg.chart = { what, up };
  }
}

function moveMarks(network, epoch) {
  const row = rowAt(network, epoch);
  const x = along(network.curves.epoch[row]);
  for (const svg of network.place.querySelectorAll(".curve")) {
    const { what, up } = svg.chart;
    svg.querySelector(".mark").setAttribute("d", `M${x} 10V${BASE}`);
    const values = ["train", "validation"].map((split) => network.curves[`${split}_${what}`][row]);
    svg.querySelectorAll(".dot").forEach((dot, i) => {
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", values[i] === null ? -99 : up(values[i]));
    });
    const text = values.map(what === "loss" ? threeDigits : percent);
    describe(svg, `Learning curve, ${what} at epoch ${network.curves.epoch[row]}: training ${text[0]}, validation ${text[1]}`);
  }
}

// ---- weights and gradients: a histogram of each, layer by layer

function drawHistograms(network, frame) {
  const [low, high] = PAGE.scales.gradients;
  for (const svg of network.place.querySelectorAll(".histogram")) {
    const layer = Number(svg.dataset.layer);
    const weights = network.weight_histograms[frame][layer];
    const gradients = network.gradient_histograms[frame][layer];
    const zero = gradients.zero ? `, ${percent(gradients.zero)} are 0` : "";
    svg.setAttribute("viewBox", `0 0 ${WIDE} 92`);
    svg.replaceChildren(
      drawing("text", { x: 0, y: 11 }, svg.dataset.name),
      ...histogram(weights.bins, 0, [short(-PAGE.scales.weights), "0", short(PAGE.scales.weights)]),
      drawing("text", { x: 0, y: 89, class: "quiet" }, `weights, typically ${short(weights.typical)}`),
      ...histogram(gradients.bins, 168, [`1e${low}`, "size", `1e${high}`]),
      drawing("text", { x: 168, y: 89, class: "quiet" }, `gradients${zero || `, typically ${short(gradients.typical)}`}`),
    );
    describe(svg, `${svg.dataset.name} at epoch ${network.epochs[frame]}: weights are typically ${short(weights.typical)}, gradients ${short(gradients.typical)}${zero}`);
  }
}

// Bars over an axis from x on, 150 wide, and what is written at its beginning, middle and end.
function histogram(bins, x, ticks) {
  const most = Math.max(...bins, 1);
  const width = 150 / bins.length;
  const bars = bins.map((count, i) => {
    const height = 42 * count / most;
    return `M${(x + i * width).toFixed(1)} 60v${-height.toFixed(1)}h${(width - 0.8).toFixed(1)}v${height.toFixed(1)}z`;
  });
  return [
    drawing("path", { class: "axis", d: `M${x} 60.5h150` }),
    drawing("path", { class: "bar", d: bars.join("") }),
    ...ticks.map((text, i) => drawing("text", { x: x + 75 * i, y: 73, "text-anchor": ["start", "middle", "end"][i] }, text)),
  ];
}

// ---- what is seen, in words

function words(network, epoch) {
  const frame = frameAt(network, epoch);
  const row = rowAt(network, epoch);
  const { curves } = network;
  const at = `Epoch ${network.epochs[frame]}`;
  return `${at}: test accuracy ${percent(network.test[frame])}, validation ${percent(curves.validation_accuracy[row])}, `
    + `training ${percent(curves.train_accuracy[row])}; training loss ${threeDigits(curves.train_loss[row])}.`;
}

// ---- moving

function show() {
  due = 0;
  const epoch = PAGE.epochs[Number(slider.value)];
  document.getElementById("now").textContent = epoch;
  slider.setAttribute("aria-valuetext", `epoch ${epoch}`);
  for (const network of networks) {
    const frame = frameAt(network, epoch);
    if (network.plane) drawRegions(network, frame, network.coarse);
    drawUnits(network, frame);
    moveMarks(network, epoch);
    drawHistograms(network, frame);
    network.place.querySelector(".now").textContent = words(network, epoch);
  }
  clearTimeout(settled);
  if (!timer) settled = setTimeout(rest, QUIET);
}

// Once it has come to rest, and not while it plays: finer regions, and in words for who does not see them.
function rest() {
  const epoch = PAGE.epochs[Number(slider.value)];
  for (const network of networks) {
    if (network.plane && network.fine.side > network.coarse.side) drawRegions(network, frameAt(network, epoch), network.fine);
  }
  document.getElementById("said").textContent = networks.map((network) => `${network.name}: ${words(network, epoch)}`).join(" ");
}

function redraw() {
  due = due || requestAnimationFrame(show);
}

function moveTo(place) {
  slider.value = place;
  redraw();
}

function pause() {
  clearInterval(timer);
  timer = 0;
  play.textContent = "Play";
  redraw();
}

function toggle() {
  if (timer) return pause();
  if (slider.value === slider.max) moveTo(0);
  play.textContent = "Pause";
  timer = setInterval(() => {
    moveTo(Number(slider.value) + 1);
    if (slider.value === slider.max) pause();
  }, FRAME);
}

slider.max = PAGE.epochs.length - 1;
slider.value = slider.max;
slider.addEventListener("input", redraw);
play.addEventListener("click", toggle);
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.key === " " && event.target !== play) toggle();
  else if (step && event.target !== slider) moveTo(Number(slider.value) + step);
  else return;
  event.preventDefault(); // the page would scroll
});
networks.forEach(drawCurves);
show();
