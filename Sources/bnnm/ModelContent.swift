import BNNMPage
import BNNMReport
import Foundation

/// A compiled model's content, as `bnnm inspect` shows it: encoded as JSON, as text, as a page.
struct ModelContent: Encodable {
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
    /// Whether this machine wants binary weights in another layout than the file's.
    let isRepacked: Bool
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
        isRepacked = info.isRepacked
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
        let facts = facts.map { $0.name.padding(toLength: 10, withPad: " ", startingAt: 0) + $0.value }
        var lines = [headline] + facts + [""]
        lines += TextTable(header: Self.layerHeader, rightAligned: [3, 4], rows: layers.map(\.cells)).lines
        if !probes.isEmpty {
            lines.append("")
            lines +=
                TextTable(header: Self.probeHeader, rightAligned: [], rows: probes.map { [$0.name, $0.shape] }).lines
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The page of `bnnm inspect --html`.
    ///
    /// - Parameter path: of the model's file.
    func page(path: String) throws -> PageContent {
        var network = try Network(path: path)
        for (index, layer) in zip(network.layers.indices, layers) { network.layers[index].kernel = layer.kernel }
        var content = PageContent(title: name, summary: headline, network: network)
        content.facts = facts.map { PageContent.Fact($0.name, $0.value) }
        return content
    }

    private static let layerHeader = ["layer", "operator", "result (channel-last)", "MACs", "constants", "kernel"]
    private static let probeHeader = ["binarizer", "shape"]

    private var headline: String {
        "\(name), by \(producer), format \(format), weights laid out for \(target)"
            + (isRepacked ? ", repacked for this machine" : "")
    }

    private var facts: [(name: String, value: String)] {
        var facts = [(name: "batch", value: batch)]
        facts += inputs.map { ("input", "\($0.name) \($0.type ?? "")\($0.shape)") }
        facts += outputs.map { ("output", "\($0.name) \($0.type ?? "")\($0.shape)") }
        facts.append(("constants", "\(weightBytes.byteText) (\(sourceWeightBytes.byteText) in the ONNX model)"))
        facts.append(("arena", arenaBytes.byteText))
        if checks > 0 { facts.append(("embedded", "\(checks) check\(checks == 1 ? "" : "s")")) }
        return facts
    }
}

extension ModelContent.Layer {
    fileprivate var cells: [String] {
        [name, `operator`, result, macs.grouped, weightBytes.byteText, kernel]
    }
}

extension [Int] {
    /// `[1,8,8,64]`.
    fileprivate var bracketed: String { "[" + map(String.init).joined(separator: ",") + "]" }
}
