import BNNMFormat
import XCTest

/// A model that is written and opened again says the same.
final class RoundTripTests: XCTestCase {
    func testEveryRecordComesBackAsItWasDescribed() throws {
        let model = DescribedModel.sample()
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        let answer = bytes.open(&view)
        XCTAssertEqual(answer.status, BNNMF_OK, "\(answer)")
        XCTAssertEqual(answer.message, "")
        XCTAssertNil(walkRecords(view, of: bytes))

        var info = bnnmf_model_info()
        bnnmf_get_info(&view, &info)
        XCTAssertEqual(String(cString: info.name), "sample")
        XCTAssertEqual(String(cString: info.producer), "bnnm 0.1.0")
        XCTAssertEqual(String(cString: info.target), "portable")
        XCTAssertEqual(String(cString: info.batch_name), "N")
        XCTAssertEqual(info.source_weight_bytes, 123_456_789_012)
        XCTAssertEqual(info.batch, 0)

        XCTAssertEqual(bnnmf_tensor_count(&view), UInt32(model.tensors.count))
        for (index, expected) in model.tensors.enumerated() {
            var found = bnnmf_tensor()
            bnnmf_get_tensor(&view, UInt32(index), &found)
            XCTAssertEqual(String(cString: found.name), String(cString: expected.name))
            XCTAssertEqual(found.element_type, expected.element_type, "tensor \(index)")
            XCTAssertEqual(found.rank, expected.rank, "tensor \(index)")
            XCTAssertEqual(numbers(found.dims, 8), numbers(expected.dims, 8), "tensor \(index)")
            XCTAssertEqual(found.blob, expected.blob, "tensor \(index)")
        }
        XCTAssertEqual(bnnmf_op_count(&view), UInt32(model.ops.count))
        for (index, expected) in model.ops.enumerated() {
            var found = bnnmf_op()
            bnnmf_get_op(&view, UInt32(index), &found)
            XCTAssertEqual(String(cString: found.name), String(cString: expected.name))
            XCTAssertEqual(found.code, expected.code, "operator \(index)")
            XCTAssertEqual(found.input_count, expected.input_count, "operator \(index)")
            XCTAssertEqual(numbers(found.inputs, 16), numbers(expected.inputs, 16), "operator \(index)")
            XCTAssertEqual(found.output, expected.output, "operator \(index)")
            XCTAssertEqual(found.more_output_count, expected.more_output_count, "operator \(index)")
            XCTAssertEqual(numbers(found.more_outputs, 2), numbers(expected.more_outputs, 2), "operator \(index)")
            XCTAssertEqual(parameterWords(found), parameterWords(expected), "operator \(index), code \(found.code)")
        }
        XCTAssertEqual(Set(model.ops.map(\.code)), Set(1...23), "the sample has every operator")
    }

    func testBlobsPortsAndProbesComeBackAsTheyWereDescribed() throws {
        let model = DescribedModel.sample()
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        XCTAssertEqual(bytes.open(&view).status, BNNMF_OK)
        XCTAssertEqual(bnnmf_blob_count(&view), UInt32(model.blobs.count))
        for (index, expected) in model.blobs.enumerated() {
            var found = bnnmf_blob()
            bnnmf_get_blob(&view, UInt32(index), &found)
            XCTAssertEqual(found.byte_count, expected.byte_count)
            XCTAssertEqual(memcmp(found.data, expected.data, Int(found.byte_count)), 0, "blob \(index)")
        }
        var port = bnnmf_port()
        XCTAssertEqual(bnnmf_input_count(&view), 1)
        bnnmf_get_input(&view, 0, &port)
        XCTAssertEqual(String(cString: port.name), "x")
        XCTAssertEqual(port.tensor, 0)
        XCTAssertEqual(bnnmf_output_count(&view), 2)
        bnnmf_get_output(&view, 1, &port)
        XCTAssertEqual(String(cString: port.name), "sums")
        XCTAssertEqual(port.tensor, model.outputs[1].tensor)
        XCTAssertEqual(bnnmf_probe_count(&view), 4)
        for (index, expected) in model.probes.enumerated() {
            var probe = bnnmf_probe()
            bnnmf_get_probe(&view, UInt32(index), &probe)
            XCTAssertEqual(String(cString: probe.name), String(cString: expected.name))
            XCTAssertEqual(probe.tensor, expected.tensor)
            XCTAssertEqual(probe.mask, expected.mask)
            XCTAssertEqual(probe.mask_differs, expected.mask_differs)
            XCTAssertEqual(probe.order_rank, expected.order_rank)
            XCTAssertEqual(loops(probe), loops(expected))
            XCTAssertEqual(probe.encoding, expected.encoding)
            XCTAssertEqual(probe.channels_first, expected.channels_first)
            XCTAssertEqual(probe.rank, expected.rank)
            XCTAssertEqual(numbers(probe.dims, 8), numbers(expected.dims, 8))
        }
    }

    func testChecksComeBackAsTheyWereDescribed() throws {
        let model = DescribedModel.sample()
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        XCTAssertEqual(bytes.open(&view).status, BNNMF_OK)
        XCTAssertEqual(bnnmf_check_count(&view), 2)
        for (index, expected) in model.checks.enumerated() {
            let check = UInt32(index)
            XCTAssertEqual(bnnmf_check_input(&view, check, 0), expected.inputs[0])
            for output in 0..<2 as Range<UInt32> {
                XCTAssertEqual(bnnmf_check_output(&view, check, output), expected.outputs[Int(output)])
            }
            for probe in 0..<3 as Range<UInt32> {
                XCTAssertEqual(bnnmf_check_hash(&view, check, probe), expected.hashes[Int(probe)])
            }
            XCTAssertEqual(bnnmf_check_tolerance(&view, check), expected.tolerance)
        }
    }

