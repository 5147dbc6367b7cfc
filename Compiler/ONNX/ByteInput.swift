import BNNMIR

/// How a model's image input is taken as raw bytes: what becomes of a byte b of channel c, (b − mean[c]) / deviation[c],
/// and in which order bytes stand. The number of each byte is computed in float64 and rounded once, in front of
/// everything that the model computes, so that nothing else of it changes.
public struct ByteInput: Sendable, Equatable {
    /// One for each channel, or one for all; of bytes, 0 to 255.
    public let means: [Double]
    /// As many; finite and above 0.
    public let deviations: [Double]
    /// Whether bytes are [N,H,W,C], as cameras and image files give them; else [N,C,H,W].
    public let isChannelsLast: Bool

    /// nil: not as many means as deviations or none, or numbers that cannot be used.
    public init?(means: [Double], deviations: [Double], isChannelsLast: Bool = true) {
        guard !means.isEmpty, means.count == deviations.count, means.allSatisfy(\.isFinite),
            deviations.allSatisfy({ $0.isFinite && $0 > 0 })
        else { return nil }
        (self.means, self.deviations, self.isChannelsLast) = (means, deviations, isChannelsLast)
    }

    /// The number of every byte, channel by channel: float32 [C,256].
    var table: Tensor {
        let values = zip(means, deviations).flatMap { mean, deviation in
            (0..<Lookup.byteValueCount).map { Float((Double($0) - mean) / deviation) }
        }
        return Tensor([means.count, Lookup.byteValueCount], values)
    }

    /// Makes the graph's only float32 input of four dimensions, an image [N,C,H,W], one of bytes.
    /// - Throws: `ImportError` where there is no such input or several, or channels are not as many as means.
    func apply(to graph: inout Graph, file: String) throws {
        let images = graph.inputs.filter { graph[$0].type.elementType == .float32 && graph[$0].type.rank == 4 }
        guard images.count == 1 else {
            let found = graph.inputs.map { "'\(graph[$0].name)' \(graph[$0].type)" }.joined(separator: ", ")
            throw ImportError(
                "\(file): bytes can be taken by a model with one float32 image input [N,C,H,W]; its inputs are \(found)"
            )
        }
        let input = images[0], shape = graph[input].type.shape
        guard means.count == 1 || means.count == shape[1] else {
            let valid = shape[1] == 1 ? "1 of each is valid" : "1 or \(shape[1]) of each are valid"
            throw ImportError(
                "\(file): input '\(graph[input].name)' \(graph[input].type) has \(shape[1]) channels; \(means.count) means "
                    + "and deviations were given, \(valid)")
        }
        let bytes = TensorType(.uint8, isChannelsLast ? ImageLayout.channelsLast(shape) : shape)
        let values = graph.addConstant(graph[input].name, table)
        try graph.compute(input, from: bytes, by: Lookup(takesChannelsLast: isChannelsLast), constants: [values])
    }
}
