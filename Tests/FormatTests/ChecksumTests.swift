import BNNMFormat
import XCTest

@_silgen_name("bnnmf_crc32c_portable")
private func portable(_ crc: UInt32, _ bytes: UnsafeRawPointer?, _ byteCount: Int) -> UInt32

@_silgen_name("bnnmf_crc32c_hardware")
private func hardware(_ crc: UInt32, _ bytes: UnsafeRawPointer?, _ byteCount: Int) -> UInt32

@_silgen_name("bnnmf_crc32c_has_hardware")
private func hasHardware() -> Int32

/// CRC-32C in all its implementations against published vectors and a bit-by-bit computation.
final class ChecksumTests: XCTestCase {
    private var implementations: [(name: String, function: (UInt32, UnsafeRawPointer?, Int) -> UInt32)] {
        [("public", bnnmf_crc32c), ("portable", portable)] + (hasHardware() != 0 ? [("hardware", hardware)] : [])
    }

    func testVectorsOfRFC3720() {
        let readCommand: [UInt8] =
            [
                0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0,
                0,
            ]
            + [0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0]
        let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            ((0..<32).map { UInt8($0) }, 0x46dd_794e),
            ((0..<32).map { 31 - UInt8($0) }, 0x113f_db5c),
            (readCommand, 0xd996_3a56),
            (Array("123456789".utf8), 0xe306_9283),
            ([], 0),
        ]
        for (name, function) in implementations {
            for (bytes, checksum) in vectors { XCTAssertEqual(function(0, bytes, bytes.count), checksum, name) }
        }
    }

    func testAllImplementationsAgreeAtEveryLengthAndAlignment() {
        var state: UInt64 = 7
        let bytes = (0..<600).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        for start in 0..<9 {
            for length in 0..<300 {
                let expected = bitByBit(Array(bytes[start..<(start + length)]))
                bytes.withUnsafeBytes { all in
                    for (name, function) in implementations {
                        XCTAssertEqual(
                            function(0, all.baseAddress! + start, length), expected, "\(name), \(start) + \(length)")
                    }
                }
            }
        }
    }

    /// Long enough for parts that are summed up side by side.
    func testLongInputs() {
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
        for length in [4096, 12_287, 12_288, 12_289, 24_575, 24_576, 36_870, 70_000] {
            let expected = bitByBit(Array(bytes[..<length]))
            for (name, function) in implementations {
                XCTAssertEqual(function(0, bytes, length), expected, "\(name), \(length)")
                let continued = Array(bytes[5..<length]).withUnsafeBytes {
                    function(function(0, bytes, 5), $0.baseAddress, $0.count)
                }
                XCTAssertEqual(continued, expected, "\(name), \(length) continued")
            }
        }
    }

    func testContinuingGivesTheChecksumOfTheWhole() {
        let bytes = (0..<100).map { UInt8($0 &* 37 & 0xff) }
        for (name, function) in implementations {
            let whole = function(0, bytes, bytes.count)
            for cut in 0...bytes.count {
                let front = function(0, bytes, cut)
                let continued = Array(bytes[cut...]).withUnsafeBytes { function(front, $0.baseAddress, $0.count) }
                XCTAssertEqual(continued, whole, "\(name), cut at \(cut)")
            }
        }
    }

    private func bitByBit(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
        }
        return ~crc
    }
}
