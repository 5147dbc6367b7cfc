// The tables of a page: operators of the file, layers of the model, decisions.

/** Operators of the file; with times where `run` measured them. */
function layerTable(run) {
  const columns = [
    { name: "No.", number: true, value: layer => layer.number },
    { name: "Layer", header: true, value: title },
    { name: "Operator", value: layer => layer.operator },
    { name: "Kind", value: layer => kinds[layer.kind].name, cell: layer => kindLabel(layer.kind) },
    { name: "Result", value: layer => layer.result },
  ];
  if (run) columns.push(...timeColumns(run));
  columns.push(
    { name: "MACs", number: true, value: layer => layer.macs },
    byteColumn("Constants", layer => layer.constantBytes),
    byteColumn("Bytes read", layer => layer.readBytes),
    byteColumn("Bytes written", layer => layer.writtenBytes),
    { name: "Reads from", value: layer => layer.reads[0] ?? 0, cell: layer => layer.reads.map(sourceText).join(", ") },
    { name: "In the same pass", long: true, value: layer => layer.folded });
  if (run || network.layers.some(layer => layer.kernel)) {
    columns.push({
      name: "Kernel", value: layer => run ? run.layers[layer.number - 1].kernel : layer.kernel ?? "",
    });
  }
  return sortableTable("Layers of the compiled network", columns, network.layers);
}

function byteColumn(name, value) { return { name, number: true, value, cell: row => bytes(value(row)) }; }

function timeColumns(run) {
  const groups = new Map();
  for (const group of groupsOf(run)) for (const layer of group.members) groups.set(layer.number, group);
  const measured = layer => run.layers[layer.number - 1];
  // A layer of a group stands for it where the group's time is counted.
  const counts = layer => measured(layer).runs_with === layer.number - 1;
  const group = layer => counts(layer) ? groups.get(layer.number) : null;
  const together = layer => `with ${measured(layer).runs_with + 1}`;
  return [
    {
      name: "Median time", number: true, value: layer => counts(layer) ? measured(layer).p50_us : 0,
      cell: layer => counts(layer) ? time(measured(layer).p50_us) : together(layer),
    },
    {
      name: "Share", number: true, value: layer => counts(layer) ? measured(layer).share : 0,
      cell: layer => counts(layer) ? percent(measured(layer).share) : together(layer),
    },
    {
      name: "MAC/s", number: true, value: layer => group(layer)?.rate ?? 0,
      cell: layer => group(layer)?.macs > 0 ? rate(group(layer).rate) : "–",
    },
    {
      name: "MACs a byte", number: true, value: layer => group(layer)?.intensity ?? 0,
      cell: layer => group(layer)?.macs > 0 ? group(layer).intensity.toFixed(1) : "–",
    },
  ];
}

/** Layers of the model: what the compiler made of each. */
function modelTable(report) {
  const kind = layer => layer.reason?.isFallback ? "fallback" : layer.kind;
  return sortableTable("Layers of the model that multiply", [
    { name: "No.", number: true, value: layer => layer.number },
    { name: "Layer", header: true, value: layer => layer.name },
    { name: "Operator", value: layer => layer.operator },
    { name: "Kind", value: layer => kinds[kind(layer)].name, cell: layer => kindLabel(kind(layer)) },
    { name: "Input", value: layer => layer.inputShape.join("x") },
    { name: "Output", value: layer => layer.outputShape.join("x") },
    { name: "MACs", number: true, value: layer => layer.macs },
    byteColumn("float32", layer => layer.weightBytesBefore),
    byteColumn("Packed", layer => layer.weightBytesAfter),
    { name: "Computes", long: true, value: computes },
    { name: "Stays in float because", long: true, value: layer => layer.reason?.text ?? "" },
  ], report.layers.map((layer, index) => ({ ...layer, number: index + 1 })));
}

function computes(layer) {
  const phases = layer.parts.filter(part => part.role === "phase").length;
  const sums = layer.parts.some(part => part.role === "window sum");
  return [phases ? `${phases} phases` : "", sums ? "with sums of its input" : "", layer.note, layer.epilogue]
    .filter(text => text).join("; ").replace("; →", " →");
}

/** What each decision of the model was folded to, as the compiler says. */
function binarizerTable(report) {
  return sortableTable("Decisions of the model", [
    { name: "No.", number: true, value: row => row.number },
    { name: "Binarizer", header: true, value: row => row.name },
    { name: "Compares", value: row => row.domain },
    { name: "Folded to", long: true, value: row => row.folding },
    { name: "Rising", number: true, value: row => row.rising },
    { name: "Falling", number: true, value: row => row.falling },
    { name: "Constant", number: true, value: row => row.constant },
    { name: "Several", number: true, value: row => row.several },
    { name: "Ties", number: true, value: row => row.ties },
    { name: "Exactness", value: row => row.exactness },
    { name: "Note", long: true, value: row => row.note },
  ], report.binarizers.map((binarizer, index) => ({ ...binarizer, number: index + 1 })));
}

/** What runs in the pass of each layer, and its decisions, as the file has them. */
function foldedTable() {
  const count = (name, of) => ({
    name, number: true, value: layer => layer.decisions?.[of] ?? -1,
    cell: layer => layer.decisions ? grouped(layer.decisions[of]) : "–",
  });
  return sortableTable("What is folded into each layer", [
    { name: "No.", number: true, value: layer => layer.number },
    { name: "Layer", header: true, value: title },
    { name: "In the same pass", long: true, value: layer => layer.folded },
    count("Rising", "rising"), count("Falling", "falling"), count("Constant", "constant"), count("Several", "several"),
    { name: "Decides", long: true, value: layer => layer.decides.join(", ") },
  ], network.layers.filter(layer => layer.folded || layer.decides.length > 0));
}
