"use strict";
// A slider over the levels of regularisation that moves all pictures of a boundary together.

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 340, HIGH = 250, LEFT = 44, RIGHT = 12, TOP = 28, BOTTOM = 42;

function drawn(parent, tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

// One byte a value: -1 is 1, 0 is 128, 1 is 255.
function values(text, top = 1) {
  return Float64Array.from(atob(text), (each) => ((each.charCodeAt(0) - 128) / 127) * top);
}

function plain(value, digits = 3) {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(digits)));
}

function ticks(low, high) {
  const step = 10 ** Math.floor(Math.log10((high - low) / 2));
  const width = [1, 2, 5, 10].map((each) => each * step).find((each) => (high - low) / each <= 5);
  const first = Math.ceil(low / width - 1e-9);
  return Array.from({ length: Math.floor(high / width + 1e-9) - first + 1 }, (_, k) => Number(((first + k) * width).toPrecision(6)));
}

function decades(low, high) {
  const all = [];
  for (let k = Math.ceil(Math.log10(low) - 1e-9); k <= Math.log10(high) + 1e-9; k += 1) all.push(Number((10 ** k).toPrecision(6)));
  return all;
}

// An empty pair of axes: where x and y are drawn, and what to draw on.
function axes(panel, { x, y, across, up, log = false, square = false }) {
  panel.svg.replaceChildren();
  const scale = log ? Math.log10 : (each) => each;
  const ends = x.map(scale);
  let inner = WIDE - LEFT - RIGHT, start = LEFT;
  const height = HIGH - TOP - BOTTOM;
  if (square) { start += (inner - height) / 2; inner = height; }
  const at = (value) => start + (inner * (scale(value) - ends[0])) / (ends[1] - ends[0] || 1);
  const over = (value) => TOP + height * (1 - (value - y[0]) / (y[1] - y[0] || 1));
  for (const each of log ? decades(...x) : ticks(...x)) {
    drawn(panel.svg, "line", { x1: at(each), x2: at(each), y1: TOP, y2: TOP + height, class: "grid-line" });
    drawn(panel.svg, "text", { x: at(each), y: TOP + height + 14, "text-anchor": "middle" }, String(each));
  }
  for (const each of ticks(...y)) {
    drawn(panel.svg, "line", { x1: start, x2: start + inner, y1: over(each), y2: over(each), class: "grid-line" });
    drawn(panel.svg, "text", { x: start - 5, y: over(each) + 4, "text-anchor": "end" }, String(each));
  }
  drawn(panel.svg, "text", { x: start + inner / 2, y: HIGH - 8, "text-anchor": "middle" }, across);
  drawn(panel.svg, "text", { x: 4, y: 14 }, up);
  const clip = drawn(drawn(panel.svg, "clipPath", { id: `${panel.id}-clip` }), "rect", { x: start, y: TOP, width: inner, height });
  return { at, over, ink: drawn(panel.svg, "g", { "clip-path": `url(#${clip.parentNode.id})` }) };
}

function line(place, points, attributes) {
  const known = points.filter(([x, y]) => x !== null && y !== null);
  const d = known.map(([x, y], k) => `${k ? "L" : "M"}${place.at(x).toFixed(1)},${place.over(y).toFixed(1)}`).join("");
  if (d) drawn(place.ink, "path", { d, fill: "none", "stroke-width": 1.8, ...attributes });
}

function look(k) {
  return { stroke: COLOURS[k % 7], "stroke-dasharray": ["none", "7 3", "2 3", "8 3 2 3", "4 2", "1 2", "10 4"][k % 7] };
}

function without(panel, text) {
  panel.svg.replaceChildren();
  drawn(panel.svg, "text", { x: WIDE / 2, y: HIGH / 2, "text-anchor": "middle" }, text);
}

function histogram(panel, data, series, level) {
  if (level.problem) return without(panel, `no boundary: ${level.problem}`);
  const bins = data.bins, top = Math.max(...series.levels.flatMap((each) => each.counts ?? [0]));
  const place = axes(panel, { x: [bins[0], bins[bins.length - 1]], y: [0, top], across: "signed distance y d(x)", up: "training images" });
  level.counts.forEach((count, k) => {
    const colour = bins[k] < -1e-9 ? COLOURS[1] : COLOURS[0];
    drawn(place.ink, "rect", { x: place.at(bins[k]), width: place.at(bins[k + 1]) - place.at(bins[k]), y: place.over(count), height: place.over(0) - place.over(count), fill: colour, "fill-opacity": 0.6 });
  });
  // The loss has a scale of its own: what matters is where it bends.
  const highest = level.loss.length ? Math.max(...level.loss) : 0;
  line(place, level.loss.map((each, k) => [bins[k], (each / (highest || 1)) * top]), { stroke: "#000000" });
  return `${plain(100 * level.counts.reduce((sum, each, k) => sum + (bins[k] < -1e-9 ? each : 0), 0) / level.counts.reduce((sum, each) => sum + each, 0), 2)} % of the training images lie on the wrong side`;
}

