import ArgumentParser
import BNNM
import Foundation

/// `[NAME=]X.npy`: an input's values; without a name, for the model's only input.
struct InputArgument: ExpressibleByArgument {
    let name: String?
    let path: String

    init?(argument: String) {
        // A path may hold "=": an existing file of that whole name wins.
        if let equals = argument.firstIndex(of: "="), !FileManager.default.fileExists(atPath: argument) {
            name = String(argument[..<equals])
            path = String(argument[argument.index(after: equals)...])
        } else {
            name = nil
            path = argument
        }
        if path.isEmpty { return nil }
    }
}

/// Values for all inputs of a model, checked against its shapes.
struct InputValues {
    /// One array per model input, in order; each holds `executions` samples.
    let arrays: [BNNMValues]
    /// The arrays' shapes.
    let shapes: [[Int]]
    /// How many times the model is executed.
    let executions: Int

    /// Reads the files that the arguments name.
    /// - Parameter ports: the model's inputs.
    init(_ arguments: [InputArgument], for ports: [ModelPort]) throws {
        var arrays = [BNNMValues?](repeating: nil, count: ports.count)
        var shapes = [[Int]](repeating: [], count: ports.count)
        var executions: Int?
        let names = ports.map { "'\($0.name)' \($0.shapeText)" }.joined(separator: ", ")
        for argument in arguments {
            let index: Int
            if let name = argument.name {
                guard let found = ports.firstIndex(where: { $0.name == name }) else {
                    throw CommandFailure("there is no input '\(name)'; the model's inputs are \(names)")
                }
                index = found
            } else {
                guard ports.count == 1 else {
                    throw CommandFailure(
                        "'\(argument.path)' needs the name of an input, as NAME=\(argument.path); the inputs are \(names)"
                    )
                }
                index = 0
            }
            let array = try NumpyArray(path: argument.path)
            guard let count = ports[index].executions(of: array.shape), executions == nil || executions == count else {
                throw CommandFailure(
                    "\(argument.path) has shape [\(array.shape.map(String.init).joined(separator: ","))]; input \(names) was expected"
                        + (executions.map { ", \($0) samples as the other inputs have" } ?? ""))
            }
            executions = count
            arrays[index] = try array.values(
                ports[index].elementType, for: ports[index].name, source: argument.path)
            shapes[index] = array.shape
        }
        for (index, array) in arrays.enumerated() where array == nil {
            throw CommandFailure(
                "input '\(ports[index].name)' \(ports[index].shapeText) is missing; give it as --input \(ports[index].name)=X.npy"
            )
        }
        self.arrays = arrays.map { $0! }
        self.shapes = shapes
        self.executions = executions ?? 1
    }

    /// `samples` executions of seeded values: normal ones of float32, any of bytes, else 0 and 1, which are valid wherever
    /// indices are.
    init(randomSamples samples: Int, seed: UInt64, for ports: [ModelPort]) {
        var generator = SplitMix64(state: seed)
        executions = ports.allSatisfy(\.isBatchOpen) ? samples : 1
        let count = executions
        arrays = ports.map { port in
            let count = port.sampleCount * count
            switch port.elementType {
            case .float32, .bits: return .float32((0..<count).map { _ in generator.normal() })
            case .int32: return .int32((0..<count).map { _ in Int32(generator.next() >> 63) })
            case .int64: return .int64((0..<count).map { _ in Int64(generator.next() >> 63) })
            case .bool: return .bool((0..<count).map { _ in generator.next() >> 63 == 1 })
            case .uint8: return .uint8((0..<count).map { _ in UInt8(generator.next() >> 56) })
            }
        }
        shapes = ports.map { port in port.shape.isEmpty ? [] : [port.shape[0] * count] + port.shape.dropFirst() }
    }

    /// The values of one execution for input `port`.
    func sample(_ execution: Int, input port: Int) -> BNNMValues {
        let count = arrays[port].count / executions
        return arrays[port][execution * count..<(execution + 1) * count]
    }
}

/// A model input or output as the command line sees it.
struct ModelPort {
    let name: String
    /// Of one execution.
    let shape: [Int]
    /// Whether the first dimension takes any number of executions.
    let isBatchOpen: Bool
    var elementType = BNNMModel.ElementType.float32

    var sampleCount: Int { shape.reduce(1, *) }

    /// `[n,1,8,8]`.
    var shapeText: String {
        "[" + shape.enumerated().map { $0.offset == 0 && isBatchOpen ? "n" : String($0.element) }.joined(separator: ",")
            + "]"
    }

    /// How many executions an array of this shape feeds; nil where it does not fit.
    func executions(of given: [Int]) -> Int? {
        guard isBatchOpen else { return given == shape ? 1 : nil }
        guard given.count == shape.count, given.dropFirst() == shape.dropFirst(), given[0] > 0, given[0] % shape[0] == 0
        else { return nil }
        return given[0] / shape[0]
    }
}

/// Seeded random numbers that are the same everywhere (Steele, Lea, Flood, OOPSLA 2014).
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Standard normal, by the sum of twelve uniform numbers: no library function whose last bit may differ.
    mutating func normal() -> Float {
        Float((0..<12).reduce(-6.0) { sum, _ in sum + Double(next() >> 11) * 0x1p-53 })
    }
}
