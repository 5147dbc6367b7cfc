import BNNMFormat
import CBNNM

/// What a `bnnm_probe_view` points to: the bits of a binarizer's result, as they are during the callback.
struct ProbeView {
    let record: bnnmf_probe
    let tensor: Tensor
    let bits: UnsafePointer<UInt64>
    /// Where its bit is 0, the value is 0; nil: nowhere.
    let mask: UnsafePointer<UInt64>?

    /// Writes every decision in the ONNX value's order of elements.
    func read(into decisions: UnsafeMutablePointer<Int8>) {
        let plus: Int8 = 1
        let minus: Int8 = record.encoding == BNNMF_PROBE_ZERO_ONE.rawValue ? 0 : -1
        let channels = Int(tensor.channels), rowWords = Int(tensor.rowWords), rows = Int(tensor.rows)
        // Channels first: a row is a pixel of image n, and its channel c stands at [n][c][pixel].
        let pixels = record.channels_first == 1 ? rows / Int(tensor.dims[0]) : 1
        for row in 0..<rows {
            let words = bits + row &* rowWords
            let (image, pixel) = (row / pixels, row % pixels)
            for channel in 0..<channels {
                let isMinus = words[channel / 64] >> UInt64(channel % 64) & 1 == 1
                let isMasked =
                    mask.map { $0[row &* rowWords &+ channel / 64] >> UInt64(channel % 64) & 1 == 0 } ?? false
                decisions[(image &* channels &+ channel) &* pixels &+ pixel] = isMasked ? 0 : isMinus ? minus : plus
            }
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
