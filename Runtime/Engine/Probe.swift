import BNNMFormat
import CBNNM

/// What a `bnnm_probe_view` points to: the bits of a binarizer's result, as they are during the callback.
struct ProbeView {
    let record: bnnmf_probe
    let tensor: Tensor
    let bits: UnsafePointer<UInt64>
    /// Where its bit is 0, or where it differs from that of `bits`, the value is 0; nil: nowhere.
    let mask: UnsafePointer<UInt64>?

    /// Writes every decision in the ONNX value's order of elements.
    func read(into decisions: UnsafeMutablePointer<Int8>) {
        let plus: Int8 = 1
        let minus: Int8 = record.encoding == BNNMF_PROBE_ZERO_ONE.rawValue ? 0 : -1
        let channels = Int(tensor.channels), rowWords = Int(tensor.rowWords)
        let differs = record.mask_differs == 1
        var next = decisions
        ElementOrder(record, tensor).forEach { element in
            let (row, channel) = (element / channels, element % channels)
            let word = row &* rowWords &+ channel / 64
            func bit(_ words: UnsafePointer<UInt64>) -> Bool { words[word] >> UInt64(channel % 64) & 1 == 1 }
            let isMinus = bit(bits), isZero = mask.map { bit($0) == (differs && !isMinus) } ?? false
            next.pointee = isZero ? 0 : isMinus ? minus : plus
            next += 1
        }
    }
}

@c @implementation
public func bnnm_probe_read(
    _ view: OpaquePointer?, _ decisions: UnsafeMutablePointer<Int8>?, _ count: Int
) -> bnnm_status {
    guard let view, let decisions else { return BNNM_INVALID_ARGUMENT }
    let probe = UnsafePointer<ProbeView>(view)
    guard count == probe.pointee.tensor.elementCount else { return BNNM_SHAPE_MISMATCH }
    probe.pointee.read(into: decisions)
    return BNNM_OK
}
