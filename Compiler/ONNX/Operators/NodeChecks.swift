import BNNMIR

// What every decoder checks before it reads a node: that nothing is given which it would not look at.

extension OperatorDecoder {
    /// A decoder for a node with so many inputs, taken as they are, and no attributes but these.
    static func checked(
        _ opType: String, domain: String = "", inputs: ClosedRange<Int>, attributes: [String] = [],
        opsets: ClosedRange<Int> = SupportedOpsets.all, restrictions: String = "",
        _ make: @escaping @Sendable (ONNXNode) throws -> any Operator
    ) -> OperatorDecoder {
        .direct(opType, domain: domain, opsets: opsets, restrictions: restrictions) { node in
            try node.check(inputs: inputs, attributes: attributes)
            return try make(node)
        }
    }

    /// A decoder for a node with so many inputs and no attributes but these, which says itself what its operands are.
    static func rearranged(
        _ opType: String, inputs: ClosedRange<Int>, attributes: [String] = [],
        opsets: ClosedRange<Int> = SupportedOpsets.all,
        restrictions: String = "", _ decode: @escaping @Sendable (ONNXNode) throws -> Decoded
    ) -> OperatorDecoder {
        OperatorDecoder(opType, opsets: opsets, restrictions: restrictions) { node in
            try node.check(inputs: inputs, attributes: attributes)
            return try decode(node)
        }
    }
}

extension ONNXNode {
    /// - Throws: `OperatorError` where the node has another number of inputs, or an attribute beyond those named.
    func check(inputs range: ClosedRange<Int>, attributes names: [String]) throws {
        // Absent optional inputs at the end may be spelled out as empty names.
        let count = inputs.count - inputs.reversed().prefix(while: \.isEmpty).count
        guard range.contains(count) else {
            let valid =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw OperatorError(
                "has \(count) inputs; valid are \(range.upperBound == .max ? "\(range.lowerBound) or more" : valid)")
        }
        for name in attributes.values.keys.sorted() where !names.contains(name) {
            throw OperatorError(
                "attribute '\(name)' is not known in opset \(opset)"
                    + (names.isEmpty ? "; there are none" : "; valid are \(names.joined(separator: ", "))"))
        }
    }

    /// An attribute that is 0 or 1.
    func flag(_ name: String, default value: Bool = false) throws -> Bool {
        switch try attributes.int(name, default: value ? 1 : 0) {
        case 0: return false
        case 1: return true
        case let other: throw OperatorError("attribute '\(name)' is \(other); valid are 0 and 1")
        }
    }

    /// An attribute that names one of the cases of `Choice`.
    func choice<Choice: RawRepresentable<String>>(
        _ name: String, default value: Choice, of valid: [Choice]
    ) throws -> Choice {
        let text = try attributes.string(name, default: value.rawValue)
        guard let choice = valid.first(where: { $0.rawValue == text }) else {
            throw OperatorError(
                "attribute '\(name)' is '\(text)'"
                    + "; supported are \(valid.map { "'\($0.rawValue)'" }.joined(separator: ", "))"
            )
        }
        return choice
    }

    /// An attribute that must be given.
    func requiredInt(_ name: String) throws -> Int {
        guard attributes.has(name) else { throw OperatorError("attribute '\(name)' is missing") }
        return try attributes.int(name, default: 0)
    }

    /// A list attribute of older opsets as the operand that it became.
    func listOperand(_ name: String) throws -> OperatorDecoder.Decoded.Operand? {
        try attributes.ints(name).map { .constant(Tensor([$0.count], $0.map { Int64($0) })) }
    }
}
