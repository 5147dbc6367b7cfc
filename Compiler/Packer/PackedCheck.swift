import BNNMFormat
import BNNMIR

/// One execution with known results, for a machine to prove itself on.
public struct Check: Sendable {
    /// Of each graph input and output, for one execution, in ONNX order of elements.
    public var inputs: [Tensor]
    public var outputs: [Tensor]
    /// By probe name: −1/+1 in the ONNX value's order of elements.
    public var decisions: [String: [Int64]]
    /// Of outputs, relative to the largest magnitude in each.
    public var tolerance: Float

    public init(inputs: [Tensor], outputs: [Tensor], decisions: [String: [Int64]], tolerance: Float) {
        self.inputs = inputs
        self.outputs = outputs
        self.decisions = decisions
        self.tolerance = tolerance
    }
}

extension Tensor {
    /// Decisions as they stand in the runtime's memory: rows of the last axis in whole 64-bit words, bit 1 for −1.
    var packedBits: [UInt64] {
        let channels = shape.last ?? 1, words = (channels + 63) / 64
        var result = [UInt64](repeating: 0, count: elementCount / max(1, channels) * words)
        for (index, decision) in (integers ?? []).enumerated() where decision < 0 {
            let (row, channel) = (index / channels, index % channels)
            result[row * words + channel / 64] |= 1 << UInt64(channel % 64)
        }
        return result
    }

    /// CRC-32C of `packedBits`.
    var bitsHash: UInt32 { packedBits.withUnsafeBytes { bnnmf_crc32c(0, $0.baseAddress, $0.count) } }
}
