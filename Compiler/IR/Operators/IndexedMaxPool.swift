/// ONNX MaxPool (opset 11, 12) with both of its results: the greatest element under each window, and where it stands. Of
/// use only until it is taken apart into a pool and what finds the places (`SeparatePoolIndices`).
///
/// *Meaning*: an element's place counts through all of X [N,C,D…], the spatial axes in row-major order or, where
/// `isColumnMajor`, the first of them fastest; padding does not count. Of equal elements the first of the window wins,
/// and NaN over any number.
public struct IndexedMaxPool: Operator {
    public static let name = "IndexedMaxPool"
    /// One to three, of the spatial axes.
    public var axes: [Window.Axis]
    public var ceilMode: Bool
    public var autoPad: AutoPad
    public var isColumnMajor: Bool
    /// What computes the first result.
    public let values: any Operator

    /// - Throws: `OperatorError` where there are not one to three axes.
    public init(
        axes: [Window.Axis], ceilMode: Bool = false, autoPad: AutoPad = .explicit, isColumnMajor: Bool = false
    ) throws {
        guard (1...3).contains(axes.count) else {
            throw OperatorError("the window has \(axes.count) axes; 1 to 3 spatial axes are supported")
        }
        self.axes = axes
        self.ceilMode = ceilMode
        self.autoPad = autoPad
        self.isColumnMajor = isColumnMajor
        values =
            axes.count == 3
            ? try VolumePool(kind: .max, axes: axes, ceilMode: ceilMode, autoPad: autoPad)
            : MaxPool(window: Window(over: axes), ceilMode: ceilMode, autoPad: autoPad)
    }

    public var attributes: [Attribute] { values.attributes + [Attribute("storage_order", isColumnMajor ? 1 : 0)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X")
        guard x.type.rank == axes.count + 2 else {
            throw OperatorError("X \(x.type) must be of rank \(axes.count + 2) for a window of \(axes.count) axes")
        }
        let type = try values.inferTypes([x])[0]
        for (axis, (input, output)) in zip(x.shape, type.shape).dropFirst(2).enumerated() {
            _ = try coordinates(axis, input: input, output: output)
        }
        return [type, TensorType(.int64, type.shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0)
        let pooled = try values.evaluate([x])[0]
        let table = try places(input: x.shape, output: pooled.shape)
        let map = x.shape[2...].reduce(1, *), taps = axes.map(\.kernel).reduce(1, *)
        var indices: [Int64] = []
        indices.reserveCapacity(pooled.elementCount)
        for plane in 0..<x.shape[0] * x.shape[1] {
            let windows = x.gathered(table.map { plane * map + $0.element }, shape: [table.count / taps, taps])
            let winners = try ArgMax(axis: 1).evaluate([windows])[0].integers ?? []
            for (window, winner) in winners.enumerated() {
                indices.append(Int64(plane * map + table[window * taps + Int(winner)].number))
            }
        }
        return [pooled, Tensor(pooled.shape, indices)]
    }

    /// Indices count through all samples.
    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { false }

    /// For each window over a map, in row-major order, and each tap: the element of the map that it reads, in memory
    /// order, and that element's number. A tap on padding reads the nearest one that is not, which changes neither the
    /// greatest element nor which is the first of equal ones.
    public func places(input: [Int], output: [Int]) throws -> [(element: Int, number: Int)] {
        let extents = [Int](input[2...])
        var windows: [[(element: Int, number: Int)]] = [[(0, 0)]]
        for (axis, extent) in extents.enumerated() {
            let step = (isColumnMajor ? extents[..<axis] : extents[(axis + 1)...]).reduce(1, *)
            let rows = try coordinates(axis, input: extent, output: output[2 + axis])
            windows = windows.flatMap { window in
                rows.map { taps in
                    window.flatMap { place in
                        taps.map { (place.element * extent + $0, place.number + $0 * step) }
                    }
                }
            }
        }
        return windows.flatMap { $0 }
    }

    /// The input coordinates that the taps along a spatial axis read at each output.
    private func coordinates(_ axis: Int, input: Int, output: Int) throws -> [[Int]] {
        let window = axes[axis].reaching(input: input, output: output, by: autoPad)
        return try (0..<output).map { position in
            let valid = window.validTaps(output: position, input: input)
            guard let first = valid.first, let last = valid.last else {
                throw OperatorError(
                    "a window covers padding alone along spatial axis \(axis), at \(position), so that its greatest "
                        + "element has no index; use fewer pads, or only the pool's values")
            }
            return (0..<window.kernel).map { window.coordinate(output: position, tap: min(max($0, first), last)) }
        }
    }
}
