// How the thresholds of a layer are spread.

/** What a layer's decisions are, in words. */
function decisionText(decisions) {
  const { rising, falling, constant, several, histogram } = decisions;
  const words = [
    [rising, "rising"], [falling, "falling"], [several, "with several switch points"], [constant, "constant"],
  ].filter(([count]) => count > 0).map(([count, word]) => `${grouped(count)} ${word}`).join(", ");
  if (!histogram) return `${decisions.domain}: ${words}`;
  const { least, greatest, median } = histogram;
  return `${decisions.domain}: ${words}; ${threshold(least)} to ${threshold(greatest)}, median ${threshold(median)}`;
}

/** The histogram of a layer's thresholds; precondition: it has some. */
function histogram(layer) {
  // A few bins stand in the middle, no wider than an eighth each.
  const { low, binWidth, counts, least, greatest } = layer.decisions.histogram;
  const width = 240, height = 84, base = height - 18, most = Math.max(...counts);
  const end = low + binWidth * counts.length, span = end - low || 1;
  const step = width / Math.max(8, counts.length), begin = (width - step * counts.length) / 2;
  const x = place => (begin + step * place).toFixed(1);
  const shape = counts.map((count, index) => {
    const top = count / most * (base - 14);
    if (count === 0) return "";
    return `M${x(index)} ${base}v${(-top).toFixed(1)}h${Math.max(1, step - 1).toFixed(1)}V${base}z`;
  }).join("");
  const zero = low < 0 && end > 0 ? -low / span * counts.length : null;
  const words = `Histogram of the thresholds of ${title(layer)}: ${decisionText(layer.decisions)}`;
  const drawing = picture(width, height, words,
    svg("path", { class: "first", d: shape }), svg("path", { class: "axis", d: `M0 ${base}H${width}` }),
    zero === null ? null :
      svg("path", { class: "axis", "stroke-dasharray": "3 3", d: `M${x(zero)} 12V${base}` }),
    svg("text", { x: 0, y: 10, class: "soft" }, `most in a bin: ${grouped(most)}`),
    svg("text", { x: x(0), y: height - 4 }, threshold(least)),
    greatest > least ? svg("text", { x: x(counts.length), y: height - 4, "text-anchor": "end" }, threshold(greatest)) : null);
  return html("figure", {}, html("figcaption", {},
    html("strong", {}, `${layer.number} ${title(layer)}`), decisionText(layer.decisions)), drawing);
}

/** The histograms of all layers that have thresholds. */
function histograms() {
  const deciding = network.layers.filter(layer => layer.decisions);
  const spread = deciding.filter(layer => layer.decisions.histogram);
  const always = deciding.length - spread.length;
  return [
    html("div", { class: "histograms" }, spread.map(histogram)),
    always > 0 ? html("p", { class: "soft" }, `Of ${plural(always, "layer")} every decision is constant.`) : null,
  ];
}
