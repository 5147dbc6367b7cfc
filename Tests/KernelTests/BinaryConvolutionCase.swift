// One binary convolution to check: its operands in -1 / +1, the naive result, and the call of a kernel on packed bits.

import BNNMKernels
import TestSupport

struct BinaryConvolutionCase: CustomStringConvertible {
    enum Padding: CaseIterable {
        case none, plus, minus, mixed
    }

    var seed: UInt64
    var geometry: WindowGeometry
    var channels: Int
    var outChannels: Int
    var channelOffset = 0
    var outputChannels: Int
    /// Words between pixels that belong to other groups.
    var extraStride = 0
    var padding = Padding.none
    var inputPattern = SignPattern.random
    var weightPattern = SignPattern.random
    var switchCount = 1
    var hasBias = true
    /// Only some inputs count; without padding that counts.
    var hasMask = false

    init(seed: UInt64, geometry: WindowGeometry, channels: Int, outChannels: Int) {
        self.seed = seed
        self.geometry = geometry
        self.channels = channels
        self.outChannels = outChannels
        outputChannels = outChannels
    }

    /// The operands, drawn from the seed, and the accumulators by plain arithmetic.
    func operands() -> BinaryConvolutionOperands {
        BinaryConvolutionOperands(self)
    }

    var description: String {
        "seed \(seed): \(geometry) channels \(channels) of stride \(wordCount(channels) + extraStride) words -> "
            + "\(outChannels) at \(channelOffset) of \(outputChannels), padding \(padding), input \(inputPattern), "
            + "weights \(weightPattern), \(switchCount) switch points, bias \(hasBias), mask \(hasMask)"
    }
}

struct BinaryConvolutionOperands {
    let test: BinaryConvolutionCase
    let input: [Int8]  // [pixel][channel]
    let weights: [Int8]  // [out channel][tap][channel]
    let padPixel: [Int8]?
    let mask: [Int8]?  // as the input: 1 counts, 0 does not
    let switchPoints: [Int32]  // [switch][output channel]
    let scale: [Float], bias: [Float]
    let accumulators: [Int]  // [output pixel][out channel]
    let minimum: Float, maximum: Float

    init(_ test: BinaryConvolutionCase) {
        self.test = test
        var random = SeededRandom(seed: test.seed)
        let g = test.geometry
        let tapCount = g.kernelHeight * g.kernelWidth
        input = test.inputPattern.values(g.inHeight * g.inWidth * test.channels, using: &random)
        weights = test.weightPattern.values(test.outChannels * tapCount * test.channels, using: &random)
        switch test.padding {
        case .none: padPixel = nil
        case .plus: padPixel = SignPattern.plus.values(test.channels, using: &random)
        case .minus: padPixel = SignPattern.minus.values(test.channels, using: &random)
        case .mixed: padPixel = SignPattern.random.values(test.channels, using: &random)
        }
        let x = input
        let kept = test.hasMask ? x.map { _ in Int8(random.below(3) == 0 ? 0 : 1) } : nil
        mask = kept
        let counted = kept.map { zip(x, $0).map { $0 * $1 } } ?? x
        let results = Self.convolve(test, counted, weights, padPixel)
        accumulators = results

        // Points at and beside values that occur, and absent ones.
        var points = [Int32](repeating: 0, count: test.switchCount * test.outputChannels)
        for c in 0..<test.outputChannels {
            var column: [Int32] = (0..<test.switchCount).map { _ in
                let pixel = Int.random(in: 0..<(g.outHeight * g.outWidth), using: &random)
                let m = min(max(c - test.channelOffset, 0), test.outChannels - 1)
                let value = Int32(results[pixel * test.outChannels + m])
                return random.pick([value, value, value - 1, value + 1, value - 2, Int32.min, Int32.max])
            }
            column.sort()
            for s in 0..<test.switchCount {
                points[s * test.outputChannels + c] = column[s]
            }
        }
        switchPoints = points
        scale = random.floats(test.outputChannels)
        bias = random.floats(test.outputChannels, bound: 100)
        let infinity = Float.infinity
        let bounds: [(Float, Float)] = [(-infinity, infinity), (0, infinity), (-20, 30)]
        (minimum, maximum) = random.pick(bounds)
    }

