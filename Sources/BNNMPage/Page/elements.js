// Elements of the page, built from texts: names of a model never become markup.

/** The namespace of SVG, as the parser of the page has it. */
const svgNamespace = document.getElementById("shapes").namespaceURI;

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return element;
}

/** An element of HTML: attributes by name, functions as listeners, children as elements or texts. */
function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(svgNamespace, tag), attributes, children);
}

/** A picture, and what it shows in words. */
function picture(width, height, words, ...children) {
  const attributes = { role: "img", "aria-label": words, width, height, viewBox: `0 0 ${width} ${height}` };
  return svg("svg", attributes, ...children);
}

/** A list of names with values; those without a value are left out. */
function factList(facts) {
  return html("dl", {}, facts.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]));
}

/** Says something to those who cannot see that it changed. */
function announce(text) {
  document.getElementById("status").textContent = text;
}

/** What `draw(width)` gives, drawn again whenever the width that there is changes. */
function atWidth(draw) {
  const holder = html("div", { class: "plot" });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(holder.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    holder.replaceChildren(draw(width));
  }).observe(holder);
  return holder;
}
