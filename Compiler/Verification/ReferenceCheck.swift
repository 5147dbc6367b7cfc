import BNNMIR

/// Compares what a runtime decided and computed with the reference graph (stage `binary`). The reference goes on from the
/// runtime's decisions at every binarizer, so that one near-tie does not make everything behind it differ.
public struct ReferenceCheck {
    /// One binarizer's decisions on one execution.
    public struct Decisions: Sendable {
        public var name: String
        public var count: Int
        public var differing: Int
        /// Differing decisions whose distance from the threshold is beyond the bound, or that have no float in them.
        public var beyondBound: Int
        /// Of the differing decisions, the largest |x − t| and the bound there.
        public var largestDistance: Float
        public var boundThere: Float
        /// Decisions, differing or not, that rounding could have turned: |x − t| within the bound.
        public var uncertain: Int
    }

    /// One output on one execution.
    public struct Output: Sendable {
        public var name: String
        /// 0 of numbers that are the same, also where both are infinite or NaN; NaN where one of them alone is.
        public var largestDifference: Float
        /// Of the reference's finite numbers.
        public var largestMagnitude: Float
        /// Numbers of the reference that are infinite or NaN.
        public var notFinite = 0
        /// Integers and truth values, which must be equal: a difference is the number of elements that are not.
        public var isExact: Bool
        /// Numbers that differ by more than rounding can make them, as far as it is known.
        public var beyondBound: Int
        /// The largest bound; infinite where an operator's rounding is not known.
        public var largestBound: Float
    }

    public let graph: Graph
    /// Binarizers that were folded to comparisons of integers: no float is involved, so none may differ.
    public let exactNames: Set<String>

    public init(_ graph: Graph, exactNames: Set<String>) {
        self.graph = graph
        self.exactNames = exactNames
    }

    /// The binarizers that the reference executes, by probe name.
    public var probeNames: [String] {
        let live = Set(graph.schedule())
        return graph.probes.filter { graph.producer(of: $0.value).map(live.contains) ?? false }.map(\.name)
    }

    /// What the reference itself decides and computes: decisions by probe name, −1/0/+1 in the ONNX value's
    /// order.
    public func expectation(inputs: [Tensor]) throws -> (decisions: [String: [Int64]], outputs: [Tensor]) {
        var bits: [Graph.ValueID: [Int64]] = [:]
        let shown = Set(graph.probes.flatMap { [$0.value] + [$0.mask].compactMap { $0 } })
        let outputs = try Interpreter(graph).run(inputs) { id, results in
            if shown.contains(graph[id].outputs[0]) { bits[graph[id].outputs[0]] = results[0].integers }
            return results
        }
        var decisions: [String: [Int64]] = [:]
        for probe in graph.probes {
            guard let signs = bits[probe.value] else { continue }
            let mask = probe.mask.flatMap { bits[$0] }
            decisions[probe.name] = probe.inONNXOrder(mask.map { probe.masked(signs, by: $0) } ?? signs)
        }
        return (decisions, outputs)
    }

