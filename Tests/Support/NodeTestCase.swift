// One of ONNX's own operator tests: a folder with a model, inputs, and the outputs it must give.

import BNNMIR
import Foundation

@testable import BNNMONNX

public struct NodeTestCase {
    public enum Verdict {
        case passed
        /// The importer does not take the model; why.
        case refused(String)
        /// The model was imported, and computes something else or nothing; what.
        case failed(String)
    }

    public let folder: URL
    public var name: String { folder.lastPathComponent }

    /// Why the recorded output is no single right answer; nil where it is.
    public var exclusion: String? { Self.exclusions[name] }

    private static let exclusions: [String: String] = [
        "test_resize_downsample_scales_linear_align_corners": alignsCorners,
        "test_resize_downsample_scales_cubic_align_corners": alignsCorners,
        "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True":
            "counts what ceil_mode adds behind the padding; PyTorch and ONNX Runtime, like us, do not",
        "test_training_dropout": drawsNumbers,
        "test_training_dropout_default": drawsNumbers,
        "test_training_dropout_default_mask": drawsNumbers,
        "test_training_dropout_mask": drawsNumbers,
    ]
    private static let drawsNumbers = "drops the elements that NumPy's random numbers say"
    private static let alignsCorners =
        "aligns the corners of a fractional output extent; PyTorch and ONNX Runtime, like us, those of the whole one"

    /// All cases in a folder, by name.
    public static func all(in folder: URL) throws -> [NodeTestCase] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { FileManager.default.fileExists(atPath: $0.appendingPathComponent("model.onnx").path) }
            .map { NodeTestCase(folder: $0) }
            .sorted { $0.name < $1.name }
    }

    /// Operators whose version 21 differs from the one before only in element types that the compiler does not have, so
    /// that a model of opset 21 with this one node means the same in opset 20.
    private static let sameInOpset20: Set<String> = [
        "Cast", "CastLike", "Constant", "ConstantOfShape", "Flatten", "Identity", "Pad", "Reshape", "Shape", "Size",
        "Squeeze", "Transpose", "Unsqueeze",
    ]

    /// The operators of the model; none where it cannot be read.
    public var operators: [String] { (try? model())?.graph.node.map(\.opType) ?? [] }

    /// The element types of the model's inputs and outputs, as ONNX numbers them.
    public var elementTypes: Set<Int32> {
        guard let graph = (try? model())?.graph else { return [] }
        return Set((graph.input + graph.output).map { $0.type.tensorType.elemType })
    }

    /// The model, in an opset that the importer accepts where its meaning is the same there.
    private func model() throws -> ONNXModelProto {
        var model = try ModelFile.read(path: folder.appendingPathComponent("model.onnx").path)
        // These tests give a node the opset in which its operator last changed, which may be older than any accepted.
        guard model.graph.node.count == 1, model.opsetImport.count == 1, model.opsetImport[0].domain.isEmpty else {
            return model
        }
        let opset = model.opsetImport[0].version
        if opset < 11 || (opset == 21 && Self.sameInOpset20.contains(model.graph.node[0].opType)) {
            model.opsetImport[0].version = 20
        }
        return model
    }

    /// Imports the model and compares what `execute` computes with what was recorded.
    ///
    /// - Parameter execute: the graph's outputs for the inputs left to it. What it throws is a refusal where `isRefusal`.
    public func run(
        isRefusal: (any Error) -> Bool = { _ in false }, execute: (Graph, [Tensor]) throws -> [Tensor]
    ) -> Verdict {
        let model: ONNXModelProto
        let inputs: [Tensor]
        let expected: [Tensor]
        do {
            model = try self.model()
            inputs = try tensors("input", count: model.graph.input.count)
            expected = try tensors("output", count: model.graph.output.count)
        } catch {
            return .refused("\(error)")
        }
        var refusals: [String] = []
        for isBound in Self.bindings {
            do {
                let (graph, open) = try imported(model, inputs: inputs, isBound)
                do {
                    return compare(try execute(graph, open), with: expected)
                } catch {
                    guard isRefusal(error) else { return .failed("\(error)") }
                    refusals.append("\(error)")
                }
            } catch {
                refusals.append("\(error)")
            }
        }
        // The last binding leaves the least open.
        return .refused(refusals.last ?? "")
    }

    /// Some operators want inputs known at compile time, which these models feed: first none is bound, then integers and
    /// bools behind the first, then all behind the first, then all.
    private static var bindings: [(Int, Tensor) -> Bool] {
        [{ _, _ in false }, { $0 > 0 && $1.elementType.isInteger }, { index, _ in index > 0 }, { _, _ in true }]
    }

    /// The graph and the inputs left to it.
    private func imported(
        _ model: ONNXModelProto, inputs: [Tensor], _ isBound: (Int, Tensor) -> Bool
    ) throws -> (Graph, [Tensor]) {
        var options = ONNXImporter.Options()
        var open: [Tensor] = []
        for (index, (info, tensor)) in zip(model.graph.input, inputs).enumerated() {
            if isBound(index, tensor) { options.constantInputs[info.name] = tensor } else { open.append(tensor) }
        }
        let imported = try ONNXImporter.importModel(
            model, file: name, folder: nil, options: options, decoders: OperatorDecoder.all)
        return (imported.graph, open)
    }

    private func tensors(_ kind: String, count: Int) throws -> [Tensor] {
        try (0..<count).map { index in
            let file = folder.appendingPathComponent("test_data_set_0/\(kind)_\(index).pb")
            let proto = try ONNXTensorProto(serializedBytes: try Data(contentsOf: file))
            return try TensorDecoder(externalData: ExternalData(folder: nil)).decode(proto)
        }
    }

    private func compare(_ results: [Tensor], with expected: [Tensor]) -> Verdict {
        guard results.count == expected.count else { return .failed("\(results.count) results, not \(expected.count)") }
        for (index, (result, right)) in zip(results, expected).enumerated() {
            guard result.type == right.type else {
                return .failed("output \(index) is \(result.type), not \(right.type)")
            }
            guard result.elementType.isFloat else {
                if result != right { return .failed("output \(index) differs") }
                continue
            }
            // Recorded by NumPy in the element type, whose sums round otherwise than ours: a few ulps of the terms.
            let relative = result.elementType == .float16 ? 2e-3 : 1e-4
            for (place, (a, b)) in zip(result.doubles, right.doubles).enumerated() {
                let close = a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-6 + relative * abs(b)
                if !close { return .failed("output \(index) is \(a) at \(place), not \(b)") }
            }
        }
        return .passed
    }
}
