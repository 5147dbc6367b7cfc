import BNNM
import BNNMFormat
import CBNNM
import Dispatch
import TestSupport
import XCTest

/// The C API under misuse: every call gives a status, nothing crashes.
final class InterfaceTests: EngineTestCase {
    private func small(batch: UInt32 = 0) -> ModelDescription {
        let description = ModelDescription()
        description.batch = batch
        let x = description.input([1, 2, 2, 70], name: "image")
        let bits = description.sign(x, [1, 2, 2, 70])
        var random = SeededRandom(seed: 1)
        let layer = BinaryLayer(window(kernel: (3, 3), pads: (1, 1, 1, 1)), groups: 7, pad: -1, 70, 7, &random)
        let y = layer.add(
            to: description, bits, [1, 2, 2, 7], BNNMF_FLOAT32, scale: [Float](repeating: 1, count: 7))
        description.output(description.clamp(y, [1, 2, 2, 7], -100, 100), name: "scores")
        description.probe(bits, [1, 70, 2, 2], channelsFirst: true)
        description.probe(bits, [280], zeroOne: true)
        return description
    }

    private func withModel(_ description: ModelDescription, _ body: (OpaquePointer) throws -> Void) throws {
        try description.withFile { path in
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_file(path, nil, &model), BNNM_OK)
            try body(try XCTUnwrap(model))
            bnnm_model_free(model)
        }
    }

    /// Each layer before it runs, then their number, for every execution.
    func testTheLayerCallbackFollowsTheExecution() throws {
        try withModel(small()) { model in
            final class Calls { var all: [[Int]] = [] }
            let calls = Calls()
            var options = bnnm_session_options()
            options.struct_size = MemoryLayout<bnnm_session_options>.size
            options.layer_user = Unmanaged.passUnretained(calls).toOpaque()
            options.layer = { user, layer, execution in
                Unmanaged<Calls>.fromOpaque(user!).takeUnretainedValue().all.append([Int(layer), execution])
            }
            var session: OpaquePointer?
            XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_OK)
            defer { bnnm_session_free(session) }
            let input = [Float](repeating: 1, count: 560)
            var output = [Float](repeating: 0, count: 56)
            let status = input.withUnsafeBytes { input in
                output.withUnsafeMutableBytes { output in
                    var (x, y) = (bnnm_input(), bnnm_output())
                    (x.data, x.byte_count) = (input.baseAddress, input.count)
                    (y.data, y.byte_count) = (output.baseAddress, output.count)
                    return bnnm_session_run(session, 2, &x, 1, &y, 1)
                }
            }
            XCTAssertEqual(status, BNNM_OK)
            XCTAssertEqual(calls.all, (0..<2).flatMap { execution in (0...3).map { [$0, execution] } })
        }
    }

    func testCPUsThatCannotBeAreRefused() throws {
        try withModel(small()) { model in
            func create(_ cpus: [UInt32], count: UInt32) -> bnnm_status {
                var options = bnnm_session_options()
                options.struct_size = MemoryLayout<bnnm_session_options>.size
                options.threads = 2
                var session: OpaquePointer?
                defer { bnnm_session_free(session) }
                return cpus.withUnsafeBufferPointer {
                    options.cpus = cpus.isEmpty ? nil : $0.baseAddress
                    options.cpu_count = count
                    return bnnm_session_create(model, &options, &session)
                }
            }
            XCTAssertEqual(create([0], count: 1), BNNM_OK)
            XCTAssertEqual(create([], count: 0), BNNM_OK)
            XCTAssertEqual(create([0], count: 0), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(create([], count: 1), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(create([0, 1024], count: 2), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(create([1023], count: 1), BNNM_THREAD_FAILED)
        }
    }

    func testNullsAndIndicesAreRefused() throws {
        var model: OpaquePointer?
        XCTAssertEqual(bnnm_model_open_file(nil, nil, &model), BNNM_INVALID_ARGUMENT)
        XCTAssertEqual(bnnm_model_open_file("x", nil, nil), BNNM_INVALID_ARGUMENT)
        XCTAssertEqual(bnnm_model_open_memory(nil, 5, nil, &model), BNNM_INVALID_ARGUMENT)
        XCTAssertEqual(bnnm_session_create(nil, nil, &model), BNNM_INVALID_ARGUMENT)
        XCTAssertEqual(bnnm_session_run(nil, 1, nil, 0, nil, 0), BNNM_INVALID_ARGUMENT)
        XCTAssertEqual(bnnm_probe_read(nil, nil, 0), BNNM_INVALID_ARGUMENT)
        bnnm_model_free(nil)
        bnnm_session_free(nil)
        XCTAssertEqual(bnnm_model_input_count(nil), 0)
        XCTAssertEqual(bnnm_model_output_count(nil), 0)
        XCTAssertEqual(bnnm_model_probe_count(nil), 0)
        XCTAssertEqual(bnnm_session_isa(nil), 0)
        XCTAssertNil(bnnm_session_layer_kernel(nil, 0))
        XCTAssertEqual(String(cString: bnnm_session_message(nil)), "")
        XCTAssertEqual(String(cString: bnnm_status_text(bnnm_status(rawValue: 9999))), "unknown status")
        XCTAssertEqual(String(cString: bnnm_version()), BNNM_VERSION_STRING)
        try withModel(small()) { model in
            var info = bnnm_tensor_info()
            info.struct_size = MemoryLayout<bnnm_tensor_info>.size
            XCTAssertEqual(bnnm_model_input_info(model, 1, &info), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(bnnm_model_input_info(nil, 0, &info), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(bnnm_model_input_info(model, 0, nil), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(bnnm_session_create(model, nil, nil), BNNM_INVALID_ARGUMENT)
            XCTAssertEqual(bnnm_session_arena_bytes(model, nil, nil), BNNM_INVALID_ARGUMENT)
            var index: UInt32 = 7
            XCTAssertEqual(bnnm_model_find_input(model, "image", &index), BNNM_OK)
            XCTAssertEqual(index, 0)
            XCTAssertEqual(bnnm_model_find_output(model, "image", &index), BNNM_NOT_FOUND)
            XCTAssertEqual(bnnm_model_find_output(model, "scores", &index), BNNM_OK)
        }
    }

    func testDecisionsBesideValuesAreToldAndCounted() throws {
        let model = ModelDescription()
        let dims = [1, 2, 2, 3]
        var epilogue = EpilogueDescription(steps: [.scaleShift([2, 2, 2], nil)], stores: 3)
        epilogue.points = [1, 2, 3]
        let record = epilogue.record(model, channels: 3)
        let weights = model.blob([1, 0, 0, 0, 1, 0, 0, 0, 1] as [Float])
        let values = model.op(BNNMF_OP_CONV2D, [model.input(dims)], BNNMF_FLOAT32, dims) {
            $0.parameters.conv2d = bnnmf_conv2d(
                window: window(), groups: 1, weights: weights, bias: .max, minimum: -.infinity, maximum: .infinity,
                layout: 0, epilogue: record)
        }
        let decisions = model.moreResults([(BNNMF_BITS, dims)])[0]
        model.probe(decisions, [1, 3, 2, 2], channelsFirst: true)
        model.probe(decisions, [12])
        model.output(values)
        let open = try model.open()
        XCTAssertEqual(open.layers.map(\.multiplyAccumulates), [4 * 3 * 3])
        XCTAssertEqual(open.layers.map(\.weightByteCount), [9 * 4 + 3 * 4 + 3 * 4])
        nonisolated(unsafe) var seen: [[Int8]] = []
        let session = try BNNMSession(open) { _, _, decisions in seen.append(decisions) }
        let x: [Float] = [0, 0, 0, 1, 1, 1, 2, 2, 2, -1, 0.5, 1.5]
        XCTAssertEqual(try session.run([x]), [x.map { 2 * $0 }])
        let inMemory: [Int8] = [-1, -1, -1, 1, 1, -1, 1, 1, 1, -1, -1, 1]
        XCTAssertEqual(seen, [(0..<12).map { inMemory[$0 % 4 * 3 + $0 / 4] }, inMemory])
    }

    func testInformationIsComplete() throws {
        let model = try small().open()
        XCTAssertEqual(model.inputs.map(\.name), ["image"])
        XCTAssertEqual(model.inputs.map(\.shape), [[nil, 2, 2, 70]])
        XCTAssertEqual(model.inputs.map(\.elementCount), [280])
        XCTAssertEqual(model.outputs.map(\.shape), [[nil, 2, 2, 7]])
        XCTAssertEqual(model.info.openBatch, "N")
        XCTAssertEqual(model.info.formatVersion, "1.6")
        XCTAssertEqual(model.layers.map(\.operatorName), ["Binarize", "BinaryConv2D", "Clamp"])
        XCTAssertEqual(model.layers[1].multiplyAccumulates, 4 * 7 * 9 * 10)
        XCTAssertEqual(model.layers[1].weightByteCount, 7 * 9 * 8 * 8 + 28)
        XCTAssertEqual(model.probes.map(\.shape), [[1, 70, 2, 2], [280]])
        XCTAssertEqual(model.probes.map(\.isZeroOne), [false, true])
        let session = try BNNMSession(model, instructionSets: .generic)
        XCTAssertEqual(session.instructionSet, .generic)
        XCTAssertEqual(session.kernel(ofLayer: 1), "binary_conv2d_generic")
        XCTAssertEqual(try small(batch: 1).open().inputs[0].shape, [1, 2, 2, 70])
    }

    func testFilesThatAreNoModels() throws {
        func assertFails(_ path: String, _ status: BNNMError.Status) {
            XCTAssertThrowsError(try BNNMModel(path: path)) { error in
                XCTAssertEqual((error as? BNNMError)?.status, status, "\(error)")
                XCTAssertTrue("\(error)".count > 10)
            }
        }
        assertFails("/nonexistent/model.bnnm", .fileNotFound)
        assertFails("/", .ioError)
        let bytes = try small().bytes()
        for count in [0, 1, 63, 64, 100, bytes.count - 1] {
            XCTAssertThrowsError(try BNNMModel(bytes: Array(bytes.prefix(count))))
        }
        var random = SeededRandom(seed: 3)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            XCTAssertThrowsError(try BNNMModel(bytes: damaged))
        }
        XCTAssertNoThrow(try BNNMModel(bytes: bytes))
    }

    func testMemoryInPlaceMustBeAligned() throws {
        let bytes = try small().bytes()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 64, alignment: 64)
        defer { memory.deallocate() }
        var model: OpaquePointer?
        for offset in [0, 8, 1] {
            (memory + offset).copyMemory(from: bytes, byteCount: bytes.count)
            XCTAssertEqual(
                bnnm_model_open_memory(memory + offset, bytes.count, nil, &model),
                offset == 0 ? BNNM_OK : BNNM_INVALID_ARGUMENT)
            bnnm_model_free(model)
        }
    }

    func testInstructionSetMask() throws {
        let model = try small().open()
        let lacking = InstructionSet.levels.filter { !InstructionSet.available.contains($0) }
        for level in lacking {
            XCTAssertThrowsError(try BNNMSession(model, instructionSets: level)) {
                XCTAssertEqual(($0 as? BNNMError)?.status, .unsupportedCPU)
                XCTAssertTrue("\($0)".contains("available are generic"), "\($0)")
            }
            XCTAssertEqual(try BNNMSession(model, instructionSets: [level, .generic]).instructionSet, .generic)
        }
        // Only sessions that ask for it use AMX.
        XCTAssertNotEqual(try BNNMSession(model).instructionSet, .amx)
        let all = InstructionSet.levels.filter { InstructionSet.available.contains($0) }
        for level in all { XCTAssertEqual(try BNNMSession(model, instructionSets: level).instructionSet, level) }
        for level in InstructionSet.levels { XCTAssertEqual(InstructionSet(name: level.name ?? ""), level) }
    }

    func testRunChecksItsBuffers() throws {
        for batch in [0, 1] as [UInt32] {
            try withModel(small(batch: batch)) { model in
                var session: OpaquePointer?
                XCTAssertEqual(bnnm_session_create(model, nil, &session), BNNM_OK)
                defer { bnnm_session_free(session) }
                let memory = UnsafeMutableRawPointer.allocate(byteCount: 65536, alignment: 64)
                memory.initializeMemory(as: UInt8.self, repeating: 0, count: 65536)
                defer { memory.deallocate() }
                func run(
                    _ count: Int, _ input: UnsafeRawPointer?, _ inputBytes: Int, _ output: UnsafeMutableRawPointer?,
                    _ outputBytes: Int, inputs: Int = 1, outputs: Int = 1
                ) -> bnnm_status {
                    var source = bnnm_input(data: input, byte_count: inputBytes)
                    var result = bnnm_output(data: output, byte_count: outputBytes)
                    return bnnm_session_run(session, count, &source, inputs, &result, outputs)
                }
                let y = memory + 32768
                XCTAssertEqual(run(1, memory, 1120, y, 112), BNNM_OK)
                XCTAssertEqual(String(cString: bnnm_session_message(session)), "")
                XCTAssertEqual(run(2, memory, 2240, y, 224), batch == 0 ? BNNM_OK : BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(run(0, memory, 0, y, 0), BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(run(-1, memory, 1120, y, 112), BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(run(.max, memory, 1120, y, 112), BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(run(1, memory, 1119, y, 112), BNNM_SHAPE_MISMATCH)
                XCTAssertTrue(
                    String(cString: bnnm_session_message(session)).contains("input 0 'image': byte_count must be 1120"))
                XCTAssertEqual(run(1, memory, 1120, y, 113), BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(run(1, nil, 1120, y, 112), BNNM_INVALID_ARGUMENT)
                XCTAssertEqual(run(1, memory, 1120, nil, 112), BNNM_INVALID_ARGUMENT)
                XCTAssertEqual(run(1, memory + 1, 1120, y, 112), BNNM_INVALID_ARGUMENT)
                XCTAssertEqual(run(1, memory, 1120, memory + 1116, 112), BNNM_INVALID_ARGUMENT)
                XCTAssertEqual(run(1, memory, 1120, memory + 1120, 112), BNNM_OK)
                XCTAssertEqual(run(1, memory, 1120, y, 112, inputs: 0), BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(run(1, memory, 1120, y, 112, outputs: 2), BNNM_SHAPE_MISMATCH)
                XCTAssertEqual(bnnm_session_run(session, 1, nil, 1, nil, 1), BNNM_INVALID_ARGUMENT)
            }
        }
    }

    func testProbesTellDecisionsInONNXOrder() throws {
        let model = try small().open()
        var random = SeededRandom(seed: 9)
        let input = random.integers(560)
        var seen: [String] = []
        let session = try BNNMSession(model, threads: 2) { probe, execution, decisions in
            let signs: [Int8] = input[execution * 280..<execution * 280 + 280].map { $0 >= 0 ? 1 : -1 }
            let channelsFirst: [Int8] = (0..<280).map { index in signs[index % 4 * 70 + index / 4] }
            let zeroOne: [Int8] = signs.map { $0 > 0 ? 1 : 0 }
            let expected = probe == 0 ? channelsFirst : zeroOne
            XCTAssertEqual(decisions, expected)
            seen.append("\(probe) \(execution)")
        }
        _ = try session.run([input], executions: 2)
        XCTAssertEqual(seen, ["0 0", "1 0", "0 1", "1 1"])
    }

    func testSessionsRunSideBySideAndOutliveTheirModel() throws {
        var random = SeededRandom(seed: 4)
        let input = random.integers(280 * 8)
        let expected = try BNNMSession(small().open()).run([input], executions: 8)
        try small().withFile { path in
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_file(path, nil, &model), BNNM_OK)
            var sessions: [OpaquePointer?] = [nil, nil]
            for index in 0..<2 { XCTAssertEqual(bnnm_session_create(model, nil, &sessions[index]), BNNM_OK) }
            bnnm_model_free(model)
            let pointers = sessions.map { UInt(bitPattern: $0) }
            DispatchQueue.concurrentPerform(iterations: 2) { index in
                for _ in 0..<200 {
                    var output = [Float](repeating: 0, count: 28 * 8)
                    let status = input.withUnsafeBytes { x in
                        output.withUnsafeMutableBytes { y in
                            var source = bnnm_input(data: x.baseAddress, byte_count: x.count)
                            var result = bnnm_output(data: y.baseAddress, byte_count: y.count)
                            return bnnm_session_run(
                                OpaquePointer(bitPattern: pointers[index]), 8, &source, 1, &result, 1)
                        }
                    }
                    XCTAssertEqual(status, BNNM_OK)
                    XCTAssertEqual(output, expected[0])
                }
            }
            for session in sessions { bnnm_session_free(session) }
        }
    }
}
