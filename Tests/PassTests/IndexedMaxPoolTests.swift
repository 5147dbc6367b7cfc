import BNNMIR
import TestSupport
import XCTest

@testable import BNNMPasses

/// MaxPool with the places of the greatest elements, in the interpreter and as what the passes make of it.
final class IndexedMaxPoolTests: XCTestCase {
    /// Values and indices straight from the definition.
    private func reference(_ pool: IndexedMaxPool, _ x: Tensor, to shape: [Int]) -> (values: [Float], indices: [Float])
    {
        let extents = [Int](x.shape[2...]), plane = extents.reduce(1, *)
        func places(_ shape: [Int]) -> [[Int]] {
            shape.reduce([[]]) { places, extent in places.flatMap { place in (0..<extent).map { place + [$0] } } }
        }
        var values: [Float] = [], indices: [Float] = []
        for channel in 0..<shape[0] * shape[1] {
            for output in places([Int](shape[2...])) {
                var best: (value: Float, index: Int)?
                for tap in places(pool.axes.map(\.kernel)) {
                    let at = pool.axes.indices.map {
                        output[$0] * pool.axes[$0].stride - pool.axes[$0].padBegin + tap[$0] * pool.axes[$0].dilation
                    }
                    guard zip(at, extents).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
                    let element = zip(at, extents).reduce(0) { $0 * $1.1 + $1.0 }
                    let number =
                        pool.isColumnMajor ? zip(at, extents).reversed().reduce(0) { $0 * $1.1 + $1.0 } : element
                    let value = x.floats[channel * plane + element]
                    if best == nil || value > best!.value || value.isNaN && !best!.value.isNaN {
                        best = (value, channel * plane + number)
                    }
                }
                values.append(best!.value)
                indices.append(Float(best!.index))
            }
        }
        return (values, indices)
    }

    func testValuesAndPlacesAreThoseOfTheDefinition() throws {
        var tried = 0, padded = 0
        for seed in 0..<400 {
            var random = SeededRandom(seed: seed)
            let rank = random.below(3) + 1
            let axes = (0..<rank).map { _ -> Window.Axis in
                var axis = Window.Axis(
                    kernel: random.below(3) + 1, stride: random.below(3) + 1, dilation: random.below(2) + 1)
                axis.padBegin = random.below(axis.kernel)
                axis.padEnd = random.below(axis.kernel)
                return axis
            }
            let pool = try IndexedMaxPool(
                axes: axes, ceilMode: random.chance(1, in: 2), isColumnMajor: random.chance(1, in: 2))
            let shape = [random.below(2) + 1, random.below(2) + 1] + axes.map { _ in random.below(4) + 2 }
            let g = SmallGraph(shape)
            var graph = g.graph
            // A window of padding alone has no greatest element.
            guard let results = try? graph.append(pool, [g.x], name: "pool") else { continue }
            graph.outputs = results.map { Graph.Output(name: "y\($0)", value: $0) }
            tried += 1
            if axes.contains(where: { $0.padBegin > 0 }) { padded += 1 }
            // Few different numbers, so that many are equal; the least of all, which padding must not win over.
            let input = (0..<shape.reduce(1, *)).map { _ in
                random.chance(1, in: 5) ? -Float.infinity : random.chance(1, in: 30) ? .nan : Float(random.below(3))
            }
            let expected = reference(pool, Tensor(shape, input), to: graph[results[0]].type.shape)
            var compiled = graph
            var context = CompilationContext()
            try Pipeline.run(on: &compiled, &context, verify: true)
            for (graph, what) in [(graph, "interpreter"), (compiled, "compiled")] {
                let found = try graph.outputs(for: input)
                XCTAssertTrue(
                    zip(found[0], expected.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN },
                    "seed \(seed), \(what): \(found[0]), not \(expected.values); \(pool)")
                XCTAssertEqual(found[1], expected.indices, "seed \(seed), \(what): \(pool) of \(input)")
            }
        }
        XCTAssertGreaterThan(tried, 200)
        XCTAssertGreaterThan(padded, 50)
    }

    func testAWindowOfPaddingAloneIsRefused() throws {
        let axis = Window.Axis(kernel: 2, dilation: 3, padBegin: 1, padEnd: 1)
        let pool = try IndexedMaxPool(axes: [axis])
        XCTAssertThrowsError(try pool.inferTypes([Operand(TensorType(.float32, [1, 1, 2]))])) {
            XCTAssertTrue("\($0)".contains("covers padding alone along spatial axis 0"), "\($0)")
        }
        XCTAssertThrowsError(try IndexedMaxPool(axes: [Window.Axis](repeating: axis, count: 4))) {
            XCTAssertEqual("\($0)", "the window has 4 axes; 1 to 3 spatial axes are supported")
        }
    }
}
