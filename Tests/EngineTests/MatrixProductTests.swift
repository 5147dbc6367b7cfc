import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Products of matrices of numbers and of bits, with every kind of broadcasting, against plain loops.
final class MatrixProductTests: EngineTestCase {
    /// The axes before the last two of both operands.
    private static let batches: [([Int], [Int])] = [
        ([], []), ([3], []), ([], [3]), ([2, 3], [2, 3]), ([2, 1], [1, 3]), ([1, 1], []), ([2, 3], [3]), ([3], [2, 1]),
    ]

    /// The plain sums: a [...,M,K] and b [...,K,N], or [...,N,K] where it is transposed.
    private func product(
        _ a: [Float], _ aDims: [Int], _ b: [Float], _ bDims: [Int], isTransposed: Bool
    ) -> (dims: [Int], values: [Float]) {
        let (m, k) = (aDims[aDims.count - 2], aDims.last!)
        let n = bDims[bDims.count - (isTransposed ? 2 : 1)]
        let (aBatch, bBatch) = (Array(aDims.dropLast(2)), Array(bDims.dropLast(2)))
        let batch = Shape(Shape.broadcast(aBatch, bBatch))
        var values: [Float] = []
        for matrix in 0..<batch.count {
            let at = batch.coordinates(matrix)
            let (x, y) = (Shape(aBatch).broadcastPosition(at) * m * k, Shape(bBatch).broadcastPosition(at) * n * k)
            for row in 0..<m {
                for column in 0..<n {
                    values.append(
                        (0..<k).reduce(0) { sum, t in
                            sum + a[x + row * k + t] * b[y + (isTransposed ? column * k + t : t * n + column)]
                        })
                }
            }
        }
        return (batch.dims + [m, n], values)
    }

    func testFloats() throws {
        for (m, k, n) in [(1, 1, 1), (2, 3, 5), (7, 33, 9), (1, 64, 17), (19, 5, 1), (4, 130, 40)] {
            for (first, second) in Self.batches {
                var random = SeededRandom(seed: UInt64(m + n))
                let (aDims, bDims) = (first + [m, k], second + [k, n])
                // Integers, so that sums are exact in every order.
                let a = random.integers(Shape(aDims).count, -9...9), b = random.integers(Shape(bDims).count, -9...9)
                let expected = product(a, aDims, b, bDims, isTransposed: false)
                let model = ModelDescription()
                model.batch = 1
                let inputs = [model.input(aDims, name: "a"), model.input(bDims, name: "b")]
                model.output(model.op(BNNMF_OP_MATMUL, inputs, BNNMF_FLOAT32, expected.dims))
                let open = try model.open()
                XCTAssertEqual(open.layers[0].multiplyAccumulates, expected.values.count * k)
                try assertRuns(model, [a, b], give: [expected.values], "\(aDims) \(bDims)")
            }
        }
    }

    func testBits() throws {
        for (m, k, n) in [
            (1, 1, 1), (2, 63, 5), (7, 64, 9), (5, 65, 3), (3, 127, 2), (2, 128, 4), (9, 129, 17), (4, 600, 33),
        ] {
            for (first, second) in Self.batches {
                for (aForm, bForm) in [(0, 0), (0, 1), (1, 0), (1, 1)] as [(UInt32, UInt32)] {
                    var random = SeededRandom(seed: UInt64(k))
                    let (aDims, bDims) = (first + [m, k], second + [n, k])
                    let a = random.signs(Shape(aDims).count), b = random.signs(Shape(bDims).count)
                    func counted(_ values: [Float], _ form: UInt32) -> [Float] {
                        form == 0 ? values : values.map { $0 > 0 ? 1 : 0 }
                    }
                    let expected = product(counted(a, aForm), aDims, counted(b, bForm), bDims, isTransposed: true)
                    let model = ModelDescription()
                    model.batch = 1
                    let operands = [
                        model.sign(model.input(aDims, name: "a"), aDims),
                        model.sign(model.input(bDims, name: "b"), bDims),
                    ]
                    for (type, name) in [(BNNMF_INT32, "sums"), (BNNMF_FLOAT32, "numbers")] {
                        model.output(
                            model.op(BNNMF_OP_BINARY_MATMUL, operands, type, expected.dims) {
                                $0.parameters.binary_matmul = bnnmf_binary_matmul(a_form: aForm, b_form: bForm)
                            }, name: name)
                    }
                    XCTAssertEqual(try model.open().layers.last?.multiplyAccumulates, expected.values.count * k)
                    try assertRuns(
                        model, [.float32(a), .float32(b)],
                        give: [.int32(expected.values.map { Int32($0) }), .float32(expected.values)],
                        "\(aDims) \(bDims), forms \(aForm) \(bForm)")
                }
            }
        }
    }
}
