/// ONNX Slice (opset 10, 11, 13): along each of some axes, every step-th element from start up to, not including, end.
///
/// *Operands*: data; starts; ends; axes (absent: the first ones); steps (absent: 1). Starts and ends count from the end
/// where negative, and are clamped to the axis; a negative step walks backwards.
public struct Slice: Operator {
    public static let name = "Slice"
    public init() {}

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "data")
        return [TensorType(x.elementType, try coordinates(operands).map(\.count))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        [try inputs.require(0).picked(coordinates(inputs.operands).map { Array($0) })]
    }

    /// Whether all samples are taken, in order.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool {
        guard let rows = operands.first??.shape.first, let taken = try? coordinates(operands).first else {
            return false
        }
        return taken.count == rows && taken.step == 1
    }

    /// Whether it takes every element in its place.
    public func takesAll(_ operands: [Operand?]) -> Bool {
        guard let shape = operands.first??.shape, let taken = try? coordinates(operands) else { return false }
        return zip(taken, shape).allSatisfy { $0.count == $1 && ($0.step == 1 || $1 <= 1) }
    }

    /// The elements taken along one axis.
    struct Progression: Sequence {
        let start: Int
        let step: Int
        let count: Int

        func makeIterator() -> AnyIterator<Int?> {
            var index = 0
            return AnyIterator {
                guard index < count else { return nil }
                defer { index += 1 }
                return .some(start + index * step)
            }
        }
    }

    /// What is taken along each axis of the data.
    func coordinates(_ operands: [Operand?]) throws -> [Progression] {
        let shape = try operands.require(0, "data").shape
        let starts = try operands.requireIntegers(1, "starts"), ends = try operands.requireIntegers(2, "ends")
        let axes = try normalized(
            axes: try operands.optionalIntegers(3, "axes") ?? Array(starts.indices), rank: shape.count)
        let steps = try operands.optionalIntegers(4, "steps") ?? [Int](repeating: 1, count: starts.count)
        guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
            throw OperatorError(
                "starts (\(starts.count)), ends (\(ends.count)), axes (\(axes.count))"
                    + " and steps (\(steps.count)) must be as many"
            )
        }
        var result = shape.map { Progression(start: 0, step: 1, count: $0) }
        for (position, axis) in axes.enumerated() {
            guard steps[position] != 0 else { throw OperatorError("steps \(steps) contain 0; a step must not be 0") }
            result[axis] = progression(starts[position], ends[position], steps[position], extent: shape[axis])
        }
        return result
    }

    private func progression(_ start: Int, _ end: Int, _ step: Int, extent: Int) -> Progression {
        // Steps beyond the axis all take one element at most; clamping them keeps the sums small.
        let step = min(max(step, -extent - 1), extent + 1)
        func clamped(_ index: Int, _ range: ClosedRange<Int>) -> Int {
            let counted = index < 0 ? index + extent : index
            return min(max(counted, range.lowerBound), range.upperBound)
        }
        if step > 0 {
            let first = clamped(start, 0...extent), last = clamped(end, 0...extent)
            return Progression(start: first, step: step, count: last > first ? (last - first - 1) / step + 1 : 0)
        }
        guard extent > 0 else { return Progression(start: 0, step: step, count: 0) }
        let first = clamped(start, 0...extent - 1), last = clamped(end, -1...extent - 1)
        return Progression(start: first, step: step, count: first > last ? (first - last - 1) / -step + 1 : 0)
    }
}
