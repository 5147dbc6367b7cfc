/// ONNX Pad (opset 11, 13, 18, 19): elements added before and after the data along each axis.
///
/// *Operands*: data; pads, the counts before for each axis and then the counts after; the constant value (absent: 0);
/// the axes that the pads are for (absent: all). Negative counts, in mode `constant` only, take elements away.
public struct Pad: Operator {
    public static let name = "Pad"

    public enum Mode: String, Sendable {
        case constant
        /// The edge element again.
        case edge
        /// Mirrored at the edge element, which is not repeated.
        case reflect
        /// From the other end.
        case wrap
    }

    public var mode: Mode

    public init(mode: Mode = .constant) { self.mode = mode }

    public var attributes: [Attribute] { [Attribute("mode", mode.rawValue)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        if operands.optional(2) != nil {
            let value = try operands.require(2, "constant_value", [x.elementType])
            guard value.shape.allSatisfy({ $0 == 1 }) else {
                throw OperatorError("input constant_value is \(value.type); it must have one element")
            }
        }
        return [try TensorType.checked(x.elementType, try extents(operands).map(\.count))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        _ = try inferTypes(inputs.operands)
        let filler = inputs.optional(2) ?? .filled(0, TensorType(x.elementType, []))
        return [x.picked(try coordinates(inputs.operands), filler: filler)]
    }

    /// Where the elements along each axis of the result come from; nil for the constant.
    func coordinates(_ operands: [Operand?]) throws -> [[Int?]] {
        zip(try operands.require(0, "data").shape, try extents(operands)).map { extent, padded in
            (0..<padded.count).map { coordinate($0 - padded.before, extent: extent) }
        }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rows = operands.first??.shape.first, let padded = try? extents(operands).first else { return false }
        return padded.before == 0 && padded.count == rows
    }

    /// Elements before, and in all, along each axis of the result.
    private func extents(_ operands: [Operand?]) throws -> [(before: Int, count: Int)] {
        let shape = try operands.require(0, "data").shape
        let pads = try operands.requireIntegers(1, "pads")
        let axes = try normalized(
            axes: try operands.optionalIntegers(3, "axes") ?? Array(shape.indices), rank: shape.count)
        guard pads.count == 2 * axes.count else {
            throw OperatorError("pads has \(pads.count) numbers; for \(axes.count) axes it must have \(2 * axes.count)")
        }
        var result = shape.map { (before: 0, count: $0) }
        for (position, axis) in axes.enumerated() {
            let (before, after) = (pads[position], pads[position + axes.count])
            for pad in [before, after] { try check(pad, extent: shape[axis]) }
            result[axis] = (before, shape[axis] + before + after)
        }
        return result
    }

    private func check(_ pad: Int, extent: Int) throws {
        let valid: ClosedRange<Int> =
            switch mode {
            case .constant: -extent...TensorType.elementLimit
            case .edge: 0...(extent == 0 ? 0 : TensorType.elementLimit)
            case .reflect: 0...max(extent - 1, 0)
            case .wrap: 0...extent
            }
        guard valid.contains(pad) else {
            throw OperatorError(
                "a pad is \(pad); valid along an axis of \(extent)"
                    + " in mode \(mode.rawValue) are \(valid.lowerBound) to \(valid.upperBound)"
            )
        }
    }

    /// Where the element at `position`, counted from the data's first, comes from; nil for the constant.
    private func coordinate(_ position: Int, extent: Int) -> Int? {
        if position >= 0, position < extent { return position }
        switch mode {
        case .constant: return nil
        case .edge: return position < 0 ? 0 : extent - 1
        case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
        case .wrap: return position < 0 ? position + extent : position - extent
        }
    }
}
