import BNNMIR

/// ArgMax·2 − 1 over the two scores of a small network applied to each number by itself: `Reshape` to [P,1] → linear
/// layers and monotone activations → [P,2] → ArgMax.
///
/// Only where all switch points can be found (`SwitchPointSearch`); anything else is left to the other patterns.
struct ScalarClassifierPattern: BinarizerPattern {
    func match(_ id: Graph.NodeID, _ graph: inout Graph) throws -> BinarizerMatch? {
        guard let scored = TwoClassScores(producing: id, in: graph),
            let (x, layers) = ScalarClassifierPattern.network(endingIn: scored.scores, graph)
        else { return nil }
        var classifier = ScalarClassifier(layers: layers)
        guard let search = SwitchPointSearch(classifier), let found = try search.run() else { return nil }
        classifier.switchPoints = found.points
        classifier.startsAtPlus = found.startsAtPlus
        // What the rows were reshaped from, so that decisions have the layer's shape at once.
        var source = x
        if let (_, reshape) = graph.producer(of: x, as: Reshape.self), let inner = reshape.inputs[0] { source = inner }
        let difference = try graph.append(classifier, [source], name: graph[scored.scores].name)[0]
        return BinarizerMatch(
            input: difference, zero: .minus, replaced: scored.result, probed: scored.code, encoding: .zeroOne,
            signed: scored.signed, isReshaped: true)
    }

    /// The layers from a value [P,1] to the scores [P,2]; nil where something else stands there.
    private static func network(
        endingIn scores: Graph.ValueID, _ graph: Graph
    ) -> (x: Graph.ValueID, layers: [ScalarClassifier.Layer])? {
        let rows = graph[scores].type.shape
        guard rows.count == 2, rows[1] == 2, graph[scores].type.elementType == .float32 else { return nil }
        var value = scores
        var layers: [ScalarClassifier.Layer] = []
        while graph[value].type.shape != [rows[0], 1] || layers.isEmpty {
            guard let id = graph.producer(of: value), let next = data(of: graph[id], graph),
                graph[next].type.rank == 2, graph[next].type.shape[0] == rows[0]
            else { return nil }
            let operands = graph[id].inputs.map { $0 == next ? nil : $0.map { graph.constant($0)! } }
            layers.append(ScalarClassifier.Layer(op: graph[id].op, operands: operands))
            value = next
        }
        return (value, layers.reversed())
    }

    /// The one operand that is no constant, of an operator that treats all rows alike.
    private static func data(of node: Graph.Node, _ graph: Graph) -> Graph.ValueID? {
        guard SwitchPointSearch.Layer(node.op, node.inputs.map { $0.flatMap { graph.constant($0) } }) != nil else {
            return nil
        }
        let data = node.inputs.compactMap { $0 }.filter { graph.constant($0) == nil }
        return data.count == 1 ? data[0] : nil
    }
}

/// P5: ArgMax over two class scores, ·2 − 1: +1 where the second score is strictly greater.
struct TwoClassScores {
    let scores: Graph.ValueID
    /// The winning class, 0 or 1.
    let code: Graph.ValueID
    /// The values that are −1/+1 by it, and the last of them.
    let signed: [Graph.ValueID]
    let result: Graph.ValueID

    /// nil where the node is not the end of such arithmetic, or the scores do not stand along axis 1.
    init?(producing id: Graph.NodeID, in graph: Graph) {
        guard let (code, signed) = DoubledMinusOne.match(id, graph), let result = signed.last else { return nil }
        var argMaxOutput = code
        if let (_, cast) = graph.producer(of: code, as: Cast.self), let inner = cast.inputs[0] { argMaxOutput = inner }
        guard let (op, argMax) = graph.producer(of: argMaxOutput, as: ArgMax.self), !op.selectLastIndex,
            graph[result].type.elementType == .float32, let scores = argMax.inputs[0]
        else { return nil }
        let type = graph[scores].type
        let axis = op.axis < 0 ? op.axis + type.rank : op.axis
        guard type.elementType == .float32, type.rank >= 2, axis == 1, type.shape[1] == 2 else { return nil }
        self.scores = scores
        self.code = code
        self.signed = signed
        self.result = result
    }
}
