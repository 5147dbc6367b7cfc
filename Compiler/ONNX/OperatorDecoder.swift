import BNNMIR

/// How one ONNX operator becomes an operator of the graph: the opset range understood, and the reading of attributes.
/// Where opsets differ (an attribute that became an input), the newest form is the one the graph has.
public struct OperatorDecoder: Sendable {
    /// What a node means: its operator, and its operands in the order the operator takes them.
    public struct Decoded {
        public enum Operand {
            /// The node's input of this number; absent where the node has none or an empty name there.
            case input(Int)
            /// A constant that an older opset gave as an attribute.
            case constant(Tensor)
        }

        public let op: any Operator
        public let operands: [Operand]

        public init(_ op: any Operator, operands: [Operand]) {
            self.op = op
            self.operands = operands
        }
    }

    public let opType: String
    public let domain: String
    /// The opset versions of the model for which this decoder reads the node rightly.
    public let opsets: ClosedRange<Int>
    /// What of the ONNX operator is not accepted, in a few words for `docs/operators.md`; empty where nothing.
    public let restrictions: String
    public let decode: @Sendable (ONNXNode) throws -> Decoded

    public init(
        _ opType: String, domain: String = "", opsets: ClosedRange<Int> = SupportedOpsets.all,
        restrictions: String = "",
        decode: @escaping @Sendable (ONNXNode) throws -> Decoded
    ) {
        self.opType = opType
        self.domain = domain
        self.opsets = opsets
        self.restrictions = restrictions
        self.decode = decode
    }

    /// A decoder for an operator that takes the node's inputs as they are.
    public static func direct(
        _ opType: String, domain: String = "", opsets: ClosedRange<Int> = SupportedOpsets.all,
        restrictions: String = "",
        _ make: @escaping @Sendable (ONNXNode) throws -> any Operator
    ) -> OperatorDecoder {
        OperatorDecoder(opType, domain: domain, opsets: opsets, restrictions: restrictions) { node in
            Decoded(try make(node), operands: node.inputs.indices.map { .input($0) })
        }
    }
}
