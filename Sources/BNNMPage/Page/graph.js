// The network as a graph: a list to choose a layer from, with lines for what reads what.

const pitch = 34, middle = 19;

/**
 * The graph; `chosen(row)` is told of the node that was chosen. The list has one stop of the keyboard, and arrows move
 * in it: www.w3.org/WAI/ARIA/apg/patterns/listbox/
 */
function networkGraph(run, nodes, chosen) {
  const { lanes, count } = assignLanes(nodes);
  // However many lanes there are, the nodes keep room.
  const spacing = Math.min(12, 90 / Math.max(1, count));
  const gutter = 14 + count * spacing;
  const options = nodes.map((node, row) => option(node, row, run));
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -nodes.length, End: nodes.length };
  const lines = graphLines(nodes, lanes, gutter, spacing);
  const list = html("div", {
    class: "nodes", role: "listbox", tabindex: "0", "aria-label": "Layers in execution order",
    style: `--gutter: ${gutter}px`,
    keydown: event => {
      const step = steps[event.key];
      if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      select(Math.min(nodes.length - 1, Math.max(0, selected + step)));
    },
    click: event => {
      const row = options.indexOf(event.target.closest(".node"));
      if (row >= 0) select(row);
    },
  }, lines.drawing, options);
  let selected = -1;

  function select(row, scroll = true) {
    if (row === selected) return;
    if (selected >= 0) options[selected].setAttribute("aria-selected", "false");
    selected = row;
    options[row].setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", options[row].id);
    lines.trace(row);
    if (scroll) options[row].scrollIntoView({ block: "nearest" });
    chosen(row);
  }
  return { element: list, select };
}

/** One node: its mark, its name, and in words what it reads. */
function option(node, row, run) {
  const { layer, port } = node;
  const kind = layer ? layer.kind : "port";
  const measured = layer && run ? run.layers[layer.number - 1] : null;
  const timed = measured && measured.runs_with === layer.number - 1;
  const reads = layer ? layer.reads : port.source === undefined ? [] : [port.source];
  return html("div", { class: `node ${kind}`, role: "option", id: `node-${row}`, "aria-selected": "false" },
    html("span", { class: "number" }, layer ? String(layer.number) : node.role === "input" ? "in" : "out"),
    layer ? badge(kind) : null,
    html("span", { class: "name" }, layer ? title(layer) : port.name),
    html("span", { class: "soft" }, layer ? layer.operator : port.result),
    layer ? html("span", { class: "hidden" }, `, ${kinds[kind].name}`) : null,
    reads.length > 0 ? html("span", { class: "hidden" }, `, reads ${reads.map(sourceText).join(" and ")}`) : null,
    timed ? html("span", { class: "heat", "aria-hidden": "true", style: `--share: ${100 * measured.share}%` }) : null,
    timed ? html("span", { class: "number" }, percent(measured.share)) : null);
}

/** The lines; `trace(row)` makes those of one node stand out. */
function graphLines(nodes, lanes, gutter, spacing) {
  const y = row => row * pitch + middle;
  const paths = [];
  const add = (from, to, shape) => {
    const path = svg("path", { d: shape, "marker-end": "url(#arrow)" });
    paths.push({ from, to, path });
    return path;
  };
  const straight = [];
  nodes.forEach((node, row) => {
    if (node.sources.includes(row - 1)) {
      straight.push(add(row - 1, row, `M${gutter + 16} ${y(row - 1) + 13}V${y(row) - 13}`));
    }
  });
  const skipping = lanes.flatMap(({ from, lane, readers }) => {
    const x = 6 + lane * spacing, r = Math.min(6, spacing);
    return readers.map(to => add(from, to,
      `M${gutter} ${y(from) + 4}H${x + r}Q${x} ${y(from) + 4} ${x} ${y(from) + 4 + r}V${y(to) - 4 - r}` +
      `Q${x} ${y(to) - 4} ${x + r} ${y(to) - 4}H${gutter}`));
  });
  const drawing = svg("svg", { "aria-hidden": "true", width: gutter + 24, height: nodes.length * pitch + 6 },
    ...straight, ...skipping);
  let traced = [];
  return {
    drawing,
    trace(row) {
      traced.forEach(path => path.classList.remove("traced"));
      traced = paths.filter(line => line.from === row || line.to === row).map(line => line.path);
      traced.forEach(path => { path.classList.add("traced"); drawing.append(path); });
    },
  };
}

/** What the marks mean: those kinds that the network has. */
function legend() {
  const present = Object.keys(kinds).filter(kind => network.layers.some(layer => layer.kind === kind));
  return html("ul", { class: "legend", "aria-label": "Kinds of layers" }, present.map(kind =>
    html("li", {}, kindLabel(kind), `: ${kinds[kind].meaning}`)));
}
