// Short forms for operator tests: one operator on given inputs, all of them constants.

import Testing

@testable import BNNMIR

/// The results of an operator, after checking that types are inferred as computed.
func results(_ op: any Operator, _ inputs: [Tensor?]) throws -> [Tensor] {
    let types = try op.inferTypes(inputs.operands)
    let results = try op.evaluate(inputs)
    #expect(results.map(\.type) == types)
    return results
}

/// What the operator says against these inputs; nil where it accepts them.
func complaint(_ op: any Operator, _ inputs: [Tensor?]) -> String? {
    do {
        _ = try op.inferTypes(inputs.operands)
        _ = try op.evaluate(inputs)
        return nil
    } catch {
        return "\(error)"
    }
}

func floats(_ shape: [Int], _ values: [Float]) -> Tensor { Tensor(shape, values) }
func int64s(_ values: Int64...) -> Tensor { Tensor([values.count], values) }
func scalar(_ value: Int64) -> Tensor { Tensor([], [value]) }
func halves(_ values: [Float]) -> Tensor { Tensor(TensorType(.float16, [values.count]), .float(values)) }

/// An operand whose value depends on the model's input.
func unknown(_ shape: [Int], _ elementType: ElementType = .float32) -> Operand {
    Operand(TensorType(elementType, shape))
}
