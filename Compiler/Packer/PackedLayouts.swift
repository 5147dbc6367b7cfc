import BNNMFormat
import BNNMIR

// The orders in which constants are stored; `bnnm_format.h` defines them.
extension Tensor {
    /// Integers known to fit 32 bits.
    var int32s: [Int32] { (integers ?? []).map { Int32(truncatingIfNeeded: $0) } }

    /// Convolution weights [M,C/g,kh,kw] as [g][kh][kw][C/g][M/g].
    func channelsInnermost(groups: Int) -> [Float] {
        let grouped = reshaped([groups, shape[0] / groups] + shape.dropFirst())
        return grouped.permuted([0, 3, 4, 2, 1]).floats
    }

    /// ±1 weights [M,C/g,kh,kw] as words [g][B][kh][kw][S][block]: bit 1 is −1, input channels along the bits of a word,
    /// output channels of a block innermost.
    func bitBlocks(groups: Int) -> [UInt64] {
        let block = Int(BNNMF_CHANNEL_BLOCK)
        let (channels, kernelHeight, kernelWidth) = (shape[1], shape[2], shape[3])
        let outputs = shape[0] / groups
        let blocks = (outputs + block - 1) / block, words = (channels + 63) / 64
        let signs = integers ?? []
        let taps = kernelHeight * kernelWidth
        var result = [UInt64](repeating: 0, count: groups * blocks * taps * words * block)
        signs.withUnsafeBufferPointer { signs in
            result.withUnsafeMutableBufferPointer { result in
                for output in 0..<shape[0] {
                    let (group, m) = (output / outputs, output % outputs)
                    let first = (group * blocks + m / block) * taps
                    for channel in 0..<channels {
                        let source = (output * channels + channel) * taps
                        let bit = UInt64(1) << UInt64(channel % 64)
                        for tap in 0..<taps where signs[source + tap] < 0 {
                            result[((first + tap) * words + channel / 64) * block + m % block] |= bit
                        }
                    }
                }
            }
        }
        return result
    }

    /// Booleans, one bit a channel, in words.
    var bitMask: [UInt64] {
        let flags = integers ?? []
        var result = [UInt64](repeating: 0, count: (flags.count + 63) / 64)
        for (index, flag) in flags.enumerated() where flag != 0 { result[index / 64] |= 1 << UInt64(index % 64) }
        return result
    }

    /// Constants for one sample of a value of `shape` (memory order), behind `leading` axes of their own: broadcast along
    /// the last axis, or to the whole sample where they differ elsewhere. With their count per leading element.
    func repeating(over shape: [Int], leading: Int) -> (tensor: Tensor, period: Int) {
        let front = Array(self.shape.prefix(leading)), own = self.shape.dropFirst(leading)
        var sample = Array(shape.dropFirst())
        if own.dropLast().allSatisfy({ $0 == 1 }) {
            sample = [Int](repeating: 1, count: max(0, own.count - 1)) + sample.suffix(1)
        }
        return (broadcast(to: front + sample), sample.reduce(1, *))
    }
}
