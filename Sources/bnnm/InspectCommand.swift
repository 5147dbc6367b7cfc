import ArgumentParser
import BNNMReport
import Foundation

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what is in a compiled model.",
        discussion: "  bnnm inspect model.bnnm\n  bnnm inspect model.bnnm --json | jq .layers")

    @Argument(help: ArgumentHelp("The compiled model.", valueName: "model.bnnm"))
    var model: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let runtime = try Runtime(path: model, ExecutionOptions.parse([]))
        let content = try Content(runtime)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(content), as: UTF8.self))
        } else {
            print(content.text, terminator: "")
        }
    }
}

/// A compiled model's content, as `--json` prints it.
private struct Content: Encodable {
    struct Port: Encodable {
        let name: String
        let shape: String
        /// Of an input or output; nil of a binarizer.
        var type: String?
    }

    struct Layer: Encodable {
        let name: String
        let `operator`: String
        /// Channel-last, of one execution.
        let result: String
        let macs: Int
        let weightBytes: Int
        let kernel: String
    }

    let name, producer, target, format: String
    /// The name of the open batch dimension, or "fixed".
    let batch: String
    let weightBytes, sourceWeightBytes, arenaBytes: Int
    let inputs, outputs: [Port]
    let layers: [Layer]
    let probes: [Port]
    /// Executions with known results, which `bnnm run --check` repeats.
    let checks: Int

    init(_ runtime: Runtime) throws {
        let info = runtime.model.info
        name = info.name
        producer = info.producer
        target = info.target
        format = info.formatVersion
        batch = info.openBatch.map { "open ('\($0)')" } ?? "fixed"
        weightBytes = info.weightByteCount
        sourceWeightBytes = info.sourceWeightByteCount
        arenaBytes = info.arenaByteCount
        inputs = runtime.inputs.map { Port(name: $0.name, shape: $0.shapeText, type: $0.elementType.rawValue) }
        outputs = runtime.outputs.map { Port(name: $0.name, shape: $0.shapeText, type: $0.elementType.rawValue) }
        let session = try runtime.session()
        layers = runtime.model.layers.enumerated().map { index, layer in
            Layer(
                name: layer.name, operator: layer.operatorName,
                result: layer.elementType.rawValue + layer.shape.bracketed,
                macs: layer.multiplyAccumulates, weightBytes: layer.weightByteCount,
                kernel: session.kernel(ofLayer: index) ?? "")
        }
        checks = runtime.model.checkCount
        probes = runtime.probes.map { Port(name: $0.name, shape: $0.shape.bracketed) }
    }

    var text: String {
        var lines = [
            "\(name), by \(producer), format \(format), weights laid out for \(target)",
            "batch     \(batch)",
        ]
        lines += inputs.map { "input     \($0.name) \($0.type ?? "")\($0.shape)" }
        lines += outputs.map { "output    \($0.name) \($0.type ?? "")\($0.shape)" }
        lines.append("constants \(weightBytes.byteText) (\(sourceWeightBytes.byteText) in the ONNX model)")
        lines.append("arena     \(arenaBytes.byteText)")
        if checks > 0 { lines.append("embedded  \(checks) check\(checks == 1 ? "" : "s")") }
        lines.append("")
        lines +=
            TextTable(
                header: ["layer", "operator", "result (channel-last)", "MACs", "constants", "kernel"],
                rightAligned: [3, 4],
                rows: layers.map {
                    [$0.name, $0.operator, $0.result, $0.macs.grouped, $0.weightBytes.byteText, $0.kernel]
                }
            ).lines
        if !probes.isEmpty {
            lines.append("")
            lines +=
                TextTable(header: ["binarizer", "shape"], rightAligned: [], rows: probes.map { [$0.name, $0.shape] })
                .lines
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension [Int] {
    /// `[1,8,8,64]`.
    fileprivate var bracketed: String { "[" + map(String.init).joined(separator: ",") + "]" }
}
