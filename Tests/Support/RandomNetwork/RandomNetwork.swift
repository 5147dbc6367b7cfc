import BNNMIR

/// A random small network as an exporter writes it, for tests of passes and of the whole way to the device.
///
/// A network is a recipe: an input and a list of steps, each of which draws its numbers from a seed of its own. A step
/// fits itself to whatever it finds (groups that divide the channels, windows that fit the map), and does nothing where it
/// cannot; so any step may be left out, which is how `shrunk` finds the smallest recipe that still fails.
///
///     seed → recipe (`Style`) → steps (`Step`), applied one after the other to a `NetworkBuilder` → graph
public struct RandomNetwork: Sendable, CustomStringConvertible {
    /// What the axes of a value mean.
    public enum Form: String, Sendable {
        /// [N,C,H,W]
        case image
        /// [N,C,L]
        case sequence
        /// [N,T,C]
        case tokens
        /// [N,C]
        case flat
    }

    public let seed: UInt64
    public var form: Form
    /// Samples, channels, then rows and columns, or length, or tokens; what `form` has no axis for is not used.
    public var extents: [Int]
    /// How many samples run one after the other through an open batch; nil where the batch is in the shape.
    public var executions: Int?
    /// The most channels that a layer gives.
    public var widthLimit = 130
    public var steps: [Step]

    public init(
        seed: UInt64, form: Form, extents: [Int], executions: Int? = nil, steps: [Step]
    ) {
        self.seed = seed
        self.form = form
        self.extents = extents
        self.executions = executions
        self.steps = steps
    }

    /// The shape of the input.
    public var inputShape: [Int] {
        switch form {
        case .image: extents
        case .sequence: [extents[0], extents[1], extents[3]]
        case .tokens: [extents[0], extents[3], extents[1]]
        case .flat: [extents[0], extents[1]]
        }
    }

    /// The network as imported, with one input and one output.
    public func graph() throws -> Graph {
        var builder = NetworkBuilder(self)
        for step in steps { try builder.apply(step) }
        return builder.finish()
    }

    /// The input of one execution.
    public func input(execution: Int = 0) -> Tensor {
        var random = SeededRandom(seed: seed ^ (0xD1CE << 16) &+ UInt64(execution))
        return Tensor(inputShape, random.floats(inputShape.reduce(1, *)))
    }

    /// Seed, recipe and graph, for messages.
    public var description: String {
        let batch = executions.map { ", open batch, \($0) executions" } ?? ""
        let list = steps.map { "\($0)" }.joined(separator: ", ")
        return "seed \(seed): \(form) \(inputShape)\(batch), layers up to \(widthLimit) channels wide\n"
            + "steps: \(list)\n" + ((try? graph().text) ?? "")
    }
}
