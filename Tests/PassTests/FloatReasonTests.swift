import BNNMIR
import XCTest

@testable import BNNMPasses

/// A small network for each reason for which a layer stays in float; the layer is named `layer`.
final class FloatReasonTests: XCTestCase {
    private typealias Build = @Sendable (inout SmallGraph) throws -> Graph.ValueID

    private struct Example: Sendable {
        let kind: FloatReason.Kind
        let text: String
        let isFallback: Bool
        var input = [1, 2, 2, 2]
        let build: Build
    }

    private static func sign(_ g: inout SmallGraph, _ value: Graph.ValueID? = nil) throws -> Graph.ValueID {
        try g.signPlus(value ?? g.x, name: "sign")
    }

    /// A convolution of one output over 1×2 pixels.
    private static func layer(
        _ g: inout SmallGraph, _ input: Graph.ValueID, _ weights: [Float] = [1, -1, -1, 1], bias: Graph.ValueID? = nil
    ) throws -> Graph.ValueID {
        let window = Window(Window.Axis(kernel: 1), Window.Axis(kernel: weights.count / 2))
        let w = g.constant([1, 2, 1, weights.count / 2], weights)
        return try g.add(Conv(window: window), input, w, bias, name: "layer")
    }

    private static func product(
        _ g: inout SmallGraph, _ a: Graph.ValueID, _ b: Graph.ValueID
    ) throws -> Graph.ValueID { try g.add(MatMul(), a, b, name: "layer") }

    private static func transposed(_ g: inout SmallGraph, _ value: Graph.ValueID) throws -> Graph.ValueID {
        try g.add(Transpose(permutation: [0, 1, 3, 2]), value)
    }

    private static let real: [Float] = [1, 0.5, -0.25, 2]

