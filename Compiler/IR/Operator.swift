/// What a node computes: one type per operator, one file each under `Operators/`. It carries the attributes, infers
/// result types, and is its own reference meaning: `evaluate` is slow, plain and the oracle of everything downstream.
public protocol Operator: Sendable {
    /// The ONNX operator's name, or for the compiler's own operators a name in the same style.
    static var name: String { get }

    /// Result types for operands of these types. An operand is nil where an optional input is absent.
    /// - Throws: `OperatorError` saying what is wrong with which operand and what would be valid.
    func inferTypes(_ operands: [Operand?]) throws -> [TensorType]

    /// The results for these inputs. Called only with inputs whose types `inferTypes` accepted.
    func evaluate(_ inputs: [Tensor?]) throws -> [Tensor]

    /// The results where they follow from the operands' types alone (`Shape`); nil where they do not.
    func evaluateFromTypes(_ operands: [Operand?]) -> [Tensor]?

    /// Whether result sample n depends on operand sample n alone, when axis 0 of each non-constant operand is the batch
    /// and the batch has more than one sample.
    func keepsSamplesApart(_ operands: [Operand?]) -> Bool

    /// Attributes as printed in the textual form, in a fixed order.
    var attributes: [Attribute] { get }

    /// Positions of the operands that are images, of an operator over images.
    var imageOperands: [Int] { get }
}

extension Operator {
    public func evaluateFromTypes(_ operands: [Operand?]) -> [Tensor]? { nil }
    public var attributes: [Attribute] { [] }
    public var imageOperands: [Int] { [0] }
}

/// One printed attribute: `strides=[2,2]`.
public struct Attribute: Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: some CustomStringConvertible) {
        self.name = name
        self.value = "\(value)"
    }

    public init(_ name: String, _ value: [Int]) {
        self.init(name, "[\(value.map(String.init).joined(separator: ","))]")
    }
}

/// An operand as type inference sees it: its type, and its value where that is known at compile time.
public struct Operand: Sendable {
    public let type: TensorType
    public let constant: Tensor?

    public init(_ type: TensorType, constant: Tensor? = nil) {
        self.type = type
        self.constant = constant
    }

    public init(_ constant: Tensor) { self.init(constant.type, constant: constant) }

    public var shape: [Int] { type.shape }
    public var elementType: ElementType { type.elementType }
}

/// Why an operator cannot take its operands or attributes. `Graph.append` adds the node it happened at.
public struct OperatorError: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

extension Array where Element == Operand? {
    /// Operand `index`, which must be present; `role` is the ONNX name of the input ("X", "W").
    public func require(_ index: Int, _ role: String) throws -> Operand {
        guard index < count, let operand = self[index] else {
            throw OperatorError("input \(role) (number \(index)) is missing")
        }
        return operand
    }

    /// Operand `index` or nil where it is absent.
    public func optional(_ index: Int) -> Operand? { index < count ? self[index] : nil }

    /// The value of operand `index`, which must be known at compile time.
    public func requireConstant(_ index: Int, _ role: String) throws -> Tensor {
        guard let value = try require(index, role).constant else {
            throw OperatorError(
                "input \(role) (number \(index)) must be known at compile time, but depends on the model's input")
        }
        return value
    }
}
