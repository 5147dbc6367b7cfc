import BNNMFormat
import XCTest

/// Each field of the file header is checked, and the message says what was found.
final class HeaderTests: XCTestCase {
    private func opened(repairing: Bool = true, _ change: (ModelBytes) -> Void) throws -> Answer {
        let bytes = try DescribedModel.sample().fileBytes()
        change(bytes)
        if repairing { bytes.repairChecksum() }
        return bytes.open()
    }

    func testAnotherMagicIsNoModel() throws {
        let answer = try opened { $0.store(UInt32(0x0403_4b50), at: 0) }
        XCTAssertEqual(answer.status, BNNMF_NOT_A_MODEL)
        XCTAssertEqual(answer.message, "begins with bytes 50 4b 03 04; a .bnnm file begins with \"BNNM\"")
    }

    func testNothingIsNoModel() {
        var view = bnnmf_view()
        let answer = Answer { bnnmf_open(nil, 0, &view, $0, $1) }
        XCTAssertEqual(answer.status, BNNMF_NOT_A_MODEL)
        XCTAssertEqual(answer.message, "0 bytes; a .bnnm file has at least its header of 64")
    }

    func testAnotherMajorVersionIsUnsupportedWhateverItsChecksum() throws {
        for version in [0, 2, 0xffff] as [UInt16] {
            let answer = try opened(repairing: false) { $0.store(version, at: 4) }
            XCTAssertEqual(answer.status, BNNMF_UNSUPPORTED)
            XCTAssertEqual(
                answer.message, "format version \(version).\(BNNMF_VERSION_MINOR); this reader knows versions 1.x")
        }
    }

    func testANewerMinorVersionOfKnownOperatorsOpens() throws {
        XCTAssertEqual(try opened { $0.store(UInt16(BNNMF_VERSION_MINOR + 1), at: 6) }.status, BNNMF_OK)
    }

    func testUnknownFlagsAndReservedBytesAreUnsupported() throws {
        for flags in [16, 31, 1 << 31] as [UInt32] {
            XCTAssertEqual(try opened { $0.store(flags, at: 52) }.status, BNNMF_UNSUPPORTED)
        }
        XCTAssertEqual(try opened { $0.store(UInt64(1) << 63, at: 56) }.status, BNNMF_UNSUPPORTED)
    }

    func testTheFlagOfEpiloguesIsSetWhereThereAreAny() throws {
        let bytes = try DescribedModel.sample().fileBytes()
        let flags = [BNNMF_FLAG_EPILOGUES, BNNMF_FLAG_PROBE_MASKS, BNNMF_FLAG_PROBE_FORMS]
        XCTAssertEqual(bytes.load(UInt32.self, at: 52), flags.reduce(0) { $0 | $1.rawValue })
        let answer = try opened { $0.store(UInt32(0), at: 52) }
        XCTAssertEqual(answer.status, BNNMF_CORRUPT)
        XCTAssertEqual(answer.message, "header flags 00000000 lack 00000007, which its operators need")
        XCTAssertEqual(try DescribedModel.smallest().fileBytes().load(UInt32.self, at: 52), 0)
    }

    func testAMaskAloneSetsTheFlag() throws {
        let model = DescribedModel.smallest()
        let bits = model.tensor("bits", BNNMF_BITS, [1, 1, 1, 3])
        let sums = model.tensor("sums", BNNMF_INT32, [1, 1, 1, 1])
        let points = model.blob([Float](repeating: 0, count: 2))
        model.op(BNNMF_OP_BINARIZE, [0], bits) {
            $0.parameters.binarize = bnnmf_binarize(switch_points: points, switch_count: 1, period: 2)
        }
        let weights = model.blob([UInt64](repeating: 0, count: 8))
        model.op(BNNMF_OP_BINARY_CONV2D, [bits], sums) {
            $0.parameters.binary_conv2d = bnnmf_binary_conv2d(
                window: bnnmf_window(
                    kernel_h: 1, kernel_w: 1, stride_h: 1, stride_w: 1, dilation_h: 1, dilation_w: 1, pad_top: 0,
                    pad_left: 0, pad_bottom: 0, pad_right: 0),
                groups: 1, pad_value: 0, weights: weights, switch_points: .max, switch_count: 0, scale: .max,
                bias: .max, minimum: -.infinity, maximum: .infinity, mask: 0, layout: 0, epilogue: .none)
        }
        XCTAssertEqual(try model.fileBytes().load(UInt32.self, at: 52), 0)
        model.ops[1].input_count = 2
        model.ops[1].inputs.1 = bits
        model.ops[1].parameters.binary_conv2d.mask = 1
        XCTAssertEqual(try model.fileBytes().load(UInt32.self, at: 52), 1)
    }

    func testSectionsThatAreNotWhereTheyBelongAreRefused() throws {
        let size = UInt64(try DescribedModel.sample().fileBytes().buffer.count)
        let extremes = [0, 1, 63, 64, 65, 128, size - 64, size, size + 1, 1 << 31, 1 << 32, 1 << 63, .max - 63, .max]
        for (offset, name) in [
            (8, "file size"), (16, "metadata offset"), (24, "metadata size"), (32, "blob offset"), (40, "blob size"),
        ] {
            for value in extremes {
                var isChanged = false
                let answer = try opened {
                    isChanged = $0.load(UInt64.self, at: offset) != value
                    $0.store(value, at: offset)
                }
                guard isChanged else { continue }
                XCTAssertTrue([BNNMF_CORRUPT, BNNMF_LIMIT].contains(answer.status), "\(name) \(value): \(answer)")
            }
        }
    }

    func testADamagedByteIsToldByTheChecksum() throws {
        let answer = try opened(repairing: false) { $0.buffer[$0.buffer.count - 1] ^= 4 }
        XCTAssertEqual(answer.status, BNNMF_CORRUPT)
        XCTAssertTrue(answer.message.hasPrefix("the checksum is "), answer.message)
    }

    func testBytesThatAreNotAlignedAreRefused() throws {
        let whole = try DescribedModel.sample().fileBytes().array
        let shifted = ModelBytes([0] + whole)
        var view = bnnmf_view()
        let answer = Answer { bnnmf_open(shifted.buffer.baseAddress! + 1, whole.count, &view, $0, $1) }
        XCTAssertEqual(answer.status, BNNMF_CORRUPT)
    }

    func testMessagesFitAnyCapacity() throws {
        let bytes = ModelBytes([UInt8](repeating: 0x41, count: 100))
        var view = bnnmf_view()
        XCTAssertEqual(bnnmf_open(bytes.buffer.baseAddress, 100, &view, nil, 10), BNNMF_NOT_A_MODEL)
        for capacity in 0..<80 {
            var message = [CChar](repeating: 0x55, count: 100)
            XCTAssertEqual(bnnmf_open(bytes.buffer.baseAddress, 100, &view, &message, capacity), BNNMF_NOT_A_MODEL)
            XCTAssertTrue(message[capacity...].allSatisfy { $0 == 0x55 }, "\(capacity)")
            if capacity > 0 { XCTAssertTrue(message[..<capacity].contains(0), "\(capacity)") }
        }
    }
}
