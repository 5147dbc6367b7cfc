/// The compiler's program: values and the nodes that compute them, in single static assignment form.
///
/// A value is a graph input, a constant, or one result of a node. Nodes and values are addressed by typed indices that
/// stay valid while passes add and remove nodes; `schedule()` gives an execution order. A graph is a value type: a copy
/// taken before a pass is a snapshot.
public struct Graph: Sendable {
    public struct ValueID: Hashable, Comparable, Sendable, CustomStringConvertible {
        public let index: Int
        public init(index: Int) { self.index = index }
        public static func < (a: Self, b: Self) -> Bool { a.index < b.index }
        /// Printed as in the textual form: `%7`.
        public var description: String { "%\(index)" }
    }

    public struct NodeID: Hashable, Comparable, Sendable {
        public let index: Int
        public static func < (a: Self, b: Self) -> Bool { a.index < b.index }
    }

    public enum Origin: Sendable {
        case input
        case constant(Tensor)
        case node(NodeID, result: Int)
    }

    public struct Value: Sendable {
        /// The ONNX value's name, or one derived from it; not unique.
        public var name: String
        public var type: TensorType
        public var origin: Origin
    }

    public struct Node: Sendable {
        /// The ONNX node's name, or one derived from it; not unique.
        public var name: String
        public var op: any Operator
        /// nil where an optional input is absent.
        public var inputs: [ValueID?]
        public var outputs: [ValueID]

        public init(name: String, op: any Operator, inputs: [ValueID?], outputs: [ValueID]) {
            self.name = name
            self.op = op
            self.inputs = inputs
            self.outputs = outputs
        }
    }

    public struct Output: Sendable {
        public var name: String
        public var value: ValueID

        public init(name: String, value: ValueID) {
            self.name = name
            self.value = value
        }
    }

    /// An ONNX value whose elements are the decisions in a binary value.
    public struct Probe: Sendable {
        public enum Encoding: Sendable {
            /// The ONNX value is −1 / +1.
            case signed
            /// The ONNX value is 0 / 1.
            case zeroOne
        }

        public var name: String
        public var encoding: Encoding
        public var shape: [Int]
        public var value: ValueID
        /// How the value's elements come into the ONNX value's order; nil where they are in it.
        public var movement: Movement?
        /// Of a ternary sign: a binary value of the same shape that says where the ONNX value is 0. Else nil.
        public var mask: ValueID?
        /// Where that is: where the mask differs from the value, or where it is +1.
        public var maskDiffers = false

        public init(name: String, encoding: Encoding, shape: [Int], value: ValueID) {
            self.name = name
            self.encoding = encoding
            self.shape = shape
            self.value = value
        }
    }

    /// How many samples one execution of this graph stands for.
    public enum Batch: Hashable, Sendable {
        /// As the shapes say.
        case fixed
        /// Any number: shapes are those of one sample, and the compiled model repeats it. `name` is the ONNX dimension.
        case symbolic(name: String)
    }

    public var name: String
    public var stage: Stage
    public var batch: Batch
    public private(set) var values: [Value] = []
    /// nil where a node was removed.
    public private(set) var nodes: [Node?] = []
    public private(set) var inputs: [ValueID] = []
    public var outputs: [Output] {
        get { outputList }
        set {
            outputList = newValue
            indexOutputs()
        }
    }
    private var outputList: [Output] = []
    /// The binarizers' decisions by ONNX name; one whose value nothing computes any more is void.
    public internal(set) var probes: [Probe] = []
    private var operandMentions = MentionIndex()
    private var outputMentions = MentionIndex()
    /// Place 0 is a probe's value, place 1 its mask.
    var probeMentions = MentionIndex()
    /// Small results that no graph input reaches, evaluated as nodes are appended: shapes, axes, pads. They let type
    /// inference see through shape arithmetic; large ones (weights) are left to constant folding.
    private var known: [ValueID: Tensor] = [:]
    private static let knownElementLimit = 4096

    public init(name: String, stage: Stage = .imported, batch: Batch = .fixed) {
        self.name = name
        self.stage = stage
        self.batch = batch
    }

    public subscript(_ id: ValueID) -> Value {
        get { values[id.index] }
        set { values[id.index] = newValue }
    }

    /// Precondition: the node was not removed.
    public subscript(_ id: NodeID) -> Node {
        get { nodes[id.index]! }
        set {
            forgetOperands(of: id)
            nodes[id.index] = newValue
            indexOperands(of: id)
        }
    }
}

