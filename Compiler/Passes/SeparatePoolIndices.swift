import BNNMIR

/// Spells a MaxPool that tells where the greatest elements stand as the MaxPool alone, beside an ArgMax over the elements
/// of each window, whose result is looked up in a table of places:
///
///     x [N,C,D…] ─→ MaxPool
///              └→ Gather the elements of each window [N·C, windows, taps] → ArgMax → + first tap → Gather the place
///                   → + first element of the plane → [N,C,D′…]
public struct SeparatePoolIndices: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            guard let pool = graph[id].op as? IndexedMaxPool else { continue }
            try separate(pool, graph[id], &graph)
        }
    }

    private func separate(_ pool: IndexedMaxPool, _ node: Graph.Node, _ graph: inout Graph) throws {
        guard let x = node.inputs[0], graph[x].type.elementCount > 0 else { return }
        let shape = graph[x].type.shape, name = node.name
        let y = try graph.append(pool.values, [x], name: name, outputNames: [graph[node.outputs[0]].name])[0]
        graph.replaceUses(of: node.outputs[0], with: y)

        let table = try pool.places(input: shape, output: graph[y].type.shape)
        let planes = shape[0] * shape[1], map = shape[2...].reduce(1, *)
        let taps = pool.axes.map(\.kernel).reduce(1, *), windows = table.count / taps
        func constant(_ shape: [Int], _ values: [Int]) -> Graph.ValueID {
            graph.addConstant(name + ".places", Tensor(shape, values.map { Int64($0) }))
        }
        let elements = try graph.append(
            Gather(axis: 1),
            [try graph.reshape(x, to: [planes, map], name: name), constant([table.count], table.map(\.element))],
            name: name)[0]
        let rows = try graph.reshape(elements, to: [planes, windows, taps], name: name)
        let winners = try graph.append(ArgMax(axis: 2, keepsDimensions: false), [rows], name: name)[0]
        let starts = constant([1, windows], (0..<windows).map { $0 * taps })
        let numbers = try graph.append(
            Gather(),
            [constant([table.count], table.map(\.number)), try graph.append(Add(), [winners, starts], name: name)[0]],
            name: name)[0]
        let offsets = constant([planes, 1], (0..<planes).map { $0 * map })
        try graph.replace(
            node.outputs[1], withReshapeOf: try graph.append(Add(), [numbers, offsets], name: name)[0])
    }
}
