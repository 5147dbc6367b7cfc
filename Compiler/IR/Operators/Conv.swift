/// ONNX Conv (opset 1, 11) over one or two spatial axes: Y[n,m,y,x] = B[m] + Σ X[n,c,y·s+i·d−p,x·s+j·d−p] · W[m,c,i,j].
///
/// *Shape*: X [N,C,H,W], W [M,C/groups,kh,kw], B [M] → [N,M,H′,W′]; a rank-3 X counts as H = 1.
/// *Meaning*: summed in float64 and rounded once, so that ±α weights give exactly α·acc + b, whatever the order of the
/// taps.
public struct Conv: Operator {
    public static let name = "Conv"
    public var window: Window
    public var groups: Int

    public init(window: Window, groups: Int = 1) {
        self.window = window
        self.groups = groups
    }

    public var attributes: [Attribute] { window.attributes + [Attribute("groups", groups)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X")
        let w = try operands.require(1, "W")
        guard x.type.rank == w.type.rank, x.type.rank == 3 || x.type.rank == 4 else {
            throw OperatorError("X \(x.type) and W \(w.type) must both be of rank 3 or both of rank 4")
        }
        guard x.elementType.isFloat, x.elementType == w.elementType else {
            throw OperatorError("X \(x.type) and W \(w.type) must have the same float element type")
        }
        guard x.type.rank == 4 || window.isHorizontal else {
            throw OperatorError("X \(x.type) has one spatial axis, but the window has two")
        }
        guard groups > 0, x.shape[1] % groups == 0, w.shape[1] == x.shape[1] / groups, w.shape[0] % groups == 0 else {
            throw OperatorError("W \(w.type) with \(groups) groups does not fit the \(x.shape[1]) channels of X")
        }
        let spatial = w.shape[2...].map { $0 }
        guard spatial.reversed().first == window.horizontal.kernel,
            spatial.count == 1 || spatial[0] == window.vertical.kernel
        else {
            throw OperatorError(
                "kernel_shape \(window.vertical.kernel)x\(window.horizontal.kernel) differs from W \(w.type)")
        }
        if let bias = operands.optional(2) {
            guard bias.shape == [w.shape[0]], bias.elementType == x.elementType else {
                throw OperatorError("bias B \(bias.type) must be \(x.elementType)[\(w.shape[0])]")
            }
        }
        let out = try window.outputShape(height: x.type.rank == 4 ? x.shape[2] : 1, width: x.shape[x.type.rank - 1])
        let extents = x.type.rank == 4 ? [out.height, out.width] : [out.width]
        return [try TensorType.checked(x.elementType, [x.shape[0], w.shape[0]] + extents)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = inputs[0]!, w = inputs[1]!
        let type = try inferTypes(inputs.map { $0.map { Operand($0) } })[0]
        let sums = accumulate(
            x.doubles, shape: x.shape.count == 4 ? x.shape : [x.shape[0], x.shape[1], 1, x.shape[2]],
            weights: w.doubles, outputChannels: w.shape[0], bias: inputs.count > 2 ? inputs[2]?.doubles : nil)
        return [Tensor.rounding(sums, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// The sums in float64. `shape` is X's, of rank 4.
    private func accumulate(
        _ x: [Double], shape: [Int], weights: [Double], outputChannels: Int, bias: [Double]?
    ) -> [Double] {
        let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
        let (v, u) = (window.vertical, window.horizontal)
        let outH = v.outputCount(input: h)!, outW = u.outputCount(input: w)!
        let groupIn = c / groups, groupOut = outputChannels / groups
        var result = [Double](repeating: 0, count: n * outputChannels * outH * outW)
        // One output plane at a time, tap by tap: the innermost loop runs along a row of both planes.
        x.withUnsafeBufferPointer { x in
            weights.withUnsafeBufferPointer { weights in
                result.withUnsafeMutableBufferPointer { result in
                    for sample in 0..<n {
                        for m in 0..<outputChannels {
                            let plane = (sample * outputChannels + m) * outH * outW
                            for ci in 0..<groupIn {
                                let source = (sample * c + m / groupOut * groupIn + ci) * h * w
                                for i in 0..<v.kernel {
                                    for j in 0..<u.kernel {
                                        let weight = weights[((m * groupIn + ci) * v.kernel + i) * u.kernel + j]
                                        let columns = columnRange(tap: j, input: w, output: outW)
                                        guard !columns.isEmpty else { continue }
                                        for oy in 0..<outH {
                                            let y = v.coordinate(output: oy, tap: i)
                                            guard y >= 0, y < h else { continue }
                                            let from = source + y * w + u.coordinate(output: 0, tap: j)
                                            let to = plane + oy * outW
                                            for ox in columns { result[to + ox] += weight * x[from + ox * u.stride] }
                                        }
                                    }
                                }
                            }
                            if let bias { for i in plane..<plane + outH * outW { result[i] += bias[m] } }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The output columns for which horizontal `tap` lies on the input.
    private func columnRange(tap: Int, input: Int, output: Int) -> Range<Int> {
        let u = window.horizontal
        let shift = u.coordinate(output: 0, tap: tap)
        let first = shift >= 0 ? 0 : (-shift + u.stride - 1) / u.stride
        let end = shift >= input ? 0 : (input - 1 - shift) / u.stride + 1
        return min(first, output)..<max(min(first, output), min(end, output))
    }
}
