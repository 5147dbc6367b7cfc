// Where the lines of the graph run. Nodes stand below each other in execution order; a result that the next node reads
// goes straight down, any other runs in a lane to the left of the nodes until its last reader.

/** The nodes of the graph: inputs, layers, outputs. `sources` are the rows of the nodes that one reads. */
function graphNodes() {
  const shift = network.inputs.length;
  const row = source => source >= 0 ? shift + source : -1 - source;
  return [
    ...network.inputs.map(port => ({ port, role: "input", sources: [] })),
    ...network.layers.map(layer => ({ layer, sources: layer.reads.map(row) })),
    ...network.outputs.map(port => ({
      port, role: "output", sources: port.source === undefined ? [] : [row(port.source)],
    })),
  ];
}

/**
 * The lanes of a list of nodes: { from, lane, readers }, where `readers` are rows further than the next; and how many
 * lanes there are. A lane is taken from the row of its result to that of its last reader.
 */
function assignLanes(nodes) {
  const readers = nodes.map(() => []);
  nodes.forEach((node, row) => {
    for (const source of node.sources) if (row > source + 1) readers[source].push(row);
  });
  const ends = [];
  const lanes = [];
  readers.forEach((rows, from) => {
    if (rows.length === 0) return;
    let lane = ends.findIndex(end => end <= from);
    if (lane < 0) lane = ends.length;
    ends[lane] = rows[rows.length - 1];
    lanes.push({ from, lane, readers: rows });
  });
  return { lanes, count: ends.length };
}
