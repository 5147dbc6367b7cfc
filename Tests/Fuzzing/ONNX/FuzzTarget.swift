import BNNMIR
import BNNMPacker
import BNNMPasses
import CBNNM
import Foundation

@testable import BNNMONNX

/// What libFuzzer calls with each input: an ONNX file is refused with an error, or compiled, every graph on the way
/// well-formed, opened by the engine, and run. A trap, an `InternalError`, or a model that the engine does not take is a
/// finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ byteCount: Int) -> CInt {
    do {
        let bytes = Data(UnsafeBufferPointer(start: data, count: byteCount))
        guard let graph = try imported(bytes), let model = try compiled(graph) else { return 0 }
        switch ModelTrial(model).run() {
        case .ran(BNNM_OK), .ran(BNNM_OUT_OF_MEMORY), .tooLarge: return 0
        case .refused(BNNM_LIMIT_EXCEEDED, explained: true): return 0
        case let outcome: fatalError("the compiled model: \(outcome)")
        }
    } catch let error as InternalError {
        fatalError("\(error)")
    } catch {
        guard !"\(error)".isEmpty else { fatalError("an error without a message") }
        return 0
    }
}

/// Elements of all values of a graph together, and of all constants computed in one step, at most: a small file may
/// honestly ask for hours.
private let elementLimit = 1 << 18, stepLimit = 1 << 22

/// The graph; nil where it is larger than a trial should be.
private func imported(_ bytes: Data) throws -> Graph? {
    let proto = try ModelFile.parse(bytes, path: "m.onnx")
    let graph = try ONNXImporter.importModel(
        proto, file: "m.onnx", folder: ExternalFiles.folder, options: ONNXImporter.Options(),
        decoders: OperatorDecoder.all
    ).graph
    var elementCount = 0
    for value in graph.values {
        let (sum, overflow) = elementCount.addingReportingOverflow(value.type.elementCount)
        guard !overflow, sum <= elementLimit else { return nil }
        elementCount = sum
    }
    return graph
}

/// The bytes of the model file.
private func compiled(_ imported: Graph) throws -> Data? {
    var graph = imported
    var context = CompilationContext()
    let passes: [any Pass] =
        [FoldConstants(elementLimit: elementLimit, stepLimit: stepLimit)] + Pipeline.passes.dropFirst()
    try Pipeline.run(passes, on: &graph, &context, verify: true)
    let path = "\(ExternalFiles.folder)/m.bnnm"
    try Packer.write(
        graph, Packer.Info(name: "m", producer: "fuzzer", target: .portable, sourceWeightBytes: 0), to: path)
    return try Data(contentsOf: URL(fileURLWithPath: path))
}
