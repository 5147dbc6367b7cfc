import BNNM
import BNNMFormat
import TestSupport
import XCTest

func BNNMSessionRun(_ description: ModelDescription, _ inputs: [[Float]]) throws -> [[Float]] {
    try BNNMSession(description.open()).run(inputs)
}

/// Tensors that share memory with others: results in place, reshapes, outputs that are inputs, constants or each other.
final class SharedMemoryTests: EngineTestCase {
    func testOutputMayBeInputConstantTwiceOrReshaped() throws {
        let model = ModelDescription()
        let x = model.input([1, 2, 2])
        let constant = model.tensor(BNNMF_FLOAT32, [3], blob: model.blob([7, 8, 9] as [Float]))
        let flat = model.reshape(x, [1, 4])
        let sum = model.elementwise(BNNMF_ADD, flat, flat, [1, 4])
        let again = model.reshape(sum, [4])
        let clamped = model.clamp(again, [4], 0, 4)
        for (name, tensor) in [
            ("x", x), ("c", constant), ("flat", flat), ("sum", sum), ("again", again), ("clamped", clamped),
            ("sum2", sum),
        ] {
            model.output(tensor, name: name)
        }
        try assertRuns(
            model, [[1, 2, 3, -4, 5, 6, 7, 8]], executions: 2,
            give: [
                [1, 2, 3, -4, 5, 6, 7, 8], [7, 8, 9, 7, 8, 9], [1, 2, 3, -4, 5, 6, 7, 8],
                [2, 4, 6, -8, 10, 12, 14, 16],
                [2, 4, 6, -8, 10, 12, 14, 16], [2, 4, 4, 0, 4, 4, 4, 4], [2, 4, 6, -8, 10, 12, 14, 16],
            ])
    }

    func testInPlaceResultDoesNotDestroyWhatIsReadLater() throws {
        let model = ModelDescription()
        let x = model.input([1, 4])
        let a = model.scaleShift(x, [1, 4], [2], [0])
        let b = model.clamp(a, [1, 4], 0, 3)  // a is read later: not in place
        let c = model.elementwise(BNNMF_ADD, b, a, [1, 4])
        let d = model.elementwise(BNNMF_SUBTRACT, c, c, [1, 4])
        let e = model.elementwise(BNNMF_MAXIMUM, d, b, [1, 4])
        model.output(e)
        try assertRuns(model, [[1, 2, -3, 4]], give: [[2, 3, 0, 3]])
    }

    func testBroadcastReshapeOfTheSameMemoryIsNotOverwritten() throws {
        let model = ModelDescription()
        let x = model.input([1, 3])
        let a = model.scaleShift(x, [1, 3], [2], [0])
        let column = model.reshape(a, [3, 1])
        let y = model.elementwise(BNNMF_MULTIPLY, a, column, [3, 3])
        let one = model.reshape(a, [1, 1, 3])
        let z = model.elementwise(BNNMF_SUBTRACT, one, column, [1, 3, 3])
        model.output(y)
        model.output(z, name: "z")
        try assertRuns(
            model, [[1, 2, 3]],
            give: [[4, 8, 12, 8, 16, 24, 12, 24, 36], [0, 2, 4, -2, 0, 2, -4, -2, 0]])
    }

    func testChainArenaIsNoLargerThanItsLargestPair() throws {
        let model = ModelDescription()
        var x = model.input([1, 16, 16, 32])
        var dims = [1, 16, 16, 32]
        for index in 0..<20 {
            let next = index % 2 == 0 ? [1, 32, 16, 16] : [1, 16, 16, 32]
            x = model.op(BNNMF_OP_TRANSPOSE, [x], BNNMF_FLOAT32, next) {
                $0.parameters.transpose.rank = 4
                $0.parameters.transpose.permutation =
                    index % 2 == 0 ? (0, 3, 1, 2, 0, 0, 0, 0) : (0, 2, 3, 1, 0, 0, 0, 0)
            }
            x = model.clamp(x, next, -1000, 1000)
            dims = next
        }
        model.output(model.scaleShift(x, dims, [1], [0]))
        let values = (0..<8192).map { Float($0 % 1000) }
        // Two of equal size at any time.
        XCTAssertEqual(try model.open().info.liveByteCount, 2 * 8192 * 4)
        XCTAssertEqual(try model.open().info.arenaByteCount, 2 * 8192 * 4)
        try assertRuns(model, [values], give: [values])
    }

    func testAnEpiloguesValuesAreWrittenOverAnOperandThatNobodyReadsLater() throws {
        let dims = [1, 8, 8, 64]
        let values = (0..<4096).map { Float($0 % 100) - 50 }
        for readsLater in [false, true] {
            let model = ModelDescription()
            let x = model.scaleShift(model.input(dims), dims, [2], [0])
            let residual = model.scaleShift(x, dims, [-1], [1])
            let epilogue = EpilogueDescription(
                steps: [.combine(BNNMF_STEP_ADD, values: [], tensor: residual), .clamp(-3, 100)], stores: 7)
            let record = epilogue.record(model, channels: 64)
            let y = model.op(BNNMF_OP_MAP, [x, residual], BNNMF_FLOAT32, dims) {
                $0.parameters.map.epilogue = record
            }
            let more = model.moreResults([(BNNMF_BITS, dims), (BNNMF_FLOAT32, [1, 1, 1, 64])])
            let sum = model.elementwise(BNNMF_ADD, y, readsLater ? x : y, dims)
            model.output(model.scaleShift(sum, dims, [1], [0]))
            model.output(model.unpack(more[0], dims), name: "decisions")
            model.output(more[1], name: "averages")
            let whole = 4096 * 4
            XCTAssertLessThanOrEqual(try model.open().info.arenaByteCount, whole * (readsLater ? 3 : 2) + 8192)
            // 2x + (1 - 2x) is 1.
            try assertRuns(
                model, [values],
                give: [
                    values.map { readsLater ? 1 + 2 * $0 : 2 }, values.map { _ in -1 },
                    [Float](repeating: 1, count: 64),
                ])
        }
    }

    func testRandomGraphsKeepLiveTensorsApart() throws {
        for seed in 0..<60 {
            var random = SeededRandom(seed: seed)
            let model = ModelDescription()
            let dims = [1, 3, 5]
            var tensors = [model.input(dims)]
            var values = [random.integers(15)]
            for _ in 0..<25 {
                let a = Int.random(in: max(0, tensors.count - 6)..<tensors.count, using: &random)
                let b = Int.random(in: max(0, tensors.count - 6)..<tensors.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0:
                    tensors.append(model.clamp(tensors[a], dims, -5, 6))
                    values.append(values[a].map { min(max($0, -5), 6) })
                case 1:
                    tensors.append(model.scaleShift(tensors[a], dims, [-1], [2]))
                    values.append(values[a].map { -$0 + 2 })
                case 2:
                    tensors.append(model.reshape(model.reshape(tensors[a], [15]), dims))
                    values.append(values[a])
                case 3:
                    tensors.append(model.unpack(model.sign(tensors[a], dims), dims))
                    values.append(values[a].map { $0 >= 0 ? 1 : -1 })
                default:
                    tensors.append(model.elementwise(BNNMF_SUBTRACT, tensors[a], tensors[b], dims))
                    values.append(zip(values[a], values[b]).map { $0 - $1 })
                }
            }
            var expected: [[Float]] = []
            for index in [0, 7, 13, 13, tensors.count - 1] {
                model.output(tensors[index], name: "y\(expected.count)")
                expected.append(values[index])
            }
            try assertRuns(model, [values[0]], give: expected, "seed \(seed)")
        }
    }
}
