// The layers of a run in the plane of the roofline model: multiply-accumulates a second over those a byte.
// Williams, Waterman and Patterson, "Roofline", Communications of the ACM 52 (4), 2009, doi 10.1145/1498765.1498785.

/** The roofs are the best that any layer of the run reached, no limits of the machine. */
function roofline(run) {
  const all = groupsOf(run).filter(group => group.time > 0 && group.bytes > 0);
  const groups = all.filter(group => group.macs > 0);
  if (groups.length === 0) return html("p", {}, "No layer multiplies.");
  const peaks = Object.keys(kinds).map(kind => groups.filter(group => group.layer.kind === kind))
    .filter(those => those.length > 0).map(those => those.reduce((a, b) => b.rate > a.rate ? b : a));
  const bandwidth = Math.max(...all.map(group => group.bytes / group.time * 1e6));
  const reached = peaks.map(group => `${rate(group.rate)} by a ${kinds[group.layer.kind].name} layer`).join(", ");
  const words = `Roofline of ${plural(groups.length, "layer")}. The highest rates: ` +
    peaks.map(group => `${rate(group.rate)} by ${title(group.layer)}, ${kinds[group.layer.kind].name}`).join("; ") +
    `. The highest throughput: ${throughput(bandwidth)}. The table of layers has all numbers.`;
  return [
    atWidth(width => rooflinePlot(width, Math.min(460, Math.max(300, width * .5)), groups, peaks, bandwidth, words)),
    html("p", { class: "soft" }, `Dashed: the highest rates (${reached}) and the highest throughput ` +
      `(${throughput(bandwidth)}) that a layer of this run reached. They were measured here and say what these layers ` +
      "did, not what the machine could do. Bytes are constants, what a layer reads and what it writes, wherever they " +
      "are cached."),
  ];
}

/** Powers of ten that enclose numbers. */
function decades(numbers) {
  const low = Math.floor(Math.log10(Math.min(...numbers))), high = Math.ceil(Math.log10(Math.max(...numbers)));
  return [low, Math.max(high, low + 1)];
}

function powerText(power, unit) { return unit(10 ** power).replace(/\.0+(?=\D)/, ""); }

function rooflinePlot(width, height, groups, peaks, bandwidth, words) {
  const left = 72, right = 16, top = 16, bottom = 44;
  const [xLow, xHigh] = decades(groups.map(group => group.intensity));
  const [yLow, yHigh] = decades(groups.map(group => group.rate));
  const x = value => left + (Math.log10(value) - xLow) / (xHigh - xLow) * (width - left - right);
  const y = value => height - bottom - (Math.log10(value) - yLow) / (yHigh - yLow) * (height - top - bottom);
  const grid = [], labels = [];
  for (let power = xLow; power <= xHigh; power += 1) {
    grid.push(`M${x(10 ** power)} ${top}V${height - bottom}`);
    labels.push(svg("text", { x: x(10 ** power), y: height - bottom + 16, "text-anchor": "middle" },
      String(Number((10 ** power).toPrecision(1)))));
  }
  for (let power = yLow; power <= yHigh; power += 1) {
    grid.push(`M${left} ${y(10 ** power)}H${width - right}`);
    labels.push(svg("text", { x: left - 6, y: y(10 ** power) + 4, "text-anchor": "end" },
      powerText(power, rate).replace("MAC/s", "")));
  }
  // The throughput's roof rises with the intensity until it meets the highest peak, cut where the plot begins.
  const begin = Math.max(10 ** xLow, 10 ** yLow / bandwidth), end = 10 ** xHigh;
  const ridge = Math.min(end, Math.max(...peaks.map(group => group.rate)) / bandwidth);
  const roofs = ridge > begin ? [`M${x(begin)} ${y(begin * bandwidth)}L${x(ridge)} ${y(ridge * bandwidth)}`] : [];
  for (const group of peaks) {
    roofs.push(`M${x(Math.min(end, Math.max(begin, group.rate / bandwidth)))} ${y(group.rate)}H${x(end)}`);
    labels.push(svg("text", { x: width - right, y: y(group.rate) - 4, "text-anchor": "end", class: "soft" },
      `${kinds[group.layer.kind].name} ${rate(group.rate)}`));
  }
  return picture(width, height, words,
    svg("path", { class: "grid", d: grid.join("") }),
    svg("path", { class: "axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }),
    svg("path", { class: "roof", d: roofs.join("") }), ...labels,
    svg("text", { x: left, y: 10, class: "soft" }, "MAC/s"),
    svg("text", { x: width - right, y: height - 6, "text-anchor": "end", class: "soft" }, "MACs a byte"),
    ...groups.map(group => point(group.layer.kind, x(group.intensity), y(group.rate),
      `${group.layer.number} ${title(group.layer)}: ${rate(group.rate)}, ${group.intensity.toFixed(1)} MACs a byte`)));
}

function point(kind, x, y, words) {
  return svg("path", { class: `point ${kind}`, d: pointShape(kind, x, y) }, words ? svg("title", {}, words) : null);
}

/** Binary layers are squares, float ones discs, fallbacks triangles. */
function pointShape(kind, x, y) {
  const at = `M${x.toFixed(1)} ${y.toFixed(1)}`;
  if (kind === "binary") return `${at}m-5-5h10v10h-10z`;
  if (kind === "fallback") return `${at}m0-7l7 12h-14z`;
  return `${at}m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z`;
}

/** What the points' shapes mean. */
function pointLegend() {
  const multiplying = network.layers.filter(layer => layer.macs > 0);
  const present = Object.keys(kinds).filter(kind => multiplying.some(layer => layer.kind === kind));
  return html("ul", { class: "legend", "aria-label": "Shapes of the points" }, present.map(kind => html("li", {},
    svg("svg", { width: 16, height: 16, "aria-hidden": "true" }, point(kind, 8, 8)),
    ` ${kinds[kind].name}`)));
}
