import BNNMIR
import Foundation
import Testing

@testable import BNNMONNX

/// The little-endian bytes of `elements`.
func bytes<Element>(of elements: [Element]) -> Data { elements.withUnsafeBytes { Data($0) } }

@Suite struct TensorDecoderTests {
    private let decoder = TensorDecoder(externalData: ExternalData(folder: nil))

    private func message(_ proto: ONNXTensorProto) -> String? {
        #expect(throws: OperatorError.self) { _ = try decoder.decode(proto) }?.description
    }

    @Test func rawBytesOfEveryTypeAreRead() throws {
        let cases: [(Int32, ElementType, Data, [Double])] = [
            (1, .float32, bytes(of: [1.5, -.infinity] as [Float]), [1.5, -.infinity]),
            (2, .uint8, Data([0, 255]), [0, 255]),
            (3, .int8, Data([0x80, 0x7f]), [-128, 127]),
            (4, .uint16, bytes(of: [1, .max] as [UInt16]), [1, 65535]),
            (5, .int16, bytes(of: [.min, .max] as [Int16]), [-32768, 32767]),
            (6, .int32, bytes(of: [.min, .max] as [Int32]), [-2_147_483_648, 2_147_483_647]),
            (7, .int64, bytes(of: [-5, 1 << 40] as [Int64]), [-5, 1_099_511_627_776]),
            (9, .bool, Data([0, 1]), [0, 1]),
            (10, .float16, bytes(of: [0x3c00, 0xc100] as [UInt16]), [1, -2.5]),
            (11, .float64, bytes(of: [0.1, 2] as [Double]), [0.1, 2]),
            (12, .uint32, bytes(of: [0, .max] as [UInt32]), [0, 4_294_967_295]),
        ]
        for (code, type, data, expected) in cases {
            let result = try decoder.decode(tensor("t", type: code, [2], raw: data))
            #expect(result.type == TensorType(type, [2]))
            #expect(result.doubles == expected, "\(type)")
        }
        let unsigned = try decoder.decode(tensor("t", type: 13, [1], raw: bytes(of: [UInt64.max])))
        #expect(unsigned.type == TensorType(.uint64, [1]))
        #expect(unsigned.integers == [-1])
    }

    @Test func typedListsOfEveryTypeAreRead() throws {
        func check(
            _ code: Int32, _ type: ElementType, _ expected: [Double], _ fill: (inout ONNXTensorProto) -> Void
        ) throws {
            var proto = tensor("t", type: code, [2])
            fill(&proto)
            let result = try decoder.decode(proto)
            #expect(result.type == TensorType(type, [2]))
            #expect(result.doubles == expected, "\(type)")
        }
        try check(1, .float32, [1.5, -2]) { $0.floatData = [1.5, -2] }
        try check(2, .uint8, [0, 255]) { $0.int32Data = [0, 255] }
        try check(3, .int8, [-128, 127]) { $0.int32Data = [-128, 127] }
        try check(4, .uint16, [0, 65535]) { $0.int32Data = [0, 65535] }
        try check(5, .int16, [-32768, 32767]) { $0.int32Data = [-32768, 32767] }
        try check(6, .int32, [-7, 7]) { $0.int32Data = [-7, 7] }
        try check(7, .int64, [-7, 7]) { $0.int64Data = [-7, 7] }
        try check(9, .bool, [0, 1]) { $0.int32Data = [0, 1] }
        try check(10, .float16, [1, -2.5]) { $0.int32Data = [0x3c00, 0xc100] }
        try check(11, .float64, [0.1, 2]) { $0.doubleData = [0.1, 2] }
        try check(12, .uint32, [0, 4_294_967_295]) { $0.uint64Data = [0, 4_294_967_295] }
        try check(13, .uint64, [0, 7]) { $0.uint64Data = [0, 7] }
    }

    @Test func scalarsAndEmptyTensorsAreRead() throws {
        #expect(try decoder.decode(floats("t", [], [4])) == Tensor([], [4] as [Float]))
        #expect(try decoder.decode(tensor("t", [0, 3])) == Tensor([0, 3], [] as [Float]))
    }

    @Test func wrongAmountsOfDataAreRefused() {
        #expect(
            message(tensor("t", [2, 2], raw: Data(count: 15))) == "has 15 bytes of data, but float32[2,2] needs 16")
        #expect(message(floats("t", [3], [1, 2])) == "has 2 elements in float_data, but float32[3] needs 3")
        #expect(message(tensor("t", type: 7, [3])) == "has 0 elements in int64_data, but int64[3] needs 3")
        #expect(
            message(tensor("t", [1 << 39]))
                == "has 0 elements in float_data, but float32[549755813888] needs 549755813888")
        for dims in [[-1, 2], [1 << 62, 4], [1 << 62, 4, 0]] as [[Int64]] {
            #expect(
                message(tensor("t", dims))
                    == "has shape \(dims): dimensions must not be negative, nor their product exceed 1099511627776")
        }
        var outOfRange = tensor("t", type: 3, [1])
        outOfRange.int32Data = [128]
        #expect(message(outOfRange) == "has the element 128, but a int8 is stored as -128 to 127")
    }

    @Test(
        arguments: [(16, "bfloat16"), (8, "string"), (14, "complex64"), (0, "undefined"), (99, "number 99")]
            as [(Int32, String)])
    func otherTypesAreNamed(code: Int32, name: String) {
        let list = "float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool"
        #expect(message(tensor("t", type: code, [1])) == "has element type \(name); supported are \(list)")
    }

    @Test func unreadableInitializersAreAllReported() {
        var sparse = ONNXSparseTensorProto()
        sparse.values = tensor("s", [1])
        var segmented = floats("g", [1], [1])
        segmented.segment = .init()
        var m = model(
            [node("Sign", ["w"], ["a"]), node("Sign", ["s"], ["y"])],
            initializers: [tensor("w", [2], raw: Data(count: 4)), segmented])
        m.graph.sparseInitializer = [sparse]
        expectFailure(
            m,
            """
            m.onnx: 3 places cannot be imported
              initializer 'w': has 4 bytes of data, but float32[2] needs 8
              initializer 'g': is split into segments, which is not supported
              initializer 's': is sparse, which is not supported
              (nodes that depend on these and were not checked further: 2)
            """)
    }
}
