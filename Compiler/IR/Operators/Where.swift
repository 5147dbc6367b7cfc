/// ONNX Where (opset 9, 16): X where the condition holds, else Y; all three are broadcast together.
public struct Where: Operator {
    public static let name = "Where"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let condition = try operands.require(0, "condition", [.bool])
        let x = try operands.require(1, "X")
        let y = try operands.require(2, "Y", [x.elementType])
        return [try TensorType.checked(x.elementType, TensorType.broadcastShape([condition, x, y]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let condition = try inputs.require(0).broadcast(to: type.shape).integers ?? []
        let x = try inputs.require(1).broadcast(to: type.shape), y = try inputs.require(2).broadcast(to: type.shape)
        func choose<T>(_ x: [T], _ y: [T]) -> [T] { condition.indices.map { condition[$0] != 0 ? x[$0] : y[$0] } }
        switch (x.storage, y.storage) {
        case (.float(let a), .float(let b)): return [Tensor(type, .float(choose(a, b)))]
        case (.double(let a), .double(let b)): return [Tensor(type, .double(choose(a, b)))]
        case (.integer(let a), .integer(let b)): return [Tensor(type, .integer(choose(a, b)))]
        default: throw OperatorError("X is \(x.type) and Y is \(y.type); they must have one element type")
        }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { operands.samplesAlign }
}
