import CBNNM
import Foundation
import TestSupport
import XCTest

/// The files of trained models, cut off anywhere and changed in any byte: opening them gives a status that says so,
/// never a crash; and where the checksum is repaired, so that the damage reaches what stands behind it, a model that
/// still opens also runs within its memory.
final class DamagedModelTests: XCTestCase {
    /// What a byte becomes: a fixed rule that gives every byte another value, and neighbours different changes.
    private func changed(_ byte: UInt8, at position: Int) -> UInt8 { byte ^ UInt8(position % 255 + 1) }

    private func isRefused(_ outcome: ModelTrial.Outcome) -> Bool {
        guard case .refused(let status, explained: true) = outcome else { return false }
        return status != BNNM_OK
    }

    func testTheFilesThemselvesRun() throws {
        for (name, bytes) in CompiledDigits.all {
            XCTAssertEqual(ModelTrial(try bytes.get()).run(), .ran(BNNM_OK), name)
        }
    }

    func testEveryCutIsRefused() throws {
        for (name, bytes) in CompiledDigits.all {
            let bytes = try bytes.get()
            for length in 0..<bytes.count {
                let outcome = ModelTrial(bytes[..<length]).open()
                if !isRefused(outcome) { XCTFail("\(name), cut to \(length) of \(bytes.count) bytes: \(outcome)") }
            }
            tellEvidence("damaged-files", bytes.count)
        }
    }

    func testEveryChangedByteIsRefused() throws {
        for (name, bytes) in CompiledDigits.all {
            let trial = ModelTrial(try bytes.get())
            for position in trial.bytes.indices {
                let original = trial.bytes[position]
                trial.bytes[position] = changed(original, at: position)
                let outcome = trial.open()
                if !isRefused(outcome) { XCTFail("\(name), byte \(position): \(outcome)") }
                trial.bytes[position] = original
            }
            XCTAssertEqual(trial.open(), .ran(BNNM_OK), name)
            tellEvidence("damaged-files", trial.bytes.count)
        }
    }

    /// A sample of the above, from files.
    func testCutAndChangedFilesAreRefused() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bnnm-\(UUID().uuidString).bnnm").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        func assertRefused(_ bytes: [UInt8], _ comment: String) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            var message = [CChar](repeating: 0, count: 256)
            var model: OpaquePointer?
            let status = message.withUnsafeMutableBufferPointer { buffer in
                var options = bnnm_model_options()
                options.struct_size = MemoryLayout<bnnm_model_options>.size
                options.message = buffer.baseAddress
                options.message_capacity = buffer.count
                return bnnm_model_open_file(path, &options, &model)
            }
            if status == BNNM_OK || message[0] == 0 || model != nil { XCTFail("\(comment): status \(status.rawValue)") }
            bnnm_model_free(model)
        }
        for (name, bytes) in CompiledDigits.all {
            let bytes = try bytes.get()
            // Strides that are prime meet every remainder of the sizes that files are made of.
            for length in stride(from: 0, to: bytes.count, by: 61) {
                try assertRefused(Array(bytes[..<length]), "\(name), cut to \(length) bytes")
            }
            for position in stride(from: 0, to: bytes.count, by: 61) {
                var damaged = bytes
                damaged[position] = changed(damaged[position], at: position)
                try assertRefused(damaged, "\(name), byte \(position)")
            }
        }
    }

    func testEveryChangedByteOfHeaderAndMetadataWithARepairedChecksumRunsOrIsRefused() throws {
        for (name, bytes) in CompiledDigits.all {
            let trial = ModelTrial(try bytes.get())
            let end = 64 + Int(trial.bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            try tryChanges(of: trial, at: 0..<min(end, trial.bytes.count), name)
        }
    }

    func testChangedConstantsWithARepairedChecksumRunOrAreRefused() throws {
        for (name, bytes) in CompiledDigits.all {
            let trial = ModelTrial(try bytes.get())
            let begin = Int(trial.bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
            try tryChanges(of: trial, at: Swift.stride(from: begin, to: trial.bytes.count, by: 11), name)
        }
    }

    func testSeveralChangesAtOnceWithARepairedChecksumRunOrAreRefused() throws {
        for (name, bytes) in CompiledDigits.all {
            let bytes = try bytes.get()
            let trial = ModelTrial(bytes)
            let end = min(64 + Int(trial.bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)), bytes.count)
            var ran = 0, refused = 0
            for seed in 0..<UInt64(3000) {
                var random = SeededRandom(seed: seed)
                trial.bytes.copyBytes(from: bytes)
                for _ in 0..<Int.random(in: 2...5, using: &random) {
                    // Words of the metadata become others of it: plausible indices, offsets and sizes at wrong places.
                    let target = Int.random(in: 16..<end / 4, using: &random) * 4
                    let source = Int.random(in: 16..<end / 4, using: &random) * 4
                    let word = trial.bytes.load(fromByteOffset: source, as: UInt32.self)
                    let step = UInt32.random(in: 0...2, using: &random)
                    trial.bytes.storeBytes(of: word &+ step, toByteOffset: target, as: UInt32.self)
                }
                trial.repairChecksum()
                let outcome = trial.run()
                switch outcome {
                case .ran(BNNM_OK), .tooLarge: ran += 1
                default: if isRefused(outcome) { refused += 1 } else { XCTFail("\(name), seed \(seed): \(outcome)") }
                }
            }
            print("\(name), several changes: \(ran) ran, \(refused) were refused")
            tellEvidence("damaged-files", ran + refused)
            XCTAssertGreaterThan(ran, 0, name)
            XCTAssertGreaterThan(refused, 0, name)
        }
    }

    /// Changes single bytes, repairs the checksum, opens and runs.
    private func tryChanges(of trial: ModelTrial, at positions: some Sequence<Int>, _ name: String) throws {
        var refused = 0, ran = 0, large = 0
        for position in positions {
            let original = trial.bytes[position]
            trial.bytes[position] = changed(original, at: position)
            trial.repairChecksum()
            let outcome = trial.run()
            switch outcome {
            case .ran(BNNM_OK): ran += 1
            case .tooLarge: large += 1
            default:
                if isRefused(outcome) { refused += 1 } else { XCTFail("\(name), byte \(position): \(outcome)") }
            }
            trial.bytes[position] = original
        }
        print("\(name): \(ran) changed files ran, \(refused) were refused, \(large) would need too much memory")
        // Else the test shows nothing.
        XCTAssertGreaterThan(ran, 0)
        XCTAssertGreaterThan(refused, 0)
    }
}
