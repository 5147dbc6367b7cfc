import BNNM
import BNNMFormat
import CBNNM
import TestSupport
import XCTest

/// Files with a right checksum and wrong contents: each is refused, or runs within its memory.
final class DamageTests: EngineTestCase {
    func testEveryMetadataWordChangedWithRepairedChecksum() throws {
        let original = try ModelDescription.everyOperator().bytes()
        let trial = ModelTrial(original)
        XCTAssertEqual(trial.run(), .ran(BNNM_OK))
        let memory = try XCTUnwrap(trial.bytes.baseAddress)
        let metadataEnd = 64 + Int(memory.load(fromByteOffset: 24, as: UInt64.self))
        XCTAssertLessThanOrEqual(metadataEnd, original.count)
        var accepted = 0, refused = 0
        for offset in stride(from: 64, to: metadataEnd - 3, by: 1) {
            for value in [0, 1, 2, 3, 7, 64, 255, 65535, 65536, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] as [UInt32] {
                trial.bytes.copyBytes(from: original)
                if offset % 4 == 0 {
                    memory.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
                } else {
                    memory.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: offset, as: UInt8.self)
                }
                trial.repairChecksum()
                switch trial.run() {
                case .ran(BNNM_OK), .tooLarge: accepted += 1
                case .refused(_, explained: true): refused += 1
                case let outcome: XCTFail("byte \(offset) as \(value): \(outcome)")
                }
            }
        }
        print("damaged files: \(accepted) ran, \(refused) were refused")
        tellEvidence("damaged-files", accepted + refused)
        XCTAssertGreaterThan(accepted, 100)
        XCTAssertGreaterThan(refused, 1000)
    }

    func testEveryTruncationIsRefusedOrRunsWithARepairedHeader() throws {
        let whole = try ModelDescription.everyOperator().bytes()
        for length in 0..<whole.count {
            let trial = ModelTrial(whole[..<length])
            guard case .refused(_, explained: true) = trial.open() else { return XCTFail("cut to \(length) bytes") }
            guard length >= 64 else { continue }
            repairSizes(of: trial)
            trial.repairChecksum()
            XCTAssertTrue(isAllowed(trial.run()), "cut to \(length) bytes, with sizes and checksum repaired")
        }
    }

    func testEveryFlippedBitIsRefusedAndRunsOrIsRefusedWithARepairedChecksum() throws {
        let trial = ModelTrial(try ModelDescription.everyOperator().bytes())
        var ran = 0
        for bit in 0..<trial.bytes.count * 8 {
            trial.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            guard case .refused(_, explained: true) = trial.open() else { return XCTFail("bit \(bit) opened") }
            let checksum = trial.bytes.loadUnaligned(fromByteOffset: ModelTrial.checksumOffset, as: UInt32.self)
            trial.repairChecksum()
            let outcome = trial.run()
            if !isAllowed(outcome) { XCTFail("bit \(bit): \(outcome)") }
            if outcome == .ran(BNNM_OK) { ran += 1 }
            // A flipped bit of the checksum itself is undone by the repair.
            trial.bytes.storeBytes(of: checksum, toByteOffset: ModelTrial.checksumOffset, as: UInt32.self)
            trial.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        XCTAssertEqual(trial.open(), .ran(BNNM_OK))
        XCTAssertGreaterThan(ran, 100)
        tellEvidence("damaged-files", 2 * 8 * trial.bytes.count)
    }

    private func isAllowed(_ outcome: ModelTrial.Outcome) -> Bool {
        switch outcome {
        case .ran(BNNM_OK), .tooLarge, .refused(_, explained: true): true
        default: false
        }
    }

    /// Sizes and places of the sections as if the file had always been so short.
    private func repairSizes(of trial: ModelTrial) {
        let length = trial.bytes.count
        let metadata = min(trial.bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self), UInt64(length - 64))
        let blobs = (64 + metadata + 63) / 64 * 64
        trial.bytes.storeBytes(of: UInt64(length), toByteOffset: 8, as: UInt64.self)
        trial.bytes.storeBytes(of: metadata, toByteOffset: 24, as: UInt64.self)
        trial.bytes.storeBytes(of: blobs, toByteOffset: 32, as: UInt64.self)
        trial.bytes.storeBytes(of: UInt64(max(0, length - Int(blobs))), toByteOffset: 40, as: UInt64.self)
    }
}