    func testAnEpilogueOfZerosIsNone() throws {
        let model = DescribedModel.sample()
        model.ops[1].parameters.conv2d.epilogue = bnnmf_epilogue()
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        XCTAssertEqual(bytes.open(&view).status, BNNMF_OK)
        var op = bnnmf_op()
        bnnmf_get_op(&view, 1, &op)
        XCTAssertEqual(op.parameters.conv2d.epilogue.switch_points, .max)
    }

    func testAStrippedModelOpensWithEmptyNames() throws {
        let model = DescribedModel.sample()
        for index in model.tensors.indices { model.tensors[index].name = nil }
        for index in model.ops.indices { model.ops[index].name = nil }
        for index in model.inputs.indices { model.inputs[index].name = nil }
        for index in model.outputs.indices { model.outputs[index].name = model.string("") }
        for index in model.probes.indices { model.probes[index].name = nil }
        model.info.name = nil
        model.info.producer = nil
        model.info.target = nil
        model.info.batch_name = nil
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        XCTAssertEqual(bytes.open(&view).status, BNNMF_OK)
        XCTAssertNil(walkRecords(view, of: bytes))
        var op = bnnmf_op()
        bnnmf_get_op(&view, 3, &op)
        XCTAssertEqual(String(cString: op.name), "")
    }

    func testModelsWithoutBlobsOrWithoutAnythingOpen() throws {
        for model in [DescribedModel.smallest(), DescribedModel()] {
            let bytes = try model.fileBytes()
            var view = bnnmf_view()
            let answer = bytes.open(&view)
            XCTAssertEqual(answer.status, BNNMF_OK, "\(answer)")
            XCTAssertNil(walkRecords(view, of: bytes))
        }
    }

    func testWritingIsDeterministic() throws {
        XCTAssertEqual(try DescribedModel.sample().fileBytes().array, try DescribedModel.sample().fileBytes().array)
    }

    func testEqualBlobsAreStoredOnce() throws {
        let model = DescribedModel.smallest()
        let one = [UInt8](repeating: 1, count: 1000)
        let first = model.blob(one)
        let second = model.blob([UInt8](repeating: 2, count: 1000))
        let third = model.blob(one)
        let longer = model.blob(one + [1])
        let empty = model.blob([UInt8]())
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        XCTAssertEqual(bytes.open(&view).status, BNNMF_OK)
        let blobs = [first, second, third, longer, empty].map { index in
            var blob = bnnmf_blob()
            bnnmf_get_blob(&view, index, &blob)
            return blob
        }
        XCTAssertEqual(blobs[0].data, blobs[2].data)
        XCTAssertEqual(Set([blobs[0].data, blobs[1].data, blobs[3].data]).count, 3)
        XCTAssertEqual(blobs.map(\.byte_count), [1000, 1000, 1000, 1001, 0])
        XCTAssertLessThanOrEqual(view.blob_byte_count, 1024 * 3)
    }

    /// The parameters that the operator's code gives a meaning, as words, so that floats compare by their bits.
    private func parameterWords(_ op: bnnmf_op) -> [UInt32] {
        let byteCount: Int
        switch bnnmf_op_code(op.code) {
        case BNNMF_OP_TRANSPOSE: byteCount = MemoryLayout<bnnmf_transpose>.size
        case BNNMF_OP_CONV2D: byteCount = MemoryLayout<bnnmf_conv2d>.size
        case BNNMF_OP_BINARY_CONV2D: byteCount = MemoryLayout<bnnmf_binary_conv2d>.size
        case BNNMF_OP_MAX_POOL, BNNMF_OP_AVERAGE_POOL, BNNMF_OP_BIT_POOL: byteCount = MemoryLayout<bnnmf_pool>.size
        case BNNMF_OP_BINARIZE: byteCount = MemoryLayout<bnnmf_binarize>.size
        case BNNMF_OP_SCALE_SHIFT: byteCount = MemoryLayout<bnnmf_scale_shift>.size
        case BNNMF_OP_CLAMP: byteCount = MemoryLayout<bnnmf_clamp>.size
        case BNNMF_OP_ELEMENTWISE: byteCount = MemoryLayout<bnnmf_elementwise>.size
        case BNNMF_OP_CONCAT: byteCount = MemoryLayout<bnnmf_concat>.size
        case BNNMF_OP_MAP: byteCount = MemoryLayout<bnnmf_map>.size
        case BNNMF_OP_BINARIZE_BY: byteCount = MemoryLayout<bnnmf_binarize_by>.size
        case BNNMF_OP_ACCUMULATOR_THRESHOLDS: byteCount = MemoryLayout<bnnmf_accumulator_thresholds>.size
        case BNNMF_OP_GATHER: byteCount = MemoryLayout<bnnmf_gather>.size
        case BNNMF_OP_RESAMPLE: byteCount = MemoryLayout<bnnmf_resample>.size
        case BNNMF_OP_REDUCE: byteCount = MemoryLayout<bnnmf_reduce>.size
        case BNNMF_OP_BINARY_MATMUL: byteCount = MemoryLayout<bnnmf_binary_matmul>.size
        default: byteCount = 0
        }
        return numbers(op.parameters, UInt32(byteCount / 4))
    }

    private func loops(_ probe: bnnmf_probe) -> [[UInt32]] {
        withUnsafeBytes(of: probe.order) { $0.bindMemory(to: bnnmf_loop.self).map { [$0.extent, $0.stride] } }
    }
}
