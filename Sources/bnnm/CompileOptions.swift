import ArgumentParser
import BNNM
import BNNMONNX
import BNNMPacker
import BNNMPasses

/// The options that say how a model is compiled; `verify` takes them too.
struct CompileOptions: ParsableArguments {
    @Option(
        name: .customLong("shape"),
        help: ArgumentHelp(
            "Fix an input's shape, for a model that leaves dimensions open.", valueName: "name=1x3x224x224"))
    var shapes: [InputShape] = []

    @Option(
        name: .customLong("sign-zero"),
        help: "What sign(0) means where an exact zero can arise by structure: exact keeps such a layer in float.")
    var signZero: CompilationContext.SignZero = .exact

    @Option(
        help: ArgumentHelp(
            "Make up weights whose external file is absent, to compile and profile an architecture before it is trained.",
            valueName: "seed"))
    var randomWeights: UInt64?

    @Option(
        help: ArgumentHelp(
            "Lay binary weights out for the kernels of a machine, so that they are used where they are in the file. Any "
                + "machine runs any file; one of another kind repacks them when it opens the model.",
            valueName: WeightTarget.names.joined(separator: "|")))
    var target = WeightTarget.portable

    @Option(
        name: .customLong("input-u8"),
        help: ArgumentHelp(
            "Take the image input as bytes, in this order (NHWC by default). A byte x counts (x - mean) / std: one mean "
                + "and std for all channels, or those of each, first all means.",
            valueName: "mean,std[,NHWC|NCHW]"))
    var byteInput: ByteInput?

    @Flag(help: "Check the graph after every pass.")
    var verifyEach = false

    func importerOptions() throws -> ONNXImporter.Options {
        ONNXImporter.Options(
            shapes: Dictionary(shapes.map { ($0.name, $0.shape) }, uniquingKeysWith: { _, last in last }),
            randomSeed: randomWeights, byteInput: byteInput)
    }
}

extension CompilationContext.SignZero: ExpressibleByArgument {}

extension WeightTarget: ExpressibleByArgument {
    static let names = ["native"] + allCases.map(\.rawValue)

    /// `native` is this machine.
    public init?(argument: String) {
        self.init(rawValue: argument == "native" ? InstructionSet.nativeTarget : argument)
    }

    public static var allValueStrings: [String] { names }
}

/// `NAME=1x3x224x224`.
struct InputShape: ExpressibleByArgument {
    let name: String
    let shape: [Int]

    init?(argument: String) {
        guard let equals = argument.lastIndex(of: "=") else { return nil }
        name = String(argument[..<equals])
        let parts = argument[argument.index(after: equals)...].split(separator: "x", omittingEmptySubsequences: false)
        let dimensions = parts.compactMap { Int($0) }.filter { $0 > 0 }
        guard !name.isEmpty, dimensions.count == parts.count else { return nil }
        shape = dimensions
    }
}

extension ByteInput: ExpressibleByArgument {
    /// `MEAN,STD`, or all channels' means and then their deviations; perhaps `,NHWC` or `,NCHW`.
    public init?(argument: String) {
        var parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let isChannelsFirst = parts.last == "NCHW"
        if isChannelsFirst || parts.last == "NHWC" { parts.removeLast() }
        let numbers = parts.compactMap { Double($0) }
        guard numbers.count == parts.count, numbers.count.isMultiple(of: 2) else { return nil }
        self.init(
            means: Array(numbers.prefix(numbers.count / 2)), deviations: Array(numbers.suffix(numbers.count / 2)),
            isChannelsLast: !isChannelsFirst)
    }

    /// Deviations below 1 are hardly those of bytes.
    var warning: String? {
        guard deviations.contains(where: { $0 < 1 }) else { return nil }
        return
            "note: --input-u8 counts in bytes, 0 to 255; means and deviations of values from 0 to 1 must be multiplied "
            + "by 255"
    }
}
