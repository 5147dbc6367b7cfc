import BNNMFormat
import XCTest

/// What makes the records of version 1.2 invalid: gathers, weighted sums, reductions, products, functions, masks.
final class NumberVerificationTests: VerificationTestCase {
    private static let gather = 21, resample = 22, mean = 23, greatest = 24, agreement = 26, cast = 27, choice = 29
    private static let lookup = 31

    func testSizesOfConstants() throws {
        try expect(BNNMF_CORRUPT, "tensor 39 ('truths'): blob 28 has 3 bytes; the value needs 24") {
            $0.tensors[39].element_type = BNNMF_INT64.rawValue
        }
        try expect(BNNMF_CORRUPT) { $0.tensors[39].dims.0 = 4 }
        try expect(BNNMF_OK) {
            $0.tensors[39].dims.0 = 1
            $0.tensors[39].element_type = BNNMF_INT64.rawValue
            $0.tensors[39].blob = $0.blob([Int64(5)])
        }
    }

    func testGathers() throws {
        try expect(BNNMF_CORRUPT, "operator 21 ('op21', GATHER): axis is 4; valid are 0 to 3") {
            $0.ops[Self.gather].parameters.gather.axis = 4
        }
        try expect(BNNMF_CORRUPT, "operator 21 ('op21', GATHER): 1 inputs; it takes 2 to 3") {
            $0.ops[Self.gather].input_count = 1
        }
        try expect(BNNMF_OK) { $0.ops[Self.gather].input_count = 2 }
        try expect(BNNMF_CORRUPT, "operator 21 ('op21', GATHER): an output without a dimension; it needs an axis") {
            $0.tensors[30].rank = 0
        }
    }

    func testWeightedSums() throws {
        func change(_ status: bnnmf_status, line: UInt = #line, _ change: (inout bnnmf_resample) -> Void) throws {
            try expect(status, line: line) { change(&$0.ops[Self.resample].parameters.resample) }
        }
        try change(BNNMF_CORRUPT) { $0.axis = 4 }
        try change(BNNMF_CORRUPT) { $0.count = 0 }
        try change(BNNMF_CORRUPT) { $0.taps = 0 }
        try change(BNNMF_CORRUPT) { $0.count = .max }
        try change(BNNMF_CORRUPT) { $0.taps = 1 << 31 }
        try change(BNNMF_CORRUPT) { $0.taps = 3 }
        try change(BNNMF_CORRUPT) { $0.indices = .max }
        try change(BNNMF_CORRUPT) { $0.weights = .max }
        try change(BNNMF_CORRUPT) { $0.indices = 0 }
        try change(BNNMF_CORRUPT) { $0.weights = 0 }
        try change(BNNMF_OK) { ($0.count, $0.taps) = (2, 5) }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.resample].input_count = 2 }
    }

    func testLookups() throws {
        func change(_ status: bnnmf_status, _ message: String? = nil, _ change: (inout bnnmf_lookup) -> Void) throws {
            try expect(status, message) { change(&$0.ops[Self.lookup].parameters.lookup) }
        }
        try change(
            BNNMF_CORRUPT, "operator 31 ('op31', LOOKUP): channels_first is 2; valid are 0 to 1"
        ) { $0.channels_first = 2 }
        try change(BNNMF_CORRUPT) { $0.table_count = 0 }
        try change(BNNMF_CORRUPT) { $0.table_count = 2 }
        try change(BNNMF_CORRUPT) { $0.table_count = .max }
        try change(BNNMF_CORRUPT) { $0.values = .max }
        try change(BNNMF_CORRUPT) { $0.values = 0 }
        try change(BNNMF_OK) { $0.channels_first = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.lookup].input_count = 2 }
    }

    func testReductions() throws {
        try expect(
            BNNMF_UNSUPPORTED, "operator 23 ('op23', REDUCE): reduction 8; this reader knows 1 to 7"
        ) { $0.ops[Self.mean].parameters.reduce.function = 8 }
        for function in [0, 255, 256, 257, .max] as [UInt32] {
            try expect(BNNMF_UNSUPPORTED) { $0.ops[Self.mean].parameters.reduce.function = function }
        }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.mean].parameters.reduce.axis = 4 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.mean].parameters.reduce.axis = .max }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.mean].parameters.reduce.axis_count = 0 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.mean].parameters.reduce.axis_count = 4 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.mean].parameters.reduce.axis_count = .max }
        try expect(BNNMF_OK) { $0.ops[Self.mean].parameters.reduce.axis_count = 3 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.mean].parameters.reduce.select_last = 1 }
        for last in [2, 255, 256, 257] as [UInt32] {
            try expect(BNNMF_CORRUPT) { $0.ops[Self.greatest].parameters.reduce.select_last = last }
        }
        try expect(BNNMF_CORRUPT) { $0.tensors[32].rank = 0 }
    }

    func testProductsOfBits() throws {
        try expect(
            BNNMF_UNSUPPORTED, "operator 26 ('op26', BINARY_MATMUL): a_form 2; this reader knows 0 to 1"
        ) { $0.ops[Self.agreement].parameters.binary_matmul.a_form = 2 }
        for form in [2, 255, 256, 257] as [UInt32] {
            try expect(BNNMF_UNSUPPORTED) { $0.ops[Self.agreement].parameters.binary_matmul.b_form = form }
        }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.agreement].input_count = 1 }
        try expect(BNNMF_CORRUPT) { $0.ops[25].input_count = 3 }
    }

    func testInputsOfFunctions() throws {
        try expect(BNNMF_CORRUPT, "operator 27 ('op27', ELEMENTWISE): 1 inputs; function 1 takes 2") {
            $0.ops[Self.cast].parameters.elementwise.function = BNNMF_ADD.rawValue
        }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.choice].input_count = 2 }
        try expect(BNNMF_CORRUPT) { $0.ops[Self.choice].parameters.elementwise.function = BNNMF_CAST.rawValue }
        try expect(BNNMF_UNSUPPORTED) { $0.ops[Self.choice].parameters.elementwise.function = 16 }
    }

    func testMasksOfProbes() throws {
        try expect(
            BNNMF_CORRUPT, "probe 2 ('ternary'): the mask, tensor 3, is not bits of the dimensions of tensor 6"
        ) { $0.probes[2].mask = 3 }
        try expect(BNNMF_CORRUPT) { $0.probes[2].mask = 7 }
        try expect(BNNMF_CORRUPT) { $0.probes[2].mask = 5 }
        try expect(BNNMF_CORRUPT) { $0.probes[2].mask = 16 }
        try expect(BNNMF_CORRUPT) { $0.probes[2].mask = 1000 }
        try expect(BNNMF_CORRUPT, "probe 2 ('ternary'): encoding 2 with a mask; valid is 1") {
            $0.probes[2].encoding = BNNMF_PROBE_ZERO_ONE.rawValue
        }
        try expect(BNNMF_OK) { $0.probes[2].mask = 6 }
    }

    func testMasksOfProbesNeedTheirFlag() throws {
        let bytes = try DescribedModel.sample().fileBytes()
        XCTAssertEqual(bytes.load(UInt32.self, at: 52), 7)
        bytes.store(UInt32(5), at: 52)
        bytes.repairChecksum()
        let answer = bytes.open()
        XCTAssertEqual(answer.status, BNNMF_CORRUPT, "\(answer)")
        let model = DescribedModel.sample()
        model.probes[2].mask = .max
        model.probes.removeLast()
        model.checks = []
        XCTAssertEqual(try model.fileBytes().load(UInt32.self, at: 52), 1)
    }
}
