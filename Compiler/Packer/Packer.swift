import BNNMFormat
import BNNMIR

/// Turns a laid-out graph into a `.bnnm` file: every node one operator record, every constant a packed blob.
public enum Packer {
    /// What a model file says about itself.
    public struct Info: Sendable {
        public var name: String
        public var producer: String
        /// What binary weights are laid out for.
        public var target: WeightTarget
        /// Bytes of the ONNX initializers.
        public var sourceWeightBytes: UInt64

        public init(name: String, producer: String, target: WeightTarget, sourceWeightBytes: UInt64) {
            self.name = name
            self.producer = producer
            self.target = target
            self.sourceWeightBytes = sourceWeightBytes
        }
    }

    /// Writes the file whole or not at all.
    /// - Throws: `PackingError` where the operating system refuses or the graph exceeds the format's limits.
    public static func write(_ graph: Graph, _ info: Info, checks: [Check] = [], to path: String) throws {
        let description = try ModelDescription(graph, info, checks: checks)
        var message = [CChar](repeating: 0, count: 1024)
        let status = description.withModel { bnnmf_write_file($0, path, &message, message.count) }
        guard status == BNNMF_OK else {
            throw PackingError(
                description: String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }
}

public struct PackingError: Error, CustomStringConvertible {
    public let description: String
}
