// A sliding window over an image, as tests draw and describe it, and its taps by plain arithmetic.

import BNNMKernels
import TestSupport

struct WindowGeometry: CustomStringConvertible {
    var inHeight = 1, inWidth = 1
    var kernelHeight = 1, kernelWidth = 1
    var strideHeight = 1, strideWidth = 1
    var dilationHeight = 1, dilationWidth = 1
    var padTop = 0, padLeft = 0, padBottom = 0, padRight = 0
    /// Extra output rows and columns, as `ceil_mode` gives them.
    var extraHeight = 0, extraWidth = 0

    static func outExtent(_ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pads: Int) -> Int {
        let room = input + pads - (kernel - 1) * dilation - 1
        return room < 0 ? 0 : room / stride + 1
    }

    var outHeight: Int {
        Self.outExtent(inHeight, kernelHeight, strideHeight, dilationHeight, padTop + padBottom) + extraHeight
    }
    var outWidth: Int {
        Self.outExtent(inWidth, kernelWidth, strideWidth, dilationWidth, padLeft + padRight) + extraWidth
    }

    var window: bnnmk_window {
        bnnmk_window(
            in_h: UInt32(inHeight), in_w: UInt32(inWidth), out_h: UInt32(outHeight), out_w: UInt32(outWidth),
            kernel_h: UInt32(kernelHeight), kernel_w: UInt32(kernelWidth), stride_h: UInt32(strideHeight),
            stride_w: UInt32(strideWidth), dilation_h: UInt32(dilationHeight), dilation_w: UInt32(dilationWidth),
            pad_top: UInt32(padTop), pad_left: UInt32(padLeft))
    }

    /// The input position of a tap, on the input or not.
    func position(_ y: Int, _ x: Int, _ row: Int, _ column: Int) -> (y: Int, x: Int) {
        (
            y * strideHeight - padTop + row * dilationHeight,
            x * strideWidth - padLeft + column * dilationWidth
        )
    }

    func isOnInput(_ position: (y: Int, x: Int)) -> Bool {
        position.y >= 0 && position.y < inHeight && position.x >= 0 && position.x < inWidth
    }

    /// Input pixels of the taps of output pixel (y, x), in the kernel's order; nil on padding.
    func taps(_ y: Int, _ x: Int) -> [Int?] {
        var pixels: [Int?] = []
        for row in 0..<kernelHeight {
            for column in 0..<kernelWidth {
                let p = position(y, x, row, column)
                pixels.append(isOnInput(p) ? p.y * inWidth + p.x : nil)
            }
        }
        return pixels
    }

    /// A window of any kind that has at least one output pixel; maps may be smaller than the kernel.
    static func random(using random: inout SeededRandom, maxExtent: Int = 9) -> WindowGeometry {
        while true {
            var g = WindowGeometry()
            g.inHeight = Int.random(in: 1...maxExtent, using: &random)
            g.inWidth = Int.random(in: 1...maxExtent, using: &random)
            let square = Bool.random(using: &random)
            g.kernelHeight = random.pick([1, 2, 3, 3, 5, 7])
            g.kernelWidth = square ? g.kernelHeight : random.pick([1, 2, 3, 3, 5, 7])
            g.strideHeight = random.pick([1, 1, 2, 3])
            g.strideWidth = square ? g.strideHeight : random.pick([1, 1, 2, 3])
            g.dilationHeight = random.pick([1, 1, 1, 2, 3])
            g.dilationWidth = square ? g.dilationHeight : random.pick([1, 1, 1, 2, 3])
            let reach = random.pick([0, 1, 2, 5])
            g.padTop = Int.random(in: 0...reach, using: &random)
            g.padLeft = Int.random(in: 0...reach, using: &random)
            g.padBottom = Int.random(in: 0...reach, using: &random)
            g.padRight = Int.random(in: 0...reach, using: &random)
            if g.outHeight > 0 && g.outWidth > 0 { return g }
        }
    }

    var description: String {
        "in \(inHeight)x\(inWidth) out \(outHeight)x\(outWidth) kernel \(kernelHeight)x\(kernelWidth) "
            + "stride \(strideHeight)x\(strideWidth) dilation \(dilationHeight)x\(dilationWidth) "
            + "pads \(padTop),\(padLeft),\(padBottom),\(padRight)"
    }
}
