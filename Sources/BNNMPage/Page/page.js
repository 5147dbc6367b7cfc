// The page from its sections.

function section(name, id, ...content) {
  return html("section", { id, "aria-labelledby": `${id}-title` }, html("h2", { id: `${id}-title` }, name), ...content);
}

function aboutSection() {
  return section("About", "about",
    ...data.warnings.map(warning => html("div", { class: "warning" },
      html("p", {}, warning.text), html("ul", {}, warning.items.map(item => html("li", {}, item))))),
    factList(data.facts.map(fact => [fact.name, fact.value])),
    data.notes.length > 0 ? html("h3", {}, "Notes") : null,
    data.notes.length > 0 ? html("ul", {}, data.notes.map(note => html("li", {}, note))) : null);
}

function graphSection(run) {
  const nodes = graphNodes();
  const panel = detailsPanel(nodes, run, row => graph.select(row));
  const graph = networkGraph(run, nodes, panel.show);
  if (nodes.length > 0) graph.select(Math.min(network.inputs.length, nodes.length - 1), false);
  return section("Network", "network",
    html("p", {}, `${plural(network.layers.length, "layer")} in execution order. A line to the left leads a result past ` +
      "the next layer to those that read it. Choose a layer to see what is known of it."),
    data.report ? null : html("p", { class: "soft" },
      "Whether a float layer could have been binary, only the report of bnnm compile tells."),
    legend(), html("div", { class: "network" }, graph.element, panel.element));
}

function timeSection(run) {
  const { min, p50, p90, p99, count } = run.latency_us;
  return section("Time", "time",
    html("p", {}, `A whole run with ${runText(run)}: median ${time(p50)}, least ${time(min)}, 90th percentile ` +
      `${time(p90)}, 99th ${time(p99)}, of ${plural(count, "run")}. Layers that run together, some rows at a time, are one bar.`),
    timeBars(run));
}

function foldedSection() {
  return section("What was folded", "folded",
    html("p", {}, "What stands behind a layer runs in its pass. A BatchNorm is a scale and shift, or part of the " +
      "thresholds; these fall where a negative scale turns the comparison round. A decision that nothing changes is " +
      "constant."),
    data.report ? binarizerTable(data.report) : null, data.report ? html("h3", {}, "In the compiled file") : null,
    foldedTable());
}

function sections(run) {
  return [
    graphSection(run), run ? timeSection(run) : null,
    section("Bytes", "bytes",
      html("p", {}, "Of one execution: what a layer reads and writes, and its constants."), byteBars()),
    run ? section("Roofline", "roofline", pointLegend(), roofline(run)) : null,
    network.layers.some(layer => layer.decisions) ? section("Thresholds", "thresholds",
      html("p", {}, "How the thresholds of each layer are spread over its channels. Accumulators are integers: " +
        "a threshold there includes whatever was between the layer and its sign. The dashed line is 0."),
      histograms()) : null,
    foldedSection(),
    data.report ? section("Layers of the model", "model", modelTable(data.report)) : null,
    section("Layers", "layers", layerTable(run)),
  ].filter(part => part);
}

/** What there is to choose between several runs. */
function runChoice(show) {
  const change = () => {
    const run = runs[choice.selectedIndex];
    show(run);
    announce(`shown: ${runText(run)}`);
  };
  const choice = html("select", { id: "run", change }, runs.map(run => html("option", {}, runText(run))));
  return html("div", { class: "controls" }, html("label", { for: "run" }, "Times of"), choice);
}

function start() {
  document.getElementById("summary").textContent = data.summary;
  const body = html("div");
  const show = run => body.replaceChildren(...sections(run));
  show(runs[0]);
  document.getElementById("main").replaceChildren(aboutSection(), ...(runs.length > 1 ? [runChoice(show)] : []), body);
  document.getElementById("contents").append(...[...document.querySelectorAll("main section[id]")].map(part =>
    html("li", {}, html("a", { href: `#${part.id}` }, part.querySelector("h2").textContent))));
}

start();
