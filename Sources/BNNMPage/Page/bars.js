// Bars of time and bytes: the largest first, or all in execution order.

const shownAtFirst = 20;

/** Classes of the parts of a bar. */
const places = ["first", "second", "third"];

/**
 * A plot of bars. Each row is { name, kind, parts, text }: `parts` are numbers that stand behind each other in one bar,
 * each in the colour of its place in `series`, or, where there is a kind, in that of the kind.
 */
function barPlot(what, series, rows) {
  const sum = row => row.parts.reduce((a, b) => a + b, 0);
  const largest = rows.slice().sort((a, b) => sum(b) - sum(a)).slice(0, shownAtFirst);
  const most = sum(largest[0] ?? { parts: [] });
  let isWhole = rows.length <= shownAtFirst;
  const toggle = html("button", { type: "button", click: () => { isWhole = !isWhole; update(); } });
  const holder = html("div");

  function update() {
    const shown = isWhole ? rows : largest;
    toggle.textContent = isWhole ? `Show the ${shownAtFirst} largest` : `Show all ${rows.length} in execution order`;
    holder.replaceChildren(atWidth(width => bars(width, shown, most, words(shown))));
  }
  const words = shown => `${what}: bars of ${plural(shown.length, "layer")}. The largest: ` +
    largest.slice(0, 3).map(row => `${row.name}, ${row.text}`).join("; ") + ". The table of layers has all numbers.";
  update();
  return html("div", {}, series.length > 1 ? seriesLegend(series) : null, holder,
    rows.length > shownAtFirst ? html("div", { class: "controls" }, toggle) : null);
}

function seriesLegend(series) {
  return html("ul", { class: "legend", "aria-label": "Parts of a bar, from the left" }, series.map((name, index) =>
    html("li", {}, svg("svg", { width: 14, height: 14, "aria-hidden": "true" },
      svg("rect", { width: 14, height: 14, class: places[index] })), ` ${name}`)));
}

/** Beside the names where there is room, else below them. */
function bars(width, rows, most, words) {
  const isWide = width >= 640, nameWidth = isWide ? Math.floor(width * .36) : 0, pitch = isWide ? 22 : 36;
  const room = Math.max(40, width - nameWidth - 92), characters = Math.floor((nameWidth || width) / 7.3) - 1;
  const line = isWide ? 3 : 17;
  return picture(width, Math.max(1, rows.length) * pitch, words, ...rows.map((row, index) => {
    let x = nameWidth;
    const rects = row.parts.map((part, place) => {
      const length = most > 0 ? part / most * room : 0, begin = x;
      x += length;
      const look = row.kind ? `bar ${row.kind}` : places[place];
      return svg("rect", { x: begin.toFixed(2), y: line, width: length.toFixed(2), height: 11, class: look });
    });
    return svg("g", { transform: `translate(0 ${index * pitch})` },
      svg("title", {}, `${row.name}: ${row.text}`),
      svg("text", { y: 12 }, shortened(row.name, characters)), ...rects,
      svg("text", { x: (x + 6).toFixed(1), y: line + 10, class: "soft" }, row.text));
  }));
}

/** Time of the layers; those that run together are one bar. */
function timeBars(run) {
  return barPlot("Time of the layers", ["median time"], groupsOf(run).map(group => {
    const first = group.members[0].number, last = group.members[group.members.length - 1].number;
    const kind = group.layer.kind, numbers = first === last ? `${last}` : `${first}–${last}`;
    const name = `${numbers} ${kinds[kind].mark} ${title(group.layer)}${first === last ? "" : " …"}`;
    return { name, kind, parts: [group.time], text: time(group.time) };
  }));
}

/** Bytes of the layers. */
function byteBars() {
  return barPlot("Bytes of the layers", ["constants", "read", "written"], network.layers.map(layer => {
    const parts = [layer.constantBytes, layer.readBytes, layer.writtenBytes];
    return { name: `${layer.number} ${title(layer)}`, parts, text: bytes(parts[0] + parts[1] + parts[2]) };
  }));
}
