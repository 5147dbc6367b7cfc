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

    @Flag(help: "Check the graph after every pass.")
    var verifyEach = false

    func importerOptions() throws -> ONNXImporter.Options {
        ONNXImporter.Options(
            shapes: Dictionary(shapes.map { ($0.name, $0.shape) }, uniquingKeysWith: { _, last in last }),
            randomSeed: randomWeights)
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