    /// Sums of products of -1 (or 0) and +1, tap by tap.
    private static func convolve(
        _ test: BinaryConvolutionCase, _ input: [Int8], _ weights: [Int8], _ padPixel: [Int8]?
    ) -> [Int] {
        let g = test.geometry
        let channels = test.channels
        let tapCount = g.kernelHeight * g.kernelWidth
        var results: [Int] = []
        input.withUnsafeBufferPointer { x in
            weights.withUnsafeBufferPointer { w in
                for y in 0..<g.outHeight {
                    for column in 0..<g.outWidth {
                        let taps = g.taps(y, column)
                        for m in 0..<test.outChannels {
                            var sum = 0
                            for (tap, pixel) in taps.enumerated() {
                                let first = (m * tapCount + tap) * channels
                                if let pixel {
                                    for c in 0..<channels { sum += Int(x[pixel * channels + c] &* w[first + c]) }
                                } else if let padPixel {
                                    for c in 0..<channels { sum += Int(padPixel[c] * w[first + c]) }
                                }
                            }
                            results.append(sum)
                        }
                    }
                }
            }
        }
        return results
    }

    /// [block][tap][word][channel of the block], as bnnm_format.h says.
    var packedWeights: [UInt64] {
        let tapCount = test.geometry.kernelHeight * test.geometry.kernelWidth
        let words = wordCount(test.channels)
        let rows = pack(weights, channels: test.channels)
        let block = Int(BNNMK_CHANNEL_BLOCK)
        var blocks = [UInt64](repeating: 0, count: (test.outChannels + block - 1) / block * tapCount * words * block)
        for m in 0..<test.outChannels {
            for i in 0..<(tapCount * words) {
                blocks[(m / block * tapCount * words + i) * block + m % block] = rows[m * tapCount * words + i]
            }
        }
        return blocks
    }

    /// In how many channels the weights of all taps above y and left of x differ from the pad pixel:
    /// [y][x][output channel, rounded up to a block].
    var paddingSums: [UInt32]? {
        guard let padPixel else { return nil }
        let (height, width) = (test.geometry.kernelHeight, test.geometry.kernelWidth)
        let block = Int(BNNMK_CHANNEL_BLOCK)
        let stride = (test.outChannels + block - 1) / block * block
        var sums = [UInt32](repeating: 0, count: (height + 1) * (width + 1) * stride)
        for m in 0..<test.outChannels {
            for ky in 0..<height {
                for kx in 0..<width {
                    let first = ((m * height + ky) * width + kx) * test.channels
                    let differences = (0..<test.channels).count { weights[first + $0] != padPixel[$0] }
                    for y in (ky + 1)...height {
                        for x in (kx + 1)...width { sums[(y * (width + 1) + x) * stride + m] += UInt32(differences) }
                    }
                }
            }
        }
        return sums
    }

    /// Packed pixels with other groups' words, arbitrary, between them. The last pixel ends with its own words.
    var packedInput: [UInt64] {
        strided(pack(input, channels: test.channels))
    }

    /// The mask, laid out as the input: bit 1 counts.
    var packedMask: [UInt64]? {
        mask.map { strided(pack($0.map { -$0 }, channels: test.channels)) }
    }

    private func strided(_ rows: [UInt64]) -> [UInt64] {
        var random = SeededRandom(seed: test.seed ^ 0xABCD)
        let words = wordCount(test.channels)
        let pixelCount = test.geometry.inHeight * test.geometry.inWidth
        var strided: [UInt64] = []
        for pixel in 0..<pixelCount {
            strided += rows[(pixel * words)..<((pixel + 1) * words)]
            if pixel + 1 < pixelCount {
                for _ in 0..<test.extraStride { strided.append(random.next()) }
            }
        }
        return strided
    }
}
