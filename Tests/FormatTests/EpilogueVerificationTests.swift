import BNNMFormat
import XCTest

/// What makes the records of version 1.1 invalid: epilogues, several results, masks, concatenation, thresholds, checks.
final class EpilogueVerificationTests: VerificationTestCase {
    private static let conv = 14, masked = 15, averaged = 16, map = 17, concat = 18, thresholds = 19, compare = 20

    /// Changes one step of the convolution with all kinds of them.
    private func expectStep(
        _ index: Int, _ status: bnnmf_status, _ message: String? = nil, line: UInt = #line,
        _ change: (inout bnnmf_step) -> Void
    ) throws {
        try expect(status, message, line: line) { model in
            withUnsafeMutableBytes(of: &model.ops[Self.conv].parameters.conv2d.epilogue.steps) {
                change(&$0.bindMemory(to: bnnmf_step.self)[index])
            }
        }
    }

    func testKindsAndFunctionsOfSteps() throws {
        try expectStep(
            4, BNNMF_UNSUPPORTED, "operator 14 ('op14', CONV2D): step 4 is of kind 13; this reader knows 1 to 12"
        ) { $0.kind = 13 }
        for kind in [0, 255, 256, 257, .max] as [UInt32] { try expectStep(4, BNNMF_UNSUPPORTED) { $0.kind = kind } }
        try expectStep(
            3, BNNMF_UNSUPPORTED, "operator 14 ('op14', CONV2D): step 3: function 15; this reader knows 1 to 14"
        ) { $0.function = 15 }
        for function in [0, 255, 256, 257, .max] as [UInt32] {
            try expectStep(3, BNNMF_UNSUPPORTED) { $0.function = function }
        }
        for index in [0, 1, 2, 4, 5, 6, 7] { try expectStep(index, BNNMF_CORRUPT) { $0.function = 1 } }
    }

    func testBlobsAndLimitsOfSteps() throws {
        try expectStep(0, BNNMF_OK) { $0.a = .max }
        try expectStep(0, BNNMF_OK) { $0.b = .max }
        try expectStep(
            1, BNNMF_CORRUPT, "operator 14 ('op14', CONV2D): has no a of a step; it needs a blob"
        ) { $0.a = .max }
        try expectStep(1, BNNMF_OK) { $0.b = .max }
        for index in 0...1 {
            // Blob 1 has another size, blob 1000 does not exist.
            for blob in [1, 1000] as [UInt32] {
                try expectStep(index, BNNMF_CORRUPT) { $0.a = blob }
                try expectStep(index, BNNMF_CORRUPT) { $0.b = blob }
            }
        }
        try expectStep(
            2, BNNMF_CORRUPT, "operator 14 ('op14', CONV2D): a of a step is blob 0; by the kind of its step it has none"
        ) { $0.a = 0 }
        for index in 2...7 {
            try expectStep(index, BNNMF_CORRUPT) { $0.a = 0 }
            try expectStep(index, BNNMF_CORRUPT) { $0.b = 0 }
        }
        try expectStep(2, BNNMF_CORRUPT) { $0.minimum = .nan }
        try expectStep(2, BNNMF_CORRUPT) { $0.maximum = .nan }
        for index in [0, 1, 3, 4, 5, 6, 7] {
            try expectStep(index, BNNMF_CORRUPT) { $0.minimum = 0 }
            try expectStep(index, BNNMF_CORRUPT) { $0.maximum = .nan }
        }
    }

