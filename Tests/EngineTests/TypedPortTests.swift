import BNNM
import BNNMFormat
import CBNNM
import XCTest

/// Inputs and outputs of every type, also where an output is an input or a constant, through both APIs.
final class TypedPortTests: EngineTestCase {
    /// Every type goes through a reshape; the last output is the second input itself, and one a constant.
    private func typed(batch: UInt32 = 0) throws -> BNNMModel {
        let description = ModelDescription()
        description.batch = batch
        for (name, type) in [
            ("f", BNNMF_FLOAT32), ("i", BNNMF_INT32), ("l", BNNMF_INT64), ("b", BNNMF_BOOL),
        ] {
            let x = description.input([1, 3], name: name, type: type)
            description.output(description.reshape(x, [1, 1, 3], type), name: name + " shaped")
            if name == "i" { description.output(x, name: "i itself") }
        }
        description.output(description.constant(.int64([1 << 40, -7]), [1, 2]), name: "constant")
        return try description.open()
    }

    func testBytesGoThroughAsTheyAre() throws {
        let description = ModelDescription()
        description.output(description.input([1, 3], name: "bytes", type: BNNMF_UINT8), name: "again")
        let model = try description.open()
        XCTAssertEqual(model.inputs.map(\.elementType), [.uint8])
        let bytes = try BNNMTensor([0, 1, 127, 128, 254, 255] as [UInt8], shape: [2, 3])
        let outputs = try BNNMSession(model).run([bytes])
        XCTAssertEqual(outputs[0].values, bytes.values)
        XCTAssertEqual(try outputs[0].elements(as: UInt8.self), [0, 1, 127, 128, 254, 255])
        XCTAssertEqual(outputs[0].elements, [0, 1, 127, 128, 254, 255])
        XCTAssertEqual(outputs[0].values[2..<4], .uint8([127, 128]))
    }

    func testPortsWithoutElementsNeedNoBuffer() throws {
        let description = ModelDescription()
        description.batch = 1
        let empty = description.input([2, 0, 3], name: "nothing")
        let x = description.input([1, 3], name: "x")
        description.output(empty, name: "nothing itself")
        description.output(description.reshape(x, [3], BNNMF_FLOAT32), name: "y")
        let model = try description.open()
        XCTAssertEqual(model.inputs.map(\.elementCount), [0, 3])
        for threads in [1, 2] {
            let outputs = try BNNMSession(model, threads: threads).run([[], [1, 2, 3]])
            XCTAssertEqual(outputs, [[], [1, 2, 3]])
        }
        let touched = ModelDescription()
        touched.batch = 1
        touched.output(touched.reshape(touched.input([2, 0, 3]), [0, 6], BNNMF_FLOAT32))
        XCTAssertThrowsError(try touched.open())
    }

    func testTypesAreTold() throws {
        let model = try typed()
        XCTAssertEqual(model.inputs.map(\.elementType), [.float32, .int32, .int64, .bool])
        XCTAssertEqual(model.outputs.map(\.elementType), [.float32, .int32, .int32, .int64, .bool, .int64])
        XCTAssertEqual(model.inputs.map(\.elementCount), [3, 3, 3, 3])
        XCTAssertEqual(model.layers.map(\.elementType), [.float32, .int32, .int64, .bool])
    }

    func testSeveralExecutionsOfEveryType() throws {
        let session = try BNNMSession(try typed())
        let long: [Int64] = [.min, .max, 3, 4, 5, 6]
        let inputs: [BNNMTensor] = [
            try BNNMTensor([1, 2, 3, 4, 5, 6.5], shape: [2, 3]),
            try BNNMTensor([1, 2, 3, 4, .max, .min] as [Int32], shape: [2, 3]), try BNNMTensor(long, shape: [2, 3]),
            try BNNMTensor([true, false, true, false, false, true], shape: [2, 3]),
        ]
        let outputs = try session.run(inputs)
        XCTAssertEqual(outputs[0].values, inputs[0].values)
        XCTAssertEqual(outputs[1].values, inputs[1].values)
        XCTAssertEqual(outputs[2].values, inputs[1].values)
        XCTAssertEqual(outputs[3].values, inputs[2].values)
        XCTAssertEqual(outputs[4].values, inputs[3].values)
        XCTAssertEqual(outputs[5].values, .int64([1 << 40, -7, 1 << 40, -7]))
        XCTAssertEqual(outputs.map(\.shape), [[2, 1, 3], [2, 1, 3], [2, 3], [2, 1, 3], [2, 1, 3], [2, 2]])
        XCTAssertEqual(try outputs[3].elements(as: Int64.self), long)
        XCTAssertThrowsError(try outputs[3].elements(as: Int32.self)) {
            XCTAssertEqual(($0 as? BNNMError)?.message, "the tensor has int64 values, not int32")
        }
        XCTAssertEqual(outputs[4].elements, [1, 0, 1, 0, 0, 1])
        XCTAssertEqual(Array(outputs[4].sample(1)), [0, 0, 1])
        XCTAssertEqual(outputs[2][1, 0], 4)
    }