    private static let examples = [
        Example(kind: .realOperands, text: "its input and its weights are real-valued", isFallback: false) {
            try layer(&$0, $0.x, real)
        },
        Example(kind: .realOperands, text: "its operands are real-valued", isFallback: false) {
            try product(&$0, $0.x, try transposed(&$0, $0.x))
        },
        Example(
            kind: .realInput, text: "its weights take two values, but its input is real-valued", isFallback: false
        ) { try layer(&$0, $0.x) },
        Example(
            kind: .realInput, text: "its weights take two values, but its input is real-valued", isFallback: false,
            input: [2, 2, 2]
        ) { g in try product(&g, g.x, g.constant([2, 2, 2], [1, -1, 1, 1, 1, -1, -1, 1])) },
        Example(
            kind: .realOperand, text: "its left operand is binary, but its right operand is not", isFallback: false
        ) { try product(&$0, try sign(&$0), try transposed(&$0, $0.x)) },
        Example(
            kind: .realWeights,
            text: "its input is binary, but its weights take more than two values: in output channel 0, w is 1.0 at"
                + " element 0, besides -0.25 and 2.0",
            isFallback: false
        ) { try layer(&$0, try sign(&$0), real) },
        Example(
            kind: .realWeights,
            text: "its input is made of decisions, but its weights take more than two values: in output channel 0, w is"
                + " 1.0 at element 0, besides -0.25 and 2.0",
            isFallback: false
        ) { g in try layer(&g, try joined(&g), real) },
        Example(
            kind: .realWeights, text: "its input is binary, but its weights take more than two values",
            isFallback: false, input: [2, 2, 2]
        ) { g in try product(&g, try sign(&g), g.constant([2, 2, 2], real + real)) },
        Example(
            kind: .infiniteWeights, text: "its input is binary, but its weights are not finite in output channel 0",
            isFallback: false
        ) { try layer(&$0, try sign(&$0), [1, .infinity, 1, 1]) },
        Example(
            kind: .computedWeights, text: "its input is binary, but its weights depend on the model's input",
            isFallback: false
        ) { g in try g.add(Conv(window: Window(kernel: 2)), try sign(&g), g.x, nil, name: "layer") },
        Example(
            kind: .computedWeights, text: "its input is binary, but its weights depend on the model's input",
            isFallback: true
        ) { g in
            let decided = try sign(&g)
            return try g.add(Conv(window: Window(kernel: 2)), decided, decided, nil, name: "layer")
        },
        Example(
            kind: .computedBias, text: "its input is binary, but its bias depends on the model's input",
            isFallback: true, input: [1, 2, 1, 1]
        ) { g in
            let bias = try g.add(Reshape(), g.x, g.integers([2]))
            let w = g.constant([2, 2, 1, 1], [1, -1, 1, 1])
            return try g.add(Conv(window: Window(kernel: 1)), try sign(&g), w, bias, name: "layer")
        },
        Example(
            kind: .otherPadding,
            text: "its input is binary, but it is padded with 0.5, which is neither of its two values", isFallback: true
        ) { g in
            let padded = try g.add(Pad(), try sign(&g), g.integers([0, 0, 1, 1, 0, 0, 1, 1]), g.number(0.5))
            return try layer(&g, padded)
        },
        Example(
            kind: .otherPadding,
            text: "its input is binary, but it is padded with 0.5, which is neither of its two values",
            isFallback: false
        ) { g in
            let padded = try g.add(Pad(), try sign(&g), g.integers([0, 0, 1, 1, 0, 0, 1, 1]), g.number(0.5))
            return try layer(&g, padded, real)
        },
        Example(
            kind: .tooManyProducts,
            text: "its operands are binary, but its 16777217 products an output are more than the 16777216 that"
                + " accumulators hold exactly",
            isFallback: true, input: [1, 1, 1, 1 << 24 + 1]
        ) { g in
            let decided = try sign(&g)
            return try product(&g, decided, try transposed(&g, decided))
        },
        Example(
            kind: .mixedGroup, text: "its input is binary, but it takes other values in other channels of a group",
            isFallback: true
        ) { g in try layer(&g, try g.add(Mul(), try sign(&g), g.constant([1, 2, 1, 1], [1, 2]))) },
        Example(
            kind: .factorsBeyondFloat, text: "its input is binary, but its factors are beyond float32",
            isFallback: true
        ) { g in
            try layer(&g, try g.add(Mul(), try sign(&g), g.number(1e30)), [1e30, -1e30, 1e30, 1e30])
        },
        Example(
            kind: .factorsBeyondFloat, text: "its operands are binary, but their scales are beyond float32",
            isFallback: true
        ) { g in
            let scaled = try g.add(Mul(), try sign(&g), g.number(1e30))
            return try product(&g, scaled, try transposed(&g, scaled))
        },
        Example(
            kind: .vectorOperand, text: "its operands are binary, but one of them has a single axis", isFallback: true,
            input: [4]
        ) { g in
            let decided = try sign(&g)
            return try product(&g, decided, try g.add(Reshape(), decided, g.integers([4, 1])))
        },
        Example(
            kind: .otherNumbers,
            text: "its operands are binary, but the numbers of one are neither ±s nor 0 and s everywhere",
            isFallback: true
        ) { g in
            let decided = try sign(&g)
            return try product(&g, decided, try transposed(&g, try g.add(Add(), decided, g.number(0.5))))
        },
        Example(
            kind: .severalMatrices,
            text:
                "its operands are binary, but of forms that no convolution has: [2,2,2] · [2,2,2], one of them constant",
            isFallback: true, input: [2, 2, 2]
        ) { g in try product(&g, try sign(&g), g.constant([2, 2, 2], [1, -1, 1, 1, 1, -1, -1, 1])) },
        Example(
            kind: .ternarySign,
            text:
                "its input is the ternary sign 'ternary', which stays in float; --sign-zero plus|minus makes it binary",
            isFallback: true
        ) { g in
            let ternary = try g.add(Sign(), try g.add(Relu(), g.x), name: "ternary")
            g.output(try g.add(Add(), ternary, g.x), name: "other")
            return try layer(&g, try g.add(MaxPool(window: Window(kernel: 1)), ternary))
        },
        Example(
            kind: .ternarySign,
            text:
                "its left operand is the ternary sign 'ternary', which stays in float; --sign-zero plus|minus makes it"
                + " binary",
            isFallback: true
        ) { g in
            let ternary = try g.add(Sign(), try g.add(Relu(), g.x), name: "ternary")
            return try product(&g, ternary, try transposed(&g, try sign(&g)))
        },
        Example(
            kind: .unrecognizedDecision,
            text: "its input is decided by a condition at 'choice' (Where) that is no known spelling of a binarizer",
            isFallback: true
        ) { g in
            let condition = try g.add(GreaterOrEqual(), g.x, g.number(0))
            return try layer(&g, try g.add(Where(), condition, g.number(2), g.number(-2), name: "choice"))
        },
        Example(
            kind: .movedDecisions,
            text: "its input is made of decisions, but they pass 'joined' (Concat), behind which they"
                + " are not followed",
            isFallback: true
        ) { g in try layer(&g, try joined(&g)) },
        Example(
            kind: .movedDecisions,
            text:
                "its input is made of decisions, but they pass 'enlarged' (Resize), behind which they are not followed",
            isFallback: true
        ) { g in
            let scales = g.constant([4], [1, 1, 2, 2])
            let enlarged = try g.add(
                Resize(mode: .nearest, transformation: .asymmetric), try sign(&g), nil, scales, name: "enlarged")
            return try layer(&g, enlarged)
        },
        Example(kind: .realOperands, text: "its input and its weights are real-valued", isFallback: false) { g in
            let averaged = try g.add(AveragePool(window: Window(kernel: 2)), try sign(&g), name: "averaged")
            return try g.add(
                Conv(window: Window(kernel: 1)), averaged, g.constant([1, 2, 1, 1], [1, 0.5]), nil, name: "layer")
        },
        Example(
            kind: .unevenDecisions,
            text:
                "its input is made of decisions, but they do not stand for two different finite numbers in each channel",
            isFallback: true
        ) { g in try layer(&g, try g.add(Mul(), try sign(&g), g.constant([1, 1, 2, 2], [1, 2, 3, 4]))) },
        Example(
            kind: .combinedDecisions, text: "its input combines several decisions at 'both' (Mul)", isFallback: true
        ) { g in
            let other = try sign(&g, try g.add(Sub(), g.x, g.number(0.5)))
            return try layer(&g, try g.add(Mul(), try sign(&g), other, name: "both"))
        },
        Example(
            kind: .combinedDecisions, text: "its input combines several decisions at 'sum' (Add)", isFallback: false
        ) { g in
            let other = try sign(&g, try g.add(Sub(), g.x, g.number(0.5)))
            return try layer(&g, try g.add(Add(), try sign(&g), other, name: "sum"))
        },
    ]

