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
            XCTAssertEqual(answer.message, "format version \(version).0; this reader knows versions 1.x")
        }
    }

    func testANewerMinorVersionOfKnownOperatorsOpens() throws {
        XCTAssertEqual(try opened { $0.store(UInt16(7), at: 6) }.status, BNNMF_OK)
    }

    func testUnknownFlagsAndReservedBytesAreUnsupported() throws {
        XCTAssertEqual(try opened { $0.store(UInt32(1), at: 52) }.status, BNNMF_UNSUPPORTED)
        XCTAssertEqual(try opened { $0.store(UInt64(1) << 63, at: 56) }.status, BNNMF_UNSUPPORTED)
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