function plane(panel, data, series, level) {
  if (level.problem) return without(panel, `no boundary: ${level.problem}`);
  const [z, n] = level.plane.map((each) => values(each, series.top)), half = 1.05 * series.top;
  const place = axes(panel, { x: [-half, half], y: [-half, half], across: "along the centroids", up: "across, in the plane of the weights", square: true });
  data.points.forEach((label, k) => drawn(place.ink, "circle", { cx: place.at(z[k]), cy: place.over(n[k]), r: 1.8, fill: label > 0 ? COLOURS[1] : COLOURS[0], "fill-opacity": 0.6 }));
  const angle = (level.theta * Math.PI) / 180, w = [Math.cos(angle), Math.sin(angle)];
  const foot = w.map((each) => -level.offset * each);
  line(place, [-9, 9].map((t) => [foot[0] - t * half * w[1], foot[1] + t * half * w[0]]), { stroke: "#000000" });
  const d = 2 * (z[0] * w[0] + n[0] * w[1] + level.offset), ends = [[z[0], n[0]], [z[0] - d * w[0], n[0] - d * w[1]]];
  line(place, ends, { stroke: "#000000", "stroke-dasharray": "2 3" });
  ends.forEach(([a, b]) => drawn(place.ink, "circle", { cx: place.at(a), cy: place.over(b), r: 4, fill: "#ffffff", stroke: "#000000" }));
  return `the boundary is tilted by ${plain(level.theta)} degrees`;
}

// One number of all series against the level, with marks at the level of the slider.
function against(name, up) {
  return (panel, data, series, level, here) => {
    const all = data.series.flatMap((each) => each.levels.map((one) => one[name]).filter((one) => one !== null));
    const lams = data.lams, top = Math.max(...all, 1e-9);
    const place = axes(panel, { x: [lams[lams.length - 1], lams[0]], y: [Math.min(0, ...all), 1.05 * top], across: "λ", up, log: true });
    line(place, [[lams[here], -1e9], [lams[here], 1e9]], { stroke: "#57616b", "stroke-width": 1 });
    data.series.forEach((each, k) => {
      line(place, each.levels.map((one, j) => [lams[j], one[name]]), { ...look(k), "stroke-width": each === series ? 3 : 1.6 });
      const now = each.levels[here][name];
      if (now !== null) drawn(place.ink, "circle", { cx: place.at(lams[here]), cy: place.over(now), r: 4, fill: COLOURS[k % 7] });
    });
    return data.series.map((each) => `${each.name} ${plain(each.levels[here][name])}`).join(", ");
  };
}

function robust(which) {
  return (panel, data, series, level, here) => {
    const { sizes, title } = data.robust[which];
    const place = axes(panel, { x: [0, sizes[sizes.length - 1]], y: [0, 1], across: `size of the attack in ${title}`, up: "robust accuracy" });
    data.series.forEach((each, k) => {
      const shares = each.levels[here].robust;
      if (shares) line(place, shares[which].map((share, j) => [sizes[j], share / 1000]), { ...look(k), "stroke-width": each === series ? 3 : 1.6 });
    });
    const half = Math.floor(sizes.length / 2), known = data.series.filter((each) => each.levels[here].robust);
    return `under attacks of ${sizes[half]}: ${known.map((each) => `${each.name} ${plain(each.levels[here].robust[which][half] / 10)} %`).join(", ")}`;
  };
}

// A picture of side x side pixels; `colour` is from a value to red, green and blue.
function picture(parent, pixels, side, colour, title) {
  const box = document.createElement("div");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d"), image = context.createImageData(side, side);
  pixels.forEach((value, k) => image.data.set([...colour(value), 255], 4 * k));
  context.putImageData(image, 0, 0);
  box.append(canvas);
  if (title) {
    const name = document.createElement("span");
    name.textContent = title;
    box.append(name);
  }
  parent.append(box);
}

const grey = (value) => { const shade = Math.round(255 * (1 - Math.min(1, Math.max(0, value)))); return [shade, shade, shade]; };
const signed = (value) => { const pale = Math.round(255 * (1 - Math.abs(value))); return value > 0 ? [255 - Math.round(77 * value), pale, pale] : [pale, pale, 255 + Math.round(83 * value)]; };

