import BNNMIR
import BNNMPasses
import BNNMReport
import XCTest

/// What each binarizer became, in words, and how exact that is.
final class BinarizerListTests: XCTestCase {
    /// x → sign → convolution `conv` of ±1 weights → `behind` → sign `decision` → convolution.
    private func report(
        channels: Int = 3, _ behind: (inout SmallNetwork, Graph.ValueID) throws -> Graph.ValueID
    ) throws -> CompilationReport {
        var g = SmallNetwork([1, 3, 4, 4])
        let conv = try g.add(
            Conv(window: Window(kernel: 1)), try g.sign(g.x, name: "first"), g.signs([channels, 3, 1, 1]), nil,
            name: "conv")
        let decision = try g.sign(try behind(&g, conv), name: "decision")
        let y = try g.add(Conv(window: Window(kernel: 1)), decision, g.signs([2, channels, 1, 1]), nil, name: "last")
        return try g.report(y)
    }

    func testAChainOnAccumulatorsIsIntegerThresholds() throws {
        let report = try report { $1 }
        XCTAssertEqual(report.binarizers.map(\.name), ["first", "decision"])
        XCTAssertEqual(report.binarizers.map(\.folding), ["one float32 threshold", "3 integer thresholds"])
        XCTAssertEqual(report.binarizers.map(\.exactness), [.exactComparison, .exact])
        XCTAssertEqual(report.layers[0].note, "bits by 3 integer thresholds")
    }

    func testAChannelWithoutInfluenceIsConstantAndOneThatTurnsBackHasSwitchPoints() throws {
        let report = try report { g, conv in
            // |acc|·scale − 2, which is negative, turns back, and is negative.
            let folded = try g.add(Abs(), conv, name: "abs")
            let scaled = try g.add(Mul(), folded, g.constant([1, 3, 1, 1], [0, 1, 0.25]), name: "scale")
            return try g.add(Sub(), scaled, g.constant([], [2]), name: "shift")
        }
        let decision = try XCTUnwrap(report.binarizers.last)
        XCTAssertEqual(decision.folding, "1 with up to 2 integer switch points, 2 constant")
        XCTAssertEqual([decision.several, decision.constant, decision.mostSwitchPoints], [1, 2, 2])
    }

    func testAThresholdComputedForEachSampleIsSaid() throws {
        let report = try report { g, conv in
            let mean = try g.add(GlobalAveragePool(), conv, name: "mean")
            let threshold = try g.add(Tanh(), mean, name: "tanh")
            return try g.add(Sub(), conv, threshold, name: "difference")
        }
        let decision = try XCTUnwrap(report.binarizers.last)
        XCTAssertEqual(decision.domain, "accumulator, dynamic")
        XCTAssertEqual(decision.folding, "integer threshold of each sample and channel")
        XCTAssertEqual(decision.exactness, .exactComparison)
        XCTAssertTrue(
            report.layers[0].note.contains("integer thresholds computed for each sample"), report.layers[0].note)
    }

    /// relu → PyTorch's sign → convolution → sign → convolution.
    private func ternary(_ signZero: CompilationContext.SignZero) throws -> CompilationReport {
        var g = SmallNetwork([1, 3, 4, 4])
        let ternary = try g.add(Sign(), try g.add(Relu(), g.x, name: "relu"), name: "ternary")
        let conv = try g.add(
            Conv(window: Window(kernel: 1)), ternary, g.signs([3, 3, 1, 1]), nil, name: "conv")
        let shifted = try g.add(Add(), conv, g.constant([], [0.5]), name: "shifted")
        let decision = try g.sign(shifted, name: "decision")
        let y = try g.add(Conv(window: Window(kernel: 1)), decision, g.signs([2, 3, 1, 1]), nil, name: "last")
        return try g.report(y, signZero: signZero)
    }

    func testAMaskedSignIsOneBinarizerAndExact() throws {
        let report = try ternary(.exact)
        XCTAssertEqual(report.binarizers.map(\.name), ["ternary", "decision"])
        XCTAssertEqual(report.binarizers[0].note, "zeros are masked: its input passes the ReLU 'relu'")
        XCTAssertEqual(report.binarizers.map(\.exactness), [.exactComparison, .exact])
        XCTAssertEqual(report.layers.map(\.note), ["bits by 3 integer thresholds", "float32 α·acc"])
        XCTAssertEqual(report.strictFailures, [])
    }

    func testASignThatTheUserDecidedIsNotExact() throws {
        let report = try ternary(.minus)
        XCTAssertEqual(report.binarizers[0].exactness, .changed)
        XCTAssertEqual(
            report.strictFailures,
            [
                "binarizer 'ternary' is not exact: its input passes the ReLU 'relu'; decided -1 as --sign-zero asks"
            ])
    }

    func testASignThatStaysTernaryIsListed() throws {
        var g = SmallNetwork([1, 3, 4, 4])
        let ternary = try g.add(Sign(), try g.add(Relu(), g.x, name: "relu"), name: "ternary")
        let conv = try g.add(
            Conv(window: Window(kernel: 1)), ternary, g.signs([3, 3, 1, 1]), nil, name: "conv")
        let y = try g.add(Add(), conv, ternary, name: "sum")
        let report = try g.report(y)
        XCTAssertEqual(report.binarizers.map(\.folding), ["none: stays -1, 0, +1 in float"])
        XCTAssertEqual(report.layers.map { $0.reason?.code }, ["ternary-sign"])
        XCTAssertEqual(report.strictFailures.count, 1)
        XCTAssertTrue(report.strictFailures[0].contains("'conv'"), report.strictFailures[0])
    }

    func testTernarySignsStandWhereTheGraphHasThem() throws {
        var g = SmallNetwork([1, 3, 4, 4])
        var value = g.x
        for index in 0..<4 {
            value =
                index % 2 == 0
                ? try g.sign(value, name: "decision\(index)")
                : try g.add(Sign(), try g.add(Relu(), value, name: "relu\(index)"), name: "ternary\(index)")
            // Read by more than a layer, so that no mask fits.
            let conv = try g.add(
                Conv(window: Window(kernel: 1)), value, g.signs([3, 3, 1, 1]), nil, name: "conv\(index)")
            value = try g.add(Add(), conv, value, name: "sum\(index)")
        }
        XCTAssertEqual(
            try g.report(value).binarizers.map(\.name), ["decision0", "ternary1", "decision2", "ternary3"])
    }

    func testTheDecisionsOfPhasesAreOneBinarizer() throws {
        var g = SmallNetwork([1, 3, 4, 4])
        let up = try g.add(
            ConvTranspose(window: Window(kernel: 2, stride: 2)), try g.sign(g.x, name: "first"),
            g.signs([3, 3, 2, 2]), nil, name: "up")
        let decision = try g.sign(up, name: "decision")
        let y = try g.add(Conv(window: Window(kernel: 1)), decision, g.signs([2, 3, 1, 1]), nil, name: "last")
        let report = try g.report(y)
        XCTAssertEqual(report.binarizers.map(\.name), ["first", "decision"])
        let counts = report.binarizers[1]
        XCTAssertEqual(counts.rising + counts.falling + counts.constant + counts.several, 4 * 3)
    }
}
