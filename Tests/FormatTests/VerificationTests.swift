import BNNMFormat
import XCTest

/// What makes the records of every version invalid.
final class VerificationTests: VerificationTestCase {
    func testTensors() throws {
        try expect(BNNMF_UNSUPPORTED, "tensor 0 ('x'): element type 7; this reader knows 1 to 6") {
            $0.tensors[0].element_type = 7
        }
        try expect(BNNMF_UNSUPPORTED) { $0.tensors[0].element_type = 0 }
        try expect(BNNMF_UNSUPPORTED) { $0.tensors[0].element_type = 257 }
        try expect(BNNMF_LIMIT, "tensor 0 ('x'): 9 dimensions; at most 8 are valid") { $0.tensors[0].rank = 9 }
        // Only tensors that no operator touches may be without elements, and not bits.
        try expect(BNNMF_CORRUPT, "operator 0 ('op0', TRANSPOSE): input 0 is tensor 0, which has no elements") {
            $0.tensors[0].dims.1 = 0
        }
        try expect(BNNMF_CORRUPT, "operator 0 ('op0', TRANSPOSE): the output is tensor 1, which has no elements") {
            $0.tensors[1].dims.1 = 0
        }
        for (type, status) in [(BNNMF_FLOAT32, BNNMF_OK), (BNNMF_BITS, BNNMF_CORRUPT)] {
            try expect(status) {
                $0.input("empty", $0.tensor("empty", type, [2, 0]))
                $0.checks = []
            }
        }
        try expect(BNNMF_LIMIT) { $0.tensors[0].dims.1 = 1 << 31 }
        try expect(BNNMF_LIMIT) { fill(&$0.tensors[0].dims, [0, .max, 1, 1]) }
        try expect(BNNMF_LIMIT) { fill(&$0.tensors[0].dims, [1 << 16, 1 << 15, 1, 1]) }
        try expect(BNNMF_LIMIT) { fill(&$0.tensors[0].dims, [UInt32](repeating: .max, count: 4)) }
        try expect(BNNMF_OK) {
            fill(&$0.tensors[0].dims, [1, 1, 1, UInt32(Int32.max)])
            $0.checks = []
        }
        try expect(BNNMF_CORRUPT) { $0.tensors[3].rank = 0 }
    }

    func testConstants() throws {
        try expect(BNNMF_CORRUPT, "tensor 13 ('offset'): blob 0 has 36 bytes; the value needs 40") {
            $0.tensors[13].dims.0 = 10
        }
        try expect(BNNMF_CORRUPT) { $0.tensors[13].blob = UInt32($0.blobs.count) }
        try expect(BNNMF_CORRUPT, "tensor 16 ('signs'): blob 1 has 32 bytes; the value needs 48") {
            $0.tensors[16].dims.1 = 129
        }
        try expect(BNNMF_OK) { $0.tensors[16].dims.1 = 128 }
    }

    func testTheOrderOfExecution() throws {
        try expect(BNNMF_CORRUPT, "operator 2 ('op2', BINARIZE): input 0 is tensor 4, which is not written before") {
            $0.ops[2].inputs.0 = 4
        }
        try expect(BNNMF_CORRUPT, "operator 2 ('op2', BINARIZE): the output is tensor 2, which is written already") {
            $0.ops[2].output = 2
        }
        try expect(BNNMF_CORRUPT) { $0.ops[2].inputs.0 = $0.ops[2].output }
        try expect(BNNMF_CORRUPT) { $0.ops[2].output = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[2].output = 13 }
        try expect(BNNMF_CORRUPT, "operator 2 ('op2', BINARIZE): the output is tensor 45 of 45") {
            $0.ops[2].output = 45
        }
        try expect(BNNMF_CORRUPT) { $0.ops[2].inputs.0 = .max }
        try expect(BNNMF_CORRUPT) { $0.ops.swapAt(1, 2) }
        try expect(
            BNNMF_CORRUPT, "tensor 45 ('orphan'): never written; a constant, a model input or an operator's output is"
        ) {
            $0.tensor("orphan", BNNMF_FLOAT32, [1])
        }
    }

    func testOperandsAndCodes() throws {
        try expect(BNNMF_CORRUPT, "operator 0 ('op0', TRANSPOSE): 2 inputs; it takes 1") { $0.ops[0].input_count = 2 }
        try expect(BNNMF_CORRUPT) { $0.ops[12].input_count = 1 }
        try expect(BNNMF_CORRUPT) { $0.ops[0].input_count = 0 }
        try expect(BNNMF_LIMIT) { $0.ops[0].input_count = 17 }
        try expect(BNNMF_UNSUPPORTED, "operator 1 ('op1'): operator code 24; valid are 1 to 23") { $0.ops[1].code = 24 }
        try expect(BNNMF_UNSUPPORTED) { $0.ops[1].code = 0 }
    }

