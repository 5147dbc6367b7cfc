/// ONNX Conv or ConvTranspose over three or more spatial axes: what `Conv` and `ConvTranspose` mean, with more window
/// axes. Of use only until it is spelled in those (`UnrollVolumeConvolutions`).
///
/// *Shape*: X [N,C,D…]; W [M,C/groups,k…] or, transposed, [C,M/groups,k…]; B [M] → [N,M,D′…].
/// *Meaning*: summed in float64 and rounded once.
public struct VolumeConv: Operator {
    public static let name = "VolumeConv"

    public enum Kind: Sendable {
        case convolution
        /// `outputPadding` has a number for each axis; `outputShape` and `autoPad` as ConvTranspose has them.
        case transposed(outputPadding: [Int], outputShape: [Int]?, autoPad: AutoPad)
    }

    public var kind: Kind
    public var axes: [Window.Axis]
    public var groups: Int

    /// - Throws: `OperatorError` where there are fewer than three axes, or as many numbers of `outputPadding` as axes are
    ///   not given.
    public init(kind: Kind, axes: [Window.Axis], groups: Int = 1) throws {
        guard axes.count >= 3 else {
            throw OperatorError("a convolution over a volume has three window axes or more, not \(axes.count)")
        }
        if case .transposed(let padding, _, _) = kind, padding.count != axes.count {
            throw OperatorError("output_padding \(padding) must have \(axes.count) numbers")
        }
        self.kind = kind
        self.axes = axes
        self.groups = groups
    }

    public var isTransposed: Bool {
        if case .transposed = kind { return true }
        return false
    }

    public var attributes: [Attribute] {
        let window = [
            Attribute("kernel", axes.map(\.kernel)), Attribute("strides", axes.map(\.stride)),
            Attribute("dilations", axes.map(\.dilation)),
            Attribute("pads", axes.map(\.padBegin) + axes.map(\.padEnd)), Attribute("groups", groups),
        ]
        guard case .transposed(let outputPadding, let outputShape, let autoPad) = kind else { return window }
        return window + [Attribute("transposed", 1), Attribute("output_padding", outputPadding)]
            + (outputShape.map { [Attribute("output_shape", $0)] } ?? [])
            + (autoPad == .explicit ? [] : [Attribute("auto_pad", autoPad.rawValue)])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X", ElementType.floats)
        let w = try operands.require(1, "W", [x.elementType])
        guard x.type.rank == axes.count + 2, w.type.rank == axes.count + 2 else {
            throw OperatorError("X \(x.type) and W \(w.type) must both be of rank \(axes.count + 2)")
        }
        guard groups > 0, isTransposed ? x.shape[1] == w.shape[0] : x.shape[1] == w.shape[1] * groups,
            w.shape[0] % groups == 0
        else { throw OperatorError("W \(w.type) with \(groups) groups does not fit the \(x.shape[1]) channels of X") }
        guard w.shape[2...].elementsEqual(axes.map(\.kernel)) else {
            throw OperatorError("kernel_shape \(axes.map(\.kernel)) differs from W \(w.type)")
        }
        let channels =
            isTransposed ? try TensorType.checked(x.elementType, [w.shape[1], groups]).elementCount : w.shape[0]
        if operands.optional(2) != nil {
            let bias = try operands.require(2, "B", [x.elementType])
            guard bias.shape == [channels] else {
                throw OperatorError("bias B \(bias.type) must be \(x.elementType)[\(channels)]")
            }
        }
        return [try TensorType.checked(x.elementType, [x.shape[0], channels] + (try outputExtents(x.type)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0), w = try inputs.require(1)
        let type = try inferTypes(inputs.operands)[0]
        let products = try products(x.type)
        let channels = type.shape[1], groupIn = x.shape[1] / groups, groupOut = channels / groups
        let map = x.shape[2...].reduce(1, *), taps = w.shape[2...].reduce(1, *)
        let values = x.doubles, weights = w.doubles, bias = inputs.optional(2)?.doubles
        var result: [Double] = []
        result.reserveCapacity(type.elementCount)
        for sample in 0..<x.shape[0] {
            for m in 0..<channels {
                let group = m / groupOut
                for terms in products {
                    var sum = 0.0
                    for c in 0..<groupIn {
                        let plane = (sample * x.shape[1] + group * groupIn + c) * map
                        let kernel =
                            (isTransposed ? (group * groupIn + c) * groupOut + m % groupOut : m * groupIn + c) * taps
                        for term in terms { sum += values[plane + term.input] * weights[kernel + term.tap] }
                    }
                    result.append(sum + (bias?[m] ?? 0))
                }
            }
        }
        return [.rounding(result, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

// MARK: - Geometry

extension VolumeConv {
    /// For each output along one spatial axis of `x`, and each tap of the kernel there, the input that the two multiply;
    /// nil where there is none.
    public func sources(alongAxis axis: Int, of x: TensorType) throws -> [[Int?]] {
        let window = axes[axis], extent = x.shape[2 + axis]
        if let transposed = try transposedAxes(x)?[axis] {
            return (0..<transposed.output).map { output in
                (0..<window.kernel).map { transposed.source(output: output, tap: $0) }
            }
        }
        return (0..<(window.outputCount(input: extent) ?? 0)).map { output in
            (0..<window.kernel).map { tap in
                let source = window.coordinate(output: output, tap: tap)
                return source >= 0 && source < extent ? source : nil
            }
        }
    }

    /// The result's extents over `x`.
    private func outputExtents(_ x: TensorType) throws -> [Int] {
        for axis in axes { try Window(axis, axis).validate() }
        if let transposed = try transposedAxes(x) { return transposed.map(\.output) }
        return try zip(axes, x.shape[2...]).map { axis, extent in
            guard let count = axis.outputCount(input: extent) else {
                throw OperatorError("a window that spans \(axis.span) does not fit X \(x) with its padding")
            }
            return count
        }
    }

    /// The axes of a transposed convolution; nil of a convolution.
    private func transposedAxes(_ x: TensorType) throws -> [TransposedAxis]? {
        guard case .transposed(let outputPadding, let outputShape, let autoPad) = kind else { return nil }
        return try TransposedAxis.all(
            axes, of: x, outputPadding: outputPadding, outputShape: outputShape, autoPad: autoPad)
    }

    /// For each output place, in row-major order, the inputs within a channel that it multiplies, and the tap of each.
    private func products(_ x: TensorType) throws -> [[(input: Int, tap: Int)]] {
        var result: [[(input: Int, tap: Int)]] = [[(0, 0)]]
        for axis in axes.indices {
            let sources = try sources(alongAxis: axis, of: x)
            let extent = x.shape[2 + axis], kernel = axes[axis].kernel
            result = result.flatMap { outer in
                sources.map { taps in
                    outer.flatMap { term in
                        taps.enumerated().compactMap { tap, source in
                            source.map { (term.input * extent + $0, term.tap * kernel + tap) }
                        }
                    }
                }
            }
        }
        return result
    }
}
