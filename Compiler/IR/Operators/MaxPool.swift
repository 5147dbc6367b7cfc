/// ONNX MaxPool (opset 11, 12): the greatest element under each window; padding never wins, NaN does. The indices,
/// ONNX's second result, are not computed.
public struct MaxPool: WindowPool {
    public static let name = "MaxPool"
    public var window: Window
    public var ceilMode: Bool
    public var autoPad: AutoPad

    public init(window: Window, ceilMode: Bool = false, autoPad: AutoPad = .explicit) {
        self.window = window
        self.ceilMode = ceilMode
        self.autoPad = autoPad
    }

    public var attributes: [Attribute] { windowAttributes }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        // int32, which ONNX does not have here, is what binary layers accumulate.
        let x = try operands.require(0, "X", ElementType.floats + [.int8, .uint8, .int32])
        return [try TensorType.checked(x.elementType, try pooledShape(x.type))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let lowest = type.elementType.isFloat ? -Double.infinity : Double(type.elementType.lowest)
        let results = pool(x, output: type.shape) { elements, _, _ in
            elements.reduce(lowest) { $0.isNaN || $0 > $1 ? $0 : $1 }
        }
        guard type.elementType.isFloat else { return [Tensor(type, .integer(results.map { Int64($0) }))] }
        return [.rounding(results, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// The window with which floor mode and explicit padding give `output` over `input`: further padding at the end,
    /// which never wins.
    public func explicitWindow(input: [Int], output: [Int]) -> Window { paddedWindow(input: input, output: output) }
}
