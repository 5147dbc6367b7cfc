import BNNMFormat

/// A channel-last image batch and the plain meaning of operators on it, written without a thought of speed.
struct Image: Equatable {
    var n: Int, h: Int, w: Int, c: Int
    var values: [Float]

    init(_ n: Int, _ h: Int, _ w: Int, _ c: Int, _ values: [Float]? = nil) {
        (self.n, self.h, self.w, self.c) = (n, h, w, c)
        self.values = values ?? [Float](repeating: 0, count: n * h * w * c)
    }

    var dims: [Int] { [n, h, w, c] }

    subscript(n: Int, y: Int, x: Int, c: Int) -> Float {
        get { values[((n * h + y) * w + x) * self.c + c] }
        set { values[((n * h + y) * w + x) * self.c + c] = newValue }
    }

    func map(_ transform: (Float) -> Float) -> Image { Image(n, h, w, c, values.map(transform)) }

    static func outputCount(_ input: Int, _ kernel: UInt32, _ stride: UInt32, _ dilation: UInt32, _ pads: UInt32) -> Int
    {
        (input + Int(pads) - Int(dilation) * (Int(kernel) - 1) - 1) / Int(stride) + 1
    }

    func outputDims(_ g: bnnmf_window, channels: Int) -> [Int] {
        [
            n, Self.outputCount(h, g.kernel_h, g.stride_h, g.dilation_h, g.pad_top + g.pad_bottom),
            Self.outputCount(w, g.kernel_w, g.stride_w, g.dilation_w, g.pad_left + g.pad_right), channels,
        ]
    }

    /// Calls `body` for every output element; `taps` gives (kernel position, input coordinate, nil on padding).
    func slide(
        _ g: bnnmf_window, channels: Int, _ body: (Int, Int, [(tap: Int, at: (Int, Int)?)]) -> Float
    ) -> Image {
        let dims = outputDims(g, channels: channels)
        var result = Image(dims[0], dims[1], dims[2], channels)
        for y in 0..<dims[1] {
            for x in 0..<dims[2] {
                var taps: [(tap: Int, at: (Int, Int)?)] = []
                for i in 0..<Int(g.kernel_h) {
                    for j in 0..<Int(g.kernel_w) {
                        let iy = y * Int(g.stride_h) - Int(g.pad_top) + i * Int(g.dilation_h)
                        let ix = x * Int(g.stride_w) - Int(g.pad_left) + j * Int(g.dilation_w)
                        let isInside = iy >= 0 && iy < h && ix >= 0 && ix < w
                        taps.append((i * Int(g.kernel_w) + j, isInside ? (iy, ix) : nil))
                    }
                }
                for image in 0..<n { for m in 0..<channels { result[image, y, x, m] = body(image, m, taps) } }
            }
        }
        return result
    }

    /// weights [tap][channel of the group][output channel]
    func conv(_ g: bnnmf_window, groups: Int, channels m: Int, pad: Float, _ weight: (Int, Int, Int) -> Float) -> Image
    {
        slide(g, channels: m) { image, out, taps in
            let group = out / (m / groups), perGroup = c / groups
            var sum: Float = 0
            for (tap, at) in taps {
                for k in 0..<perGroup {
                    let x = at.map { self[image, $0.0, $0.1, group * perGroup + k] } ?? pad
                    sum += x * weight(tap, k, out)
                }
            }
            return sum
        }
    }
}
