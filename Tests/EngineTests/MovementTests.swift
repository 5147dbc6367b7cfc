import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// What moves elements of any type: transposes of every width, reshapes and concatenations.
final class MovementTests: EngineTestCase {
    /// Every order of `count` axes.
    private func permutations(_ count: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return permutations(count - 1).flatMap { short in
            (0...short.count).map { short.prefix($0) + [count - 1] + short.dropFirst($0) }
        }.map { Array($0) }
    }

    private func transpose(
        _ model: ModelDescription, _ x: UInt32, _ type: bnnmf_element_type, _ dims: [Int], _ order: [Int]
    )
        -> UInt32
    {
        model.op(BNNMF_OP_TRANSPOSE, [x], type, order.map { dims[$0] }) {
            $0.parameters.transpose.rank = UInt32(order.count)
            withUnsafeMutableBytes(of: &$0.parameters.transpose.permutation) { axes in
                for (position, axis) in order.enumerated() {
                    axes.storeBytes(of: UInt32(axis), toByteOffset: position * 4, as: UInt32.self)
                }
            }
        }
    }

    private func sources(_ dims: [Int], _ order: [Int]) -> [Int] {
        let result = Shape(order.map { dims[$0] })
        return (0..<result.count).map { position in
            var coordinates = [Int](repeating: 0, count: dims.count)
            for (axis, index) in zip(order, result.coordinates(position)) { coordinates[axis] = index }
            return Shape(dims).position(coordinates)
        }
    }

    func testTransposesOfNumbers() throws {
        for type in [BNNMF_FLOAT32, BNNMF_INT32, BNNMF_INT64, BNNMF_BOOL] {
            for dims in [[], [5], [3, 4], [2, 3, 4], [2, 1, 3, 130], [2, 2, 2, 2]] {
                for order in permutations(dims.count) {
                    var random = SeededRandom(seed: 9)
                    let values = BNNMValues.random(type, Shape(dims).count, &random)
                    let model = ModelDescription()
                    model.batch = 1
                    model.output(transpose(model, model.input(dims, type: type), type, dims, order))
                    try assertRuns(
                        model, [values], give: [values.picked(sources(dims, order), fill: .zero(type))],
                        "\(type) \(dims) \(order)")
                }
            }
        }
    }

    func testTransposesOfEightAxes() throws {
        let dims = [2, 2, 2, 2, 2, 2, 2, 2]
        for order in [[7, 6, 5, 4, 3, 2, 1, 0], [1, 0, 3, 2, 5, 4, 7, 6]] {
            for type in [BNNMF_INT64, BNNMF_BOOL, BNNMF_FLOAT32] {
                var random = SeededRandom(seed: 10)
                let values = BNNMValues.random(type, 256, &random)
                let model = ModelDescription()
                model.batch = 1
                model.output(transpose(model, model.input(dims, type: type), type, dims, order))
                try assertRuns(model, [values], give: [values.picked(sources(dims, order), fill: .zero(type))])
            }
        }
        let order = [6, 5, 4, 3, 2, 1, 0, 7]
        var random = SeededRandom(seed: 11)
        let values = random.signs(256)
        let model = ModelDescription()
        model.batch = 1
        let bits = model.sign(model.input(dims), dims)
        model.output(model.unpack(transpose(model, bits, BNNMF_BITS, dims, order), dims))
        try assertRuns(model, [values], give: [sources(dims, order).map { values[$0] }])
    }

    func testTransposesOfBitsKeepTheLastAxis() throws {
        for channels in [1, 63, 64, 65, 127, 128, 129] {
            for front in permutations(3) {
                let (dims, order) = ([2, 3, 4, channels], front + [3])
                var random = SeededRandom(seed: 12)
                let values = random.signs(Shape(dims).count)
                let model = ModelDescription()
                model.batch = 1
                let bits = model.sign(model.input(dims), dims)
                let moved = transpose(model, bits, BNNMF_BITS, dims, order)
                model.output(model.unpack(moved, order.map { dims[$0] }))
                try assertRuns(
                    model, [values], give: [sources(dims, order).map { values[$0] }], "\(channels) channels, \(order)")
            }
        }
    }

    func testReshapesAndConcatenationsOfEveryType() throws {
        for type in [BNNMF_INT32, BNNMF_INT64, BNNMF_BOOL] {
            var random = SeededRandom(seed: 13)
            let a = BNNMValues.random(type, 6, &random), b = BNNMValues.random(type, 4, &random)
            let model = ModelDescription()
            model.batch = 1
            let x = model.reshape(model.input([6], name: "a", type: type), [2, 3], type)
            let y = model.op(BNNMF_OP_CONCAT, [x, model.input([2, 2], name: "b", type: type)], type, [2, 5]) {
                $0.parameters.concat.axis = 1
            }
            model.output(model.reshape(y, [5, 2], type))
            let rows = [a[0..<3], b[0..<2], a[3..<6], b[2..<4]]
            let joined: BNNMValues =
                switch type {
                case BNNMF_INT32: .int32(rows.flatMap { Int32.elements(of: $0)! })
                case BNNMF_INT64: .int64(rows.flatMap { Int64.elements(of: $0)! })
                default: .bool(rows.flatMap { Bool.elements(of: $0)! })
                }
            try assertRuns(model, [a, b], give: [joined], "\(type)")
        }
    }
}
