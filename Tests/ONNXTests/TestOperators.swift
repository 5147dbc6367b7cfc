// Operators of the tests' own, so that the importer is tested apart from the compiler's operators.

import BNNMIR

@testable import BNNMONNX

enum TestOperators {
    static let decoders: [OperatorDecoder] = [
        .direct("Sign") { _ in Sign() },
        .direct("Add") { _ in Elementwise() },
        .direct("Shape") { _ in ShapeOf() },
        .direct("Expand") { _ in Enlarge() },
        .direct("Join") { _ in Join() },
        .direct("Late", opsets: 18...23) { _ in Sign() },
        .direct("Foo", domain: "com.example", opsets: 1...1) { _ in Sign() },
        .direct("Strict") { node in
            _ = try node.attributes.int("axis", default: 0)
            _ = try node.attributes.tensor("value")
            return Sign()
        },
    ]

    /// Adds two float tensors with broadcasting.
    struct Elementwise: Operator {
        static let name = "Add"
        func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
            let a = try operands.require(0, "A"), b = try operands.require(1, "B")
            guard let shape = a.shape.broadcast(with: b.shape) else {
                throw OperatorError("A \(a.type) and B \(b.type) do not broadcast")
            }
            return [TensorType(a.elementType, shape)]
        }
        func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
            guard let a = inputs[0], let b = inputs[1], let shape = a.shape.broadcast(with: b.shape) else { return [] }
            let sums = zip(a.broadcast(to: shape).doubles, b.broadcast(to: shape).doubles).map { $0 + $1 }
            return [
                a.elementType.isFloat
                    ? .rounding(sums, to: a.elementType, shape: shape) : Tensor(shape, sums.map { Int64($0) })
            ]
        }
        func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
    }

    struct ShapeOf: Operator {
        static let name = "Shape"
        func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
            [TensorType(.int64, [try operands.require(0, "data").shape.count])]
        }
        func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { [] }
        func evaluateFromTypes(_ operands: [Operand?]) -> [Tensor]? {
            operands[0].map { [Tensor([$0.shape.count], $0.shape.map { Int64($0) })] }
        }
        func keepsSamplesApart(_ operands: [Operand?]) -> Bool { false }
    }

    struct Enlarge: Operator {
        static let name = "Expand"
        func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
            let sizes = try operands.requireConstant(1, "shape").integers ?? []
            let x = try operands.require(0, "input")
            return [TensorType(x.elementType, x.shape.broadcast(with: sizes.map { Int($0) }) ?? [])]
        }
        func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
            guard let x = inputs[0], let sizes = inputs[1]?.integers,
                let shape = x.shape.broadcast(with: sizes.map { Int($0) })
            else { return [] }
            return [x.broadcast(to: shape)]
        }
        func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
    }

    /// Adds up all samples.
    struct Join: Operator {
        static let name = "Join"
        func inferTypes(_ operands: [Operand?]) throws -> [TensorType] { [try operands.require(0, "X").type] }
        func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] { inputs.compactMap { $0 } }
        func keepsSamplesApart(_ operands: [Operand?]) -> Bool { false }
    }
}
