/// ONNX Resize (opset 11, 13, 18, 19): nearest, linear or cubic interpolation along any axes.
///
/// *Operands*: X; roi (only for `cropAndResize`); scales; sizes: one of the last two, the other absent or empty.
/// *Meaning*: each output coordinate is mapped to an input coordinate in float64; interpolation works axis by axis in
/// float64 (`AxisTaps`) and rounds once.
public struct Resize: Operator {
    public static let name = "Resize"

    public enum Mode: String, Sendable {
        case nearest, linear, cubic
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
        /// Between the relative coordinates a and b of `roi`: a·(n − 1) + o·(b − a)·(n − 1)/(m − 1), the middle of the two
        /// where m is 1; outside the input stands `extrapolationValue`.
        case cropAndResize = "tf_crop_and_resize"
    }

    public enum Rounding: String, Sendable {
        case roundPreferFloor = "round_prefer_floor"
        case roundPreferCeil = "round_prefer_ceil"
        case floor, ceil
    }

    /// What `sizes` mean.
    public enum AspectRatio: String, Sendable {
        case stretch
        /// One scale for all axes, so that no axis is longer (shorter) than asked.
        case notLarger = "not_larger"
        case notSmaller = "not_smaller"
    }

    public var mode = Mode.nearest
    public var transformation = CoordinateTransformation.halfPixel
    /// How mode `nearest` rounds.
    public var rounding = Rounding.roundPreferFloor
    public var aspectRatio = AspectRatio.stretch
    /// The axes that roi, scales and sizes are for; nil: all.
    public var axes: [Int]?
    /// Whether linear and cubic kernels widen where the axis shrinks.
    public var antialiases = false
    /// Whether weights outside the input are left out and the others sum to 1, instead of reading the edge.
    public var excludesOutside = false
    /// The parameter a of the cubic kernel.
    public var cubicCoefficient: Float = -0.75
    public var extrapolationValue: Float = 0

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
            + (mode == .cubic ? [Attribute("cubic_coeff_a", cubicCoefficient)] : [])
            + (axes.map { [Attribute("axes", $0)] } ?? [])
            + (antialiases ? [Attribute("antialias", 1)] : [])
            + (excludesOutside ? [Attribute("exclude_outside", 1)] : [])
            + (aspectRatio == .stretch ? [] : [Attribute("keep_aspect_ratio_policy", aspectRatio.rawValue)])
            + (transformation == .cropAndResize ? [Attribute("extrapolation_value", extrapolationValue)] : [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X")
        guard mode == .nearest || x.elementType.isFloat else {
            throw OperatorError("X is \(x.type); mode \(mode.rawValue) is for floats")
        }
        return [try TensorType.checked(x.elementType, try scaling(operands).map(\.output))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let axes = try taps(inputs.operands)
        let outside = Tensor.filled(Double(extrapolationValue), TensorType(x.elementType, []))
        if axes.allSatisfy({ $0?.picks != nil || $0 == nil }) {
            let coordinates = x.shape.indices.map { axes[$0]?.picks ?? Array(0..<x.shape[$0]) }
            return [x.picked(coordinates, filler: outside)]
        }
        var y = Tensor(TensorType(.float64, x.shape), .double(x.doubles))
        for (axis, taps) in axes.enumerated() {
            if let taps { y = taps.applied(to: y, axis: axis) }
        }
        let result = Tensor.rounding(y.doubles, to: type.elementType, shape: type.shape)
        guard axes.contains(where: { $0?.hasOutside == true }) else { return [result] }
        let inside = type.shape.indices.map { axis in
            (0..<type.shape[axis]).map { axes[axis]?.isOutside[$0] == true ? nil : $0 }
        }
        return [result.picked(inside, filler: outside)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        (try? scaling(operands))?.first?.isIdentity == true
    }

    /// One axis: its lengths, the scale as given, or output/input where the output length is given, and the part of it that
    /// `cropAndResize` looks at.
    struct Scaling {
        let input: Int
        let output: Int
        let scale: Double
        var region = (start: 0.0, end: 1.0)
        var isIdentity: Bool { input == output && scale == 1 && region.start == 0 && region.end == 1 }
    }

    func scaling(_ operands: [Operand?]) throws -> [Scaling] {
        let shape = try operands.require(0, "X").shape
        let axes = try normalized(axes: axes ?? Array(shape.indices), rank: shape.count)
        func given(_ index: Int, _ role: String, count: Int) throws -> Tensor? {
            guard let operand = operands.optional(index), operand.type.elementCount > 0 else { return nil }
            let value = try operands.requireConstant(index, role)
            guard value.shape == [count] else {
                throw OperatorError(
                    "input \(role) is \(value.type); it must have \(count) numbers for \(axes.count) axes")
            }
            return value
        }
        let scales = try given(2, "scales", count: axes.count), sizes = try given(3, "sizes", count: axes.count)
        let roi = transformation == .cropAndResize ? try given(1, "roi", count: 2 * axes.count)?.doubles : nil
        guard (scales == nil) != (sizes == nil) else {
            throw OperatorError("one of the inputs scales and sizes must be given")
        }
        if transformation == .cropAndResize, roi == nil { throw OperatorError("input roi is missing") }
        let common = try commonScale(axes.map { shape[$0] }, sizes)
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
                let asked = sizes?.integers?[position]
                let size = common.map { Int64((Double(input) * $0 + 0.5).rounded(.down)) } ?? asked
                guard let size, size >= 1, size <= TensorType.elementLimit, input > 0 else {
                    throw OperatorError("sizes must be integers of at least 1, for axes that are not empty")
                }
                let scale = common ?? Double(size) / Double(input)
                result[axis] = Scaling(input: input, output: Int(size), scale: scale)
            }
            if let roi { result[axis].region = (roi[position], roi[position + axes.count]) }
        }
        return result
    }

    /// The scale of all axes where the aspect ratio is kept; nil where each has its own.
    private func commonScale(_ extents: [Int], _ sizes: Tensor?) throws -> Double? {
        guard aspectRatio != .stretch, let sizes = sizes?.integers else { return nil }
        guard extents.allSatisfy({ $0 > 0 }), sizes.allSatisfy({ $0 >= 1 && $0 <= TensorType.elementLimit }) else {
            throw OperatorError("sizes must be integers of at least 1, for axes that are not empty")
        }
        let scales = zip(extents, sizes).map { Double($1) / Double($0) }
        return aspectRatio == .notLarger ? scales.min() : scales.max()
    }
}
