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
                let device = DeviceSupport.ofOperators[decoder.opType]?.cells ?? ["no entry in DeviceSupport", ""]
                let cells =
                    [
                        "`\(decoder.opType)`", decoder.domain.isEmpty ? "" : "`\(decoder.domain)`",
                        opsets(decoder.opsets),
                    ] + device + [decoder.restrictions]
                return "|" + cells.map { $0.isEmpty ? " |" : " \($0) |" }.joined()
            }
        return ["| operator | domain | opsets | device | element types | restrictions |", "|---|---|---|---|---|---|"]
            + rows
    }

    private static func opsets(_ range: ClosedRange<Int>) -> String {
        if range.upperBound == .max { return "from \(range.lowerBound)" }
        return range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}

/// Where an operator may stand so that a model with it compiles, and on values of which types. What the runtime has is
/// decided in `LayoutBuilder.lower`, what disappears before it by the passes that precede it; ONNX's node tests hold it
/// to that (`DeviceNodeTests`).
private enum DeviceSupport {
    /// On values of these types that depend on the model's input; the page's prose has the conditions.
    case real, numbers, any, logic, comparison
    /// On such values too, but only as part of a binarizer.
    case folded
    /// Only where its result is known at compile time.
    case constants

    /// The cells "device" and "element types".
    var cells: [String] {
        switch self {
        case .real: ["yes", "float32"]
        case .numbers: ["yes", "float32, int32, int64"]
        case .any: ["yes", "float32, int32, int64, bool"]
        case .logic: ["yes", "bool"]
        case .comparison: ["yes", "float32, int32, int64 → bool"]
        case .folded: ["as part of a binarizer", "float32"]
        case .constants: ["constants only", "every type"]
        }
    }

    static let ofOperators: [String: DeviceSupport] = [
        // Arithmetic.
        "Add": .numbers, "Sub": .numbers, "Mul": .numbers, "Div": .numbers, "Min": .numbers, "Max": .numbers,
        "Sign": .numbers, "Neg": .numbers, "Abs": .numbers, "Pow": .numbers, "Mod": .constants,
        "Sqrt": .real, "Reciprocal": .real, "Exp": .real, "Log": .real, "Erf": .real, "Sin": .real, "Cos": .real,
        "Floor": .real, "Ceil": .real, "Round": .real,

        // Activations.
        "Relu": .numbers, "Clip": .numbers, "LeakyRelu": .real, "PRelu": .real, "Elu": .real, "Sigmoid": .real,
        "HardSigmoid": .real, "HardSwish": .real, "Tanh": .real, "Softplus": .real, "Gelu": .real,
        "Softmax": .real, "LogSoftmax": .real,

        // Comparisons and choices.
        "Equal": .comparison, "Less": .comparison, "LessOrEqual": .comparison, "Greater": .comparison,
        "GreaterOrEqual": .comparison, "Not": .logic, "And": .logic, "Or": .logic, "Xor": .logic, "Where": .any,
        "Cast": .any, "CastLike": .any, "BipolarQuant": .folded, "OneHot": .any,

        // Layers.
        "Conv": .real, "ConvTranspose": .real, "MatMul": .real, "Gemm": .real, "BatchNormalization": .real,
        "LayerNormalization": .real,

        // Pools and reductions.
        "MaxPool": .real, "AveragePool": .real, "GlobalAveragePool": .real, "GlobalMaxPool": .real,
        "ReduceSum": .numbers, "ReduceMean": .real, "ReduceMax": .any, "ReduceMin": .any, "ReduceProd": .numbers,
        "ReduceL1": .numbers, "ReduceL2": .real, "ReduceSumSquare": .numbers, "ArgMax": .numbers, "ArgMin": .numbers,

        // Shapes and movement.
        "Identity": .any, "Dropout": .any, "Reshape": .any, "Flatten": .any, "Squeeze": .any, "Unsqueeze": .any,
        "Expand": .any, "Tile": .any, "Transpose": .any, "Pad": .any, "Concat": .any, "Split": .any, "Slice": .any,
        "Gather": .any, "DepthToSpace": .any, "SpaceToDepth": .any, "Resize": .real,

        // Known at compile time by their nature.
        "Shape": .constants, "Size": .constants, "Constant": .constants, "ConstantOfShape": .constants,
        "Range": .constants,
    ]
}
