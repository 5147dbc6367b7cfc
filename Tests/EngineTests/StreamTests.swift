import BNNM
@testable import BNNMEngine
import BNNMFormat
import BNNMPlatform
import CBNNM
import TestSupport
import XCTest

/// Layers that run together, some rows at a time, against the same layers one after the other, bit for bit: with every
/// instruction set and several threads, whose parts meet at other rows.
final class StreamTests: EngineTestCase {
    /// Bytes that a session of two threads needs beyond one of one thread: a part's buffers, 0 where nothing is streamed.
    private func partByteCount(_ description: ModelDescription) throws -> Int {
        try description.withModel { arenaByteCount($0, threads: 2) - arenaByteCount($0, threads: 1) }
    }

    private func arenaByteCount(_ model: OpaquePointer, threads: UInt32) -> Int {
        var options = bnnm_session_options()
        options.struct_size = MemoryLayout<bnnm_session_options>.size
        options.threads = threads
        var byteCount = 0
        XCTAssertEqual(bnnm_session_arena_bytes(model, &options, &byteCount), BNNM_OK)
        return byteCount
    }

    /// Gives the bytes of a part's buffers.
    @discardableResult
    private func check(
        _ dims: [Int], seed: Int = 1, _ comment: String = "", line: UInt = #line, _ build: (LayerSequence) -> Void
    ) throws -> Int {
        let (together, apart) = (
            LayerSequence(dims, seed: seed, isApart: false), LayerSequence(dims, seed: seed, isApart: true)
        )
        for sequence in [together, apart] {
            build(sequence)
            sequence.finish()
        }
        let models = (try together.model.open(), try apart.model.open())
        for level in InstructionSet.levels where InstructionSet.available.contains(level) {
            let whole = try BNNMSession(models.1, instructionSets: level).run(apart.inputs)
            let expected = whole.prefix(apart.outputCount).map { $0.map(\.bitPattern) }
            for threads in 1...4 {
                let session = try BNNMSession(models.0, threads: threads, instructionSets: level)
                for repetition in 0..<2 {
                    let found = try session.run(together.inputs).map { $0.map(\.bitPattern) }
                    XCTAssertEqual(found.count, expected.count, line: line)
                    for (output, (a, b)) in zip(found, expected).enumerated() where a != b {
                        let at = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
                        XCTFail(
                            "\(comment), \(level.name ?? ""), threads \(threads), run \(repetition): output \(output) "
                                + "differs from element \(at) on", line: line)
                        return 0
                    }
                }
            }
        }
        XCTAssertEqual(try partByteCount(apart.model), 0, "what callers read is not streamed", line: line)
        return try partByteCount(together.model)
    }

    private func assertStreams(
        _ dims: [Int], _ comment: String = "", line: UInt = #line, _ build: (LayerSequence) -> Void
    ) throws {
        let byteCount = try check(dims, comment, line: line, build)
        XCTAssertGreaterThan(byteCount, 0, "\(comment): nothing is streamed", line: line)
        XCTAssertLessThanOrEqual(byteCount, 256 << 10, comment, line: line)
    }

    func testTransposeConvolutionAndPool() throws {
        for dims in [[1, 3, 113, 97], [2, 3, 96, 64], [1, 1, 200, 190]] {
            try assertStreams(dims, "\(dims)") {
                $0.transpose()
                $0.conv(window(kernel: (7, 7), stride: (2, 2), pads: (3, 3, 3, 3)), channels: 24)
                $0.pool(BNNMF_OP_MAX_POOL, window(kernel: (3, 3), stride: (2, 2), pads: (1, 1, 1, 1)))
            }
        }
    }

    func testMapsOfWholeRows() throws {
        for step in [.softmax, .standardize(epsilon: 1e-5)] as [EpilogueDescription.Step] {
            for stores in [1, 2, 3] as [UInt32] {
                try assertStreams([2, 96, 64, 8], "\(step), stores \(stores)") {
                    $0.conv(window(kernel: (3, 3), pads: (1, 1, 1, 1)), channels: 24)
                    $0.map(stores: stores, rowStep: step)
                    $0.conv(window(kernel: (3, 3), stride: (2, 2)), channels: 8)
                }
            }
        }
    }

