import BNNM
import BNNMFormat
import TestSupport
import XCTest

/// BNNMF_OP_LOOKUP: bytes of images in either order to numbers, by itself and in front of layers by rows; what is refused.
final class LookupTests: EngineTestCase {
    /// - Parameter dims: of the result, [N,H,W,C]
    private func lookup(
        _ model: ModelDescription, _ dims: [Int], _ tables: [Float], isPlanar: Bool, name: String = "x"
    ) -> UInt32 {
        let bytes = model.input(
            isPlanar ? [dims[0], dims[3], dims[1], dims[2]] : dims, name: name, type: BNNMF_UINT8)
        let values = model.blob(tables)
        return model.op(BNNMF_OP_LOOKUP, [bytes], BNNMF_FLOAT32, dims) {
            $0.parameters.lookup = bnnmf_lookup(
                values: values, table_count: UInt32(tables.count / 256), channels_first: isPlanar ? 1 : 0)
        }
    }

    /// What the bytes of [N,H,W,C] or [N,C,H,W] stand for, in the order [N,H,W,C].
    private func expected(_ bytes: [UInt8], _ dims: [Int], _ tables: [Float], isPlanar: Bool) -> [Float] {
        let (height, width, channels) = (dims[1], dims[2], dims[3])
        return (0..<bytes.count).map { index in
            let channel = index % channels, pixel = index / channels % (height * width)
            let image = index / (channels * height * width)
            let source = isPlanar ? (image * channels + channel) * height * width + pixel : index
            return tables[(tables.count == 256 ? 0 : channel * 256) + Int(bytes[source])]
        }
    }

    func testEveryByteGivesItsNumberInEitherOrder() throws {
        var random = SeededRandom(seed: 5)
        for dims in [[1, 1, 1, 1], [1, 5, 7, 3], [2, 4, 3, 3], [1, 16, 16, 1], [2, 3, 5, 4], [1, 1, 256, 2]] {
            for count in Set([1, dims[3]]) {
                let tables = (0..<256 * count).map { _ in Float.random(in: -3...3, using: &random) }
                for isPlanar in [false, true] {
                    let model = ModelDescription()
                    model.output(lookup(model, dims, tables, isPlanar: isPlanar))
                    let opened = try model.open()
                    let sample = dims.reduce(1, *)
                    let bytes = (0..<2 * sample).map { UInt8(truncatingIfNeeded: $0 * 37) }
                    let wanted = (0..<2).flatMap {
                        expected(Array(bytes[$0 * sample..<($0 + 1) * sample]), dims, tables, isPlanar: isPlanar)
                    }
                    for level in InstructionSet.levels where InstructionSet.available.contains(level) {
                        for threads in 1...3 {
                            let session = try BNNMSession(opened, threads: threads, instructionSets: level)
                            let found = try session.run(values: [.uint8(bytes)], executions: 2)
                            XCTAssertEqual(found, [.float32(wanted)], "\(dims), \(count) tables, planar \(isPlanar)")
                        }
                    }
                }
            }
        }
    }

    /// Bytes, their convolution by rows of the image, and the same on numbers that were looked up beforehand.
    func testALookupRunsWithTheLayersBehindIt() throws {
        var random = SeededRandom(seed: 9)
        let dims = [1, 120, 100, 3], result = [1, 60, 50, 8]
        let tables = (0..<768).map { _ in Float.random(in: -3...3, using: &random) }
        let weights = (0..<7 * 7 * 3 * 8).map { _ in Float.random(in: -1...1, using: &random) }
        let bytes = (0..<36_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        func convolved(_ model: ModelDescription, _ x: UInt32) -> UInt32 {
            let blob = model.blob(weights)
            return model.op(BNNMF_OP_CONV2D, [x], BNNMF_FLOAT32, result) {
                $0.parameters.conv2d = bnnmf_conv2d(
                    window: window(kernel: (7, 7), stride: (2, 2), pads: (3, 3, 3, 3)), groups: 1, weights: blob,
                    bias: .max, minimum: -.infinity, maximum: .infinity, layout: 0, epilogue: .none)
            }
        }
        for isPlanar in [false, true] {
            let model = ModelDescription(), numbers = ModelDescription()
            model.output(convolved(model, lookup(model, dims, tables, isPlanar: isPlanar)))
            numbers.output(convolved(numbers, numbers.input(dims)))
            let opened = try model.open()
            XCTAssertEqual(opened.layers[0].runsWith, 1, "nothing is streamed")
            let given = expected(bytes, dims, tables, isPlanar: isPlanar)
            for level in InstructionSet.levels where InstructionSet.available.contains(level) {
                let wanted = try BNNMSession(try numbers.open(), instructionSets: level)
                    .run(values: [.float32(given)], executions: 1)
                for threads in 1...3 {
                    let session = try BNNMSession(opened, threads: threads, instructionSets: level)
                    XCTAssertEqual(try session.run(values: [.uint8(bytes)], executions: 1), wanted)
                }
            }
        }
    }

    func testWhatIsRefused() throws {
        let tables = [Float](repeating: 1, count: 768)
        func changed(_ change: (ModelDescription) -> Void) -> ModelDescription {
            let model = ModelDescription()
            model.output(lookup(model, [1, 4, 5, 3], tables, isPlanar: true))
            change(model)
            return model
        }
        assertRefused(changed { $0.tensors[0].element_type = BNNMF_BOOL.rawValue }, "the input must be uint8, not bool")
        assertRefused(
            changed { $0.tensors[1].element_type = BNNMF_INT32.rawValue }, "the output must be float32, not int32")
        assertRefused(changed { $0.tensors[1].dims.1 = 5 }, "the output's extent must be 4, not 5")
        assertRefused(changed { $0.tensors[0].dims.1 = 4 }, "the output's extent must be 4, not 3")
        assertRefused(
            changed { $0.ops[0].parameters.lookup.channels_first = 0 }, "the output's extent must be 3, not 4")
        assertRefused(changed { $0.tensors[0].rank = 3 }, "the input's rank must be 4, not 3")
        let two = ModelDescription()
        two.output(lookup(two, [1, 4, 5, 3], [Float](repeating: 1, count: 512), isPlanar: true))
        assertRefused(two, "there must be one table, or one for each channel")
        for code in [BNNMF_OP_RESHAPE, BNNMF_OP_CONCAT] {
            let model = ModelDescription()
            model.output(model.op(code, [model.input([1, 3], type: BNNMF_UINT8)], BNNMF_UINT8, [1, 3]))
            assertRefused(model, "uint8 is for Lookup only")
        }
        let cast = ModelDescription()
        cast.output(
            cast.op(BNNMF_OP_ELEMENTWISE, [cast.input([1, 3])], BNNMF_UINT8, [1, 3]) {
                $0.parameters.elementwise.function = BNNMF_CAST.rawValue
            })
        assertRefused(cast, "no result can be uint8")
    }
}
