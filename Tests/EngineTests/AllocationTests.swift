import BNNM
import BNNMFormat
import CBNNM
import TestSupport
import XCTest

final class AllocationTests: EngineTestCase {
    private func description() -> ModelDescription {
        let model = ModelDescription()
        let x = model.input([1, 8])
        let bits = model.sign(model.scaleShift(x, [1, 8], [2], [1]), [1, 8])
        model.output(model.unpack(bits, [1, 8]))
        model.probe(bits, [1, 8])
        return model
    }

    private func open(
        _ bytes: [UInt8], _ path: String, _ allocator: TrialAllocator, copy: Bool, _ model: inout OpaquePointer?
    ) -> bnnm_status {
        var options = bnnm_model_options()
        options.struct_size = MemoryLayout<bnnm_model_options>.size
        options.allocator = allocator.functions
        options.copy = copy ? 1 : 0
        return copy
            ? bnnm_model_open_memory(bytes, bytes.count, &options, &model)
            : bnnm_model_open_file(path, &options, &model)
    }

    private func create(
        _ model: OpaquePointer?, _ allocator: TrialAllocator, _ session: inout OpaquePointer?
    ) -> bnnm_status {
        var options = bnnm_session_options()
        options.struct_size = MemoryLayout<bnnm_session_options>.size
        options.allocator = allocator.functions
        options.threads = 2
        return bnnm_session_create(model, &options, &session)
    }

    /// With layers that are streamed, whose buffers depend on the number of threads.
    private func streamed() -> ModelDescription {
        let sequence = LayerSequence([1, 60, 60, 16], seed: 1, isApart: false)
        sequence.clamp()
        sequence.pool(BNNMF_OP_MAX_POOL, window(kernel: (3, 3)))
        sequence.finish()
        return sequence.model
    }

    func testEveryAllocationMayFail() throws {
        for description in [description(), streamed()] { try checkEveryAllocation(description) }
    }

    private func checkEveryAllocation(_ description: ModelDescription) throws {
        let bytes = try description.bytes()
        try description.withFile { path in
            for copy in [false, true] {
                let all = TrialAllocator()
                var model: OpaquePointer?
                XCTAssertEqual(open(bytes, path, all, copy: copy, &model), BNNM_OK)
                let opening = all.count
                for refused in 1...opening {
                    let allocator = TrialAllocator()
                    allocator.refused = refused
                    var none: OpaquePointer? = model
                    XCTAssertEqual(open(bytes, path, allocator, copy: copy, &none), BNNM_OUT_OF_MEMORY, "\(refused)")
                    XCTAssertNil(none)
                    XCTAssertEqual(allocator.live, 0, "allocation \(refused)")
                }
                let sessions = TrialAllocator()
                var session: OpaquePointer?
                XCTAssertEqual(create(model, sessions, &session), BNNM_OK)
                for refused in 1...sessions.count {
                    let allocator = TrialAllocator()
                    allocator.refused = refused
                    var none: OpaquePointer? = session
                    XCTAssertEqual(create(model, allocator, &none), BNNM_OUT_OF_MEMORY, "\(refused)")
                    XCTAssertNil(none)
                    XCTAssertEqual(allocator.live, 0)
                }
                bnnm_model_free(model)
                XCTAssertGreaterThan(all.live, 0)
                bnnm_session_free(session)
                XCTAssertEqual(all.live, 0)
                XCTAssertEqual(sessions.live, 0)
            }
        }
    }

    func testEveryAllocationOfAModelWithEveryOperatorMayFail() throws {
        let outcome = AllocationTrial.run(try ModelDescription.everyOperator().bytes())
        XCTAssertNil(outcome.fault)
        XCTAssertGreaterThan(outcome.refusedCount, 10)
    }

    func testRunAllocatesNothingAndUsesTheCallersArena() throws {
        try description().withFile { path in
            let allocator = TrialAllocator()
            var model: OpaquePointer?
            XCTAssertEqual(open([], path, allocator, copy: false, &model), BNNM_OK)
            defer { bnnm_model_free(model) }
            var byteCount = 0
            XCTAssertEqual(bnnm_session_arena_bytes(model, nil, &byteCount), BNNM_OK)
            XCTAssertGreaterThan(byteCount, 0)
            let arena = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 64, alignment: 64)
            defer { arena.deallocate() }
            arena.initializeMemory(as: UInt8.self, repeating: 0xA5, count: byteCount + 64)
            var options = bnnm_session_options()
            options.struct_size = MemoryLayout<bnnm_session_options>.size
            options.allocator = allocator.functions
            var session: OpaquePointer?
            options.arena = arena
            options.arena_byte_count = byteCount - 1
            XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_INVALID_ARGUMENT)
            options.arena_byte_count = byteCount
            options.arena = arena + 32
            XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_INVALID_ARGUMENT)
            options.arena = arena
            XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_OK)
            defer { bnnm_session_free(session) }
            let before = allocator.count
            let input = [Float](arrayLiteral: -1, 2, -3, 4, 0, -0.5, -0.6, 1)
            var output = [Float](repeating: 9, count: 8)
            for _ in 0..<100 {
                input.withUnsafeBytes { x in
                    output.withUnsafeMutableBytes { y in
                        var source = bnnm_input(data: x.baseAddress, byte_count: x.count)
                        var result = bnnm_output(data: y.baseAddress, byte_count: y.count)
                        XCTAssertEqual(bnnm_session_run(session, 1, &source, 1, &result, 1), BNNM_OK)
                    }
                }
            }
            XCTAssertEqual(output, [-1, 1, -1, 1, 1, 1, -1, 1])
            XCTAssertEqual(allocator.count, before)
            for offset in 0..<64 {
                XCTAssertEqual(arena.load(fromByteOffset: byteCount + offset, as: UInt8.self), 0xA5)
            }
        }
    }

    func testAllocatorMustBeComplete() throws {
        var options = bnnm_model_options()
        options.struct_size = MemoryLayout<bnnm_model_options>.size
        options.allocator.allocate = TrialAllocator().functions.allocate
        var model: OpaquePointer?
        XCTAssertEqual(bnnm_model_open_file("model.bnnm", &options, &model), BNNM_INVALID_ARGUMENT)
    }
}
