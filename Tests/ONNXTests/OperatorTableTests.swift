// docs/operators.md lists what the compiler reads: its table is made of the decoders, and compared with the page here.
// `BNNM_BLESS=1 swift test --filter OperatorTableTests` (scripts/generate-operator-table.sh) writes it anew.

import Foundation
import Testing

@testable import BNNMONNX

@Suite struct OperatorTableTests {
    private static let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/operators.md")

    private static let blesses = ProcessInfo.processInfo.environment["BNNM_BLESS"] == "1"

    @Test func everyDecoderHasADeviceEntryAndEveryEntryADecoder() {
        let decoded = Set(OperatorDecoder.all.map(\.opType))
        let described = Set(DeviceSupport.ofOperators.keys)
        #expect(decoded.subtracting(described).sorted() == [], "no entry in DeviceSupport.ofOperators")
        #expect(described.subtracting(decoded).sorted() == [], "no decoder of this name")
    }

    @Test func everyOperatorIsDecodedInOnePlace() {
        let names = OperatorDecoder.all.map { "\($0.domain).\($0.opType)" }
        #expect(Set(names).count == names.count)
    }

    @Test func theTableOfTheDocumentationIsThatOfTheDecoders() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let lines = text.components(separatedBy: "\n")
        let expected = Self.table
        let start = try #require(lines.firstIndex(of: expected[0]), "docs/operators.md has no line '\(expected[0])'")
        let end = lines[start...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        if Self.blesses {
            let page = lines[..<start] + expected + lines[end...]
            try page.joined(separator: "\n").write(to: Self.page, atomically: true, encoding: .utf8)
            return
        }
        let found = Array(lines[start..<end])
        for (line, (old, new)) in zip(found, expected).enumerated() {
            #expect(old == new, "docs/operators.md:\(start + line + 1); BNNM_BLESS=1 writes the table anew")
        }
        #expect(found.count == expected.count, "rows of docs/operators.md; BNNM_BLESS=1 writes the table anew")
    }

    /// The lines of the table, operators in alphabetical order.
    private static var table: [String] {
        let rows = OperatorDecoder.all
            .sorted { ($0.opType, $0.domain) < ($1.opType, $1.domain) }
            .map { decoder in
                let cells = [
                    "`\(decoder.opType)`", decoder.domain.isEmpty ? "" : "`\(decoder.domain)`", opsets(decoder.opsets),
                    DeviceSupport.ofOperators[decoder.opType]?.rawValue ?? "no entry in DeviceSupport",
                    decoder.restrictions,
                ]
                return "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
            }
        return ["| operator | domain | opsets | device | restrictions |", "|---|---|---|---|---|"] + rows
    }

    private static func opsets(_ range: ClosedRange<Int>) -> String {
        if range.upperBound == .max { return "from \(range.lowerBound)" }
        return range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}

/// Where an operator may stand so that a model with it compiles. Kept by hand: what the runtime has is decided in
/// `LayoutBuilder.lower`, what disappears before it by the passes that precede it.
private enum DeviceSupport: String {
    /// On values that depend on the model's input; the page's prose has the conditions.
    case yes
    /// On such values too, but only where a pass folds it into a binarizer's comparison or into the next layer.
    case folded = "as part of a binarizer or layer"
    /// Only where its result is known at compile time.
    case constants = "constants only"

    static let ofOperators: [String: DeviceSupport] = [
        // Arithmetic. What is not `yes` is evaluated when decisions are folded (`Elementwise.isElementwise`).
        "Add": .yes, "Sub": .yes, "Mul": .yes, "Div": .yes, "Min": .yes, "Max": .yes, "Sign": .yes,
        "Neg": .yes, "Abs": .yes, "Sqrt": .folded, "Reciprocal": .folded, "Exp": .folded, "Log": .folded,
        "Erf": .folded, "Sin": .folded, "Cos": .folded, "Floor": .folded, "Ceil": .folded, "Round": .folded,
        "Pow": .folded, "Mod": .constants,

        // Activations.
        "Relu": .yes, "Clip": .yes,
        "LeakyRelu": .yes, "PRelu": .yes, "Elu": .folded, "Sigmoid": .yes, "HardSigmoid": .folded,
        "HardSwish": .folded, "Tanh": .yes, "Softplus": .folded, "Gelu": .folded,
        "Softmax": .constants, "LogSoftmax": .constants,

        // Comparisons: the spellings of binarizers (`RecognizeBinarizers`), and what stands before binarizers.
        "Equal": .folded, "Less": .folded, "LessOrEqual": .folded, "Greater": .folded, "GreaterOrEqual": .folded,
        "Not": .folded, "And": .folded, "Or": .folded, "Where": .folded, "Cast": .folded, "BipolarQuant": .folded,
        "Xor": .constants, "CastLike": .constants,

        // Layers. `CanonicalizeLinearLayers` and `CanonicalizeBatchNormalizations` give the runtime's operators.
        "Conv": .yes, "MatMul": .yes, "Gemm": .yes, "BatchNormalization": .yes,
        "ConvTranspose": .constants, "LayerNormalization": .constants,

        // Pools and reductions.
        "MaxPool": .yes, "AveragePool": .yes, "GlobalAveragePool": .yes,
        "GlobalMaxPool": .constants, "ReduceSum": .constants, "ReduceMean": .yes, "ReduceMax": .constants,
        "ReduceMin": .constants, "ReduceProd": .constants, "ReduceL1": .constants, "ReduceL2": .constants,
        "ReduceSumSquare": .constants, "ArgMin": .constants,
        // Recognized as a binarizer over two scores, but the Gather that picks them apart has no runtime form.
        "ArgMax": .folded,

        // Shapes. `EliminateNoOps` removes Identity and Dropout; `CanonicalizeReshapes` spells the others as Reshape.
        "Identity": .yes, "Dropout": .yes, "Reshape": .yes, "Flatten": .yes, "Squeeze": .yes, "Unsqueeze": .yes,
        "Expand": .constants, "Tile": .constants, "Shape": .constants, "Size": .constants,

        // Movement. `MergeZeroPads` and `FormBinaryLayers` make a Pad the padding of a convolution.
        "Transpose": .yes, "Pad": .folded,
        "Concat": .yes, "Split": .constants, "Slice": .constants, "Gather": .constants,
        "DepthToSpace": .yes, "SpaceToDepth": .yes, "Resize": .constants,

        // Makers of constants.
        "Constant": .constants, "ConstantOfShape": .constants, "Range": .constants, "OneHot": .constants,
    ]
}
