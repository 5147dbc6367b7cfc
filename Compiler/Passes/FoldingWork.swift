import BNNMIR

/// How long it takes to evaluate nodes over constants, in multiplications, additions or copies of one element: known
/// before anything is computed, so that a small file cannot ask for days.
enum FoldingWork {
    /// What a node asks for; `Int.max` where that is more.
    static func steps(of id: Graph.NodeID, _ graph: Graph) -> Int {
        let node = graph[id]
        let shapes = node.inputs.map { $0.map { graph[$0].type.shape } ?? [] }
        let results = node.outputs.map { graph[$0].type.elementCount }.reduce(0, sum)
        let elements = node.inputs.compactMap { $0.map { graph[$0].type.elementCount } }.reduce(results, sum)
        let products: Int
        switch node.op {
        case is MatMul: products = product(results, shapes[0].last ?? 1)
        case let op as Gemm: products = product(results, shapes[0][op.transA ? 0 : 1])
        case is Conv: products = product(results, taps(shapes[1]))
        case is ConvTranspose: products = product(shapes[0].reduce(1, product), taps(shapes[1]))
        case let op as VolumeConv:
            products = product(op.isTransposed ? shapes[0].reduce(1, product) : results, taps(shapes[1]))
        case let op as any WindowPool:
            products = windows(results, [op.window.vertical, op.window.horizontal], shapes[0])
        case let op as VolumePool: products = windows(results, op.axes, shapes[0])
        case let op as IndexedMaxPool: products = windows(results, op.axes, shapes[0])
        default: products = 0
        }
        return sum(products, elements)
    }

    /// The weights that one result, or one operand of a transposed layer, is multiplied by.
    private static func taps(_ weights: [Int]) -> Int { weights.dropFirst().reduce(1, product) }

    /// The elements under all windows of a pool, of which none is larger than the map.
    private static func windows(_ results: Int, _ axes: [Window.Axis], _ shape: [Int]) -> Int {
        let extents = [Int](repeating: 1, count: max(0, axes.count - shape.count)) + shape.suffix(axes.count)
        return zip(axes, extents).map { min($0.kernel, $1) }.reduce(results, product)
    }

    static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    private static func product(_ a: Int, _ b: Int) -> Int {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? .max : product
    }
}
