@testable import BNNMONNX

/// Nodes, and the wires between them.
extension ModelMutator {
    private static let operators = OperatorDecoder.all.map { ($0.opType, $0.domain) }

    /// Every name that a value of the model has.
    private var names: [String] {
        model.graph.node.flatMap { $0.input + $0.output } + model.graph.input.map(\.name)
            + model.graph.initializer.map(\.name)
    }

    mutating func anyName() -> String? { pick(names) }

    /// A name that no value has yet, most likely.
    mutating func newName() -> String { "v\(draw(1 << 20))" }

    mutating func changeNode() {
        guard !model.graph.node.isEmpty else { return insertNode() }
        let index = draw(model.graph.node.count)
        let name = anyName() ?? "", operandCount = model.graph.node[index].input.count
        switch draw(8) {
        case 0, 1: (model.graph.node[index].opType, model.graph.node[index].domain) = pick(Self.operators)!
        case 2, 3:
            guard operandCount > 0 else { return }
            model.graph.node[index].input[draw(operandCount)] = draw(8) == 0 ? "" : name
        case 4: model.graph.node[index].input.append(name)
        case 5: _ = model.graph.node[index].input.popLast()
        case 6:
            if draw(2) == 0 {
                _ = model.graph.node[index].output.popLast()
            } else {
                model.graph.node[index].output.append(newName())
            }
        default: bypass(index)
        }
    }

    /// Makes whoever reads a node's result read its operand.
    private mutating func bypass(_ index: Int) {
        guard let old = model.graph.node[index].output.first, let new = model.graph.node[index].input.first else {
            return
        }
        redirect(model.graph.node.indices, from: old, to: new)
        model.graph.node.remove(at: index)
    }

    private mutating func redirect(_ readers: Range<Int>, from old: String, to new: String) {
        for reader in readers {
            model.graph.node[reader].input = model.graph.node[reader].input.map { $0 == old ? new : $0 }
        }
    }

    /// A node between a value and those that read it.
    mutating func insertNode() {
        guard let value = anyName() else { return }
        var node = ONNXNodeProto()
        (node.opType, node.domain) = pick(Self.operators)!
        node.input = [value]
        for _ in 0..<pick([0, 0, 1, 1, 2, 4])! { node.input.append(anyName() ?? "") }
        node.output = [newName()]
        if let other = pick(model.graph.node) { node.attribute = other.attribute }
        insert(node, behind: value)
    }

    private mutating func insert(_ node: ONNXNodeProto, behind value: String) {
        let place = (model.graph.node.lastIndex { $0.output.contains(value) } ?? -1) + 1
        redirect(place..<model.graph.node.count, from: value, to: node.output[0])
        let isRead = model.graph.node.dropFirst(place).contains { $0.input.contains(node.output[0]) }
        if !isRead, let output = model.graph.output.indices.randomElement(using: &random) {
            model.graph.output[output].name = node.output[0]
        }
        model.graph.node.insert(node, at: place)
    }

    /// An operand of a node becomes a result of a later one, or of itself; its reader may be before it in the list.
    mutating func joinInCycle() {
        guard !model.graph.node.isEmpty else { return insertNode() }
        let reader = draw(model.graph.node.count)
        let writer = reader + draw(model.graph.node.count - reader)
        guard let result = pick(model.graph.node[writer].output), !model.graph.node[reader].input.isEmpty else {
            return
        }
        model.graph.node[reader].input[draw(model.graph.node[reader].input.count)] = result
    }

    /// An operand of a node becomes a constant of few elements: a shape, an axis, a scale.
    mutating func makeConstant() {
        guard
            let node = model.graph.node.indices.filter({ !model.graph.node[$0].input.isEmpty }).randomElement(
                using: &random)
        else { return insertNode() }
        var tensor = smallTensor()
        tensor.name = newName()
        model.graph.initializer.append(tensor)
        let operands = model.graph.node[node].input.count
        let place = draw(operands + 1)
        if place == operands {
            model.graph.node[node].input.append(tensor.name)
        } else {
            model.graph.node[node].input[place] = tensor.name
        }
    }
}
