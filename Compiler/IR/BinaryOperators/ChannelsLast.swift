/// An operator over NCHW images whose image operands and result are held channel-last, [N,H,W,C]: the form the runtime
/// executes. Weights and other constants keep the base operator's shapes; the packer lays them out.
public struct ChannelsLast<Base: Operator>: StagedOperator {
    public static var name: String { "\(Base.name)@NHWC" }
    public static var stages: ClosedRange<Stage> { Stage.laidOut...Stage.laidOut }
    public var base: Base

    public init(_ base: Base) { self.base = base }

    public var attributes: [Attribute] { base.attributes }
    public var imageOperands: [Int] { base.imageOperands }

    public func inferTypes(_ operands: [Operand?]) throws -> [TensorType] {
        let image = try operands.require(0, "image")
        guard image.type.rank == 4 else { throw OperatorError("image \(image.type) must be of rank 4") }
        let plain = operands.enumerated().map { position, operand -> Operand? in
            guard base.imageOperands.contains(position), let type = operand?.type, type.rank == 4 else {
                return operand
            }
            return Operand(TensorType(type.elementType, ImageLayout.channelsFirst(type.shape)))
        }
        return try base.inferTypes(plain).map {
            TensorType($0.elementType, ImageLayout.channelsLast($0.shape))
        }
    }

    public func evaluate(_ inputs: [Tensor?]) throws -> [Tensor] {
        let plain = inputs.enumerated().map { position, input in
            base.imageOperands.contains(position) ? input?.permuted(ImageLayout.toChannelsFirst) : input
        }
        return try base.evaluate(plain).map { $0.permuted(ImageLayout.toChannelsLast) }
    }

    public func keepsSamplesApart(_ operands: [Operand?]) -> Bool { true }
}

/// The two orders of an image's axes.
public enum ImageLayout {
    public static let toChannelsLast = [0, 2, 3, 1]
    public static let toChannelsFirst = [0, 3, 1, 2]

    /// [N,C,H,W] → [N,H,W,C].
    public static func channelsLast(_ shape: [Int]) -> [Int] { toChannelsLast.map { shape[$0] } }
    /// [N,H,W,C] → [N,C,H,W].
    public static func channelsFirst(_ shape: [Int]) -> [Int] { toChannelsFirst.map { shape[$0] } }
}

extension Tensor {
    /// Axis i of the result is axis `permutation[i]` of this tensor.
    public func permuted(_ permutation: [Int]) -> Tensor {
        let strides = shape.rowMajorStrides
        let target = permutation.map { shape[$0] }
        return gathered(shape: target, strides: permutation.map { strides[$0] })
    }
}
