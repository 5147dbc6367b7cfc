/// A convolution of decisions with ±1 weights: acc[n,m,y,x] = Σ x·w over the taps on the input, plus
/// padValue · Σ w over the taps on padding.
///
/// *Shape*: x binary [N,C,H,W], w binary [M,C/groups,kh,kw] → int32 [N,M,H′,W′]. A masked one has a third operand of x's
/// shape: only where it is −1 does x count.
/// *Meaning* in bits: acc = K − 2·popcount(x ^ w), K the number of products counted; masked by m:
/// popcount(m) − 2·popcount(m & (x ^ w)).
/// *Source*: XNOR-Net, arXiv 1603.05279, section 3.2.
public struct BinaryConv: StagedOperator {
    public static let name = "BinaryConv"
    public static let stages = Stage.binary...Stage.fused
    public var window: Window
    public var groups: Int
    /// What stands on padding: 0 (as a Conv's own padding), +1 or −1 (a Pad before it).
    public var padValue: Int
    /// Whether there is a mask; padding then is 0.
    public var isMasked: Bool

    public init(window: Window, groups: Int, padValue: Int, isMasked: Bool = false) {
        self.window = window
        self.groups = groups
        self.padValue = padValue
        self.isMasked = isMasked
    }

    public var operandCount: Int { isMasked ? 3 : 2 }
    public var imageOperands: [Int] { isMasked ? [0, 2] : [0] }

    public var attributes: [Attribute] {
        window.attributes + [Attribute("groups", groups), Attribute("pad_value", padValue)]
            + (isMasked ? [Attribute("masked", 1)] : [])
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.requireBinary(0, "x"), w = try operands.requireBinary(1, "w")
        if isMasked {
            guard try operands.requireBinary(2, "mask").type == x.type, padValue == 0 else {
                throw OperatorError("the mask must be of x's shape \(x.shape), and padding 0")
            }
        }
        let floats = [x, w].map { Operand(TensorType(.float32, $0.shape)) }
        return [TensorType(.int32, try Conv(window: window, groups: groups).inferTypes(floats)[0].shape)]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        var x = Tensor(inputs[0]!.shape, inputs[0]!.floats)
        if isMasked {
            x = Tensor(x.shape, zip(x.floats, try inputs.require(2).floats).map { $1 < 0 ? $0 : 0 })
        }
        let w = Tensor(inputs[1]!.shape, inputs[1]!.floats)
        var inner = window
        if padValue != 0 { (x, inner) = padded(x) }
        let sums = try Conv(window: inner, groups: groups).evaluate([x, w])[0]
        return [Tensor(sums.shape, sums.floats.map { Int64($0) }, .int32)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// The input with its padding written out, and the window that then needs none.
    private func padded(_ x: Tensor) -> (Tensor, Window) {
        let (v, u) = (window.vertical, window.horizontal)
        let (planes, h, w) = (x.shape[0] * x.shape[1], x.shape[2], x.shape[3])
        let (outH, outW) = (h + v.padBegin + v.padEnd, w + u.padBegin + u.padEnd)
        let source = x.floats
        var result = [Float](repeating: Float(padValue), count: planes * outH * outW)
        for plane in 0..<planes {
            for y in 0..<h {
                let to = (plane * outH + y + v.padBegin) * outW + u.padBegin
                for column in 0..<w { result[to + column] = source[(plane * h + y) * w + column] }
            }
        }
        let inner = Window(
            Window.Axis(kernel: v.kernel, stride: v.stride, dilation: v.dilation),
            Window.Axis(kernel: u.kernel, stride: u.stride, dilation: u.dilation))
        return (Tensor([x.shape[0], x.shape[1], outH, outW], result), inner)
    }
}
