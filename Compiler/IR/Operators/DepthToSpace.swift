/// ONNX DepthToSpace (opset 11, 13): blocks of channels become blocks of pixels.
///
/// *Shape*: [N, C·b², H, W] → [N, C, H·b, W·b]. The channel is (row, column, c) in mode DCR, (c, row, column) in mode
/// CRD (PyTorch's PixelShuffle).
public struct DepthToSpace: Operator {
    public static let name = "DepthToSpace"

    public enum Mode: String, Sendable { case dcr = "DCR", crd = "CRD" }

    public var blockSize: Int
    public var mode: Mode

    public init(blockSize: Int, mode: Mode = .dcr) {
        self.blockSize = blockSize
        self.mode = mode
    }

    public var attributes: [Attribute] { [Attribute("blocksize", blockSize), Attribute("mode", mode.rawValue)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input")
        guard blockSize > 0, blockSize <= 1 << 20, x.type.rank == 4, x.shape[1] % (blockSize * blockSize) == 0 else {
            throw OperatorError(
                "input \(x.type) must be [N,C,H,W] with a multiple of \(blockSize)*\(blockSize) channels")
        }
        let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
        return [try TensorType.checked(x.elementType, [n, c / (blockSize * blockSize), h * blockSize, w * blockSize])]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0), b = blockSize
        let shape = try inferTypes(inputs.operands)[0].shape
        let (n, c, h, w) = (shape[0], shape[1], x.shape[2], x.shape[3])
        let y =
            switch mode {
            case .dcr: x.reshaped([n, b, b, c, h, w]).permuted([0, 3, 4, 1, 5, 2])
            case .crd: x.reshaped([n, c, b, b, h, w]).permuted([0, 1, 4, 2, 5, 3])
            }
        return [y.reshaped(shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// ONNX SpaceToDepth (opset 1, 13): blocks of pixels become blocks of channels.
///
/// *Shape*: [N, C, H·b, W·b] → [N, b²·C, H, W], the channel being (row, column, c).
public struct SpaceToDepth: Operator {
    public static let name = "SpaceToDepth"
    public var blockSize: Int

    public init(blockSize: Int) { self.blockSize = blockSize }

    public var attributes: [Attribute] { [Attribute("blocksize", blockSize)] }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let x = try operands.require(0, "input")
        guard blockSize > 0, blockSize <= 1 << 20, x.type.rank == 4, x.shape[2] % blockSize == 0,
            x.shape[3] % blockSize == 0
        else {
            throw OperatorError("input \(x.type) must be [N,C,H,W] with multiples of \(blockSize) rows and columns")
        }
        let channels = try TensorType.checked(x.elementType, [x.shape[1], blockSize, blockSize]).elementCount
        return [
            try TensorType.checked(
                x.elementType, [x.shape[0], channels, x.shape[2] / blockSize, x.shape[3] / blockSize])
        ]
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let x = try inputs.require(0), b = blockSize
        let shape = try inferTypes(inputs.operands)[0].shape
        let split = x.reshaped([shape[0], x.shape[1], shape[2], b, shape[3], b])
        return [split.permuted([0, 3, 5, 1, 2, 4]).reshaped(shape)]
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}
