import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// Gathers of every type along every axis, against plain loops.
final class GatherTests: EngineTestCase {
    private static let shapes = [
        [2, 3, 4], [1, 5], [4], [2, 2, 1, 3], [1, 1, 2, 65], [2, 3, 64], [3, 63], [2, 130],
    ]

    /// Indices within and without an extent, some of them twice.
    private func indices(_ extent: Int) -> [Int32] {
        [Int32(extent - 1), 0, -1, 0, Int32(extent), Int32(extent / 2), .min, .max]
            + (0..<61).map { Int32($0 % extent) }
    }

    /// Where each element of the result comes from.
    private func sources(_ dims: [Int], _ axis: Int, _ indices: [Int32]) -> [Int?] {
        var result = dims
        result[axis] = indices.count
        return (0..<Shape(result).count).map { position in
            var coordinates = Shape(result).coordinates(position)
            let index = Int(indices[coordinates[axis]])
            guard (0..<dims[axis]).contains(index) else { return nil }
            coordinates[axis] = index
            return Shape(dims).position(coordinates)
        }
    }

    func testNumbersAlongEveryAxis() throws {
        for type in [BNNMF_FLOAT32, BNNMF_INT32, BNNMF_INT64, BNNMF_BOOL] {
            for dims in Self.shapes {
                for axis in dims.indices {
                    for hasFill in [false, true] {
                        var random = SeededRandom(seed: UInt64(axis + 1))
                        let values = BNNMValues.random(type, Shape(dims).count, &random)
                        let fill = hasFill ? BNNMValues.random(type, 1, &random) : .zero(type)
                        let indices = indices(dims[axis])
                        var result = dims
                        result[axis] = indices.count
                        let model = ModelDescription()
                        model.batch = 1
                        var inputs = [model.input(dims, type: type), model.constant(.int32(indices), [indices.count])]
                        if hasFill { inputs.append(model.constant(fill, [])) }
                        model.output(
                            model.op(BNNMF_OP_GATHER, inputs, type, result) {
                                $0.parameters.gather.axis = UInt32(axis)
                            })
                        try assertRuns(
                            model, [values], give: [values.picked(sources(dims, axis, indices), fill: fill)],
                            "\(type) \(dims), axis \(axis), fill \(hasFill)")
                    }
                }
            }
        }
    }

    func testBitsAlongEveryAxis() throws {
        for dims in Self.shapes {
            for axis in dims.indices {
                for fill in [nil, false, true] as [Bool?] {
                    var random = SeededRandom(seed: UInt64(axis + 1))
                    let values = random.signs(Shape(dims).count)
                    let indices = indices(dims[axis])
                    var result = dims
                    result[axis] = indices.count
                    let model = ModelDescription()
                    model.batch = 1
                    let bits = model.sign(model.input(dims), dims)
                    let picks = model.input([indices.count], name: "picks", type: BNNMF_INT32)
                    let inputs = [bits, picks] + (fill.map { [model.constantBit(isMinus: $0)] } ?? [])
                    let gathered = model.op(BNNMF_OP_GATHER, inputs, BNNMF_BITS, result) {
                        $0.parameters.gather.axis = UInt32(axis)
                    }
                    model.output(model.unpack(gathered, result))
                    // What counts the bits behind the last channel, too: each row with itself.
                    let rows = result.dropLast().reduce(1, *)
                    let flat = model.reshape(gathered, [rows, result.last!], BNNMF_BITS)
                    model.output(model.op(BNNMF_OP_BINARY_MATMUL, [flat, flat], BNNMF_INT32, [rows, rows]), name: "z")
                    let expected = sources(dims, axis, indices).map {
                        $0.map { values[$0] } ?? (fill == true ? -1 : 1)
                    }
                    var products: [Int32] = []
                    for a in 0..<rows {
                        for b in 0..<rows {
                            products.append(
                                (0..<result.last!).reduce(0) { sum, k in
                                    sum + Int32(expected[a * result.last! + k] * expected[b * result.last! + k])
                                })
                        }
                    }
                    try assertRuns(
                        model, [.float32(values), .int32(indices)], give: [.float32(expected), .int32(products)],
                        "\(dims), axis \(axis), fill \(String(describing: fill))")
                }
            }
        }
    }
}
