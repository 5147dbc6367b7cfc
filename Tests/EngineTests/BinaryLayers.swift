import BNNMFormat
import TestSupport

/// Binary convolutions for tests: weights as ±1 numbers [tap][channel of the group][output channel].
struct BinaryLayer {
    var window: bnnmf_window
    var groups = 1
    var padValue: Int32 = 0
    var channels: Int
    var outChannels: Int
    var weights: [Float]

    init(
        _ window: bnnmf_window, groups: Int = 1, pad: Int32 = 0, _ channels: Int, _ outChannels: Int,
        _ random: inout SeededRandom
    ) {
        (self.window, self.groups, padValue) = (window, groups, pad)
        (self.channels, self.outChannels) = (channels, outChannels)
        weights = random.signs(Int(window.kernel_h * window.kernel_w) * channels / groups * outChannels)
    }

    func weight(_ tap: Int, _ k: Int, _ m: Int) -> Float { weights[(tap * (channels / groups) + k) * outChannels + m] }

    func accumulators(_ x: Image) -> Image {
        x.conv(window, groups: groups, channels: outChannels, pad: Float(padValue), weight)
    }

    /// As bnnm_format.h lays weights out.
    var packed: [UInt64] {
        let taps = Int(window.kernel_h * window.kernel_w), perGroup = channels / groups, outs = outChannels / groups
        let words = (perGroup + 63) / 64, blocks = (outs + 7) / 8
        var result = [UInt64](repeating: 0, count: groups * blocks * taps * words * 8)
        for m in 0..<outChannels {
            for tap in 0..<taps {
                for k in 0..<perGroup where weight(tap, k, m) < 0 {
                    let (group, local) = (m / outs, m % outs)
                    let word = (((group * blocks + local / 8) * taps + tap) * words + k / 64) * 8 + local % 8
                    result[word] |= 1 << UInt64(k % 64)
                }
            }
        }
        return result
    }

    func add(
        to model: ModelDescription, _ x: UInt32, _ dims: [Int], _ type: bnnmf_element_type, points: [Int32] = [],
        scale: [Float] = [], bias: [Float] = [], limits: (Float, Float) = (-.infinity, .infinity)
    ) -> UInt32 {
        let parameters = parameters(model, points: points, scale: scale, bias: bias, limits: limits)
        return model.op(BNNMF_OP_BINARY_CONV2D, [x], type, dims) { $0.parameters.binary_conv2d = parameters }
    }

    func parameters(
        _ model: ModelDescription, points: [Int32] = [], scale: [Float] = [], bias: [Float] = [],
        limits: (Float, Float) = (-.infinity, .infinity), mask: UInt32 = 0, epilogue: bnnmf_epilogue = .none
    ) -> bnnmf_binary_conv2d {
        let none = UInt32.max
        return bnnmf_binary_conv2d(
            window: window, groups: UInt32(groups), pad_value: padValue, weights: model.blob(packed),
            switch_points: points.isEmpty ? none : model.blob(points), switch_count: UInt32(points.count / outChannels),
            scale: scale.isEmpty ? none : model.blob(scale), bias: bias.isEmpty ? none : model.blob(bias),
            minimum: limits.0, maximum: limits.1, mask: mask, layout: 0, epilogue: epilogue)
    }
}
