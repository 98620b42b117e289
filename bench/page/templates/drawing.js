// What all pictures share: colours and marks of classes, numbers as text, elements and canvases.

// A mark for each class, two units wide.
const MARKS = [
  "M1 0A1 1 0 1 1-1 0 1 1 0 1 1 1 0Z", "M0-1.2 1.1.8H-1.1Z", "M-.9-.9H.9V.9H-.9Z", "M0-1.3 1.1 0 0 1.3-1.1 0Z",
  "M0 1.2 1.1-.8H-1.1Z", "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z", "M-1.2-.8H1.2L0 1.2-.6.2Z",
  "M-1.3-.4H1.3V.4H-1.3Z",
];

const colour = (label) => PAGE.colours[label % PAGE.colours.length];
const mark = (label) => MARKS[(label + Math.floor(label / PAGE.colours.length)) % MARKS.length];

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

function describe(element, text) {
  element.setAttribute("aria-label", text);
}

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