    func testDepthwiseAndPointwiseConvolutionsWithDecisions() throws {
        for stores in [1, 2, 3] as [UInt32] {
            try assertStreams([2, 3, 129, 131], "stores \(stores)") {
                $0.transpose()
                $0.conv(window(kernel: (3, 3), stride: (2, 2), pads: (1, 1, 1, 1)), channels: 16, stores: 1)
                $0.conv(
                    window(kernel: (3, 3), stride: (1, 1), pads: (1, 1, 1, 1)), channels: 16, groups: 16)
                $0.conv(window(), channels: 33, stores: stores)
            }
        }
    }

    func testBlurredPool() throws {
        try assertStreams([2, 56, 56, 64]) {
            $0.pool(BNNMF_OP_MAX_POOL, window(kernel: (3, 3), pads: (1, 1, 1, 1)))
            $0.conv(window(kernel: (3, 3), stride: (2, 2), pads: (1, 1, 1, 1)), channels: 64, groups: 64)
            $0.conv(window(), channels: 20)
        }
    }

    /// The decisions, of which no row may be computed twice or not at all, are stored beside what is streamed.
    func testWhatIsStoredBesides() throws {
        for (height, isDivided) in [(64, true), (65, false)] {
            let byteCount = try check([2, height, 60, 20], "\(height) rows") {
                $0.concat()
                $0.map(stores: 3)
                $0.pool(BNNMF_OP_AVERAGE_POOL, window(kernel: (2, 2), stride: (2, 2)))
            }
            // Three layers need two buffers, the first two one.
            XCTAssertEqual(byteCount > 0, true)
            let short = try check([2, height, 60, 20], "\(height) rows") {
                $0.concat()
                $0.map(stores: 3)
            }
            XCTAssertEqual(byteCount != short, isDivided, "\(height) rows")
        }
    }

    func testElementwiseLayers() throws {
        try assertStreams([3, 40, 50, 24]) {
            $0.clamp()
            $0.scaleShift()
            $0.multiply()
            $0.map(stores: 1)
            $0.pool(BNNMF_OP_MAX_POOL, window(kernel: (2, 3), stride: (1, 2), dilation: (2, 1), pads: (1, 0, 2, 1)))
        }
    }

    /// More layers than one stream holds.
    func testManyLayers() throws {
        try assertStreams([1, 60, 60, 16]) { for index in 0..<20 { index % 2 == 0 ? $0.clamp() : $0.multiply() } }
    }

    /// Stripes of one row whose windows are all padding, in front of and behind the map.
    func testPaddingOfMoreRowsThanStripesHave() throws {
        for pads in [(30, 0, 0, 0), (0, 0, 30, 0), (20, 3, 20, 3)] {
            try assertStreams([1, 64, 500, 8], "\(pads)") {
                $0.clamp()
                $0.conv(window(kernel: (3, 3), pads: pads), channels: 16)
                $0.pool(BNNMF_OP_MAX_POOL, window(kernel: (3, 3), stride: (2, 1), pads: (1, 1, 1, 1)))
            }
        }
    }

    /// Rows between windows are read by nobody.
    func testStridesBeyondTheKernel() throws {
        for stride in 2...5 {
            try assertStreams([1, 131, 40, 12], "stride \(stride)") {
                $0.conv(window(kernel: (3, 3), pads: (1, 1, 1, 1)), channels: 12)
                $0.pool(BNNMF_OP_AVERAGE_POOL, window(kernel: (1, 2), stride: (stride, 2)))
            }
        }
    }

    func testRandomLayers() throws {
        var streamed = 0
        for seed in 0..<60 {
            var random = SeededRandom(seed: seed)
            let dims = [random.below(2) + 1, random.below(60) + 30, random.below(60) + 30, random.below(20) + 4]
            let layers = random.below(6) + 2, isTransposed = random.chance(1, in: 3)
            let byteCount = try check(dims, seed: seed, "seed \(seed)") {
                if isTransposed { $0.transpose() }
                for _ in 0..<layers { $0.addRandomLayer() }
            }
            XCTAssertLessThanOrEqual(byteCount, 256 << 10)
            if byteCount > 0 { streamed += 1 }
        }
        XCTAssertGreaterThan(streamed, 20)
    }

