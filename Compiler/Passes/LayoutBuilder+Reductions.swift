import BNNMIR

/// Reductions over any axes: neighbouring ones in memory at once, others behind a Transpose that brings them together.
extension LayoutBuilder {
    mutating func reduce(_ op: any Reduction, _ node: Graph.Node) throws {
        let function: AxisReduce.Function =
            switch op {
            case is ReduceSum: .sum
            case is ReduceMean: .mean
            case is ReduceMax: .maximum
            case is ReduceMin: .minimum
            case is ReduceProd: .product
            default: throw OperatorError("the runtime has no such reduction")
            }
        let axes = try op.axes(node.inputs.map { $0.map { old.operand($0) } })
        try reduce(AxisReduce(function, axis: 0, axisCount: 1), over: axes, node)
    }

    mutating func extremePosition(_ op: any ExtremePosition, _ node: Graph.Node) throws {
        let rank = old[node.inputs[0]!].type.rank
        let reduction = AxisReduce(
            op is ArgMax ? .argmax : .argmin, axis: 0, axisCount: 1, selectsLast: op.selectLastIndex)
        try reduce(reduction, over: [op.axis < 0 ? op.axis + rank : op.axis], node)
    }

    private mutating func reduce(_ prototype: AxisReduce, over axes: [Int], _ node: Graph.Node) throws {
        let x = node.inputs[0]!, output = node.outputs[0]
        let shape = old[x].type.shape
        let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
        guard !axes.isEmpty else {
            plain[output] = try inPlainOrder(x)
            return
        }
        let isImage = meetChannelsLast([x])
        let order = isImage ? ImageLayout.toChannelsLast : Array(shape.indices)
        var value = isImage ? try inChannelsLast(x) : try inPlainOrder(x)
        var places = axes.map { order.firstIndex(of: $0)! }.sorted()
        let isContiguous = places.last! - places.first! == places.count - 1
        if !isContiguous {
            let rest = order.indices.filter { !places.contains($0) }
            value = try permute(value, rest + places, name: node.name)
            places = Array(rest.count..<order.count)
        }
        var op = prototype
        op.axis = places.first!
        op.axisCount = places.count
        let reduced = try append(op, [value], node)
        if isImage, isContiguous {
            channelsLast[output] = reduced
            // A result without the reduced axes is no image any more.
            guard old[output].type.shape != kept else { return }
            channelsLast[output] = nil
            let first = try permute(reduced, ImageLayout.toChannelsFirst, name: node.name)
            plain[output] = try new.reshape(first, to: old[output].type.shape, name: old[output].name)
        } else if isImage {
            // The axes that stay, in channel-last order, and then the reduced ones, all 1.
            let rest = order.filter { !axes.contains($0) }
            let compact = try new.reshape(reduced, to: rest.map { shape[$0] }, name: node.name)
            let sorted = rest.indices.sorted { rest[$0] < rest[$1] }
            let first = try permute(compact, sorted, name: node.name)
            plain[output] = try new.reshape(first, to: old[output].type.shape, name: old[output].name)
        } else {
            plain[output] = try new.reshape(reduced, to: old[output].type.shape, name: old[output].name)
        }
    }
}