    /// Half of decisions, joined with other such numbers: a channel each.
    private static func joined(_ g: inout SmallGraph) throws -> Graph.ValueID {
        let codes = try g.add(Mul(), try sign(&g), g.number(0.5))
        let first = try g.add(Slice(), g.x, g.integers([0]), g.integers([1]), g.integers([1]))
        let other = try g.add(Mul(), try sign(&g, first), g.number(0.25))
        let kept = try g.add(Slice(), codes, g.integers([0]), g.integers([1]), g.integers([1]))
        return try g.add(Concat(axis: 1), kept, other, name: "joined")
    }

    func testEveryReasonIsGivenWhereItHolds() throws {
        for example in Self.examples {
            var g = SmallGraph(example.input)
            let y = try example.build(&g)
            g.output(y)
            let context = try g.compiled(Pipeline.toReference).context
            let reason = try XCTUnwrap(context.floatLayers["layer"], example.text)
            XCTAssertEqual(reason.text, example.text)
            XCTAssertEqual(reason.kind, example.kind, example.text)
            XCTAssertEqual(reason.isFallback, example.isFallback, example.text)
        }
    }

    func testEveryReasonHasAnExampleAndThoseThatStrictRefusesOneThatIsRefused() {
        for kind in FloatReason.Kind.allCases {
            let examples = Self.examples.filter { $0.kind == kind }
            XCTAssertFalse(examples.isEmpty, "\(kind) has no example")
            XCTAssertEqual(examples.contains { $0.isFallback }, kind.canBeFallback, "\(kind)")
        }
    }

    func testALayerThatStaysInFloatComputesTheSame() throws {
        for example in Self.examples where example.input.reduce(1, *) <= 8 && example.kind != .computedWeights {
            guard ![.computedBias, .infiniteWeights].contains(example.kind) else { continue }
            var g = SmallGraph(example.input)
            g.output(try example.build(&g))
            let graph = try g.compiled().graph
            try assertSameMeaning(
                g.graph, graph, for: (0..<example.input.reduce(1, *)).map { Float($0 % 5) - 1.75 }, accuracy: 1e-4,
                example.text)
        }
    }
}