    // MARK: - What is not streamed

    func testMapsThatStayInTheCacheAreNotStreamed() throws {
        // 128 KB is the limit.
        for (height, isStreamed) in [(32, false), (33, true)] {
            let byteCount = try check([1, height, 32, 32], "\(height) rows") {
                $0.scaleShift()
                $0.pool(BNNMF_OP_MAX_POOL, window(kernel: (2, 2), stride: (2, 2)))
            }
            XCTAssertEqual(byteCount > 0, isStreamed)
        }
    }

    /// A row of whose output needs the whole map.
    func testGlobalPoolsAreNotStreamed() throws {
        XCTAssertEqual(
            try check([1, 64, 64, 32]) {
                $0.scaleShift()
                $0.pool(BNNMF_OP_AVERAGE_POOL, window(kernel: (64, 64)))
            }, 0)
    }

    /// Weights that would leave no room for rows.
    func testLayersOfManyWeightsAreNotStreamed() throws {
        XCTAssertEqual(
            try check([1, 16, 16, 256]) {
                $0.clamp()
                $0.conv(window(), channels: 256)
            }, 0)
    }

    // MARK: - Sessions

    private func stem() -> ModelDescription {
        let sequence = LayerSequence([1, 3, 224, 224], seed: 3, isApart: false)
        sequence.transpose()
        sequence.conv(window(kernel: (3, 3), stride: (2, 2), pads: (1, 1, 1, 1)), channels: 32)
        sequence.pool(BNNMF_OP_MAX_POOL, window(kernel: (3, 3), stride: (2, 2), pads: (1, 1, 1, 1)))
        sequence.finish()
        return sequence.model
    }

    func testTheArenaHoldsBuffersInsteadOfMaps() throws {
        try stem().withModel { model in
            // The transposed input has 602,112 bytes, the convolution's result 1,605,632.
            XCTAssertLessThanOrEqual(arenaByteCount(model, threads: 1), 256 << 10)
            XCTAssertLessThanOrEqual(arenaByteCount(model, threads: 4), 4 * 256 << 10)
            XCTAssertGreaterThan(arenaByteCount(model, threads: 4), arenaByteCount(model, threads: 3))
        }
    }

