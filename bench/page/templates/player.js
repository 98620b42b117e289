// The page: a slider over epochs, and what is drawn of each network at the epoch where it stands.

const PAGE = JSON.parse(document.getElementById("data").textContent);
const FRAME = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 125; // milliseconds, while it plays
const QUIET = 800; // milliseconds without a change before the epoch is read out
const [MOVING, RESTING] = [3e7, 2e8]; // products for all decision regions, which are coarser where they would take more
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

// The last of a network's frames that is not behind an epoch: a training that was shorter stays as it ended.
const frameAt = (network, epoch) => network.epochs.findLastIndex((own) => own <= epoch);
const rowAt = (network, epoch) => network.curves.epoch.indexOf(network.epochs[frameAt(network, epoch)]);

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