// MARK: - Building

extension Graph {
    public mutating func addInput(_ name: String, _ type: TensorType) -> ValueID {
        let id = addValue(Value(name: name, type: type, origin: .input))
        inputs.append(id)
        return id
    }

    public mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
        addValue(Value(name: name, type: tensor.type, origin: .constant(tensor)))
    }

    /// Adds a node and its results; their types are inferred.
    /// - Parameter outputNames: one name per result; where absent, the node's name stands for all.
    /// - Throws: `NodeError`, the operator's complaint with this node's name and operator.
    @discardableResult
    public mutating func append(
        _ op: any Operator, _ inputs: [ValueID?], name: String, outputNames: [String]? = nil
    ) throws -> [ValueID] {
        let operands = inputs.map { $0.map { operand($0) } }
        let types: [TensorType]
        let results: [Tensor]?
        do {
            types = try op.inferTypes(operands)
            results = try evaluateIfSmall(op, operands, types)
        } catch let error as OperatorError {
            throw NodeError(node: name, op: type(of: op).name, reason: error.description)
        }
        let id = NodeID(index: nodes.count)
        let outputs = types.enumerated().map { index, type in
            let outputName = outputNames.flatMap { index < $0.count ? $0[index] : nil } ?? name
            let output = addValue(Value(name: outputName, type: type, origin: .node(id, result: index)))
            known[output] = results?[index]
            return output
        }
        nodes.append(Node(name: name, op: op, inputs: inputs, outputs: outputs))
        indexOperands(of: id)
        return outputs
    }

    /// Puts an input of another type in an input's place: what reads it gets what `op` makes of the new one and constants.
    /// - Throws: `OperatorError` where the operator does not give the old input's type.
    public mutating func compute(
        _ input: ValueID, from type: TensorType, by op: any Operator, constants: [ValueID]
    ) throws {
        let types = try op.inferTypes([Operand(type)] + constants.map { operand($0) })
        guard let position = inputs.firstIndex(of: input), types == [self[input].type] else {
            throw OperatorError("of \(type) \(types) is computed, not input '\(self[input].name)' \(self[input].type)")
        }
        let name = self[input].name
        inputs[position] = addValue(Value(name: name, type: type, origin: .input))
        let id = NodeID(index: nodes.count)
        nodes.append(Node(name: name, op: op, inputs: [inputs[position]] + constants, outputs: [input]))
        indexOperands(of: id)
        self[input].origin = .node(id, result: 0)
    }

    private func evaluateIfSmall(_ op: any Operator, _ operands: [Operand?], _ types: [TensorType]) throws -> [Tensor]?
    {
        if let results = op.evaluateFromTypes(operands) { return results }
        guard (types + operands.compactMap { $0?.type }).allSatisfy({ $0.elementCount <= Graph.knownElementLimit }),
            operands.allSatisfy({ $0 == nil || $0?.constant != nil })
        else { return nil }
        return try op.evaluate(operands.map { $0?.constant })
    }

    private mutating func addValue(_ value: Value) -> ValueID {
        values.append(value)
        return ValueID(index: values.count - 1)
    }
}

// MARK: - Looking

extension Graph {
    /// The node that computes `value`; nil for inputs and constants.
    public func producer(of value: ValueID) -> NodeID? {
        if case .node(let id, _) = self[value].origin { return id }
        return nil
    }

    /// The operator that computes `value`, where it is of type `Op`.
    public func producer<Op: Operator>(of value: ValueID, as: Op.Type) -> (op: Op, node: Node)? {
        guard let id = producer(of: value), let op = self[id].op as? Op else { return nil }
        return (op, self[id])
    }

    /// The value of a graph constant; nil for anything computed (see `operand`).
    public func constant(_ value: ValueID) -> Tensor? {
        if case .constant(let tensor) = self[value].origin { return tensor }
        return nil
    }

    /// What type inference may know of `value`: its type, and its value where that is known at compile time.
    public func operand(_ value: ValueID) -> Operand {
        Operand(self[value].type, constant: constant(value) ?? known[value])
    }

    /// The nodes that read a value, once per operand position, in order of creation. Graph outputs are not among them;
    /// nodes that no output depends on any more are, until they are removed.
    public func readers(of value: ValueID) -> [NodeID] { operandMentions[value].map { NodeID(index: $0.holder) } }

    /// How many operands a value is: the number of `readers`.
    public func readerCount(of value: ValueID) -> Int { operandMentions[value].count }

