import BNNMFormat
import CBNNM
import XCTest

/// A run reads and writes the caller's buffers themselves, and `in_place` says where it does not.
final class BufferBindingTests: EngineTestCase {
    /// What the layer callback works on.
    private final class Run {
        let input = UnsafeMutablePointer<Float>.allocate(capacity: 4)
        let outputs: [UnsafeMutablePointer<Float>]
        /// What each output begins with when the last layer has run, but the run is not over.
        var seen: [Float] = []

        init(outputCount: Int) {
            outputs = (0..<outputCount).map { _ in .allocate(capacity: 4) }
            input.initialize(repeating: 1, count: 4)
            for output in outputs { output.initialize(repeating: -99, count: 4) }
        }

        deinit {
            input.deallocate()
            for output in outputs { output.deallocate() }
        }
    }

    private static let names = ["doubled", "x itself", "constant", "again", "reshaped", "limited"]

    /// A result, the input, a constant, that result again and reshaped, and another result.
    private func description() -> ModelDescription {
        let description = ModelDescription()
        let x = description.input([1, 4], name: "x")
        let doubled = description.elementwise(BNNMF_ADD, x, x, [1, 4])
        let tensors = [
            doubled, x, description.constant(.float32([7, 7, 7, 7]), [1, 4]), doubled,
            description.reshape(doubled, [1, 2, 2]), description.clamp(doubled, [1, 4], 0, 3),
        ]
        for (name, tensor) in zip(Self.names, tensors) { description.output(tensor, name: name) }
        return description
    }

    func testRunsUseTheBuffersOfTheCaller() throws {
        try description().withFile { path in
            var model: OpaquePointer?
            XCTAssertEqual(bnnm_model_open_file(path, nil, &model), BNNM_OK)
            defer { bnnm_model_free(model) }
            var info = bnnm_tensor_info()
            info.struct_size = MemoryLayout<bnnm_tensor_info>.size
            XCTAssertEqual(bnnm_model_input_info(model, 0, &info), BNNM_OK)
            XCTAssertEqual(info.in_place, 1)
            let inPlace = Self.names.indices.map { index -> Bool in
                XCTAssertEqual(bnnm_model_output_info(model, UInt32(index), &info), BNNM_OK)
                return info.in_place == 1
            }
            XCTAssertEqual(inPlace, [true, false, false, false, false, true])

            let run = Run(outputCount: Self.names.count)
            var options = bnnm_session_options()
            options.struct_size = MemoryLayout<bnnm_session_options>.size
            options.layer_user = Unmanaged.passUnretained(run).toOpaque()
            options.layer = { user, layer, _ in
                let run = Unmanaged<Run>.fromOpaque(user!).takeUnretainedValue()
                // Before the first layer, the run has begun; what is written now is still read.
                if layer == 0 { run.input.update(repeating: 5, count: 4) }
                run.seen = run.outputs.map { $0[0] }
            }
            var session: OpaquePointer?
            XCTAssertEqual(bnnm_session_create(model, &options, &session), BNNM_OK)
            defer { bnnm_session_free(session) }
            var input = bnnm_input(data: run.input, byte_count: 16)
            let outputs = run.outputs.map { bnnm_output(data: $0, byte_count: 16) }
            for _ in 0..<2 {
                for output in run.outputs { output.update(repeating: -99, count: 4) }
                run.input.update(repeating: 1, count: 4)
                XCTAssertEqual(bnnm_session_run(session, 1, &input, 1, outputs, outputs.count), BNNM_OK)
                let expected: [Float] = [10, 5, 7, 10, 10, 3]
                XCTAssertEqual(run.seen, zip(expected, inPlace).map { $1 ? $0 : -99 })
                for (output, value) in zip(run.outputs, expected) {
                    XCTAssertEqual(Array(UnsafeBufferPointer(start: output, count: 4)), [value, value, value, value])
                }
            }
        }
    }
}
