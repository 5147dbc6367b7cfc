import BNNMFormat
import BNNMKernels
import CBNNM

/// How the weights of a binary convolution whose padding counts differ from it, summed up over taps, so that a kernel
/// has what any box of taps differs from four sums (`padding_sums` of `bnnmk_binary_conv2d`).
struct PaddingSums {
    private let rowCount: Int, columnCount: Int
    /// Output channels of a group, rounded up to whole blocks.
    private let channelCount: Int
    private let groupCount: Int
    private let padValue: Int32

    /// - Parameters:
    ///   - padValue: what padding reads; 0 where it counts nothing
    init(_ window: bnnmf_window, _ shape: bnnmf_weight_shape, padValue: Int32) {
        rowCount = Int(window.kernel_h)
        columnCount = Int(window.kernel_w)
        let block = Int64(BNNMF_CHANNEL_BLOCK)
        channelCount = Int(clamping: dividedUp(Int64(shape.out_channels), by: block) &* block)
        groupCount = Int(shape.groups)
        self.padValue = padValue
    }

    /// Numbers of a group. Weights are in memory, and none takes less than half a byte, so that 64 bits hold it.
    var groupSumCount: Int {
        Int(clamping: (Int64(rowCount) &+ 1) &* (Int64(columnCount) &+ 1) &* Int64(channelCount))
    }

    /// Numbers of all groups; 0 where padding counts nothing.
    var count: Int {
        if padValue == 0 { return 0 }
        let (count, overflow) = groupSumCount.multipliedReportingOverflow(by: groupCount)
        return overflow ? .max : count
    }

    /// - Parameter sums: room for `count` numbers
    func make(of weights: LaidOutWeights, _ shape: bnnmf_weight_shape, to sums: UnsafeMutablePointer<UInt32>) {
        // What each tap has, [group][row][column][channel], at the start of the same memory.
        withUnsafePointer(to: shape) {
            bnnmf_weight_bit_counts(bnnmf_weight_layout(rawValue: weights.layout), $0, weights.bytes, sums)
        }
        // From the last to the first, so that none is overwritten before it is read.
        for group in stride(from: groupCount &- 1, through: 0, by: -1) {
            let counts = sums + group &* rowCount &* columnCount &* channelCount
            spread(counts, shape.channels, to: sums + group &* groupSumCount)
        }
        for group in 0..<groupCount { addUp(sums + group &* groupSumCount) }
    }

    /// Moves each tap's counts to the corner below and right of it. Padding of −1 has bit 1 in every channel, and differs
    /// where a weight has bit 0.
    private func spread(
        _ counts: UnsafeMutablePointer<UInt32>, _ channels: UInt32, to sums: UnsafeMutablePointer<UInt32>
    ) {
        for row in stride(from: rowCount &- 1, through: 0, by: -1) {
            for column in stride(from: columnCount &- 1, through: 0, by: -1) {
                let from = counts + (row &* columnCount &+ column) &* channelCount
                let to = sums + ((row &+ 1) &* (columnCount &+ 1) &+ column &+ 1) &* channelCount
                for m in stride(from: channelCount &- 1, through: 0, by: -1) {
                    to[m] = padValue < 0 ? channels &- from[m] : from[m]
                }
            }
        }
    }

    private func addUp(_ sums: UnsafeMutablePointer<UInt32>) {
        let rowStride = (columnCount &+ 1) &* channelCount
        for i in 0..<rowStride { sums[i] = 0 }
        for row in 1...rowCount {
            let line = sums + row &* rowStride
            for m in 0..<channelCount { line[m] = 0 }
            for i in channelCount..<rowStride {
                let above = line[i &- rowStride] &- line[i &- rowStride &- channelCount]
                line[i] = line[i] &+ line[i &- channelCount] &+ above
            }
        }
    }
}
