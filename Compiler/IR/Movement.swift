/// What a chain of Transposes and Reshapes does to a dense tensor, as one reordering of its elements: the base of all
/// passes that move, merge or cancel such chains. Axes are factored into blocks as fine as the chain needs them, so
/// that a chain is the identity exactly where its blocks stand in their first order.
///
///     [2,6] ─Reshape→ [2,2,3] ─Transpose 1,0,2→ [2,2,3] ─Reshape→ [4,3]
///     blocks in the result's order: 2 of stride 3, 2 of stride 6, 3 of stride 1
public struct Movement: Hashable, Sendable {
    /// Neighbouring elements of the result that stand `stride` apart in the source.
    public struct Block: Hashable, Sendable {
        public var extent: Int
        public var stride: Int
    }

    public let source: [Int]
    public private(set) var target: [Int]
    /// In row-major order of the result; as few as possible, none of one element.
    public private(set) var blocks: [Block]

    /// The identity; nil for a shape without elements.
    public init?(of shape: [Int]) {
        guard !shape.contains(0) else { return nil }
        self.init(from: shape, to: shape, [Block(extent: shape.reduce(1, *), stride: 1)])
    }

    private init(from source: [Int], to target: [Int], _ blocks: [Block]) {
        self.source = source
        self.target = target
        self.blocks = []
        for block in blocks where block.extent > 1 {
            if let last = self.blocks.last, last.stride == block.stride * block.extent {
                self.blocks[self.blocks.count - 1] = Block(extent: last.extent * block.extent, stride: block.stride)
            } else {
                self.blocks.append(block)
            }
        }
    }

    /// Whether elements stay where they are in memory, whatever becomes of the shape.
    public var keepsMemoryOrder: Bool { blocks.count <= 1 }
    public var isIdentity: Bool { keepsMemoryOrder && source == target }

    /// Followed by a Reshape. Precondition: as many elements.
    public func reshaped(to shape: [Int]) -> Movement { Movement(from: source, to: shape, blocks) }

    /// Followed by a Transpose; nil where an axis cannot be told from the blocks.
    public func transposed(_ permutation: [Int]) -> Movement? {
        guard let groups = Movement.grouped(blocks, by: target) else { return nil }
        return Movement(from: source, to: permutation.map { target[$0] }, permutation.flatMap { groups[$0] })
    }

    /// Followed by another movement of the result; nil where the blocks of both do not fit.
    public func followed(by next: Movement) -> Movement? {
        let inSourceOrder = next.blocks.indices.sorted { next.blocks[$0].stride > next.blocks[$1].stride }
        guard let groups = Movement.grouped(blocks, by: inSourceOrder.map { next.blocks[$0].extent }) else {
            return nil
        }
        let moved = next.blocks.indices.flatMap { groups[inSourceOrder.firstIndex(of: $0)!] }
        return Movement(from: source, to: next.target, moved)
    }

    /// Followed by another movement, if there is one.
    public func followed(by next: Movement?) -> Movement? { next.map { followed(by: $0) } ?? self }

    /// Back from the result to the source.
    public var inverse: Movement {
        let strides = blocks.map(\.extent).rowMajorStrides
        let order = blocks.indices.sorted { blocks[$0].stride > blocks[$1].stride }
        return Movement(
            from: target, to: source, order.map { Block(extent: blocks[$0].extent, stride: strides[$0]) })
    }

    /// The same movement of an operand that is broadcast to the source, its axes being the source's or 1, so that the
    /// result is broadcast to the target; nil where no shape does that.
    public func restricted(to shape: [Int]) -> Movement? {
        guard shape.count == source.count, let fine = alongSource,
            let groups = Movement.grouped(fine.map(\.block), by: target)
        else { return nil }
        let strides = source.rowMajorStrides, newStrides = shape.rowMajorStrides
        var newTarget: [Int] = []
        var newBlocks: [Block] = []
        for (group, extent) in zip(groups, target) {
            var product = 1
            for block in group {
                let axis = strides.firstIndex { $0 <= block.stride }!
                guard shape[axis] == source[axis] || shape[axis] == 1 else { return nil }
                guard shape[axis] > 1 else { continue }
                product *= block.extent
                newBlocks.append(
                    Block(extent: block.extent, stride: block.stride / strides[axis] * newStrides[axis]))
            }
            guard product == extent || product == 1 else { return nil }
            newTarget.append(product)
        }
        return Movement(from: shape, to: newTarget, newBlocks)
    }

    /// The elements of `tensor`, whose shape is the source's.
    public func apply(to tensor: Tensor) -> Tensor {
        tensor.gathered(shape: blocks.map(\.extent), strides: blocks.map(\.stride)).reshaped(target)
    }

    /// The blocks cut so that each lies along one axis of the source; nil where one cannot be cut.
    private var alongSource: [(axis: Int, block: Block)]? {
        let strides = source.rowMajorStrides
        var result: [(axis: Int, block: Block)] = []
        for block in blocks {
            var parts: [(axis: Int, block: Block)] = []
            var rest = block
            while rest.extent > 1 {
                // The innermost axis that holds neighbours of this stride.
                guard
                    let axis = source.indices.last(where: { source[$0] > 1 && strides[$0] * source[$0] > rest.stride }),
                    rest.stride % strides[axis] == 0, strides[axis] * source[axis] % rest.stride == 0
                else { return nil }
                let room = strides[axis] * source[axis] / rest.stride
                let extent = min(room, rest.extent)
                guard rest.extent % extent == 0 else { return nil }
                parts.insert((axis, Block(extent: extent, stride: rest.stride)), at: 0)
                rest = Block(extent: rest.extent / extent, stride: rest.stride * extent)
            }
            result += parts
        }
        return result
    }

    /// The blocks that make up each axis of `shape`, cut where an axis ends within one; nil where that is not possible.
    private static func grouped(_ blocks: [Block], by shape: [Int]) -> [[Block]]? {
        var rest = blocks[...]
        var groups: [[Block]] = []
        for extent in shape {
            var group: [Block] = []
            var open = extent
            while open > 1 {
                guard let block = rest.popFirst() else { return nil }
                if open % block.extent == 0 {
                    group.append(block)
                    open /= block.extent
                } else {
                    guard block.extent % open == 0 else { return nil }
                    let inner = block.extent / open
                    group.append(Block(extent: open, stride: block.stride * inner))
                    rest.insert(Block(extent: inner, stride: block.stride), at: rest.startIndex)
                    open = 1
                }
            }
            groups.append(group)
        }
        return groups
    }
}
