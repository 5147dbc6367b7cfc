import BNNMIR

/// What the importer gives: the graph of ONNX operators as the file has them, and what the file says about itself.
public struct ImportedModel: Sendable {
    /// At stage `imported`; values, nodes, inputs and outputs carry their ONNX names.
    public var graph: Graph
    /// Operator set versions the model asks for, by domain; the standard one is "".
    public let opsets: [String: Int]
    public let irVersion: Int
    /// The program that wrote the file and its version: "pytorch 2.4.0"; may be empty.
    public let producer: String
    /// Bytes of all initializers as the file stores them: each element at the size of its type.
    public let weightByteCount: Int
    /// Bytes of the initializers in files beside the model, absent files included.
    public let externalByteCount: Int
    /// The seed of the random numbers that stand for weights whose file is absent; nil where none is.
    public let randomSeed: UInt64?

    /// The name of the ONNX dimension that stands for the number of samples; nil where that number is fixed.
    public var symbolicBatchName: String? {
        if case .symbolic(let name) = graph.batch { return name }
        return nil
    }
}
