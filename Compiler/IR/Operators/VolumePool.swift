/// ONNX MaxPool or AveragePool over three spatial axes, [N,C,D,H,W]: what the pools over one and two axes (`MaxPool`,
/// `AveragePool`) mean, with a window axis more. Of use only until it is taken apart into those.
public struct VolumePool: Operator {
    public static let name = "VolumePool"

    public enum Kind: Sendable {
        case max
        case average(countIncludePad: Bool)
    }

    public var kind: Kind
    /// Of depth, rows and columns.
    public var axes: [Window.Axis]
    public var ceilMode: Bool
    public var autoPad: AutoPad

    /// - Throws: `OperatorError` where there are not three axes.
    public init(kind: Kind, axes: [Window.Axis], ceilMode: Bool = false, autoPad: AutoPad = .explicit) throws {
        guard axes.count == 3 else {
            throw OperatorError("a pool over a volume has three window axes, not \(axes.count)")
        }
        self.kind = kind
        self.axes = axes
        self.ceilMode = ceilMode
        self.autoPad = autoPad
    }

    public var attributes: [Attribute] {
        [
            Attribute("kernel", axes.map(\.kernel)), Attribute("strides", axes.map(\.stride)),
            Attribute("dilations", axes.map(\.dilation)),
            Attribute("pads", axes.map(\.padBegin) + axes.map(\.padEnd)), Attribute("ceil_mode", ceilMode ? 1 : 0),
        ]
    }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "X")
        guard x.type.rank == 5 else {
            throw OperatorError("X \(x.type) must be [N,C,D,H,W] for a window of three axes")
        }
        var type = x.type
        for (pool, shapes) in try parts(x.shape) {
            type = TensorType(type.elementType, shapes)
            type = try pool.inferTypes([Operand(type)])[0]
        }
        return [TensorType(type.elementType, try resultShape(x.shape))]
    }

    /// Max: the parts one after the other, which is the same. Average: the sums over all three axes by what counts along
    /// each, in float64 and rounded once.
    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        var x = try inputs.require(0)
        let type = try inferTypes(inputs.operands)[0]
        let isAverage: Bool
        if case .average = kind { isAverage = true } else { isAverage = false }
        if isAverage { x = .rounding(x.doubles, to: .float64, shape: x.shape) }
        for (pool, shape) in try parts(x.shape) { x = try pool.evaluate([x.reshaped(shape)])[0] }
        guard isAverage else { return [x.reshaped(type.shape)] }
        return [.rounding(x.doubles, to: type.elementType, shape: type.shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }

    /// The pool over rows and columns of each slice, and the one over depth, each with the shape under which it reads the
    /// result of what is before it: a window's maximum, and its mean, is that of the slices'.
    public func parts(_ shape: [Int]) throws -> [(pool: any WindowPool, shape: [Int])] {
        guard shape.count == 5 else { throw OperatorError("X \(shape) must be [N,C,D,H,W]") }
        let slices = pool(Window(axes[1], axes[2])), depth = pool(Window(axes[0], Window.Axis(kernel: 1)))
        let images = [
            shape[0], try TensorType.checked(.float32, [shape[1], shape[2]]).elementCount, shape[3], shape[4],
        ]
        let pooled = try slices.inferTypes([Operand(TensorType(.float32, images))])[0].shape
        return [(slices, images), (depth, [shape[0], shape[1], shape[2], pooled[2] * pooled[3]])]
    }

    private func resultShape(_ shape: [Int]) throws -> [Int] {
        let parts = try parts(shape)
        let slices = try parts[0].pool.inferTypes([Operand(TensorType(.float32, parts[0].shape))])[0].shape
        let depth = try parts[1].pool.inferTypes([Operand(TensorType(.float32, parts[1].shape))])[0].shape
        return [shape[0], shape[1], depth[2], slices[2], slices[3]]
    }

    private func pool(_ window: Window) -> any WindowPool {
        switch kind {
        case .max: MaxPool(window: window, ceilMode: ceilMode, autoPad: autoPad)
        case .average(let countIncludePad):
            AveragePool(window: window, ceilMode: ceilMode, countIncludePad: countIncludePad, autoPad: autoPad)
        }
    }
}