    /// - Parameters:
    ///   - inputs: one tensor per graph input.
    ///   - decisions: the runtime's, by probe name, −1/0/+1 in the ONNX value's order.
    ///   - outputs: the runtime's.
    public func run(
        inputs: [Tensor], decisions: [String: [Int64]], outputs: [Tensor]
    ) throws -> (decisions: [Decisions], outputs: [Output]) {
        var found: [Decisions] = []
        var values: [Graph.ValueID: Tensor] = Dictionary(uniqueKeysWithValues: zip(graph.inputs, inputs))
        var bounds: [Graph.ValueID: Tensor] = [:]
        let probes = Dictionary(graph.probes.map { ($0.value, $0) }, uniquingKeysWith: { first, _ in first })
        let masks = Dictionary(
            graph.probes.compactMap { probe in probe.mask.map { ($0, probe) } }, uniquingKeysWith: { a, _ in a })
        // What decisions were made on that something has moved since: where the phases of a map are interleaved, say.
        var numbers: [Graph.ValueID: Tensor] = [:]

        let results = try Interpreter(graph).run(inputs) { id, results in
            let node = graph[id]
            let operands = node.inputs.map { input in input.map { graph.constant($0) ?? values[$0]! } }
            var results = results
            let output = node.outputs[0]
            if node.op is Binarize {
                numbers[output] = operands[0]!
                bounds[output] = bounds[node.inputs[0]!]
            } else if results[0].elementType == .binary,
                let moved = try moved(
                    node, operands, numbers, constant: { Tensor($0.shape, $0.floats) })
            {
                numbers[output] = moved
                bounds[output] = try self.moved(
                    node, operands, bounds, constant: { .filled(0, TensorType(.float32, $0.shape)) })
            }
            if let x = numbers[output], let probe = probes[output], let given = decisions[probe.name] {
                let runtime = probe.inOwnOrder(given)
                var own = results[0].integers ?? []
                if probe.mask != nil { own = zip(own, x.floats).map { $1 == 0 ? 0 : $0 } }
                found.append(compare(probe.name, x: x, bound: bounds[output], own: own, runtime: runtime))
                results = [Tensor(results[0].type, .integer(runtime.map { $0 == 0 ? 1 : $0 }))]
            } else if node.op is any Decision, let probe = masks[output], let given = decisions[probe.name] {
                let runtime = probe.inOwnOrder(given)
                results = [
                    Tensor(results[0].type, .integer(runtime.map { $0 == (probe.maskDiffers ? 1 : 0) ? 1 : -1 }))
                ]
            } else if numbers[output] == nil {
                // Decisions are the runtime's own from here on; what is kept for them is the bound of the numbers that
                // they were made on.
                let carried = node.inputs.map { input in
                    input.flatMap { graph[$0].type.elementType == .binary ? nil : bounds[$0] }
                }
                for (output, bound) in zip(
                    node.outputs, try ErrorBound.of(node, values: operands, bounds: carried, results: results))
                {
                    bounds[output] = bound
                }
            }
            for (output, result) in zip(node.outputs, results) { values[output] = result }
            return results
        }
        let compared = zip(zip(graph.outputs, results), outputs).map { pair, runtime in
            let (output, reference) = pair
            if let wanted = reference.integers, let found = runtime.integers {
                let differing = zip(wanted, found).count { $0 != $1 }
                return Output(
                    name: output.name, largestDifference: Float(differing),
                    largestMagnitude: wanted.map { Float($0.magnitude) }.max() ?? 0, isExact: true,
                    beyondBound: differing, largestBound: 0)
            }
            let differences = zip(reference.floats, runtime.floats).map(ReferenceCheck.difference)
            let finite = reference.floats.filter(\.isFinite)
            let limits = bounds[output.value]?.floats ?? [Float](repeating: 0, count: differences.count)
            return Output(
                name: output.name, largestDifference: differences.reduce(0) { $1.isNaN ? .nan : max($0, $1) },
                largestMagnitude: finite.map { abs($0) }.max() ?? 0,
                notFinite: reference.floats.count - finite.count, isExact: false,
                beyondBound: zip(differences, limits).count { $0 != 0 && !($0 <= $1) },
                largestBound: limits.reduce(0) { $1.isNaN ? .nan : max($0, $1) })
        }
        return (found, compared)
    }

    private static func difference(_ wanted: Float, _ found: Float) -> Float {
        wanted == found || (wanted.isNaN && found.isNaN) ? 0 : abs(wanted - found)
    }

    /// What a node that only moves decisions does to numbers that belong to each; nil where it does more, or an operand
    /// has none.
    /// - Parameter constant: the numbers of an operand that is constant.
    private func moved(
        _ node: Graph.Node, _ operands: [Tensor?], _ numbers: [Graph.ValueID: Tensor], constant: (Tensor) -> Tensor
    ) throws -> Tensor? {
        switch node.op {
        case is Reshape, is Transpose, is DepthToSpace, is Slice, is Concat, is Pad: break
        default: return nil
        }
        var inputs = operands
        for position in node.op is Concat ? node.inputs.indices : 0..<1 {
            guard let input = node.inputs[position] else { return nil }
            // Decisions that are constant were made on no number; any of their sign will do, and it is exact.
            guard let value = numbers[input] ?? graph.constant(input).map(constant) else { return nil }
            inputs[position] = value
        }
        return try node.op.evaluate(inputs)[0]
    }

    /// - Parameter own: the reference's decisions.
    private func compare(_ name: String, x: Tensor, bound: Tensor?, own: [Int64], runtime: [Int64]) -> Decisions {
        var result = Decisions(
            name: name, count: runtime.count, differing: 0, beyondBound: 0, largestDistance: 0, boundThere: 0,
            uncertain: 0)
        let values = x.floats, limits = bound?.floats
        if !exactNames.contains(name), let limits {
            result.uncertain = values.indices.filter { limits[$0] > 0 && abs(values[$0]) <= limits[$0] }.count
        }
        for index in own.indices where own[index] != runtime[index] {
            result.differing += 1
            let distance = abs(values[index]), limit = exactNames.contains(name) ? 0 : limits?[index] ?? 0
            if !(distance <= limit) || exactNames.contains(name) { result.beyondBound += 1 }
            if !(distance <= result.largestDistance) || result.differing == 1 {
                result.largestDistance = distance
                result.boundThere = limit
            }
        }
        return result
    }
}
