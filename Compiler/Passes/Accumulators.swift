import BNNMIR

/// What a binary convolution can accumulate.
struct Accumulators {
    /// The value of type int32.
    let value: Graph.ValueID
    /// Every number an accumulator can be, ascending: from −n to n in steps of 2 for every number of products n that
    /// some place of the map has; in steps of 1 where a mask can leave out any.
    let candidates: [Int]

    /// nil where `value` is not the result of a BinaryConv.
    init?(_ value: Graph.ValueID, in graph: Graph) {
        guard let (conv, node) = graph.producer(of: value, as: BinaryConv.self), let x = node.inputs[0],
            let w = node.inputs[1]
        else { return nil }
        self.value = value
        let input = graph[x].type.shape, output = graph[value].type.shape, kernel = graph[w].type.shape
        let channels = kernel[1]
        var counts: Set<Int> = [channels * kernel[2] * kernel[3]]
        if conv.padValue == 0 {
            let rows = Set((0..<output[2]).map { conv.window.vertical.validTaps(output: $0, input: input[2]).count })
            let columns = Set(
                (0..<output[3]).map { conv.window.horizontal.validTaps(output: $0, input: input[3]).count })
            counts = Set(rows.flatMap { row in columns.map { row * $0 * channels } })
        }
        if conv.isMasked {
            let most = counts.max() ?? 0
            candidates = Array(-most...most)
            return
        }
        // Even and odd accumulators; within a parity, the largest count covers the smaller ones.
        let even = counts.filter { $0 % 2 == 0 }.max(), odd = counts.filter { $0 % 2 != 0 }.max()
        candidates = [even, odd].compactMap { $0 }.flatMap { Array(stride(from: -$0, through: $0, by: 2)) }.sorted()
    }
}
