import BNNMIR
import Foundation
import SwiftProtobuf
import Testing

@testable import BNNMONNX

/// Files made to overrun, exhaust or hang an importer: refused with a message, without memory or time for what they
/// claim to hold. Names, cycles, data lengths and external files have tests of their own beside this one.
@Suite struct HostileModelTests {
    /// Length-delimited protobuf field.
    private func field(_ number: UInt8, _ content: Data) -> Data {
        Data([number << 3 | 2]) + varint(content.count) + content
    }

    private func varint(_ value: Int) -> Data {
        var bytes = Data()
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func refusal(_ data: Data) -> String? {
        let error = #expect(throws: ImportError.self) {
            _ = try importing(try ModelFile.parse(data, path: "m.onnx"), decoders: OperatorDecoder.all)
        }
        return error?.description
    }

    @Test func lengthsBeyondTheFileAreRefused() {
        let expected = "m.onnx: not an ONNX model, or cut off after"
        for length in [2, 0x7fff_ffff, 0x8000_0000, .max, -1] {
            // The graph, and within it a node, an initializer, its raw data.
            for path in [[7], [7, 1], [7, 5], [7, 5, 9]] as [[UInt8]] {
                var content = Data([UInt8](path.suffix(1).map { $0 << 3 | 2 })) + varint(length) + [0]
                for number in path.dropLast().reversed() { content = field(number, content) }
                #expect(refusal(content)?.hasPrefix(expected) == true, "length \(length) at \(path)")
            }
        }
    }

    @Test func deepNestingIsRefused() {
        for depth in [100, 20_000] {
            var graph = Data()
            // Graph, node, attribute, graph …
            for _ in 0..<depth { graph = field(1, field(5, field(6, graph))) }
            #expect(refusal(field(7, graph)) != nil, "depth \(depth)")
        }
        // Groups that are opened and never closed, of a field that nobody knows.
        #expect(refusal(Data([0xfb, 0x3e]).repeated(500_000)) != nil)
    }

    @Test func functionsThatCallThemselvesAreRefused() {
        var hostile = model([call()])
        hostile.opsetImport.append(opset("d"))
        hostile.functions = ["f", "g"].map { name in
            var function = ONNXFunctionProto()
            function.name = name
            function.domain = "d"
            return function
        }
        expectFailure(
            hostile,
            """
            m.onnx: 1 place cannot be imported
              node 'f_0' (d.f): is a function of the model's own; inline functions before compiling
            """)
    }

    @Test func dataThatIsClaimedButNotThereIsRefused() {
        for dims in [[1 << 29], [1 << 31], [1 << 20, 1 << 20]] as [[Int64]] {
            for raw in [nil, Data([1, 2, 3, 4])] as [Data?] {
                let claimed = model([node("Add", ["x", "w"], ["y"])], initializers: [tensor("w", dims, raw: raw)])
                #expect(throws: ImportError.self) { _ = try importing(claimed, decoders: OperatorDecoder.all) }
            }
        }
    }

    /// Operators with shapes, axes, windows and counts at the ends of 64 bits.
    @Test func extremeNumbersAreRefused() {
        let extremes: [Int64] = [.min, .min + 1, -1 << 62, -9, 1 << 41, 1 << 62, .max - 1, .max]
        let operators: [(String, inputs: Int, attributes: [String])] = [
            ("Reshape", 1, []), ("Expand", 1, []), ("Tile", 1, []), ("Unsqueeze", 1, []), ("Squeeze", 1, []),
            ("ReduceSum", 1, []), ("Pad", 1, []), ("Split", 1, []), ("ConstantOfShape", 0, []), ("Gather", 1, []),
            ("Softmax", 1, ["axis"]), ("Concat", 1, ["axis"]), ("Flatten", 1, ["axis"]), ("ArgMax", 1, ["axis"]),
            ("Transpose", 1, ["perm"]), ("DepthToSpace", 1, ["blocksize"]), ("SpaceToDepth", 1, ["blocksize"]),
            ("MaxPool", 1, ["kernel_shape"]), ("AveragePool", 1, ["kernel_shape"]),
        ]
        for (op, inputs, attributes) in operators {
            for extreme in extremes {
                for count in [1, 4] {
                    let numbers = [Int64](repeating: extreme, count: count)
                    var hostile = node(op, inputs == 0 ? ["n"] : attributes.isEmpty ? ["x", "n"] : ["x"], ["y"])
                    hostile.attribute = attributes.map { integers($0, numbers) }
                    let whole = model(
                        [hostile], inputs: [value("x", [1, 1, 4, 4])],
                        initializers: [tensor("n", type: 7, [Int64(count)], raw: bytes(of: numbers))])
                    #expect(throws: ImportError.self, "\(op) of \(numbers)") {
                        _ = try importing(whole, decoders: OperatorDecoder.all)
                    }
                }
            }
        }
    }

    /// Windows whose kernel fits, with other numbers at the ends of 64 bits.
    @Test func extremeWindowsAreRefused() {
        for op in ["Conv", "ConvTranspose", "MaxPool", "AveragePool"] {
            for name in ["strides", "dilations", "pads", "output_padding", "group", "kernel_shape"] {
                for extreme in [.min, -1 << 62, -1, 1 << 41, 1 << 62, .max] as [Int64] {
                    guard op.hasPrefix("Conv") || !["output_padding", "group"].contains(name) else { continue }
                    guard op == "ConvTranspose" || name != "output_padding" else { continue }
                    // The shape of the pool's own kernel is what is extreme, or 2 by 2.
                    var hostile = node(op, op.hasPrefix("Conv") ? ["x", "w"] : ["x"], ["y"])
                    let count = name == "pads" ? 4 : name == "group" ? 1 : 2
                    hostile.attribute = [integers(name, [Int64](repeating: extreme, count: count), single: count == 1)]
                    if !op.hasPrefix("Conv"), name != "kernel_shape" {
                        hostile.attribute.append(integers("kernel_shape", [2, 2]))
                    }
                    let whole = model(
                        [hostile], inputs: [value("x", [1, 1, 4, 4])],
                        initializers: [floats("w", [1, 1, 2, 2], [1, 2, 3, 4])], opset: 19)
                    #expect(throws: ImportError.self, "\(op), \(name) \(extreme)") {
                        _ = try importing(whole, decoders: OperatorDecoder.all)
                    }
                }
            }
        }
    }

    private func integers(_ name: String, _ numbers: [Int64], single: Bool? = nil) -> ONNXAttributeProto {
        var attribute = ONNXAttributeProto()
        attribute.name = name
        if single ?? ["axis", "blocksize"].contains(name) {
            attribute.type = .int
            attribute.i = numbers[0]
        } else {
            attribute.type = .ints
            attribute.ints = numbers
        }
        return attribute
    }

    private func call() -> ONNXNodeProto {
        var node = node("f", ["x"], ["y"])
        node.domain = "d"
        return node
    }

    private func opset(_ domain: String) -> ONNXOperatorSetIdProto {
        var opset = ONNXOperatorSetIdProto()
        opset.domain = domain
        opset.version = 1
        return opset
    }
}

extension Data {
    fileprivate func repeated(_ count: Int) -> Data {
        var result = Data(capacity: self.count * count)
        for _ in 0..<count { result.append(self) }
        return result
    }
}