    func testAnUnknownOperatorOfAFileIsNamedByItsIndex() throws {
        let bytes = try DescribedModel.sample().fileBytes()
        let end = 64 + Int(bytes.load(UInt64.self, at: 24))
        // The codes are single bytes in the operators' tables: as 77 they are found by what the reader then says.
        var messages: Set<String> = []
        for position in 64..<end where (1...23).contains(bytes.buffer[position]) {
            let original = bytes.buffer[position]
            bytes.buffer[position] = 77
            bytes.repairChecksum()
            let answer = bytes.open()
            if answer.message.contains("operator code 77") {
                XCTAssertEqual(answer.status, BNNMF_UNSUPPORTED)
                messages.insert(answer.message)
            }
            bytes.buffer[position] = original
        }
        XCTAssertTrue(
            messages.contains("operator 3 ('op3'): operator code 77; this reader knows 1 to 23"), "\(messages)")
    }

    func testWindows() throws {
        try expect(BNNMF_CORRUPT, "operator 1 ('op1', CONV2D): stride_h is 0; valid are 1 to 2147483647") {
            $0.ops[1].parameters.conv2d.window.stride_h = 0
        }
        try expect(BNNMF_CORRUPT) { $0.ops[3].parameters.binary_conv2d.window.kernel_w = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[6].parameters.pool.window.dilation_h = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[7].parameters.pool.window.pad_right = 1 << 31 }
        try expect(BNNMF_CORRUPT) { $0.ops[8].parameters.pool.window.kernel_h = .max }
        try expect(BNNMF_CORRUPT) {
            $0.ops[8].parameters.pool.window.kernel_h = 1 << 16
            $0.ops[8].parameters.pool.window.dilation_h = 1 << 16
        }
    }

    func testConvolutions() throws {
        try expect(BNNMF_CORRUPT) { $0.ops[1].parameters.conv2d.groups = 0 }
        try expect(BNNMF_CORRUPT, "operator 1 ('op1', CONV2D): has no weights; it needs a blob") {
            $0.ops[1].parameters.conv2d.weights = .max
        }
        try expect(BNNMF_OK) { $0.ops[1].parameters.conv2d.bias = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[1].parameters.conv2d.bias = UInt32($0.blobs.count) }
        try expect(BNNMF_CORRUPT) { $0.ops[1].parameters.conv2d.minimum = .nan }
        for value in [2, -2, 255, 256, 257, -256, -255, .max, .min] as [Int32] {
            try expect(BNNMF_CORRUPT) { $0.ops[3].parameters.binary_conv2d.pad_value = value }
        }
        try expect(BNNMF_CORRUPT) { $0.ops[3].parameters.binary_conv2d.scale = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[3].parameters.binary_conv2d.switch_points = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[3].parameters.binary_conv2d.switch_count = 1 }
        try expect(BNNMF_CORRUPT) { $0.ops[4].parameters.binary_conv2d.scale = .max }
        try expect(BNNMF_OK) { $0.ops[4].parameters.binary_conv2d.bias = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[5].parameters.binary_conv2d.switch_points = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[5].parameters.binary_conv2d.bias = 0 }
    }

    func testOtherParameters() throws {
        try expect(BNNMF_CORRUPT) { fill(&$0.ops[0].parameters.transpose.permutation, [0, 2, 2, 1]) }
        try expect(BNNMF_CORRUPT) { fill(&$0.ops[0].parameters.transpose.permutation, [0, 2, 4, 1]) }
        try expect(BNNMF_CORRUPT) { fill(&$0.ops[0].parameters.transpose.permutation, [0, 2, .max, 1]) }
        try expect(BNNMF_LIMIT) { $0.ops[0].parameters.transpose.rank = 9 }
        try expect(BNNMF_CORRUPT) { $0.ops[7].parameters.pool.count_include_pad = 2 }
        try expect(BNNMF_CORRUPT) { $0.ops[7].parameters.pool.count_include_pad = 257 }
        try expect(BNNMF_CORRUPT) { $0.ops[8].parameters.pool.or_channels = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[2].parameters.binarize.period = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[2].parameters.binarize.period = 69 }
        try expect(BNNMF_CORRUPT) { $0.ops[2].parameters.binarize.switch_count = 3 }
        try expect(BNNMF_CORRUPT) { $0.ops[2].parameters.binarize.switch_count = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[10].parameters.scale_shift.period = 8 }
        try expect(BNNMF_CORRUPT) { $0.ops[10].parameters.scale_shift.shift = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[11].parameters.clamp.maximum = .nan }
        for function in [0, 16, 255, 256, 257] as [UInt32] {
            try expect(BNNMF_UNSUPPORTED) { $0.ops[12].parameters.elementwise.function = function }
        }
    }