    func testArenaOfTheCaller() throws {
        try stem().withModel { model in
            for threads in 1...4 as ClosedRange<UInt32> {
                let byteCount = arenaByteCount(model, threads: threads)
                let arena = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 64, alignment: 64)
                defer { arena.deallocate() }
                arena.initializeMemory(as: UInt8.self, repeating: 0xA5, count: byteCount + 64)
                var options = bnnm_session_options()
                options.struct_size = MemoryLayout<bnnm_session_options>.size
                options.threads = threads
                options.arena = arena
                options.arena_byte_count = byteCount - 1
                var session: OpaquePointer?
                XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_INVALID_ARGUMENT)
                options.arena_byte_count = byteCount
                XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_OK)
                defer { bnnm_session_free(session) }
                try run(session)
                for offset in 0..<64 {
                    XCTAssertEqual(arena.load(fromByteOffset: byteCount + offset, as: UInt8.self), 0xA5)
                }
            }
        }
    }

    @discardableResult
    private func run(_ session: OpaquePointer?) throws -> [Float] {
        let input = [Float](repeating: 0.5, count: 3 * 224 * 224)
        var output = [Float](repeating: 9, count: 56 * 56 * 32)
        input.withUnsafeBytes { x in
            output.withUnsafeMutableBytes { y in
                var source = bnnm_input(data: x.baseAddress, byte_count: x.count)
                var result = bnnm_output(data: y.baseAddress, byte_count: y.count)
                XCTAssertEqual(bnnm_session_run(session, 1, &source, 1, &result, 1), BNNM_OK)
            }
        }
        return output
    }

    /// Where threads are on unlike cores, there are more parts than buffers.
    func testThreadsOnUnlikeCores() throws {
        try stem().withModel { model in
            var sessions: [OpaquePointer?] = [nil, nil]
            for (index, threads) in [1, 4].enumerated() {
                var options = bnnm_session_options()
                options.struct_size = MemoryLayout<bnnm_session_options>.size
                options.threads = UInt32(threads)
                XCTAssertEqual(bnnm_session_create(model, &options, &sessions[index]), BNNM_OK)
            }
            defer { sessions.forEach(bnnm_session_free) }
            let memory = bnnmp_allocate(bnnmp_pool_byte_count(4), 64)!
            defer { bnnmp_free(memory) }
            let unlike: bnnmp_core = { UInt32(truncatingIfNeeded: pthread_self() >> 12) | 1 }
            var pool = bnnmp_pool_create(memory, 4, nil, 0, unlike)
            let session = try XCTUnwrap(Session.pointer(sessions[1]))
            swap(&session.pointee.pool, &pool)
            defer {
                swap(&session.pointee.pool, &pool)
                bnnmp_pool_destroy(pool)
            }
            let expected = try run(sessions[0])
            // What threads are on is known once they have worked.
            var unlikeRuns = 0
            for _ in 0..<1000 where unlikeRuns < 20 {
                unlikeRuns += bnnmp_pool_is_unlike(session.pointee.pool) ? 1 : 0
                XCTAssertTrue(try run(sessions[1]) == expected)
            }
            XCTAssertEqual(unlikeRuns, 20)
        }
    }

    func testLayersTellWithWhichTheyRun() throws {
        let sequence = LayerSequence([1, 3, 113, 97], seed: 1, isApart: false)
        sequence.transpose()
        sequence.conv(window(kernel: (7, 7), stride: (2, 2), pads: (3, 3, 3, 3)), channels: 24)
        sequence.pool(BNNMF_OP_MAX_POOL, window(kernel: (3, 3), stride: (2, 2), pads: (1, 1, 1, 1)))
        sequence.finish()
        let layers = try sequence.model.open().layers
        let pool = try XCTUnwrap(layers.firstIndex { $0.operatorName == "MaxPool" })
        XCTAssertEqual(layers.map(\.runsWith), layers.indices.map { max($0, pool) })
    }

    func testTheCallbackIsToldOfEveryLayerInOrder() throws {
        final class Layers { var seen: [UInt32] = [] }
        let layers = Layers()
        try stem().withModel { model in
            var options = bnnm_session_options()
            options.struct_size = MemoryLayout<bnnm_session_options>.size
            options.layer_user = Unmanaged.passUnretained(layers).toOpaque()
            options.layer = { user, layer, _ in
                Unmanaged<Layers>.fromOpaque(user!).takeUnretainedValue().seen.append(layer)
            }
            var session: OpaquePointer?
            XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_OK)
            defer { bnnm_session_free(session) }
            try run(session)
            XCTAssertEqual(layers.seen, [0, 1, 2, 3])
        }
    }

    /// A probe of decisions that a member stores besides is told when the stream has run.
    func testProbesOfWhatIsStoredBesides() throws {
        let dims = [1, 64, 60, 20]
        let sequence = LayerSequence(dims, seed: 5, isApart: false)
        sequence.map(stores: 3)
        sequence.pool(BNNMF_OP_AVERAGE_POOL, window(kernel: (2, 2), stride: (2, 2)))
        sequence.finish()
        let bits = sequence.model.tensors.firstIndex { $0.element_type == BNNMF_BITS.rawValue }!
        sequence.model.probe(UInt32(bits), dims)
        XCTAssertGreaterThan(try partByteCount(sequence.model), 0)
        nonisolated(unsafe) var seen: [[Int8]] = []
        let session = try BNNMSession(try sequence.model.open(), threads: 3) { _, _, decisions in seen.append(decisions)
        }
        let outputs = try session.run(sequence.inputs)
        XCTAssertEqual(seen, [outputs[1].map { Int8($0) }])
    }
}

extension ModelDescription {
    /// Opens the model through the C API for `body`.
    func withModel<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        try withFile { path in
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_file(path, nil, &model), BNNM_OK)
            defer { bnnm_model_free(model) }
            return try body(XCTUnwrap(model))
        }
    }
}
