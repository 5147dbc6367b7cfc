import BNNMIR
import TestSupport

/// Executes a node in float32 as a runtime might: sums of products and of windows in an arbitrary order, multiplications
/// and additions fused or not.
struct ShuffledExecution {
    var random: SeededRandom

    mutating func results(_ node: Graph.Node, _ inputs: [Tensor?], shape: [Int]) throws -> Tensor {
        switch node.op {
        case let conv as Conv:
            return convolution(conv, inputs[0]!, inputs[1]!, bias: inputs.count > 2 ? inputs[2] : nil, shape)
        case let pool as AveragePool: return average(pool.window, inputs[0]!, shape)
        case is ScaleShift where Bool.random(using: &random):
            let a = inputs[1]!.broadcast(to: shape).floats, b = inputs[2]!.broadcast(to: shape).floats
            let x = inputs[0]!.floats
            return Tensor(shape, x.indices.map { b[$0].addingProduct(a[$0], x[$0]) })
        case is Tanh, is Sigmoid:
            // Within 2 units in the last place.
            let exact = try node.op.evaluate(inputs)[0].floats
            return Tensor(shape, exact.map { $0.isNormal ? $0 + Float(random.below(5) - 2) * $0.ulp : $0 })
        default: return try node.op.evaluate(inputs)[0]
        }
    }

    private mutating func sum(_ terms: [(Float, Float)]) -> Float {
        let fuses = Bool.random(using: &random)
        return terms.shuffled(using: &random).reduce(0) { fuses ? $0.addingProduct($1.0, $1.1) : $0 + $1.0 * $1.1 }
    }

    private mutating func convolution(
        _ conv: Conv, _ x: Tensor, _ w: Tensor, bias: Tensor?, _ shape: [Int]
    ) -> Tensor {
        let values = x.floats, weights = w.floats
        let (h, width, inner) = (x.shape[2], x.shape[3], w.shape[1])
        var result: [Float] = []
        for m in 0..<shape[1] {
            let first = m / (shape[1] / conv.groups) * inner
            for y in 0..<shape[2] {
                for column in 0..<shape[3] {
                    var terms: [(Float, Float)] = bias.map { [($0.floats[m], Float(1))] } ?? []
                    for c in 0..<inner {
                        for i in conv.window.vertical.validTaps(output: y, input: h) {
                            for j in conv.window.horizontal.validTaps(output: column, input: width) {
                                let row = conv.window.vertical.coordinate(output: y, tap: i)
                                let at = conv.window.horizontal.coordinate(output: column, tap: j)
                                let tap = ((m * inner + c) * w.shape[2] + i) * w.shape[3] + j
                                terms.append((values[((first + c) * h + row) * width + at], weights[tap]))
                            }
                        }
                    }
                    result.append(sum(terms))
                }
            }
        }
        return Tensor(shape, result)
    }

    /// Windows without padding.
    private mutating func average(_ window: Window, _ x: Tensor, _ shape: [Int]) -> Tensor {
        let values = x.floats, (h, width) = (x.shape[2], x.shape[3])
        var result: [Float] = []
        for c in 0..<shape[1] {
            for y in 0..<shape[2] {
                for column in 0..<shape[3] {
                    var terms: [(Float, Float)] = []
                    for i in 0..<window.vertical.kernel {
                        for j in 0..<window.horizontal.kernel {
                            let row = window.vertical.coordinate(output: y, tap: i)
                            let at = window.horizontal.coordinate(output: column, tap: j)
                            terms.append((values[(c * h + row) * width + at], 1))
                        }
                    }
                    result.append(sum(terms) * (1 / Float(terms.count)))
                }
            }
        }
        return Tensor(shape, result)
    }
}
