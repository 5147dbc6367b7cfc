/// ONNX Resize (opset 11, 13, 18, 19): nearest or linear interpolation along any axes.
///
/// *Operands*: X; roi (not used); scales; sizes: one of the last two, the other absent or empty.
/// *Meaning*: each output coordinate is mapped to an input coordinate in float64; linear interpolation works axis by
/// axis in float64 and rounds once.
public struct Resize: Operator {
    public static let name = "Resize"

    public enum Mode: String, Sendable {
        case nearest, linear
    }

    /// Which input coordinate an output coordinate o stands for, with s the scale, n and m the input and output
    /// lengths.
    public enum CoordinateTransformation: String, Sendable {
        /// (o + ½)/s − ½
        case halfPixel = "half_pixel"
        /// As half_pixel, about the middle of the axis where s·n is not m.
        case halfPixelSymmetric = "half_pixel_symmetric"
        /// As half_pixel; 0 where m is 1.
        case pytorchHalfPixel = "pytorch_half_pixel"
        /// o·(n − 1)/(m − 1); 0 where m is 1. m is the whole number of elements, as in PyTorch and ONNX Runtime.
        case alignCorners = "align_corners"
        /// o/s
        case asymmetric
    }

    public enum Rounding: String, Sendable {
        case roundPreferFloor = "round_prefer_floor"
        case roundPreferCeil = "round_prefer_ceil"
        case floor, ceil
    }

    public var mode: Mode
    public var transformation: CoordinateTransformation
    /// How mode `nearest` rounds.
    public var rounding: Rounding
    /// The axes that scales and sizes are for; nil: all.
    public var axes: [Int]?

    public init(
        mode: Mode = .nearest, transformation: CoordinateTransformation = .halfPixel,
        rounding: Rounding = .roundPreferFloor, axes: [Int]? = nil
    ) {
        self.mode = mode
        self.transformation = transformation
        self.rounding = rounding
        self.axes = axes
    }

    public var attributes: [Attribute] {
        [Attribute("mode", mode.rawValue), Attribute("coordinate_transformation_mode", transformation.rawValue)]
            + (mode == .nearest ? [Attribute("nearest_mode", rounding.rawValue)] : [])
            + (axes.map { [Attribute("axes", $0)] } ?? [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X")
        guard mode == .nearest || x.elementType.isFloat else {
            throw OperatorError("X is \(x.type); mode linear is for floats")
        }
        return [try TensorType.checked(x.elementType, try scaling(operands).map(\.output))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let scaling = try scaling(inputs.operands)
        if mode == .nearest { return [x.picked(scaling.map { axis in (0..<axis.output).map { nearest($0, axis) } })] }
        var y = Tensor(TensorType(.float64, x.shape), .double(x.doubles))
        for (index, axis) in scaling.enumerated() where !axis.isIdentity { y = interpolated(y, index, axis) }
        return [.rounding(y.doubles, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        (try? scaling(operands))?.first?.isIdentity == true
    }

    // MARK: - Coordinates

    /// One axis: its lengths, and the scale as given, or output/input where the output length is given.
    private struct Scaling {
        let input: Int
        let output: Int
        let scale: Double
        var isIdentity: Bool { input == output && scale == 1 }
    }

    private func scaling(_ operands: [Operand?]) throws -> [Scaling] {
        let shape = try operands.require(0, "X").shape
        let axes = try normalized(axes: axes ?? Array(shape.indices), rank: shape.count)
        func given(_ index: Int, _ role: String) throws -> Tensor? {
            guard let operand = operands.optional(index), operand.type.elementCount > 0 else { return nil }
            let value = try operands.requireConstant(index, role)
            guard value.shape == [axes.count] else {
                throw OperatorError(
                    "input \(role) is \(value.type); it must have one number for each of \(axes.count) axes")
            }
            return value
        }
        let scales = try given(2, "scales"), sizes = try given(3, "sizes")
        guard (scales == nil) != (sizes == nil) else {
            throw OperatorError("one of the inputs scales and sizes must be given")
        }
        var result = shape.map { Scaling(input: $0, output: $0, scale: 1) }
        for (position, axis) in axes.enumerated() {
            let input = shape[axis]
            if let scale = scales?.doubles[position] {
                let output = (Double(input) * scale).rounded(.down)
                guard scale > 0, output <= Double(TensorType.elementLimit) else {
                    throw OperatorError(
                        "a scale is \(scale) along an axis of \(input); it must be greater than 0, and not huge")
                }
                result[axis] = Scaling(input: input, output: Int(output), scale: scale)
            } else {
                guard let size = sizes?.integers?[position], size >= 1, size <= TensorType.elementLimit, input > 0
                else {
                    throw OperatorError("sizes must be integers of at least 1, for axes that are not empty")
                }
                result[axis] = Scaling(input: input, output: Int(size), scale: Double(size) / Double(input))
            }
        }
        return result
    }

    private func source(_ output: Int, _ axis: Scaling) -> Double {
        let o = Double(output)
        switch transformation {
        case .halfPixel: return (o + 0.5) / axis.scale - 0.5
        case .halfPixelSymmetric:
            let middle = Double(axis.input) / 2
            let adjustment = Double(axis.output) / (axis.scale * Double(axis.input))
            return middle * (1 - adjustment) + (o + 0.5) / axis.scale - 0.5
        case .pytorchHalfPixel: return axis.output > 1 ? (o + 0.5) / axis.scale - 0.5 : 0
        case .alignCorners: return axis.output > 1 ? o * Double(axis.input - 1) / Double(axis.output - 1) : 0
        case .asymmetric: return o / axis.scale
        }
    }

    private func nearest(_ output: Int, _ axis: Scaling) -> Int {
        guard !axis.isIdentity else { return output }
        let x = source(output, axis)
        let rounded =
            switch rounding {
            case .roundPreferFloor: (x - 0.5).rounded(.up)
            case .roundPreferCeil: (x + 0.5).rounded(.down)
            case .floor: x.rounded(.down)
            case .ceil: x.rounded(.up)
            }
        return Int(min(max(rounded, 0), Double(axis.input - 1)))
    }

    private func interpolated(_ x: Tensor, _ index: Int, _ axis: Scaling) -> Tensor {
        var shape = x.shape
        shape[index] = axis.output
        let coordinates = (0..<axis.output).map { min(max(source($0, axis), 0), Double(axis.input - 1)) }
        let lower = x.picked(coordinates.map { Int($0) }, axis: index).doubles
        let upper = x.picked(coordinates.map { min(Int($0) + 1, axis.input - 1) }, axis: index).doubles
        let inner = shape[(index + 1)...].reduce(1, *)
        let values = lower.indices.map { position in
            let coordinate = coordinates[position / inner % axis.output]
            let fraction = coordinate - coordinate.rounded(.down)
            return fraction == 0 ? lower[position] : lower[position] * (1 - fraction) + upper[position] * fraction
        }
        return Tensor(TensorType(.float64, shape), .double(values))
    }
}
