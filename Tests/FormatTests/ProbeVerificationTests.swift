import BNNMFormat
import XCTest

/// What makes the records of version 1.3 invalid: orders of probes and masks that differ, and BIT_DIFFERENCE.
final class ProbeVerificationTests: VerificationTestCase {
    private func expectOrder(
        _ loops: [(extent: UInt32, stride: UInt32)], _ status: bnnmf_status, _ message: String? = nil,
        line: UInt = #line
    ) throws {
        try expect(status, message.map { "probe 3 ('ordered'): " + $0 }, line: line) { model in
            model.probes[3].order_rank = UInt32(loops.count)
            withUnsafeMutableBytes(of: &model.probes[3].order) {
                for (index, loop) in loops.prefix(8).enumerated() {
                    $0.bindMemory(to: bnnmf_loop.self)[index] = bnnmf_loop(extent: loop.extent, stride: loop.stride)
                }
            }
        }
    }

    func testAnOrderMeetsEachElementOnce() throws {
        try expectOrder([], BNNMF_OK)
        try expectOrder([(54, 1)], BNNMF_OK)
        try expectOrder([(9, 1), (3, 9), (2, 27)], BNNMF_OK)
        try expectOrder([(2, 27), (3, 3), (3, 9), (3, 1)], BNNMF_OK)
        try expectOrder([(3, 9), (9, 1)], BNNMF_CORRUPT, "its order meets 27 or more of its tensor's 54 elements")
        try expectOrder(
            [(3, 9), (3, 27), (9, 1)], BNNMF_CORRUPT, "its order meets 81 or more of its tensor's 54 elements")
        try expectOrder([(.max, 1), (.max, .max)], BNNMF_CORRUPT)
        let gap = "its order has no loop of stride 9 and extent 2 or more"
        try expectOrder([(3, 10), (2, 27), (9, 1)], BNNMF_CORRUPT, gap)
        try expectOrder([(9, 1), (6, 1)], BNNMF_CORRUPT, gap)
        try expectOrder([(6, 0), (9, 1)], BNNMF_CORRUPT, gap)
        try expectOrder(
            [(54, 1), (1, 54)], BNNMF_CORRUPT, "its order has no loop of stride 54 and extent 2 or more")
        try expectOrder([(0, 1)], BNNMF_CORRUPT, "its order has no loop of stride 1 and extent 2 or more")
        try expectOrder([(54, 1)] + [(extent: UInt32, stride: UInt32)](repeating: (1, 1), count: 8), BNNMF_LIMIT)
        try expect(BNNMF_CORRUPT, "probe 3 ('ordered'): both channels_first and an order") {
            $0.probes[3].channels_first = 1
            $0.probes[3].rank = 4
            fill(&$0.probes[3].dims, [1, 9, 2, 3])
        }
    }

    func testOnlyAMaskDiffers() throws {
        try expect(BNNMF_CORRUPT, "probe 3 ('ordered'): mask_differs is 2; valid are 0, and 1 with a mask") {
            $0.probes[3].mask_differs = 2
        }
        try expect(BNNMF_CORRUPT, "probe 0 ('binarized'): mask_differs is 1; valid are 0, and 1 with a mask") {
            $0.probes[0].mask_differs = 1
        }
        try expect(BNNMF_CORRUPT) { $0.probes[3].mask_differs = 257 }
    }

    func testEitherFormNeedsTheFlag() throws {
        let forms = BNNMF_FLAG_PROBE_FORMS.rawValue
        for change in [{ $0.order_rank = 0 }, { $0.mask_differs = 0 }] as [(inout bnnmf_probe) -> Void] {
            let model = DescribedModel.sample()
            change(&model.probes[3])
            let bytes = try model.fileBytes()
            let flags = bytes.load(UInt32.self, at: 52)
            XCTAssertEqual(flags & forms, forms)
            bytes.store(flags & ~forms, at: 52)
            bytes.repairChecksum()
            let answer = bytes.open()
            XCTAssertEqual(answer.status, BNNMF_CORRUPT, "\(answer)")
        }
        let model = DescribedModel.sample()
        model.probes[3].order_rank = 0
        model.probes[3].mask_differs = 0
        XCTAssertEqual(try model.fileBytes().load(UInt32.self, at: 52) & forms, 0)
    }

    func testADifferenceTakesTwo() throws {
        try expect(BNNMF_CORRUPT, "operator 30 ('op30', BIT_DIFFERENCE): 1 inputs; it takes 2") {
            $0.ops[30].input_count = 1
        }
    }
}
