// Learning curves, and histograms of weights and gradients, as SVG.

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
