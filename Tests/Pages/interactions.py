"""What a person does with a page, by mouse and by keyboard, and what must come of it."""


def check_sorting(page, problems):
    """Each table sorts by its columns, by click and by keyboard, and says so."""
    for table in range(page.value("document.querySelectorAll('table').length")):
        heads = f"document.querySelectorAll('table')[{table}].tHead.rows[0].cells"

        def column(index):
            rows = f"[...document.querySelectorAll('table')[{table}].tBodies[0].rows]"
            return page.value(f"{rows}.map(row => row.cells[{index}].textContent)")

        def states():
            return page.value(f"[...{heads}].map(cell => cell.getAttribute('aria-sort'))")

        first, width = column(0), len(states())
        problems.equal(states(), ["ascending"] + [None] * (width - 1), f"aria-sort of table {table} at first")
        page.value(f"{heads}[0].firstElementChild.click()")
        problems.equal(column(0), first[::-1], f"numbers of table {table} after a click")
        problems.equal(states()[0], "descending", f"aria-sort of table {table} after a click")
        page.value(f"{heads}[1].firstElementChild.focus()")
        for key, direction, sign in (("Enter", "ascending", 1), (" ", "descending", -1)):
            page.press(key)
            problems.equal(states()[:2], [None, direction], f"aria-sort of table {table} after the key {key!r}")
            in_order = page.value(
                f"[...document.querySelectorAll('table')[{table}].tBodies[0].rows].map(row => row.cells[1].textContent)"
                f".every((name, i, all) => i === 0 || {sign} * ordering.compare(all[i - 1], name) <= 0)")
            problems.equal(in_order, True, f"table {table} in the order of its names after the key {key!r}")
            said = page.value("document.getElementById('status').textContent")
            problems.equal(said.endswith(direction), True, f"'{said}' tells of {direction}")
        problems.equal(page.value(f"document.activeElement === {heads}[1].firstElementChild"), True, "the focus stays")
        problems.equal(sorted(column(0)), sorted(first), f"rows of table {table} after sorting")
        page.value(f"{heads}[0].firstElementChild.click()")
        problems.equal(column(0), first, f"numbers of table {table} in the first order again")


def check_graph(page, problems):
    """Every node is there in order; arrows move through them, and what is known of the chosen one is shown."""
    expected = page.value("network.inputs.length + network.layers.length + network.outputs.length")
    names = page.value("[...document.querySelectorAll('.node .name')].map(node => node.textContent)")
    problems.equal(len(names), expected, "nodes")
    problems.equal(names, page.value(
        "[...network.inputs.map(port => port.name), ...network.layers.map(layer => layer.name || layer.operator),"
        " ...network.outputs.map(port => port.name)]"), "names of nodes")
    edges = page.value("new Set(graphNodes().flatMap((node, row) => node.sources.map(from => `${from} ${row}`))).size")
    problems.equal(page.value("document.querySelectorAll('.nodes > svg path').length"), edges, "lines")

    def selected():
        return page.value("[...document.querySelectorAll('.node')].findIndex(node => node.ariaSelected === 'true')")

    page.value("document.querySelector('.nodes').focus()")
    for key, row in (("Home", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 0), ("End", expected - 1)):
        page.press(key)
        problems.equal(selected(), row, f"the node chosen after {key}")
        title = page.value("document.querySelector('.details h3').textContent")
        problems.equal(title.endswith(names[row]), True, f"'{title}' is the title of {names[row]!r}")
    problems.equal(page.value("document.activeElement.className"), "nodes", "the focus stays in the list")
    page.value("document.querySelectorAll('.node')[1].click()")
    problems.equal(selected(), 1, "the node chosen by a click")
    page.value("document.querySelector('.details button').click()")
    problems.equal(selected(), page.value("graphNodes()[1].sources[0] ?? 2"), "the node chosen in the details")


def check_focus(page, problems):
    """The keyboard reaches the page, the first stop skips to the content, and what has the focus is outlined."""
    page.value("document.activeElement.blur(); scrollTo(0, 0)")
    page.press("Tab")
    problems.equal(page.value("document.activeElement.className"), "skip", "the first stop of the keyboard")
    page.press("Enter")
    problems.equal(page.value("location.hash"), "#main", "the place skipped to")
    seen = set()
    for _ in range(12):
        page.press("Tab")
        tag = page.value("document.activeElement.tagName")
        seen.add(page.value("document.activeElement.className || document.activeElement.tagName"))
        outline = page.value("getComputedStyle(document.activeElement).outlineStyle")
        problems.equal(outline != "none", True, f"an outline of {tag}")
    problems.equal("nodes" in seen, True, f"the graph among the stops {sorted(seen)}")


def check_runs(page, problems):
    """Where there are several runs, choosing one shows its times."""
    count = page.value("runs.length")
    choices = page.value("document.querySelectorAll('select option').length")
    problems.equal(choices, count if count > 1 else 0, "choices")
    if count < 2:
        return
    before = page.value("document.querySelector('#time p').textContent")
    page.value("{ const choice = document.querySelector('select'); choice.selectedIndex = 1;"
               " choice.dispatchEvent(new Event('change')); }")
    page.settle()
    after = page.value("document.querySelector('#time p').textContent")
    problems.equal(before != after, True, "other times of another run")
    problems.equal(page.value("runText(runs[1])") in after, True, f"the run in '{after}'")


def check_plots(page, problems):
    """The button below a plot shows all bars; histograms are there for every layer with thresholds."""
    for part in ("time", "bytes"):
        if not page.value(f"document.getElementById('{part}') !== null"):
            continue
        bars = f"document.querySelectorAll('#{part} .plot g').length"
        shown = page.value(bars)
        if page.value(f"document.querySelector('#{part} button') === null"):
            continue
        problems.equal(shown, 20, f"bars of {part}")
        page.value(f"document.querySelector('#{part} button').click()")
        page.settle()
        whole = "groupsOf(runs[0]).length" if part == "time" else "network.layers.length"
        problems.equal(page.value(bars), page.value(whole), f"all bars of {part}")
        page.value(f"document.querySelector('#{part} button').click()")
    spread = page.value("network.layers.filter(layer => layer.decisions?.histogram).length")
    problems.equal(page.value("document.querySelectorAll('.histograms figure').length"), spread, "histograms")
