import BNNMIR

/// Merges a Pad with zeros over the spatial axes into the padding of the convolution that reads it.
public struct MergeZeroPads: Pass {
    public let takes = Stage.binary
    public init() {}

    public func run(_ graph: inout Graph, _ context: inout CompilationContext) throws {
        for id in graph.schedule() {
            let node = graph[id]
            guard var conv = node.op as? Conv, let x = node.inputs[0], let pad = SpatialPad(producing: x, in: graph),
                pad.value == 0
            else { continue }
            conv.window = pad.added(to: conv.window)
            graph[id].op = conv
            graph[id].inputs[0] = pad.source
        }
    }
}

/// A Pad with a constant over the two spatial axes of an NCHW value.
struct SpatialPad {
    let source: Graph.ValueID
    let value: Float
    let begin: (vertical: Int, horizontal: Int)
    let end: (vertical: Int, horizontal: Int)

    /// nil where `value` is anything else.
    init?(producing value: Graph.ValueID, in graph: Graph) {
        guard let (op, node) = graph.producer(of: value, as: Pad.self), op.mode == .constant,
            let source = node.inputs[0],
            graph[source].type.rank == 4, let pads = node.inputs[1].flatMap({ graph.constant($0)?.integers })
        else { return nil }
        var filler: Float = 0
        if node.inputs.count > 2, let operand = node.inputs[2] {
            guard let constant = graph.constant(operand), constant.elementCount == 1 else { return nil }
            filler = constant.floats[0]
        }
        // Pads of the axes named by the fourth operand, all axes where it is absent.
        var before = [0, 0, 0, 0], after = [0, 0, 0, 0]
        var axes = [0, 1, 2, 3]
        if node.inputs.count > 3, let operand = node.inputs[3] {
            guard let given = graph.constant(operand)?.integers else { return nil }
            axes = given.map { Int($0 < 0 ? $0 + 4 : $0) }
        }
        guard pads.count == 2 * axes.count else { return nil }
        for (position, axis) in axes.enumerated() {
            before[axis] = Int(pads[position])
            after[axis] = Int(pads[position + axes.count])
        }
        guard before[0] == 0, before[1] == 0, after[0] == 0, after[1] == 0, (before + after).allSatisfy({ $0 >= 0 })
        else { return nil }
        self.source = source
        self.value = filler
        begin = (before[2], before[3])
        end = (after[2], after[3])
    }

    /// `window` with this padding outside its own.
    func added(to window: Window) -> Window {
        var result = window
        result.vertical.padBegin += begin.vertical
        result.vertical.padEnd += end.vertical
        result.horizontal.padBegin += begin.horizontal
        result.horizontal.padEnd += end.horizontal
        return result
    }
}
