import BNNMFormat
import BNNMIR

/// Weights of a float convolution in the layout that kernels take.
struct LaidOutFloats {
    let layout: bnnmf_float_layout
    let floats: [Float]

    /// - Parameter weights: [M,C/g,kh,kw]
    init(_ weights: Tensor, groups: Int) {
        let rows = weights.channelsInnermost(groups: groups)
        var shape = bnnmf_weight_shape(
            groups: UInt32(groups), out_channels: UInt32(weights.shape[0] / groups),
            taps: UInt32(weights.shape[2] * weights.shape[3]), channels: UInt32(weights.shape[1]))
        layout = bnnmf_float_layout_for(&shape)
        let count = Int(bnnmf_float_weights_size(layout, &shape)) / MemoryLayout<Float>.stride
        floats = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            bnnmf_floats_from_rows(&shape, rows, buffer.baseAddress)
            initialized = count
        }
    }
}
