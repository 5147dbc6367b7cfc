// The page's data, and what follows from it: kinds of layers, and what a run measured of them.

const data = JSON.parse(document.getElementById("data").textContent);
const network = data.network;
const runs = data.profile ? data.profile.runs : [];
network.layers.forEach((layer, index) => { layer.number = index + 1; });

/** Of each kind of layer, its mark, its name, and what it means. */
const kinds = {
  binary: { mark: "±1", name: "binary", meaning: "reads decisions" },
  float: { mark: "f", name: "float", meaning: "reads numbers" },
  fallback: { mark: "f!", name: "fallback", meaning: "reads numbers, but could have been binary" },
  movement: { mark: "mv", name: "movement", meaning: "moves values, computes nothing" },
};

function badge(kind) {
  return html("span", { class: `badge ${kind}`, "aria-hidden": "true" }, kinds[kind].mark);
}

/** The kind as a mark and a word. */
function kindLabel(kind) { return html("span", { class: "kind" }, badge(kind), ` ${kinds[kind].name}`); }

/** A layer's name, or its operator where it has none. */
function title(layer) { return layer.name || layer.operator; }

/** What is read: a layer's or an input's number, as text. */
function sourceText(source) {
  return source >= 0 ? `${source + 1}` : `input ${network.inputs[-1 - source].name}`;
}

function runText(run) { return `${plural(run.threads, "thread")}, ${run.isa}`; }

/**
 * Layers that were measured together are one group, in the last one's time. Of each group: time, multiply-accumulates,
 * and the bytes that it reads and writes; what only its own layers read stays in the cache and is not counted.
 */
function groupsOf(run) {
  const groups = new Map();
  run.layers.forEach((measured, index) => {
    if (!groups.has(measured.runs_with)) groups.set(measured.runs_with, { members: [], time: 0, macs: 0, bytes: 0 });
    const group = groups.get(measured.runs_with), layer = network.layers[index];
    group.members.push(layer);
    group.time += measured.p50_us;
    group.macs += layer.macs;
    group.bytes += layer.constantBytes;
  });
  for (const group of groups.values()) {
    const last = group.members[group.members.length - 1];
    group.layer = group.members.reduce((most, layer) => layer.macs > most.macs ? layer : most, last);
    group.bytes += group.members[0].readBytes + last.writtenBytes;
    group.rate = group.time > 0 ? group.macs / group.time * 1e6 : 0;
    group.intensity = group.bytes > 0 ? group.macs / group.bytes : 0;
  }
  return [...groups.values()];
}
