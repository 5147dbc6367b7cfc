import BNNMIR

/// One node of an ONNX file, its attributes read but its operator not yet understood.
public struct ONNXNode {
    public let name: String
    public let opType: String
    /// Empty for the standard operators.
    public let domain: String
    /// Version of the node's operator set that the model imports.
    public let opset: Int
    /// Value names; empty where an optional input is absent.
    public let inputs: [String]
    public let outputs: [String]
    /// The values of the model that a node or the model's outputs read.
    private let readNames: Set<String>
    public let attributes: ONNXAttributes

    public init(
        name: String, opType: String, domain: String = "", opset: Int, inputs: [String], outputs: [String],
        readNames: Set<String>, attributes: ONNXAttributes
    ) {
        self.name = name
        self.opType = opType
        self.domain = domain
        self.opset = opset
        self.inputs = inputs
        self.outputs = outputs
        self.readNames = readNames
        self.attributes = attributes
    }

    /// Whether something reads the node's result of this number.
    public func isRead(result index: Int) -> Bool { index < outputs.count && readNames.contains(outputs[index]) }
}

/// The attributes of a node, by name, with typed access: each accessor gives the default where the attribute is absent
/// and throws `OperatorError` where it is of another type.
public struct ONNXAttributes {
    public enum Value {
        case int(Int64)
        case ints([Int64])
        case float(Float)
        case floats([Float])
        case string(String)
        case strings([String])
        case tensor(Tensor)
        /// A kind the compiler has no use for (graphs, sparse tensors), by its ONNX name.
        case other(String)
    }

    public let values: [String: Value]

    public init(_ values: [String: Value]) { self.values = values }

    public func has(_ name: String) -> Bool { values[name] != nil }

    public func int(_ name: String, default value: Int) throws -> Int {
        switch values[name] {
        case nil: value
        case .int(let v): Int(v)
        default: throw mismatch(name, "an integer")
        }
    }

    public func ints(_ name: String) throws -> [Int]? {
        switch values[name] {
        case nil: nil
        case .ints(let v): v.map { Int($0) }
        default: throw mismatch(name, "a list of integers")
        }
    }

    public func float(_ name: String, default value: Float) throws -> Float {
        switch values[name] {
        case nil: value
        case .float(let v): v
        default: throw mismatch(name, "a float")
        }
    }

    public func floats(_ name: String) throws -> [Float]? {
        switch values[name] {
        case nil: nil
        case .floats(let v): v
        default: throw mismatch(name, "a list of floats")
        }
    }

    public func string(_ name: String, default value: String) throws -> String {
        switch values[name] {
        case nil: value
        case .string(let v): v
        default: throw mismatch(name, "a string")
        }
    }

    public func tensor(_ name: String) throws -> Tensor? {
        switch values[name] {
        case nil: nil
        case .tensor(let v): v
        default: throw mismatch(name, "a tensor")
        }
    }

    private func mismatch(_ name: String, _ expected: String) -> OperatorError {
        OperatorError("attribute '\(name)' must be \(expected)")
    }
}