    public func isInput(_ value: ValueID) -> Bool {
        if case .input = self[value].origin { return true }
        return false
    }

    public func isOutput(_ value: ValueID) -> Bool { !outputMentions[value].isEmpty }
}

// MARK: - Rewriting

extension Graph {
    /// Makes every reader of `old`, graph outputs and probes included, read `new` instead.
    public mutating func replaceUses(of old: ValueID, with new: ValueID) {
        guard old != new else { return }
        for mention in operandMentions[old] { nodes[mention.holder]!.inputs[mention.place] = new }
        operandMentions.move(from: old, to: new)
        for mention in outputMentions[old] { outputList[mention.holder].value = new }
        outputMentions.move(from: old, to: new)
        moveProbes(from: old, to: new)
    }

    /// Makes every reader read `replacement(value)` in place of `value`.
    public mutating func mapOperands(_ replacement: (ValueID) -> ValueID) {
        for index in nodes.indices where nodes[index] != nil {
            nodes[index]!.inputs = nodes[index]!.inputs.map { $0.map(replacement) }
        }
        outputs = outputs.map { Output(name: $0.name, value: replacement($0.value)) }
        indexOperands()
    }

    /// Makes `value` a constant; the node that computed it stays until `removeDeadNodes`.
    public mutating func setConstant(_ value: ValueID, _ tensor: Tensor) {
        self[value].type = tensor.type
        self[value].origin = .constant(tensor)
    }

    /// Removes the nodes that no graph output depends on, and the elements of constants that nothing reads any more.
    public mutating func removeDeadNodes() {
        var isLive = [Bool](repeating: false, count: nodes.count)
        for id in schedule() { isLive[id.index] = true }
        for index in nodes.indices where !isLive[index] { nodes[index] = nil }
        indexOperands()
        var isRead = [Bool](repeating: false, count: values.count)
        for node in nodes { for case let input? in node?.inputs ?? [] { isRead[input.index] = true } }
        for output in outputs { isRead[output.value.index] = true }
        for probe in probes { isRead[probe.value.index] = true }
        for index in values.indices where !isRead[index] { releaseConstant(ValueID(index: index)) }
        known = known.filter { isRead[$0.key.index] }
    }

    /// Removes a node that neither a node nor a graph output reads, and what only it depended on; leaves any other, and one
    /// that was removed before.
    public mutating func removeIfUnread(_ id: NodeID) {
        var pending = [id]
        while let id = pending.popLast() {
            guard let node = nodes[id.index],
                node.outputs.allSatisfy({ readerCount(of: $0) == 0 && !isOutput($0) })
            else { continue }
            forgetOperands(of: id)
            nodes[id.index] = nil
            pending += node.inputs.compactMap { $0.flatMap { producer(of: $0) } }
        }
    }

    private mutating func indexOperands(of id: NodeID) {
        guard let inputs = nodes[id.index]?.inputs else { return }
        for (place, input) in inputs.enumerated() {
            if let input { operandMentions.add(input, MentionIndex.Mention(holder: id.index, place: place)) }
        }
    }

    private mutating func forgetOperands(of id: NodeID) {
        guard let inputs = nodes[id.index]?.inputs else { return }
        for (place, input) in inputs.enumerated() {
            if let input { operandMentions.remove(input, MentionIndex.Mention(holder: id.index, place: place)) }
        }
    }

    private mutating func indexOperands() {
        operandMentions.removeAll()
        for index in nodes.indices { indexOperands(of: NodeID(index: index)) }
    }

    private mutating func indexOutputs() {
        outputMentions.removeAll()
        for (index, output) in outputList.enumerated() {
            outputMentions.add(output.value, MentionIndex.Mention(holder: index, place: 0))
        }
    }

    /// Gives back the memory of all constants, where only nodes and the types of what they compute are asked for.
    public mutating func releaseConstants() {
        for index in values.indices { releaseConstant(ValueID(index: index)) }
    }

    /// Gives back the memory of a constant that nothing reads any more: it becomes one without elements.
    public mutating func releaseConstant(_ value: ValueID) {
        guard constant(value) != nil else { return }
        setConstant(value, Tensor([0], [] as [Float]))
    }
}

/// Why a node cannot be built or lowered: which one, and the reason.
public struct NodeError: Error, CustomStringConvertible {
    public let node: String
    public let op: String
    public let reason: String

    public init(node: String, op: String, reason: String) {
        self.node = node
        self.op = op
        self.reason = reason
    }

    public var description: String { "node '\(node)' (\(op)): \(reason)" }
}
