import BNNMIR
import BNNMPasses
import BNNMReport
import XCTest

/// One row for each layer of the model, whatever it is executed as, with the sums of its parts.
final class LayerListTests: XCTestCase {
    func testATransposedConvolutionIsOneLayerOfItsPhases() throws {
        var g = SmallNetwork([1, 3, 4, 5])
        let y = try g.add(
            ConvTranspose(window: Window(kernel: 4, stride: 2, pad: 1)), try g.sign(g.x, name: "sign"),
            g.signs([3, 2, 4, 4]), nil, name: "up")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map(\.name), ["up"])
        let layer = report.layers[0]
        XCTAssertEqual(layer.operator, "ConvTranspose")
        XCTAssertEqual(layer.kind, .binary)
        XCTAssertEqual(layer.inputShape, [1, 3, 4, 5])
        XCTAssertEqual(layer.outputShape, [1, 2, 8, 10])
        // Every weight meets every input once.
        XCTAssertEqual(layer.macs, 3 * 4 * 5 * 2 * 4 * 4)
        XCTAssertEqual(layer.weightBytesBefore, 3 * 2 * 4 * 4 * 4)
        XCTAssertEqual(layer.parts.map(\.role), [.phase, .phase, .phase, .phase])
        XCTAssertEqual(layer.parts.map(\.macs).reduce(0, +), layer.macs)
        XCTAssertEqual(layer.parts.map(\.weightBytesAfter).reduce(0, +), layer.weightBytesAfter)
        XCTAssertEqual((report.binaryLayers, report.floatLayers).0, 1)
        XCTAssertEqual(report.floatLayers, 0)
        XCTAssertEqual(report.binaryMACs, layer.macs)
        XCTAssertTrue(report.text.contains("4 phases"), report.text)
    }

    func testPhasesOfDifferentKindsAreTwoLayers() throws {
        var g = SmallNetwork([1, 2, 3, 3])
        // Phase (0, 0) has real weights, the three others ±1.
        let weights: [Float] = (0..<2 * 2 * 6 * 6).map { index in
            let (row, column) = (index / 6 % 6, index % 6)
            let sign: Float = index % 5 < 2 ? -1 : 1
            return row % 2 == 0 && column % 2 == 0 ? sign * Float(index) : sign
        }
        let y = try g.add(
            ConvTranspose(window: Window(kernel: 6, stride: 2, pad: 2)), try g.sign(g.x, name: "sign"),
            g.constant([2, 2, 6, 6], weights), nil, name: "up")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map(\.name), ["up", "up"])
        XCTAssertEqual(Set(report.layers.map(\.kind)), [.binary, .float])
        XCTAssertEqual(report.layers.map(\.parts.count).sorted(), [1, 3])
        XCTAssertEqual(report.layers.map(\.macs).reduce(0, +), 2 * 3 * 3 * 2 * 6 * 6)
        XCTAssertEqual(report.layers.first { $0.kind == .float }?.reason?.code, "real-weights")
        XCTAssertEqual(report.strictFailures, [])
    }

    func testWindowSumsBelongToTheirLayer() throws {
        var g = SmallNetwork([1, 4, 3, 3])
        let weights: [Float] = (0..<2 * 4 * 3 * 3).map { $0 % 3 == 0 ? 0.7 : -0.1 }
        let y = try g.add(
            Conv(window: Window(kernel: 3, pad: 1)), try g.sign(g.x, name: "sign"), g.constant([2, 4, 3, 3], weights),
            nil, name: "conv")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map(\.name), ["conv"])
        let layer = report.layers[0]
        XCTAssertEqual(layer.kind, .binary)
        XCTAssertEqual(Set(layer.parts.map(\.role)), [.main, .windowSum])
        XCTAssertEqual(layer.macs, 2 * 4 * 9 * 9)
        XCTAssertEqual(report.binaryMACs, layer.macs)
        XCTAssertEqual(layer.parts.map(\.weightBytesAfter).reduce(0, +), layer.weightBytesAfter)
        XCTAssertTrue(report.text.contains("with sums of its input"), report.text)
    }

    func testBothProductsOfABinaryAttentionAreLayers() throws {
        var g = SmallNetwork([1, 2, 6, 5])
        let queries = try g.sign(g.x, name: "queries")
        let keys = try g.add(Transpose(permutation: [0, 1, 3, 2]), queries, name: "keys")
        let scores = try g.add(MatMul(), queries, keys, name: "scores")
        let y = try g.add(MatMul(), try g.sign(scores, name: "map"), queries, name: "mixed")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map(\.name), ["scores", "mixed"])
        XCTAssertEqual(report.layers.map(\.kind), [.binary, .binary])
        XCTAssertEqual(report.layers.map(\.macs), [2 * 6 * 6 * 5, 2 * 6 * 5 * 6])
        XCTAssertEqual(report.layers.map(\.parts.count), [0, 0])
    }

    func testLinearLayersHaveTheShapesOfTheModel() throws {
        var g = SmallNetwork([1, 7, 12])
        let y = try g.add(MatMul(), try g.sign(g.x, name: "sign"), g.signs([12, 5]), name: "tokens")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map(\.operator), ["MatMul"])
        XCTAssertEqual(report.layers[0].inputShape, [1, 7, 12])
        XCTAssertEqual(report.layers[0].outputShape, [1, 7, 5])
        XCTAssertEqual(report.layers[0].macs, 7 * 12 * 5)
    }

    func testAProductWithSeveralConstantMatricesIsALayer() throws {
        var g = SmallNetwork([2, 3, 4])
        let weights = g.constant([2, 4, 5], (0..<40).map { Float($0) })
        let y = try g.add(MatMul(), g.x, weights, name: "heads")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map(\.name), ["heads"])
        XCTAssertEqual(report.layers[0].kind, .float)
        XCTAssertEqual(report.layers[0].reason?.code, "real-operands")
        XCTAssertEqual(report.layers[0].macs, 2 * 3 * 4 * 5)
        XCTAssertEqual(report.layers[0].weightBytesBefore, 160)
    }

    func testEveryFloatLayerHasAReason() throws {
        var g = SmallNetwork([1, 3, 4, 4])
        let window = Window(kernel: 3, pad: 1)
        let real = g.constant([4, 3, 3, 3], (0..<108).map { Float($0 % 17) - 8 })
        let first = try g.add(Conv(window: window), g.x, real, nil, name: "first")
        let head = g.constant([2, 4, 3, 3], (0..<72).map { Float($0 % 13) - 6 })
        let y = try g.add(Conv(window: window), try g.sign(first, name: "sign"), head, nil, name: "head")
        let report = try g.report(y)
        XCTAssertEqual(report.layers.map { $0.reason?.code }, ["real-operands", "real-weights"])
        XCTAssertEqual(report.layers.map { $0.reason?.isFallback }, [false, false])
        XCTAssertEqual(report.strictFailures, [])
        for code in ["real-operands", "real-weights"] { XCTAssertTrue(report.text.contains(code), report.text) }
    }

    func testALayerThatCouldHaveBeenBinaryIsMarkedAndRefused() throws {
        var g = SmallNetwork([1, 2, 3, 3])
        let condition = try g.add(Greater(), g.x, g.constant([], [0]), name: "condition")
        let codes = try g.add(Where(), condition, g.constant([], [3]), g.constant([], [-3]), name: "codes")
        let y = try g.add(Conv(window: Window(kernel: 3)), codes, g.signs([2, 2, 3, 3]), nil, name: "conv")
        let report = try g.report(y)
        XCTAssertEqual(report.layers[0].reason?.code, "unrecognized-decision")
        XCTAssertEqual(
            report.strictFailures,
            [
                "layer 'conv' (Conv) stays in float: its input is decided by a condition at 'codes' (Where) that is no"
                    + " known spelling of a binarizer"
            ])
        XCTAssertTrue(report.text.contains("float (!)"), report.text)
    }
}
