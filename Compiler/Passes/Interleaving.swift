import BNNMIR

/// Images [N,M,H,W], one for each phase of a larger one, put together so that image (r, c) gives the pixels whose
/// coordinates leave the remainders r and c; rows and columns beyond an extent are cut off.
///
///     phases → Concat over channels → DepthToSpace → Slice
///
/// Where there are not as many phases in a row as in a column, Reshape → Transpose → Reshape stands for DepthToSpace.
struct Interleaving: Equatable {
    let rows: Int
    let columns: Int
    /// Of the result.
    let height: Int
    let width: Int

    init(rows: Int, columns: Int, extent: (height: Int, width: Int)) {
        self.rows = rows
        self.columns = columns
        (height, width) = extent
    }

    /// The interleaved value; constants among the phases may lack pixels, which broadcasting puts back.
    func apply(to phases: [Graph.ValueID], name: String, _ graph: inout Graph) throws -> Graph.ValueID {
        let joined = try graph.append(Concat(axis: 1), phases, name: name)[0]
        let shape = graph[phases[0]].type.shape
        let (n, m, h, w) = (shape[0], shape[1], shape[2], shape[3])
        var value: Graph.ValueID
        if rows == columns {
            value = try graph.append(DepthToSpace(blockSize: rows), [joined], name: name)[0]
        } else {
            let parts = try graph.reshape(joined, to: [n, rows, columns, m, h, w], name: name)
            let turned = try graph.append(Transpose(permutation: Interleaving.order), [parts], name: name)[0]
            value = try graph.reshape(turned, to: [n, m, h * rows, w * columns], name: name)
        }
        value = try Interleaving.cropped(value, rows: height, columns: width, name: name, &graph)
        return value
    }

    private static let order = [0, 3, 4, 1, 5, 2]

    /// An image's first rows and columns; itself where it has no others.
    static func cropped(
        _ image: Graph.ValueID, rows: Int, columns: Int, name: String, _ graph: inout Graph
    ) throws -> Graph.ValueID {
        let shape = graph[image].type.shape
        guard shape[2] > rows || shape[3] > columns else { return image }
        func list(_ values: [Int]) -> Graph.ValueID {
            graph.addConstant(name + ".part", Tensor([values.count], values.map { Int64($0) }))
        }
        return try graph.append(
            Slice(), [image, list([0, 0]), list([rows, columns]), list([2, 3])], name: name)[0]
    }

    /// The phases that `value` was put together from; nil where it was not.
    static func of(_ value: Graph.ValueID, in graph: Graph) -> (interleaving: Interleaving, phases: [Graph.ValueID])? {
        let shape = graph[value].type.shape
        guard shape.count == 4 else { return nil }
        let source = uncropped(value, in: graph)
        guard let (joined, rows, columns) = spread(source, in: graph),
            let (join, node) = graph.producer(of: joined, as: Concat.self), [1, -3].contains(join.axis)
        else { return nil }
        let phases = node.inputs.compactMap { $0 }
        guard phases.count == rows * columns, Set(phases.map { graph[$0].type }).count == 1 else { return nil }
        return (Interleaving(rows: rows, columns: columns, extent: (shape[2], shape[3])), phases)
    }

    /// What an image's first rows and columns are taken of.
    private static func uncropped(_ value: Graph.ValueID, in graph: Graph) -> Graph.ValueID {
        guard let (_, node) = graph.producer(of: value, as: Slice.self), node.inputs.count == 4,
            let x = node.inputs[0], graph[x].type.rank == 4
        else { return value }
        let lists = node.inputs.dropFirst().map { $0.flatMap { graph.constant($0)?.integers } }
        guard lists[0] == [0, 0], let ends = lists[1], ends.allSatisfy({ $0 > 0 }), lists[2] == [2, 3] else {
            return value
        }
        return x
    }

    /// What DepthToSpace, or the chain in its place, spreads, and over how many rows and columns.
    private static func spread(
        _ value: Graph.ValueID, in graph: Graph
    ) -> (joined: Graph.ValueID, rows: Int, columns: Int)? {
        if let (op, node) = graph.producer(of: value, as: DepthToSpace.self), let x = node.inputs[0] {
            return op.mode == .dcr ? (x, op.blockSize, op.blockSize) : nil
        }
        guard let (_, outer) = graph.producer(of: value, as: Reshape.self), let turned = outer.inputs[0],
            let (transpose, middle) = graph.producer(of: turned, as: Transpose.self),
            transpose.permutation == order, let parts = middle.inputs[0],
            let (_, inner) = graph.producer(of: parts, as: Reshape.self), let x = inner.inputs[0]
        else { return nil }
        let split = graph[parts].type.shape, shape = graph[value].type.shape
        let (n, rows, columns, m, h, w) = (split[0], split[1], split[2], split[3], split[4], split[5])
        guard shape == [n, m, h * rows, w * columns], graph[x].type.shape == [n, rows * columns * m, h, w] else {
            return nil
        }
        return (x, rows, columns)
    }
}
