import BNNMFormat
import XCTest

/// Whatever happens to a file's bytes, opening it gives a status: no crash, no access outside, no record out of bounds.
final class DamageTests: XCTestCase {
    func testEveryTruncationIsRefused() throws {
        let whole = try DescribedModel.sample().fileBytes().array
        for length in 0..<whole.count {
            let answer = ModelBytes(whole[..<length]).open()
            XCTAssertEqual(answer.status, length < 64 ? BNNMF_NOT_A_MODEL : BNNMF_CORRUPT, "\(length): \(answer)")
            XCTAssertFalse(answer.message.isEmpty)
        }
        XCTAssertEqual(ModelBytes(whole + [0]).open().status, BNNMF_CORRUPT)
    }

    func testEveryTruncationWithARepairedHeaderIsRefused() throws {
        let whole = try DescribedModel.sample().fileBytes()
        for length in 64..<whole.buffer.count {
            let bytes = ModelBytes(whole.array[..<length])
            bytes.store(UInt64(length), at: 8)
            let metadata = min(bytes.load(UInt64.self, at: 24), UInt64(length - 64))
            bytes.store(metadata, at: 24)
            let section = (64 + metadata + 63) / 64 * 64
            bytes.store(section, at: 32)
            bytes.store(UInt64(max(0, length - Int(section))), at: 40)
            bytes.repairChecksum()
            XCTAssertEqual(bytes.open().status, BNNMF_CORRUPT, "\(length)")
        }
    }

    func testEveryChangedByteIsRefused() throws {
        let bytes = try DescribedModel.sample().fileBytes()
        for position in 0..<bytes.buffer.count {
            let original = bytes.buffer[position]
            for change in [original ^ 1, ~original, original &+ 0x80] {
                bytes.buffer[position] = change
                let answer = bytes.open()
                XCTAssertNotEqual(answer.status, BNNMF_OK, "byte \(position) as \(change)")
                XCTAssertFalse(answer.message.isEmpty)
            }
            bytes.buffer[position] = original
        }
        XCTAssertEqual(bytes.open().status, BNNMF_OK)
    }

    func testEveryExtremeWordWithARepairedChecksumGivesAStatus() throws {
        let bytes = try DescribedModel.sample().fileBytes()
        let end = 64 + Int(bytes.load(UInt64.self, at: 24))
        let extremes: [UInt32] = [
            0, 1, 2, 3, 8, 9, 16, 17, 64, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe,
            0xffff_ffff, 0x7fc0_0000, UInt32(end), UInt32(end - 64),
        ]
        var statuses: [UInt32: Int] = [:]
        for position in stride(from: 0, to: end - 3, by: 4) {
            let original = bytes.load(UInt32.self, at: position)
            for value in extremes + [
                original &+ 1, original &- 1, original &+ 4, original &- 4, original ^ 0x00ff_00ff,
            ] {
                bytes.store(value, at: position)
                bytes.repairChecksum()
                statuses[try openAndWalk(bytes, "word \(position) as \(value)").rawValue, default: 0] += 1
            }
            bytes.store(original, at: position)
        }
        XCTAssertGreaterThan(statuses[BNNMF_OK.rawValue] ?? 0, 0, "some numbers may be anything")
        XCTAssertGreaterThan(statuses[BNNMF_CORRUPT.rawValue] ?? 0, 0)
    }

    func testRandomDamageWithARepairedChecksumGivesAStatus() throws {
        let whole = try DescribedModel.sample().fileBytes().array
        let end = 64 + Int(ModelBytes(whole).load(UInt64.self, at: 24))
        for seed in 1...20_000 as ClosedRange<UInt64> {
            var random = SplitMix(state: seed)
            let bytes = ModelBytes(whole)
            for _ in 0..<(1 + random.next() % 6) {
                let position = 64 + Int(random.next() % UInt64(end - 64))
                switch random.next() % 3 {
                case 0: bytes.buffer[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.buffer[position] ^= 1 << UInt8(random.next() % 8)
                default:
                    let source = 64 + Int(random.next() % UInt64(end - 68))
                    let target = min(position & ~3, end - 4)
                    bytes.store(bytes.load(UInt32.self, at: source & ~3), at: target)
                }
            }
            bytes.repairChecksum()
            _ = try openAndWalk(bytes, "seed \(seed)")
        }
    }

    private func openAndWalk(_ bytes: ModelBytes, _ change: String) throws -> bnnmf_status {
        var view = bnnmf_view()
        let answer = bytes.open(&view)
        if answer.status == BNNMF_OK {
            XCTAssertNil(walkRecords(view, of: bytes), change)
        } else {
            XCTAssertFalse(answer.message.isEmpty, change)
            XCTAssertNil(view.bytes, change)
            XCTAssertNil(view.model, change)
        }
        return answer.status
    }
}

/// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