    func testPortsAndProbes() throws {
        try expect(BNNMF_CORRUPT) { $0.inputs[0].tensor = 45 }
        try expect(BNNMF_CORRUPT, "input 0 ('x'): tensor 13 is a constant or another input already") {
            $0.inputs[0].tensor = 13
        }
        try expect(BNNMF_CORRUPT) {
            $0.input("again", 0)
            $0.checks = []
        }
        try expect(BNNMF_CORRUPT) { $0.outputs[1].tensor = .max }
        try expect(BNNMF_OK) {
            $0.output("the same once more", $0.outputs[0].tensor)
            $0.checks = []
        }
        try expect(BNNMF_CORRUPT) { $0.probes[0].tensor = 45 }
        try expect(BNNMF_CORRUPT, "probe 0 ('binarized'): element type 1 of tensor 2; a probe's is bits, 3") {
            $0.probes[0].tensor = 2
        }
        try expect(BNNMF_CORRUPT, "probe 0 ('binarized'): 1380 elements, but its tensor 3 has 1400") {
            $0.probes[0].dims.1 = 69
        }
        try expect(BNNMF_UNSUPPORTED) { $0.probes[0].encoding = 3 }
        try expect(BNNMF_CORRUPT) { $0.probes[0].channels_first = 2 }
        try expect(BNNMF_CORRUPT) { $0.probes[0].channels_first = 257 }
        try expect(BNNMF_LIMIT) { $0.probes[0].rank = 9 }
        try expect(BNNMF_CORRUPT) { $0.info.batch = 2 }
    }

    func testListsBeyondTheirLimits() throws {
        try expect(BNNMF_LIMIT, "65537 tensors; at most 65536 are valid") {
            $0.tensors = Array(repeating: $0.tensors[0], count: 65537)
        }
        try expect(BNNMF_LIMIT) { $0.checks = Array(repeating: $0.checks[0], count: 1025) }
        try expect(BNNMF_LIMIT) { $0.ops = Array(repeating: $0.ops[0], count: 65537) }
        try expect(BNNMF_LIMIT) { $0.blobs = Array(repeating: $0.blobs[0], count: 262145) }
        try expect(BNNMF_LIMIT) {
            $0.probes = Array(repeating: $0.probes[0], count: 65537)
            $0.checks = []
        }
    }

    func testListsAtTheirLimitsOpen() throws {
        let model = DescribedModel.smallest()
        let zeros = model.blob([UInt8]())
        model.blobs = Array(repeating: model.blobs[Int(zeros)], count: 262144)
        while model.tensors.count < 65536 {
            let last = UInt32(model.tensors.count - 1)
            model.op(BNNMF_OP_RESHAPE, [last], model.tensor("t", BNNMF_FLOAT32, [1, 2]))
        }
        let bytes = try model.fileBytes()
        var view = bnnmf_view()
        let answer = bytes.open(&view)
        XCTAssertEqual(answer.status, BNNMF_OK, "\(answer)")
        XCTAssertEqual(bnnmf_op_count(&view), 65535)
        XCTAssertNil(walkRecords(view, of: bytes))
    }

    func testStringsThatShareMemoryAreRefused() throws {
        // A second name is pointed to the bytes of a long one, which then count twice. Which word is that name's offset
        // is found by trying all.
        let model = DescribedModel.smallest()
        let long = String(repeating: "n", count: 5000)
        model.tensors[0].name = model.string(long)
        model.inputs[0].name = model.string("p")
        let bytes = try model.fileBytes()
        let end = 64 + Int(bytes.load(UInt64.self, at: 24))
        let target = (64..<(end - 8)).first { bytes.load(UInt32.self, at: $0) == 5000 && bytes.buffer[$0 + 4] == 0x6e }!
        var found = false
        for position in stride(from: 64, to: target, by: 4) {
            let original = bytes.load(UInt32.self, at: position)
            bytes.store(UInt32(target - position), at: position)
            bytes.repairChecksum()
            found = found || bytes.open().message.hasSuffix("they share memory")
            bytes.store(original, at: position)
        }
        XCTAssertTrue(found)
    }
}
