/// A max-pool that was moved behind a binarizer: the maximum or, in channels whose decision falls as the pooled number
/// rises, the minimum of the decisions in the window. Padding never wins.
///
/// *Shape*: binary [N,C,H,W], and for each channel whether it takes the minimum, bool [C] → binary [N,C,H′,W′].
/// *Meaning* in bits (1 is −1): maximum = AND, minimum = OR.
public struct BinaryPool: StagedOperator {
    public static let name = "BinaryPool"
    public static let stages = Stage.binary...Stage.fused
    public var window: Window

    public init(window: Window) { self.window = window }

    public var attributes: [Attribute] { window.attributes }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.requireBinary(0, "x"), minimum = try operands.require(1, "minimum")
        guard x.type.rank == 4, minimum.type == TensorType(.bool, [x.shape[1]]) else {
            throw OperatorError("x \(x.type) must be of rank 4, with one bool a channel for 'minimum' \(minimum.type)")
        }
        let out = try window.outputShape(height: x.shape[2], width: x.shape[3])
        return [TensorType(.binary, [x.shape[0], x.shape[1], out.height, out.width])]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!
        let minimum = inputs[1]!.integers!.map { $0 != 0 }
        let shape = try inferTypes(inputs.map { $0.map { Operand($0) } })[0].shape
        let (h, w) = (x.shape[2], x.shape[3])
        let values = x.integers!
        var result: [Int64] = []
        for plane in 0..<shape[0] * shape[1] {
            let takesMinimum = minimum[plane % shape[1]]
            for oy in 0..<shape[2] {
                for ox in 0..<shape[3] {
                    var best: Int64 = takesMinimum ? 1 : -1
                    for i in window.vertical.validTaps(output: oy, input: h) {
                        for j in window.horizontal.validTaps(output: ox, input: w) {
                            let y = window.vertical.coordinate(output: oy, tap: i)
                            let value = values[(plane * h + y) * w + window.horizontal.coordinate(output: ox, tap: j)]
                            best = takesMinimum ? min(best, value) : max(best, value)
                        }
                    }
                    result.append(best)
                }
            }
        }
        return [Tensor(TensorType(.binary, shape), .integer(result))]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
