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
    /// - Parameter accept: gets the path of the finished file before that takes the place of `path`; where it throws, `path`
    ///   stays as it was.
    /// - Throws: `PackingError` where the operating system refuses or the graph exceeds the format's limits; what `accept` throws.
    public static func write(
        _ graph: Graph, _ info: Info, checks: [Check] = [], to path: String,
        accept: (_ temporaryPath: String) throws -> Void = { _ in }
    ) throws {
        let description = try ModelDescription(graph, info, checks: checks)
        var message = [CChar](repeating: 0, count: 1024)
        let status = try withoutActuallyEscaping(accept) { accept in
            let acceptance = Acceptance(accept)
            let status = description.withModel { model in
                withExtendedLifetime(acceptance) {
                    bnnmf_write_accepted_file(
                        model, path, { Acceptance.ask($0, $1) }, Unmanaged.passUnretained(acceptance).toOpaque(),
                        &message,
                        message.count)
                }
            }
            if let refusal = acceptance.refusal { throw refusal }
            return status
        }
        guard status == BNNMF_OK else {
            throw PackingError(
                description: String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }

    /// A Swift closure as the writer asks it.
    private final class Acceptance {
        private let accept: (String) throws -> Void
        private(set) var refusal: (any Error)?

        init(_ accept: @escaping (String) throws -> Void) { self.accept = accept }

        /// What the writer calls, with a pointer to an acceptance.
        static func ask(_ context: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?) -> bnnmf_status {
            guard let context, let path else { return BNNMF_CORRUPT }
            let acceptance = Unmanaged<Acceptance>.fromOpaque(context).takeUnretainedValue()
            do {
                try acceptance.accept(String(cString: path))
                return BNNMF_OK
            } catch {
                acceptance.refusal = error
                return BNNMF_CORRUPT
            }
        }
    }
}

public struct PackingError: Error, CustomStringConvertible {
    public let description: String
}
