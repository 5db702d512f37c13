"use strict";
// Tables sort and filter through DataTables; figures are drawn by plotly when a reader opens them.

function addFilter(table, element) {
  const label = document.createElement("label");
  label.className = "filter";
  label.append("Filter rows: ");
  const input = document.createElement("input");
  input.type = "search";
  input.setAttribute("aria-controls", element.id);
  const shown = document.createElement("span");
  shown.className = "shown";
  shown.setAttribute("role", "status");
  label.append(input, shown);
  element.closest(".frame").before(label);
  input.addEventListener("input", () => {
    if (input.value) element.classList.add("whole");
    table.search(input.value).draw();
    const info = table.page.info();
    shown.textContent = input.value ? `${info.recordsDisplay} of ${info.recordsTotal} rows` : "";
  });
}

function enhance(element) {
  const table = new DataTable(element, {
    paging: false,
    info: false,
    order: [],
    autoWidth: false,
    layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
    language: { emptyTable: "No rows.", zeroRecords: "No row has this text." },
  });
  addFilter(table, element);
  if (element.classList.contains("long")) addMore(table, element);
}

// A long table shows its first rows until a reader asks for all.
function addMore(table, element) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "more";
  button.setAttribute("aria-controls", element.id);
  const label = () => {
    const whole = element.classList.contains("whole");
    button.textContent = whole ? "Show the first 15 rows" : `Show all ${table.page.info().recordsTotal} rows`;
    button.setAttribute("aria-expanded", String(whole));
  };
  button.addEventListener("click", () => { element.classList.toggle("whole"); label(); });
  label();
  element.closest(".frame").after(button);
}

const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const SYMBOLS = ["circle-open", "square-open", "triangle-up-open", "diamond-open", "triangle-down-open", "cross-open", "x-open"];
const DASHES = ["solid", "dash", "dashdot", "dot", "longdash", "longdashdot", "5px,2px"];

function words(name) {
  return name.replaceAll("_", " ").replace("rmse", "RMSE");
}

function fill(select, values, texts) {
  const before = select.value;
  select.replaceChildren(...values.map((value, k) => new Option(texts[k], value)));
  if (values.includes(before)) select.value = before;
}

// What a scenario is called when the axis shows one of its columns: all that varies besides.
function groupName(data, scenario, axis) {
  const parts = data.columns.filter((name) => name !== axis && !follows(data, name, axis));
  return parts.map((name) => `${name} ${data.scenarios[scenario][name] ?? "–"}`).join(", ") || "all scenarios";
}

// Whether a column is known from the axis, as the intercept is from the prevalence.
function follows(data, name, axis) {
  if (name === "family") return false;
  const seen = new Map();
  return data.scenarios.every((each) => {
    if (!seen.has(each[axis])) seen.set(each[axis], each[name]);
    return seen.get(each[axis]) === each[name];
  });
}

function traces(data, chosen, hidden) {
  const names = data.series.map((_, k) => k).filter((k) => !hidden.has(k));
  return names.flatMap((k) => {
    const rows = data.rows
      .filter((row) => row[1] === k && data.measures[row[2]] === chosen.measure && data.parameters[row[3]] === chosen.parameter)
      .filter((row) => groupName(data, row[0], chosen.axis) === chosen.group)
      .map((row) => ({ x: data.scenarios[row[0]][chosen.axis], y: row[4], low: row[4] - (row[5] ?? 0), high: row[4] + (row[6] ?? 0) }))
      .filter((row) => row.x !== null && row.x >= chosen.least)
      .sort((a, b) => a.x - b.x);
    if (!rows.length) return [];
    return [{
      x: rows.map((row) => row.x),
      y: rows.map((row) => row.y),
      error_y: { type: "data", symmetric: false, array: rows.map((r) => r.high - r.y), arrayminus: rows.map((r) => r.y - r.low), thickness: 1.2, width: 3 },
      name: data.series[k],
      mode: "lines+markers",
      line: { color: COLOURS[k % 7], dash: DASHES[(k + Math.floor(k / 7)) % 7], width: 1.8 },
      marker: { symbol: SYMBOLS[(k + Math.floor(k / 7)) % 7], size: 8 },
    }];
  });
}

