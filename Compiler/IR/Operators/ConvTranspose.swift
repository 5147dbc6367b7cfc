/// ONNX ConvTranspose (opset 11) over one or two spatial axes: each input element adds its multiple of the kernel to
/// the output, Y[n,m,y·s+i·d−p,x·s+j·d−p] += X[n,c,y,x] · W[c,m,i,j].
///
/// *Shape*: X [N,C,H,W], W [C,M/groups,kh,kw], B [M] → [N,M,H′,W′] with H′ = (H − 1)·s + span + outputPadding − pads; a
/// rank-3 X counts as H = 1.
/// *Meaning*: summed in float64 and rounded once.
public struct ConvTranspose: Operator {
    public static let name = "ConvTranspose"
    public var window: Window
    public var groups: Int
    /// Rows and columns added at the end of the result.
    public var outputPadding: (vertical: Int, horizontal: Int)
    /// The result's spatial shape where the padding follows from it; nil where the window has the padding.
    public var outputShape: [Int]?
    /// With `outputShape`, where an odd element of padding goes; without, `explicit` uses the window's padding and the
    /// others give H·s × W·s.
    public var autoPad: AutoPad

    public init(
        window: Window, groups: Int = 1, outputPadding: (vertical: Int, horizontal: Int) = (0, 0),
        outputShape: [Int]? = nil, autoPad: AutoPad = .explicit
    ) {
        self.window = window
        self.groups = groups
        self.outputPadding = outputPadding
        self.outputShape = outputShape
        self.autoPad = autoPad
    }

    public var attributes: [Attribute] {
        window.attributes + [
            Attribute("groups", groups),
            Attribute("output_padding", [outputPadding.vertical, outputPadding.horizontal]),
        ] + (outputShape.map { [Attribute("output_shape", $0)] } ?? [])
            + (autoPad == .explicit ? [] : [Attribute("auto_pad", autoPad.rawValue)])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.floats)
        let w = try operands.require(1, "W", [x.elementType])
        guard x.type.rank == w.type.rank, x.type.rank == 3 || x.type.rank == 4 else {
            throw OperatorError("X \(x.type) and W \(w.type) must both be of rank 3 or both of rank 4")
        }
        guard groups > 0, x.shape[1] == w.shape[0], w.shape[0] % groups == 0 else {
            throw OperatorError("W \(w.type) with \(groups) groups does not fit the \(x.shape[1]) channels of X")
        }
        guard w.shape[w.type.rank - 1] == window.horizontal.kernel,
            w.type.rank == 3 || w.shape[2] == window.vertical.kernel
        else {
            throw OperatorError(
                "kernel_shape \(window.vertical.kernel)x\(window.horizontal.kernel) differs from W \(w.type)")
        }
        let channels = try TensorType.checked(x.elementType, [w.shape[1], groups]).elementCount
        if operands.optional(2) != nil {
            let bias = try operands.require(2, "B", [x.elementType])
            guard bias.shape == [channels] else {
                throw OperatorError("bias B \(bias.type) must be \(x.elementType)[\(channels)]")
            }
        }
        let extents = try geometry(x.type).map(\.output)
        return [try TensorType.checked(x.elementType, [x.shape[0], channels] + extents)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let type = try inferTypes(inputs.operands)[0]
        let x = try inputs.require(0), w = try inputs.require(1)
        let axes = try geometry(x.type)
        let vertical = axes.count == 2 ? axes[0] : TransposedAxis(axis: window.vertical, input: 1, output: 1)
        let horizontal = axes[axes.count - 1]
        let (inputChannels, groupOut) = (x.shape[1], w.shape[1])
        let plane = vertical.output * horizontal.output
        var sums = [Double](repeating: 0, count: type.elementCount)
        let values = x.doubles, weights = w.doubles
        for sample in 0..<x.shape[0] {
            for c in 0..<inputChannels {
                let firstChannel = c / (inputChannels / groups) * groupOut
                for m in 0..<groupOut {
                    let target = (sample * type.shape[1] + firstChannel + m) * plane
                    let kernel = (c * groupOut + m) * window.vertical.kernel
                    for y in 0..<vertical.input {
                        for i in 0..<window.vertical.kernel {
                            guard let row = vertical.target(input: y, tap: i) else { continue }
                            for column in 0..<horizontal.input {
                                let value = values[
                                    ((sample * inputChannels + c) * vertical.input + y) * horizontal.input + column]
                                for j in 0..<window.horizontal.kernel {
                                    guard let to = horizontal.target(input: column, tap: j) else { continue }
                                    sums[target + row * horizontal.output + to] +=
                                        value * weights[(kernel + i) * window.horizontal.kernel + j]
                                }
                            }
                        }
                    }
                }
            }
        }
        if let bias = inputs.optional(2)?.doubles {
            for index in sums.indices { sums[index] += bias[index / plane % bias.count] }
        }
        return [.rounding(sums, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// The spatial axes of `x`, of rank 3 or 4.
    public func geometry(_ x: TensorType) throws -> [TransposedAxis] {
        try window.validate()
        guard x.rank == 4 || window.isHorizontal && outputPadding.vertical == 0 else {
            throw OperatorError("X \(x) has one spatial axis, but the window has two")
        }
        return try TransposedAxis.all(
            [window.vertical, window.horizontal].suffix(x.rank - 2), of: x,
            outputPadding: [outputPadding.vertical, outputPadding.horizontal].suffix(x.rank - 2),
            outputShape: outputShape, autoPad: autoPad)
    }
}