function weights(panel, data, series, level, here) {
  panel.box.replaceChildren();
  data.series.forEach((each) => {
    const now = each.levels[here];
    picture(panel.box, now.problem ? new Float64Array(data.side ** 2) : values(now.w), data.side, signed, `${each.name}: ${now.problem || `${now.nonzero} pixels`}`);
  });
  return data.series.map((each) => `${each.name}: ${each.levels[here].problem || `${each.levels[here].nonzero} of ${data.side ** 2} pixels have a weight`}`).join(", ");
}

function mirrors(panel, data, series, level) {
  panel.box.replaceChildren();
  const images = data.images.map((each) => values(each));
  images.forEach((each) => picture(panel.box, each, data.side, grey));
  if (level.problem) {
    const said = document.createElement("p");
    said.textContent = `no boundary, no mirror images: ${level.problem}`;
    panel.box.append(said);
    return said.textContent;
  }
  const w = values(level.w), norm = Math.hypot(...w);
  images.forEach((each, k) => picture(panel.box, each.map((pixel, j) => pixel - (2 * level.d[k] * w[j]) / norm), data.side, grey, `moved by ${plain(2 * Math.abs(level.d[k]), 2)}`));
  return `mirror images are ${level.d.map((each) => plain(2 * Math.abs(each), 2)).join(", ")} away`;
}

const PANELS = [
  ["Distances of the training images, with the loss over them", histogram],
  ["Tilting plane with the boundary, an image and its mirror image", plane],
  ["Tilting angle, degrees", against("theta", "degrees")],
  ["Adversarial distance", against("d_adv", "mean signed l₂ distance")],
  ["Test error, %", against("test_error", "%")],
  ["Robust accuracy, l₂ attacks", robust(0)],
  ["Robust accuracy, l∞ attacks", robust(1)],
  ["Weights of the pixels", weights, "pictures weights"],
  ["Images, and their mirror images below", mirrors, "pictures mirrors"],
];

function panelOf(figure, number, title, kind) {
  const box = document.createElement("div");
  box.className = kind?.includes("mirrors") ? "panel broad" : "panel";
  const heading = document.createElement("h4");
  heading.textContent = title;
  box.append(heading);
  figure.querySelector(".panels").append(box);
  const panel = { id: `${figure.id}-${number}`, title };
  if (kind) {
    panel.box = document.createElement("div");
    panel.box.className = kind;
    box.append(panel.box);
  } else {
    panel.svg = drawn(box, "svg", { viewBox: `0 0 ${WIDE} ${HIGH}` });
  }
  (panel.box ?? panel.svg).setAttribute("role", "img");
  return panel;
}

async function moving(figure, number) {
  const data = await unpacked(figure.querySelector("script"));
  const form = figure.querySelector("form"), fieldset = form.querySelector("fieldset");
  figure.id = `levels-${number}`;
  data.series.forEach((each, k) => {
    const label = document.createElement("label"), radio = document.createElement("input");
    Object.assign(radio, { type: "radio", name: "series", value: String(k), checked: k === 0 });
    const key = document.createElementNS(SVG, "svg");
    key.setAttribute("viewBox", "0 0 30 8");
    key.setAttribute("aria-hidden", "true");
    drawn(key, "path", { d: "M0,4L30,4", "stroke-width": 2.5, fill: "none", ...look(k) });
    label.append(radio, key, ` ${each.name}`);
    fieldset.append(label);
  });
  const panels = PANELS.map(([title, draw, kind], k) => [panelOf(figure, `${number}-${k}`, title, kind), draw]);
  function draw() {
    const here = Number(form.level.value), series = data.series[Number(form.series.value)], level = series.levels[here];
    const lam = `λ = ${plain(data.lams[here])}`;
    figure.querySelector(".lam").textContent = lam;
    form.level.setAttribute("aria-valuetext", lam);
    figure.querySelector(".said").textContent = level.problem
      ? `${series.name} at ${lam}: no boundary, ${level.problem}.`
      : `${series.name} at ${lam}: tilted by ${plain(level.theta)}°, adversarial distance ${plain(level.d_adv)}, test error ${plain(level.test_error, 2)} %.`;
    for (const [panel, each] of panels) {
      const said = each(panel, data, series, level, here) ?? level.problem;
      (panel.box ?? panel.svg).setAttribute("aria-label", `${panel.title}: ${said}`);
    }
  }
  form.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  draw();
  figure.dataset.drawn = "whole";
}

document.querySelectorAll("figure.levels").forEach((figure, number) => {
  moving(figure, number).catch((error) => unavailable(figure.querySelector(".panels"), error));
});
