// What is wrong with a page for those who do not see it well, or not at all, as a list of sentences; evaluated in it.
// The rules are those of WCAG 2.2 and ARIA in HTML that can be decided without a person.
(() => {
  const found = [];
  const told = element => element.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  const fail = (rule, element) => found.push(`${rule}: ${told(element)}`);
  const all = selector => [...document.querySelectorAll(selector)];
  const isHidden = element => element.closest("[aria-hidden=true]") !== null;
  const isShown = element => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: false });
  const name = element => (element.getAttribute("aria-label")
    ?? (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(id => id)
      .map(id => document.getElementById(id)?.textContent ?? "").join(" ")).trim()
    || [...(element.labels ?? [])].map(label => label.textContent).join(" ").trim() || element.textContent.trim();

  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  for (const landmark of ["main", "nav", "header"]) {
    if (all(landmark).length !== 1) found.push(`there are ${all(landmark).length} elements ${landmark}, not one`);
  }
  if (all("h1").length !== 1) found.push(`there are ${all("h1").length} headings of the first level`);

  // Controls and what can be focused have names; what has a role has what the role needs.
  for (const element of all("a, button, select, input, [tabindex='0'], [role=option], section, nav")) {
    if (!name(element)) fail("has no name", element);
  }
  for (const element of all("section:not([aria-label], [aria-labelledby])")) fail("a section without a name", element);
  for (const element of all("select, input")) if (element.labels.length === 0) fail("has no label", element);
  for (const list of all("[role=listbox]")) {
    if (!document.getElementById(list.getAttribute("aria-activedescendant"))) fail("no option is active", list);
    if (list.querySelectorAll("[aria-selected=true]").length !== 1) fail("not one option is selected", list);
    if (list.querySelector("a, button, [tabindex]")) fail("a control within options", list);
  }
  for (const key of ["aria-labelledby", "aria-activedescendant", "for"]) {
    for (const element of all(`[${key}]`)) {
      if (!document.getElementById(element.getAttribute(key))) fail(`${key} refers to what is not there`, element);
    }
  }
  const ids = new Set();
  for (const element of all("[id]")) {
    if (ids.has(element.id)) fail("an id that is there twice", element);
    ids.add(element.id);
  }

  // Every picture has a text, or none to read.
  for (const element of all("svg, img, canvas")) {
    if (isHidden(element)) continue;
    if (element.getAttribute("role") !== "img" || (element.getAttribute("aria-label") ?? "").trim().length < 8) {
      fail("a picture without a text", element);
    }
  }

  // Headings step down one level at a time.
  let level = 0;
  for (const element of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(element.tagName[1]);
    if (next > level + 1) fail(`a heading of level ${next} behind one of level ${level}`, element);
    level = next;
  }

  // Tables.
  for (const table of all("table")) {
    if (!table.caption?.textContent.trim()) fail("a table without a caption", table);
    for (const head of table.querySelectorAll("thead th")) {
      if (head.scope !== "col" || !head.querySelector("button")) fail("a column's head without scope or button", head);
    }
    if (table.querySelectorAll("thead th[aria-sort]").length !== 1) fail("not one column is sorted by", table);
    for (const row of table.tBodies[0].rows) {
      if (row.querySelectorAll("th[scope=row]").length !== 1) { fail("a row without a head", row); break; }
      if (row.cells.length !== table.tHead.rows[0].cells.length) { fail("a row with other cells", row); break; }
    }
    if (!table.closest("[tabindex='0'][role=region]")) fail("a table that the keyboard cannot scroll", table);
  }

  // Contrast of texts with what is behind them: 4.5, as WCAG 1.4.3 has it.
  const linear = channel => channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  const numbers = color => {
    const parts = (color.match(/[\d.]+/g) ?? []).map(Number);
    return { rgb: parts.slice(0, 3).map(part => part / 255), alpha: parts[3] ?? 1 };
  };
  const luminance = rgb => { const [r, g, b] = rgb.map(linear); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.alpha === 1) return color.rgb;
    }
    return [1, 1, 1];
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.matches("script, style, noscript, title")) continue;
    if (element.closest(".hidden, .skip") || !isShown(element)) continue;
    const style = getComputedStyle(element);
    const color = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const behind = ground(element), key = `${color} ${behind}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const pair = [luminance(numbers(color).rgb), luminance(behind)].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) fail(`contrast of ${contrast.toFixed(2)} (${key})`, element);
  }
  if (seen.size < 4) found.push(`only ${seen.size} pairs of colours were looked at`);
  return found;
})()
