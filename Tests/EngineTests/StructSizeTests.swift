import BNNMFormat
import CBNNM
import XCTest

/// Programs compiled against an older or newer bnnm.h: structures of every possible size, by hand in raw memory.
final class StructSizeTests: EngineTestCase {
    /// What no call may leave or read where the caller has no structure.
    private static let poison: UInt8 = 0xA5
    private static let room = 8192

    private func withModel(_ body: (OpaquePointer, UnsafeMutableRawPointer) throws -> Void) throws {
        let description = ModelDescription()
        let x = description.input([1, 2, 2, 70], name: "image")
        let bits = description.sign(x, [1, 2, 2, 70])
        description.output(description.unpack(bits, [1, 2, 2, 70]), name: "decisions")
        description.probe(bits, [280])
        // +1 is a 0 bit: four rows of two words.
        let decided = [UInt64](repeating: 0, count: 8)
        description.check(
            inputs: [description.blob([Float](repeating: 2, count: 280))],
            outputs: [description.blob([Float](repeating: 1, count: 280))], hashes: [bnnmf_crc32c(0, decided, 64)])
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.room, alignment: 64)
        defer { memory.deallocate() }
        try description.withFile { path in
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_file(path, nil, &model), BNNM_OK)
            defer { bnnm_model_free(model) }
            try body(try XCTUnwrap(model), memory)
        }
    }

    /// Asks for an info in structures of every size from the first version's to beyond the library's.
    private func assertEverySize<Info>(
        _ type: Info.Type, first: Int, _ memory: UnsafeMutableRawPointer, line: UInt = #line,
        _ get: (UnsafeMutablePointer<Info>) -> bnnm_status
    ) {
        let known = MemoryLayout<Info>.size, step = MemoryLayout<Info>.alignment
        func ask(_ size: Int) -> (status: bnnm_status, bytes: [UInt8]) {
            memory.initializeMemory(as: UInt8.self, repeating: Self.poison, count: Self.room)
            memory.storeBytes(of: size, as: Int.self)
            let status = get(memory.assumingMemoryBound(to: Info.self))
            return (status, Array(UnsafeRawBufferPointer(start: memory, count: Self.room)))
        }
        XCTAssertGreaterThanOrEqual(known, first, line: line)
        let whole = ask(known)
        XCTAssertEqual(whole.status, BNNM_OK, line: line)
        for size in stride(from: first, through: known + 4 * step, by: step) {
            let (status, bytes) = ask(size)
            XCTAssertEqual(status, BNNM_OK, "\(size) bytes", line: line)
            XCTAssertEqual(bytes[8..<min(size, known)], whole.bytes[8..<min(size, known)], "\(size)", line: line)
            XCTAssertTrue(bytes[min(size, known)..<size].allSatisfy { $0 == 0 }, "\(size) bytes", line: line)
            XCTAssertTrue(bytes[size...].allSatisfy { $0 == Self.poison }, "beyond \(size) bytes", line: line)
            XCTAssertEqual(memory.load(as: Int.self), size, line: line)
        }
        for size in [Int.min, -1, 0, 8, first - step, first + 1, known + 1, 4096 + step, .max] {
            let (status, bytes) = ask(size)
            XCTAssertEqual(status, BNNM_INVALID_ARGUMENT, "\(size) bytes", line: line)
            XCTAssertTrue(bytes[8...].allSatisfy { $0 == Self.poison }, "\(size) bytes", line: line)
        }
    }

    func testInfosOfEverySizeAreFilledAsFarAsTheyGo() throws {
        try withModel { model, memory in
            var session: OpaquePointer?
            XCTAssertEqual(bnnm_session_create(model, nil, &session), BNNM_OK)
            defer { bnnm_session_free(session) }
            assertEverySize(bnnm_tensor_info.self, first: 104, memory) { bnnm_model_input_info(model, 0, $0) }
            assertEverySize(bnnm_tensor_info.self, first: 104, memory) { bnnm_model_output_info(model, 0, $0) }
            assertEverySize(bnnm_model_info.self, first: 88, memory) { bnnm_model_get_info(model, $0) }
            assertEverySize(bnnm_layer_info.self, first: 112, memory) { bnnm_model_layer_info(model, 1, $0) }
            assertEverySize(bnnm_probe_info.self, first: 96, memory) { bnnm_model_probe_info(model, 0, $0) }
            assertEverySize(bnnm_check_result.self, first: 40, memory) { bnnm_session_check(session, 0, $0) }
        }
    }

    /// Options as long as `size` says, all zero, followed by poison.
    private func clear(_ memory: UnsafeMutableRawPointer, _ size: Int) {
        memory.initializeMemory(as: UInt8.self, repeating: Self.poison, count: Self.room)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        memory.storeBytes(of: size, as: Int.self)
    }

    func testSessionOptionsOfEverySizeMeanWhatTheySay() throws {
        try withModel { model, memory in
            let first = 88, known = MemoryLayout<bnnm_session_options>.size
            var session: OpaquePointer?
            let options = memory.assumingMemoryBound(to: bnnm_session_options.self)
            for size in stride(from: first, through: known + 32, by: 8) {
                // Poison behind the end would be a callback at an impossible address and too many CPUs.
                clear(memory, size)
                options.pointee.isa_mask = BNNM_ISA_GENERIC.rawValue
                XCTAssertEqual(bnnm_session_create(model, options, &session), BNNM_OK, "\(size) bytes")
                XCTAssertEqual(bnnm_session_isa(session), BNNM_ISA_GENERIC.rawValue)
                var result = bnnm_check_result()
                result.struct_size = MemoryLayout<bnnm_check_result>.size
                XCTAssertEqual(bnnm_session_check(session, 0, &result), BNNM_OK)
                XCTAssertEqual(result.passed, 1)
                bnnm_session_free(session)
            }
            clear(memory, known + 16)
            memory.storeBytes(of: 1, toByteOffset: known + 3, as: UInt8.self)
            XCTAssertEqual(bnnm_session_create(model, options, &session), BNNM_INVALID_ARGUMENT)
            for size in [-1, 0, 8, first - 8, first + 4, known - 1, 5000] {
                clear(memory, known)
                memory.storeBytes(of: size, as: Int.self)
                XCTAssertEqual(bnnm_session_create(model, options, &session), BNNM_INVALID_ARGUMENT, "\(size) bytes")
                XCTAssertNil(session)
            }
        }
    }

    func testModelOptionsOfEverySizeMeanWhatTheySay() throws {
        try withModel { _, memory in
            let options = memory.assumingMemoryBound(to: bnnm_model_options.self)
            var text = [CChar](repeating: 1, count: 100)
            for size in stride(from: 56, through: MemoryLayout<bnnm_model_options>.size + 16, by: 8) {
                clear(memory, size)
                let status = text.withUnsafeMutableBufferPointer {
                    options.pointee.message = $0.baseAddress
                    options.pointee.message_capacity = $0.count
                    var model: OpaquePointer?
                    return bnnm_model_open_memory(memory + 4096, 64, options, &model)
                }
                XCTAssertEqual(status, BNNM_NOT_A_MODEL)
                XCTAssertNotEqual(text[0], 1, "no message for options of \(size) bytes")
            }
            clear(memory, 48)
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_memory(memory + 4096, 64, options, &model), BNNM_INVALID_ARGUMENT)
        }
    }
}
