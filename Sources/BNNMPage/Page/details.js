// What is known of one node of the graph.

/** The part of the page beside the graph; `show(row)` fills it, `go(row)` is asked for another node. */
function detailsPanel(nodes, run, go) {
  const readers = nodes.map(() => []);
  nodes.forEach((node, row) => { for (const source of node.sources) readers[source].push(row); });
  const panel = html("section", { class: "details", "aria-label": "The chosen layer" });
  const name = row => nodes[row].layer ? `${nodes[row].layer.number} ${title(nodes[row].layer)}` : nodes[row].port.name;
  const buttons = rows => rows.length === 0 ? "" :
    rows.map(row => html("button", { type: "button", click: () => go(row) }, name(row)));

  function show(row) {
    const { layer, port } = nodes[row];
    const around = [
      ["reads", buttons(nodes[row].sources)], ["read by", buttons(readers[row])],
    ];
    if (!layer) {
      panel.replaceChildren(
        html("h3", {}, port.name), factList([["is an", nodes[row].role], ["shape", port.result], ...around]));
      return;
    }
    const measured = run?.layers[layer.number - 1];
    const reason = data.report?.layers.find(one => one.name === layer.name && one.kind === "float")?.reason;
    panel.replaceChildren(
      html("h3", {}, `${layer.number} ${title(layer)}`),
      factList([
        ["operator", layer.operator], ["kind", kindLabel(layer.kind)],
        ["float because", layer.kind === "binary" ? "" : reason?.text], ["result", layer.result],
        ["in the same pass", layer.folded], ["decides", layer.decides.join(", ")],
        ["MACs", layer.macs ? grouped(layer.macs) : ""], ["constants", bytes(layer.constantBytes)],
        ["bytes read", bytes(layer.readBytes)], ["bytes written", bytes(layer.writtenBytes)],
        ["median time", measured ? timeOf(layer, measured) : ""],
        ["kernel", measured?.kernel ?? layer.kernel], ...around,
      ]),
      ...(layer.decisions?.histogram ? [histogram(layer)] : []));
  }
  return { element: panel, show };
}

function timeOf(layer, measured) {
  if (measured.runs_with !== layer.number - 1) return `measured with layer ${measured.runs_with + 1}`;
  return `${time(measured.p50_us)} (least ${time(measured.min_us)}, 90th percentile ${time(measured.p90_us)})`;
}
