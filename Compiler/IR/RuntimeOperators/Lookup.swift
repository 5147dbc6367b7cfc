/// Bytes of images as numbers from a table: y[n,c,h,w] = values[c][x], where x is x[n,c,h,w], or x[n,h,w,c] where the
/// bytes stand channel-last, as cameras and image files give them. What a model that takes raw images begins with.
///
/// *Operands*: x uint8 of rank 4; values float32 [C,256], or [1,256] for all channels, constant. *Result*: float32
/// [N,C,H,W].
public struct Lookup: Operator {
    public static let name = "Lookup"
    /// The different values of a byte.
    public static let byteValueCount = 256
    /// Whether x is [N,H,W,C]; else [N,C,H,W].
    public var takesChannelsLast: Bool

    public init(takesChannelsLast: Bool) { self.takesChannelsLast = takesChannelsLast }

    public var attributes: [Attribute] { [Attribute("layout", takesChannelsLast ? "NHWC" : "NCHW")] }

    /// x stays in its own order where images are channel-last.
    public var imageOperands: [Int] { [] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "x", [.uint8]), values = try operands.requireConstant(1, "values")
        guard x.type.rank == 4 else { throw OperatorError("x \(x.type) must be of rank 4") }
        let shape = takesChannelsLast ? ImageLayout.channelsFirst(x.shape) : x.shape
        guard values.elementType == .float32, values.type.rank == 2, values.shape[1] == Lookup.byteValueCount,
            [1, shape[1]].contains(values.shape[0])
        else {
            throw OperatorError("values \(values.type) must be float32[\(shape[1]),256] or float32[1,256]")
        }
        return [TensorType(.float32, shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let given = try inputs.require(0), table = try inputs.require(1)
        let x = takesChannelsLast ? given.permuted(ImageLayout.toChannelsFirst) : given
        let values = table.floats
        let (channels, plane) = (x.shape[1], x.shape[2] * x.shape[3])
        let result = (x.integers ?? []).enumerated().map { index, byte in
            values[(table.shape[0] == 1 ? 0 : index / plane % channels) * Lookup.byteValueCount + Int(byte)]
        }
        return [Tensor(x.shape, result)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
