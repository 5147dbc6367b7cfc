// A table that sorts by any column, by click and by keyboard:
// www.w3.org/WAI/ARIA/apg/patterns/table/examples/sortable-table/

const ordering = new Intl.Collator("en", { numeric: true });

function compared(a, b) { return typeof a === "string" ? ordering.compare(a, b) : a - b; }

/**
 * A table in a part of the page that scrolls by itself.
 *
 * A column is { name, value(row), cell(row), number, header, long }: `value` is what is sorted by, `cell` what is shown
 * (a text or elements; without it the value), `number` aligns to the right, `header` makes the cell name its row. Rows
 * stand in the order of the first column.
 */
function sortableTable(caption, columns, rows) {
  const lines = rows.map(row => ({
    values: columns.map(column => column.value(row)),
    element: html("tr", {}, columns.map(column => {
      const attributes = { class: column.number ? "number" : column.long ? "long" : null };
      if (column.header) attributes.scope = "row";
      const content = column.cell ? column.cell(row) : column.value(row);
      return html(column.header ? "th" : "td", attributes, typeof content === "number" ? grouped(content) : content);
    })),
  }));
  const body = html("tbody", {}, lines.map(line => line.element));
  const heads = columns.map((column, index) => html(
    "th", { scope: "col", class: column.number ? "number" : null, "aria-sort": index === 0 ? "ascending" : null },
    html("button", { type: "button", click: () => sort(index) }, column.name)));

  function sort(index) {
    const before = heads[index].getAttribute("aria-sort");
    // Of numbers, the largest are looked for first; of the order of execution, the beginning.
    const first = columns[index].number && index > 0 ? "descending" : "ascending";
    const direction = before ? (before === "ascending" ? "descending" : "ascending") : first;
    const sign = direction === "ascending" ? 1 : -1;
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[index].setAttribute("aria-sort", direction);
    lines.sort((a, b) => sign * compared(a.values[index], b.values[index]));
    body.append(...lines.map(line => line.element));
    announce(`sorted by ${columns[index].name}, ${direction}`);
  }

  return html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${caption}` },
    html("table", {},
      html("caption", {}, html("span", {}, `${caption}. The buttons of the head sort.`)),
      html("thead", {}, html("tr", {}, heads)), body));
}
