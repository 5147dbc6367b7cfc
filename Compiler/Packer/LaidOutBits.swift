import BNNMFormat
import BNNMIR

/// Weights of a binary convolution in the layout that a target's kernels want, as 64-bit words.
struct LaidOutBits {
    let layout: bnnmf_weight_layout
    let words: [UInt64]

    /// - Parameters:
    ///   - weights: ±1, [M,C/g,kh,kw]
    ///   - isMasked: whether the convolution has a mask
    init(_ weights: Tensor, groups: Int, for target: WeightTarget, isMasked: Bool) {
        let portable = weights.bitBlocks(groups: groups)
        var shape = bnnmf_weight_shape(
            groups: UInt32(groups), out_channels: UInt32(weights.shape[0] / groups),
            taps: UInt32(weights.shape[2] * weights.shape[3]), channels: UInt32(weights.shape[1]))
        layout = bnnmf_weight_layout_for(target.code, &shape, isMasked ? 1 : 0)
        guard layout != BNNMF_LAYOUT_WORDS else {
            words = portable
            return
        }
        var result = [UInt64](repeating: 0, count: groups * Int(bnnmf_weight_group_size(layout, &shape)) / 8)
        bnnmf_weights_from_words(layout, &shape, portable, &result)
        words = result
    }
}