    func testOperandsOfSteps() throws {
        try expectStep(
            5, BNNMF_CORRUPT, "operator 14 ('op14', CONV2D): step 5: operand 3 of 3 inputs; valid are 1 on"
        ) { $0.operand = 3 }
        for index in 4...7 {
            for operand in [0, 3, 31, 32, .max] as [UInt32] {
                try expectStep(index, BNNMF_CORRUPT) { $0.operand = operand }
            }
        }
        for index in 0...3 { try expectStep(index, BNNMF_CORRUPT) { $0.operand = 1 } }
        try expect(
            BNNMF_CORRUPT, "operator 17 ('op17', MAP): input 1 is neither an operand of a step nor a mask"
        ) {
            $0.ops[Self.map].input_count = 2
            $0.ops[Self.map].inputs.1 = 0
        }
        try expect(BNNMF_CORRUPT) {
            $0.ops[1].input_count = 2
            $0.ops[1].inputs.1 = 0
        }
        try expect(BNNMF_LIMIT, "operator 14 ('op14', CONV2D): 9 steps; at most 8 are valid") {
            $0.ops[Self.conv].parameters.conv2d.epilogue.step_count = 9
        }
    }

    func testResultsAreThoseThatAreStored() throws {
        try expect(BNNMF_CORRUPT, "operator 14 ('op14', CONV2D): 3 results; its epilogue stores 2") {
            $0.ops[Self.conv].parameters.conv2d.epilogue.stores = 3
        }
        for stores in [0, 8, 15, 255, 256, 263] as [UInt32] {
            try expect(BNNMF_CORRUPT) { $0.ops[Self.conv].parameters.conv2d.epilogue.stores = stores }
            try expect(BNNMF_CORRUPT) { $0.ops[Self.map].parameters.map.epilogue.stores = stores }
        }
        try expect(BNNMF_LIMIT, "operator 14 ('op14', CONV2D): 4 results; at most 3 are valid") {
            $0.ops[Self.conv].more_output_count = 3
        }
        try expect(BNNMF_LIMIT) { $0.ops[Self.conv].more_output_count = .max }
        try expect(
            BNNMF_CORRUPT, "operator 14 ('op14', CONV2D): the third result is tensor 19, which is written already"
        ) { $0.ops[Self.conv].more_outputs.1 = 19 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.conv].more_outputs.0 = 40 }
        // The second result of an operator without an epilogue.
        for index in [1, 4, 12, Self.concat] {
            try expect(BNNMF_CORRUPT) {
                $0.ops[index].more_output_count = 1
                $0.ops[index].more_outputs.0 = $0.tensor("second", BNNMF_FLOAT32, [1])
            }
        }
    }

    func testTypesAndRanksOfResults() throws {
        try expect(
            BNNMF_CORRUPT,
            "operator 14 ('op14', CONV2D): element type 2 of result 18; what is stored has 1"
        ) { $0.tensors[18].element_type = BNNMF_INT32.rawValue }
        try expect(BNNMF_CORRUPT) { $0.tensors[19].element_type = BNNMF_FLOAT32.rawValue }
        try expect(BNNMF_CORRUPT) { $0.tensors[20].element_type = BNNMF_INT32.rawValue }
        try expect(BNNMF_CORRUPT) { $0.tensors[22].element_type = BNNMF_FLOAT32.rawValue }
        try expect(
            BNNMF_CORRUPT,
            "operator 14 ('op14', CONV2D): 3 dimensions of result 20; valid are 4, as averages are stored"
        ) { $0.tensors[20].rank = 3 }
        try expect(BNNMF_CORRUPT) { $0.tensors[18].rank = 3 }
        try expect(BNNMF_CORRUPT) {
            $0.tensors[24].rank = 5; $0.tensors[24].dims.4 = 1
        }
        try expect(BNNMF_CORRUPT) {
            $0.tensors[24].rank = 0
            $0.ops[Self.map].parameters.map.epilogue.stores = BNNMF_STORES_VALUES.rawValue
        }
        // Another number of channels than the blobs have.
        try expect(BNNMF_CORRUPT) { $0.tensors[18].dims.3 = 10 }
    }

    func testBlobsOfWhatIsStored() throws {
        func conv(_ change: (inout bnnmf_epilogue) -> Void) throws {
            try expect(BNNMF_CORRUPT) { change(&$0.ops[Self.conv].parameters.conv2d.epilogue) }
        }
        try conv { $0.switch_points = .max }
        try conv { $0.switch_points = 0 }
        try conv { $0.switch_count = 1 }
        try conv { $0.switch_count = .max }
        try conv { $0.average_scale = 0 }
        try conv { $0.average_shift = 0 }
        func map(_ change: (inout bnnmf_epilogue) -> Void) throws {
            try expect(BNNMF_CORRUPT) { change(&$0.ops[Self.map].parameters.map.epilogue) }
        }
        try map { $0.switch_points = 0 }
        try map { $0.switch_count = 1 }
        func averaged(_ change: (inout bnnmf_binary_conv2d) -> Void) throws {
            try expect(BNNMF_CORRUPT) { change(&$0.ops[Self.averaged].parameters.binary_conv2d) }
        }
        try averaged { $0.epilogue.average_scale = .max }
        try averaged { $0.epilogue.average_shift = .max }
        try averaged { $0.epilogue.average_shift = 1 }
        try averaged { $0.bias = 0 }
        try averaged { $0.scale = 0 }
        try averaged { $0.epilogue.setSteps([.of(BNNMF_STEP_CLAMP, 0, 1)]) }
        try averaged { $0.epilogue.stores = BNNMF_STORES_DECISIONS.rawValue | BNNMF_STORES_AVERAGES.rawValue }
        try averaged { $0.epilogue.stores = BNNMF_STORES_AVERAGES.rawValue }
        try expect(
            BNNMF_CORRUPT,
            "operator 16 ('op16', BINARY_CONV2D): stores is 4; without a scale the values are stored and no decisions"
        ) {
            $0.ops[Self.averaged].parameters.binary_conv2d.epilogue.stores = BNNMF_STORES_AVERAGES.rawValue
            $0.ops[Self.averaged].more_output_count = 0
            $0.tensors[22].element_type = BNNMF_FLOAT32.rawValue
        }
    }

    func testMasks() throws {
        func expectMasked(_ status: bnnmf_status, _ change: (inout bnnmf_binary_conv2d) -> Void) throws {
            try expect(status) { change(&$0.ops[Self.masked].parameters.binary_conv2d) }
        }
        try expectMasked(BNNMF_CORRUPT) { $0.mask = 0 }
        try expectMasked(BNNMF_CORRUPT) { $0.mask = 1 }
        try expectMasked(BNNMF_CORRUPT) { $0.mask = 3 }
        try expectMasked(BNNMF_CORRUPT) { $0.mask = 32 }
        try expectMasked(BNNMF_CORRUPT) { $0.mask = .max }
        try expectMasked(BNNMF_CORRUPT) { $0.scale = 1 }
        try expectMasked(BNNMF_CORRUPT) { $0.bias = 1 }
        try expectMasked(BNNMF_CORRUPT) { $0.switch_points = 0 }
        try expectMasked(BNNMF_CORRUPT) { $0.switch_count = 1 }
        try expect(
            BNNMF_CORRUPT, "operator 15 ('op15', BINARY_CONV2D): pad_value is 1; with a mask only 0 is valid"
        ) { $0.ops[Self.masked].parameters.binary_conv2d.pad_value = 1 }
        // A mask alone.
        try expect(BNNMF_OK) {
            $0.ops[5].input_count = 2
            $0.ops[5].inputs.1 = $0.ops[5].inputs.0
            $0.ops[5].parameters.binary_conv2d.mask = 1
        }
    }

    func testOtherOperators() throws {
        try expect(BNNMF_CORRUPT, "operator 18 ('op18', CONCAT): axis is 4; valid are 0 to 3") {
            $0.ops[Self.concat].parameters.concat.axis = 4
        }
        try expect(BNNMF_CORRUPT, "operator 18 ('op18', CONCAT): 0 inputs; it takes 1 to 16") {
            $0.ops[Self.concat].input_count = 0
        }
        try expect(BNNMF_OK) { $0.ops[Self.concat].input_count = 1 }
        try expect(BNNMF_OK) {
            $0.ops[Self.concat].input_count = 16
            fill(&$0.ops[Self.concat].inputs, [UInt32](repeating: 18, count: 16))
        }
        try expect(BNNMF_LIMIT) { $0.ops[Self.concat].input_count = 17 }
        for value in [2, 256, 257, .max] as [UInt32] {
            try expect(BNNMF_CORRUPT) { $0.ops[Self.compare].parameters.binarize_by.below = value }
            try expect(BNNMF_CORRUPT) { $0.ops[Self.compare].parameters.binarize_by.strict = value }
            try expect(BNNMF_CORRUPT) { $0.ops[Self.thresholds].parameters.accumulator_thresholds.strict = value }
        }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.compare].input_count = 1 }
        func thresholds(_ status: bnnmf_status, _ change: (inout bnnmf_accumulator_thresholds) -> Void) throws {
            try expect(status) { change(&$0.ops[Self.thresholds].parameters.accumulator_thresholds) }
        }
        try thresholds(BNNMF_CORRUPT) { $0.limit = 1 << 24 + 1 }
        try thresholds(BNNMF_CORRUPT) { $0.scale = .max }
        try thresholds(BNNMF_CORRUPT) { $0.scale = 1 }
        try thresholds(BNNMF_CORRUPT) { $0.bias = 1 }
        try thresholds(BNNMF_OK) { $0.bias = .max }
        try thresholds(BNNMF_LIMIT) { $0.step_count = 9 }
        try thresholds(BNNMF_UNSUPPORTED) { $0.steps.1.kind = 13 }
        try thresholds(BNNMF_OK) { $0.steps.1 = .of(BNNMF_STEP_CLAMP, -1, 1) }
        try thresholds(BNNMF_CORRUPT) { $0.steps.1 = .of(BNNMF_STEP_ADD, operand: 1) }
        try expect(
            BNNMF_CORRUPT,
            "operator 19 ('op19', ACCUMULATOR_THRESHOLDS): step 1 is of kind 4; valid are 1 to 3"
        ) {
            $0.ops[Self.thresholds].parameters.accumulator_thresholds.steps.1 = .of(BNNMF_STEP_FUNCTION, function: 1)
        }
    }

    func testChecks() throws {
        try expect(BNNMF_CORRUPT, "check 1: input 0 is blob 1000 of 37") { $0.checks[1].inputs = $0.list([1000]) }
        try expect(BNNMF_CORRUPT) { $0.checks[1].outputs = $0.list([0, .max]) }
        try expect(BNNMF_CORRUPT, "check 0: output 1, blob 0, has 36 bytes; the value needs 216") {
            $0.checks[0].outputs = $0.list([$0.checks[0].outputs[0], 0])
        }
        for tolerance in [-1, -.infinity, .infinity, .nan] as [Float] {
            try expect(BNNMF_CORRUPT) { $0.checks[0].tolerance = tolerance }
        }
        try expect(BNNMF_CORRUPT, "check 0: 4 hashes at a null pointer") { $0.checks[0].hashes = nil }
        try expect(BNNMF_OK) { $0.checks = Array(repeating: $0.checks[0], count: 1024) }
        try expect(BNNMF_OK) { $0.checks = [] }
    }

    func testChecksWithOtherCountsThanTheModelAreRefused() throws {
        // The writer makes lists of the model's lengths; a list's length in the file is found by trying all words.
        let bytes = try DescribedModel.sample().fileBytes()
        let end = 64 + Int(bytes.load(UInt64.self, at: 24))
        var messages: Set<String> = []
        for position in stride(from: 64, to: end, by: 4) {
            let original = bytes.load(UInt32.self, at: position)
            guard (1...4).contains(original) else { continue }
            bytes.store(original - 1, at: position)
            bytes.repairChecksum()
            messages.insert(bytes.open().message)
            bytes.store(original, at: position)
        }
        for message in [
            "check 0: 0 inputs; the model has 1", "check 1: 1 outputs; the model has 2",
            "check 0: 3 hashes; the model has 4",
        ] {
            XCTAssertTrue(messages.contains(message), message)
        }
    }
}