// Data of a figure: JSON, gzip, base64.
async function unpacked(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function unavailable(place, error) {
  place.textContent = `This browser cannot draw it (${error.message}); the numbers are in the tables.`;
}

async function explore(details) {
  const data = await unpacked(details.querySelector("script"));
  const form = details.querySelector("form");
  const plot = details.querySelector(".plot");
  const hidden = new Set();
  const axes = data.columns.filter((name) => data.scenarios.every((each) => typeof each[name] !== "string"));
  if (!axes.length) {
    data.scenarios.forEach((each, k) => { each.scenario = k + 1; });
    axes.push("scenario");
  }
  fill(form.measure, data.measures, data.measures.map(words));
  fill(form.axis, axes, axes);
  form.logx.checked = ["n", "p", "sigma"].includes(form.axis.value);

  // The slider leaves out the smallest values of the axis, one after the other.
  function least() {
    const values = [...new Set(data.scenarios.map((each) => each[form.axis.value]).filter((each) => each !== null))];
    values.sort((a, b) => a - b);
    form.least.max = String(Math.max(0, values.length - 1));
    const value = values[Math.min(Number(form.least.value), values.length - 1)] ?? -Infinity;
    form.querySelector("output").textContent = `${form.axis.value} = ${value}`;
    form.least.setAttribute("aria-valuetext", `${form.axis.value} from ${value}`);
    return value;
  }
  function chosen() {
    return { least: least(), measure: form.measure.value, parameter: form.parameter.value, axis: form.axis.value, group: form.group.value };
  }
  function draw() {
    const measure = data.measures.indexOf(form.measure.value);
    const own = data.rows.filter((row) => row[2] === measure);
    const parameters = data.parameters.filter((_, k) => own.some((row) => row[3] === k));
    // The whole vector comes first, where the measure has it.
    parameters.sort((a, b) => (b === "all") - (a === "all"));
    fill(form.parameter, parameters, parameters.map((name) => (name === "all" ? "whole vector" : words(name))));
    const groups = [...new Set(own.map((row) => groupName(data, row[0], form.axis.value)))];
    fill(form.group, groups, groups);
    const drawn = traces(data, chosen(), hidden);
    const marks = [...new Set(drawn.flatMap((trace) => trace.x))];
    const ticks = marks.length <= 8 ? { tickmode: "array", tickvals: marks, ticktext: marks.map(String) } : {};
    const small = plot.clientWidth < 600;
    const layout = {
      margin: { l: 60, r: 10, t: 10, b: 50 },
      font: { family: getComputedStyle(document.body).fontFamily, size: 12 },
      xaxis: { title: { text: form.axis.value }, type: form.logx.checked ? "log" : "linear", automargin: true, ...ticks },
      yaxis: { title: { text: words(form.measure.value) }, type: form.logy.checked ? "log" : "linear", automargin: true },
      legend: { orientation: "h", y: small ? -0.3 : -0.2 },
      showlegend: true,
      hovermode: "closest",
    };
    Plotly.react(plot, drawn, layout, { responsive: true, displaylogo: false, modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]] });
  }
  data.series.forEach((name, k) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => { if (box.checked) hidden.delete(k); else hidden.add(k); draw(); });
    label.append(box, ` ${name}`);
    details.querySelector(".series").append(label);
  });
  form.addEventListener("change", draw);
  form.least.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  draw();
}

document.querySelectorAll("table.grid").forEach(enhance);
document.querySelectorAll("details.explorer").forEach((details) => {
  details.addEventListener("toggle", () => {
    if (details.open && !details.dataset.drawn) {
      details.dataset.drawn = "yes";
      explore(details).then(() => { details.dataset.drawn = "whole"; }, (error) => unavailable(details.querySelector(".plot"), error));
    }
  });
});
// A link to a claim or a statement opens what it is folded in.
window.addEventListener("hashchange", () => {
  const folded = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector("details.ledger");
  if (folded) folded.open = true;
});
// Paper cannot be unfolded.
window.addEventListener("beforeprint", () => document.querySelectorAll("details.notes, details.ledger, details.ademp").forEach((each) => { each.open = true; }));
document.documentElement.dataset.ready = "yes";