    func testAnotherTypeIsRefusedByName() throws {
        let session = try BNNMSession(try typed(batch: 1))
        let three = try BNNMTensor(repeating: 1, shape: [1, 3])
        XCTAssertThrowsError(try session.run([three, three, three, three])) {
            XCTAssertEqual(($0 as? BNNMError)?.status, .shapeMismatch)
            XCTAssertEqual(($0 as? BNNMError)?.message, "input 1 'i' takes int32 values, not float32")
        }
        XCTAssertThrowsError(try session.run([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]])) {
            XCTAssertEqual(
                ($0 as? BNNMError)?.message,
                "output 1 'i shaped' gives int32 values, not float32: run with BNNMTensor")
        }
    }

    func testBuffersOfTheCInterfaceAreAlignedToTheirElements() throws {
        let description = ModelDescription()
        description.batch = 1
        let words = description.input([2], name: "words", type: BNNMF_INT64)
        description.output(words, name: "again")
        description.output(description.input([3], name: "truths", type: BNNMF_BOOL), name: "truths again")
        try description.withFile { path in
            var model: OpaquePointer?
            var session: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_file(path, nil, &model), BNNM_OK)
            defer { bnnm_model_free(model) }
            XCTAssertEqual(bnnm_session_create(model, nil, &session), BNNM_OK)
            defer { bnnm_session_free(session) }
            var info = bnnm_tensor_info()
            info.struct_size = MemoryLayout<bnnm_tensor_info>.size
            XCTAssertEqual(bnnm_model_input_info(model, 1, &info), BNNM_OK)
            XCTAssertEqual(info.element_type, BNNM_BOOL.rawValue)
            XCTAssertEqual(info.byte_count, 3)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 64)
            memory.initializeMemory(as: UInt8.self, repeating: 1, count: 128)
            defer { memory.deallocate() }
            func run(wordsAt offset: Int, bytes: Int = 16) -> (bnnm_status, String) {
                let inputs = [
                    bnnm_input(data: memory + offset, byte_count: bytes), bnnm_input(data: memory + 33, byte_count: 3),
                ]
                let outputs = [
                    bnnm_output(data: memory + 64, byte_count: 16), bnnm_output(data: memory + 97, byte_count: 3),
                ]
                let status = bnnm_session_run(session, 1, inputs, 2, outputs, 2)
                return (status, String(cString: bnnm_session_message(session)))
            }
            XCTAssertEqual(run(wordsAt: 8).0, BNNM_OK)
            let shifted = run(wordsAt: 4)
            XCTAssertEqual(shifted.0, BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(shifted.1, "input 0 'words': data must be aligned to 8 bytes, the size of int64")
            let short = run(wordsAt: 8, bytes: 8)
            XCTAssertEqual(short.0, BNNM_SHAPE_MISMATCH)
            XCTAssertEqual(
                short.1, "input 0 'words': byte_count must be 16 (int64) for each of 1 executions, not 8 in all")
        }
    }

    func testBitsAreNoPorts() {
        let input = ModelDescription()
        input.output(input.unpack(input.input([1, 3], type: BNNMF_BITS), [1, 3]))
        assertRefused(input, "model input 0: it must be float32, int32, int64, bool or uint8")
    }

    func testChecksCompareEveryType() throws {
        let description = ModelDescription()
        description.output(description.input([1, 3], name: "b", type: BNNMF_BOOL), name: "y")
        description.output(description.constant(.int64([1 << 40]), [1]), name: "z")
        let (truths, word, other) = (
            description.blob([1, 0, 1] as [UInt8]), description.blob([1 << 40] as [Int64]),
            description.blob([1 << 40 + 1] as [Int64])
        )
        description.check(inputs: [truths], outputs: [truths, word])
        description.check(inputs: [truths], outputs: [truths, other])
        let session = try BNNMSession(try description.open())
        XCTAssertTrue(try session.check(0).passed)
        let failed = try session.check(1)
        XCTAssertFalse(failed.passed)
        XCTAssertEqual(failed.differingOutputs, 1)
    }
}
